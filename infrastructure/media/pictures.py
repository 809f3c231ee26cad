"""Still pictures of any kind to upright 8-bit sRGB PNG, and small pictures for the window; with Pillow.

Pictures come from anywhere: the size is checked in the header before anything is allocated, only a few well-kept
formats are opened, and every picture is decoded completely before it counts as one.
"""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageFilter, ImageOps

from domain.errors import UnreadableMedia
from domain.fitting import Fit, Size, cut, inside
from infrastructure.media.faults import making, reading
from infrastructure.stores import atomic

log = logging.getLogger(__name__)

MAX_PIXELS = 64_000_000
"""Largest picture opened, in pixels: with its alpha it takes less than a gibibyte on the way."""

_STRIP = 256  # rows that are put on white at once

Image.init()
FORMATS = tuple(
    name for name in ("PNG", "JPEG", "WEBP", "TIFF", "AVIF", "BMP", "GIF", "PPM", "TGA") if name in Image.OPEN
)
"""Formats opened, as far as this Pillow has them. No EPS and the like, which start other programs."""

# Pillow's own limit warns below ours
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def check(path: Path) -> tuple[int, int]:
    """Width and height of a picture as it will stand (EXIF orientation applied). Raises UnreadableMedia."""
    with reading(path), _opened(path) as image:
        image.load()
        width, height = image.size
        sideways = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return (height, width) if sideways else (width, height)


def to_png(source: Path, target: Path) -> tuple[int, int]:
    """Store a picture as upright 8-bit sRGB PNG at `target`, whole or not at all; its width and height.

    An embedded colour profile is applied; CMYK, Lab, palette and grey pictures become RGB; 16 bits become 8; what is
    transparent becomes white; of animations the first picture is taken. Raises UnreadableMedia and MediaFailed.
    """
    with reading(source), _opened(source) as image:
        image.load()
        ImageOps.exif_transpose(image, in_place=True)  # a copy would take as much memory again
        picture = _in_srgb(_without_alpha(_eight_bits(image)), image.info.get("icc_profile"))
    save_png(picture, target)
    return picture.size


def to_frame(source: Path, target: Path, frame: Size, fit: Fit) -> None:
    """Store a picture as PNG of exactly the frame's size, undistorted. Raises UnreadableMedia and MediaFailed."""
    with reading(source), _opened(source) as image:
        image.load()
        picture = _in_srgb(_without_alpha(_eight_bits(image)), image.info.get("icc_profile")).convert("RGB")
    smooth = Image.Resampling.LANCZOS
    if fit.how == "fill":
        made = picture.resize(frame, smooth, box=cut(picture.size, frame, fit))
    else:
        if fit.how == "extend":
            # Blurred small and enlarged: soft enough, and quick at any size.
            tiny = (max(2, frame[0] // 16), max(2, frame[1] // 16))
            ground = picture.resize(tiny, smooth, box=cut(picture.size, frame, fit))
            made = ground.filter(ImageFilter.GaussianBlur(2)).resize(frame, Image.Resampling.BICUBIC)
        else:
            made = Image.new("RGB", frame)
        left, upper, width, height = inside(picture.size, frame)
        made.paste(picture.resize((width, height), smooth), (left, upper))
    save_png(made, target)


def save_png(picture: Image.Image, target: Path) -> None:
    """Write a PNG whole or not at all. Raises MediaFailed."""
    with making(target):
        buffer = io.BytesIO()
        # metadata of the source (camera, place) stays out
        Image.frombytes(picture.mode, picture.size, picture.tobytes()).save(buffer, "PNG", compress_level=3)
        atomic.write_bytes(target, buffer.getvalue())


def thumbnail(source: Path, target: Path, width: int) -> None:
    """A WebP of a picture, `width` pixels wide or as wide as the picture if that is less."""
    save_small(_drafted(source, width), target, width)


def small(source: Path, width: int, height: int) -> Image.Image:
    """A picture in sRGB that fits into that many pixels, never enlarged. Raises UnreadableMedia."""
    picture = _drafted(source, width)
    picture.thumbnail((width, height), Image.Resampling.BICUBIC, reducing_gap=2)
    return picture


def _drafted(source: Path, width: int) -> Image.Image:
    """The picture, where its format allows decoded no larger than twice that width."""
    with reading(source), _opened(source) as image:
        image.draft("RGB", (width * 2, width * 2 * image.height // max(1, image.width)))
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        return _in_srgb(_without_alpha(_eight_bits(image)), image.info.get("icc_profile"))


def save_small(picture: Image.Image, target: Path, width: int) -> None:
    """Write the picture as WebP of that width, never enlarged, whole or not at all."""
    with making(target):
        wide = max(1, min(width, picture.width))
        high = max(1, round(picture.height * wide / picture.width))
        buffer = io.BytesIO()
        picture.resize((wide, high), Image.Resampling.BICUBIC, reducing_gap=2).save(
            buffer, "WEBP", quality=80, method=2
        )
        # it can be made again at any time: no waiting for the disk
        atomic.write_bytes(target, buffer.getvalue(), durable=False)


def is_picture(path: Path) -> bool:
    """Whether the file begins like a picture Pillow opens; says nothing about the rest."""
    try:
        with Image.open(path, formats=FORMATS):
            return True
    except Exception:
        return False


def _opened(path: Path) -> Image.Image:
    """The picture with only its header read. Raises UnreadableMedia for a size that is not taken on."""
    image = Image.open(path, formats=FORMATS)
    width, height = image.size
    if width * height > MAX_PIXELS:
        image.close()
        raise UnreadableMedia(
            f"{path.name} has {width} x {height} pixels; at most {MAX_PIXELS // 10**6} megapixels are opened.",
            "Make it smaller first.",
        )
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """The picture with 8 bits per channel: 16-bit grey is scaled, not cut off."""
    import numpy

    if image.mode.startswith("I") or image.mode == "F":
        values: Any = numpy.asarray(image).astype(numpy.float64)
        if image.mode == "F":
            scale = 255.0 if values.size and values.max() <= 1.0 else 1.0
        else:
            scale = 1 / 257 if image.mode.startswith("I;16") or values.max(initial=0) > 255 else 1.0
        return Image.fromarray(numpy.clip(numpy.rint(values * scale), 0, 255).astype(numpy.uint8))
    if image.mode == "1":
        return image.convert("L")
    return image


def _without_alpha(image: Image.Image) -> Image.Image:
    if image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in ("LA", "La", "RGBa", "PA", "RGBA"):
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        flat = Image.new("RGB", image.size)
        for top in range(0, image.height, _STRIP):
            part = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
            white = Image.new("RGBA", part.size, (255, 255, 255, 255))
            flat.paste(Image.alpha_composite(white, part).convert("RGB"), (0, top))
        return flat
    return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            # a grey picture that had alpha is RGB by now and no longer fits a grey profile
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError) as error:
            log.info("The colour profile of a picture was not used: %s", error)
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")
