"""Further ways in which frames fail: nearly black, of one colour, noisy, stuck, repeated, cut, lit and worn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np

from tests.tools.calibration import spoiling as by
from tests.tools.calibration.planting import DETAILED, FAINT, GROSS, MOVING, PLAIN, Planted
from tests.tools.calibration.spoiling import Frames, Spoil, each
from tests.tools.calibration.worlds import Pixels, Shape, shoot, world

Change = Callable[[Pixels, int, Shape], Any]


def planted() -> Iterator[Planted]:
    """All of them."""
    yield from _empty()
    yield from _stalled()
    yield from _lit()
    yield from _worn()


def colour(blue: int, green: int, red: int, rough: float = 0) -> Change:
    """One colour, with noise of that deviation."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        noise = shape.random(3000 + index).normal(0, rough, (shape.height, shape.width, 1)) if rough else 0
        return np.full(frame.shape, (blue, green, red), np.float32) + noise

    return change


def first(count: int, change: Change) -> Spoil:
    """Change the first `count` frames; plant it with `until`."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        return by.each(count, change)(frames, 0, shape)[0], count - 1

    return spoil


def _empty() -> Iterator[Planted]:
    yield Planted("black", PLAIN, "2 frames black with some noise", each(2, colour(4, 4, 4, 3)))
    yield Planted("black", PLAIN, "5 frames of the darkest grey", each(5, colour(12, 12, 12)))
    yield Planted("black", PLAIN, "the first 4 frames black", first(4, by.black), until=True)
    yield Planted("black", GROSS, "all black with some noise", each(0, colour(5, 5, 5, 3)), whole=True)
    yield Planted("plain", PLAIN, "4 frames white", each(4, colour(255, 255, 255)))
    yield Planted("plain", PLAIN, "2 frames green, as of a failed decoder", each(2, colour(0, 135, 0)))
    yield Planted("plain", PLAIN, "6 frames grey with some noise", each(6, colour(128, 128, 128, 2)))
    yield Planted("plain", GROSS, "all of one colour", each(0, colour(90, 60, 160)), whole=True)
    yield Planted("plain", PLAIN, "the first 5 frames grey", first(5, colour(120, 120, 120)), until=True)
    yield Planted("noise", PLAIN, "noise without colour", each(0, snowy(60, 1)), whole=True)
    yield Planted("noise", PLAIN, "specks of pepper and salt", each(0, peppered(0.5)), whole=True)
    yield Planted("noise", PLAIN, "three quarters noise in specks of 8 px", each(0, undone(0.75, 8)), whole=True)
    yield Planted("noise", GROSS, "the same noise in all frames", each(0, snowy(60, 2, stays=True)), whole=True)
    yield Planted("noise", PLAIN, "the last 12 frames noise", by.ends(by.noise(6), 12), ending=12)
    yield Planted("noise", PLAIN, "5 frames of noise of one pixel", each(5, by.noise(1)))


def snowy(deviation: float, cell: int, stays: bool = False) -> Change:
    """Grey noise in specks of `cell` pixels, another one in every frame unless it `stays`."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        size = shape.height // cell + 1, shape.width // cell + 1
        specks = shape.random(4000 + (0 if stays else index)).normal(128, deviation, size).astype(np.float32)
        wide = cv2.resize(specks, None, fx=cell, fy=cell, interpolation=cv2.INTER_LINEAR)
        return np.repeat(wide[: shape.height, : shape.width, None], 3, axis=2)

    return change


