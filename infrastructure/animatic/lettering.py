"""Type set with the built-in font, which has no accented letters: their marks are drawn by hand."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_SPELLED = str.maketrans(
    {
        "\u201e": '"', "\u201c": '"', "\u201d": '"', "\u201a": "'", "\u2018": "'", "\u2019": "'", "\u2013": "-",
        "\u2014": "-", "\u2026": "...", "ß": "ss", "\u2022": "·", "\u2010": "-", "\u2011": "-", "\u2212": "-",
        "\u00a0": " ", "\u202f": " ", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "æ": "ae", "Æ": "Ae",
        "œ": "oe", "Œ": "Oe", "€": "EUR", "\u00ab": '"', "\u00bb": '"',
    }
)  # fmt: skip
_MARKS = {"\u0308": "dots", "\u0301": "acute", "\u0300": "grave", "\u0302": "roof", "\u030a": "ring", "\u0303": "wave"}


@lru_cache(maxsize=32)
def font(size: int) -> Font:
    """The built-in font at `size` pixels."""
    return ImageFont.load_default(size)


@lru_cache(maxsize=4096)
def _has(char: str) -> bool:
    """Whether the font draws this character as something other than its box for missing ones."""
    if char == " ":
        return True
    probe = font(24)
    return bytes(probe.getmask(char)) != bytes(probe.getmask("\U0010fffd"))


def _parts(char: str) -> tuple[str, str]:
    """A letter the font has and the mark to be drawn over it ("" for none); ("", "") when there is no way."""
    if _has(char):
        return char, ""
    apart = unicodedata.normalize("NFD", char)
    if len(apart) == 2 and apart[1] in _MARKS and _has(apart[0]):
        return apart[0], _MARKS[apart[1]]
    return "", ""


def writable(text: str) -> str:
    """`text` on one line, with everything that cannot be drawn replaced by its nearest spelling, or left out."""
    found = []
    for char in unicodedata.normalize("NFC", " ".join(text.split())):
        if _parts(char)[0]:
            found.append(char)
            continue
        plain = char.translate(_SPELLED)
        if plain == char:
            plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        found.append("".join(c for c in plain if c != char and _has(c)))
    return " ".join("".join(found).split())


def _plain(text: str) -> str:
    return "".join(_parts(c)[0] for c in text)


def width(text: str, type_: Font) -> float:
    """How wide `text` is set, in pixels."""
    return float(type_.getlength(_plain(text)))


def wrap(text: str, type_: Font, room: float, lines: int = 2) -> list[str]:
    """`text` broken into at most `lines` lines of `room` pixels, the last ending in dots when words are left."""
    rows: list[str] = []
    words = text.split()
    while words and len(rows) < lines:
        row = words.pop(0)
        if width(row, type_) > room:
            while width(row + "-", type_) > room and len(row) > 1:
                row = row[:-1]
            row += "-"
        while words and width(f"{row} {words[0]}", type_) <= room:
            row = f"{row} {words.pop(0)}"
        rows.append(row)
    if words and rows:
        while rows[-1] and width(rows[-1] + "...", type_) > room:
            rows[-1] = rows[-1].rpartition(" ")[0]
        rows[-1] = rows[-1].rstrip(" .,;:-") + "..."
    return rows


def write(
    draw: ImageDraw.ImageDraw, left: float, middle: float, text: str, size: int, fill: tuple[int, int, int, int]
) -> None:
    """Set `text` (made `writable`) in `size` pixels, beginning at `left`, its lower-case letters around `middle`."""
    type_ = font(size)
    plain = _plain(text)
    baseline = middle + size * 0.31
    draw.text((left, baseline), plain, font=type_, fill=fill, anchor="ls")
    done = ""
    for char in text:
        base, mark = _parts(char)
        if mark:
            start = left + float(type_.getlength(done))
            box = type_.getbbox(base, anchor="ls") if isinstance(type_, ImageFont.FreeTypeFont) else (0, -size, size, 0)
            _mark(draw, mark, start + (box[0] + box[2]) / 2, baseline + box[1] - size * 0.11, size, fill)
        done += base


def _mark(draw: ImageDraw.ImageDraw, mark: str, x: float, y: float, size: int, fill: tuple[int, int, int, int]) -> None:
    dot, thick = size * 0.058, max(1, round(size * 0.07))
    reach, rise = size * 0.13, size * 0.055
    if mark == "dots":
        for side in (-1, 1):
            cx = x + side * size * 0.125
            draw.ellipse((cx - dot, y - dot, cx + dot, y + dot), fill=fill)
    elif mark == "ring":
        draw.ellipse((x - rise * 1.6, y - rise * 1.6, x + rise * 1.6, y + rise * 1.6), outline=fill, width=thick)
    elif mark == "wave":
        points = [(x - reach, y + rise * 0.5), (x - reach * 0.3, y - rise), (x + reach * 0.3, y + rise * 0.5)]
        draw.line([*points, (x + reach, y - rise)], fill=fill, width=thick)
    else:
        left, right = {"acute": (rise, -rise), "grave": (-rise, rise), "roof": (rise, rise)}[mark]
        middle = [(x, y - rise)] if mark == "roof" else []
        draw.line([(x - reach * 0.8, y + left), *middle, (x + reach * 0.8, y + right)], fill=fill, width=thick)
