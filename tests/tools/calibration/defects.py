"""Defects planted into clean clips at stated strengths. Each says which frames it spoils."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.tools.calibration import dividing, failing, mixing, panelling, strangers_defects
from tests.tools.calibration import spoiling as by
from tests.tools.calibration.planting import DETAILED, FAINT, GROSS, MOVING, PLAIN, SMOOTH, STRENGTHS, Planted
from tests.tools.calibration.spoiling import Frames
from tests.tools.calibration.worlds import Pixels, Shape

__all__ = ["FAINT", "STRENGTHS", "Planted", "planted", "spoil"]


def planted() -> Iterator[Planted]:
    """Every defect at every strength."""
    yield from _empty()
    yield from _stopped()
    yield from _lit()
    yield from _worn()
    yield from _divided()
    yield from _mixed()
    yield from _covered()
    yield from dividing.planted()
    yield from failing.planted()
    yield from mixing.planted()
    yield from strangers_defects.planted()


def _empty() -> Iterator[Planted]:
    for strength, count in ((PLAIN, 1), (PLAIN, 3), (GROSS, 12)):
        frames = f"{count} frame{'s' if count > 1 else ''}"
        yield Planted("black", strength, f"{frames} black", by.each(count, by.black))
        yield Planted("plain", strength, f"{frames} of one colour", by.each(count, by.plain))
    yield Planted("black", PLAIN, "the last 3 frames black", by.ends(by.black, 3), ending=3)
    yield Planted("nan_black", GROSS, "nothing but black", by.each(0, by.black), whole=True)
    for strength, cell in ((PLAIN, 8), (PLAIN, 4), (GROSS, 1)):
        yield Planted("noise", strength, f"noise in specks of {cell} px", by.each(0, by.noise(cell)), whole=True)
    yield Planted("noise", PLAIN, "10 frames of noise", by.each(10, by.noise(8)))


def _stopped() -> Iterator[Planted]:
    for strength, count in zip(STRENGTHS, (4, 8, 24), strict=True):
        yield Planted("frozen", strength, f"{count} frames frozen", by.freeze(count))
    yield Planted("frozen", PLAIN, "the last 16 frames frozen", by.stuck(16), hosts=MOVING, ending=16)
    for strength, every in zip(STRENGTHS, (12, 5, 3), strict=True):
        yield Planted("doubled", strength, f"every {every}th frame repeated", by.judder(every), whole=True)
    yield Planted("motionless", PLAIN, "nothing moves, motion was ordered", by.stop, whole=True)
    yield Planted("cut", PLAIN, "a cut in one shot", by.jump)


def _lit() -> Iterator[Planted]:
    for strength, factor in zip(STRENGTHS, (1.05, 1.25, 1.8), strict=True):
        yield Planted("flash", strength, f"one frame {factor} times as bright", by.each(1, by.gain(factor)))
    yield Planted("flash", PLAIN, "two frames 0.7 times as bright", by.each(2, by.gain(0.7)))
    yield Planted("flash", GROSS, "two frames with half the height lit", by.each(2, by.band_of_light(0.5)))
    yield Planted("flash", PLAIN, "one frame of another picture", by.each(1, by.foreign))
    yield Planted("flash", GROSS, "three frames of another picture", by.each(3, by.foreign))
    for strength, levels in zip(STRENGTHS, (1, 4, 10), strict=True):
        yield Planted("flicker", strength, f"all frames ± {levels} levels", by.each(0, by.flicker(levels)), whole=True)
    for strength, light in zip(STRENGTHS, (0.85, 0.5, 0.15), strict=True):
        words = f"6 flashes a second, down to {light}"
        yield Planted("harmful", strength, words, by.each(0, by.strobe(light)), whole=True, hosts=DETAILED[:7])


def _worn() -> Iterator[Planted]:
    for strength, sigma in zip(STRENGTHS, (0.002, 0.008, 0.016), strict=True):
        words = f"all blurred by {sigma:.1%} of the height"
        yield Planted("soft", strength, words, by.each(0, by.blur(sigma)), whole=True)
    yield Planted("soft", PLAIN, "made 4 times as large", by.each(0, by.upscaled(4)), whole=True)
    yield Planted("soft", PLAIN, "out of focus", by.each(0, by.defocused(0.012)), whole=True)
    for strength, sigma in zip(STRENGTHS, (0.001, 0.004, 0.01), strict=True):
        yield Planted(
            "softer", strength, f"10 frames blurred by {sigma:.1%} of the height", by.each(10, by.blur(sigma))
        )
    for strength, quality in zip(STRENGTHS, (40, 8, 3), strict=True):
        words = f"all frames as JPEG of quality {quality}"
        yield Planted("blocks", strength, words, by.each(0, by.blocky(quality)), whole=True, hosts=DETAILED)
    poor = by.encoded("mpeg4", {"qmin": "31", "qmax": "31", "g": "12"})
    yield Planted("blocks", PLAIN, "encoded as MPEG-4 at its poorest", poor, whole=True, hosts=DETAILED)
    poor = by.encoded("libx264", {"qp": "46", "preset": "ultrafast", "x264-params": "no-deblock=1"})
    yield Planted("blocks", PLAIN, "encoded as H.264 of qp 46, not deblocked", poor, whole=True, hosts=DETAILED)
    for strength, step in zip(STRENGTHS, (4, 16, 24), strict=True):
        words = f"{256 // step} levels of grey"
        yield Planted("bands", strength, words, by.each(0, by.posterise(step)), whole=True, hosts=SMOOTH[:1])


def _divided() -> Iterator[Planted]:
    for rows, columns, gutter, ink in (
        (2, 2, 0.015, 245), (2, 2, 0.012, 5), (2, 2, 0, 0), (1, 3, 0.012, 245), (3, 3, 0.01, 0), (1, 2, 0, 0),
        (2, 1, 0, 0), (1, 2, 0.02, 250), (2, 3, 0.03, 128),
    ):  # fmt: skip
        kind = (
            "no gutter"
            if not gutter
            else "white gutter"
            if ink > 200
            else "grey gutter"
            if ink > 99
            else "black gutter"
        )
        strength = GROSS if rows * columns > 2 else PLAIN
        spoil = panelling.panels(rows, columns, gutter, ink)
        yield Planted("panels", strength, f"{rows} x {columns} panels, {kind}", spoil, whole=True)
    yield Planted(
        "panels", GROSS, "2 x 2 views of one thing, white gutter", panelling.variations(0.015, 245), whole=True
    )
    yield Planted(
        "panels", PLAIN, "2 x 2 views of one thing, thin black gutter", panelling.variations(0.006, 5), whole=True
    )
    yield Planted("panels", GROSS, "a comic page", panelling.comic(0.012, 250), whole=True)


def _mixed() -> Iterator[Planted]:
    for strength, count in zip(STRENGTHS, (3, 8, 20), strict=True):
        yield Planted("ghost", strength, f"cross-fade of {count} frames", by.fade(count))
    for strength, share in zip(STRENGTHS, (0.15, 0.4, 0.5), strict=True):
        yield Planted("ghost", strength, f"double exposure of {share:.0%}", by.double(share, 20))
    yield Planted("ghost", PLAIN, "double exposure of 45% to the end", by.shining(0.45, False))
    yield Planted("ghost", PLAIN, "double exposure of 45% from the beginning on", by.shining(0.45, True), until=True)
    yield Planted("ghost", FAINT, "20 frames mixed with the third before", by.echo(0.5, 3, 20), hosts=MOVING)


def _covered() -> Iterator[Planted]:
    for strength, share in zip(STRENGTHS, (0.01, 0.05, 0.12), strict=True):
        for upright, words in ((False, "above and below"), (True, "left and right")):
            spoil = by.each(0, by.boxed(share, upright))
            yield Planted("letterbox", strength, f"bars of {share:.0%} {words}", spoil, whole=True)
    yield Planted("letterbox", GROSS, "upright film in a wide one", by.each(0, by.boxed(0.34, True)), whole=True)
    yield Planted("letterbox", PLAIN, "dark grey bars all around", by.each(0, by.windowboxed(0.06, 22)), whole=True)
    for strength, alpha in zip(STRENGTHS, (0.15, 0.5, 0.9), strict=True):
        spoil = by.each(0, by.letters("STOCKPIX", 0.68, 0.93, alpha, 0.05))
        yield Planted("overlay", strength, f"lettering at {alpha:.0%} in a corner", spoil, whole=True, hosts=MOVING)
    for strength, words, spoil in (
        (PLAIN, "a sign in a corner", by.each(0, by.logo(0.7, 0.045))),
        (PLAIN, "lettering over the middle", by.each(0, by.letters("SAMPLE", 0.18, 0.6, 0.5, 0.16))),
        (GROSS, "a subtitle", by.each(0, by.letters("He never came back, she said.", 0.2, 0.9, 1.0, 0.045))),
    ):
        yield Planted("overlay", strength, words, spoil, whole=True, hosts=MOVING)


def spoil(frames: Iterable[Pixels], defect: Planted, at: int, shape: Shape) -> tuple[Frames, int, int]:
    """The spoilt clip, and its first and last spoilt frame."""
    changed, last = defect.spoil(list(frames), at, shape)
    if defect.whole or defect.until:
        return changed, 0, last
    return changed, len(changed) - defect.ending if defect.ending else at, last
