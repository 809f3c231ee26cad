"""Ways to spoil the frames of a clip. Each gives a function of the frames, a place and the clip's shape, that gives the
spoilt frames and the last one that is spoilt.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import av
import cv2
import numpy as np

from tests.tools.calibration.scenes import pan
from tests.tools.calibration.worlds import Pixels, Shape, world

Frames = list[Pixels]
Spoil = Callable[[Frames, int, Shape], tuple[Frames, int]]


def each(count: int, change: Callable[[Pixels, int, Shape], Any]) -> Spoil:
    """Change `count` frames (0: all)."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        first, last = (0, len(frames) - 1) if count == 0 else (at, at + count - 1)
        changed = [
            np.clip(change(frame, i, shape), 0, 255).astype(np.uint8) if first <= i <= last else frame
            for i, frame in enumerate(frames)
        ]
        return changed, last

    return spoil


def black(frame: Pixels, index: int, shape: Shape) -> Any:
    return np.zeros_like(frame)


def plain(frame: Pixels, index: int, shape: Shape) -> Any:
    return np.full_like(frame, shape.random(60).integers(50, 250, 3, dtype=np.uint8))


def noise(cell: int) -> Callable[[Pixels, int, Shape], Any]:
    """Coloured noise in specks of `cell` pixels, as latents that were never denoised."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        size = shape.height // cell + 1, shape.width // cell + 1, 3
        specks = shape.random(1000 + index).normal(128, 60, size).astype(np.float32)
        return cv2.resize(specks, None, fx=cell, fy=cell, interpolation=cv2.INTER_LINEAR)[: shape.height, : shape.width]

    return change


def freeze(count: int) -> Spoil:
    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        held = [frames[at - 1]] * count
        return [*frames[:at], *held, *frames[at + count :]], at + count - 1

    return spoil


def gain(factor: float) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: frame * factor + (factor - 1) * 12


def foreign(frame: Pixels, index: int, shape: Shape) -> Any:
    picture = world(Shape(shape.width, shape.height, 1, shape.seed + 7777))
    return picture[: shape.height, : shape.width]


def flicker(levels: float) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: frame + levels * shape.random(2000 + index).choice([-1, 1])


def strobe(factor: float) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: frame * (factor if index // 2 % 2 else 1)


def jump(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
    other = list(pan(Shape(shape.width, shape.height, shape.frames, shape.seed + 5555)))
    return [*frames[:at], *other[at:]], at


def blur(per_height: float) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: cv2.GaussianBlur(frame, (0, 0), per_height * shape.height)


def blocky(quality: int) -> Callable[[Pixels, int, Shape], Any]:
    """What a codec on the 8-pixel grid leaves at that quality of JPEG."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        packed = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return cv2.imdecode(packed, cv2.IMREAD_COLOR)

    return change


def posterise(step: int) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: (cv2.GaussianBlur(frame, (0, 0), 2).astype(np.int16) // step) * step + step // 2


def fade(count: int) -> Spoil:
    """A cross-fade into another picture."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        other = list(pan(Shape(shape.width, shape.height, shape.frames, shape.seed + 3333)))
        shares = [min(1, max(0, (i - at + 1) / (count + 1))) for i in range(len(frames))]
        mixed = [
            np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8)
            for a, b, share in zip(frames, other, shares, strict=True)
        ]
        return mixed, at + count - 1

    return spoil


def double(share: float, count: int) -> Spoil:
    """Another moving picture shines through for a while."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        other = list(pan(Shape(shape.width, shape.height, shape.frames, shape.seed + 4444)))
        mixed = [
            np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8) if at <= i < at + count else a
            for i, (a, b) in enumerate(zip(frames, other, strict=True))
        ]
        return mixed, at + count - 1

    return spoil


def boxed(share: float, upright: bool) -> Callable[[Pixels, int, Shape], Any]:
    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        frame = frame.copy()
        depth = max(2, round(share * (shape.width if upright else shape.height)))
        if upright:
            frame[:, :depth] = frame[:, -depth:] = 0
        else:
            frame[:depth] = frame[-depth:] = 0
        return frame

    return change


def mark(alpha: float, size: float) -> Callable[[Pixels, int, Shape], Any]:
    """Lettering in a corner; `size` as a share of the height."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        over = frame.copy()
        scale = size * shape.height / 22
        place = int(shape.width * 0.68), int(shape.height * 0.93)
        cv2.putText(
            over,
            "STOCKPIX",
            place,
            cv2.FONT_HERSHEY_SIMPLEX,
            scale,
            (255, 255, 255),
            max(1, round(scale * 2)),
            cv2.LINE_AA,
        )
        return cv2.addWeighted(frame, 1 - alpha, over, alpha, 0)

    return change


def judder(every: int) -> Spoil:
    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        return [frames[i - 1] if i and i % every == 0 else frame for i, frame in enumerate(frames)], len(frames) - 1

    return spoil


def stop(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
    return [frames[0]] * len(frames), len(frames) - 1


def ends(change: Callable[[Pixels, int, Shape], Any], count: int) -> Spoil:
    """Change the last `count` frames; plant it with `at` counted from the end."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        first = len(frames) - count
        return each(count, change)(frames, first, shape)[0], len(frames) - 1

    return spoil


