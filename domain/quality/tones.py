"""Frames that hold no picture: black, one colour, noise."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, Order, Run, Runs, Seen, frames_text

_NEAR = 10
"""Frames on each side of a stretch by which a fade is told: it is nearly over in the last of them."""
_NOTHING = 4
"""Contrast in levels below which a dark picture shows nothing."""
_SPECK = 24
"""Levels above black that single specks in it may have."""
_GRAINY = 0.4
"""Contrast left in a mosaic, as a share, below which what differs is grain."""
_SUDDEN, _BIT = 0.5, 0.05
"""Share of the way to a full picture, or of its contrast, that the frame next to a stretch has to be at for it to have
come suddenly; and the difference of both, as a share of that frame's contrast: 0.1 and more where even a thin drawing
comes all at once."""


def _is_black(frame: FrameFigures, level: float) -> bool:
    """Dark everywhere, and nothing to be seen in the dark: a night, stars, or small lettering are not."""
    return frame.high <= level and frame.contrast < _NOTHING and frame.peak <= level + _SPECK


class Empty:
    """Black and one-coloured frames that were not faded to (`check` is "black" or "plain").

    A stretch that is faded to or from is a fade, up to the gate's limit; one between two pictures is a defect of any
    length, and so is one that begins or ends the file without a fade.
    """

    def __init__(self, order: Order, check: str) -> None:
        self._order, self._check = order, check
        self._black_level, self._spread = order.limit("black", "level"), order.limit("plain", "spread")
        self._runs = Runs()
        self._past: deque[FrameFigures] = deque(maxlen=_NEAR)
        self._before: list[FrameFigures] = []
        self._step = 0.0
        self._ended: Run | None = None
        self._after: list[FrameFigures] = []

    def _holds(self, frame: FrameFigures) -> bool:
        black = _is_black(frame, self._black_level)
        if self._check == "black":
            return black
        specks = frame.peak - frame.high > _SPECK  # stars, lights, small lettering: something to see
        spread = frame.high - frame.low
        rough = frame.structure < _GRAINY and spread < 2 * self._spread  # grain, and no picture in it
        return not black and not specks and (spread < self._spread or rough)

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Gather; judge a stretch when enough has followed it."""
        frame, holds = seen.frame, self._holds(seen.frame)
        ended = self._runs.add(frame.index, frame.middle if holds else None)
        if ended is not None:
            self._ended, self._after = ended, []
        if self._ended is not None:
            if not holds:
                self._after.append(frame)
            if holds or len(self._after) == _NEAR:
                yield from self._judge()
        if holds and (not self._past or not self._holds(self._past[-1])):
            self._before, self._step = list(self._past), frame.step
        self._past.append(frame)

    def close(self) -> Iterator[Found]:
        """Judge the stretch that ends the file, or one shortly before."""
        yield from self._judge()
        self._ended, self._after = self._runs.end(), []
        yield from self._judge()

    def _judge(self) -> Iterator[Found]:
        run, self._ended = self._ended, None
        if run is None or (not self._before and not self._after and self._check == "black"):
            return  # all of it black is told by NothingButBlack
        steps = self._step, self._after[0].step if self._after else 0.0
        sides = self._before[::-1], self._after
        faded = any(_fades(run.mean, side, step) for side, step in zip(sides, steps, strict=True))
        if self._check == "black" and any(self._goes_on(run, side) for side in (self._before[::-1], self._after)):
            return
        count = run.last - run.first + 1
        allowed = self._order.frames(self._order.limit(self._check, "faded")) if faded else 0
        if count > allowed:
            what = "black" if self._check == "black" else "of one colour"
            yield Found(
                self._check, run.first, run.last, count, allowed, "frames",
                f"The picture is {what} in {frames_text(run.first, run.last)}"
                + (", longer than a fade." if faded else ", without a fade."),
            )  # fmt: skip

    def _goes_on(self, run: Run, side: list[FrameFigures]) -> bool:
        """Whether the frame beside a stretch shows the same dark picture, in which a little can just be seen."""
        if not side:
            return False
        dark = side[0].high <= self._black_level and side[0].peak <= self._black_level + 2 * _SPECK
        return dark and side[0].middle > 4 and abs(side[0].middle - run.mean) < 2


def _fades(level: float, side: list[FrameFigures], step: float) -> bool:
    """Whether the frames beside a stretch of that level, the nearest first, grow out of it: all over, or bit by bit, as
    what is drawn line by line or moves out of the picture. `step` lies between it and the nearest."""
    if len(side) < 3:
        return False
    ways = [max(frame.high - level, level - frame.low) for frame in side]
    contrast = side[0].contrast
    bit_by_bit = step < _BIT * contrast or contrast < _SUDDEN * max(frame.contrast for frame in side)
    return ways[0] < _SUDDEN * max(ways) or bit_by_bit


