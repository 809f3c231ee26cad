"""The film that a fresh install opens with: short, complete, and drawn by the built-in engine in under a minute."""

from __future__ import annotations

from domain.storyboard import Entity, Presets, Shot, ShotSize, Storyboard

SAMPLE_NAME = "The Keeper's Lamp"

_SHOTS: tuple[tuple[str, str, str, ShotSize, dict[str, str], tuple[str, ...], str], ...] = (
    ("The coast", "4", "A lighthouse on a rock above the sea at dusk, gulls circling.", "extreme_wide",
     {"camera": "dolly_in", "time_of_day": "sunset", "color_grade": "teal_orange"}, (), "coast"),
    ("The keeper", "4", "Mara reads her book by the light of a lamp. The wind is rising.", "medium",
     {"camera": "orbit", "time_of_day": "night", "color_grade": "warm"}, ("keeper",), "room"),
    ("The storm", "4", "A small boat under sail in the rain, far from land.", "wide",
     {"camera": "handheld", "time_of_day": "overcast", "mood": "tense", "motion": "dynamic"}, (), "coast"),
    ("She hears him", "3", "She looks around: somebody is calling out there.", "close_up",
     {"camera": "dolly_in", "time_of_day": "night", "color_grade": "teal_orange"}, ("keeper",), "room"),
    ("The lantern", "3.5", "Her hands close around the lantern.", "extreme_close_up",
     {"camera": "zoom_in", "time_of_day": "night", "color_grade": "warm"}, ("keeper",), "room"),
    ("Light", "4", "The lighthouse shines, and its beam sweeps across the sea at night.", "wide",
     {"camera": "pan_right", "time_of_day": "night", "composition": "low_angle", "style": "cinematic"}, (), "coast"),
    ("The boy sees it", "3", "From the boat the boy sees the lighthouse.", "over_shoulder",
     {"camera": "dolly_in", "time_of_day": "night", "color_grade": "teal_orange"}, ("boy",), "coast"),
    ("Morning", "4.5", "She waves to the boy across the harbour, where the boats lie safe at sunrise.", "full",
     {"camera": "crane_up", "time_of_day": "sunrise", "mood": "peaceful", "color_grade": "teal_orange"},
     ("keeper", "boy"), "coast"),
)  # fmt: skip


def sample_storyboard() -> Storyboard:
    """Eight shots, thirty seconds."""
    return Storyboard(
        title=SAMPLE_NAME,
        description="A lighthouse keeper lights her lamp for a boy lost at sea.",
        shots=tuple(
            Shot(
                id=f"{number:03d}", title=title, seconds=seconds, prompt=prompt, size=size,
                presets=Presets(**presets), characters=cast, location=place,
            )
            for number, (title, seconds, prompt, size, presets, cast, place) in enumerate(_SHOTS, 1)
        ),
        characters=(
            Entity(id="keeper", name="Mara", description="A woman of sixty in a long dark coat, grey hair in a knot."),
            Entity(id="boy", name="Jon", description="A boy of twelve in a yellow oilskin jacket."),
        ),
        locations=(
            Entity(id="coast", name="The coast", description="A rocky northern coast and its lighthouse."),
            Entity(id="room", name="The keeper's room", description="A small room below the lamp, full of books."),
        ),
    )  # fmt: skip
