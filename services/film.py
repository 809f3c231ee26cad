"""The film: every shot's takes, conformed to size and rate and joined to one file of exactly the planned frames."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from domain.errors import BadInput, Cancelled, MediaFailed, NotReady
from domain.film import FilmReport, FilmShot
from domain.job import Job, Run
from domain.names import slug
from domain.plan import PlannedShot
from domain.take import Take
from services.changes import ChangeCounter
from services.generation import GenerationService
from services.jobs import JobContext, JobService
from services.options import CurrentOptions
from services.planning import PlanSetup, ShotState
from services.ports import ClipUse, Clock, Media
from services.projects import OpenProject, ProjectService

FILM_LANE = "film"
QUALITIES = ("fast", "standard", "high", "ultra")


@dataclass(frozen=True)
class CutShot:
    """A shot in the film as it would be made now. `first` is its first film frame, 0-based.

    `lacks` says why there is no film of it yet: the plan cannot make it, a segment has no take, or a take is too
    short for the shot as it is now or of another rate; empty when all takes are there.
    """

    planned: PlannedShot
    first: int
    takes: tuple[Take, ...]
    lacks: Literal["", "blocked", "missing", "short"] = ""

    @property
    def stale(self) -> bool:
        """Whether the takes are there, but their inputs changed."""
        return not self.lacks and any(s.state != "done" for s in self.planned.segments)


class FilmService:
    """Makes films and reads back what they are made of."""

    def __init__(
        self, projects: ProjectService, generation: GenerationService, jobs: JobService, media: Media, clock: Clock,
        options: CurrentOptions, changes: ChangeCounter,
    ) -> None:  # fmt: skip
        self._projects = projects
        self._generation = generation
        self._jobs = jobs
        self._media = media
        self._clock = clock
        self._options = options
        self._changes = changes
        jobs.register("film", self._make)

    def make(
        self, project: OpenProject, *, target: Path | None = None, quality: str | None = None,
        after: tuple[str, ...] = (), backend: str | None = None,
    ) -> Run:  # fmt: skip
        """Queue the film. With `after` it waits for those jobs; without, every shot needs its takes already.

        `target` puts the file somewhere else than the project's film folder. Raises NotReady naming what is missing.
        """
        chosen = quality or self._options().quality
        if chosen not in QUALITIES:
            raise BadInput(f"There is no quality {chosen!r}.", f"Choose one of: {', '.join(QUALITIES)}.")
        if target is not None:
            target = target.expanduser().resolve()
            if target.suffix.lower() != ".mp4":
                raise BadInput(f"{target.name} is not an .mp4 name.", "Films are written as .mp4.")
            if target.is_dir():
                raise BadInput(f"{target} is a folder.", "Choose a file name for the film.")
            if not target.parent.is_dir():
                raise BadInput(f"The folder {target.parent} does not exist.", "Make it first, or choose another.")
        if not project.board.shots:
            raise NotReady("The storyboard has no shots yet.", "Write or import some in Storyboard.")
        setup = self._generation.setup(project, backend)
        if not after:
            self.cut(project, setup)
        detail: dict[str, str | int] = {"quality": chosen, "backend": setup.spec.id}
        if target is not None:
            detail["target"] = str(target)
        job = Job(
            id=str(uuid.uuid4()), run="", project=project.id, kind="film", title="Film", backend=FILM_LANE, after=after,
            created=self._clock.now(), detail=detail,
        )  # fmt: skip
        return self._jobs.start(project.id, "Film", [job])

    def cut(self, project: OpenProject, setup: PlanSetup) -> tuple[list[ClipUse], list[FilmShot]]:
        """The clips of the film in order, and its shots by frame. Raises NotReady naming shots without takes."""
        now = self.shots(project, setup)
        lacking = [shot.planned.shot for shot in now if shot.lacks]
        if lacking:
            some = ", ".join(lacking[:8]) + (" …" if len(lacking) > 8 else "")
            raise NotReady(
                f"{len(lacking)} of {len(now)} shots have no take that fits their length yet: {some}.",
                "Render them in Video, then make the film.",
            )
        clips = [
            ClipUse(
                path=project.files.path(take.clip), first=entry.segment.drop, count=entry.segment.keep,
                offset=entry.segment.first, native_rate=setup.profile.rate, shot=shot.planned.shot,
                shot_frames=shot.planned.frames,
            )
            for shot in now
            for entry, take in zip(shot.planned.segments, shot.takes, strict=True)
        ]  # fmt: skip
        shots = [
            FilmShot(
                shot=shot.planned.shot, first=shot.first, frames=shot.planned.frames,
                takes=tuple(take.id for take in shot.takes), stale=shot.stale,
            )
            for shot in now
        ]  # fmt: skip
        return clips, shots

    def shots(self, project: OpenProject, setup: PlanSetup, states: Iterable[ShotState] | None = None) -> list[CutShot]:
        """Every shot of the film as it would be made now, with what it lacks. `states` spares reading them again."""
        found: list[CutShot] = []
        first = 0
        for state in self._generation.states(project, setup) if states is None else states:
            planned = state.plan()
            takes = _takes(state, planned)
            lacks: Literal["", "blocked", "missing", "short"] = ""
            if planned.problem:
                lacks = "blocked"
            elif len(takes) < len(planned.segments):
                lacks = "blocked" if planned.state == "blocked" else "missing"
            elif self._short(setup, planned, takes):
                lacks = "short"
            found.append(CutShot(planned, first, tuple(takes), lacks))
            first += planned.frames
        return found

    @staticmethod
    def _short(setup: PlanSetup, planned: PlannedShot, takes: list[Take]) -> bool:
        """Whether a take is too short for what the plan needs of it now, or was made at another rate."""
        return any(
            take.info.frames < entry.segment.drop + entry.segment.keep or take.request.rate != setup.profile.rate
            for entry, take in zip(planned.segments, takes, strict=True)
        )

    def reports(self, project: OpenProject) -> list[FilmReport]:
        """What the films in the project's folder are made of, oldest first."""
        found = []
        for path in project.files.films():
            report = project.files.read(f"film/{path.stem}.report", FilmReport)
            if report is not None:
                found.append(report)
        return found

    def newest(self, project: OpenProject) -> FilmReport | None:
        """The newest film."""
        reports = self.reports(project)
        return reports[-1] if reports else None

    def outdated(self, project: OpenProject, report: FilmReport, now: Sequence[CutShot] | None = None) -> list[str]:
        """The shots that are not in the cut as they are in the film: made anew, of another length, new, gone or moved.

        In the order of the cut, those that are gone last; empty when the film shows the cut as it is. `now` (what
        `shots` gave) spares finding it out again.
        """
        if now is None:
            now = self.shots(project, self._generation.setup(project))
        cut = {s.planned.shot: (s.planned.frames, tuple(t.id for t in s.takes), s.lacks) for s in now}
        film = {s.shot: (s.frames, s.takes, "") for s in report.shots}
        both = [shot for shot in cut if shot in film]
        moved = {a for a, b in zip(both, [shot for shot in film if shot in cut], strict=True) if a != b}
        changed = [shot for shot, what in cut.items() if film.get(shot) != what or shot in moved]
        return changed + [shot for shot in film if shot not in cut]

    def _make(self, context: JobContext) -> str:
        job = context.job
        project = self._projects.get(job.project)
        setup = self._generation.setup(project, str(job.detail["backend"]) if "backend" in job.detail else None)
        clips, shots = self.cut(project, setup)
        quality = str(job.detail.get("quality", self._options().quality))
        name = self._free_name(project)
        outside = job.detail.get("target")
        target = Path(str(outside)) if outside else project.files.film_path(name)
        film = project.project
        total = sum(shot.frames for shot in shots)
        info = self._media.join(
            clips, target, width=film.width, height=film.height, rate=film.rate, quality=quality,
            report=lambda done, of: context.report(done / max(1, of), f"{done} of {of} frames"),
            stopped=lambda: context.stopped,
        )  # fmt: skip
        if info.frames != total:
            raise MediaFailed(f"The film has {info.frames} frames instead of {total}.", "Make the film again.")
        if context.stopped and not target.is_file():
            raise Cancelled
        report = FilmReport(
            name=name, width=info.width, height=info.height, rate=film.rate, frames=total, quality=quality,
            made=self._clock.now(), shots=tuple(shots), info=info, file=str(target) if outside else "",
        )  # fmt: skip
        project.files.write(f"film/{name}.report", report)
        self._changes.bump()
        return name

    @staticmethod
    def _free_name(project: OpenProject) -> str:
        base = slug(project.project.name, "film")
        taken = {path.stem for path in project.files.films()}
        number = 1
        while f"{base}-{number:02d}" in taken:
            number += 1
        return f"{base}-{number:02d}"


def _takes(state: ShotState, planned: PlannedShot) -> list[Take]:
    """The standing take of each segment, as far as there are."""
    by_place = {(take.segment, take.id): take for take in state.takes}
    found = [by_place.get((s.segment.index, s.take)) for s in planned.segments]
    return [take for take in found if take is not None]
