"""Detail that is missing, gets lost, or was put there by an encoder."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from math import exp, log
from statistics import median

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, Order, Run, Runs, Seen, frames_text

FAR = 0.012
"""Motion of the whole picture, as a share of it, in which nobody looks at detail, and blur is natural."""
_LINES, _PLAINLY = 0.12, 1.35
"""Share of the picture away from its median level below which it is lines on paper, in even rows perhaps, and strength
of blocks that are seen even there."""
_WIDE, _VERY_WIDE, _SMOOTH = 2.4, 3.5, 0.93
"""Width of the sharpest edges of a soft picture, pixels, at least; where that alone tells; and share of the limit that
one without edges is held to."""
_SHARP = 1.8
"""Sharpness beyond which more of it is fine texture, sparks and glints, that nobody misses as sharpness."""
_FINE_LOST, _SOFT_AT_ALL = 0.6, 1.5
"""Share of its sharpness that a picture of fine texture keeps, at least, and the sharpness above which none is
missed."""
_STILL_SHARP, _MOST_LOST, _AT_ONCE = 0.93, 0.48, 0.6
"""Sharpness above which a picture may stay with what it has lost, where that is no more than such a share and what it
keeps from one frame to the next is at least such a share: a hand before the camera, a poorer encoding."""
_SUDDEN, _STANDS, _SMEARED = 0.69, 0.003, 0.64
"""Share of the sharpness of its tiles that a picture that is blurred at once keeps from one frame to the next, at most:
real film keeps 0.75 and more. Motion up to which a camera stands, as a share of the picture, and what is kept where it
does not: a jerk smears."""
_CLEARED, _RELIT = 0.5, 1.2
"""Share of the way back at which a blurred picture is sharp again, and factor by which its contrast changes at most."""
_ALL_OVER = 0.87
"""What most of a blurred picture keeps, at most: a hand close to the lens, or glints that go out, leave the rest as
sharp as it was."""
_REFOCUSED, _FOR = 0.05, 4
"""Share of the tiles that have become sharper while the picture is softer, from which on the focus has changed, for so
many frames: who blurs a picture makes no part of it sharper (0.02 at most), until it comes back."""
_BEFORE = 3
"""Sharp frames before a sudden loss."""
_TINY = 0.05
"""Share of their sharpness that tiles keep at least, as far as it is counted."""
_LEVELS, _ONSET = 24, 6
"""Frames before a loss by whose sharpness, tile by tile, it is told, and before one that comes suddenly."""
_SHARPENED = 3
"""Frames that have to be sharp after a blurred beginning."""
_OPENING = 120
"""Frames that such a beginning is looked for in, at most."""
_OTHER_VIEW = 0.05
"""Share of its contrast that a blurred view changes by from frame to frame where it is still the same."""
_LATELY = 3
"""Frames after which a sharpness is too long ago to tell a sudden loss by."""
_HIDES, _STIRRED = 0.02, 3.0
"""By how much stronger blocks have to be to be seen for each level of change that the camera's motion does not explain,
and levels up to which it hides nothing."""
_MENDS, _SHARE, _TOLD = 11, 0.3, 6
"""Frames for which encoders mend blocks before these are back; share of the frames that have them then, and how many
there are at least: what a codec leaves in every third is seen in all."""
_WORDS = {"blocks": "The picture falls into blocks in {}.", "bands": "Smooth areas fall into bands in {}."}


class Above:
    """A figure above its limit for a number of frames (`check` is "blocks" or "bands")."""

    def __init__(self, order: Order, check: str) -> None:
        self._check = check
        self._limit = order.limit(check, {"blocks": "ratio", "bands": "share"}[check])
        self._frames = order.limit(check, "frames")
        self._unit = {"blocks": "", "bands": "share"}[check]
        self._runs = Runs(bridge=_MENDS if check == "blocks" else 2)
        self._shot, self._last = 0, -_MENDS - 1

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Gather."""
        frame = seen.frame
        value = frame.blocks if self._check == "blocks" else frame.bands
        drawn = self._check == "blocks" and frame.scatter < _LINES and value < _PLAINLY
        hidden = _HIDES * max(0.0, frame.residue - _STIRRED) if self._check == "blocks" else 0.0
        above = value > self._limit + hidden and max(map(abs, frame.shift)) < FAR and not drawn
        self._shot = frame.index if seen.cut else self._shot
        if above and self._check == "blocks" and frame.index - self._last > _MENDS:
            for index in range(max(self._shot, frame.index - frame.blocks_since), frame.index):
                yield from self._tell(self._runs.add(index, value))
        self._last = frame.index if above else self._last
        yield from self._tell(self._runs.add(frame.index, value if above else None))

    def close(self) -> Iterator[Found]:
        """The run that ends the file."""
        yield from self._tell(self._runs.end())

    def _tell(self, run: Run | None) -> Iterator[Found]:
        if run is None:
            return
        frames = run.last - run.first + 1 if self._check == "blocks" else run.frames
        if frames >= self._frames and run.frames >= max(_SHARE * frames, min(_TOLD, self._frames)):
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
        self._contrast = 0.0, 0.0
        self._other = 0
        self._sudden = False
        self._slow = True
        self._lately = self._lowest = 0.0
        self._was = self._at_once = 1.0
        self._level = 0.0
        self._levels: deque[float] = deque(maxlen=_LEVELS)
        self._light = 0.0, 0.0
        self._sunk: tuple[float, float] | None = None
        self._runs = Runs(bridge=1)
        self._refocused = 0
        self._shot = 0
        self._octaves: deque[float] = deque(maxlen=1000)
        self._edges: deque[float] = deque(maxlen=1000)
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
        if frame.edge:
            self._edges.append(frame.edge)
        yield from self._opened(frame)
        self._level += 0 if seen.cut else log(max(_TINY, frame.crisp))
        sunk = None if seen.cut else self._sinks(frame)
        self._light = _contrasts(frame)
        loss = self._loss(frame)
        if sunk is None and loss is not None and self._levels and self._drop() > log(_ALL_OVER):
            loss = None  # only a part of the picture
        if sunk is not None:
            loss = max(sunk, loss or 0)
            self._slow, self._lowest = False, 0.0
        if loss is None:
            self._levels.append(self._level)
        else:
            self._refocused += frame.refocused > _REFOCUSED
        yield from self._lost(self._runs.add(frame.index, loss))

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
        kept = max(each.sharpness for each in before) / full
        light = _relit(_contrasts(before[-1]), _contrasts(after[0]))
        if kept < min(self._kept, _AT_ONCE) and 0.75 < light < 1.33:
            self._opening = None
            yield self._blurred(self._shot, after[0].index - 1, kept)

    def _loss(self, frame: FrameFigures) -> float | None:
        """By how much the frame is softer than it may be; None when it is sharp enough."""
        far = max(map(abs, frame.shift)) > FAR
        slowly = self._lately and abs(frame.contrast / self._was - 1) < _OTHER_VIEW
        self._was = frame.contrast
        if self._best and not slowly and not 0.75 < _relit(_contrasts(frame), self._contrast) < 1.33:
            self._other += 1
            if self._other < self._ENOUGH:
                return None  # other light, or another view: its edges tell nothing about those before
            self._best = 0.0
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
                self._best, self._contrast = median(self._window), _contrasts(frame)
        return None

    def _drop(self) -> float:
        """How much of the sharpness of its tiles a picture has lost, as the logarithm of a share."""
        levels = list(self._levels)
        return self._level - max(levels[-_ONSET:] if self._sudden else levels)

    def _sinks(self, frame: FrameFigures) -> float | None:
        """What all of the picture has lost since it was blurred at once; None while it is sharp."""
        if self._sunk is None:
            light = _relit(_contrasts(frame), self._light)
            if (
                len(self._levels) < _BEFORE
                or frame.crisp > (_SUDDEN if max(map(abs, frame.shift)) < _STANDS else _SMEARED)
                or max(map(abs, frame.shift)) > FAR
                or not 1 / _RELIT < light < _RELIT
            ):
                return None
            self._sunk = self._level - log(max(_TINY, frame.crisp)), self._level
        before, lowest = self._sunk[0], min(self._sunk[1], self._level)
        self._sunk = before, lowest
        if self._level > before + (lowest - before) * _CLEARED:
            self._sunk = None
            return None
        return 1 - exp(self._level - before)

    def _remember(self, frame: FrameFigures) -> None:
        if frame.index - self._near > _LATELY:
            self._before.clear()
        self._before.append(frame.sharpness)
        self._near = frame.index

    def _lost(self, run: Run | None, lasting: bool = False) -> Iterator[Found]:
        if run is None:
            return
        focused, self._slow = self._slow and not lasting, True  # what comes and goes slowly is a change of focus
        focused, self._refocused = focused or self._refocused >= _FOR, 0
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
            # edges tell where there are any; without them all may be blurred away, or be smooth
            edge = median(self._edges) if 2 * len(self._edges) >= len(self._octaves) else 0.0
            if edge >= _VERY_WIDE:
                value = min(value, limit * _WIDE / edge)
            if value < limit * (1 if edge else _SMOOTH) and (not edge or edge >= _WIDE):
                yield Found(
                    "soft", self._shot, last, value, limit, "", f"No edge is sharp in {frames_text(self._shot, last)}."
                )
        self._octaves.clear()
        self._edges.clear()
        self._window.clear()
        self._before.clear()
        self._best = self._strong = 0.0
        self._sudden, self._slow, self._lately = False, True, 0.0
        self._opening = []
        self._levels.clear()
        self._sunk = None


def _contrasts(frame: FrameFigures) -> tuple[float, float]:
    """Contrast of a frame, and that of the coarsest structure in it, which blur leaves as it is, levels."""
    return frame.contrast, frame.contrast * frame.structure


def _relit(now: tuple[float, float], before: tuple[float, float]) -> float:
    """Ratio of contrasts, the one of both that has changed less: another light changes both. 0 where nothing came
    before."""
    ratios = [one / other for one, other in zip(now, before, strict=True) if other]
    return min(ratios, key=lambda ratio: abs(log(max(_TINY, ratio))), default=0.0)
