"""A storyboard in which everything is filled in that can reach a prompt."""

from __future__ import annotations

from fractions import Fraction

from domain.storyboard import Entity, EntityState, Overrides, Presets, Shot, Storyboard

BOARD = Storyboard(
    title="The ferry",
    style="Hand-drawn film on rough paper, few colours, visible pencil lines and uneven washes of ink.",
    never="text, logos",
    characters=(
        Entity(
            id="ines", name="Ines", description="A woman of forty with short grey hair.", clothing="a yellow oilskin coat",
            style="drawn with a soft line", negative="long hair", voice="a low, calm voice", aliases=("the pilot",),
            seed=1000,
        ),
        Entity(id="boy", name="the boy", description="A boy of eight with a gap between his teeth.", seed=2000),
    ),
    objects=(
        Entity(
            id="ferry", name="ferry", seed=3000,
            states=(
                EntityState(id="new", first="001", last="002", description="A freshly painted white ferry."),
                EntityState(id="old", first="003", description="The same ferry, rusty, one window broken.",
                            negative="fresh paint"),
            ),
        ),
    ),
    locations=(Entity(id="strait", name="The strait", description="A narrow strait between two wooded shores."),),
    looks=(Entity(id="dream", name="Dream", description="Edges of the picture dissolve into white paper."),),
    seed=9000,
    shots=(
        Shot(
            id="001", prompt="@ines steers the ferry out of the harbour.", seconds=Fraction(4), size="wide",
            location="strait", dialogue="INES: Hold on to something.", sound="a diesel engine, gulls",
            presets=Presets(style="watercolor", lighting="golden_hour", mood="peaceful", time_of_day="morning",
                            composition="rule_of_thirds", color_grade="warm", camera="slow_push", motion="subtle"),
        ),
        Shot(
            id="002", prompt="The boy waves; the pilot does not see him.", seconds=Fraction(3), location="strait",
            presets=Presets(camera="tracking", mood="quietly_odd"), negative="crowd",
        ),
        Shot(id="003", prompt="The ferry drifts without a sound.", seconds=Fraction(5), location="strait", look="dream"),
        Shot(
            id="004", prompt="An empty quay.", seconds=Fraction(2), presets=Presets(camera="spiral_in"),
            overrides=Overrides(image="@Ines alone on an empty quay, seen from very far away", negative="people"),
        ),
    ),
)  # fmt: skip
