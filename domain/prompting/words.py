"""Words for what is chosen by key: presets, camera moves, shot sizes; in English, as models understand them."""

from __future__ import annotations

from domain.vocabulary import CameraMove

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
"""Words for the preset keys in circulation."""

CAMERA_WORDS: dict[CameraMove, str] = {
    "static": "static camera", "pan_left": "the camera pans left", "pan_right": "the camera pans right",
    "tilt_up": "the camera tilts up", "tilt_down": "the camera tilts down", "dolly_in": "the camera moves in",
    "dolly_out": "the camera moves back", "zoom_in": "the camera zooms in", "zoom_out": "the camera zooms out",
    "tracking": "tracking shot, the camera follows the subject", "crane_up": "the camera rises on a crane",
    "crane_down": "the camera descends on a crane", "orbit": "the camera orbits the subject",
    "handheld": "handheld camera, slight natural shake",
}  # fmt: skip
"""Words for each camera move."""


def preset_words(preset: str, key: str) -> str:
    """The words for a preset key; the key itself, with blanks, when it has none."""
    return PRESET_WORDS.get(preset, {}).get(key, key.replace("_", " "))
