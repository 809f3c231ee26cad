"""How a shot is framed and how the camera moves: as the words suggest, and never twice alike in a row."""

from __future__ import annotations

from collections.abc import Sequence

from domain.storyboard import Shot, ShotSize
from domain.vocabulary import CameraMove, camera_from_text, size_from_text
from services.writing.lexicon import Lexicon

_LOOKED_AT = 2000
_CUED_SIZES: tuple[ShotSize, ...] = ("aerial", "extreme_close_up", "close_up", "wide")
_CUED_MOVES: tuple[CameraMove, ...] = (
    "handheld", "orbit", "crane_up", "tracking", "tilt_down", "tilt_up", "dolly_out", "dolly_in", "pan_right", "static",
)  # fmt: skip
_ROUND: tuple[ShotSize, ...] = ("medium", "close_up", "medium_wide", "medium_close_up", "wide", "full")
_CALM: tuple[CameraMove, ...] = ("static", "dolly_in", "pan_right", "static", "tracking", "dolly_out", "pan_left")
_TIMES = ("sunrise", "sunset", "night", "noon", "afternoon", "morning")


def time_of_day(text: str, lexicon: Lexicon) -> str:
    """The preset key for the time of day that the words name; empty when they name none."""
    return next((key for key in _TIMES if lexicon.patterns[key].search(text[:_LOOKED_AT])), "")


def size_for(text: str, lexicon: Lexicon, before: Sequence[ShotSize], *, opens: bool, speaks: bool) -> ShotSize:
    """The size of a shot whose words are `text`, behind shots of the sizes `before`. Words that name one have it."""
    said = size_from_text(text[:_LOOKED_AT]) if _names_frame(text) else None
    if said is not None:
        return said
    wanted: list[ShotSize] = [s for s in _CUED_SIZES if lexicon.patterns[s].search(text[:_LOOKED_AT])]
    if speaks or lexicon.patterns["talk"].search(text[:_LOOKED_AT]):
        wanted += ["medium_close_up", "over_shoulder"]
    if opens:
        wanted = [*(("extreme_wide",) if "wide" in wanted and not before else ()), "wide", "medium_wide", *wanted]
    start = len(before) % len(_ROUND)
    recent = before[-2:]
    options = [*wanted, *_ROUND[start:], *_ROUND[:start]]
    fresh = [s for s in options if s not in before[-1:]]
    # what the words want comes first, even when it was seen the shot before last; what fills in does not
    return next((s for s in fresh if s in wanted or s not in recent), fresh[0])


def _names_frame(text: str) -> bool:
    """Whether the words speak of framing; "a wide river" does not."""
    plain = text[:_LOOKED_AT].casefold()
    return any(
        w in plain for w in ("shot", "close-up", "close up", "closeup", "establishing", "macro", "bird's", "drone")
    )


def move_for(text: str, lexicon: Lexicon, before: Sequence[str], *, ends: bool) -> str:
    """The camera's move for a shot whose words are `text`, behind shots with the moves `before`."""
    said = camera_from_text(text[:_LOOKED_AT]) if "camera" in text.casefold() or "shot" in text.casefold() else ""
    if said:
        return said
    wanted: list[str] = [m for m in _CUED_MOVES if lexicon.patterns[m].search(text[:_LOOKED_AT])]
    if ends:
        wanted = ["dolly_out", *wanted]
    start = len(before) % len(_CALM)
    last = before[-1] if before else ""
    options = [*wanted, *_CALM[start:], *_CALM[:start]]
    return next(m for m in options if m != last)


def keyframe_words(shot: Shot, place: str, first: str, lexicon: Lexicon) -> str:
    """The still picture in a line: its size, place and time of day, and what the words begin with."""
    size = lexicon.sizes[shot.size] if shot.size else ""
    head = ", ".join(w for w in (size, place, lexicon.phrases.get(shot.presets.time_of_day, "")) if w)
    return f"{head}: {first}" if head and first else head or first
