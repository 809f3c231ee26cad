"""What an examiner measures: one small record per frame, and one for the file. No pixels.

Levels are 0 (black) to 255 (white) whatever the range of the file; shares are 0 to 1 of the picture's area; places are
0 to 1 of its width or height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, NamedTuple

from domain.base import Value
from domain.timing import Rate


class Line(NamedTuple):
    """A straight edge across the whole picture. `axis` "v" stands upright at `place` of the width, "h" lies at
    `place` of the height.

    `covered`: share of its length where the picture changes across it. `varied`: how little the change is the same
    all along, 0 (a horizon, a door frame) to 1 (two unrelated pictures). `before`, `after`: how much the picture
    varies along the line on its left or upper side and on the other, levels; `follows`: how the two correlate, 1 where
    one picture goes on behind the line. `moving`: difference to the frame before close to the line, on the side where
    it is less, levels. `gutter`: width of the plain strip it runs
    in, as a share of the picture, 0 without one. `differing`: difference of the two sides' tones, 0 to 1. `stirs`:
    share in which something plainly moves, on the side where it is less; `same`: correlation of one side with the
    other, moved over it, 0 where they are not alike, or in even rows. `exact`: share of its length in which the
    largest step across it, at full size, is at the very same pixel, give or take one; `ends`: share in which there is
    one where the line meets the picture's edge, at the clearer end: 0 to 1.
    """

    axis: Literal["v", "h"]
    place: float
    covered: float
    varied: float
    gutter: float
    differing: float
    before: float = 0
    after: float = 0
    moving: float = 0
    follows: float = 0
    stirs: float = 0
    same: float = 0
    exact: float = 0
    ends: float = 1


class Bars(NamedTuple):
    """Plain bars at the edges of the picture, as shares of its height and width: dark ones, and others where the
    opposite edge has the same. `alone` is what black bars without such a counterpart take of one side."""

    top: float = 0
    bottom: float = 0
    left: float = 0
    right: float = 0
    alone: float = 0


NO_BARS = Bars()


class Blend(NamedTuple):
    """How well the frame `middle` is explained as a mixture of the frames `span` // 2 before and after it.

    `unexplained`: what is left over, as a share of their difference, 0 (a perfect mixture) up. `share` of the later
    one. `alike`: correlation of the two, 1 when nothing happened between them. `thinned`: contrast of fine structure
    against that of the two, 1 in a real picture and about 0.7 in an even mixture of unrelated ones. `coarse`: what
    is left over of the brightness in a mosaic of 8 x 6, as `unexplained`.
    """

    middle: int
    span: int
    unexplained: float
    share: float
    alike: float
    thinned: float
    coarse: float = 0


class Steps(NamedTuple):
    """What is different from the frame before where both show the same, motion and what comes into the picture left
    out. Units as in `domain.quality.values.Seam`: levels, logarithms of ratios, `hue` in degrees."""

    mean: float = 0
    middle: float = 0
    contrast: float = 0
    cb: float = 0
    cr: float = 0
    hue: float = 0
    sharpness: float = 0
    noise: float = 0
    detail: float = 0
    saturation: float = 0


NO_STEPS = Steps()


_JUMP, _LEAST_JUMP = 1.6, 1.5
"""How much larger than the usual one of the last three steps a jump is, and the levels that it has at least."""


def is_jump(step: float, before: Sequence[float]) -> bool:
    """Whether a step, in levels, is a jump after the steps of the three frames before it."""
    return step > max(_LEAST_JUMP, _JUMP * median(before))


class Return(NamedTuple):
    """A frame after a jump that shows again what was seen before an earlier one. `left`: the frame at which that
    picture went away. `alike`: correlation of fine structure with it, moved to where it fits best, -1 to 1."""

    left: int
    alike: float


class Travel(NamedTuple):
    """The motion of the picture since the frame before, by points that were tracked. `x` and `y` of its middle are
    shares of its width, `zoom` is a share of its size and `turn` in radians; `tiles` are the motions of its parts, row
    by row, as shares of its width, None where nothing could be tracked."""

    x: float
    y: float
    zoom: float = 0
    turn: float = 0
    tiles: tuple[tuple[float, float] | None, ...] = ()


LAG = 12
"""Frames between the two that a `Match` compares."""


class Match(NamedTuple):
    """What the frame `LAG` frames before has in common with this one, tile by tile, each where it is found again.

    `alike`: median correlation of the tiles, -1 to 1. `kept`: median slope of this frame on the earlier one, over the
    tiles in which that has contrast: about 1 however it moves, and 1 - share under another picture that is mixed in;
    `spread`: distance of the quartiles. `kept_back`, `spread_back`: the same of the earlier one on this one.
    """

    alike: float
    kept: float
    spread: float
    kept_back: float
    spread_back: float


@dataclass(frozen=True, slots=True)
class FrameFigures:
    """One frame. `step` and what follows compare it with the frame before; they are 0 in the first frame."""

    index: int
    seconds: float
    mean: float
    """Mean luma, levels."""
    contrast: float
    """Standard deviation of luma, levels."""
    low: float
    """The level that 1 % of the picture lies below."""
    high: float
    """The level that 99 % of the picture lies below."""
    peak: float
    """The level that 99.95 % of the picture lies below."""
    middle: float
    """The median level."""
    cb: float
    """Mean blue difference, levels around 0."""
    cr: float
    """Mean red difference, levels around 0."""
    colourful: float
    """Mean distance from grey, levels."""
    structure: float
    """Contrast of a 20 x 11 mosaic of the picture as a share of `contrast`: about 0.5 to 0.9 in pictures, near 0 in
    noise."""
    scatter: float
    """Share of the picture that lies further than half a standard deviation from the median: near 0 for thin lines
    on paper."""
    sharpness: float
    """Slope of the sharpest edges: 1 when they are one pixel wide, 0.35 when eight and more; above in fine texture."""
    noise: float
    """Standard deviation of noise in the smoothest parts, levels (Immerkaer 1996)."""
    blocks: float
    """Steps on a grid of 8 pixels, or on a wider one that stays while the picture moves, against those beside it: about
    1 without blocks."""
    bands: float
    """Share of the lines' length that lies in staircases of four and more small steps."""
    lines: tuple[Line, ...] = ()
    bars: Bars = NO_BARS
    step: float = 0
    """Mean absolute difference of luma to the frame before, levels (temporal flicker as VBench defines it)."""
    step_peak: float = 0
    """Largest difference in the picture at 160 pixels' width, levels."""
    motion: float = 0
    """`step` in the inner half of the picture without the change of its mean, levels: things that come and go at the
    edges, and fades, do not count."""
    likeness: float = 1
    """Correlation of fine structure with the frame before, -1 to 1."""
    back: tuple[float, ...] = ()
    """Difference of a thumbnail to those 1, 2, 3 … frames before, levels."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Motion of the whole picture since the frame before, as shares of width and height."""
    residue: float = 0
    """`step` that is left when the motion of the whole picture is taken out, levels."""
    brighter: float = 0
    """Share whose relative luminance has risen by 0.1 and more since it last turned."""
    darker: float = 0
    """The same for falls."""
    kept: float = 1
    """Slope of this frame on the one before, the median over 16 tiles: about 1 in motion, below in a mixture."""
    kept_next: float = 1
    """The same the other way round: of the frame before on this one."""
    kept_spread: float = 0
    """How far the slopes of the tiles behind `kept` lie apart, between their quartiles."""
    kept_next_spread: float = 0
    """The same for `kept_next`."""
    blend: Blend | None = None
    steps: Steps = NO_STEPS
    alike: float = 1
    """Correlation of fine structure with the first frame of the shot, -1 to 1."""
    octave: float = 1
    """Slope of the sharpest edges at half the size against that at a quarter: 0.5 when they are eight pixels wide and
    more, whatever else is in the picture; about 0.7 to 1.3 in sharp ones. 1 where `sharpness` is 1.7 and more. 0
    in frames in which it was not measured."""
    rise: float = 0.5
    """Share of the difference to the frame before that is growing lighter: near 1 where light is only added."""
    returned: Return | None = None
    """Whether the picture from before an earlier jump has come back; None in frames without a jump."""
    match: Match | None = None
    """What is left of the picture of half a second ago; None in the first frames and where there is too little to
    see."""
    cells: tuple[float, ...] = ()
    """Mean luma in 4 columns and 3 rows, row by row, levels."""
    overlay: float = 0
    """Share covered by small edges that have stayed while the picture around them moved."""
    overlay_since: int = 0
    """For how many frames before this one they have been there, when they are first told."""
    likenesses: tuple[float | None, ...] = ()
    """Likeness to the reference of each expected subject, 0 to 1, None for one that the shot does not name; empty in
    frames that are not compared."""
    travel: Travel | None = None
    """Tracked motion; None away from the joins of a chain, and where too little can be tracked."""
    damaged: bool = False
    """The decoder had to make something up, or the file's checksum of it is wrong."""
    busy: float = 0
    """`step` in the busiest 2 % of 16-pixel tiles of the view of 640 pixels, levels."""
    spread: float = 0
    """Share of 4 x 4 fields of the picture in which a tile differs by 2 levels and more from the frame before."""
    blocks_since: int = 0
    """For how many frames before this one the grid has been there, where only its staying has told."""
    edge: float = 0
    """Width of the sharpest edges, pixels: how high an edge is against its largest step. The tenth that are
    sharpest, in the direction in which they are sharper; 1 where all edges go one way, 0 in frames in which it was not
    measured or that have hardly any."""
    crisp: float = 1
    """`sharpness` against that of the frame before, tile by tile where the picture is in focus: the median of the
    ratios. 1 where only a part has become blurred, below where most of it has."""
    refocused: float = 0
    """Share of the tiles with edges that are half as sharp again and more as they and those around them were a second
    ago (24 frames)."""
    again: float = 0
    """Correlation of the parts of a frame with what they resemble most in the one before, wherever they have moved, at
    the finer or the coarser scale, whichever is less, -1 to 1: about 0.1 in noise. 0 where it was not measured: only
    where so much has changed that it may be noise."""
    likes: tuple[float, ...] = ()
    """Correlation of fine structure with the frames 2, 3, 4 … before, -1 to 1."""
    mirrored: float = 0
    """Correlation of fine structure with its own mirror picture, left for right, -1 to 1."""


