"""Sound files of a project: what was imported or spoken, and what a probe found in it."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from domain.base import Value
from domain.names import SafeName
from domain.project import Picked
from domain.timing import parse_number

MOST_PEAKS = 2000
"""Most bars of a waveform."""


def _time(value: object) -> Fraction:
    time = parse_number(value)
    if time < 0:
        raise ValueError("a time is not negative")
    return time


def _time_json(time: Fraction) -> Any:
    return int(time) if time.denominator == 1 else f"{time.numerator}/{time.denominator}"


Time = Annotated[Fraction, BeforeValidator(_time), PlainSerializer(_time_json, when_used="json")]
"""Seconds from 0 on, exact: a sample's place is a fraction."""


class SoundInfo(Value):
    """What was found by decoding all of a sound: its length, its rate in Hz, and its channels.

    `first` and `end` are the seconds between which it is not silent (both 0: all of it is). `peaks` is its waveform:
    the loudest of 0 to 255 in as many equal parts of its length.
    """

    seconds: Time
    rate: int = Field(ge=1)
    channels: int = Field(ge=1)
    first: Time = Fraction(0)
    end: Time = Fraction(0)
    peaks: tuple[int, ...] = Field(default=(), max_length=MOST_PEAKS)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.first <= self.end <= self.seconds:
            raise ValueError("what is heard lies within its length")
        return self


class SoundFile(Value):
    """A sound in the project; its sidecar lies beside it. `title` is what the user's file was called.

    `fingerprint` is that of the words and the voice where it was spoken (`domain.sound.narration`), empty for what was
    imported.
    """

    name: SafeName
    title: str = Field(default="", max_length=200)
    file: Picked
    info: SoundInfo
    fingerprint: str = Field(default="", max_length=64)
    text: str = Field(default="", max_length=5000)
    made: str = ""
    size: int = Field(default=0, ge=0)
