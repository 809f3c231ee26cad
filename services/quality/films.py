"""Films checked when they are made, or when somebody asks: a job of its own, and a report beside the film."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from domain.errors import Cancelled, NotFound, StudioError
from domain.film import FilmReport
from domain.job import Done, Job, Run
from domain.passes import enlarged
from domain.quality.acting import ShotChecks
from domain.quality.filmcheck import ClipRecord, FilmCheck, ShotRecord, counted, counts_in_words
from domain.quality.values import Expectation, QualityReport, Subject
from domain.take import Take
from services.cut import CutView
from services.job_context import JobContext, Made
from services.jobs import JobService
from services.planning import ShotState
from services.ports import Clock, ReportPages
from services.projects import OpenProject, ProjectService
from services.quality.ordered import film_order
from services.quality.retakes import is_labelled, read_checks
from services.quality.rules import ProjectQuality
from services.quality.service import QualityService
from services.subjects import subjects_of

_log = logging.getLogger(__name__)

CHECK_LANE = "check"


class FilmChecks:
    """Checks films of projects, and writes `film/<name>.report.json` and `.html`. `rules` are those of projects;
    `pages` writes reports for people, `store` a file whole or not at all; `states` are the shots of a project."""

    def __init__(
        self, quality: QualityService, projects: ProjectService, jobs: JobService, clock: Clock,
        rules: ProjectQuality, pages: ReportPages, store: Callable[[Path, bytes], None],
        states: Callable[[OpenProject], Iterable[ShotState]],
    ) -> None:  # fmt: skip
        self.quality, self.rules, self._projects, self._jobs = quality, rules, projects, jobs
        self._clock, self._pages, self._store, self._states = clock, pages, store, states
        jobs.register("check", self._check)

    def job(self, project: OpenProject, film: Job) -> Job:
        """The check that follows the making of a film."""
        return self._job(project, {"after": film.id, "gate": self.rules.of(project).film_gate}, (film.id,))

    def start(self, project: OpenProject, name: str, gate: str = "") -> Run:
        """Queue the check of a film that is there, by that gate or the one for films. Raises NotFound."""
        if project.files.read(f"film/{name}.report", FilmReport) is None:
            raise NotFound(f"There is no film {name[:60]!r}.", "Reload the page.")
        gate = gate or self.rules.of(project).film_gate
        self.quality.gate(gate)
        running = [j for j in self._jobs.jobs(project.id) if j.kind == "check" and not j.ended]
        known = next((j for j in running if j.detail.get("film") == name), None)
        if known is not None:
            return next(run for run in self._jobs.runs(project.id) if run.id == known.run)
        job = self._job(project, {"film": name, "gate": gate}, ())
        return self._jobs.start(project.id, job.title, [job])

    def order(self, project: OpenProject, view: CutView, report: FilmReport) -> Expectation:
        """What was ordered of a film, without references, as it is kept in its report."""
        takes = [take for found in view.stocks.values() for take in found.takes]
        return film_order(view, project.board, report, labelled=any(is_labelled(t.request) for t in takes))

    def file_page(self, file: Path, found: QualityReport, project: OpenProject | None = None) -> bytes:
        """The report about any clip or film as one HTML page; about a film of a project with how its clips came to be.
        Raises UnreadableMedia."""
        film = project.files.read(f"film/{file.stem}.report", FilmReport) if project is not None else None
        if project is None or film is None:
            return self._pages.page(file, FilmCheck(report=found), file.name)
        shots = tuple(shot_records(project, film))
        check = FilmCheck(report=found, shots=shots, counts=counted(shots))
        return self._pages.page(file, check, project.project.name, film)

    def page(self, project: OpenProject, name: str) -> Path:
        """The HTML report of a film. Raises NotFound."""
        report = project.files.read(f"film/{name}.report", FilmReport)
        path = _page_path(project, name)
        if report is None or path.is_symlink() or not path.is_file():  # a link may lead anywhere
            raise NotFound("There is no report about that film yet.", "Check it in the Film tab.")
        return path

    # -- the job -------------------------------------------------------------------------------------------

    def _job(self, project: OpenProject, detail: dict[str, str | int], after: tuple[str, ...]) -> Job:
        return Job(
            id=str(uuid.uuid4()), run="", project=project.id, kind="check", title="Check of the film",
            backend=CHECK_LANE, after=after, created=self._clock.now(),
            detail={**detail, "language": self._pages.language()},
        )  # fmt: skip

    def _check(self, context: JobContext) -> Made:
        job = context.job
        project = self._projects.get(job.project)
        name = str(job.detail.get("film", "")) or self._made_by(str(job.detail.get("after", "")))
        film = project.files.read(f"film/{name}.report", FilmReport)
        if film is None:
            raise NotFound(f"The film {name!r} is no longer there.", "Make it again.")
        try:
            gate, language = str(job.detail.get("gate", "")), str(job.detail.get("language", ""))
            return Made(name, self.check(context, project, film, gate, language))
        except Cancelled:
            raise
        except StudioError as error:
            _log.warning("%s could not be checked: %s", name, error)
            return Made(name, f"The film could not be checked: {error}")

    def check(
        self, context: JobContext, project: OpenProject, film: FilmReport, gate: str, language: str = ""
    ) -> str:  # fmt: skip
        """Check a film, write its report with the page in that language, and say in a sentence how it stands."""
        path = Path(film.file) if film.file else project.files.film_path(film.name)
        order = (film.ordered or Expectation()).replace(subjects=self._subjects(project))
        report = self.quality.check_file(
            path, gate or self.rules.of(project).film_gate, order, stopped=lambda: context.stopped,
            report=lambda done, of: context.report(0.9 * done / max(1, of or film.frames), f"{done} frames looked at"),
        )  # fmt: skip
        shots = tuple(shot_records(project, film))
        found = FilmCheck(report=report, shots=shots, counts=counted(shots))
        context.report(0.95, "writing the report")
        page = self._pages.page(path, found, project.project.name, film, language)
        self._store(_page_path(project, film.name), page)
        project.change(f"film/{film.name}.report", FilmReport, lambda now: now.replace(checked=found))
        return " ".join(filter(None, (report.verdict.sentence, counts_in_words(found.counts))))

    def _subjects(self, project: OpenProject) -> tuple[Subject, ...]:
        try:
            return subjects_of(project, self._states(project))
        except StudioError as error:  # its backend is no longer there: the rest can be told all the same
            _log.warning("What shots have in common cannot be compared: %s", error)
            return ()

    def _made_by(self, job_id: str) -> str:
        phase = self._jobs.job(job_id).phase
        return phase.result if isinstance(phase, Done) else ""


def shot_records(project: OpenProject, film: FilmReport) -> Iterable[ShotRecord]:
    """How the clips of a film came to be, shot by shot."""
    takes: dict[tuple[str, int, str], Take] = {(t.shot, t.segment, t.id): t for t in project.files.takes()}
    titles = {shot.id: shot.title or shot.prompt[:80] for shot in project.board.shots}
    known: dict[str, ShotChecks] = {}
    for placed in film.shots:
        checks = known.get(placed.shot) or known.setdefault(placed.shot, read_checks(project, placed.shot))
        clips = [
            _clip(takes[placed.shot, number, take], checks, film)
            for number, take in enumerate(placed.takes)
            if (placed.shot, number, take) in takes
        ]
        chain = checks.chain if checks.chain is not None and checks.chain.takes == placed.takes else None
        yield ShotRecord(
            shot=placed.shot, title=titles.get(placed.shot, ""), first=placed.first, frames=placed.frames,
            clips=tuple(clips), chain=chain,
        )  # fmt: skip


def _clip(take: Take, checks: ShotChecks, film: FilmReport) -> ClipRecord:
    made, request = checks.of_take(take.segment, take.id), take.request
    return ClipRecord(
        segment=take.segment, take=take.id, seed=request.seed, backend=request.backend, workflow=request.workflow,
        model=request.profile, width=take.info.width, height=take.info.height, frames=take.info.frames,
        spent=take.seconds, card=str(take.backend_info.get("card", "")), instead=take.instead,
        enlarged=_enlarged(take, film),
        tries=checks.of_job(made.job) if made is not None else (),
    )  # fmt: skip


def _enlarged(take: Take, film: FilmReport) -> str:
    """How a clip that memory made smaller came to the film's size, in a sentence; empty where it did not have to."""
    info = take.info
    if take.smaller_than is None or enlarged(info.width, info.height, film.width, film.height, "fill") is None:
        return ""
    if film.upscaled:
        return f"It was enlarged for the film by the workflow {film.upscaled}."
    return f"The film scaled it up from {info.width}×{info.height}."


def _page_path(project: OpenProject, name: str) -> Path:
    return project.files.film_path(name).with_name(f"{name}.report.html")
