"""What a job makes: the request as the plan has it, the same changed for this job alone, and the artefact kept."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.backend import BackendDone
from domain.errors import BackendFailed, NotFound, NotReady
from domain.job import Job
from domain.names import check_name
from domain.profile import ModelProfile
from domain.project import Picked, ShotChoice
from domain.prompting import sheet_owner, with_sheet
from domain.request import GenerationRequest
from domain.storyboard import Storyboard
from domain.take import Keyframe, Take
from services import rewording
from services.following import Follower
from services.job_context import Again, JobContext, Made
from services.jobs import JobService
from services.options import CurrentOptions
from services.other_ways import OtherWays
from services.pacing import key_of
from services.planning import ShotState, shot_states
from services.ports import Backends, Clock, Media, Rewriter, TimingStore
from services.projects import OpenProject, ProjectService
from services.setups import Instead, as_mode, setup_for
from services.smaller import smaller_sizes
from services.takes import LastFrameExtractor, standing_keyframe, standing_take
from services.wholeness import is_whole, is_whole_take

if TYPE_CHECKING:  # it reads the cut, which is made of what is generated
    from services.quality.retakes import ClipChecks

_NO_HASH = "0" * 64


class Making:
    """The executors of keyframes and segments; they run inside the job service's threads."""

    def __init__(
        self, projects: ProjectService, backends: Backends, jobs: JobService, media: Media, clock: Clock,
        timings: TimingStore, options: CurrentOptions, checks: ClipChecks | None = None,
        rewriter: Rewriter | None = None,
    ) -> None:  # fmt: skip
        self._checks = checks
        self._rewriter = rewriter
        self._projects = projects
        self._backends = backends
        self._follower = Follower(backends)
        self._media = media
        self._clock = clock
        self._timings = timings
        self._options = options
        self.last_frames = LastFrameExtractor(media)
        other = OtherWays(projects, backends, checks)
        jobs.register("keyframe", self.make_keyframe, other.other_way)
        jobs.register("segment", self.make_segment, other.other_way)

    # -- keyframes -----------------------------------------------------------------------------------------

    def make_keyframe(self, context: JobContext) -> str:
        """Draw a keyframe, unless this job's is there already; its name."""
        job = context.job
        project = self._projects.get(job.project)
        state = self._state(project, job)
        if state.lacks_frame(job.slot):
            raise NotReady(
                f"The segment before the {job.slot} keyframe of shot {job.shot} is not made yet.", "Render the shot."
            )
        planned = state.image_request(job.slot)
        there = next((k for k in state.keyframes if k.extras.get("job") == job.id), None)
        if there is None and job.detail.get("once"):
            there = standing_keyframe(state.keyframes, state.choice, job.slot, planned.fingerprint)[1]
        if there is not None and is_whole(project.files, there.image):
            return there.name
        number = int(job.detail.get("number", 0))
        given = job.detail.get("seed")
        if given is not None:
            seed = int(given)
        else:
            seed = drawn_seed(job) if planned.seed_rule == "random" else (planned.seed + number) % 2**64
        meant = self._maker(project, job, state).image_request(job.slot, seed)
        request, instead = self._changed(job, meant)
        work = project.files.workspace(job.id)
        try:
            done, spent = self._made(context, project, request, state.setup.image_profile, work, meant)
            image = work / check_name(done.image or "image.png")
            width, height = self._media.check_image(image)
            self._refuse_black(job, image)
            keyframe = project.files.add_keyframe(
                Keyframe(
                    name="", shot=job.shot, slot=job.slot, image=Picked(path="image.png", sha256=_NO_HASH),
                    width=width, height=height, request=request, fingerprint=planned.fingerprint,
                    source=request.backend, made=self._clock.now(),
                    extras={
                        **done.info, "job": job.id, **rewording.note(job, meant),
                        **({"instead": instead} if instead else {}),
                    },
                ),
                image,
            )  # fmt: skip
        finally:
            project.files.discard(work)
        self._timings.learn(key_of(request), _worked(done.info, spent))
        self._be_sheet(project, keyframe)
        return keyframe.name

    @staticmethod
    def _be_sheet(project: OpenProject, keyframe: Keyframe) -> None:
        """The first sheet of someone is the reference; further ones are chosen by hand."""
        owner = sheet_owner(keyframe.shot, project.board)
        if owner is None or owner[1].references:
            return
        kind, entity = owner

        def make(board: Storyboard) -> Storyboard:
            now = board.entity(kind, entity.id)
            return board if now.references else board.with_entity(kind, now.replace(references=(keyframe.image,)))

        with contextlib.suppress(NotFound):  # deleted while it was drawn
            project.change_board(f"the sheet of {entity.name or entity.id}", make)

    # -- segments ------------------------------------------------------------------------------------------

    def make_segment(self, context: JobContext) -> str | Made | Again:
        """Make the clip of a segment, unless this job's or one that fits is there already, and have it checked; the
        take's id, or that it is to be made once more."""
        job = context.job
        project = self._projects.get(job.project)
        state = self._state(project, job)
        ours = next((t for t in state.takes if t.backend_info.get("job") == job.call), None)
        if ours is not None and is_whole_take(self._media, project.files, ours):
            return self._looked_at(context, project, state, ours)
        planned, fits = self._planned(project, state, job)
        first = not job.retake and not job.detail.get("again")
        if fits is not None and first and is_whole_take(self._media, project.files, fits):
            if state.choice.takes.get(str(job.segment), fits.id) != fits.id:
                self._let_newest_stand(project, job)
            return fits.id
        segment = state.timing.segments[job.segment]
        maker = self._maker(project, job, state)
        seed = (planned.seed + job.retake) % 2**64
        meant = maker.request(segment, planned.start, seed)
        request, instead = self._changed(job, meant)
        work = project.files.workspace(job.id)
        try:
            done, spent = self._made(context, project, request, state.setup.profile, work, meant)
            clip = work / check_name(done.clip or "clip.mp4")
            info = self._media.probe(clip)
            try:
                _check_clip(job, request, info.frames, (info.width, info.height))
                self._refuse_black(job, clip)
            except BackendFailed as error:
                follows = self._checks.unusable(context, project, request, error) if self._checks else None
                if follows is None:
                    raise
                return follows
            last = work / check_name(done.last or "last.png")
            if not last.is_file():
                self.last_frames.extract(clip, last)
            told = {**done.info, "job": job.call, **self._card(), **rewording.note(job, meant)}
            take = project.files.add_take(
                Take(
                    id="new", shot=job.shot, segment=job.segment, clip=Picked(path="clip.mp4", sha256=_NO_HASH),
                    last=Picked(path="last.png", sha256=_NO_HASH), request=request, fingerprint=planned.fingerprint,
                    info=info, made=self._clock.now(),
                    backend_info=told,
                    seconds=round(spent, 3), instead=instead, smaller_than=_larger(meant, request),
                ),
                clip, last,
            )  # fmt: skip
        finally:
            project.files.discard(work)
        self._timings.learn(key_of(request), _worked(done.info, spent) / request.frames)
        self._let_newest_stand(project, job)
        return self._looked_at(context, project, state, take)

    def _card(self) -> dict[str, str]:
        """What is known of this computer's graphics cards, as a part of what is kept with a take."""
        return {} if self._checks is None else self._checks.card()

    def _looked_at(self, context: JobContext, project: OpenProject, state: ShotState, take: Take) -> str | Made | Again:
        """What follows from the take's check."""
        if self._checks is None:
            return take.id
        return self._checks.look(context, project, state, take, lambda: self._state(project, context.job))

    def _planned(self, project: OpenProject, state: ShotState, job: Job) -> tuple[GenerationRequest, Take | None]:
        """What the plan asks for now that everything before it is there, and the take that fits already."""
        if job.segment >= len(state.timing.segments):
            raise NotReady(f"Shot {job.shot} has no segment {job.segment + 1} any more.", "Render the shot again.")
        segment = state.timing.segments[job.segment]
        start: Picked | None
        if segment.start == "previous":
            before = self._take_before(state, job.segment)
            start = self.last_frames.frame(project, before)
        else:
            start = state.keyframe(segment.start_slot)
        if start is None or (segment.end_slot and state.keyframe(segment.end_slot) is None):
            raise NotReady(f"Shot {job.shot} lacks a keyframe.", "Make or import one in Keyframes.")
        seed = job.detail.get("seed")
        request = state.request(segment, start, None if seed is None else int(seed))
        if request.seed_rule == "random" and seed is None:
            request = state.request(segment, start, drawn_seed(job))
        own = [t for t in state.takes if t.segment == job.segment and t.fingerprint == request.fingerprint]
        chosen = state.choice.takes.get(str(job.segment))
        return request, next((t for t in own if t.id == chosen), own[-1] if own else None)

    def _take_before(self, state: ShotState, segment: int) -> Take:
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

    def _let_newest_stand(self, project: OpenProject, job: Job) -> None:
        """A take that was asked for stands; one chosen before gives way."""
        if str(job.segment) not in project.selection.of(job.shot).takes:
            return

        def make(choice: ShotChoice) -> ShotChoice:
            return choice.replace(takes={k: v for k, v in choice.takes.items() if k != str(job.segment)})

        project.change_selection(lambda s: s.with_choice(job.shot, make(s.of(job.shot))))

    def _refuse_black(self, job: Job, made: Path) -> None:
        """A black result would be the beginning of a black chain."""
        if self._media.is_black(made):
            raise BackendFailed(
                f"{job.title}: everything in the result is black, so it was not kept.",
                "Another seed may help; if it stays black, choose another model file or a VAE of full precision.",
            )

    # -- the request -----------------------------------------------------------------------------------------

    def _state(self, project: OpenProject, job: Job, fallback: str = "") -> ShotState:
        """The job's shot, for the backends that the job was planned with or for the fallback."""
        names = ("profile", "workflow", "image_backend", "image_workflow")
        told = {name: str(job.detail.get(name, "")) for name in names} if not fallback else {}
        if fallback and job.kind == "segment":
            told["profile"] = str(job.detail.get("profile", ""))
        instead = Instead(
            backend=fallback or str(job.detail.get("backend", job.backend)),
            mode=as_mode(str(job.detail.get("mode", ""))), **told,
        )  # fmt: skip
        setup = setup_for(self._backends, project.project, self._options(), instead)
        board = with_sheet(project.board, job.shot)
        board.position(job.shot)
        return shot_states(
            setup, project.project, board, project.selection, project.files.keyframes(), project.files.takes(),
            frozenset({job.shot}),
        )[0]  # fmt: skip

    def _maker(self, project: OpenProject, job: Job, state: ShotState) -> ShotState:
        """The shot as the backend sees it that makes the job."""
        fallback = str(job.detail.get("fallback", ""))
        return self._state(project, job, fallback) if fallback else state

    def _changed(self, job: Job, request: GenerationRequest) -> tuple[GenerationRequest, str]:
        """The request as this job sends it, and in a sentence what is different from the plan."""
        words = []
        if job.detail.get("fallback"):
            words.append(f"with {self._backends.spec(request.backend).title} instead of {job.detail.get('backend')}")
        width, height = int(job.detail.get("width", request.width)), int(job.detail.get("height", request.height))
        if (width, height) != (request.width, request.height):
            words.append(f"at {width}×{height} instead of {request.width}×{request.height}, because memory ran out")
            request = request.replace(width=width, height=height)
        if others := rewording.reworded(job, request):
            words.append("with other words than the shot's, because those were refused")
            request = request.replace(prompt=others)
        if job.retake:
            why = str(job.detail.get("because", ""))
            words.append(f"with seed {request.seed} as retake {job.retake}, because the one before failed ({why})")
        return request, f"Made {' and '.join(words)}." if words else ""

    def _made(
        self, context: JobContext, project: OpenProject, request: GenerationRequest, profile: ModelProfile, work: Path,
        meant: GenerationRequest,
    ) -> tuple[BackendDone, float]:  # fmt: skip
        """The artefacts in `work`, and the seconds they took. `meant` is the request before anything was changed for
        this job. Raises what the backend's end means."""
        began = self._clock.monotonic()
        try:
            done = self._follower.run(context, project.files, request, work)
        except BackendFailed as error:
            if error.fault == "memory":
                error.offers = smaller_sizes(request, profile)
            if error.fault == "refused":
                most = self._options().rewordings
                offer = rewording.proposal(
                    context.job, meant, error.message, most, self._rewriter, lambda: context.stopped
                )
                error.offers = (offer,) if offer is not None else ()
            raise
        return done, self._clock.monotonic() - began


def drawn_seed(job: Job) -> int:
    """A seed by chance, the same whenever the job is taken up again: it may be on a server already."""
    return int.from_bytes(hashlib.sha256(job.id.encode()).digest()[:4], "big")


def _larger(meant: GenerationRequest, request: GenerationRequest) -> tuple[int, int] | None:
    """The size that was meant, where less was asked for in the end."""
    smaller = request.width * request.height < meant.width * meant.height
    return (meant.width, meant.height) if smaller else None


def _check_clip(job: Job, request: GenerationRequest, frames: int, size: tuple[int, int]) -> None:
    if frames != request.frames:
        raise BackendFailed(
            f"{job.title}: the clip has {frames} frames instead of {request.frames}.", "Render the shot again."
        )
    if size != (request.width, request.height):
        raise BackendFailed(
            f"{job.title}: the clip is {size[0]}×{size[1]} instead of {request.width}×{request.height}.",
            "Check the workflow's size inputs.",
        )


def _worked(info: dict[str, Any], spent: float) -> float:
    """Seconds of work: by the server's clock where it tells, because `spent` counts the wait there too."""
    told = info.get("server_seconds")
    return float(told) if isinstance(told, (int, float)) and told > 0 and not info.get("cached") else spent
