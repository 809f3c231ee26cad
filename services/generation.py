"""Making pictures and clips: from the plan to jobs, from a job to a request, from a backend's events to a take."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from domain.backend import (
    BackendDone,
    BackendFailure,
    BackendPreview,
    BackendProgress,
    BackendQueued,
    BackendStarted,
    BackendStopped,
)  # fmt: skip
from domain.errors import BackendFailed, BackendUnavailable, BadInput, Cancelled, NotFound, NotReady, StudioError
from domain.importing import ImportedPicture
from domain.job import Job, Queued, Run, Running
from domain.names import check_name
from domain.plan import GenerationPlan
from domain.profile import Mode
from domain.project import Picked, ShotChoice
from domain.request import GenerationRequest
from domain.take import Keyframe, Take
from services.changes import ChangeCounter
from services.jobs import JobContext, JobService
from services.options import CurrentOptions
from services.planning import PlanSetup, ShotState, build_plan, shot_states, timing_key
from services.ports import Backends, Clock, GoesOnAlone, Media, ProjectFiles, TimingStore
from services.projects import OpenProject, ProjectService, checked
from services.setups import Instead, kept, setup_for
from services.takes import LastFrameExtractor, standing_keyframe, standing_take

_log = logging.getLogger(__name__)
MAX_VARIANTS = 12
IMPORT_LANE = "import"
IMPORTED_AT_ONCE = 100
"""Pictures one import job takes in; more make more jobs."""


class GenerationService:
    """Plans, keyframes and takes of a project. Its executors run inside the job service's threads."""

    def __init__(
        self, projects: ProjectService, backends: Backends, jobs: JobService, media: Media, clock: Clock,
        timings: TimingStore, options: CurrentOptions, changes: ChangeCounter,
    ) -> None:  # fmt: skip
        self._projects = projects
        self._backends = backends
        self._jobs = jobs
        self._media = media
        self._clock = clock
        self._timings = timings
        self._options = options
        self._changes = changes
        self.last_frames = LastFrameExtractor(media)
        jobs.register("keyframe", self._make_keyframe)
        jobs.register("segment", self._make_segment)
        jobs.register("import", self._import_pictures)

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
        return build_plan(setup, project.project, self.states(project, setup, only), self._timings.expect)

    def expect(self, key: str) -> float | None:
        """Seconds per frame in past runs, under a name from `timing_key`; None before the first."""
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

        Without `shots`, those that lack a keyframe for their words. None when nothing is to be made.
        """
        count = self._options().variants if variants is None else variants
        if not 1 <= count <= MAX_VARIANTS:
            raise BadInput(f"{count} variants cannot be made.", f"Choose 1 to {MAX_VARIANTS}.")
        setup = self.setup(project, backend)
        self._need(setup, "image")
        wanted = None if shots is None else list(shots)
        if slot:
            check_slot(slot)
        queued = [(j.shot, j.slot) for j in self._jobs.jobs(project.id) if j.kind == "keyframe" and not j.ended]
        jobs: list[Job] = []
        for state in self.states(project, setup, wanted):
            for name in [slot] if slot else state.slots():
                if wanted is None and state.keyframe(name) is not None:
                    continue
                made = sum(1 for k in state.keyframes if k.slot == name) + queued.count((state.words.shot.id, name))
                jobs += [self._keyframe_job(project, state, name, made + i, setup) for i in range(count)]
        return self._jobs.start(project.id, "Keyframes", jobs) if jobs else None

    def render(
        self, project: OpenProject, shots: Iterable[str] | None = None, *, backend: str | None = None,
        seed: int | None = None, again: bool = False, mode: Mode | None = None, workflow: str | None = None,
    ) -> Run | None:  # fmt: skip
        """Queue what is missing or stale; with `again` a further take of every segment, under another seed.

        Keyframes that are missing are drawn first where the backend makes pictures. None when nothing is to be
        made. Raises NotReady naming the shots that are blocked when nothing else can be done.
        """
        setup = self.setup(project, backend, mode=mode, workflow=workflow)
        self._need(setup, "video")
        waiting = [j for j in self._jobs.jobs(project.id) if not j.ended]
        busy = {(j.shot, j.segment): j.id for j in waiting if j.kind == "segment"}
        drawing = {(j.shot, j.slot, j.backend): j.id for j in reversed(waiting) if j.kind == "keyframe"}
        jobs: list[Job] = []
        blocked: list[str] = []
        for state in self.states(project, setup, shots):
            planned = state.plan()
            if planned.state == "blocked":
                reason = planned.problem or next(s.reason for s in planned.segments if s.state == "blocked")
                blocked.append(f"shot {planned.shot} {reason}")
                continue
            todo = [s for s in planned.segments if again or s.state != "done"]
            todo = [s for s in todo if (planned.shot, s.segment.index) not in busy]
            if not todo:
                continue
            drawn: dict[str, str] = {}
            for slot in dict.fromkeys(x for s in todo for x in (s.segment.start_slot, s.segment.end_slot) if x):
                if state.keyframe(slot) is not None:
                    continue
                known = drawing.get((planned.shot, slot, setup.image_spec.id))
                if known is not None:
                    drawn[slot] = known
                    continue
                number = sum(1 for k in state.keyframes if k.slot == slot)
                picture = self._keyframe_job(project, state, slot, number, setup, once=True, seed=seed)
                drawn[slot] = picture.id
                jobs.append(picture)
            made: dict[int, str] = {i: j for (shot, i), j in busy.items() if shot == planned.shot}
            for entry in todo:
                segment = entry.segment
                after = [drawn[s] for s in (segment.start_slot, segment.end_slot) if s in drawn]
                if segment.start == "previous" and segment.index - 1 in made:
                    after.append(made[segment.index - 1])
                made[segment.index] = job_id = str(uuid.uuid4())
                detail = kept(setup)
                if again:
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
        return self._jobs.start(project.id, "Render", jobs)

    def resume(self, project: OpenProject, *, free_only: bool = False) -> int:
        """Go on with runs whose process is gone; how many jobs wait again. Finished artefacts are found and taken.

        With `free_only` runs that would cost something stay as they are, until somebody asks for them.
        """
        again = 0
        for run in project.files.runs():
            if run.project != project.id or not self._jobs.is_abandoned(run):
                continue
            if free_only and not all(job.ended or self._is_free(job) for job in run.jobs):
                continue
            jobs = tuple(j.replace(phase=Queued()) if isinstance(j.phase, Running) else j for j in run.jobs)
            again += sum(1 for j in jobs if not j.ended)
            self._jobs.adopt(run.replace(jobs=jobs))
        return again

    def _is_free(self, job: Job) -> bool:
        if job.kind in ("film", "import"):
            return True
        try:
            return self._backends.spec(job.backend).free
        except NotFound:
            return False

    def import_keyframe(
        self,
        project: OpenProject,
        shot_id: str,
        source: Path,
        slot: str = "start",
        *,
        pick: bool = True,
        origin: str = "",
    ) -> Keyframe:
        """Take a user's picture in as keyframe, upright and in sRGB, and pick it. The source is not touched.

        `origin` remembers where it came from, so that the same picture is not taken in twice.
        """
        project.board.shot(shot_id)
        check_slot(slot)
        self._media.check_image(source)
        work = project.files.workspace(f"import-{uuid.uuid4().hex[:12]}")
        try:
            target = work / "image.png"
            width, height = self._media.import_image(source, target)
            keyframe = project.files.add_keyframe(
                Keyframe(
                    name="", shot=shot_id, slot=slot, image=Picked(path="image.png", sha256="0" * 64), width=width,
                    height=height, source=source.name[:200], made=self._clock.now(),
                    extras={"origin": origin} if origin else {},
                ),
                target,
            )  # fmt: skip
        finally:
            project.files.discard(work)
        if pick:
            project.change_selection(
                lambda s: s.with_choice(
                    shot_id, s.of(shot_id).replace(keyframes={**s.of(shot_id).keyframes, slot: keyframe.image})
                )
            )
        self._changes.bump()
        return keyframe

    def import_pictures(self, project: OpenProject, pictures: Sequence[ImportedPicture]) -> Run | None:
        """Queue taking in the pictures that came with a storyboard; those selected there are picked here."""
        jobs = []
        for first in range(0, len(pictures), IMPORTED_AT_ONCE):
            part = pictures[first : first + IMPORTED_AT_ONCE]
            jobs.append(
                Job(
                    id=str(uuid.uuid4()), run="", project=project.id, kind="import",
                    title=f"Import {len(part)} pictures", backend=IMPORT_LANE, created=self._clock.now(),
                    detail={"pictures": json.dumps([p.to_json() for p in part])},
                )
            )  # fmt: skip
        return self._jobs.start(project.id, "Import pictures", jobs) if jobs else None

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

    # -- executors -----------------------------------------------------------------------------------------

    def _need(self, setup: PlanSetup, kind: str) -> None:
        spec, what = (setup.image_spec, "pictures") if kind == "image" else (setup.spec, "clips")
        if kind not in spec.kinds:
            raise BadInput(f"{spec.title} makes no {what}.", "Choose another backend in the Project tab.")

    def _keyframe_job(
        self, project: OpenProject, state: ShotState, slot: str, number: int, setup: PlanSetup, *, once: bool = False,
        seed: int | None = None,
    ) -> Job:  # fmt: skip
        """`once` tells that any picture which fits will do; else this is a further variant."""
        shot = state.words.shot.id
        detail = kept(setup) | {"number": number}
        if once:
            detail["once"] = 1
        if seed is not None:
            detail["seed"] = seed
        return Job(
            id=str(uuid.uuid4()), run="", project=project.id, kind="keyframe", shot=shot, slot=slot,
            title=f"Keyframe {shot}" + (f" · {slot}" if slot != "start" else ""), backend=setup.image_spec.id,
            created=self._clock.now(), detail=detail,
        )  # fmt: skip

    def _state_for(self, project: OpenProject, job: Job) -> ShotState:
        names = ("profile", "workflow", "image_backend", "image_workflow")
        told = {name: str(job.detail.get(name, "")) for name in names}
        mode = as_mode(str(job.detail.get("mode", "")))
        instead = Instead(backend=str(job.detail.get("backend", job.backend)), mode=mode, **told)
        setup = setup_for(self._backends, project.project, self._options(), instead)
        return self.states(project, setup, [job.shot])[0]

    def _make_keyframe(self, context: JobContext) -> str:
        job = context.job
        project = self._projects.get(job.project)
        state = self._state_for(project, job)
        rule = state.image_request(job.slot)
        there = next((k for k in state.keyframes if k.extras.get("job") == job.id), None)
        if there is None and job.detail.get("once"):
            there = standing_keyframe(state.keyframes, state.choice, job.slot, rule.fingerprint)[1]
        if there is not None:
            return there.name
        number = int(job.detail.get("number", 0))
        given = job.detail.get("seed")
        if given is not None:
            seed = int(given)
        else:
            seed = _drawn(job) if rule.seed_rule == "random" else (rule.seed + number) % 2**64
        request = state.image_request(job.slot, seed)
        work = project.files.workspace(job.id)
        try:
            done = self._run_backend(context, project, request, work)
            image = work / check_name(done.image or "image.png")
            width, height = self._media.check_image(image)
            keyframe = project.files.add_keyframe(
                Keyframe(
                    name="", shot=job.shot, slot=job.slot, image=Picked(path="image.png", sha256="0" * 64),
                    width=width, height=height, request=request, fingerprint=request.fingerprint,
                    source=request.backend, made=self._clock.now(), extras={**done.info, "job": job.id},
                ),
                image,
            )  # fmt: skip
        finally:
            project.files.discard(work)
        return keyframe.name

    def _import_pictures(self, context: JobContext) -> str:
        project = self._projects.get(context.job.project)
        given = [ImportedPicture.model_validate(p) for p in json.loads(str(context.job.detail["pictures"]))]
        refused: list[str] = []
        for number, picture in enumerate(given):
            context.check()
            context.report(number / len(given), f"picture {number + 1} of {len(given)}")
            origin = str(picture.path)
            if any(
                k.extras.get("origin") == origin and k.slot == picture.slot
                for k in project.files.keyframes(picture.shot)
            ):
                continue
            try:
                self.import_keyframe(
                    project, picture.shot, picture.path, picture.slot, pick=picture.selected, origin=origin
                )  # fmt: skip
            except StudioError as error:
                # One bad picture must not keep the others out; all refusals are told at the end.
                refused.append(f"{picture.path.name} ({error.message.rstrip('.')})")
        if refused:
            raise BadInput(
                f"{len(refused)} of {len(given)} pictures could not be taken in: {'; '.join(refused[:3])}"
                f"{' …' if len(refused) > 3 else '.'}",
                "Import them by hand in Keyframes.",
            )
        return f"{len(given)} pictures"

    def _make_segment(self, context: JobContext) -> str:
        job = context.job
        project = self._projects.get(job.project)
        state = self._state_for(project, job)
        request, fits = self._segment_request(project, state, job)
        ours = next((t for t in state.takes if t.backend_info.get("job") == job.id), None)
        if ours is not None:
            return ours.id
        if fits is not None and not job.detail.get("again"):
            if state.choice.takes.get(str(job.segment), fits.id) != fits.id:
                self._let_newest_stand(project, job)
            return fits.id
        began = self._clock.monotonic()
        work = project.files.workspace(job.id)
        try:
            done = self._run_backend(context, project, request, work)
            clip = work / check_name(done.clip or "clip.mp4")
            info = self._media.probe(clip)
            self._check_clip(job, request, info.frames, (info.width, info.height))
            last = work / check_name(done.last or "last.png")
            if not last.is_file():
                self.last_frames.extract(clip, last)
            spent = self._clock.monotonic() - began
            take = project.files.add_take(
                Take(
                    id="new", shot=job.shot, segment=job.segment, clip=Picked(path="clip.mp4", sha256="0" * 64),
                    last=Picked(path="last.png", sha256="0" * 64), request=request, fingerprint=request.fingerprint,
                    info=info, backend_info={**done.info, "job": job.id}, made=self._clock.now(),
                    seconds=round(spent, 3),
                ),
                clip, last,
            )  # fmt: skip
        finally:
            project.files.discard(work)
        self._timings.learn(
            timing_key(request.backend, request.profile, request.width, request.height),
            _worked(done.info, spent) / request.frames,
        )
        self._let_newest_stand(project, job)
        return take.id

    def _segment_request(
        self, project: OpenProject, state: ShotState, job: Job
    ) -> tuple[GenerationRequest, Take | None]:
        """What to ask for now that everything before it is there, and the take that fits already."""
        if job.segment >= len(state.timing.segments):
            raise NotReady(f"Shot {job.shot} has no segment {job.segment + 1} any more.", "Render the shot again.")
        segment = state.timing.segments[job.segment]
        start: Picked | None
        if segment.start == "previous":
            before = self._take_before(project, state, job.segment)
            start = self.last_frames.frame(project, before)
        else:
            start = state.keyframe(segment.start_slot)
        if start is None or (segment.end_slot and state.keyframe(segment.end_slot) is None):
            raise NotReady(f"Shot {job.shot} lacks a keyframe.", "Make or import one in Keyframes.")
        seed = job.detail.get("seed")
        request = state.request(segment, start, None if seed is None else int(seed))
        if request.seed_rule == "random" and seed is None:
            request = state.request(segment, start, _drawn(job))
        own = [t for t in state.takes if t.segment == job.segment and t.fingerprint == request.fingerprint]
        chosen = state.choice.takes.get(str(job.segment))
        return request, next((t for t in own if t.id == chosen), own[-1] if own else None)

    def _take_before(self, project: OpenProject, state: ShotState, segment: int) -> Take:
        take = standing_take(state.takes, state.choice, segment - 1, None)
        planned = state.plan().segments[segment - 1]
        for candidate in state.takes:
            if candidate.id == planned.take and candidate.segment == segment - 1:
                take = candidate
        if take is None:
            raise NotReady(
                f"Segment {segment} of shot {state.words.shot.id} is not made yet.", "Render the shot again."
            )
        return take

    def _check_clip(self, job: Job, request: GenerationRequest, frames: int, size: tuple[int, int]) -> None:
        if frames != request.frames:
            raise BackendFailed(
                f"{job.title}: the clip has {frames} frames instead of {request.frames}.", "Render the shot again."
            )
        if size != (request.width, request.height):
            raise BackendFailed(
                f"{job.title}: the clip is {size[0]}×{size[1]} instead of {request.width}×{request.height}.",
                "Check the workflow's size inputs.",
            )

    def _let_newest_stand(self, project: OpenProject, job: Job) -> None:
        """A take that was asked for stands; one chosen before gives way."""
        if str(job.segment) not in project.selection.of(job.shot).takes:
            return

        def make(choice: ShotChoice) -> ShotChoice:
            return choice.replace(takes={k: v for k, v in choice.takes.items() if k != str(job.segment)})

        project.change_selection(lambda s: s.with_choice(job.shot, make(s.of(job.shot))))

    def _run_backend(
        self, context: JobContext, project: OpenProject, request: GenerationRequest, work: Path
    ) -> BackendDone:
        """Hand the request over and follow it to its end."""
        backend = self._backends.get(request.backend)
        readiness = backend.preflight()
        if not readiness.ready:
            first = readiness.problems[0]
            raise BackendUnavailable(first.what, first.cure)
        context.check()
        backend.submit(context.job.id, request, self._inputs(project.files, request), work)

        def stop() -> None:
            if context.to_be_resumed and isinstance(backend, GoesOnAlone):
                backend.leave(context.job.id)
            else:
                backend.cancel(context.job.id)

        context.on_stop(stop)
        for event in backend.events(context.job.id):
            match event:
                case BackendQueued(position=position):
                    context.report(0.0, "waiting" if position is None else f"{position} ahead")
                case BackendStarted():
                    context.report(0.0, "started")
                case BackendProgress(fraction=fraction, detail=detail):
                    context.report(fraction, detail)
                case BackendPreview(mime=mime, data=data):
                    context.preview(mime, data)
                case BackendDone():
                    return event
                case BackendFailure(message=message, cure=cure, retry=retry):
                    raise BackendFailed(message, cure, retry=retry)
                case BackendStopped():
                    raise Cancelled
        raise BackendFailed("The backend ended the job without saying how.", "Render the shot again.")

    @staticmethod
    def _inputs(files: ProjectFiles, request: GenerationRequest) -> dict[str, Path]:
        given = {"start": request.start, "end": request.end}
        given |= {f"reference-{i}": picked for i, picked in enumerate(request.references)}
        return {name: files.path(picked) for name, picked in given.items() if picked is not None}


def _drawn(job: Job) -> int:
    """A seed by chance, the same whenever the job is taken up again: it may be on a server already."""
    return int.from_bytes(hashlib.sha256(job.id.encode()).digest()[:4], "big")


def check_slot(slot: str) -> None:
    """Raise BadInput unless `slot` is the name of a keyframe slot."""
    if not re.fullmatch(r"start|end|mid-[1-9][0-9]{0,3}", slot):
        raise BadInput(f"There is no keyframe slot {slot[:40]!r}.", "Slots are start, end, mid-1, mid-2 and so on.")


def _worked(info: dict[str, Any], spent: float) -> float:
    """Seconds of work on a clip: by the server's clock where it tells, because `spent` counts the wait there too."""
    told = info.get("server_seconds")
    return float(told) if isinstance(told, (int, float)) and told > 0 and not info.get("cached") else spent


def as_mode(text: str) -> Mode | None:
    """The mode of that name; None when there is none."""
    match text:
        case "chain" | "keyframe" | "single":
            return text
        case _:
            return None
