"""Passes over takes: their clips enlarged, or with pictures between, by a server, before the film is made of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from domain.cut.finish import Finish
from domain.cut.items import ShotItem
from domain.cut.reel import Reel, ShotLayer
from domain.cut.refining import Refined, refined, times_of
from domain.engine import WorkflowInfo
from domain.errors import BackendFailed, NotReady, StudioError
from domain.job import Job
from domain.names import check_name
from domain.passes import PASS_KINDS, PassClip, PassKind, enlarged, frames_after
from domain.project import Picked
from domain.quality.acting import QualityRules
from domain.request import GenerationRequest
from domain.take import MediaInfo, Take
from services.cut import CutService, CutView
from services.following import Follower
from services.generation import GenerationService
from services.job_context import JobContext
from services.jobs import JobService
from services.ports import Backends, Clock, Engine, Media
from services.projects import OpenProject, ProjectService
from services.space import SpaceKeeper

SERVER = "server"
"""In place of a workflow's id: the first that a server can run."""

_PROFILE = "image-2"
_NO_HASH = "0" * 64


class Want(NamedTuple):
    """What the film asks of a clip: its size in it (None: as it is), and how many pictures of one."""

    size: tuple[int, int] | None
    times: int

    def steps(self) -> Iterator[PassKind]:
        """The passes it takes, in order."""
        if self.size is not None:
            yield "upscale"
        if self.times > 1:
            yield "interpolate"


class Asked(NamedTuple):
    """Which workflow makes each kind of pass. `reduced`: only clips that memory made smaller are enlarged, and with
    `foreseen` clips that are not made yet may become such."""

    workflows: dict[PassKind, str]
    reduced: bool = False
    foreseen: bool = True

    def possible(self) -> list[PassKind]:
        """The passes that a clip may need which is not made yet."""
        kinds = [kind for kind in PASS_KINDS if kind in self.workflows]
        return [kind for kind in kinds if kind != "upscale" or self.foreseen]


@dataclass(frozen=True)
class Improved:
    """A reel made of passes' clips; `workflows` is by which of them, `missing` the shots whose clips are not made."""

    reel: Reel
    workflows: dict[PassKind, str]
    missing: tuple[str, ...]


