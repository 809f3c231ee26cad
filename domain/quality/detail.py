"""Detail that is missing, gets lost, or was put there by an encoder."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from statistics import median

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, Order, Run, Runs, Seen, frames_text

FAR = 0.012
"""Motion of the whole picture, as a share of it, in which nobody looks at detail, and blur is natural."""
_LINES = 0.12
"""Share of the picture away from its median level below which it is lines on paper, in even rows perhaps."""
_SHARP = 1.8
"""Sharpness beyond which more of it is fine texture, sparks and glints, that nobody misses as sharpness."""
_FINE_LOST, _SOFT_AT_ALL = 0.6, 1.5
"""Share of its sharpness that a picture of fine texture keeps, at least, and the sharpness above which none is
missed."""
_STILL_SHARP, _MOST_LOST, _AT_ONCE = 0.93, 0.48, 0.6
"""Sharpness above which a picture may stay with what it has lost, where that is no more than such a share and what it
keeps from one frame to the next is at least such a share: a hand before the camera, a poorer encoding."""
_SHARPENED = 3
"""Frames that have to be sharp after a blurred beginning."""
_OPENING = 120
"""Frames that such a beginning is looked for in, at most."""
_OTHER_VIEW = 0.05
"""Share of its contrast that a blurred view changes by from frame to frame where it is still the same."""
_LATELY = 3
"""Frames after which a sharpness is too long ago to tell a sudden loss by."""
_WORDS = {"blocks": "The picture falls into blocks in {}.", "bands": "Smooth areas fall into bands in {}."}


class Above:
    """A figure above its limit for a number of frames (`check` is "blocks" or "bands")."""

    def __init__(self, order: Order, check: str) -> None:
        self._check = check
        self._limit = order.limit(check, {"blocks": "ratio", "bands": "share"}[check])
        self._frames = order.limit(check, "frames")
        self._unit = {"blocks": "", "bands": "share"}[check]
        self._runs = Runs(bridge=4 if check == "blocks" else 2)  # encoders mend them for some frames

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Gather."""
        frame = seen.frame
        value = frame.blocks if self._check == "blocks" else frame.bands
        drawn = self._check == "blocks" and frame.scatter < _LINES
        above = value > self._limit and max(map(abs, frame.shift)) < FAR and not drawn
        yield from self._tell(self._runs.add(frame.index, value if above else None))

    def close(self) -> Iterator[Found]:
        """The run that ends the file."""
        yield from self._tell(self._runs.end())

    def _tell(self, run: Run | None) -> Iterator[Found]:
        if run is not None and run.frames >= self._frames:
            yield Found(
                self._check, run.first, run.last, run.worst, self._limit, self._unit,
                _WORDS[self._check].format(frames_text(run.first, run.last)),
            )  # fmt: skip


