"""What a panel shows, as plain data: enough to draw the same art again at any size, so it travels in the PNG."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

PRESET_KEYS = ("style", "lighting", "mood", "time_of_day", "composition", "color_grade")


@dataclass(frozen=True)
class SceneSpec:
    """One panel's art. `aspect` is width / height; `seed` decides the composition; `phase` is 0 at the start of the
    shot and 1 at its end (figures have moved on). `dress` has who, which part of what they wear, and its colour; `dyes`
    has things and their colours."""

    prompt: str = ""
    title: str = ""
    size: str = "medium"
    look: str = ""
    location: str = ""
    presets: dict[str, str] = field(default_factory=dict)
    characters: tuple[tuple[str, str], ...] = ()
    objects: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    aspect: float = 16 / 9
    phase: float = 0.0
    dress: tuple[tuple[str, str, str], ...] = ()
    dyes: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> SceneSpec:
        """The value of `to_json` again. Raises KeyError, TypeError or ValueError on anything else."""
        return SceneSpec(
            prompt=str(data["prompt"]),
            title=str(data["title"]),
            size=str(data["size"]),
            look=str(data["look"]),
            location=str(data["location"]),
            presets={str(k): str(v) for k, v in data["presets"].items()},
            characters=tuple((str(a), str(b)) for a, b in data["characters"]),
            objects=tuple((str(a), str(b)) for a, b in data["objects"]),
            seed=int(data["seed"]),
            aspect=min(8.0, max(0.125, float(data["aspect"]))),
            phase=min(1.0, max(0.0, float(data["phase"]))),
            dress=tuple((str(a), str(b), str(c)) for a, b, c in data.get("dress", ())),
            dyes=tuple((str(a), str(b)) for a, b in data.get("dyes", ())),
        )


@dataclass(frozen=True)
class Burn:
    """What is set over the art: the slate, the shot size in its tag, and the caption; nothing when `on` is False."""

    label: str = ""
    size: str = ""
    caption: str = ""
    on: bool = True

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Burn:
        """The value of `to_json` again. Raises KeyError on anything else."""
        return Burn(str(data["label"]), str(data["size"]), str(data["caption"]), bool(data["on"]))


def _named(items: Any) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            ident = str(item.get("id") or item.get("name") or "")
            found.append((ident, str(item.get("name") or ident)))
        elif isinstance(item, str):
            found.append((item, item))
    return tuple(f for f in found if f[0])


def _dress(given: Any) -> tuple[tuple[str, str, str], ...]:
    people = given.items() if isinstance(given, dict) else ()
    return tuple(
        (str(who), str(part), str(colour))
        for who, parts in people if isinstance(parts, dict) for part, colour in parts.items()
    )  # fmt: skip


def _dyes(given: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(colour)) for name, colour in given.items()) if isinstance(given, dict) else ()


def _phase(slot: str) -> float:
    if slot == "end":
        return 1.0
    number = slot.removeprefix("mid-")
    return 1 - 1 / (1 + int(number)) if slot.startswith("mid-") and number.isdecimal() else 0.0


def scene_of(request: dict[str, Any]) -> SceneSpec:
    """The art a picture request asks for. Unknown parameters are passed over."""
    params = request["params"]
    presets = params.get("presets") or {}
    return SceneSpec(
        prompt=request["prompt"],
        title=str(params.get("title") or ""),
        size=str(params.get("size") or "medium"),
        look=str(params.get("look") or ""),
        location=str(params.get("location") or ""),
        presets={k: str(presets[k]) for k in PRESET_KEYS if presets.get(k)},
        characters=_named(params.get("characters")),
        objects=_named(params.get("objects")),
        seed=request["seed"],
        aspect=request["width"] / request["height"],
        phase=_phase(str(params.get("slot") or "")),
        dress=_dress(params.get("characters_colours")),
        dyes=_dyes(params.get("objects_colours")),
    )


def burn_of(request: dict[str, Any]) -> Burn:
    """The overlay a request asks for; a shot without a caption of its own is captioned with its words."""
    params = request["params"]
    caption = params.get("caption")
    return Burn(
        label=request["label"],
        size=str(params.get("size") or ""),
        caption=str(request.get("prompt") or params.get("title") or "") if caption is None else str(caption),
        on=bool(params.get("burn_in", True)),
    )
