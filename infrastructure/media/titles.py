"""Cards, credits and lower thirds, painted with Pillow in the built-in font, inside the title-safe area."""

from __future__ import annotations

from typing import Any

import numpy
from av.video.frame import VideoFrame
from PIL import Image, ImageDraw

from domain.cut.items import LowerThird, TitleItem
from infrastructure.animatic.lettering import font, width, wrap, writable, write
from infrastructure.media.conform import Picture
from infrastructure.media.planes import Sheet, frame_of, planes_of, solid

SAFE = 0.05
"""Margin on every side that holds no text, as a part of the picture (EBU R 95: graphics safe area, 90 %)."""

_MOST_LINES = 2000

_GAP = 1.35
"""From line to line, as a part of the letters' size."""

_SMALLEST = 9
"""Letters of fewer pixels cannot be read; a card that is longer even so rolls."""


class Card:
    """The frames of a title item. A card's letters are made smaller until it fits; credits that are longer than the
    picture, and cards for which the smallest letters are too large, roll through it from below."""

    def __init__(self, title: TitleItem, picture: Picture) -> None:
        self._picture = picture
        self._frames = title.frames
        self._ground = solid(title.background, picture)
        self._roll = _painted(title, picture)
        self._rolls = self._roll.shape[0] > picture.height * (1 - 2 * SAFE)
        self._still: VideoFrame | None = None if self._rolls else self._laid(self._middled())

    def at(self, frame: int) -> VideoFrame:
        """Its frame of that number; before the first and behind the last it stands."""
        if self._still is not None:
            return self._still
        high = self._picture.height
        way = self._roll.shape[0] + high
        part = min(max(frame, 0), self._frames - 1) / max(1, self._frames - 1)
        top = round(high - part * way)
        sheet = numpy.zeros((high, self._picture.width, 4), numpy.uint8)
        first, end = max(0, top), min(high, top + self._roll.shape[0])
        if end > first:
            sheet[first:end] = self._roll[first - top : end - top]
        return self._laid(sheet)

    def _middled(self) -> Any:
        sheet = numpy.zeros((self._picture.height, self._picture.width, 4), numpy.uint8)
        top = (self._picture.height - self._roll.shape[0]) // 2
        sheet[top : top + self._roll.shape[0]] = self._roll
        return sheet

    def _laid(self, sheet: Any) -> VideoFrame:
        return Sheet(sheet, self._picture).over(frame_of(planes_of(self._ground), self._picture))


def lower_third(text: LowerThird, picture: Picture) -> Sheet:
    """A name, and a line below it, on a dark band in the lower third."""
    high = picture.height
    large, small = max(10, round(high * 0.042)), max(9, round(high * 0.028))
    left, bottom = round(picture.width * SAFE), round(high * (1 - SAFE))
    room = picture.width * (1 - 2 * SAFE) - 2 * small
    rows = [(row, large) for row in wrap(writable(text.text), font(large), room)]
    rows += [(row, small) for row in wrap(writable(text.subtitle), font(small), room)]
    tall = round(sum(size * 1.4 for _, size in rows) + small * 0.8)
    wide = round(max((width(row, font(size)) for row, size in rows), default=0) + 2 * small)
    image = Image.new("RGBA", (picture.width, high))
    draw = ImageDraw.Draw(image)
    top = bottom - tall
    draw.rectangle((left, top, left + wide, bottom), fill=(0, 0, 0, 150))
    draw.rectangle((left, top, left + max(2, small // 5), bottom), fill=(255, 255, 255, 230))
    place = top + small * 0.4
    for row, size in rows:
        write(draw, left + small, place + size * 0.7, row, size, (255, 255, 255, 255))
        place += size * 1.4
    return Sheet(numpy.asarray(image), picture)


def subtitle(text: str, picture: Picture) -> Sheet:
    """Lines of a subtitle in the middle at the bottom, each on a dark band of its own."""
    high, room = picture.height, picture.width * (1 - 2 * SAFE)
    size = max(10, round(high * 0.05))
    rows = [row for line in text.splitlines() for row in wrap(writable(line), font(size), room, 3)]
    image = Image.new("RGBA", (picture.width, high))
    draw = ImageDraw.Draw(image)
    step = round(size * 1.4)
    place = round(high * (1 - SAFE)) - step * len(rows)
    for row in rows:
        wide = width(row, font(size))
        left = (picture.width - wide) / 2
        draw.rectangle((left - size * 0.4, place, left + wide + size * 0.4, place + step - 1), fill=(0, 0, 0, 160))
        write(draw, left, place + step / 2, row, size, (255, 255, 255, 255))
        place += step
    return Sheet(numpy.asarray(image), picture)


def _painted(title: TitleItem, picture: Picture) -> Any:
    """All its text as one RGBA picture as wide as the film and as high as needed."""
    high, wide = picture.height, picture.width
    large = max(10, round(high * {"opening": 0.11, "card": 0.065, "credits": 0.048}[title.style]))
    small = max(9, round(high * (0.042 if title.style != "credits" else 0.036)))
    room = wide * (1 - 2 * SAFE)
    rows = _set(title, large, small, room)
    if title.style != "credits":  # a card does not roll: it is set smaller until all of it is seen
        while _tall(rows) > high * (1 - 2 * SAFE) and large > _SMALLEST:
            large, small = max(_SMALLEST, round(large * 0.9)), max(_SMALLEST, round(small * 0.9))
            rows = _set(title, large, small, room)
    gap = _GAP
    image = Image.new("RGBA", (wide, max(2, round(_tall(rows)))))
    draw = ImageDraw.Draw(image)
    colour = tuple(int(title.colour[i : i + 2], 16) for i in (1, 3, 5))
    place = 0.0
    for row, size in rows:
        left = (wide - width(row, font(size))) / 2
        write(draw, left, place + size * gap / 2, row, size, (colour[0], colour[1], colour[2], 255))
        place += size * gap
    return numpy.asarray(image)  # what is too long for the smallest letters rolls, as credits do


def _set(title: TitleItem, large: int, small: int, room: float) -> list[tuple[str, int]]:
    """Its lines, each with its size in pixels."""
    rows: list[tuple[str, int]] = []
    for text, size in ((title.text, large), (title.subtitle, small)):
        for line in text.splitlines():
            if len(rows) < _MOST_LINES:
                rows += [(row, size) for row in wrap(writable(line), font(size), room, _MOST_LINES)] or [("", size)]
    return rows or [("", small)]


def _tall(rows: list[tuple[str, int]]) -> float:
    return sum(size * _GAP for _, size in rows)
