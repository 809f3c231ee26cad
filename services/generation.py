"""Making pictures and clips: from the plan to jobs."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import BadInput, NotReady
from domain.fitting import Fit
from domain.importing import ImportedPicture, Zipped
from domain.job import Job, Run, Unsure
from domain.plan import GenerationPlan
from domain.profile import Mode
from domain.project import Picked
from domain.prompting import sheet_id, with_sheet
from domain.storyboard import CastKind
from domain.take import Keyframe
from services.changes import ChangeCounter
from services.jobs import JobService
from services.keyframe_imports import KeyframeImports, check_slot
from services.making import Making
from services.options import CurrentOptions
from services.planning import PlanSetup, ShotState, build_plan, shot_states
from services.ports import Backends, Clock, Media, Rewriter, TimingStore
from services.prices import PriceNotes, keyframes_price
from services.projects import OpenProject, ProjectService, checked
from services.resuming import Resuming
from services.setups import Instead, kept, setup_for
from services.space import SpaceKeeper

if TYPE_CHECKING:  # it reads the cut, which is made of what is generated
    from services.quality.retakes import ClipChecks

MAX_VARIANTS = 12


class GenerationService:
    """Plans, keyframes and takes of a project: what is to be made becomes jobs, which `Making` does."""

    def __init__(
        self, projects: ProjectService, backends: Backends, jobs: JobService, media: Media, clock: Clock,
        timings: TimingStore, options: CurrentOptions, changes: ChangeCounter, space: SpaceKeeper,
        checks: ClipChecks | None = None, rewriter: Rewriter | None = None,
    ) -> None:  # fmt: skip
        self._space = space
        self._backends = backends
        self._jobs = jobs
        self._clock = clock
        self._timings = timings
        self._options = options
        self._imports = KeyframeImports(projects, jobs, media, clock, changes)
        self._resuming = Resuming(projects, backends, jobs, clock)
        self.last_frames = Making(
            projects, backends, jobs, media, clock, timings, options, checks, rewriter
        ).last_frames

    # -- planning ------------------------------------------------------------------------------------------

    def setup(
        self, project: OpenProject, backend: str | None = None, profile: str | None = None, mode: Mode | None = None,
        workflow: str | None = None,
    ) -> PlanSetup:  # fmt: skip
        """What to plan for: the project's own backends, workflows, profile and mode unless told otherwise.

        Raises NotFound and BadInput.
        """
        instead = Instead(backend or "", profile or "", mode, workflow or "")
        return setup_for(self._backends, project.project, self._options(), instead)

    def states(self, project: OpenProject, setup: PlanSetup, only: Iterable[str] | None = None) -> list[ShotState]:
        """The shots with what exists for them. Raises NotFound when `only` names a shot that is not there."""
        board = project.board
        wanted = None if only is None else frozenset(only)
        for shot_id in wanted or ():
            board.position(shot_id)
        return shot_states(
            setup, project.project, board, project.selection, project.files.keyframes(), project.files.takes(), wanted
        )

    def plan(
        self, project: OpenProject, backend: str | None = None, profile: str | None = None, mode: Mode | None = None,
        only: Iterable[str] | None = None, workflow: str | None = None,
    ) -> GenerationPlan:  # fmt: skip
        """What would be made. Contacts no server and starts no backend."""
        setup = self.setup(project, backend, profile, mode, workflow)
        states = self.states(project, setup, only)
        return self.priced(build_plan(setup, project.project, states, self._timings.expect), setup, states)

    def priced(self, plan: GenerationPlan, setup: PlanSetup, states: Sequence[ShotState]) -> GenerationPlan:
        """The plan with what the keyframes that it lacks will cost, where they do. Asks nobody."""
        if setup.image_spec.free or not setup.draws:
            return plan
        missing = [(s, slot) for s in states for slot in s.slots() if s.keyframe(slot) is None]
        if not missing:
            return plan
        words = keyframes_price(PriceNotes(self._backends), [s.image_request(slot) for s, slot in missing])
        return plan.replace(price=f"clips {plan.price}, {words}" if plan.price else words)

    def expect(self, key: str) -> float | None:
        """Seconds per frame in past runs, under a name from `services.pacing`; None before the first."""
        return self._timings.expect(key)

    def state(self, project: OpenProject, shot_id: str) -> ShotState:
        """One shot with what exists for it."""
        return self.states(project, self.setup(project), [shot_id])[0]

    # -- starting ------------------------------------------------------------------------------------------

    def draw_keyframes(
        self, project: OpenProject, shots: Iterable[str] | None = None, variants: int | None = None, slot: str = "",
        backend: str | None = None,
    ) -> Run | None:  # fmt: skip
        """Queue keyframes: `variants` per shot and slot (the slots the plan uses that are empty, or just `slot`).

        Without `shots`, those that lack a keyframe for their words. None when nothing is to be made. Raises DiskFull
        when there is no room for them.
        """
        count = self._options().variants if variants is None else variants
        if not 1 <= count <= MAX_VARIANTS:
            raise BadInput(f"{count} variants cannot be made.", f"Choose 1 to {MAX_VARIANTS}.")
        instead = Instead(image_backend=backend or "")
        setup = setup_for(self._backends, project.project, self._options(), instead)
        self._need(setup, "image")
        wanted = None if shots is None else list(shots)
        if slot:
            check_slot(slot)
        waiting = [j for j in self._jobs.jobs(project.id) if j.kind == "keyframe" and not j.ended]
        queued, paid = [(j.shot, j.slot) for j in waiting], {(j.shot, j.slot): j for j in waiting if j.sent}
        sent = self._resuming.sent_pictures(project)
        notes = PriceNotes(self._backends)
        jobs: list[Job] = []
        for state in self.states(project, setup, wanted):
            for name in [slot] if slot else [x for x in state.slots() if not state.lacks_frame(x)]:
                if wanted is None and (state.keyframe(name) is not None or (state.words.shot.id, name) in paid):
                    continue
                if wanted is None:
                    _refuse_sent(sent.get((state.words.shot.id, name)))
                made = sum(1 for k in state.keyframes if k.slot == name) + queued.count((state.words.shot.id, name))
                jobs += [self._keyframe_job(project, state, name, made + i, setup, notes) for i in range(count)]
        if not jobs:
            for job in paid.values() if wanted is None else ():
                if isinstance(job.phase, Unsure):
                    raise NotReady(job.phase.message, job.phase.cure)
            return None
        self._space.need(project, self._space.pictures(project, len(jobs)), "Drawing keyframes")
        return self._jobs.start(project.id, "Keyframes", jobs)

    def draw_sheet(self, project: OpenProject, kind: CastKind, entity_id: str, variants: int = 1) -> Run:
        """Queue reference sheets of one of the cast. The first there is becomes its reference. Raises NotFound,
        BadInput where no pictures are made, and DiskFull."""
        if not 1 <= variants <= MAX_VARIANTS:
            raise BadInput(f"{variants} variants cannot be made.", f"Choose 1 to {MAX_VARIANTS}.")
        entity = project.board.entity(kind, entity_id)
        setup = self.setup(project)
        self._need(setup, "image")
        shot = sheet_id(kind, entity_id)
        made = len(project.files.keyframes(shot)) + sum(
            j.shot == shot and not j.ended for j in self._jobs.jobs(project.id)
        )
        board = with_sheet(project.board, shot)
        sheet = shot_states(setup, project.project, board, project.selection, [], [], frozenset({shot}))[0]
        price = PriceNotes(self._backends).of(sheet.image_request("start"))
        jobs = [
            Job(
                id=str(uuid.uuid4()), run="", project=project.id, kind="keyframe", shot=shot, slot="start",
                title=f"Sheet of {entity.name or entity.id}"[:200], backend=setup.image_spec.id,
                created=self._clock.now(), detail=kept(setup) | {"number": made + number} | price,
            )
            for number in range(variants)
        ]  # fmt: skip
        self._space.need(project, self._space.pictures(project, len(jobs)), "Drawing a sheet")
        return self._jobs.start(project.id, "Reference sheet", jobs)

    def render(
        self, project: OpenProject, shots: Iterable[str] | None = None, *, backend: str | None = None,
        seed: int | None = None, again: bool = False, mode: Mode | None = None, workflow: str | None = None,
        ending: str = "", redo: int | None = None,
    ) -> Run | None:  # fmt: skip
        """Queue what is missing or stale; with `again` a further take of every segment, under another seed; with
        `redo` of that segment (0-based), and what continues from it.

        Keyframes that are missing are drawn first where the backend makes pictures. None when nothing is to be
        made. What is at work on the shot `ending` counts as ended: its takes are there, and only looked at. Raises
        NotReady naming the shots that are blocked when nothing else can be done, and DiskFull when there is no room.
        """
        setup = self.setup(project, backend, mode=mode, workflow=workflow)
        self._need(setup, "video")
        waiting = [j for j in self._jobs.jobs(project.id) if not j.ended]
        clips = [j for j in waiting if j.kind == "segment" and not (j.shot == ending and j.phase.kind == "running")]
        busy = {(j.shot, j.segment): j.id for j in clips}
        sent, sent_pictures = self._resuming.sent(project), self._resuming.sent_pictures(project)
        notes = PriceNotes(self._backends)
        drawing = {(j.shot, j.slot, j.backend): j.id for j in reversed(waiting) if j.kind == "keyframe"}
        jobs: list[Job] = []
        lengths: list[int] = []
        blocked: list[str] = []
        for state in self.states(project, setup, shots):
            planned = state.plan()
            if planned.state == "blocked":
                reason = planned.problem or next(s.reason for s in planned.segments if s.state == "blocked")
                blocked.append(f"shot {planned.shot} {reason}")
                continue
            redone = () if redo is None else state.continuing(redo)
            todo = [s for s in planned.segments if again or s.state != "done" or s.segment.index in redone]
            todo = [s for s in todo if (planned.shot, s.segment.index) not in busy]
            if not todo:
                continue
            for entry in todo:
                _refuse_sent(sent.get((planned.shot, entry.segment.index)))
            drawn: dict[str, str] = {}
            made = {i: j for (shot, i), j in busy.items() if shot == planned.shot}
            made |= {s.segment.index: str(uuid.uuid4()) for s in todo}
            for slot in dict.fromkeys(x for s in todo for x in (s.segment.start_slot, s.segment.end_slot) if x):
                before = made.get((state.anchored(slot) or 0) - 1, "")  # what a fresh picture is drawn from
                if state.keyframe(slot) is not None and not (before and slot not in state.choice.keyframes):
                    continue
                known = drawing.get((planned.shot, slot, setup.image_spec.id))
                if known is not None:
                    drawn[slot] = known
                    continue
                _refuse_sent(sent_pictures.get((planned.shot, slot)))
                number = sum(1 for k in state.keyframes if k.slot == slot)
                picture = self._keyframe_job(project, state, slot, number, setup, notes, once=True, seed=seed)
                picture = picture.replace(after=(before,)) if before else picture
                drawn[slot] = picture.id
                jobs.append(picture)
            for entry in todo:
                segment = entry.segment
                after = [drawn[s] for s in (segment.start_slot, segment.end_slot) if s in drawn]
                if segment.start == "previous" and segment.index - 1 in made:
                    after.append(made[segment.index - 1])
                job_id = made[segment.index]
                lengths.append(segment.generate)
                detail = kept(setup)
                if again or segment.index == redo:
                    detail |= {"again": 1, "seed": secrets.randbelow(2**32) if seed is None else seed}
                elif seed is not None:
                    detail["seed"] = seed
                part = f" · segment {segment.index + 1} of {len(planned.segments)}" if len(planned.segments) > 1 else ""
                jobs.append(
                    Job(
                        id=job_id, run="", project=project.id, kind="segment", title=f"Shot {planned.shot}{part}",
                        shot=planned.shot, segment=segment.index, backend=setup.spec.id, after=tuple(after),
                        created=self._clock.now(), detail=detail,
                    )
                )  # fmt: skip
        if not jobs:
            if blocked:
                raise NotReady(
                    f"Nothing can be rendered yet: {'; '.join(blocked[:3])}.", "See the plan for every shot."
                )
            return None
        needed = self._space.clips(project, lengths) + self._space.pictures(project, len(jobs) - len(lengths))
        self._space.need(project, needed, "Rendering")
        return self._jobs.start(project.id, "Render", jobs)

    def resume(self, project: OpenProject, *, free_only: bool = False) -> int:
        """Go on with runs whose process is gone; how many jobs wait again. With `free_only` runs that would cost
        something stay as they are, until somebody asks for them."""
        return self._resuming.resume(project, free_only=free_only)

    def replace_silent(self, project: OpenProject) -> None:
        """Render here instead of a process on another computer of which nothing was heard lately, and count its runs
        as interrupted. Raises Occupied when that one may still be at work."""
        self._resuming.replace_silent(project)

    def take_over(self, project: OpenProject, wanted: Callable[[Job], bool]) -> list[str]:
        """Go on with the `wanted` jobs of runs whose process is gone, and close their other jobs, except those that
        were sent to a backend that costs something. The ids of the runs that go on."""
        return self._resuming.take_over(project, wanted)

    def import_keyframe(
        self, project: OpenProject, shot_id: str, source: Path, slot: str = "start", *, pick: bool = True,
        origin: str = "",
    ) -> Keyframe:  # fmt: skip
        """Take a user's picture in as keyframe; see `KeyframeImports.import_keyframe`."""
        return self._imports.import_keyframe(project, shot_id, source, slot, pick=pick, origin=origin)

    def fit_keyframe(self, project: OpenProject, shot_id: str, name: str, fit: Fit) -> Keyframe:
        """Fit a user's picture to the film's size and pick the result; see `KeyframeImports.fit`."""
        return self._imports.fit(project, shot_id, name, fit)

    def share_keyframe(self, project: OpenProject, shot_id: str, slot: str, picture: Picked, source: str) -> Keyframe:
        """Let a picture of another shot stand for a slot too; see `KeyframeImports.share`."""
        return self._imports.share(project, shot_id, slot, picture, source)

    def set_mask(self, project: OpenProject, shot_id: str, source: Path | None) -> Picked | None:
        """Let a picture be the mask of the shot, or none; see `KeyframeImports.set_mask`."""
        return self._imports.set_mask(project, shot_id, source)

    def zipped(self, path: Path) -> Zipped:
        """What a zip file holds: pictures, or a project. Raises BadInput when it is none."""
        return self._imports.zipped(path)

    def import_pictures(self, project: OpenProject, pictures: Sequence[ImportedPicture]) -> Run | None:
        """Queue taking in the pictures that came with a storyboard; those selected there are picked."""
        return self._imports.import_pictures(project, pictures)

    def consequences(self, project: OpenProject, **changes: Any) -> tuple[list[str], list[str]]:
        """What changing these fields of the project would cost: the shots that are rendered now and would be stale,
        and the shots whose keyframe would no longer fit. Raises BadInput when a value cannot be."""
        before, options = project.project, self._options()
        after = checked(lambda: before.replace(**changes), "The project")
        board, selection = project.board, project.selection
        pictures, takes = project.files.keyframes(), project.files.takes()
        found: list[tuple[set[str], set[str]]] = []
        for film in (before, after):
            setup = setup_for(self._backends, film, options)
            states = shot_states(setup, film, board, selection, pictures, takes)
            rendered = {s.words.shot.id for s in states if s.takes and s.plan().state == "done"}
            drawn = {s.words.shot.id for s in states if s.keyframes and s.keyframe("start") is not None}
            found.append((rendered, drawn))
        (rendered, drawn), (still_rendered, still_drawn) = found
        order = [shot.id for shot in board.shots]
        return (
            [i for i in order if i in rendered - still_rendered],
            [i for i in order if i in drawn - still_drawn],
        )

    # -- inside --------------------------------------------------------------------------------------------

    def _need(self, setup: PlanSetup, kind: str) -> None:
        spec, what = (setup.image_spec, "pictures") if kind == "image" else (setup.spec, "clips")
        if kind not in spec.kinds:
            raise BadInput(f"{spec.title} makes no {what}.", "Choose another backend in the Project tab.")
        if spec.needs:
            raise NotReady(f"{spec.title} needs {spec.needs}.", f"Enter it in Settings, under {spec.place}.")

    def _keyframe_job(
        self, project: OpenProject, state: ShotState, slot: str, number: int, setup: PlanSetup, notes: PriceNotes, *,
        once: bool = False, seed: int | None = None,
    ) -> Job:  # fmt: skip
        """`once` tells that any picture which fits will do; else this is a further variant."""
        shot = state.words.shot.id
        detail = kept(setup) | {"number": number}
        if once:
            detail["once"] = 1
        if seed is not None:
            detail["seed"] = seed
        detail |= notes.of(state.image_request(slot))
        return Job(
            id=str(uuid.uuid4()), run="", project=project.id, kind="keyframe", shot=shot, slot=slot,
            title=f"Keyframe {shot}" + (f" · {slot}" if slot != "start" else ""), backend=setup.image_spec.id,
            created=self._clock.now(), detail=detail,
        )  # fmt: skip


def _refuse_sent(job: Job | None) -> None:
    """Raise NotReady for a segment that may be paid for already."""
    if job is not None:
        raise NotReady(
            f"{job.title} was sent to {job.sent} before an interruption, and may be paid for already.",
            "Go on with the interrupted run in the Queue: it is asked about first, and sent again only if you say so.",
        )
