"""How each model wants its prompt, as data.

Orders, lengths and words follow the model makers' prompting guides and the texts inside their ComfyUI templates
(Wan 2.1 and 2.2, LTX-Video and LTX-2, HunyuanVideo 1.5, MiniMax H3, Qwen-Image, Z-Image, Flux, SDXL). A model that
starts from a picture is told what moves and not what the picture shows already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import Field

from domain.base import Value
from domain.vocabulary import CameraMove

Source = Literal[
    "film style", "location", "shot size", "composition", "camera", "words", "motion", "characters", "objects",
    "time of day", "lighting", "mood", "color grade", "style", "look", "dialogue", "sound", "quality",
]  # fmt: skip
"""Where a part of a prompt comes from."""

SOURCES: tuple[Source, ...] = get_args(Source)

FIELDS: dict[Source, str] = {
    "location": "location", "shot size": "size", "composition": "composition", "camera": "camera", "motion": "motion",
    "characters": "characters", "objects": "objects", "time of day": "time_of_day", "lighting": "lighting",
    "mood": "mood", "color grade": "color_grade", "style": "style", "look": "look", "dialogue": "dialogue",
    "sound": "sound",
}  # fmt: skip
"""The field of a shot behind a source, by the name that `domain.backend.BackendSpec.fields` uses."""

PICTURE: tuple[Source, ...] = (
    "film style", "location", "shot size", "composition", "words", "characters", "objects", "time of day", "lighting",
    "mood", "color grade", "style", "look", "quality",
)  # fmt: skip
"""The usual order for a picture."""

MOTION: tuple[Source, ...] = ("words", "motion", "camera")
"""What a clip that starts from a picture is told: what happens, and what the camera does."""

_SEEN: tuple[Source, ...] = ("lighting", "mood", "time of day", "color grade", "style", "look")
_HEARD: tuple[Source, ...] = ("dialogue", "sound")
_UNWANTED = "blurry, low quality, distorted, watermark, text, subtitles, deformed hands"

_PUSH: dict[CameraMove, str] = {
    "static": "static camera", "dolly_in": "camera pushes in", "dolly_out": "camera pulls back",
    "pan_left": "camera pans left", "pan_right": "camera pans right", "tilt_up": "camera tilts up",
    "tilt_down": "camera tilts down", "zoom_in": "camera zooms in", "zoom_out": "camera zooms out",
    "tracking": "tracking shot following the subject", "crane_up": "camera rises", "crane_down": "camera descends",
    "orbit": "camera orbits around the subject", "handheld": "handheld camera",
}  # fmt: skip
_TYPES: dict[CameraMove, str] = {
    "static": "Static shot", "dolly_in": "Push in", "dolly_out": "Pull out", "pan_left": "Pan left",
    "pan_right": "Pan right", "tilt_up": "Tilt up", "tilt_down": "Tilt down", "zoom_in": "Zoom in",
    "zoom_out": "Zoom out", "tracking": "Tracking shot", "crane_up": "Pedestal up", "crane_down": "Pedestal down",
    "orbit": "Arc shot", "handheld": "Shake, handheld",
}  # fmt: skip


class Wording(Value):
    """How a model wants its prompt.

    `image` and `video` are the parts in their order; what has no place there is not said. `budget` is the most words
    that it follows: above it, parts are left out from the end, except what was written for the shot and its cast.
    `negative` tells whether unwanted things can be named: "turbo" means not while its turbo switch is on, which the
    qualities `turbo` turn on by themselves; `unwanted` goes with every list, since a list of one's own takes the place
    of the workflow's. `static` is said when no camera move is chosen. `speech` and `sound` are empty for models that
    make no sound.
    """

    id: str
    image: tuple[Source, ...] = PICTURE
    video: tuple[Source, ...] = (*MOTION, *_SEEN)
    budget: int = Field(default=300, ge=1)
    negative: Literal["yes", "turbo", "no"] = "yes"
    turbo: frozenset[str] = frozenset()
    unwanted: str = ""
    quality: str = ""
    camera: dict[CameraMove, str] = Field(default_factory=dict)
    slowly: str = "slowly, {}"
    static: str = ""
    speech: str = ""
    sound: str = ""

    def order(self, kind: Literal["image", "video"]) -> tuple[Source, ...]:
        """The parts of a picture's or a clip's prompt."""
        return self.image if kind == "image" else self.video

    def silent(self, options: Mapping[str, Any]) -> str:
        """Why naming unwanted things has no effect with these options of the workflow; empty when it has."""
        if self.negative == "no":
            return "This model takes no list of unwanted things."
        switches = options.get("switches")
        told = switches.get("turbo") if isinstance(switches, Mapping) else None
        turbo = told if isinstance(told, bool) else str(options.get("quality", "")) in self.turbo
        return "With turbo on, naming unwanted things has no effect." if self.negative == "turbo" and turbo else ""


def _moving(name: str, **fields: Any) -> Wording:
    """A model that makes clips from pictures."""
    return Wording(id=name, **{"video": MOTION, **fields})


_SPEAKS = {"speech": '{who} says: "{line}"', "sound": "Sound: {}"}
_LTX: dict[str, Any] = {
    "video": ("words", "motion", "camera", "lighting", "time of day", *_HEARD), "budget": 200, "negative": "no",
    "slowly": "{} slowly", **_SPEAKS,
}  # fmt: skip
_WAN: dict[str, Any] = {"budget": 100, "camera": _PUSH, "slowly": "{} slowly", "unwanted": _UNWANTED}

WORDINGS: dict[str, Wording] = {
    w.id: w
    for w in (
        Wording(id=""),
        _moving("wan2.2-14b", negative="turbo", turbo=frozenset({"fast", "standard"}), **_WAN),
        _moving("wan2.2-5b", **_WAN),
        _moving("wan2.1-14b", **_WAN),
        _moving("ltxv-0.9", **{**_LTX, "video": ("words", "motion", "camera", *_SEEN), "negative": "yes",
                               "unwanted": _UNWANTED, "speech": "", "sound": ""}),
        _moving("ltx-2", **_LTX),
        _moving("ltx-2.3", **_LTX),
        _moving("ltx-2.5", **{**_LTX, "video": ("shot size", *_LTX["video"]), "budget": 220,
                              "static": "the camera remains static"}),
        _moving("minimax-h3", video=(*MOTION, *_HEARD), budget=600, negative="no", camera=_TYPES,
                slowly="{} at slow speed", **_SPEAKS),
        _moving("hunyuan-1.5", video=(*MOTION, *_SEEN, "film style"), budget=300, unwanted=_UNWANTED),
        Wording(id="sdxl", budget=75, unwanted=_UNWANTED, quality="sharp focus, high detail", image=(
            "shot size", "words", "characters", "objects", "location", "film style", "composition", "time of day",
            "lighting", "mood", "color grade", "style", "look", "quality",
        )),
        Wording(id="flux-krea", budget=300, negative="no"),
        Wording(id="flux-kontext", budget=300, negative="no"),
        Wording(id="z-image-turbo", budget=300, negative="no"),
        Wording(id="z-image-turbo-i2i", budget=300, negative="no"),
        Wording(id="krea-2", budget=300, negative="no"),
        Wording(id="openai", budget=600, negative="no"),
        Wording(id="stability", budget=300, unwanted=_UNWANTED),
        Wording(id="stability-turbo", budget=300, negative="no"),
        Wording(id="qwen-image", budget=200, negative="turbo", turbo=frozenset({"fast"}), unwanted=_UNWANTED),
        Wording(id="qwen-image-edit", budget=200, negative="turbo", turbo=frozenset({"fast"}), unwanted=_UNWANTED),
    )
}  # fmt: skip
"""By workflow id for pictures and by model profile for clips; the empty id is for everything else."""


def wording_for(workflow: str, profile: str) -> Wording:
    """How the model behind that workflow wants its prompt; the workflow is looked up first."""
    known = next((name for name in (workflow, profile) if name in WORDINGS and name), "")
    return WORDINGS[known]