class PassService:
    """Plans and makes passes. `engine` is where they are made; without one there are none. `rules` are a project's
    quality rules, which may have clips enlarged that memory made smaller, whatever the film asks of the others."""

    def __init__(
        self, projects: ProjectService, generation: GenerationService, cuts: CutService, backends: Backends,
        jobs: JobService, media: Media, clock: Clock, engine: Engine | None, space: SpaceKeeper,
        rules: Callable[[OpenProject], QualityRules] | None = None,
    ) -> None:  # fmt: skip
        self._rules = rules
        self._projects = projects
        self._generation = generation
        self._cuts = cuts
        self._backends = backends
        self._follower = Follower(backends)
        self._media = media
        self._clock = clock
        self._engine = engine
        self._space = space
        jobs.register("pass", self._make)

    def workflows(self, kind: PassKind) -> list[WorkflowInfo]:
        """The workflows that can be chosen for it: those that work clips over, where a server has what they need. One
        that needs nothing but ComfyUI itself is offered before any server was asked."""
        found = [] if self._engine is None else self._engine.workflows(kind)
        return [
            info for info in found
            if "clip" in info.slots and not info.problems and (info.checked or not info.custom_nodes)
            and not (kind == "interpolate" and not info.checked)
        ]  # fmt: skip

    # -- for the film --------------------------------------------------------------------------------------

    def jobs(
        self, project: OpenProject, view: CutView, size: tuple[int, int], after: tuple[str, ...], backend: str
    ) -> list[Job]:
        """Jobs for every clip that the film in that size lacks; they wait for `after`. Shots that have no takes yet get
        jobs too, which find out what there is to do when their turn comes. Raises NotReady."""
        asked = self._asked(project, view.cut.finish)
        chosen = asked.workflows
        if not chosen:
            return []
        wants = _wants(view, size, asked)
        jobs: list[Job] = []
        newest: dict[tuple[str, int], str] = {}
        for item, stock in view.stocks.items():
            sure = not (stock.lacks or (stock.stale and after))
            takes = {take.segment: take for take in stock.takes} if sure else {}
            for entry in stock.planned.segments:
                place = (stock.planned.shot, entry.segment.index)
                for kind in self._todo(project, takes.get(place[1]), wants.get((item, place[1])), asked):
                    # another item of the shot may ask for the same clip: the second finds it there
                    before = (newest[place],) if place in newest else after
                    detail: dict[str, str | int] = {
                        "item": item, "pass": kind, "workflow": chosen[kind], "width": size[0], "height": size[1],
                        "setup": backend,
                    }  # fmt: skip
                    job = self._job(project, place, kind, before, detail)
                    newest[place] = job.id
                    jobs.append(job)
        return jobs

    def _todo(
        self, project: OpenProject, take: Take | None, want: Want | None, asked: Asked
    ) -> list[PassKind]:  # fmt: skip
        """The passes that are to be made over a take; over one that is not there yet, all that may be."""
        if take is None:
            return asked.possible()
        if want is None:
            return []
        return [kind for kind in want.steps() if self._walked(project, take, want, asked.workflows, kind)[1] is None]

    def room(self, project: OpenProject, view: CutView, size: tuple[int, int], jobs: Iterable[Job]) -> int:
        """Bytes that the clips of these jobs will take."""
        wants = _wants(view, size, self._asked(project, view.cut.finish))
        pixels = 0
        for job in jobs:
            item = str(job.detail["item"])
            segment = view.stocks[item].planned.segments[job.segment].segment
            want = wants.get((item, job.segment)) or Want(size, 1)
            film = project.project
            wide, high = want.size or (film.width, film.height)
            pixels += wide * high * segment.generate * (want.times if job.detail["pass"] == "interpolate" else 1)
        return self._space.worked_over(project, pixels)

    def _job(
        self, project: OpenProject, place: tuple[str, int], kind: PassKind, after: tuple[str, ...],
        detail: dict[str, str | int],
    ) -> Job:  # fmt: skip
        shot, segment = place
        what = "Upscaling" if kind == "upscale" else "Pictures between"
        title = f"{what}, shot {shot}" + (f" · segment {segment + 1}" if segment else "")
        return Job(
            id=str(uuid.uuid4()), run="", project=project.id, kind="pass", title=title, shot=shot, segment=segment,
            backend=self._backend(), after=after, created=self._clock.now(), detail=detail,
        )  # fmt: skip

    def applied(self, project: OpenProject, view: CutView, size: tuple[int, int]) -> Improved:
        """The reel of a film in that size with the clips that were made for it. Raises NotReady."""
        asked = self._asked(project, view.cut.finish)
        chosen = asked.workflows
        if not chosen:
            return Improved(view.reel, {}, ())
        wants = _wants(view, size, asked)
        by_clip: dict[tuple[int, str], tuple[Take, Want]] = {}
        for item, index in _materials(view).items():
            for take in view.stocks[item].takes:
                want = wants.get((item, take.segment))
                if want is not None:
                    by_clip[index, take.clip.path] = (take, want)
        missing: dict[str, None] = {}
        used: dict[PassKind, str] = {}
        stands: dict[tuple[int, str], Refined] = {}
        for (index, path), (take, want) in by_clip.items():
            last = list(want.steps())[-1]
            made = self._walked(project, take, want, chosen, last)[1]
            if made is None:
                missing[take.shot] = None
                continue
            stands[index, path] = Refined(made.clip, want.times)
            used |= {kind: chosen[kind] for kind in want.steps()}
        reel = refined(view.reel, lambda index, source: stands.get((index, source.clip.path)))
        return Improved(reel, used, tuple(missing))

    # -- which workflow ------------------------------------------------------------------------------------

    def enlarger(self, project: OpenProject) -> str:
        """The id of the workflow that enlarges a clip which memory made smaller; empty where the film scales it."""
        try:
            return self._asked(project, self._cuts.cut(project).finish).workflows.get("upscale", "")
        except StudioError:
            return ""

    def _asked(self, project: OpenProject, finish: Finish) -> Asked:
        """What the film asks for. Raises NotReady when it cannot be had. What the quality rules ask for, for clips that
        memory made smaller, is left out then: the film scales those up, and says so."""
        asked: dict[PassKind, str] = {"upscale": finish.upscale, "interpolate": finish.interpolate}
        chosen = {kind: self._workflow(kind, name) for kind, name in asked.items() if name}
        rules = self._rules(project) if self._rules is not None and "upscale" not in chosen else None
        if rules is None or not rules.upscale:
            return Asked(chosen)
        try:
            return Asked({"upscale": self._workflow("upscale", rules.upscale), **chosen}, True, rules.smaller)
        except StudioError:
            return Asked(chosen)

    def _workflow(self, kind: PassKind, name: str) -> str:
        if self._engine is not None and name != SERVER:
            info = self._engine.workflow(name)
            if info.kind != kind or "clip" not in info.slots:
                raise NotReady(f"{info.title} does not {kind} clips.", "Choose another workflow in Film.")
            return info.id
        able = [info for info in self.workflows(kind) if info.models or info.custom_nodes]
        if not able:
            what = "enlarge clips" if kind == "upscale" else "make the pictures between those of a clip"
            cure = "See Servers for what is missing, or turn it off in Film: it is then done here."
            raise NotReady(f"No server can {what} now.", cure)
        return able[0].id

    def _backend(self) -> str:
        assert self._engine is not None
        return self._engine.backend

    # -- requests ------------------------------------------------------------------------------------------

    def _walked(
        self, project: OpenProject, take: Take, want: Want, chosen: dict[PassKind, str], kind: PassKind
    ) -> tuple[GenerationRequest | None, PassClip | None]:
        """The request of that pass over the take, None while the pass before it is not made; and its clip, None while
        it is not made, or not of what is asked for now."""
        made = {clip.fingerprint: clip for clip in project.files.passes()}
        clip, info = take.clip, take.info
        for step in want.steps():
            request = self._request(project, step, chosen[step], clip, info, want)
            found = made.get(request.fingerprint)
            if step == kind:
                return request, found
            if found is None:
                break
            clip, info = found.clip, found.info
        return None, None

    def _request(
        self, project: OpenProject, kind: PassKind, workflow: str, clip: Picked, info: MediaInfo, want: Want
    ) -> GenerationRequest:
        width, height = want.size if kind == "upscale" and want.size is not None else (info.width, info.height)
        options = project.project.workflow_options.get(workflow)
        params = ({"workflow_options": options} if options else {}) | (
            {"times": want.times} if kind == "interpolate" else {}
        )
        return GenerationRequest(
            kind="video", backend=self._backend(), workflow=workflow, profile=_PROFILE, seed=0, seed_rule="unused",
            workflow_hash=self._backends.spec(self._backend(), workflow).version, width=width, height=height,
            frames=info.frames if kind == "upscale" else frames_after(info.frames, want.times),
            rate=info.rate or project.project.rate, clip=clip, params=params,
        )  # fmt: skip

    # -- the job -------------------------------------------------------------------------------------------

    def _make(self, context: JobContext) -> str:
        """Make the clip, unless it is there; its name, empty when the film does not need it any more."""
        job = context.job
        project = self._projects.get(job.project)
        kind: PassKind = "upscale" if job.detail["pass"] == "upscale" else "interpolate"
        view = self._cuts.view(project, self._generation.setup(project, str(job.detail["setup"])))
        asked = self._asked(project, view.cut.finish)
        chosen = asked.workflows
        want = _wants(view, (int(job.detail["width"]), int(job.detail["height"])), asked).get(
            (str(job.detail["item"]), job.segment)
        )
        if want is None or kind not in want.steps():
            return ""
        stock = view.stocks[str(job.detail["item"])]
        take = next(take for take in stock.takes if take.segment == job.segment)
        request, there = self._walked(project, take, want, chosen, kind)
        if there is not None:
            return there.name
        if request is None or request.clip is None:
            raise NotReady(f"{job.title}: the larger clip that it is made of is not there.", "Make the film again.")
        began = self._clock.monotonic()
        work = project.files.workspace(job.id)
        try:
            done = self._follower.run(context, project.files, request, work)
            clip = work / check_name(done.clip or "clip.mp4")
            info = self._media.probe(clip)
            _check(job, request, info)
            made = project.files.add_pass(
                PassClip(
                    name="", kind=kind, source=request.clip, clip=Picked(path="clip.mp4", sha256=_NO_HASH),
                    request=request, fingerprint=request.fingerprint, info=info,
                    backend_info={**done.info, "job": job.id}, made=self._clock.now(),
                    seconds=round(self._clock.monotonic() - began, 3),
                ),
                clip,
            )  # fmt: skip
        finally:
            project.files.discard(work)
        return made.name


