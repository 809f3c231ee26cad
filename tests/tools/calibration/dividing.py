"""Further defects of composition: divided pictures, bars, and what lies over the picture, as others would plant them."""

from __future__ import annotations

from collections.abc import Iterator

import cv2

from tests.tools.calibration import covering, panelling
from tests.tools.calibration import spoiling as by
from tests.tools.calibration.planting import FAINT, GROSS, MOVING, PLAIN, SMOOTH, Planted

_WHITE, _YELLOW, _RED, _BLUE, _BLACK = (255, 255, 255), (40, 220, 250), (40, 40, 220), (200, 90, 30), (10, 10, 10)


def planted() -> Iterator[Planted]:
    """Every defect at its strength."""
    yield from _panels()
    yield from _bars()
    yield from _signs()
    for strength, step in ((PLAIN, 10), (PLAIN, 20), (GROSS, 32)):
        words = f"{256 // step} levels of grey"
        yield Planted(
            "bands", strength, words, by.each(0, by.posterise(step)), whole=True, hosts=(SMOOTH[0], SMOOTH[2])
        )


def _panels() -> Iterator[Planted]:
    for strength, words, spoil in (
        (GROSS, "three strips beside each other, no gutter", panelling.split((0.333, 0.667), (), move=1)),
        (GROSS, "three strips above each other, no gutter", panelling.split((), (0.333, 0.667), move=1)),
        (PLAIN, "two unequal pictures side by side, no gutter", panelling.split((0.38,), (), move=1)),
        (PLAIN, "two pictures side by side, one of them stands", panelling.split((0.5,), (), move=2)),
        (PLAIN, "two pictures above each other, all stand", panelling.split((), (0.5,), 0.01, 250)),
        (GROSS, "2 x 2 pictures that stand, no gutter", panelling.split((0.5,), (0.5,))),
        (GROSS, "one large and unequal ones, thin black gutter", panelling.split((0.6,), (0.45,), 0.006, 5, 1)),
        (GROSS, "2 x 3 unequal ones, white gutter", panelling.split((0.3, 0.7), (0.55,), 0.012, 250)),
        (GROSS, "one clip 2 x 2 times", panelling.repeated(2, 2)),
        (PLAIN, "one clip twice side by side", panelling.repeated(1, 2)),
        (PLAIN, "upright film over itself, blurred", panelling.blurred_sides(0.36)),
    ):
        yield Planted("panels", strength, words, spoil, whole=True)


def _bars() -> Iterator[Planted]:
    for strength, words, change in (
        (PLAIN, "bars of 3% above and below", covering.barred(0.03, 0.03, 0, 0)),
        (GROSS, "bars of 22% left and right", covering.barred(0, 0, 0.22, 0.22)),
        (PLAIN, "dark blue bars above and below", covering.barred(0.1, 0.1, 0, 0, (40, 16, 10))),
        (PLAIN, "white bars left and right", covering.barred(0, 0, 0.12, 0.12, _WHITE)),
        (PLAIN, "green bars above and below", covering.barred(0.1, 0.1, 0, 0, (70, 160, 60))),
        (PLAIN, "unequal bars above and below", covering.barred(0.06, 0.12, 0, 0)),
        (PLAIN, "a black bar below", covering.barred(0, 0.14, 0, 0)),
        (PLAIN, "a black bar on the left", covering.barred(0, 0, 0.1, 0)),
        (FAINT, "a black line on the right", covering.barred(0, 0, 0, 0.006)),
    ):
        yield Planted("letterbox", strength, words, by.each(0, change), whole=True)
    yield Planted("letterbox", PLAIN, "bars come in", by.each(20, covering.barred(0.1, 0.1, 0, 0)))


def _signs() -> Iterator[Planted]:
    complex_font = cv2.FONT_HERSHEY_COMPLEX
    for strength, words, change in (
        (PLAIN, "white lettering above on the right", covering.stamp("KINO 7", 0.76, 0.12, 0.05, _WHITE, 0.8)),
        (PLAIN, "yellow date below on the left", covering.stamp("21.11.2026", 0.04, 0.94, 0.04, _YELLOW)),
        (PLAIN, "red lettering in the middle above", covering.stamp("PREVIEW", 0.4, 0.14, 0.06, _RED, 0.8)),
        (
            PLAIN,
            "black serif lettering",
            covering.stamp("Archive of films", 0.05, 0.1, 0.045, _BLACK, 0.9, complex_font),
        ),
        (PLAIN, "thin lettering at 35%", covering.stamp("www.example.org", 0.6, 0.94, 0.045, _WHITE, 0.35)),
        (PLAIN, "a filled box with a station's name", covering.plate(0.84, 0.06, _WHITE, _RED)),
        (PLAIN, "a box at 60% with a station's name", covering.plate(0.05, 0.84, _WHITE, _BLUE, "NEWS", 0.6)),
        (PLAIN, "a running time code", covering.clock(0.36, 0.95, 0.045, _WHITE)),
        (PLAIN, "a round sign in which a star turns", covering.turning(0.9, 0.15, 0.07, 0.8)),
        (GROSS, "slanted lettering everywhere", covering.everywhere("STOCKPIX", 0.45)),
        (GROSS, "two lines of captions", covering.stamp("And then the lights went out.", 0.2, 0.88, 0.05, _YELLOW)),
        (FAINT, "small lettering at 12%", covering.stamp("draft", 0.85, 0.95, 0.03, _WHITE, 0.12)),
    ):
        yield Planted("overlay", strength, words, by.each(0, change), whole=True, hosts=MOVING)
