"""What is set over the art: a small slate tag, and the caption as a lower third; it stands still while art moves."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from infrastructure.animatic.planes import Pixels, over
from infrastructure.animatic.spec import Burn

_SPELLED = str.maketrans(
    {
        "\u201e": '"', "\u201c": '"', "\u201d": '"', "\u201a": "'", "\u2018": "'", "\u2019": "'", "\u2013": "-",
        "\u2014": "-", "\u2026": "...", "ß": "ss", "\u2022": "·", "\u2010": "-", "\u2011": "-", "\u2212": "-",
        "\u00a0": " ", "\u202f": " ", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "æ": "ae", "Æ": "Ae",
        "œ": "oe", "Œ": "Oe",
    }
)  # fmt: skip

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=32)
def _font(size: int) -> Font:
    return ImageFont.load_default(size)


@lru_cache(maxsize=4096)
def _has(char: str) -> bool:
    """Whether the built-in font draws this character as something other than its box for missing ones."""
    if char == " ":
        return True
    font = _font(24)
    return bytes(font.getmask(char)) != bytes(font.getmask("\U0010fffd"))


def writable(text: str) -> str:
    """`text` with every character the built-in font lacks replaced by its nearest spelling, or left out."""
    found = []
    for char in unicodedata.normalize("NFC", " ".join(text.split())):
        if _has(char):
            found.append(char)
            continue
        plain = char.translate(_SPELLED)
        if plain == char:
            plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        found.append("".join(c for c in plain if c != char and _has(c)))
    return " ".join("".join(found).split())


def wrap(text: str, font: Font, width: float, lines: int = 2) -> list[str]:
    """`text` broken into at most `lines` lines of `width` pixels, the last ending in dots when words are left."""
    rows: list[str] = []
    words = text.split()
    while words and len(rows) < lines:
        row = words.pop(0)
        while font.getlength(row) > width and len(row) > 1:
            row = row[:-2] + "-" if len(row) > 2 else row[0]
        while words and font.getlength(f"{row} {words[0]}") <= width:
            row = f"{row} {words.pop(0)}"
        rows.append(row)
    if words and rows:
        while rows[-1] and font.getlength(rows[-1] + "...") > width:
            rows[-1] = rows[-1].rpartition(" ")[0]
        rows[-1] = rows[-1].rstrip(" .,;:-") + "..."
    return rows


def slate(burn: Burn) -> str:
    """The words of the tag: the slate and the shot size."""
    parts = [f"SH {burn.label}" if burn.label else "", burn.size.replace("_", " ").upper()]
    return writable(" · ".join(p for p in parts if p))


def _premultiplied(image: Image.Image) -> Pixels:
    rgba = np.asarray(image, dtype=np.uint8)
    alpha = rgba[..., 3:].astype(np.uint16)
    colour = ((rgba[..., 2::-1] * alpha + 127) // 255).astype(np.uint8)
    return np.ascontiguousarray(np.concatenate([colour, rgba[..., 3:]], axis=2))


def _tag(text: str, height: int) -> Image.Image:
    scale = 2  # drawn double and shrunk: smooth corners
    size = max(9, round(height * 0.0215)) * scale
    font = _font(size)
    left, _, right, _ = font.getbbox(text)
    pad = size * 0.72
    image = Image.new("RGBA", (int(right - left + 2 * pad + size * 0.35), int(size * 1.95)), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, image.width - 1, image.height - 1), radius=size * 0.34, fill=(16, 17, 20, 176))
    draw.rounded_rectangle((0, 0, size * 0.3, image.height - 1), radius=size * 0.15, fill=(240, 150, 62, 255))
    draw.text((pad + size * 0.2 - left, image.height / 2), text, font=font, fill=(246, 241, 230, 255), anchor="lm")
    return image.resize((image.width // scale, image.height // scale), Image.Resampling.LANCZOS)


def _caption(image: Image.Image, text: str) -> None:
    width, height = image.size
    size = max(11, round(height * 0.0345))
    font = _font(size)
    rows = wrap(text, font, width * 0.84)
    lead = size * 1.32
    block = lead * len(rows)
    top = height - block - height * 0.058
    fade_from = int(top - size * 2.4)
    fade = np.clip((np.arange(height) - fade_from) / max(1.0, height - fade_from), 0, 1)
    alpha = (168 * (fade * fade * (3 - 2 * fade)) ** 0.85).astype(np.uint8)
    shade = np.zeros((height, width, 4), dtype=np.uint8)
    shade[..., :3] = (9, 10, 13)
    shade[..., 3] = alpha[:, None]
    image.alpha_composite(Image.fromarray(shade))
    draw = ImageDraw.Draw(image)
    for index, row in enumerate(rows):
        place = (width / 2, top + lead * (index + 0.5))
        draw.text((place[0], place[1] + size * 0.06), row, font=font, fill=(0, 0, 0, 150), anchor="mm")
        draw.text(place, row, font=font, fill=(250, 247, 240, 255), anchor="mm")


class Overlay:
    """The overlay of one frame size, made once and laid over every frame. Empty when there is nothing to say."""

    def __init__(self, burn: Burn, width: int, height: int) -> None:
        """Set the type for a frame of `width` x `height` pixels."""
        self._pieces: list[tuple[int, int, Pixels]] = []
        if not burn.on:
            return
        caption, tag = writable(burn.caption), slate(burn)
        if caption:
            image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
            _caption(image, caption)
            pixels = _premultiplied(image)
            rows = np.flatnonzero(pixels[..., 3].any(axis=1))
            self._pieces.append((0, int(rows[0]), np.ascontiguousarray(pixels[int(rows[0]) :])))
        if tag:
            margin = round(height * 0.034)
            pixels = _premultiplied(_tag(tag, height))
            self._pieces.append((margin, margin, pixels[: height - margin, : width - margin]))

    @property
    def empty(self) -> bool:
        """Whether it changes nothing."""
        return not self._pieces

    def lay(self, frame: Pixels) -> None:
        """Lay it over a BGRA frame, in place."""
        for x, y, piece in self._pieces:
            height, width = piece.shape[:2]
            over(frame[y : y + height, x : x + width], piece)


def vignette(width: int, height: int, strength: float) -> Pixels:
    """A factor per pixel and channel (255 = unchanged): corners darker by about `strength` (0 to 1)."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    distance = np.clip((x * x * 0.8 + y * y * 0.75 - 0.42) / 1.15, 0, 1)
    factor = 255 * (1 - strength * distance * distance * (3 - 2 * distance))
    one = np.round(factor).astype(np.uint8)
    return np.asarray(cv2.merge([one, one, one, np.full_like(one, 255)]), dtype=np.uint8)
