"""What a person can have done about a join that shows, a chain that drifts, or a clip that is bad."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal, get_args

from domain.base import Value
from domain.cut.reel import Reel, ShotLayer
from domain.errors import BadInput, NotReady
from domain.plan import boundary_slot
from domain.quality.acting import DriftStep
from domain.take import Keyframe
from services.generation import GenerationService
from services.jobs import JobService
from services.planning import ShotState
from services.ports import Backends
from services.prices import PriceNotes, keyframes_price
from services.projects import OpenProject
from services.quality.steps import DriftSteps, splitting
from services.takes import SelectionService

RemedyKind = Literal["reanchor", "keyframe", "picture", "split", "match", "again"]
"""Begin the segment with a fresh picture that is drawn, with one that the shot has, or with one that is brought; make
two shots there; match the colours of the film's segments; make the segment again with another seed."""

REMEDIES: tuple[RemedyKind, ...] = get_args(RemedyKind)
_OFFERED = 12
"""Pictures of a shot that are offered, the newest."""
ABOUT_JOINS: frozenset[str] = frozenset({"seam", "drift"})
"""Checks whose findings are about how a segment follows the one before."""


class Remedy(Value):
    """One thing that can be done at a segment (0-based). `why_not` says in a sentence why it cannot be now, `costs` in
    words each what it costs; both empty where nothing stands in the way. `pictures` are those to choose from, for a
    `keyframe`, oldest first."""

    kind: RemedyKind
    segment: int
    why_not: str = ""
    costs: tuple[str, ...] = ()
    pictures: tuple[Keyframe, ...] = ()


class Remedies:
    """Offers and does it, by the very services that the quality rules have it done by. `match` turns the matching of
    colours on in a film and says so; empty when it was on."""

    def __init__(
        self, generation: GenerationService, selection: SelectionService, jobs: JobService, backends: Backends,
        steps: DriftSteps, match: Callable[[OpenProject], str],
    ) -> None:  # fmt: skip
        self._generation, self._selection, self._jobs = generation, selection, jobs
        self._backends, self._steps, self._match = backends, steps, match

    def offers(self, project: OpenProject, state: ShotState, segment: int, check: str) -> list[Remedy]:
        """What can be done at that segment about a finding of that check."""
        kinds = REMEDIES if check in ABOUT_JOINS and segment > 0 else ("again",)
        busy = self._busy(project, state.words.shot.id)
        return [
            Remedy(
                kind=kind, segment=segment, why_not=busy or self._why_not(state, segment, kind),
                costs=tuple(self._costs(state, segment, kind)),
                pictures=_pictures(state, segment) if kind == "keyframe" else (),
            )
            for kind in kinds
        ]  # fmt: skip

    def do(
        self, project: OpenProject, shot: str, segment: int, kind: RemedyKind, picture: Path | None = None,
        keyframe: str = "",
    ) -> str:  # fmt: skip
        """Do it now, and say in a sentence what was done: with the file `picture`, or with the shot's picture of the
        name `keyframe`. Raises NotReady with the reason why it cannot be, BadInput,
        NotFound, UnreadableMedia about the picture, and DiskFull."""
        state = self._generation.state(project, shot)
        if not 0 <= segment < len(state.timing.segments):
            raise NotReady(f"Shot {shot} has no segment {segment + 1} any more.", "Check the film again.")
        why = self._busy(project, shot) or self._why_not(state, segment, kind)
        if why:
            raise NotReady(why, "Choose another way.")
        match kind:
            case "match":
                return self._match(project) or "The film matches the colours of its segments already (Film, Look)."
            case "split":
                return self._steps.cut(project, shot, self._split(state, segment))
            case "again":
                return self._again(project, state, segment)
            case "picture":
                if picture is None:
                    raise BadInput("No picture arrived.", "Choose it again.")
                self._generation.import_keyframe(project, shot, picture, _slot(segment))
            case "keyframe":
                found = self._selection.keyframe(project, shot, keyframe)
                if found.slot == _slot(segment):
                    self._selection.pick_keyframe(project, shot, keyframe)
                else:
                    self._generation.share_keyframe(project, shot, _slot(segment), found.image, found.name)
            case "reanchor":
                self._selection.unpick(project, shot, _slot(segment))
        return self._steps.anchor(project, shot, segment)

    # -- inside --------------------------------------------------------------------------------------------

    def _again(self, project: OpenProject, state: ShotState, segment: int) -> str:
        shot, behind = state.words.shot.id, len(state.continuing(segment)) - 1
        self._generation.render(project, [shot], redo=segment)
        return (
            f"Segment {segment + 1} of shot {shot} is made again with another seed"
            f"{', and what continues from it' if behind else ''}; the takes there are stay."
        )

    def _busy(self, project: OpenProject, shot: str) -> str:
        makes = (j for j in self._jobs.jobs(project.id) if j.kind in ("segment", "keyframe") and j.shot == shot)
        return f"Shot {shot} is being made." if any(not job.ended for job in makes) else ""

    def _why_not(self, state: ShotState, segment: int, kind: RemedyKind) -> str:
        """Why it cannot be done, apart from what is at work; empty when it can."""
        if kind in ("match", "again"):
            return ""
        if state.setup.mode != "chain" or segment < 1:
            return "Only a segment that continues the one before can begin anew."
        if kind == "split":
            step = splitting(state, segment)
            return "" if isinstance(step, DriftStep) else step or "There is no frame left for one of the two shots."
        if kind == "keyframe" and not _pictures(state, segment):
            return "The shot has no other picture yet; Keyframes draws some."
        if kind == "reanchor" and state.anchored(_slot(segment)) is not None:
            return "It begins with a fresh picture already; others can be drawn in Keyframes."
        if kind == "reanchor" and not state.setup.redraws:
            return (
                f"{state.setup.image_spec.title} draws from words alone. An image-edit workflow can be chosen for "
                "keyframes in Project."
            )
        return ""

    def _split(self, state: ShotState, segment: int) -> DriftStep:
        step = splitting(state, segment)
        assert isinstance(step, DriftStep), "it was asked for a moment ago"
        return step

    def _costs(self, state: ShotState, segment: int, kind: RemedyKind) -> Iterator[str]:
        """What it costs, in words; nothing where it is free."""
        if kind in ("split", "match"):
            return
        setup = state.setup
        if not setup.spec.free:
            clips = len(state.timing.segments) - segment if kind != "again" else len(state.continuing(segment))
            yield f"{clips} {'clip' if clips == 1 else 'clips'} by {setup.spec.title}"
        if kind == "reanchor" and not setup.image_spec.free:
            yield keyframes_price(PriceNotes(self._backends), [state.image_request(_slot(segment))])


