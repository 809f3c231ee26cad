"""Exact time: rational rates, integer frames; seconds exist only at the edge.

Formulas: film frames of a shot ``T = floor(D*R + 1/2)``, at least 1; native frames needed ``N = ceil(T*r/R)``;
film frame ``j`` shows native frame ``floor(j*r/R)`` when frames are repeated or dropped.
"""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

MAX_SECONDS = 24 * 3600
"""Longest shot accepted, in seconds: a day. Longer is a typing mistake or an attack."""

MAX_RATE = 240
"""Highest frame rate accepted, frames per second."""

_NTSC = {"23.976": 24, "23.98": 24, "29.97": 30, "47.95": 48, "47.952": 48, "59.94": 60, "119.88": 120}


def parse_number(value: object) -> Fraction:
    """An exact fraction from an int, float, Decimal, Fraction, or text such as "24/1" or "3.1".

    A float stands for its shortest decimal text, so 3.1 is 31/10 and not the nearest binary number.
    Raises ValueError for anything else, and for NaN and infinity.
    """
    if isinstance(value, bool):
        raise ValueError("a number is needed, not true or false")
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int):
        return Fraction(value)
    text = str(value).strip() if isinstance(value, (str, float, Decimal)) else ""
    if not text or len(text) > 64:
        raise ValueError(f"a number is needed, not {str(value)[:40]!r}")
    top, slash, bottom = text.partition("/")
    try:
        if slash:
            return Fraction(int(top), int(bottom))
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > 30:
            raise ValueError
        return Fraction(number)
    except (ValueError, InvalidOperation, ZeroDivisionError):
        raise ValueError(f"a number is needed, not {text[:40]!r}") from None


def parse_rate(value: object) -> Fraction:
    """A frame rate in frames per second, from "24/1", "24000/1001", 24, 23.976 (read as NTSC) and the like.

    Raises ValueError outside 1 to MAX_RATE.
    """
    if isinstance(value, (str, float)) and str(value).strip() in _NTSC:
        return Fraction(_NTSC[str(value).strip()] * 1000, 1001)
    rate = parse_number(value)
    if not 1 <= rate <= MAX_RATE:
        raise ValueError(f"a frame rate lies between 1 and {MAX_RATE} frames per second, not {value!s:.20}")
    if rate.denominator > 100_000:
        raise ValueError(f"a frame rate is a simple fraction such as 24 or 24000/1001, not {value!s:.20}")
    return rate


def parse_seconds(value: object) -> Fraction:
    """A length in seconds, exactly as written (3.1 is 31/10). Raises ValueError unless 0 < length <= MAX_SECONDS."""
    seconds = parse_number(value)
    if not 0 < seconds <= MAX_SECONDS:
        raise ValueError(f"a duration lies above 0 and at most {MAX_SECONDS} seconds, not {value!s:.20}")
    return seconds


def rate_text(rate: Fraction) -> str:
    """The rate as files and JSON have it: "24/1", "24000/1001"."""
    return f"{rate.numerator}/{rate.denominator}"


def rate_label(rate: Fraction) -> str:
    """The rate as people say it: "24", "23.976"."""
    return str(rate.numerator) if rate.denominator == 1 else f"{float(rate):.3f}".rstrip("0").rstrip(".")


def _seconds_json(seconds: Fraction) -> Any:
    """A JSON number when that gives the exact value back, else "n/d"."""
    if seconds.denominator == 1:
        return int(seconds)
    return float(seconds) if Fraction(str(float(seconds))) == seconds else f"{seconds.numerator}/{seconds.denominator}"


Rate = Annotated[Fraction, BeforeValidator(parse_rate), PlainSerializer(rate_text, return_type=str, when_used="json")]
"""Frames per second, exact; "24/1" in JSON."""

Seconds = Annotated[Fraction, BeforeValidator(parse_seconds), PlainSerializer(_seconds_json, when_used="json")]
"""A length in seconds, exact; a plain number in JSON."""


def film_frames(seconds: Fraction, rate: Fraction) -> int:
    """Frames of a shot in the film: duration times rate, rounded half up, at least 1."""
    return max(1, math.floor(seconds * rate + Fraction(1, 2)))


def native_frames(frames: int, native: Fraction, rate: Fraction) -> int:
    """Frames a model at `native` frames per second has to give for `frames` film frames at `rate`."""
    return math.ceil(frames * native / rate)


def native_index(frame: int, native: Fraction, rate: Fraction) -> int:
    """The native frame that stands at film frame `frame` (0-based) when frames are repeated or dropped."""
    return math.floor(frame * native / rate)


def timecode(frames: int, rate: Fraction) -> str:
    """`frames` as HH:MM:SS:FF, non-drop, counting at the nearest whole rate (SMPTE ST 12-1)."""
    base = max(1, math.floor(rate + Fraction(1, 2)))
    seconds, rest = divmod(max(0, frames), base)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{rest:02d}"


def seconds_label(seconds: Fraction) -> str:
    """Seconds for people: "5 s", "3.1 s"."""
    return f"{float(seconds):.3f}".rstrip("0").rstrip(".") + " s"