class Softness:
    """Shots without a sharp edge, and frames that lose the sharpness their shot has shown.

    A fast move blurs, so frames in which the whole picture moves far are not judged. A slow loss is given more room
    than a sudden one: a zoom or a change of focus may want it.
    """

    _SLOW = 0.78
    """Share of the limit that a slow loss is held to."""
    _ENOUGH = 24
    """Frames of another contrast after which the best sharpness is looked for anew."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._kept = order.limit("softer", "kept")
        self._window: deque[float] = deque(maxlen=5)
        self._before: deque[float] = deque(maxlen=8)
        self._near = self._fell = -1
        self._best = self._strong = 0.0
        self._contrast = 0.0
        self._other = 0
        self._sudden = False
        self._slow = True
        self._lately = self._lowest = 0.0
        self._was = self._at_once = 1.0
        self._runs = Runs(bridge=1)
        self._shot = 0
        self._octaves: deque[float] = deque(maxlen=1000)
        self._opening: list[FrameFigures] | None = []
        self._last = 0

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow the sharpness of a shot."""
        frame = seen.frame
        if seen.cut:
            yield from self._finish(frame.index - 1)
            self._shot = frame.index
        self._last = frame.index
        self._strong = max(self._strong, frame.contrast)
        if frame.contrast < max(4, 0.4 * self._strong) or frame.sharpness == 0:  # a fade, or nothing to see
            yield from self._lost(self._runs.add(frame.index, None))
            return
        if frame.octave:
            self._octaves.append(frame.octave)
        yield from self._opened(frame)
        yield from self._lost(self._runs.add(frame.index, self._loss(frame)))

    def close(self) -> Iterator[Found]:
        """The last shot."""
        yield from self._finish(self._last)

    def _opened(self, frame: FrameFigures) -> Iterator[Found]:
        """A shot that is blurred from its beginning until it becomes sharp all at once."""
        if self._opening is None or max(map(abs, frame.shift)) > FAR:
            return
        self._opening.append(frame)
        before, after = self._opening[:-_SHARPENED], self._opening[-_SHARPENED:]
        if len(self._opening) > _OPENING:
            self._opening = None
            return
        if len(before) < 2 or after[0].index - before[-1].index > _LATELY:
            return
        full = min(_SHARP, min(each.sharpness for each in after))
        kept, light = max(each.sharpness for each in before) / full, before[-1].contrast / after[0].contrast
        if kept < min(self._kept, _AT_ONCE) and 0.75 < light < 1.33:
            self._opening = None
            yield self._blurred(self._shot, after[0].index - 1, kept)

    def _loss(self, frame: FrameFigures) -> float | None:
        """By how much the frame is softer than it may be; None when it is sharp enough."""
        far = max(map(abs, frame.shift)) > FAR
        slowly = self._lately and abs(frame.contrast / self._was - 1) < _OTHER_VIEW
        self._was = frame.contrast
        if self._contrast and not slowly and not 0.75 < frame.contrast / self._contrast < 1.33:
            self._other += 1
            if self._other < self._ENOUGH:
                return None  # other light, or another view: its edges tell nothing about those before
            self._best = self._contrast = 0.0
            self._window.clear()
        self._other = 0
        before = median(self._before) if self._before else frame.sharpness
        kept = frame.sharpness / min(_SHARP, max(self._best, frame.sharpness))
        if frame.sharpness < _FINE_LOST * min([self._best, *self._before]) and frame.sharpness < _SOFT_AT_ALL:
            kept = min(kept, frame.sharpness / self._best)  # all at once, even fine texture is missed
        lasts = frame.index - self._fell <= _LATELY
        if not far and self._best and kept < self._kept:
            lately = self._before[-1] if self._before else before
            if not lasts:
                self._sudden, self._slow = False, True
                self._at_once = frame.sharpness / lately if frame.index - self._near <= _LATELY else 1.0
            if frame.index - self._near <= _LATELY:
                self._sudden = self._sudden or frame.sharpness < 0.8 * lately
            if self._sudden or kept < self._kept * self._SLOW:
                self._slow = self._slow and not self._sudden
                self._lowest = min(frame.sharpness, self._lowest if lasts else frame.sharpness)
                self._lately, self._fell = frame.sharpness, frame.index
                return 1 - kept
            self._remember(frame)
            return None
        if lasts and self._lately and frame.sharpness > 1.2 * self._lately:
            self._slow = False
        self._lately = 0.0
        if not far:
            self._sudden = False
            self._remember(frame)
            self._window.append(frame.sharpness)
            if len(self._window) == self._window.maxlen and median(self._window) > self._best:
                self._best, self._contrast = median(self._window), frame.contrast
        return None

    def _remember(self, frame: FrameFigures) -> None:
        if frame.index - self._near > _LATELY:
            self._before.clear()
        self._before.append(frame.sharpness)
        self._near = frame.index

    def _lost(self, run: Run | None, lasting: bool = False) -> Iterator[Found]:
        if run is None:
            return
        focused, self._slow = self._slow and not lasting, True  # what comes and goes slowly is a change of focus
        missed = self._lowest < _STILL_SHARP or run.worst > _MOST_LOST or self._at_once < _AT_ONCE
        if missed and not focused and run.frames >= self._order.limit("softer", "frames"):
            yield self._blurred(run.first, run.last, 1 - run.worst)

    def _blurred(self, first: int, last: int, kept: float) -> Found:
        return Found(
            "softer", first, last, kept, self._kept, "share",
            f"The picture is blurred in {frames_text(first, last)}: it keeps {kept:.0%} of the sharpness that its "
            "shot has.",
        )  # fmt: skip

    def _finish(self, last: int) -> Iterator[Found]:
        yield from self._lost(self._runs.end(), lasting=True)
        limit = self._order.limit("soft", "sharpness")
        if len(self._octaves) >= 2 and not self._order.expectation.soft:
            value = sorted(self._octaves)[len(self._octaves) * 3 // 4]
            if value < limit:
                yield Found(
                    "soft", self._shot, last, value, limit, "", f"No edge is sharp in {frames_text(self._shot, last)}."
                )
        self._octaves.clear()
        self._window.clear()
        self._before.clear()
        self._best = self._strong = self._contrast = 0.0
        self._sudden, self._slow, self._lately = False, True, 0.0
        self._opening = []
