"""Defects planted into clean clips at stated strengths. Each says which frames it spoils."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from tests.tools.calibration.scenes import Pixels, Shape, pan, world

FAINT, PLAIN, GROSS = "faint", "plain", "gross"
STRENGTHS = (FAINT, PLAIN, GROSS)
"""Faint: found by looking for it. Plain: seen by everybody. Gross: nobody would keep it."""

Frames = list[Pixels]


@dataclass(frozen=True)
class Planted:
    """A defect at one strength: what it is in words, and a function that spoils frames from one place on.

    `spoil(frames, at, shape)` gives the new frames and the last spoilt one; `whole` spoils all of them. `check` is
    what has to find it; `anywhere` leaves out where.
    """

    check: str
    strength: str
    words: str
    spoil: Callable[[Frames, int, Shape], tuple[Frames, int]]
    whole: bool = False
    scene: str = ""


def _each(
    count: int, change: Callable[[Pixels, int, Shape], Any]
) -> Callable[[Frames, int, Shape], tuple[Frames, int]]:
    """Change `count` frames (0: all)."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        first, last = (0, len(frames) - 1) if count == 0 else (at, at + count - 1)
        changed = [
            np.clip(change(frame, i, shape), 0, 255).astype(np.uint8) if first <= i <= last else frame
            for i, frame in enumerate(frames)
        ]
        return changed, last

    return spoil


def _black(frame: Pixels, index: int, shape: Shape) -> Any:
    return np.zeros_like(frame)


def _plain(frame: Pixels, index: int, shape: Shape) -> Any:
    return np.full_like(frame, shape.random(60).integers(50, 250, 3, dtype=np.uint8))


def _noise(cell: int) -> Callable[[Pixels, int, Shape], Any]:
    """Coloured noise in specks of `cell` pixels, as latents that were never denoised."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        size = shape.height // cell + 1, shape.width // cell + 1, 3
        specks = shape.random(1000 + index).normal(128, 60, size).astype(np.float32)
        return cv2.resize(specks, None, fx=cell, fy=cell, interpolation=cv2.INTER_LINEAR)[: shape.height, : shape.width]

    return change


def _freeze(count: int) -> Callable[[Frames, int, Shape], tuple[Frames, int]]:
    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        held = [frames[at - 1]] * count
        return [*frames[:at], *held, *frames[at + count :]], at + count - 1

    return spoil


def _gain(factor: float) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: frame * factor + (factor - 1) * 12


def _foreign(frame: Pixels, index: int, shape: Shape) -> Any:
    picture = world(Shape(shape.width, shape.height, 1, shape.seed + 7777))
    return picture[: shape.height, : shape.width]


def _flicker(levels: float) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: frame + levels * shape.random(2000 + index).choice([-1, 1])


def _strobe(factor: float) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: frame * (factor if index // 2 % 2 else 1)


def _jump(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
    other = list(pan(Shape(shape.width, shape.height, shape.frames, shape.seed + 5555)))
    return [*frames[:at], *other[at:]], at


def _blur(per_height: float) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: cv2.GaussianBlur(frame, (0, 0), per_height * shape.height)


def _blocky(quality: int) -> Callable[[Pixels, int, Shape], Any]:
    """What a codec on the 8-pixel grid leaves at that quality of JPEG."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        packed = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return cv2.imdecode(packed, cv2.IMREAD_COLOR)

    return change


def _posterise(step: int) -> Callable[[Pixels, int, Shape], Any]:
    return lambda frame, index, shape: (cv2.GaussianBlur(frame, (0, 0), 2).astype(np.int16) // step) * step + step // 2


def _panels(rows: int, columns: int, gutter: float, ink: int) -> Callable[[Frames, int, Shape], tuple[Frames, int]]:
    """A grid of moving pictures; `gutter` as a share of the height."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        edge = round(gutter * shape.height)
        width, height = shape.width // columns, shape.height // rows
        parts = [
            list(pan(Shape(width, height, shape.frames, shape.seed * 31 + part))) for part in range(rows * columns)
        ]
        made = []
        for i in range(shape.frames):
            frame = np.full((shape.height, shape.width, 3), ink, np.uint8)
            for part, clip in enumerate(parts):
                y, x = part // columns * height, part % columns * width
                inner = clip[i][edge // 2 : height - edge // 2, edge // 2 : width - edge // 2]
                frame[
                    y + edge // 2 : y + edge // 2 + inner.shape[0], x + edge // 2 : x + edge // 2 + inner.shape[1]
                ] = inner
            made.append(frame)
        return made, len(frames) - 1

    return spoil


def _fade(count: int) -> Callable[[Frames, int, Shape], tuple[Frames, int]]:
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


def _double(share: float, count: int) -> Callable[[Frames, int, Shape], tuple[Frames, int]]:
    """Another moving picture shines through for a while."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        other = list(pan(Shape(shape.width, shape.height, shape.frames, shape.seed + 4444)))
        mixed = [
            np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8) if at <= i < at + count else a
            for i, (a, b) in enumerate(zip(frames, other, strict=True))
        ]
        return mixed, at + count - 1

    return spoil


def _boxed(share: float, upright: bool) -> Callable[[Pixels, int, Shape], Any]:
    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        frame = frame.copy()
        depth = max(2, round(share * (shape.width if upright else shape.height)))
        if upright:
            frame[:, :depth] = frame[:, -depth:] = 0
        else:
            frame[:depth] = frame[-depth:] = 0
        return frame

    return change


def _mark(alpha: float, size: float) -> Callable[[Pixels, int, Shape], Any]:
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


