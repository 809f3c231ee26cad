"""The plan builder: what will be made, what is there already, and what is stale and why. Pure; asks no server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from domain.backend import BackendSpec
from domain.plan import GenerationPlan, PlannedSegment, PlannedShot, Segment, SegmentState, ShotTiming, time_shot
from domain.profile import Mode, ModelProfile
from domain.project import Picked, Project, Selection, ShotChoice
from domain.request import GenerationRequest, changed_fields
from domain.storyboard import CAST, Shot, Storyboard
from domain.take import Keyframe, Take
from services.options import Options
from services.pacing import key_for
from services.requests import Words, carries, generated_size, image_request, video_request
from services.takes import standing_keyframe, standing_take

DRAWS_KEYFRAME = "draws a keyframe first"
REANCHORED = "it begins with a fresh picture"


class PlanSetup:
    """What a plan is made for: backend and model profile for clips, those for keyframes (the same unless given),
    mode, and the options of the moment."""

    def __init__(
        self, spec: BackendSpec, profile: ModelProfile, mode: Mode, options: Options,
        image_spec: BackendSpec | None = None, image_profile: ModelProfile | None = None,
    ) -> None:  # fmt: skip
        self.spec = spec
        self.profile = profile
        self.mode = mode
        self.options = options
        self.image_spec = image_spec or spec
        self.image_profile = image_profile or profile

    @property
    def draws(self) -> bool:
        """Whether keyframes that are missing can be made."""
        return "image" in self.image_spec.kinds

    @property
    def redraws(self) -> bool:
        """Whether a picture can be drawn from another one, so that a segment of a chain can begin with a fresh one."""
        return self.draws and bool(carries(self.image_spec))


class ShotState:
    """One shot with all that exists for it; answers what stands where. `before` is the start frame that was picked for
    the shot before, as far as this one makes use of it."""

    def __init__(
        self, setup: PlanSetup, words: Words, choice: ShotChoice, keyframes: Sequence[Keyframe], takes: Sequence[Take],
        before: Picked | None = None,
    ) -> None:  # fmt: skip
        self.setup = setup
        self.words = words
        self.choice = choice
        self.keyframes = list(keyframes)
        self.takes = list(takes)
        self.before = before
        self._pictures: dict[str, GenerationRequest] = {}
        self._planned: PlannedShot | None = None
        shot = words.shot
        self.timing: ShotTiming = time_shot(
            shot.id, shot.seconds, words.project.rate, setup.profile, setup.mode,
            has_end=setup.spec.takes_end and bool(choice.keyframes.get("end")), anchors=choice.anchors,
        )  # fmt: skip
        self._entries: dict[int, tuple[PlannedSegment, Take | None]] = {}
        chained = self.timing.segments[1:] if setup.mode == "chain" else ()
        self._anchors = {segment.start_slot: segment.index for segment in chained if segment.start_slot}

    def image_request(self, slot: str, seed: int | None = None) -> GenerationRequest:
        """What would be asked for a picture in that slot."""
        if seed is None:
            if slot not in self._pictures:
                self._pictures[slot] = self._image_request(slot, None)
            return self._pictures[slot]
        return self._image_request(slot, seed)

    def _image_request(self, slot: str, seed: int | None) -> GenerationRequest:
        setup = self.setup
        return image_request(
            self.words, setup.image_spec, setup.image_profile, setup.options, slot=slot, seed=seed, before=self.before,
            anchor=self._anchor_pictures(slot),
        )  # fmt: skip

    def anchored(self, slot: str) -> int | None:
        """The segment of a chain (0-based) that begins with a fresh picture in that slot."""
        return self._anchors.get(slot)

    def continuing(self, index: int) -> range:
        """The segments that another take of that one makes anew: itself, and those behind it, up to one that begins
        with a picture that was chosen for it."""
        after = next(
            (s.index for s in self.timing.segments[index + 1 :] if s.start_slot and not self._follows(s.start_slot)),
            len(self.timing.segments),
        )
        return range(index, after)

    def _follows(self, slot: str) -> bool:
        """Whether the picture in a slot is drawn from the segment before it."""
        return slot in self._anchors and slot not in self.choice.keyframes

    def lacks_frame(self, slot: str) -> bool:
        """Whether the picture for the slot is drawn from the last frame of a segment that is not made yet."""
        return slot in self._anchors and not self._anchor_pictures(slot)

    def _anchor_pictures(self, slot: str) -> tuple[Picked, ...]:
        """What a fresh picture in the slot is drawn from: the last frame of the segment before, and the shot's first
        keyframe. Empty for other slots, and while that segment is not made."""
        index = self._anchors.get(slot)
        if index is None:
            return ()
        entry, take = self._planned_segment(index - 1)
        first = self.keyframe("start")
        return () if entry.state != "done" or take is None else (take.last, *([first] if first else []))

    def image_fingerprint(self, slot: str) -> str | None:
        """The fingerprint of that request; None where nothing in this setup makes pictures."""
        return self.image_request(slot).fingerprint if "image" in self.setup.image_spec.kinds else None

    def keyframe(self, slot: str) -> Picked | None:
        """The picture that stands for the slot."""
        if self.lacks_frame(slot):
            return standing_keyframe(self.keyframes, self.choice, slot, "")[0]  # none that is drawn fits yet
        return standing_keyframe(self.keyframes, self.choice, slot, self.image_fingerprint(slot))[0]

    def slots(self) -> list[str]:
        """The keyframe slots this shot uses, in film order; the end slot always may be given."""
        wanted = [s for seg in self.timing.segments for s in (seg.start_slot, seg.end_slot) if s]
        return list(dict.fromkeys(["start", *wanted]))

    def request(self, segment: Segment, start: Picked | None, seed: int | None = None) -> GenerationRequest:
        """What would be asked for that segment, starting from `start`."""
        end = self.keyframe(segment.end_slot) if segment.end_slot else None
        return video_request(
            self.words, self.setup.spec, self.setup.profile, self.setup.options, segment, self.timing.native,
            start=start, end=end, seed=seed,
        )  # fmt: skip

    def plan(self) -> PlannedShot:
        """What is to be done for each segment."""
        if self._planned is None:
            self._planned = self._plan()
        return self._planned

    def _plan(self) -> PlannedShot:
        timing = self.timing
        planned = [self._planned_segment(segment.index)[0] for segment in timing.segments]
        return PlannedShot(
            shot=timing.shot,
            frames=timing.frames,
            native=timing.native,
            segments=tuple(planned),
            problem=timing.problem,
        )

    def _planned_segment(self, index: int) -> tuple[PlannedSegment, Take | None]:
        """A segment's entry in the plan, and the take that stands; those before it are planned first."""
        for place in range(index + 1):
            if place not in self._entries:
                known = self._entries.get(place - 1)
                before: tuple[SegmentState, Take | None] = (known[0].state, known[1]) if known else ("done", None)
                self._entries[place] = self._plan_segment(self.timing.segments[place], before)
        return self._entries[index]

    def _plan_segment(
        self, segment: Segment, before: tuple[SegmentState, Take | None]
    ) -> tuple[PlannedSegment, Take | None]:
        standing = standing_take(self.takes, self.choice, segment.index, None)
        start: Picked | None = None
        missing: list[str] = []
        if self.lacks_frame(segment.start_slot) and self.keyframe(segment.start_slot) is None:
            return self._behind(segment, before[0], standing), standing
        for slot in (segment.start_slot, segment.end_slot):
            if slot and self.keyframe(slot) is None:
                missing.append(slot)
        fresh = segment.start_slot in self._anchors and segment.start_slot in missing
        if missing and not (self.setup.redraws if fresh else self.setup.draws):
            names = " and ".join(f"{slot} keyframe" for slot in missing)
            return self._entry(
                segment, "blocked", f"needs a {names}: make or import one in Keyframes", standing
            ), standing
        if missing:
            state: SegmentState = "stale" if standing else "ready"
            why = REANCHORED if fresh else "the words changed"
            reason = f"{why}; {DRAWS_KEYFRAME}" if standing else DRAWS_KEYFRAME
            return self._entry(segment, state, reason, standing), standing
        if segment.start == "previous":
            state_before, take_before = before
            if state_before != "done" or take_before is None:
                return self._behind(segment, state_before, standing), standing
            start = take_before.last
        else:
            start = self.keyframe(segment.start_slot)
        request = self.request(segment, start)
        fitting = standing_take(self.takes, self.choice, segment.index, request.fingerprint)
        if fitting is None:
            return self._entry(segment, "ready", "", None, request), None
        if fitting.fingerprint == request.fingerprint:
            return self._entry(segment, "done", "", fitting, request), fitting
        changed = ", ".join(changed_fields(fitting.request, request)) or "its inputs"
        return self._entry(segment, "stale", f"changed since: {changed}", fitting, request), fitting

    def _behind(self, segment: Segment, before: SegmentState, standing: Take | None) -> PlannedSegment:
        """A segment that needs the last frame of the one before, whose state is not "done"."""
        if before == "blocked":
            return self._entry(segment, "blocked", "the segment before it is blocked", standing)
        if standing is None:
            return self._entry(segment, "waiting", f"after segment {segment.index}", None)
        return self._entry(segment, "stale", "the segment it continues is made anew", standing)

    @staticmethod
    def _entry(
        segment: Segment, state: SegmentState, reason: str, take: Take | None, request: GenerationRequest | None = None
    ) -> PlannedSegment:
        return PlannedSegment(
            segment=segment, state=state, reason=reason, take=take.id if take else "", request=request,
            fingerprint=request.fingerprint if request else "",
        )  # fmt: skip


