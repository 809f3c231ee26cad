"""Defects as somebody plants them who only wants to try a checker, in the scenes of `strangers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import cv2
import numpy as np

from tests.tools.calibration import spoiling as by
from tests.tools.calibration import strangers
from tests.tools.calibration.planting import GROSS, PLAIN, Planted
from tests.tools.calibration.spoiling import Frames, Spoil, each
from tests.tools.calibration.worlds import Pixels, Scene, Shape

Mix = Callable[[Any, Any], Any]

SCENES = tuple(scene.__name__ for scene in strangers.SCENES)
"""All of them."""
PICTURES = tuple(name for name in SCENES if name != "panned_noise")
LIVELY = ("panned_noise", "tunnel", "skyline", "mandelbrot")
"""Those in which everything moves."""
LIT = ("polygons", "clock", "hills", "walker", "chart", "panned_noise")
"""Those that are bright all over."""
FULL = ("panned_noise", "tunnel", "skyline", "polygons", "hills", "mandelbrot", "testsrc2")
"""Those with much in them."""


def other(scene: Scene, frames: Frames, shape: Shape) -> Iterator[Pixels]:
    """As many frames of another scene."""
    return islice(scene(Shape(shape.width, shape.height, len(frames), shape.seed + 1)), len(frames))


def mixed(count: int, scene: Scene, mix: Mix, still: bool = False) -> Spoil:
    """`count` frames mixed with another scene, or with its first picture."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        made = list(other(scene, frames, shape))
        changed = list(frames)
        for place in range(at, at + count):
            both = mix(frames[place].astype(np.float32), made[0 if still else place].astype(np.float32))
            changed[place] = np.clip(both, 0, 255).astype(np.uint8)
        return changed, at + count - 1

    return spoil