def _judder(every: int) -> Callable[[Frames, int, Shape], tuple[Frames, int]]:
    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        return [frames[i - 1] if i and i % every == 0 else frame for i, frame in enumerate(frames)], len(frames) - 1

    return spoil


def _stop(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
    return [frames[0]] * len(frames), len(frames) - 1


def planted() -> Iterator[Planted]:
    """Every defect at every strength."""
    for strength, count in zip(STRENGTHS, (1, 3, 12), strict=True):
        words = f"{count} black frame{'s' if count > 1 else ''}"
        # one black frame is seen by everybody
        yield Planted("black", PLAIN if strength == FAINT else strength, words, _each(count, _black))
        yield Planted(
            "plain", PLAIN if strength == FAINT else strength, words.replace("black", "plain"), _each(count, _plain)
        )
    yield Planted("nan_black", GROSS, "nothing but black", _each(0, _black), whole=True)
    for strength, cell in zip(STRENGTHS, (8, 4, 1), strict=True):
        yield Planted(
            "noise",
            PLAIN if strength == FAINT else strength,
            f"noise in specks of {cell} px",
            _each(0, _noise(cell)),
            whole=True,
        )
    yield Planted("noise", PLAIN, "10 frames of noise", _each(10, _noise(8)))
    for strength, count in zip(STRENGTHS, (4, 8, 24), strict=True):
        yield Planted("frozen", strength, f"{count} frames frozen", _freeze(count))
    for strength, factor in zip(STRENGTHS, (1.05, 1.25, 1.8), strict=True):
        yield Planted("flash", strength, f"one frame {factor} times as bright", _each(1, _gain(factor)))
    yield Planted("flash", PLAIN, "two frames 0.7 times as bright", _each(2, _gain(0.7)))
    yield Planted("flash", PLAIN, "one frame of another picture", _each(1, _foreign))
    yield Planted("flash", GROSS, "three frames of another picture", _each(3, _foreign))
    for strength, levels in zip(STRENGTHS, (1, 4, 10), strict=True):
        yield Planted("flicker", strength, f"all frames ± {levels} levels", _each(0, _flicker(levels)), whole=True)
    for strength, factor in zip(STRENGTHS, (0.85, 0.5, 0.15), strict=True):
        yield Planted(
            "harmful",
            strength,
            f"6 flashes a second, down to {factor}",
            _each(0, _strobe(factor)),
            whole=True,
            scene="handheld",
        )
    yield Planted("cut", PLAIN, "a cut in one shot", _jump)
    for strength, sigma in zip(STRENGTHS, (0.002, 0.008, 0.016), strict=True):
        yield Planted("soft", strength, f"all blurred by {sigma:.1%} of the height", _each(0, _blur(sigma)), whole=True)
    for strength, sigma in zip(STRENGTHS, (0.001, 0.004, 0.01), strict=True):
        yield Planted("softer", strength, f"10 frames blurred by {sigma:.1%} of the height", _each(10, _blur(sigma)))
    for strength, quality in zip(STRENGTHS, (40, 8, 3), strict=True):
        yield Planted(
            "blocks",
            strength,
            f"all frames as JPEG of quality {quality}",
            _each(0, _blocky(quality)),
            whole=True,
            scene="handheld",
        )
    for strength, step in zip(STRENGTHS, (4, 16, 24), strict=True):
        yield Planted(
            "bands", strength, f"{256 // step} levels of grey", _each(0, _posterise(step)), whole=True, scene="sunset"
        )
    for rows, columns, gutter, ink in (
        (2, 2, 0.015, 245),
        (2, 2, 0.012, 5),
        (2, 2, 0, 0),
        (1, 3, 0.012, 245),
        (3, 3, 0.01, 0),
        (1, 2, 0, 0),
        (2, 1, 0, 0),
    ):
        words = f"{rows} x {columns} panels, {'no gutter' if not gutter else 'white gutter' if ink > 99 else 'black gutter'}"
        yield Planted(
            "panels", GROSS if rows * columns > 2 else PLAIN, words, _panels(rows, columns, gutter, ink), whole=True
        )
    for strength, count in zip(STRENGTHS, (3, 8, 20), strict=True):
        yield Planted("ghost", strength, f"cross-fade of {count} frames", _fade(count))
    for strength, share in zip(STRENGTHS, (0.15, 0.4, 0.5), strict=True):
        yield Planted("ghost", strength, f"double exposure of {share:.0%}", _double(share, 20))
    for strength, share in zip(STRENGTHS, (0.01, 0.05, 0.12), strict=True):
        yield Planted(
            "letterbox", strength, f"bars of {share:.0%} above and below", _each(0, _boxed(share, False)), whole=True
        )
        yield Planted(
            "letterbox", strength, f"bars of {share:.0%} left and right", _each(0, _boxed(share, True)), whole=True
        )
    for strength, alpha in zip(STRENGTHS, (0.15, 0.5, 0.9), strict=True):
        yield Planted(
            "overlay",
            strength,
            f"lettering at {alpha:.0%} in a corner",
            _each(0, _mark(alpha, 0.05)),
            whole=True,
            scene="handheld",
        )
    for strength, every in zip(STRENGTHS, (12, 5, 3), strict=True):
        yield Planted("doubled", strength, f"every {every}th frame repeated", _judder(every), whole=True)
    yield Planted("motionless", PLAIN, "nothing moves, motion was ordered", _stop, whole=True)


def spoil(frames: Iterable[Pixels], defect: Planted, at: int, shape: Shape) -> tuple[Frames, int, int]:
    """The spoilt clip, and its first and last spoilt frame."""
    changed, last = defect.spoil(list(frames), at, shape)
    return changed, 0 if defect.whole else at, last