def shot_states(
    setup: PlanSetup, project: Project, board: Storyboard, selection: Selection, keyframes: Sequence[Keyframe],
    takes: Sequence[Take], only: frozenset[str] | None = None,
) -> list[ShotState]:  # fmt: skip
    """Every shot (or those in `only`) with what exists for it, in film order."""
    pictures: dict[str, list[Keyframe]] = {}
    for keyframe in keyframes:
        pictures.setdefault(keyframe.shot, []).append(keyframe)
    clips: dict[str, list[Take]] = {}
    for take in takes:
        clips.setdefault(take.shot, []).append(take)

    def state(shot: Shot) -> ShotState:
        # Nothing here was read from outside, so the words need no validation: it would copy the board per shot.
        words = Words.model_construct(project=project, board=board, shot=shot)
        place = board.places[shot.id]
        before = selection.of(board.shots[place - 1].id).keyframes.get("start") if shot.carry and place else None
        return ShotState(setup, words, selection.of(shot.id), pictures.get(shot.id, ()), clips.get(shot.id, ()), before)

    return [state(shot) for shot in board.shots if only is None or shot.id in only]


def keep_unchanged(states: Sequence[ShotState], before: Mapping[str, ShotState]) -> list[ShotState]:
    """The states, with those of `before` (by shot id) in place of equal ones, so that what those have worked out is
    not worked out again: an edit costs one shot and not the film."""
    rest = [name for name in Storyboard.model_fields if name != "shots"]
    if states and any(e.states for kind in CAST for e in states[0].words.board.entities(kind)):
        rest.append("places")  # the shots of a state are told by their order
    around: dict[int, bool] = {}  # whether all but the shot is the same, by the setup's identity

    def kept(now: ShotState) -> ShotState:
        old = before.get(now.words.shot.id)
        if old is None:
            return now
        if id(old.setup) not in around:
            mine, theirs = now.words, old.words
            around[id(old.setup)] = (
                vars(now.setup) == vars(old.setup)
                and mine.project == theirs.project
                and all(getattr(mine.board, name) == getattr(theirs.board, name) for name in rest)
            )
        same = (
            around[id(old.setup)]
            and now.words.shot == old.words.shot
            and (now.choice, now.keyframes, now.takes, now.before) == (old.choice, old.keyframes, old.takes, old.before)
        )
        if not same:
            return now
        old.setup, old.words = now.setup, now.words  # equal ones, so that older boards can be forgotten
        return old

    return [kept(state) for state in states]


def build_plan(
    setup: PlanSetup, project: Project, states: Sequence[ShotState], expect: Callable[[str], float | None] | None = None
) -> GenerationPlan:
    """The plan over these shots. `expect` gives seconds per frame seen in past runs, by `pacing.key_for`."""
    shots = tuple(state.plan() for state in states)
    width, height = generated_size(project, setup.spec, setup.profile)
    to_make = sum(s.segment.generate for shot in shots for s in shot.segments if s.state not in ("done", "blocked"))
    each = expect(key_for(setup.spec, setup.profile, project)) if expect else None
    expected = 0.0 if to_make == 0 else None if each is None else to_make * each / setup.spec.at_once
    return GenerationPlan(
        rate=project.rate, native_rate=setup.profile.rate, profile=setup.profile.id, backend=setup.spec.id,
        mode=setup.mode, width=width, height=height, shots=shots,
        expected_seconds=None if expected is None else round(expected, 1),
        price="free" if setup.spec.free else "",
    )  # fmt: skip