def _check(job: Job, request: GenerationRequest, info: MediaInfo) -> None:
    """Refuse a clip that is not, frame for frame, what was asked for: it would shift the film."""
    if info.frames != request.frames:
        raise BackendFailed(
            f"{job.title}: the clip came back with {info.frames} frames instead of {request.frames}; it was not kept.",
            "Choose another workflow for it in Film.",
        )
    if (info.width, info.height) != (request.width, request.height):
        raise BackendFailed(
            f"{job.title}: the clip came back as {info.width}×{info.height} instead of "
            f"{request.width}×{request.height}; it was not kept.",
            "Check the workflow's size inputs.",
        )


def _materials(view: CutView) -> dict[str, int]:
    """Index of the reel's material by shot item."""
    layers = (layer for stretch in view.reel.stretches for layer in stretch.layers)
    return {layer.item: layer.material for layer in layers if isinstance(layer, ShotLayer)}


def _wants(view: CutView, size: tuple[int, int], asked: Asked) -> dict[tuple[str, int], Want]:
    """What a film of that size asks of the clips there are, by shot item and segment; those it takes as they are, are
    left out. Interpolation is for a shot as a whole."""
    times, index = times_of(view.reel), _materials(view)
    found: dict[tuple[str, int], Want] = {}
    for item in view.cut.items:
        if not isinstance(item, ShotItem) or item.id not in index or view.stocks[item.id].lacks:
            continue
        many = times.get(index[item.id], 1) if "interpolate" in asked.workflows else 1
        for take in view.stocks[item.id].takes:
            shown = take.info
            enlarges = "upscale" in asked.workflows and (take.smaller_than is not None or not asked.reduced)
            larger = enlarged(shown.width, shown.height, *size, view.cut.finish.fit) if enlarges else None
            if larger is not None or many > 1:
                found[item.id, take.segment] = Want(larger, many)
    return found
