"""Every kind of clean clip by name, with what was ordered and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from domain.quality.values import Expectation, Span
from tests.tools.calibration import cameras, drawings, montages, scenes, straight, strangers, temptations, weather
from tests.tools.calibration.clips import Encoding
from tests.tools.calibration.worlds import Scene, Shape

ONE_SHOT = Expectation(cuts=())
UNKNOWN = Expectation()


def _dissolve(shape: Shape) -> Expectation:
    first, last = montages.dissolve_place(shape)
    return Expectation(cuts=(last + 1,), fades=(Span(first=first, last=last),))


class Kind(NamedTuple):
    """A scene, and what was ordered of it; `shape` and `encoding` change what the evaluation chose."""

    scene: Scene
    ordered: Callable[[Shape], Expectation] = lambda shape: ONE_SHOT
    shape: Callable[[Shape], Shape] = lambda shape: shape
    encoding: Callable[[Encoding], Encoding] = lambda encoding: encoding


def _sized(width: int, height: int) -> Callable[[Shape], Shape]:
    return lambda shape: Shape(width, height, shape.frames, shape.seed)


def _plain(*made: Scene) -> dict[str, Kind]:
    return {scene.__name__: Kind(scene) for scene in made}


def _unknown(*made: Scene) -> dict[str, Kind]:
    return {scene.__name__: Kind(scene, lambda shape: UNKNOWN) for scene in made}


KINDS: dict[str, Kind] = {
    **_plain(
        scenes.pan, scenes.eased_pan, scenes.zoom, scenes.handheld, scenes.night, scenes.fog, scenes.whip, scenes.chase,
        scenes.follow, scenes.still, scenes.portrait, montages.fades, scenes.grain, drawings.line_art, drawings.flat_art,
        scenes.horizon, scenes.doorway, scenes.rain, scenes.candle, scenes.sunset,
        cameras.tilt, cameras.crane, cameras.running, cameras.parallax, cameras.train_window, cameras.passer,
        cameras.small_mover, cameras.slow_motion, cameras.rack_focus, cameras.cockpit, cameras.crowd, cameras.lift,
        weather.snow, weather.water, weather.lake, weather.campfire, weather.smoke, weather.backlight,
        weather.starfield, weather.fireworks, weather.lamp_goes_on, weather.leaves, weather.high_key, weather.low_key,
        weather.saturated, weather.black_and_white,
        drawings.cartoon, drawings.title_card, drawings.credits, drawings.screen, drawings.puppet,
        straight.window, straight.shelves, straight.fence, straight.tiles, straight.bricks, straight.court,
        straight.book_page, straight.television, straight.mirror, straight.stripes, straight.chessboard,
        straight.shop_sign,
        temptations.shop_window, temptations.bus_in_glass, temptations.dappled, temptations.headlights,
        temptations.sparks, temptations.confetti, temptations.shaken_zoom, temptations.soft_portrait,
        temptations.bokeh, temptations.underwater, temptations.on_threes, temptations.time_lapse,
        temptations.fast_crowd, temptations.passing_train, temptations.door_opens, temptations.club,
        temptations.curtain, temptations.cloth,
    ),
    **_unknown(
        montages.fade_through_black, montages.cuts, montages.fade_to_white, montages.quick_cuts,
        montages.reverse_angles,
    ),
    "split": Kind(montages.split, lambda shape: Expectation(cuts=(), split_screen=True)),
    "letterboxed": Kind(montages.letterboxed, lambda shape: Expectation(cuts=(), letterbox=True)),
    "dissolve": Kind(montages.dissolve, _dissolve),
    "pan_480p": Kind(scenes.pan, shape=_sized(848, 480)),
    "upright": Kind(scenes.handheld, shape=_sized(544, 960)),
    "square": Kind(scenes.zoom, shape=_sized(640, 640)),
    "small": Kind(scenes.handheld, shape=_sized(320, 180)),
    "pan_60": Kind(scenes.pan, encoding=lambda e: e._replace(rate=Fraction(60))),
    "water_30": Kind(weather.water, encoding=lambda e: e._replace(rate=Fraction(30000, 1001))),
    "night_hevc": Kind(scenes.night, encoding=lambda e: e._replace(codec="libx265", crf=26)),
    "handheld_vp9": Kind(scenes.handheld, encoding=lambda e: e._replace(codec="libvpx-vp9", crf=34)),
    "crowd_av1": Kind(cameras.crowd, encoding=lambda e: e._replace(codec="libsvtav1", crf=32)),
    "pan_full_hd": Kind(scenes.pan, shape=lambda shape: Shape(1920, 1080, shape.frames // 2, shape.seed)),
    **_plain(*strangers.SCENES),
    "testsrc2": Kind(strangers.source("testsrc2", "rate=24"), lambda shape: Expectation(cuts=(), overlay=True)),
}  # fmt: skip
"""All kinds by name."""
