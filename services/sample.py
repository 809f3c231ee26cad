"""The film that a fresh install opens with: short, complete, and drawn by the built-in engine in under a minute."""

from __future__ import annotations

from domain.storyboard import Entity, Presets, Shot, ShotSize, Storyboard

SAMPLE_NAME = "The Keeper's Lamp"

_SHOTS: tuple[tuple[str, str, str, ShotSize, dict[str, str], tuple[str, ...]], ...] = (
    ("The coast", "4", "A lighthouse on a rock above a stormy sea at dusk, gulls circling.", "extreme_wide",
     {"camera": "dolly_in", "time_of_day": "sunset", "mood": "dramatic", "lighting": "golden_hour"}, ()),
    ("The keeper climbs", "4", "The keeper climbs the winding stairs with a lantern in her hand.", "medium_wide",
     {"camera": "tilt_up", "time_of_day": "night", "mood": "mysterious", "lighting": "dramatic"}, ("keeper",)),
    ("The dead lamp", "3", "Close-up of the great lamp, dark and covered in dust.", "close_up",
     {"camera": "dolly_in", "time_of_day": "night", "color_grade": "cool"}, ()),
    ("A boat in trouble", "4", "A small fishing boat fights the waves, its sail torn.", "wide",
     {"camera": "handheld", "time_of_day": "night", "mood": "tense", "motion": "dynamic"}, ("boy",)),
    ("The match", "3", "Her hands shield the flame of a match in the dark.", "extreme_close_up",
     {"camera": "static", "lighting": "dramatic", "time_of_day": "night", "color_grade": "warm"}, ("keeper",)),
    ("Light", "4", "The lamp bursts into light and the beam sweeps across the sea.", "wide",
     {"camera": "pan_right", "time_of_day": "night", "mood": "epic", "lighting": "volumetric"}, ()),
    ("The boy sees it", "3.5", "The boy in the boat looks up, the light on his face.", "medium_close_up",
     {"camera": "dolly_in", "time_of_day": "night", "mood": "joyful", "lighting": "backlit"}, ("boy",)),
    ("Morning", "4.5", "The boat lies safe in the harbour at sunrise, the keeper and the boy on the quay.", "wide",
     {"camera": "crane_up", "time_of_day": "sunrise", "mood": "peaceful", "color_grade": "warm"}, ("keeper", "boy")),
)  # fmt: skip


def sample_storyboard() -> Storyboard:
    """Eight shots, thirty seconds."""
    return Storyboard(
        title=SAMPLE_NAME,
        description="A lighthouse keeper relights a dead lamp for a boy lost at sea.",
        shots=tuple(
            Shot(
                id=f"{number:03d}", title=title, seconds=seconds, prompt=prompt, size=size,
                presets=Presets(**presets), characters=cast, location="coast",
            )
            for number, (title, seconds, prompt, size, presets, cast) in enumerate(_SHOTS, 1)
        ),
        characters=(
            Entity(id="keeper", name="Mara", description="A woman of sixty in a long dark coat, grey hair in a knot."),
            Entity(id="boy", name="Jon", description="A boy of twelve in a yellow oilskin jacket."),
        ),
        locations=(Entity(id="coast", name="The coast", description="A rocky northern coast and its lighthouse."),),
    )  # fmt: skip
