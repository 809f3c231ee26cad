"""Clips and charts made here: every frame carries its number as a bar code that survives encoding and scaling."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy
from PIL import Image

BITS = 10
WIDTH, HEIGHT = 160, 96


def make_clip(
    path: Path,
    frames: int,
    *,
    width: int = WIDTH,
    height: int = HEIGHT,
    rate: Fraction = Fraction(24),
    base: int = 0,
    tagged: bool = True,
    options: dict[str, str] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
) -> Path:
    """A clip whose frame i carries the number base + i; tagged BT.709, or as ComfyUI writes them without tags."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream(codec, rate=rate, options=options or {"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        if tagged:
            context = stream.codec_context
            context.colorspace = context.color_primaries = context.color_trc = 1
            context.color_range = 1
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(_coded(base + index, width, height), format="yuv420p")
            output.mux(stream.encode(frame.reformat(format=pix_fmt)))
        output.mux(stream.encode(None))
    return path


def lossless(path: Path, pictures: Iterable[Any]) -> Path:
    """A clip of these planes (yuv420p, one below the other), tagged BT.709, that gives every sample back."""
    with av.open(str(path), "w") as output:
        stream: Any = None
        for planes in pictures:
            if stream is None:
                stream = output.add_stream("libx264", rate=24, options={"preset": "ultrafast", "qp": "0"})
                stream.height, stream.width, stream.pix_fmt = planes.shape[0] * 2 // 3, planes.shape[1], "yuv420p"
                context = stream.codec_context
                context.colorspace = context.color_primaries = context.color_trc = context.color_range = 1
            output.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        output.mux(stream.encode(None))
    return path


def grey(luma: Any) -> Any:
    """Planes without colour for `lossless`, of that luma (a number or rows and columns)."""
    height, width = luma.shape if hasattr(luma, "shape") else (HEIGHT, WIDTH)
    planes = numpy.full((height * 3 // 2, width), 128, numpy.uint8)
    planes[:height] = luma
    return planes


def numbers(path: Path) -> list[int]:
    """The numbers that a clip's frames carry, in order."""
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            grey = frame.to_ndarray(format="gray")
            step = frame.width / BITS
            middle = grey[frame.height // 4 : frame.height * 3 // 4]
            bars = [middle[:, int(b * step + step / 4) : int((b + 1) * step - step / 4)].mean() for b in range(BITS)]
            found.append(sum(1 << bit for bit, bar in enumerate(bars) if bar > 128))
    return found


def chart() -> Any:
    """Patches of 32 x 32 pixels of many colours, 8 x 6 of them, as an RGB array."""
    colours = numpy.random.default_rng(7).integers(0, 256, (6, 8, 3), dtype=numpy.uint8)
    colours[0, :4] = [[0, 0, 0], [255, 255, 255], [200, 60, 40], [60, 60, 60]]
    return colours.repeat(32, 0).repeat(32, 1)


def patches(pixels: Any) -> Any:
    """The mean colour of the middle of each patch of a chart of any scale, 6 x 8 x 3."""
    height, width = pixels.shape[0] // 6, pixels.shape[1] // 8
    cells = pixels[: height * 6, : width * 8].reshape(6, height, 8, width, 3).astype(float)
    inner = cells[:, height // 4 : height * 3 // 4, :, width // 4 : width * 3 // 4]
    return inner.mean((1, 3))


def make_chart_clip(path: Path, matrix: str, *, full: bool = False, tagged: bool = True, frames: int = 3) -> Path:
    """A lossless clip of the chart, converted here with the textbook formula of that matrix."""
    planes = _ycbcr(chart(), matrix, full)
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=24, options={"preset": "ultrafast", "crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 256, 192, "yuv420p"
        if tagged:
            code = {"bt709": 1, "bt601": 6}[matrix]
            stream.codec_context.colorspace = code
            stream.codec_context.color_range = 2 if full else 1
        for _ in range(frames):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        output.mux(stream.encode(None))
    return path


def pixels(path: Path) -> Any:
    """A picture as an RGB array."""
    with Image.open(path) as image:
        return numpy.asarray(image.convert("RGB"))


def bt709_pixels(clip: Path, number: int = 0) -> Any:
    """A frame of a clip as RGB, read as limited-range BT.709 by the textbook formula."""
    with av.open(str(clip)) as container:
        frame = next(frame for place, frame in enumerate(container.decode(video=0)) if place == number)
        raw = frame.to_ndarray(format="yuv420p").astype(float)
    height, width = frame.height, frame.width
    flat = raw.ravel()
    y = (flat[: height * width].reshape(height, width) - 16) / 219
    chroma = flat[height * width :].reshape(2, height // 2, width // 2).repeat(2, 1).repeat(2, 2)
    u, v = (chroma - 128) / 224
    red, blue = y + 1.5748 * v, y + 1.8556 * u
    green = (y - 0.2126 * red - 0.0722 * blue) / 0.7152
    return numpy.clip(numpy.stack([red, green, blue], -1) * 255, 0, 255)


def _ycbcr(rgb: Any, matrix: str, full: bool) -> Any:
    kr, kb = {"bt709": (0.2126, 0.0722), "bt601": (0.299, 0.114)}[matrix]
    red, green, blue = (rgb[..., i] / 255 for i in range(3))
    y = kr * red + (1 - kr - kb) * green + kb * blue
    u, v = (blue - y) / (2 - 2 * kb), (red - y) / (2 - 2 * kr)
    scale, offset, chroma = (255, 0, 255) if full else (219, 16, 224)
    parts = [y * scale + offset, u[::2, ::2] * chroma + 128, v[::2, ::2] * chroma + 128]
    flat = numpy.concatenate([numpy.clip(numpy.rint(part), 0, 255).ravel() for part in parts])
    return flat.astype(numpy.uint8).reshape(-1, rgb.shape[1])


def _coded(number: int, width: int, height: int) -> Any:
    assert 0 <= number < 1 << BITS
    frame = numpy.full((height * 3 // 2, width), 128, numpy.uint8)
    edges = [round(bit * width / BITS) for bit in range(BITS + 1)]
    for bit in range(BITS):
        frame[:height, edges[bit] : edges[bit + 1]] = 235 if number >> bit & 1 else 16
    return frame