def peppered(share: float) -> Change:
    """Pixels that are black or white by chance."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        chance = shape.random(5000 + index).random((shape.height, shape.width))
        frame = frame.copy()
        frame[chance < share / 2], frame[chance > 1 - share / 2] = 0, 255
        return frame

    return change


def undone(share: float, cell: int) -> Change:
    """A picture of which only a part was denoised."""
    noise = by.noise(cell)
    return lambda frame, index, shape: frame * (1 - share) + np.clip(noise(frame, index, shape), 0, 255) * share


def held(count: int, inserted: bool, at_first: bool = False) -> Spoil:
    """A frame stands for `count` frames more; `inserted` ones are not in place of others, so that motion goes on where
    it was."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        at = 1 if at_first else at
        kept = frames[at:] if inserted else frames[at + count :]
        return [*frames[:at], *[frames[at - 1]] * count, *kept][: len(frames)], at + count - 1

    return spoil


def repeated(pattern: tuple[int, ...]) -> Spoil:
    """Frames shown as often as the pattern says, over and over, as a wrong conversion of rates does."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        shown: Frames = []
        for i, frame in enumerate(frames):
            shown.extend([frame] * pattern[i % len(pattern)])
        return shown[: len(frames)], len(frames) - 1

    return spoil


def stuttering(every: int) -> Spoil:
    """One frame of each `every`, any of them, repeated in place of the next one."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        place = shape.random(6000).integers(1, every, len(frames))
        return [f if i % every != place[i // every] else frames[i - 1] for i, f in enumerate(frames)], len(frames) - 1

    return spoil


def still_noisy(deviation: float) -> Spoil:
    """Nothing moves but the grain."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        noise = [
            shape.random(7000 + i).normal(0, deviation, (shape.height, shape.width, 1)) for i in range(len(frames))
        ]
        return [np.clip(frames[0] + n, 0, 255).astype(np.uint8) for n in noise], len(frames) - 1

    return spoil


def skipped(share: float, mirrored: bool = False) -> Spoil:
    """A jump along the same world, or its mirror image."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        if mirrored:
            return [*frames[:at], *[np.ascontiguousarray(frame[:, ::-1]) for frame in frames[at:]]], at
        source = world(shape)
        way = [shoot(source, shape, 0.38 + share * (i >= at) + 0.04 * i / len(frames), 0.5) for i in range(len(frames))]
        return way, at

    return spoil


def _stalled() -> Iterator[Planted]:
    yield Planted("frozen", PLAIN, "12 frames held, then on from there", held(12, True), hosts=MOVING)
    yield Planted(
        "frozen", PLAIN, "the first frame held for 14", held(14, False, at_first=True), until=True, hosts=MOVING
    )
    yield Planted("frozen", GROSS, "30 frames held in place of others", held(30, False), hosts=MOVING)
    yield Planted("frozen", PLAIN, "10 frames held at night", held(10, False), hosts=("night", "rain", "snow"))
    yield Planted("doubled", PLAIN, "every fourth frame shown twice", repeated((1, 1, 1, 2)), whole=True, hosts=MOVING)
    yield Planted("doubled", PLAIN, "every frame shown twice", repeated((2,)), whole=True, hosts=MOVING)
    yield Planted("doubled", PLAIN, "one in seven frames repeated by chance", stuttering(7), whole=True, hosts=MOVING)
    yield Planted("motionless", PLAIN, "nothing moves but a faint grain", still_noisy(1.5), whole=True)
    yield Planted("motionless", PLAIN, "nothing moves but grain", still_noisy(4), whole=True)
    yield Planted("cut", PLAIN, "a jump to another place of the view", skipped(0.24), hosts=("pan",))
    yield Planted("cut", PLAIN, "a jump to the mirror image", skipped(0, True), hosts=MOVING)


def tinted(blue: float, green: float, red: float) -> Change:
    """Every colour times so much."""
    return lambda frame, index, shape: frame * np.array([blue, green, red])


def corner(share: float, light: float) -> Change:
    """A part of the picture lit, as much of its width and height as `share` says."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        lit = frame.astype(np.float32)
        lit[: int(shape.height * share), : int(shape.width * share)] += light
        return lit

    return change


def torn(frame: Pixels, index: int, shape: Shape) -> Any:
    """Tiles of the picture in each other's places, as after lost packets."""
    frame, random = frame.copy(), shape.random(8000 + index)
    unit = shape.height // 9
    for _ in range(60):
        y, x, v, u = (int(random.integers(0, end - unit)) for end in (shape.height, shape.width) * 2)
        frame[y : y + unit, x : x + unit] = frame[v : v + unit, u : u + unit].copy()
    return frame


def swelling(count: int, factor: float) -> Spoil:
    """Light that grows and goes within `count` frames."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        changed = list(frames)
        for k in range(count):
            gain = 1 + (factor - 1) * (1 - abs(2 * k - count + 1) / (count + 1))
            changed[at + k] = np.clip(frames[at + k] * gain + 8 * (gain - 1), 0, 255).astype(np.uint8)
        return changed, at + count - 1

    return spoil


def pulsing(levels: float, every: float, part: float = 1) -> Change:
    """Light that goes up and down by `levels` every so many frames, in that part of the width."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        lit = frame.astype(np.float32)
        lit[:, : int(shape.width * part)] += levels * np.sin(2 * np.pi * index / every)
        return lit

    return change


def unsteady(share: float) -> Change:
    """Exposure that changes by chance, that share up or down."""
    return lambda frame, index, shape: frame * (1 + shape.random(9000 + index).uniform(-share, share))


def blinking(every: int, low: float, part: float = 1, white: bool = False) -> Change:
    """Light on and off, `every` frames each, in that part of the height."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        lit = frame.astype(np.float32)
        if index // every % 2:
            lit[: int(shape.height * part)] = 255 if white else lit[: int(shape.height * part)] * low
        return lit

    return change


def strobing(count: int, every: int, low: float) -> Spoil:
    """Light off and on by turns, `every` frames each: the first and the last of the `count` frames are dark."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        dark = [at <= i < at + count and (i - at) // every % 2 == 0 for i in range(len(frames))]
        off = [(frame * low).astype(np.uint8) if d else frame for frame, d in zip(frames, dark, strict=True)]
        return off, at + count - 1

    return spoil


def _lit() -> Iterator[Planted]:
    yield Planted("flash", GROSS, "one frame white", each(1, colour(255, 255, 255)))
    yield Planted("flash", PLAIN, "one frame red", each(1, tinted(0.4, 0.5, 1.6)))
    yield Planted("flash", PLAIN, "two frames green", each(2, tinted(0.5, 1.15, 0.5)))
    yield Planted("flash", PLAIN, "two frames with a quarter of the picture lit", each(2, corner(0.5, 110)))
    yield Planted("flash", PLAIN, "light that swells and goes in 3 frames", swelling(3, 1.7))
    yield Planted("flash", GROSS, "one frame as its negative", each(1, lambda frame, index, shape: 255 - frame))
    yield Planted("flash", PLAIN, "one frame torn into tiles", each(1, torn))
    yield Planted("flash", PLAIN, "one frame upside down", each(1, lambda frame, index, shape: frame[::-1, ::-1]))
    yield Planted("flash", PLAIN, "three frames half as bright", each(3, by.gain(0.5)))
    yield Planted(
        "flicker", PLAIN, "light up and down by 10 levels, 4 times a second", each(0, pulsing(10, 6)), whole=True
    )
    yield Planted(
        "flicker", PLAIN, "light up and down by 14 levels, twice a second", each(0, pulsing(14, 12)), whole=True
    )
    yield Planted("flicker", PLAIN, "exposure unsteady by 8%", each(0, unsteady(0.08)), whole=True, hosts=DETAILED)
    yield Planted(
        "flicker", GROSS, "half of the width up and down by 20 levels", each(0, pulsing(20, 3, 0.5)), whole=True
    )
    yield Planted("flicker", PLAIN, "40 frames up and down by 5 levels", each(40, by.flicker(5)))
    yield Planted("flicker", FAINT, "exposure unsteady by 2%", each(0, unsteady(0.02)), whole=True)
    yield Planted("harmful", GROSS, "white every third frame", each(0, blinking(2, 0, white=True)), whole=True)
    yield Planted("harmful", PLAIN, "half of the height off 4 times a second", each(0, blinking(3, 0.1, 0.6)), whole=True,
                  hosts=DETAILED[:7])  # fmt: skip
    yield Planted("harmful", PLAIN, "30 frames black and white by turns", strobing(30, 2, 0.05), hosts=DETAILED[:7])


def smeared(per_width: float) -> Change:
    """Blurred to one side only, as by a shaken camera."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        return cv2.blur(frame, (max(3, round(per_width * shape.width)), 1))

    return change


def blurring(count: int, sigma: float) -> Spoil:
    """Blur that comes within `count` frames and stays; `sigma` per height."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        changed = [
            np.asarray(cv2.GaussianBlur(f, (0, 0), sigma * shape.height * min(1, (i - at + 1) / count)), np.uint8)
            if i >= at
            else f
            for i, f in enumerate(frames)
        ]
        return changed, len(frames) - 1

    return spoil


def pixelated(cell: int) -> Change:
    """Squares of `cell` pixels, each of one colour."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        size = max(1, shape.width // cell), max(1, shape.height // cell)
        small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (shape.width, shape.height), interpolation=cv2.INTER_NEAREST)

    return change


def enlarged(quality: int, factor: float) -> Change:
    """Packed hard at a smaller size, then made larger: the grid is no longer 8 pixels wide."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        small = cv2.resize(
            frame, (round(shape.width / factor), round(shape.height / factor)), interpolation=cv2.INTER_AREA
        )
        packed = by.blocky(quality)(np.asarray(small, np.uint8), index, shape)
        return cv2.resize(packed, (shape.width, shape.height), interpolation=cv2.INTER_LINEAR)

    return change


