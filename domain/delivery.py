"""Deliveries: what a film is written as. Each is data; the user's own lie over the shipped ones by id."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, model_validator

from domain.base import Value
from domain.cut.finish import Fit
from domain.errors import BadInput
from domain.names import SafeName
from domain.project import MAX_SIDE
from domain.timing import Rate, film_frames

Codec = Literal["h264", "hevc", "prores", "dnxhr", "gif", "webp", "png"]
Pixels = Literal["yuv420p", "yuv422p", "yuv420p10le", "yuv422p10le", "rgb24"]
Sound = Literal["aac", "pcm", "none"]

QUALITIES: dict[str, tuple[str, float]] = {
    "fast": ("superfast", 23),
    "standard": ("veryfast", 19),
    "high": ("medium", 17),
    "ultra": ("slow", 14),
}
"""x264 preset and constant rate factor (0 lossless, 51 worst) by name."""

_ENDINGS: dict[Codec, str] = {
    "h264": ".mp4", "hevc": ".mp4", "prores": ".mov", "dnxhr": ".mov", "gif": ".gif", "webp": ".webp", "png": "",
}  # fmt: skip
_PIXELS: dict[Codec, tuple[Pixels, ...]] = {
    "h264": ("yuv420p",),
    "hevc": ("yuv420p", "yuv420p10le"),
    "prores": ("yuv422p10le",),
    "dnxhr": ("yuv422p", "yuv422p10le"),
    "gif": ("rgb24",),
    "webp": ("yuv420p",),
    "png": ("rgb24",),
}
_SMALLEST, _LARGEST = 100_000, 2_000_000_000
"""Lowest bit rate of a picture that is worth making, and the highest there is, in bit/s."""

BUFFER_SECONDS = 1
"""How much an encoder may be ahead of a bounded bit rate, in seconds."""

OVERHEAD = 0.97
"""The part of a file that holds picture and sound; the rest is its index and reserve."""


class Delivery(Value):
    """One way of writing the film.

    `width` and `height` None are the film's own, `rate` None its own rate, `fit` None the cut's. `crf` (constant rate
    factor) with `preset` encodes for even quality; `bit_rate` (bit/s) for an exactly constant rate, padded where the
    picture needs less; `max_rate` (bit/s) bounds what `crf` may use. `profile` is that of the codec. `seconds` is the
    longest that is written (None: all of it), from the beginning. `sound_bit_rate` is for AAC. `limit` is the most
    bytes the file may have.
    """

    id: SafeName
    title: str = Field(min_length=1, max_length=80)
    about: str = Field(default="", max_length=400)
    codec: Codec
    profile: str = Field(default="", max_length=40, pattern=r"^[a-z0-9_]*$")
    pixels: Pixels = "yuv420p"
    width: int | None = Field(default=None, ge=64, le=MAX_SIDE)
    height: int | None = Field(default=None, ge=64, le=MAX_SIDE)
    fit: Fit | None = None
    rate: Rate | None = None
    crf: float | None = Field(default=None, ge=0, le=51)
    preset: str = Field(default="medium", pattern=r"^[a-z]{2,20}$")
    bit_rate: int | None = Field(default=None, ge=_SMALLEST, le=_LARGEST)
    max_rate: int | None = Field(default=None, ge=_SMALLEST, le=_LARGEST)
    sound: Sound = "aac"
    sound_bit_rate: int = Field(default=320_000, ge=32_000, le=512_000)
    seconds: float | None = Field(default=None, gt=0, le=86_400)
    limit: int | None = Field(default=None, ge=10_000, le=2**50)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("give both width and height, or neither")
        if any(side is not None and side % 2 for side in (self.width, self.height)):
            raise ValueError("width and height are even")
        if self.pixels not in _PIXELS[self.codec]:
            raise ValueError(f"{self.codec} is written with {' or '.join(_PIXELS[self.codec])}, not {self.pixels}")
        if self.compressed and (self.crf is None) == (self.bit_rate is None):
            raise ValueError("give either crf or bit_rate")
        return self

    @property
    def compressed(self) -> bool:
        """Whether its size can be chosen, by quality or bit rate."""
        return self.codec in ("h264", "hevc")

    @property
    def open_to_copies(self) -> bool:
        """Whether clips that already are what the film needs may be joined as they are: nothing but the quality of
        what has to be encoded is asked for."""
        asked = (self.bit_rate, self.max_rate, self.width, self.height, self.rate, self.seconds, self.fit, self.limit)
        return self.codec == "h264" and not self.profile and all(wish is None for wish in asked)

    @property
    def ending(self) -> str:
        """How its file's name ends; empty for a folder of pictures."""
        return _ENDINGS[self.codec]

    @property
    def audible(self) -> bool:
        """Whether sound is written."""
        return self.sound != "none" and self.ending in (".mp4", ".mov")

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Its pixels, for a film of that size. A preview keeps the film's shape within its own size."""
        if self.width is None or self.height is None:
            return width, height
        if self.codec in ("gif", "webp"):
            factor = min(Fraction(self.width, width), Fraction(self.height, height), Fraction(1))
            return max(2, 2 * round(width * factor / 2)), max(2, 2 * round(height * factor / 2))
        return self.width, self.height

    def frames(self, film: int, rate: Fraction) -> int:
        """How many frames are written of `film` frames at `rate`."""
        if self.seconds is not None:
            film = min(film, film_frames(Fraction(str(self.seconds)), rate))
        return film if self.rate is None else film_frames(film / rate, self.rate)

    def within(self, limit: int, seconds: Fraction) -> Delivery:
        """The same in a file of at most `limit` bytes, for a film of that length, by a computed bit rate.

        Raises BadInput where its size cannot be chosen, and where too little is left for a picture.
        """
        if not self.compressed:
            raise BadInput(
                f"The size of {self.title} cannot be limited: its codec needs what it needs.",
                "Choose an H.264 or HEVC delivery, or none with a size.",
            )
        spoken = self.sound_bit_rate if self.audible else 0
        sound = spoken
        room = math.floor(limit * 8 * OVERHEAD / float(seconds))
        if room - sound < 10 * sound:  # a small file: let the sound be small as well
            sound = max(64_000, min(spoken, room // 10)) if spoken else 0
        # what an encoder may hold back, so that the rate varies within it
        picture = min(_LARGEST, math.floor((room - sound) * seconds / (seconds + BUFFER_SECONDS)))
        if picture < _SMALLEST:
            raise BadInput(
                f"{float(seconds):.0f} s of film do not fit into {limit / 1e6:.0f} MB.",
                f"Allow at least {math.ceil((_SMALLEST + sound) * float(seconds) / 8 / OVERHEAD / 1e6)} MB.",
            )
        if self.bit_rate is not None and self.bit_rate <= picture:
            return self.replace(limit=limit)
        kind = "max_rate" if self.bit_rate is None else "bit_rate"
        return self.replace(sound_bit_rate=sound or self.sound_bit_rate, limit=limit, **{kind: picture})

    def smaller(self, size: int) -> Delivery:
        """The same with a rate lower by as much as a file of `size` bytes is too large, and a little more."""
        factor = 0.95 * (self.limit or size) / size
        rates = {name: rate for name in ("bit_rate", "max_rate") if (rate := getattr(self, name)) is not None}
        return self.replace(**{name: max(_SMALLEST, math.floor(rate * factor)) for name, rate in rates.items()})


def film_delivery(quality: str) -> Delivery:
    """The film in its own size, in one of QUALITIES: what is made unless something else is asked for."""
    preset, crf = QUALITIES[quality]
    return Delivery(
        id="film", title="The film", about="H.264 in the film's own size; clips that fit already are copied.",
        codec="h264", crf=crf, preset=preset,
    )  # fmt: skip


SHIPPED: tuple[Delivery, ...] = (
    Delivery(
        id="web", title="Web 1080p", about="H.264 High at 12 Mbit/s, starts playing at once; for upload and sharing.",
        codec="h264", profile="high", width=1920, height=1080, bit_rate=12_000_000, preset="medium",
    ),
    Delivery(
        id="hevc-4k", title="4K HEVC", about="H.265 Main 10 in 3840 x 2160; small for its size, needs a newer player.",
        codec="hevc", profile="main10", pixels="yuv420p10le", width=3840, height=2160, crf=19, preset="fast",
    ),
    Delivery(
        id="prores", title="ProRes 422 HQ", about="For editing and grading; large.",
        codec="prores", profile="hq", pixels="yuv422p10le", sound="pcm",
    ),
    Delivery(
        id="dnxhr", title="DNxHR HQ", about="For editing in Avid and elsewhere; large.",
        codec="dnxhr", profile="dnxhr_hq", pixels="yuv422p", sound="pcm",
    ),
    Delivery(
        id="vertical", title="Vertical 9:16", about="H.264 in 1080 x 1920 for phones; the middle is kept.",
        codec="h264", profile="high", width=1080, height=1920, fit="fill", bit_rate=12_000_000, preset="medium",
    ),
    Delivery(
        id="gif", title="GIF preview", about="The first 12 seconds, small and without sound.",
        codec="gif", pixels="rgb24", width=480, height=480, rate=Fraction(25, 2), sound="none", seconds=12,
    ),
    Delivery(
        id="webp", title="WebP preview", about="The first 12 seconds as a moving picture, without sound.",
        codec="webp", width=640, height=640, rate=Fraction(25, 2), sound="none", seconds=12,
    ),
    Delivery(
        id="png", title="PNG sequence", about="A folder with every frame as a picture without loss.",
        codec="png", pixels="rgb24", sound="none",
    ),
)  # fmt: skip
"""The deliveries that come with Kinoloom."""


def parse_bytes(text: str) -> int:
    """A file size from "500 MB", "1.5GB", "700MiB" or a number of bytes. Raises BadInput."""
    units = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
    plain = text.strip().replace(" ", "")
    number = plain.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    try:
        size = math.floor(Fraction(number) * units[plain[len(number) :].upper()])
    except (KeyError, ValueError, ZeroDivisionError):
        raise BadInput(f"{text[:40]!r} is not a file size.", "Write it as 500MB or 1.5GB.") from None
    if not 10_000 <= size <= 2**50:
        raise BadInput(f"A file cannot have {text[:40]}.", "Write it as 500MB or 1.5GB.")
    return size