class NothingButBlack:
    """A file without a single picture: black from beginning to end."""

    def __init__(self, order: Order) -> None:
        self._level, self._black = order.limit("nan_black", "level"), order.limit("black", "level")
        self._exact = self._dark = True
        self._last = 0
        self._highest = 0.0

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Remember the brightest."""
        frame = seen.frame
        self._highest = max(self._highest, frame.high)
        self._exact = self._exact and frame.high <= self._level and frame.contrast < 0.5
        self._dark = self._dark and _is_black(frame, self._black)
        self._last = frame.index
        yield from ()

    def close(self) -> Iterator[Found]:
        """Say so when nothing was seen."""
        if self._exact:
            yield Found(
                "nan_black", 0, self._last, self._highest, self._level, "levels",
                "Every pixel of every frame is black, as when a model's VAE fails in half precision.",
            )  # fmt: skip
        elif self._dark:
            yield Found(
                "black", 0, self._last, self._highest, self._black, "levels", "The picture is black from end to end."
            )


_SCATTERED = 0.49
"""Share of the picture away from the median, at least: half of it in noise of black and white, thin lines have less."""
_STAYING = 0.45
"""Factor of the limit of structure for noise that stays, which leaves and gravel look like."""
_FOUND, _SURELY_FOUND = 0.4, 0.6
"""Correlation of its parts with the frame before, wherever they have moved, from which on a picture that changes so
much moves fast, as in a flight through leaves; and from which on what is as fine as noise is a texture that moves."""
_BLOBS = 1.7
"""Factor of the limit of structure for noise in coarse blobs, which is another one in every frame."""
_FEW = 2
"""Frames, at most, that are not told for their blobs alone: any other picture differs from its neighbours."""
_EVEN, _EVEN_CONTRAST = 6, 0.15
"""Levels of mean brightness, and share of contrast, within which frames of the same noise lie."""


class Noise:
    """Frames without anything larger than a speck, such as latents that were never denoised. Blobs are noise where
    every frame has others, of the same brightness and contrast: pictures of an edit differ in these. What is found
    again in the next frame, somewhere else, is a picture."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._runs = Runs(bridge=1)
        self._waits: FrameFigures | None = None
        self._last: FrameFigures | None = None

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Gather."""
        frame = seen.frame
        # specks that stay are leaves or gravel, unless they are very even; noise is another one in every frame
        last, self._last = self._last, frame
        steady = last is not None and _even(last, frame)
        boils = frame.step > 0.7 * frame.contrast and (frame.likeness < 0.2 or steady) and frame.again < _FOUND
        even = boils and steady
        if frame.index == 0:
            self._waits = frame  # the next frame tells
            return
        waits, self._waits = self._waits, None
        if waits is not None and (even or waits.index == 0):
            yield from self._gather(waits, boils, even, frame.again)
        elif waits is not None:
            yield from self._gather(waits, boils, False, frame.again)  # a cut is followed by calm
        if boils and not even:
            self._waits = frame
        else:
            yield from self._gather(frame, boils, even, frame.again)

    def close(self) -> Iterator[Found]:
        """The run that ends the file."""
        if self._waits is not None:
            yield from self._gather(self._waits, True, False, self._waits.again)
        yield from self._tell(self._runs.end())

    def _gather(self, frame: FrameFigures, boils: bool, even: bool, again: float) -> Iterator[Found]:
        limit = self._order.limit("noise", "structure")
        noisy = (
            frame.contrast >= self._order.limit("noise", "contrast")
            and frame.scatter > _SCATTERED
            and again < _SURELY_FOUND
            and frame.structure < (limit * _BLOBS if even else limit if boils else limit * _STAYING)
        )
        yield from self._tell(self._runs.add(frame.index, 1 - frame.structure if noisy else None))

    def _tell(self, run: Run | None) -> Iterator[Found]:
        picture = run is not None and run.frames <= _FEW and run.worst <= 1 - self._order.limit("noise", "structure")
        if run is not None and not picture:
            yield Found(
                "noise", run.first, run.last, 1 - run.mean, self._order.limit("noise", "structure"), "share",
                f"There is only noise in {frames_text(run.first, run.last)}.",
            )  # fmt: skip


def _even(one: FrameFigures, other: FrameFigures) -> bool:
    """Whether two frames are as bright and as rich in contrast, as frames of the same noise are."""
    contrast = one.contrast / max(1, other.contrast)
    return abs(one.mean - other.mean) < _EVEN and abs(contrast - 1) < _EVEN_CONTRAST