def _worn() -> Iterator[Planted]:
    yield Planted("soft", PLAIN, "made 5 times as large", each(0, by.upscaled(5)), whole=True, hosts=MOVING)
    yield Planted("soft", GROSS, "out of focus by 2.5%", each(0, by.defocused(0.025)), whole=True)
    blurred = by.each(0, by.blur(0.01))
    yield Planted("soft", PLAIN, "still and blurred", lambda f, at, s: blurred([f[0]] * len(f), at, s), whole=True)
    yield Planted("softer", PLAIN, "3 frames out of focus", each(3, by.defocused(0.012)))
    yield Planted("softer", PLAIN, "12 frames made 4 times as large", each(12, by.upscaled(4)))
    yield Planted("softer", PLAIN, "10 frames smeared by 2% of the width", each(10, smeared(0.02)))
    yield Planted("softer", PLAIN, "the last 15 frames blurred", by.ends(by.blur(0.008), 15), ending=15)
    yield Planted("softer", GROSS, "blur that comes in 4 frames and stays", blurring(4, 0.012))
    yield Planted("softer", PLAIN, "the first 12 frames blurred", first(12, by.blur(0.01)), until=True)
    yield Planted("blocks", PLAIN, "squares of 8 px", each(0, pixelated(8)), whole=True, hosts=DETAILED)
    yield Planted("blocks", GROSS, "squares of 16 px", each(0, pixelated(16)), whole=True, hosts=DETAILED)
    yield Planted("blocks", PLAIN, "squares of 12 px in 30 frames", each(30, pixelated(12)), hosts=DETAILED)
    yield Planted("blocks", PLAIN, "JPEG of quality 6, made 1.5 times as large", each(0, enlarged(6, 1.5)), whole=True,
                  hosts=DETAILED)  # fmt: skip
    yield Planted("blocks", PLAIN, "20 frames as JPEG of quality 5", each(20, by.blocky(5)), hosts=DETAILED)
    poor = by.encoded("mpeg2video", {"qmin": "28", "qmax": "31", "g": "12"})
    yield Planted("blocks", FAINT, "encoded as MPEG-2 at its poorest", poor, whole=True, hosts=DETAILED)