class Sound(Value):
    """The sound of a file. Levels are shares of full scale; times in seconds from the picture's beginning."""

    rate: int
    channels: int
    begins: float
    seconds: float
    peak: float
    loudness: float
    clipped: float
    silent_seconds: float


class Stream(Value):
    """The file itself, counted and not believed. `rate` is None when the times of its frames give none.

    `claimed` is the number of frames its container tells, 0 where it tells none; `seconds` comes from the frames'
    times; `uneven` are the places (0-based) of frames that are not one frame's length after the one before, at most
    32 of `uneven_count`; `unsound` are frames, first and last, among which some are not as they were written, by the
    file's own checksums; `aspect` is the shape of a pixel; tags are empty where there are none.
    """

    name: str
    size: int
    container: str
    codec: str
    pix_fmt: str
    width: int
    height: int
    frames: int
    claimed: int = 0
    rate: Rate | None = None
    seconds: float = 0
    bit_rate: int = 0
    aspect: str = "1/1"
    matrix: str = ""
    primaries: str = ""
    transfer: str = ""
    range: str = ""
    uneven: tuple[int, ...] = ()
    uneven_count: int = 0
    broken_at: int | None = None
    broken_why: str = ""
    unsound: tuple[tuple[int, int], ...] = ()
    sound: Sound | None = None
