"""Splitting shots into segments that a model can make, frame by frame.

With ``N`` native frames needed, grid ``n = a*k + b`` and overlap ``o`` (frames a continuation repeats):
fewest segments ``s = 1`` if ``N <= n_max`` else ``1 + ceil((N - n_max) / (n_max - o))``; together they generate
``G = N + (s-1)*o`` frames or a little more: ``K = ceil((G - s*b) / a)`` grid steps, spread as evenly as integers
allow, the longer segments first. Repeats are dropped at the head of each continuation; the surplus is cut from
the end of the last segment only, so every segment that is continued is kept to its last frame.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Literal

from pydantic import Field

from domain.base import Value
from domain.profile import Mode, ModelProfile
from domain.request import GenerationRequest
from domain.storyboard import Storyboard
from domain.timing import Rate, film_frames, native_frames

SegmentState = Literal["ready", "waiting", "done", "stale", "blocked"]


class Segment(Value):
    """One generation of a shot: `generate` frames on the grid, of which `keep` stay in the film.

    `drop` repeated frames go at the head, `surplus` frames at the tail stay in the take as a handle:
    ``generate == drop + keep + surplus``. `first` counts the shot's kept native frames before this segment.
    """

    index: int = Field(ge=0)
    generate: int = Field(ge=1)
    drop: int = Field(ge=0)
    keep: int = Field(ge=1)
    surplus: int = Field(ge=0)
    first: int = Field(ge=0)
    start: Literal["keyframe", "previous", "none"]
    end: Literal["keyframe", "none"]
    start_slot: str = ""
    end_slot: str = ""


class ShotTiming(Value):
    """A shot in frames: `frames` in the film at the film's rate, `native` at the model's, and its segments.

    `problem` says why the mode cannot make this shot; it then has no segments.
    """

    shot: str
    frames: int = Field(ge=1)
    native: int = Field(ge=1)
    segments: tuple[Segment, ...]
    problem: str = ""


def split(native: int, profile: ModelProfile) -> list[int]:
    """Lengths to generate, in frames, for `native` frames to keep: fewest, balanced, on the grid, longest first."""
    longest, overlap = profile.longest, profile.overlap
    count = 1 if native <= longest else 1 - (-(native - longest) // (longest - overlap))
    together = native + (count - 1) * overlap
    steps = max(
        -(-(together - count * profile.b) // profile.a),
        count * ((profile.shortest - profile.b) // profile.a),
    )
    each, more = divmod(steps, count)
    return [profile.a * (each + (1 if i < more else 0)) + profile.b for i in range(count)]


def boundary_slot(boundary: int, boundaries: int) -> str:
    """The keyframe slot at that boundary of a shot: 0 is the start, `boundaries` the end, between them mid-1 …"""
    if boundary == 0:
        return "start"
    return "end" if boundary == boundaries else f"mid-{boundary}"


def time_shot(
    shot_id: str, seconds: Fraction, rate: Fraction, profile: ModelProfile, mode: Mode, *, has_end: bool = False,
    anchors: Collection[int] = (),
) -> ShotTiming:  # fmt: skip
    """The exact segments of one shot.

    `has_end` tells that an end keyframe was chosen: in chain and single mode the last segment then aims at it;
    in keyframe mode every boundary is a keyframe whether it is chosen yet or not. `anchors` are segments of a chain
    that begin with a keyframe too.
    """
    frames = film_frames(seconds, rate)
    native = native_frames(frames, profile.rate, rate)
    lengths = split(native, profile)
    if mode not in profile.modes:
        return ShotTiming(
            shot=shot_id, frames=frames, native=native, segments=(), problem=f"{profile.title} has no {mode} mode."
        )
    if mode == "single" and len(lengths) > 1:
        limit = f"{profile.longest} frames, {float(profile.longest / profile.rate):.2f} s"
        return ShotTiming(
            shot=shot_id, frames=frames, native=native, segments=(),
            problem=f"Longer than {profile.title} makes in one go ({limit}). Choose chain mode or shorten the shot.",
        )  # fmt: skip
    segments: list[Segment] = []
    kept = 0
    last = len(lengths) - 1
    for index, length in enumerate(lengths):
        drop = profile.overlap if index else 0
        keep = min(length - drop, native - kept)
        by_keyframes = mode == "keyframe"
        fresh = index == 0 or by_keyframes or (mode == "chain" and index in anchors)
        ends = by_keyframes or (has_end and index == last)
        segments.append(
            Segment(
                index=index, generate=length, drop=drop, keep=keep, surplus=length - drop - keep, first=kept,
                start="keyframe" if fresh else "previous",
                end="keyframe" if ends else "none",
                start_slot=boundary_slot(index, len(lengths)) if fresh else "",
                end_slot=boundary_slot(index + 1, len(lengths)) if ends else "",
            )
        )  # fmt: skip
        kept += keep
    return ShotTiming(shot=shot_id, frames=frames, native=native, segments=tuple(segments))


def time_storyboard(
    board: Storyboard, rate: Fraction, profile: ModelProfile, mode: Mode, with_end: frozenset[str] = frozenset()
) -> tuple[ShotTiming, ...]:
    """Every shot's segments, in film order; `with_end` names the shots that have an end keyframe."""
    return tuple(
        time_shot(shot.id, shot.seconds, rate, profile, mode, has_end=shot.id in with_end) for shot in board.shots
    )


class PlannedSegment(Value):
    """A segment and what is to be done about it.

    `state`: ready = can be made now; waiting = can be made once the segment before it is; done = `take` fits;
    stale = `take` exists but its inputs changed (`reason` says which); blocked = something must be given first.
    `request` is what would be sent, where its inputs are known.
    """

    segment: Segment
    state: SegmentState
    reason: str = ""
    take: str = ""
    request: GenerationRequest | None = None
    fingerprint: str = ""


class PlannedShot(Value):
    """One shot of the plan."""

    shot: str
    frames: int
    native: int
    segments: tuple[PlannedSegment, ...]
    problem: str = ""

    @property
    def state(self) -> SegmentState:
        """The worst state among the segments: blocked, stale, ready, waiting, done."""
        if self.problem:
            return "blocked"
        states = {s.state for s in self.segments}
        for state in ("blocked", "stale", "ready", "waiting"):
            if state in states:
                return state
        return "done"


class GenerationPlan(Value):
    """What will be made for the film, and what is already there. Needs no server."""

    rate: Rate
    native_rate: Rate
    profile: str
    backend: str
    mode: Mode
    width: int
    height: int
    shots: tuple[PlannedShot, ...]
    expected_seconds: float | None = None
    price: str = ""

    @property
    def frames(self) -> int:
        """Frames of the whole film."""
        return sum(shot.frames for shot in self.shots)

    def shot(self, shot_id: str) -> PlannedShot | None:
        """The plan of that shot, if it is in the plan."""
        return next((s for s in self.shots if s.shot == shot_id), None)
