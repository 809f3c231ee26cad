"""What is burnt into a picture, against what stands in it; borders and bars, against things that resemble them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
import pytest
from av import VideoFrame

from infrastructure.quality import layout, margins
from infrastructure.quality.signs import Staying
from infrastructure.quality.views import View, view
from tests.tools.calibration.kinds import KINDS
from tests.tools.calibration.spoiling import letters
from tests.tools.calibration.worlds import Pixels, Shape, shoot, world

SHAPE = Shape(320, 192, 40, 11)
WRITTEN = letters("STOCKPIX", 0.6, 0.9, 0.9, 0.06)


def seen(frames: Iterable[Pixels]) -> list[View]:
    """Frames as the measures get them."""
    made = (VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24") for frame in frames)
    return [view(frame, i, i / 24) for i, frame in enumerate(made)]


def told(frames: Iterable[Pixels]) -> bool:
    """Whether anything stays in front of them."""
    staying = Staying()
    return any(staying.observe(each).share > 0 for each in seen(frames))


def handheld(change: Callable[[Pixels], Pixels]) -> Iterable[Pixels]:
    """A view that strays by two pixels; `change` is made to what is filmed."""
    filmed = change(world(SHAPE))
    return (shoot(filmed, SHAPE, 0.5 + 0.004 * np.sin(i / 3), 0.5 + 0.004 * np.cos(i / 4)) for i in range(SHAPE.frames))


def sign_on_a_wall(picture: Pixels) -> Pixels:
    changed = picture.copy()
    cv2.putText(changed, "STOCKPIX", (250, 205), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2, cv2.LINE_AA)
    return changed


def test_lettering_before_a_camera_that_is_held_by_hand_is_told() -> None:
    assert told(WRITTEN(frame, i, SHAPE) for i, frame in enumerate(handheld(lambda picture: picture)))


def test_a_sign_on_a_wall_is_none() -> None:
    assert not told(handheld(sign_on_a_wall))
    assert not told(handheld(lambda picture: picture))


def test_somebody_who_walks_by_before_a_camera_that_stands_makes_no_sign_of_a_roof() -> None:
    assert not told(KINDS["passer"].scene(Shape(320, 192, 48, 11)))


def slanted(frame: Pixels) -> Pixels:
    """The picture with a word across it that is slanted by 18 degrees."""
    word = np.zeros_like(frame)
    cv2.putText(word, "PREVIEW", (60, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (255, 255, 255), 6, cv2.LINE_AA)
    turned = cv2.warpAffine(word, cv2.getRotationMatrix2D((160, 96), 18, 1), frame.shape[1::-1])
    return np.asarray(cv2.addWeighted(frame, 1, turned, 0.6, 0), np.uint8)


def test_slanted_lettering_across_the_picture_is_told() -> None:
    assert told(slanted(shoot(world(SHAPE), SHAPE, 0.3 + 0.006 * i, 0.5)) for i in range(32))


def words_that_fly_in(x: int, y: int) -> Iterable[Pixels]:
    """One word after the other comes from that many pixels a frame away and rests, before an even ground."""
    for i in range(64):
        picture = np.full((192, 320, 3), 60, np.uint8)
        for number, word in enumerate(("NOW", "HOW", "ABOUT", "THAT", "WORK")):
            ago = max(0, 14 - i + 13 * number)
            place = 24 + 150 * (number % 2) + x * ago, 40 + 55 * (number // 2) + y * ago
            cv2.putText(picture, word, place, cv2.FONT_HERSHEY_SIMPLEX, 1.0, (170, 230, 250), 5, cv2.LINE_AA)
        yield picture


@pytest.mark.parametrize("way", [(-20, 0), (0, -12), (14, -14)])
def test_words_that_fly_in_and_rest_are_the_film_itself(way: tuple[int, int]) -> None:
    assert not told(words_that_fly_in(*way))


def test_what_stays_behind_a_cut_was_before_it() -> None:
    staying, pictures = Staying(), [world(SHAPE), world(SHAPE)[::-1]]
    shares = []
    for each in seen(
        WRITTEN(shoot(pictures[i // 40], SHAPE, 0.3 + 0.006 * (i % 40), 0.5), i, SHAPE) for i in range(48)
    ):
        if each.index == 40:
            staying.forget()
        shares.append(staying.observe(each).share)

    assert min(shares[38:]) > 0


def _lines(picture: Pixels) -> tuple[float, ...]:
    """How far each upright line parts a picture from the same one again."""
    borders = layout.Borders()
    found = [borders.observe(each) for each in seen([picture] * 3)]
    return tuple(line.same for line in found[-1] if line.axis == "v")


def test_a_picture_beside_itself_is_known() -> None:
    half = shoot(world(SHAPE), Shape(160, 192, 1, 11), 0.4, 0.5)
    other = shoot(world(SHAPE), Shape(160, 192, 1, 11), 0.7, 0.5)

    assert max(_lines(np.hstack([half, half])), default=0) > 0.9
    assert max(_lines(np.hstack([half, other])), default=0) == 0


def _places(picture: Pixels) -> list[float]:
    """Where upright lines part a picture."""
    borders = layout.Borders()
    found = [borders.observe(each) for each in seen([picture] * 2)]
    return [round(line.place, 1) for line in found[-1] if line.axis == "v"]


def test_a_border_stands_out_from_tiles_and_from_a_picture_full_of_edges() -> None:
    tiles = np.full((192, 320, 3), 90, np.uint8)
    tiles[:, ::28] = tiles[::28] = 60
    other = tiles.copy()
    other[:, 160:] += 110
    leaves = np.random.default_rng(3).integers(60, 160, (96, 160, 3), np.uint8).repeat(2, 0).repeat(2, 1)
    parted = leaves.copy()
    parted[:, 160:] = 255 - parted[:, 160:] // 2

    assert _places(tiles) == [] == _places(leaves)
    assert _places(other) == [0.5] == _places(parted)


@pytest.mark.parametrize(("end", "bars"), [(120, True), (132, False)])
def test_bars_are_of_one_colour_all_along(end: int, bars: bool) -> None:
    picture = world(SHAPE)[:192, :320].copy()
    picture[:19] = picture[-19:] = np.linspace(120, end, 320)[None, :, None]

    found = margins.bars(seen([picture])[0])

    assert (found.top > 0.09 and found.bottom > 0.09) == bars
