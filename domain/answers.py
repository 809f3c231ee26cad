"""What a language model may answer: closed shapes of short texts in our vocabulary.

Whatever a model writes is data: fields that are not asked for are dropped, texts are cut to their length and lose
control characters, and words of camera and framing become keys of `domain.vocabulary` or nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from domain.storyboard import ShotSize
from domain.timing import parse_number
from domain.vocabulary import PRESET_CHOICES, SIZE_LABELS, CameraMove, camera_from_text, camera_move, size_from_text

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_NOTHING = frozenset({"none", "n/a", "null", "unknown", "-", "keine", "keiner", "unset"})
_OBJECT = re.compile(r'\{\s*(?:"|\})')
_ROUNDS = 8
MOST_LISTED = 500
"""Entries of a list in an answer; more are dropped."""


def clean(text: str, most: int, *, lines: bool = False) -> str:
    """The text without control characters, at most that long; on one line unless it may have several."""
    plain = _CONTROL.sub(" ", text[: most * 4 + 100].replace("\r\n", "\n").replace("\r", "\n"))
    rows = plain.split("\n") if lines else [plain]
    return "\n".join(" ".join(row.split()) for row in rows).strip()[:most].rstrip()


def _text(most: int, *, lines: bool = False) -> Callable[[object], object]:
    def read(value: object) -> object:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        return clean(value, most, lines=lines) if isinstance(value, str) else value

    return read


def _listed(value: object) -> object:
    if isinstance(value, str):
        value = [v for v in value.split(",") if v.strip()]
    return value[:MOST_LISTED] if isinstance(value, list) else value


def _key(value: object) -> str:
    text = clean(value, 80).casefold() if isinstance(value, str) else str(value)[:40]
    return "" if text in _NOTHING else text


def _size(value: object) -> str:
    text = _key(value)
    plain = re.sub(r"[\s-]+", "_", text)
    if not text or plain in SIZE_LABELS:
        return plain
    found = size_from_text(text)
    if found is None:
        raise ValueError(f"a size is one of {', '.join(SIZE_LABELS)}")
    return found


def _camera(value: object) -> str:
    text = _key(value)
    known = camera_move(text)
    found = known[0] if known else camera_from_text(text)
    if text and not found:
        raise ValueError("a camera is a move such as static, pan_left, dolly_in, tracking or orbit")
    return found


_TIMES = {"dawn": "sunrise", "dusk": "sunset", "evening": "sunset", "midday": "noon", "midnight": "night", "day": ""}


def _time(value: object) -> str:
    text = _key(value)
    found = _TIMES.get(text, text)
    if found and found not in PRESET_CHOICES["time_of_day"]:
        raise ValueError(f"a time of day is one of {', '.join(PRESET_CHOICES['time_of_day'])}")
    return found


def _seconds(value: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = re.sub(r"\s*s(?:ec\w*|ek\w*)?\.?$", "", value.strip().casefold()).replace(",", ".")
    number = parse_number(value)
    if not 0 < number <= 600:
        raise ValueError("the seconds of a shot lie above 0 and at most 600")
    return float(number)


Name = Annotated[str, BeforeValidator(_text(120))]
Line = Annotated[str, BeforeValidator(_text(2000))]
Lines = Annotated[str, BeforeValidator(_text(4000, lines=True))]
Names = Annotated[list[Name], BeforeValidator(_listed)]
Size = Annotated[ShotSize | Literal[""], BeforeValidator(_size)]
Camera = Annotated[CameraMove | Literal[""], BeforeValidator(_camera)]
TimeOfDay = Annotated[
    Literal["", "sunrise", "morning", "noon", "afternoon", "sunset", "night", "overcast"], BeforeValidator(_time)
]
Length = Annotated[float | None, BeforeValidator(_seconds)]


class Answer(BaseModel):
    """The base of every shape: unknown fields are dropped, and null stands for a field that is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        return {k: v for k, v in data.items() if v is not None} if isinstance(data, dict) else data


A = TypeVar("A", bound=BaseModel)


def find_json(text: str) -> Any:
    """The first JSON object in a text, whatever stands around it: thoughts, a fence, a greeting. Raises ValueError
    when there is none."""
    plain = re.sub(r"<think>.*?(?:</think>|$)", "", text, flags=re.DOTALL)
    begin = _OBJECT.search(plain)
    if begin is None:
        raise ValueError("the answer holds no JSON object")
    found, _ = json.JSONDecoder(strict=False, parse_constant=_no_constant).raw_decode(plain, begin.start())
    return found


def _no_constant(name: str) -> None:
    """NaN and infinity are no JSON; they stand for nothing."""


def salvaged(shape: type[A], data: Any) -> A | None:
    """As much of an answer as its shape allows: values that cannot be are left out, entries that lack what they need
    are dropped. None when nothing is left."""
    tried: set[tuple[int | str, ...]] = set()
    for _ in range(_ROUNDS):
        try:
            return shape.model_validate(data)
        except ValidationError as error:
            places = [e["loc"] for e in error.errors(include_url=False, include_input=False)[:MOST_LISTED]]
        except RecursionError:
            return None
        gone: set[tuple[int | str, ...]] = set()
        for place in places:
            entry = _entry_of(place) if place in tried or not _is_at(data, place) else place
            if not entry:
                return None
            gone.add(entry)
            tried.add(place)
        for place in sorted(gone, key=lambda p: [(isinstance(x, int), str(x).zfill(9)) for x in p], reverse=True):
            _drop(data, place)
    return None


def _entry_of(place: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The innermost entry of a list that holds the place."""
    for end in range(len(place) - 1, 0, -1):
        if isinstance(place[end - 1], int):
            return place[:end]
    return ()


def _is_at(data: Any, place: tuple[int | str, ...]) -> bool:
    for step in place:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(place)


def _drop(data: Any, place: tuple[int | str, ...]) -> None:
    if not _is_at(data, place):
        return
    for step in place[:-1]:
        data = data[step]
    if isinstance(data, (dict, list)):
        del data[place[-1]]  # type: ignore[arg-type]