def stuck(count: int) -> Spoil:
    """The last `count` frames are the one before them."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        return [*frames[:-count], *[frames[-count - 1]] * count], len(frames) - 1

    return spoil


def band_of_light(share: float) -> Callable[[Pixels, int, Shape], Any]:
    """A bright stripe over that share of the height."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        bright = frame.astype(np.float32)
        top = int(shape.height * (0.5 - share / 2))
        bright[top : shape.height - top] = bright[top : shape.height - top] * 0.3 + 175
        return bright

    return change


def upscaled(factor: int) -> Callable[[Pixels, int, Shape], Any]:
    """Made `factor` times as small and large again."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        small = cv2.resize(frame, (shape.width // factor, shape.height // factor), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (shape.width, shape.height), interpolation=cv2.INTER_CUBIC)

    return change


def defocused(per_height: float) -> Callable[[Pixels, int, Shape], Any]:
    """As a lens out of focus: every point a disc of that radius."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        radius = max(1, round(per_height * shape.height))
        disc = cv2.circle(np.zeros((2 * radius + 1, 2 * radius + 1), np.float32), (radius, radius), radius, 1, -1)
        return cv2.filter2D(frame, -1, disc / disc.sum())

    return change


def encoded(codec: str, options: dict[str, str]) -> Spoil:
    """All frames as they come out of a poor encoder."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        store = io.BytesIO()
        with av.open(store, "w", format="matroska") as output:
            stream: Any = output.add_stream(codec, rate=24, options=options)
            stream.width, stream.height, stream.pix_fmt = shape.width, shape.height, "yuv420p"
            for frame in frames:
                output.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")))
            output.mux(stream.encode(None))
        store.seek(0)
        with av.open(store, "r") as source:
            poor: Frames = [np.asarray(f.to_ndarray(format="bgr24"), np.uint8) for f in source.decode(video=0)]
        return poor[: len(frames)], len(frames) - 1

    return spoil


def echo(share: float, back: int, count: int) -> Spoil:
    """Every frame is mixed with the one `back` frames before it, so that all that moves is doubled."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        mixed = [
            np.asarray(cv2.addWeighted(frame, 1 - share, frames[max(0, i - back)], share, 0), np.uint8)
            if at <= i < at + count
            else frame
            for i, frame in enumerate(frames)
        ]
        return mixed, at + count - 1

    return spoil


def shining(share: float, until: bool) -> Spoil:
    """Another picture shines through from `at` to the end, or from the beginning up to `at` (`until`)."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        other = list(pan(Shape(shape.width, shape.height, shape.frames, shape.seed + 4545)))
        mixed = [
            np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8) if (i <= at if until else i >= at) else a
            for i, (a, b) in enumerate(zip(frames, other, strict=True))
        ]
        return mixed, at if until else len(frames) - 1

    return spoil


def letters(text: str, x: float, y: float, alpha: float, size: float, ink: int = 255) -> Any:
    """Lettering that stays at a place; `size` and place as shares of the picture."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        over, scale = frame.copy(), size * shape.height / 22
        place = int(shape.width * x), int(shape.height * y)
        wide = max(1, round(scale * 2))
        cv2.putText(over, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (ink, ink, ink), wide, cv2.LINE_AA)
        return cv2.addWeighted(frame, 1 - alpha, over, alpha, 0)

    return change


def logo(alpha: float, size: float) -> Callable[[Pixels, int, Shape], Any]:
    """A round sign with a star in it, above on the left."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        over, radius = frame.copy(), int(size * shape.height)
        middle = int(0.08 * shape.width) + radius // 2, int(0.1 * shape.height) + radius // 2
        cv2.circle(over, middle, radius, (240, 240, 240), max(2, radius // 6), cv2.LINE_AA)
        for k in range(5):
            a, b = 2 * np.pi * k / 5, 2 * np.pi * (k + 2) / 5
            ends = [(int(middle[0] + radius * np.sin(w)), int(middle[1] - radius * np.cos(w))) for w in (a, b)]
            cv2.line(over, ends[0], ends[1], (240, 240, 240), max(2, radius // 8), cv2.LINE_AA)
        return cv2.addWeighted(frame, 1 - alpha, over, alpha, 0)

    return change


def windowboxed(share: float, level: int) -> Callable[[Pixels, int, Shape], Any]:
    """Bars on all four sides, of that level."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        frame, high, wide = frame.copy(), round(share * shape.height), round(share * shape.width)
        frame[:high] = frame[-high:] = level
        frame[:, :wide] = frame[:, -wide:] = level
        return frame

    return change