def crossed(count: int, scene: Scene) -> Spoil:
    """A cross-fade of `count` frames into another scene that stays."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        made = list(other(scene, frames, shape))
        changed = [*frames[:at], *made[at:]]
        for step in range(count):
            share = (step + 1) / (count + 1)
            both = frames[at + step] * (1 - share) + made[at + step] * share
            changed[at + step] = both.astype(np.uint8)
        return changed, at + count - 1

    return spoil


def beside(scene: Scene, share: float, gutter: int = 0) -> Spoil:
    """Another scene in the right `share` of the width, behind a black gutter of `gutter` px."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        border = int(shape.width * (1 - share))
        wide = shape.width - border
        changed = []
        for frame, made in zip(frames, other(scene, frames, shape), strict=True):
            both = np.concatenate([frame[:, :border], made[:, (shape.width - wide) // 2 :][:, :wide]], 1)
            both[:, border : border + gutter] = 0
            changed.append(both)
        return changed, len(frames) - 1

    return spoil


def quartered(scene: Scene) -> Spoil:
    """Two by two small pictures without a gutter, two of them of another scene."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        half = shape.width // 2, shape.height // 2
        made = list(other(scene, frames, shape))
        changed = []
        for place, frame in enumerate(frames):
            later = (place + 9) % len(frames)
            small = [cv2.resize(one, half, interpolation=cv2.INTER_AREA) for one in (frame, made[place])]
            below = [cv2.resize(one, half, interpolation=cv2.INTER_AREA) for one in (made[later], frames[later])]
            changed.append(np.vstack([np.hstack(small), np.hstack(below)]).astype(np.uint8))
        return changed, len(frames) - 1

    return spoil


def cutaway(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
    """Another scene from one frame on."""
    return [*frames[:at], *list(other(strangers.hills, frames, shape))[at:]], at


def red(frame: Pixels, index: int, shape: Shape) -> Any:
    """Full red and black by turns, six times a second at 24 frames a second."""
    return np.full(frame.shape, (0, 0, 255 if index // 2 % 2 else 0), np.uint8)


def static(frame: Pixels, index: int, shape: Shape) -> Any:
    """Black and white by chance, of one pixel."""
    white = shape.random(5000 + index).random((shape.height, shape.width, 1)) > 0.5
    return np.broadcast_to(white * 255, frame.shape)


def brightness(amount: float) -> Callable[[Pixels, int, Shape], Any]:
    """Every second frame by that share darker."""
    return lambda frame, index, shape: frame * (1 - amount * (index % 2))


def shrunk(factor: int) -> Callable[[Pixels, int, Shape], Any]:
    """Made smaller by `factor` and as large again, by cubic interpolation."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        small = cv2.resize(frame, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (shape.width, shape.height), interpolation=cv2.INTER_CUBIC)

    return change


def planted() -> Iterator[Planted]:
    """All of them."""
    yield Planted("black", GROSS, "8 frames black", each(8, by.black), hosts=LIT)
    yield Planted("black", PLAIN, "the last 12 frames black", by.ends(by.black, 12), ending=12, hosts=LIT)
    yield Planted("plain", GROSS, "10 frames of one colour", each(10, by.plain), hosts=SCENES)
    yield Planted("noise", GROSS, "10 frames of black and white static", each(10, static), hosts=PICTURES)
    yield Planted("noise", PLAIN, "16 frames of noise in specks of 8 px", each(16, by.noise(8)), hosts=PICTURES)
    yield Planted("frozen", PLAIN, "12 frames frozen", by.freeze(12), hosts=LIVELY)
    yield Planted("cut", GROSS, "a cut to hills", cutaway, hosts=("polygons", "tunnel", "skyline", "testsrc2"))
    yield Planted(
        "flash",
        GROSS,
        "a white frame",
        each(1, lambda frame, index, shape: np.full_like(frame, 255)),
        hosts=SCENES[:10],
    )
    yield Planted("flash", PLAIN, "two frames half as bright", each(2, by.gain(0.5)), hosts=LIT)
    yield Planted("flicker", PLAIN, "every other frame a tenth darker", each(0, brightness(0.1)), whole=True, hosts=LIT)
    yield Planted("harmful", GROSS, "full red and black, six flashes a second", each(0, red), whole=True, hosts=LIT)
    yield Planted("soft", PLAIN, "a fifth of the size", each(0, shrunk(5)), whole=True, hosts=("skyline", "testsrc2"))
    yield Planted(
        "softer", PLAIN, "12 frames at a fourth of the size", each(12, shrunk(4)), hosts=("skyline", "testsrc2")
    )
    yield Planted(
        "blocks", GROSS, "JPEG of quality 3", each(0, by.blocky(3)), whole=True, hosts=("skyline", "panned_noise")
    )
    for scene, share, gutter in ((strangers.hills, 0.5, 0), (strangers.skyline, 0.36, 0), (strangers.walker, 0.5, 8)):
        words = f"{scene.__name__} in {share:.0%} of the width, {gutter or 'no'} px of gutter"
        spoil = beside(scene, share, gutter)
        yield Planted("panels", PLAIN, words, spoil, whole=True, hosts=("stars", "fireflies", "tunnel", "mandelbrot"))
    spoil = quartered(strangers.skyline)
    yield Planted("panels", GROSS, "2 x 2, no gutter", spoil, whole=True, hosts=("tunnel", "polygons", "mandelbrot"))
    for strength, words, mix, still in (
        (GROSS, "half another scene", lambda a, b: (a + b) / 2, False),
        (PLAIN, "half another still picture", lambda a, b: (a + b) / 2, True),
        (PLAIN, "another scene screened", lambda a, b: 255 - (255 - a) * (255 - 0.7 * b) / 255, False),
    ):
        spoil = mixed(20, strangers.skyline, mix, still)
        yield Planted("ghost", strength, f"20 frames of {words}", spoil, hosts=("panned_noise", "polygons", "hills"))
    yield Planted("ghost", GROSS, "a cross-fade of 24 frames", crossed(24, strangers.skyline), hosts=FULL[3:])
    for share, upright in ((0.12, False), (0.125, True)):
        words = f"bars of {share:.1%} {'left and right' if upright else 'above and below'}"
        yield Planted("letterbox", PLAIN, words, each(0, by.boxed(share, upright)), whole=True, hosts=LIT)
    caption = by.letters("PREVIEW ONLY", 0.1, 0.9, 1.0, 0.06)
    yield Planted("overlay", GROSS, "a caption below", each(0, caption), whole=True, hosts=LIVELY[1:])
    yield Planted("overlay", PLAIN, "a sign in a corner", each(0, by.logo(0.9, 0.06)), whole=True, hosts=LIVELY[1:])
