"""What is set over the art: a small slate tag, and the caption as a lower third; it stands still while art moves."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from infrastructure.animatic import lettering
from infrastructure.animatic.planes import Pixels, over
from infrastructure.animatic.spec import Burn


def slate(burn: Burn) -> str:
    """The words of the tag: the slate and the shot size."""
    size = burn.size.replace("close_up", "close-up").replace("_", " ").upper()
    parts = [f"SH {burn.label}" if burn.label else "", size]
    return lettering.writable(" · ".join(p for p in parts if p))


def _premultiplied(image: Image.Image) -> Pixels:
    rgba = np.asarray(image, dtype=np.uint8)
    alpha = rgba[..., 3:].astype(np.uint16)
    colour = ((rgba[..., 2::-1] * alpha + 127) // 255).astype(np.uint8)
    return np.ascontiguousarray(np.concatenate([colour, rgba[..., 3:]], axis=2))


def _tag(text: str, height: int) -> Image.Image:
    scale = 2  # drawn double and shrunk: smooth corners
    size = max(9, round(height * 0.0215)) * scale
    pad = size * 0.72
    wide = lettering.width(text, lettering.font(size))
    image = Image.new("RGBA", (int(wide + 2 * pad + size * 0.35), int(size * 1.95)), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, image.width - 1, image.height - 1), radius=size * 0.34, fill=(16, 17, 20, 176))
    draw.rounded_rectangle((0, 0, size * 0.3, image.height - 1), radius=size * 0.15, fill=(240, 150, 62, 255))
    lettering.write(draw, pad + size * 0.2, image.height * 0.51, text, size, (246, 241, 230, 255))
    return image.resize((max(1, image.width // scale), image.height // scale), Image.Resampling.LANCZOS)


def _caption(image: Image.Image, text: str) -> None:
    width, height = image.size
    size = max(11, round(height * 0.0345))
    rows = lettering.wrap(text, lettering.font(size), width * 0.84)
    lead = size * 1.32
    top = height - lead * len(rows) - height * 0.058
    fade_from = int(top - size * 2.4)
    fade = np.clip((np.arange(height) - fade_from) / max(1.0, height - fade_from), 0, 1)
    shade = np.zeros((height, width, 4), dtype=np.uint8)
    shade[..., :3] = (9, 10, 13)
    shade[..., 3] = (168 * (fade * fade * (3 - 2 * fade)) ** 0.85).astype(np.uint8)[:, None]
    image.alpha_composite(Image.fromarray(shade))
    draw = ImageDraw.Draw(image)
    for index, row in enumerate(rows):
        left = (width - lettering.width(row, lettering.font(size))) / 2
        middle = top + lead * (index + 0.5)
        lettering.write(draw, left, middle + size * 0.06, row, size, (0, 0, 0, 150))
        lettering.write(draw, left, middle, row, size, (250, 247, 240, 255))


class Overlay:
    """The overlay of one frame size, made once and laid over every frame. Empty when there is nothing to say."""

    def __init__(self, burn: Burn, width: int, height: int) -> None:
        """Set the type for a frame of `width` x `height` pixels."""
        self._pieces: list[tuple[int, int, Pixels]] = []
        if not burn.on:
            return
        caption, tag = lettering.writable(burn.caption), slate(burn)
        if caption:
            image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
            _caption(image, caption)
            pixels = _premultiplied(image)
            top = int(np.argmax(pixels[..., 3].any(axis=1)))
            self._pieces.append((0, top, np.ascontiguousarray(pixels[top:])))
        if tag:
            margin = round(height * 0.034)
            pixels = _premultiplied(_tag(tag, height))[: height - margin, : width - margin]
            if pixels.size:
                self._pieces.append((margin, margin, np.ascontiguousarray(pixels)))

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
