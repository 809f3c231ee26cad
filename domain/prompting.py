"""The prompt of a shot for models that read text, as parts that say where each came from.

Nothing that was filled in is dropped: a preset key without words of its own is said as it is written. Pictures are
described by what is seen; clips, which start from a picture, by what moves.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.base import Value
from domain.storyboard import Entity, Shot, Storyboard
from domain.vocabulary import SIZE_LABELS, CameraMove, camera_move, shot_size

PRESET_WORDS: dict[str, dict[str, str]] = {
    "style": {
        "cinematic": "cinematic film still", "photorealistic": "photorealistic, natural detail",
        "anime": "anime style, clean line art", "oil_painting": "oil painting, visible brush strokes",
        "watercolor": "watercolour painting on paper", "3d_render": "3D render, soft global illumination",
        "vintage": "vintage photograph, film grain", "noir": "film noir, black and white, hard shadows",
    },
    "lighting": {
        "golden_hour": "warm low golden hour light", "blue_hour": "cool blue hour light",
        "dramatic": "dramatic light and deep shadow",
        "soft": "soft diffuse light", "neon": "neon light", "natural": "natural light", "studio": "studio lighting",
        "backlit": "backlit, rim light", "volumetric": "volumetric light, visible beams",
    },
    "mood": {
        "peaceful": "peaceful mood", "dramatic": "dramatic mood", "mysterious": "mysterious mood",
        "joyful": "joyful mood", "melancholic": "melancholic mood", "tense": "tense mood",
        "romantic": "romantic mood", "epic": "epic mood",
    },
    "time_of_day": {
        "sunrise": "at sunrise", "morning": "in the morning", "noon": "at noon", "afternoon": "in the afternoon",
        "sunset": "at sunset", "night": "at night", "overcast": "under an overcast sky",
    },
    "composition": {
        "rule_of_thirds": "composed on the rule of thirds", "centered": "centred composition", "wide_shot": "wide shot",
        "close_up": "close-up", "low_angle": "low angle", "high_angle": "high angle", "dutch_angle": "dutch angle",
    },
    "color_grade": {
        "teal_orange": "teal and orange grade", "desaturated": "desaturated colours", "vibrant": "vibrant colours",
        "warm": "warm colours", "cool": "cool colours", "bleach_bypass": "bleach bypass look", "sepia": "sepia tones",
    },
    "motion": {
        "slow_motion": "in slow motion", "normal": "natural speed", "fast_motion": "fast motion",
        "subtle": "subtle movement", "dynamic": "dynamic movement", "flowing": "flowing movement",
    },
}  # fmt: skip
"""Words for the preset keys in circulation, in English, as image and video models understand them."""

CAMERA_WORDS: dict[CameraMove, str] = {
    "static": "static camera", "pan_left": "the camera pans left", "pan_right": "the camera pans right",
    "tilt_up": "the camera tilts up", "tilt_down": "the camera tilts down", "dolly_in": "the camera slowly moves in",
    "dolly_out": "the camera slowly moves back", "zoom_in": "the camera zooms in", "zoom_out": "the camera zooms out",
    "tracking": "tracking shot, the camera follows the subject", "crane_up": "the camera rises on a crane",
    "crane_down": "the camera descends on a crane", "orbit": "the camera orbits the subject",
    "handheld": "handheld camera, slight natural shake",
}  # fmt: skip
"""Words for each camera move."""


class PromptPart(Value):
    """A stretch of a prompt and the field it came from ("words", "camera", "style" …)."""

    source: str
    text: str


def preset_words(preset: str, key: str) -> str:
    """The words for a preset key; the key itself, with blanks, when it has none."""
    return PRESET_WORDS.get(preset, {}).get(key, key.replace("_", " "))


def image_prompt(shot: Shot, board: Storyboard, look: str = "") -> tuple[PromptPart, ...]:
    """What the shot's keyframe shows, in parts. `look` is the project's style for shots that have none."""
    parts = [PromptPart(source="shot size", text=SIZE_LABELS[shot_size(shot)].lower() + " shot"), *_words(shot)]
    parts += _named("characters", shot.characters, board.characters)
    parts += _named("objects", shot.objects, board.objects)
    parts += _named("location", (shot.location,) if shot.location else (), board.locations)
    for preset in ("time_of_day", "lighting", "mood", "composition", "color_grade"):
        if key := getattr(shot.presets, preset):
            parts.append(PromptPart(source=preset.replace("_", " "), text=preset_words(preset, key)))
    if style := shot.presets.style or look:
        parts.append(PromptPart(source="style", text=preset_words("style", style)))
    if board.style:
        parts.append(PromptPart(source="film style", text=board.style))
    return tuple(parts)


def video_prompt(shot: Shot, board: Storyboard, look: str = "") -> tuple[PromptPart, ...]:
    """What happens in the shot's clip, in parts: the words, the camera, the movement."""
    parts = _words(shot)
    if shot.presets.camera:
        known = camera_move(shot.presets.camera)
        words = CAMERA_WORDS[known[0]] if known else preset_words("camera", shot.presets.camera)
        slow = "slowly, " if known and known[1] < 1 else ""
        parts.append(PromptPart(source="camera", text=slow + words))
    if shot.presets.motion:
        parts.append(PromptPart(source="motion", text=preset_words("motion", shot.presets.motion)))
    for preset in ("lighting", "mood", "time_of_day", "color_grade"):
        if key := getattr(shot.presets, preset):
            parts.append(PromptPart(source=preset.replace("_", " "), text=preset_words(preset, key)))
    if style := shot.presets.style or look:
        parts.append(PromptPart(source="style", text=preset_words("style", style)))
    return tuple(parts)


def joined(parts: Iterable[PromptPart]) -> str:
    """The prompt as it is sent: the parts one after the other, each ending its sentence or followed by a comma."""
    text = ""
    for part in parts:
        words = part.text.strip()
        if not words:
            continue
        if text:
            text += " " if text[-1] in ".!?;:," else ", "
        text += words
    return text


def negative_prompt(shot: Shot, board: Storyboard) -> str:
    """What must not be seen: the shot's own words, then the film's."""
    return ", ".join(words.strip(" ,") for words in (shot.negative, board.never) if words.strip(" ,"))


def _words(shot: Shot) -> list[PromptPart]:
    return [PromptPart(source="words", text=shot.prompt)] if shot.prompt else []


def _named(source: str, ids: tuple[str, ...], known: tuple[Entity, ...]) -> list[PromptPart]:
    """Descriptions word for word; the plain name where there is none."""
    entities = {e.id: e for e in known}
    found = []
    for name in ids:
        entity = entities.get(name)
        found.append(PromptPart(source=source, text=(entity.description or entity.name or name) if entity else name))
    return found