def _slot(segment: int) -> str:
    """The slot of the picture that a segment behind the first begins with."""
    return boundary_slot(segment, segment + 1)


def _pictures(state: ShotState, segment: int) -> tuple[Keyframe, ...]:
    """The shot's pictures that the segment could begin with, each once: all but the one it begins with now."""
    slot = _slot(segment)
    now = state.keyframe(slot) if state.anchored(slot) is not None else None
    found: dict[str, Keyframe] = {}
    for one in state.keyframes:
        if now is None or one.image.sha256 != now.sha256:
            found.setdefault(one.image.sha256, one)
    return tuple(found.values())[-_OFFERED:]


def segment_at(reel: Reel, frame: int) -> tuple[str, int] | None:
    """The shot and the segment (0-based) that a frame of the film shows; None between shots, on cards and in gaps."""
    for stretch in reel.stretches:
        if not stretch.first <= frame < stretch.first + stretch.frames:
            continue
        layer = stretch.layers[0]
        if len(stretch.layers) > 1 or not isinstance(layer, ShotLayer):
            return None
        material = reel.materials[layer.material]
        at = max(Fraction(0), layer.position(frame - stretch.first))
        found = [source for source in material.sources if source.offset <= at]
        return (material.shot, found[-1].segment) if found else None
    return None


def join_at(state: ShotState, frame: int) -> int:
    """The segment (0-based) that holds a frame of the shot's own clips, joined at the model's rate."""
    return max((s.index for s in state.timing.segments if s.first <= frame), default=0)


def known_remedy(kind: str) -> RemedyKind:
    """The kind of that name. Raises BadInput."""
    found: Sequence[RemedyKind] = [one for one in REMEDIES if one == kind]
    if not found:
        raise BadInput(f"There is no remedy {kind[:40]!r}.", "Reload the page.")
    return found[0]
