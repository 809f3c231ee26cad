"""Opening pictures we did not draw, and the notes our own PNG files carry so that their art can be drawn again."""

from __future__ import annotations

import io
import json
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from infrastructure.animatic.planes import Pixels

KEY = "kinoloom"
MAX_PIXELS = 120_000_000
_CLEAN = b"kiNo"
"""Private, safe-to-ignore PNG chunk with the last frame as it was before the overlay (itself a PNG)."""


class PictureError(Exception):
    """A sentence about a picture that cannot be used."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture: BGRA pixels, the note of ours it carries (else None), and its clean twin when it has one."""

    pixels: Pixels
    note: dict[str, Any] | None = None
    clean: Pixels | None = None


def _bgra(image: Image.Image) -> Pixels:
    rgb = np.asarray(image.convert("RGB"))
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA), dtype=np.uint8)


def _note(image: Image.Image) -> dict[str, Any] | None:
    text = image.info.get(KEY)
    if not isinstance(text, str):
        return None
    try:
        note = json.loads(text)
    except ValueError:
        return None
    return note if isinstance(note, dict) else None


def _flat(image: Image.Image) -> Image.Image:
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "PA") or (image.mode == "P" and "transparency" in image.info):
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image).convert("RGB")
    if image.mode.startswith(("I", "F")):  # 16-bit greys: PIL's own conversion would clip them to white
        values = np.asarray(image, dtype=np.float64)
        top = 65535.0 if values.max() > 255 else 255.0
        return Image.fromarray((np.clip(values / top, 0, 1) * 255 + 0.5).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")


def open_picture(path: Path, what: str) -> Picture:
    """Decode a picture file. `what` names it in the sentence of the PictureError raised when it cannot be used."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower than the error's
            with Image.open(path) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    limit = MAX_PIXELS // 1_000_000
                    raise PictureError(
                        f"The {what} {path.name} has {width} x {height} pixels; at most {limit} million."
                    )
                image.load()
                note = _note(image)
                pixels = _bgra(_flat(image))
                chunks = getattr(image, "private_chunks", [])
        clean = None
        for chunk in chunks:
            if chunk[0] == _CLEAN and note is not None:
                with Image.open(io.BytesIO(chunk[1])) as inner:
                    if inner.size == (width, height):
                        clean = _bgra(inner)
        return Picture(pixels, note, clean)
    except FileNotFoundError:
        raise PictureError(f"The {what} {path.name} is not there any more.") from None
    except UnidentifiedImageError:
        raise PictureError(f"The {what} {path.name} is not a picture, or of a kind that cannot be read.") from None
    except Image.DecompressionBombError:
        limit = MAX_PIXELS // 1_000_000
        raise PictureError(f"The {what} {path.name} has more than {limit} million pixels.") from None
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        struct.error,
        MemoryError,
        IndexError,
        KeyError,
        TypeError,
    ) as e:
        raise PictureError(f"The {what} {path.name} is damaged ({str(e)[:120] or type(e).__name__}).") from None


def _png(pixels: Pixels, info: PngImagePlugin.PngInfo | None = None) -> bytes:
    rgb = cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGB)
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(rgb, dtype=np.uint8)).save(buffer, "PNG", compress_level=1, pnginfo=info)
    return buffer.getvalue()


def save_png(path: Path, pixels: Pixels, note: dict[str, Any], clean: Pixels | None = None) -> None:
    """Write BGRA `pixels` as RGB PNG with our note, and with the clean twin when the overlay hides art we could not
    draw again."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, json.dumps(note, ensure_ascii=False, sort_keys=True), zip=True)
    if clean is not None:
        info.add(_CLEAN, _png(clean))
    path.write_bytes(_png(pixels, info))


def jpeg(pixels: Pixels, limit: int = 320) -> bytes:
    """A small JPEG of BGRA `pixels`, at most `limit` pixels on its longer side."""
    height, width = pixels.shape[:2]
    scale = min(1.0, limit / max(width, height))
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    small = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR), size, interpolation=cv2.INTER_AREA)
    good, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return bytes(data) if good else b""
