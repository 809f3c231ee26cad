"""What the command line does beyond single services: choosing shots, going on with a film, and jobs across processes.

Nothing here prints; results are values, and documents made by services.reports.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from domain.base import canonical_hash
from domain.errors import BadInput, Conflict, NotFound, NotReady, StudioError
from domain.importing import ImportedPicture, ImportNote, ImportResult
from domain.job import Failed, Job, Run, Stopped
from domain.names import free_name, slug
from domain.project import Project
from domain.storyboard import Entity, MotionSampling, Presets, Sampling, Shot, Storyboard
from domain.timing import film_frames, parse_rate, parse_seconds, rate_text
from services.film import QUALITIES
from services.ports import Media, StopRequests
from services.projects import OpenProject, checked
from services.reports import job_document
from services.studio import Studio

_log = logging.getLogger(__name__)

CANCEL_PATIENCE = 10.0
"""Seconds that the process which owns a run is given to stop it."""

LOOK_SECONDS = 0.5
"""How often requests of other processes are looked for, in seconds."""

PROJECT_SUFFIX = ".kinoloom"
_MADE = "made_from"
_MEDIA_SUFFIXES = frozenset(
    {
        ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic",
        ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".wav", ".mp3", ".flac",
    }
)  # fmt: skip


# -- words into values ---------------------------------------------------------------------------------------------


def parse_size(text: str) -> tuple[int, int]:
    """Width and height in pixels from "1920x1080". Raises BadInput."""
    found = re.fullmatch(r"([0-9]{1,5})[xX×]([0-9]{1,5})", text.strip())
    if not found:
        raise BadInput(f"{text[:40]!r} is not a size.", "Write it as 1920x1080.")
    return int(found[1]), int(found[2])


def read_rate(text: str) -> Fraction:
    """A frame rate in frames per second from "24", "23.976" or "24000/1001". Raises BadInput."""
    try:
        return parse_rate(text)
    except ValueError as error:
        raise BadInput(f"{text[:40]!r} is not a frame rate: {error}.", "Write it as 24 or 24000/1001.") from None


def read_seconds(text: str) -> Fraction:
    """A length in seconds, exactly as written. Raises BadInput."""
    try:
        return parse_seconds(text)
    except ValueError as error:
        raise BadInput(f"{text[:40]!r} is not a duration: {error}.", "Write it in seconds, such as 4 or 3.1.") from None


def choose_shots(board: Storyboard, text: str) -> list[str]:
    """Shot ids, in film order, from "1,3-5": ids of shots, or else places counted from 1, and ranges of places.

    A word that is the id of a shot always means that shot. Raises BadInput naming the word that fits neither.
    """
    ids = [shot.id for shot in board.shots]
    found: set[str] = set()
    for word in (w.strip() for w in text.split(",")):
        if word in ids:
            found.add(word)
            continue
        span = re.fullmatch(r"([0-9]{1,6})(?:-([0-9]{1,6}))?", word)
        first, last = (int(span[1]), int(span[2] or span[1])) if span else (0, 0)
        if not 1 <= first <= last <= len(ids):
            raise BadInput(
                f"There is no shot {word[:40]!r} among the {len(ids)} of this storyboard.",
                f"Write ids, or places from 1 to {len(ids)} such as 1,3-5." if ids else "Write or import shots first.",
            )
        found |= set(ids[first - 1 : last])
    return [i for i in ids if i in found]


def check_film_file(target: Path) -> Path:
    """The absolute path of a film to be written. Raises BadInput when there cannot be one."""
    target = target.expanduser().absolute()
    if target.suffix.lower() != ".mp4":
        raise BadInput(f"{target.name} is not an .mp4 name.", "Films are written as .mp4.")
    if target.is_dir():
        raise BadInput(f"{target} is a folder.", "Choose a file name for the film.")
    if not target.parent.is_dir():
        raise BadInput(f"The folder {target.parent} does not exist.", "Make it first, or choose another.")
    return target


def check_quality(quality: str | None) -> None:
    """Raise BadInput unless films can be made in that quality."""
    if quality is not None and quality not in QUALITIES:
        raise BadInput(f"There is no quality {quality[:40]!r}.", f"Choose one of: {', '.join(QUALITIES)}.")


def prompt_board(
    prompt: str, *, rate: Fraction, characters: Sequence[str] = (), seconds: Fraction | None = None,
    frames: int | None = None, seed: int | None = None, camera: str = "",
) -> ImportResult:  # fmt: skip
    """A storyboard of one shot. `frames` are film frames at `rate`; without a length the shot has the default one."""
    if not prompt.strip():
        raise BadInput("The prompt is empty.", "Say what is to be seen.")
    if seconds is not None and frames is not None:
        raise BadInput("A duration and a number of frames were both given.", "Give one of them.")
    fields: dict[str, Any] = {}
    if frames is not None:
        if not 1 <= frames <= 10_000_000:
            raise BadInput(f"{frames} frames cannot be made.", "Choose 1 or more.")
        fields["seconds"] = frames / rate
    elif seconds is not None:
        fields["seconds"] = seconds
    cast: list[Entity] = []
    for name in characters:
        ident = free_name(slug(name, "character"), {e.id for e in cast})
        cast.append(checked(lambda ident=ident, name=name: Entity(id=ident, name=name), f"Character {name[:40]!r}"))  # type: ignore[misc]
    fields["characters"] = tuple(e.id for e in cast)

    def make() -> Storyboard:
        shot = Shot(
            id="001", prompt=prompt, image=Sampling(seed=seed), video=MotionSampling(seed=seed),
            presets=Presets(camera=camera), **fields,
        )  # fmt: skip
        return Storyboard(title=prompt.strip()[:80], shots=(shot,), characters=tuple(cast))

    return ImportResult(storyboard=checked(make, "The prompt"), format="prompt")


# -- work ----------------------------------------------------------------------------------------------------------


class Commands:
    """The steps that need several services at once. `alive` tells whether the process of a run's owner still runs."""

    def __init__(
        self, studio: Studio, media: Media, stops: StopRequests, alive: Callable[[str], bool],
        importer: Callable[[Path], ImportResult],
    ) -> None:  # fmt: skip
        self._studio = studio
        self._media = media
        self._stops = stops
        self._alive = alive
        self._import = importer

    # -- projects ------------------------------------------------------------------------------------------

    def read(self, source: Path) -> ImportResult:
        """What is in a foreign file or folder, its pictures looked at. Raises BadInput, NotFound; changes nothing."""
        source = source.expanduser()
        if source.suffix.lower() in _MEDIA_SUFFIXES and source.is_file():
            raise BadInput(
                f"{source.name} is no storyboard: its name is that of a picture or clip.",
                "Give a storyboard file, or the folder that holds the pictures.",
            )
        result = self._import(source)
        for picture in result.pictures:
            self._media.check_image(picture.path)
        return result

    def new(
        self, folder: Path, source: Path | None = None, *, width: int | None = None, height: int | None = None,
        rate: Fraction | None = None,
    ) -> tuple[OpenProject, ImportResult | None]:  # fmt: skip
        """A new project, empty or from a foreign file. Raises BadInput, also when the folder is in use."""
        folder = folder.expanduser().absolute()
        result = None if source is None else self.read(source)
        with _in_use_is_bad_input():
            if result is None:
                return self._studio.projects.create(folder, width=width, height=height, rate=rate), None
            project = self._studio.projects.create_from(result, folder, width=width, height=height, rate=rate)
        notes = self._take_pictures(project, result.pictures)
        return project, result.replace(notes=(*result.notes, *notes))

    def project_for(
        self, result: ImportResult, folder: Path, *, width: int | None = None, height: int | None = None,
        rate: Fraction | None = None, backend: str | None = None,
    ) -> OpenProject:  # fmt: skip
        """The project in which a film of this storyboard is made in one go; what was made in it before is kept.

        A storyboard that changed is imported again. Raises BadInput when that would lose what was edited in the
        project, or when the folder holds something else.
        """
        folder = folder.expanduser().absolute()
        if backend is not None:
            self._studio.backends.spec(backend)
        # What a file and an option leave open was decided when the project was made.
        given: dict[str, Any] = {"width": width, "height": height, "rate": rate, "backend": backend}
        given = {k: v for k, v in given.items() if v is not None}
        asked = {"width": result.width, "height": result.height, "rate": result.rate and rate_text(result.rate)}
        content = canonical_hash(result.storyboard.to_json())
        if not (folder / "project.json").exists():
            with _in_use_is_bad_input():
                project = self._studio.projects.create_from(result, folder, **given)
            before: dict[str, Any] = {}
        else:
            project = self._studio.projects.open(folder)
            before = dict(project.project.extras.get(_MADE) or {})
            board = canonical_hash(project.board.to_json())
            if before.get("content") != content and board != content:
                if board != before.get("content"):
                    raise BadInput(
                        f"The project {folder} holds another storyboard, or one that was edited in it.",
                        "Choose another folder with --project, or make the film from the project: render, then film.",
                    )
                self._studio.projects.replace_board(project, result)
            changed = {k: getattr(result, k) for k, v in asked.items() if v and v != (before.get("asked") or {}).get(k)}
            if before and changed | given:
                project.change_project(**(changed | given))
            elif given:
                project.change_project(**given)
        made = {"content": content, "asked": asked}
        if before != made:
            project.change_project(extras={**project.project.extras, _MADE: made})
        self._take_pictures(project, result.pictures)
        return project

    def _take_pictures(self, project: OpenProject, pictures: Sequence[ImportedPicture]) -> list[ImportNote]:
        """Import the pictures that came with a storyboard, each once; the selected one stands, or else the first."""
        known = dict(project.project.extras.get("pictures") or {})
        notes: list[ImportNote] = []
        for place in dict.fromkeys((p.shot, p.slot) for p in pictures):
            here = [p for p in pictures if (p.shot, p.slot) == place]
            stands = next((p for p in here if p.selected), here[0])
            if len(here) > 1 and not stands.selected:
                what = f"{stands.path.name} was picked, the first of {len(here)}."
                notes.append(ImportNote(where=f"shot {place[0]} · {place[1]}", what=what))
            # the one that stands comes last, because importing a picture picks it
            for picture in [*(p for p in here if p is not stands), stands]:
                key = f"{picture.shot}/{picture.slot}/{_digest(picture.path)}"
                if key not in known:
                    take_in = self._studio.generation.import_keyframe
                    known[key] = take_in(project, picture.shot, picture.path, picture.slot).name
        if known != (project.project.extras.get("pictures") or {}):
            project.change_project(extras={**project.project.extras, "pictures": known})
        return notes

    # -- jobs ----------------------------------------------------------------------------------------------

    def claim(self, project: OpenProject) -> None:
        """Make sure that nobody else works on the project, and close what an interrupted process left open.

        Raises Conflict naming the process that works on it.
        """
        for run in project.files.runs():
            if run.ended or any(run.id == known.id for known in self._studio.jobs.runs()):
                continue
            if run.project == project.id and not self._studio.jobs.is_abandoned(run):
                who = run.owner.rpartition(":")[0]
                raise Conflict(
                    f"{project.files.root} is being worked on by another Kinoloom, process {who}.",
                    f"Wait for it, or stop it: kinoloom cancel {project.files.root}",
                )
            self._mark(project, run, None, "Interrupted: the process that did it is gone.")

    def follow(self, run_ids: Sequence[str], show: Callable[[list[Job]], None]) -> list[Job]:
        """Wait for these runs, showing their jobs at every change; the jobs as they ended.

        Interrupted, it stops the jobs, waits for them, and raises KeyboardInterrupt again.
        """
        jobs_of = self._studio.jobs
        seen = 0
        try:
            while True:
                seen = self._studio.changes.wait(seen, 0.5)
                runs = [jobs_of.wait(run_id, 0) for run_id in run_ids]
                jobs = [job for run in runs for job in run.jobs]
                show(jobs)
                if all(job.ended for job in jobs):
                    return jobs
        except KeyboardInterrupt:
            self.stop_all()
            raise

    def stop_all(self, timeout: float = 10.0) -> None:
        """Stop every job of this process and wait until that is written down."""
        jobs = self._studio.jobs
        jobs.stop([job.id for job in jobs.jobs() if not job.ended])
        for run in jobs.runs():
            jobs.wait(run.id, timeout)

    @staticmethod
    def raise_unfinished(jobs: Sequence[Job]) -> None:
        """Raise StudioError in the words of the first job that failed or was stopped, if one did."""
        failed = [(job, job.phase) for job in jobs if isinstance(job.phase, Failed)]
        if failed:
            job, phase = failed[0]
            more = f" (and {len(failed) - 1} more failed)" if len(failed) > 1 else ""
            said = phase.message if phase.message.startswith(job.title) else f"{job.title}: {phase.message}"
            raise StudioError(f"{said}{more}", phase.cure)
        stopped = [job for job in jobs if isinstance(job.phase, Stopped)]
        if stopped:
            raise StudioError(f"{len(stopped)} jobs were stopped.", "Run it again to go on.")

    def status(self, project: OpenProject) -> list[dict[str, Any]]:
        """The project's runs with their jobs, oldest first, whichever process did them."""
        found = []
        for run in project.files.runs():
            gone = self._studio.jobs.is_abandoned(run)
            found.append(
                {
                    "id": run.id, "title": run.title, "created": run.created, "owner": run.owner,
                    "state": "ended" if run.ended else "interrupted" if gone else "active",
                    "jobs": [job_document(job, interrupted=gone) for job in run.jobs],
                }
            )  # fmt: skip
        return found

    def cancel(self, project: OpenProject, wanted: Sequence[str] = (), patience: float = CANCEL_PATIENCE) -> list[Job]:
        """Stop jobs of the project, all or those whose ids begin so, whichever process does them.

        Returns the jobs that were to be stopped as they are then; one whose process did not answer within
        `patience` seconds has not ended. Raises NotFound for an id that no job has.
        """
        runs = project.files.runs()
        ids = self._job_ids(runs, wanted)
        targets = {j.id for run in runs for j in run.jobs if not j.ended and (not wanted or j.id in ids)}
        asked: set[str] = set()
        for run in runs:
            here = [job.id for job in run.jobs if job.id in targets]
            if here and not self._studio.jobs.is_abandoned(run):
                self._stops.ask(project.files.root, run.id, here)
                asked.add(run.id)
        waited = 0.0
        while True:
            # the files are read again each time: the other process writes them
            now = {run.id: run for run in project.files.runs()}
            for run in now.values():
                here = [job.id for job in run.jobs if job.id in targets and not job.ended]
                if here and self._studio.jobs.is_abandoned(run):
                    now[run.id] = self._mark(project, run, here, "Stopped.")
                    self._stops.withdraw(project.files.root, run.id)
            jobs = [job for run in now.values() for job in run.jobs if job.id in targets]
            if waited >= patience or all(job.ended for job in jobs):
                return jobs
            threading.Event().wait(0.1)
            waited += 0.1

    @staticmethod
    def _job_ids(runs: Sequence[Run], wanted: Iterable[str]) -> set[str]:
        known = [job.id for run in runs for job in run.jobs]
        found: set[str] = set()
        for word in wanted:
            fitting = {i for i in known if i == word or (len(word) >= 4 and i.startswith(word))}
            if not fitting:
                raise NotFound(f"The project has no job {word[:60]!r}.", "kinoloom status lists the jobs.")
            if len(fitting) > 1:
                raise BadInput(f"{word[:60]!r} is the beginning of {len(fitting)} jobs.", "Give more of the id.")
            found |= fitting
        return found

    def _mark(self, project: OpenProject, run: Run, wanted: Sequence[str] | None, message: str) -> Run:
        """Write down that jobs of a run that nobody does were stopped, and with them what waits for them."""
        gone = {job.id for job in run.jobs if not job.ended and (wanted is None or job.id in wanted)}
        for job in run.jobs:
            if not job.ended and any(a in gone for a in job.after):
                gone.add(job.id)
        end = Stopped(finished=self._studio.clock.now(), message=message)
        run = run.replace(jobs=tuple(j.replace(phase=end) if j.id in gone else j for j in run.jobs))
        project.files.write(f"runs/{run.id}", run)
        return run

    def check_makeable(self, project: OpenProject) -> None:
        """Raise NotReady naming shots that cannot be made, before any work is begun for a film that needs them all."""
        plan = self._studio.generation.plan(project)
        stuck = [s for s in plan.shots if s.state == "blocked"]
        if stuck:
            reason = stuck[0].problem or next(x.reason for x in stuck[0].segments if x.state == "blocked")
            more = f" {len(stuck) - 1} more shots are blocked." if len(stuck) > 1 else ""
            raise NotReady(f"Shot {stuck[0].shot} cannot be made: {reason}.{more}", "See kinoloom plan.")

    def film_frames(self, project: OpenProject) -> int:
        """Frames that the film will have."""
        now: Project = project.project
        return sum(film_frames(shot.seconds, now.rate) for shot in project.board.shots)


class StopWatcher:
    """Obeys what other processes ask of the runs that this one does."""

    def __init__(self, studio: Studio, stops: StopRequests) -> None:
        self._studio = studio
        self._stops = stops
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="stop requests", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(2)

    def look(self) -> None:
        """Obey the requests that are there now."""
        for project in self._studio.projects.opened():
            ours = {run.id: run for run in self._studio.jobs.runs(project.id) if not run.ended}
            for run_id, job_ids in self._stops.take(project.files.root, ours).items():
                self._studio.jobs.stop(job_ids or [job.id for job in ours[run_id].jobs])

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            try:
                self.look()
            except StudioError as error:
                _log.warning("Requests of other processes could not be read: %s", error)
            except Exception:
                # It must go on: without it no other process could stop this one's work.
                _log.exception("Looking for requests of other processes failed")


class _in_use_is_bad_input:
    """Turns Conflict over a folder that is in use into BadInput: the wrong folder was given."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Conflict):
            raise BadInput(error.message, error.cure) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
