"""Writing the storyboard into files: as text in any format, as a folder of keyframes with an index, as pages."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import BadInput, NotReady, StudioError
from domain.film import SheetCell
from domain.job import Job, Run
from domain.names import slug
from domain.project import Picked
from domain.prompting import present
from domain.storyboard import CAST, Shot, Storyboard
from domain.timing import film_frames, seconds_label, timecode
from services.exporting.formats import FORMATS, TEXTS, BoardFormat, as_csv, table, write_board
from services.exporting.losses import sentences
from services.generation import GenerationService
from services.job_context import JobContext, Made
from services.jobs import JobService
from services.ports import Clock, Media
from services.projects import OpenProject, ProjectService

EXPORTS = "exports"
"""Folder of a project for what was not put elsewhere."""

INDEX = "index.csv"
"""The table in a folder of keyframes; it is imported with them."""

EXPORT_LANE = "export"
"""Name under which the queue runs exports, one at a time."""

WITH_PICTURES = ("images", "pdf")
"""Formats that take long to write: `start` makes a job of them."""

_ACROSS, _DOWN = 3, 2


@dataclass(frozen=True)
class Written:
    """Where an export lies (a folder for keyframes), all its files, what it cannot hold (see `losses.lost`), and in
    sentences what else is to be known."""

    place: Path
    files: tuple[Path, ...]
    missing: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """All of it in sentences."""
        return (*self.remarks, *sentences(self.missing))


class BoardExports:
    """Hands the storyboard to other programs and to paper. `save` stores bytes under a path, whole or not at all."""

    def __init__(
        self, projects: ProjectService, generation: GenerationService, jobs: JobService, media: Media, clock: Clock,
        save: Callable[[Path, bytes], None],
    ) -> None:  # fmt: skip
        self._projects = projects
        self._generation = generation
        self._jobs = jobs
        self._media = media
        self._clock = clock
        self._save = save
        jobs.register("export", self._work)

    def formats(self) -> tuple[BoardFormat, ...]:
        """The formats there are."""
        return FORMATS

    def write(self, project: OpenProject, form: str, target: Path | None = None) -> Written:
        """Write the storyboard in that format; without a target into the project's `exports` folder.

        Raises BadInput for unknown formats and unusable targets, NotReady where there is nothing to write, and
        StudioError when it cannot be stored.
        """
        chosen = _format(project, form)
        place = _checked(target) if target is not None else _own_place(project, chosen)
        if form == "images":
            return self._pictures(project, place)
        if form == "pdf":
            return self._pages(project, place)
        made = write_board(project.board, form)
        files = [place, *(place.with_name(place.stem + ending) for ending in made.beside)]
        for path, text in zip(files, (made.text, *made.beside.values()), strict=True):
            self._save(path, text.encode("utf-8"))
        return Written(place, tuple(files), made.missing)

    def start(self, project: OpenProject, form: str) -> Run:
        """Queue writing one of the formats WITH_PICTURES into the project's `exports` folder; the job's result is the
        name there, its note what else is to be known. Raises as `write`."""
        chosen = _format(project, form)
        if form == "images" and not any(self._standing(project).values()):
            raise NotReady("No shot has a keyframe yet.", "Draw or import some in Keyframes.")
        place = _own_place(project, chosen)
        job = Job(
            id=str(uuid.uuid4()), run="", project=project.id, kind="export", title=f"Export {place.name}"[:200],
            backend=EXPORT_LANE, created=self._clock.now(), detail={"form": form},
        )  # fmt: skip
        return self._jobs.start(project.id, job.title, [job])

    # -- inside --------------------------------------------------------------------------------------------

    def _work(self, context: JobContext) -> Made:
        job = context.job
        context.report(0.0, "writing the storyboard")
        made = self.write(self._projects.get(job.project), str(job.detail["form"]))
        return Made(made.place.name, " ".join(made.notes))

    def _standing(self, project: OpenProject) -> dict[str, dict[str, Picked]]:
        """By shot the pictures of its first and last frame, as far as they stand."""
        states = self._generation.states(project, self._generation.setup(project))
        slots = ("start", "end")
        return {
            s.words.shot.id: {slot: found for slot in slots if (found := s.keyframe(slot)) is not None} for s in states
        }

    def _pictures(self, project: OpenProject, folder: Path) -> Written:
        if folder.is_dir() and any(folder.iterdir()):
            raise BadInput(f"{folder} is a folder with something in it.", "Choose a new or an empty folder.")
        board, standing = project.board, self._standing(project)
        if not any(standing.values()):
            raise NotReady("No shot has a keyframe yet.", "Draw or import some in Keyframes.")
        rows, files = table(board), []
        rows[0] += ["picture_file", "end_picture"]
        digits = max(3, len(str(len(board.shots))))
        for number, (shot, row) in enumerate(zip(board.shots, rows[1:], strict=True), 1):
            for slot in ("start", "end"):
                picked = standing.get(shot.id, {}).get(slot)
                if picked is None:
                    row.append("")
                    continue
                source = project.files.path(picked)
                ending = "-end" if slot == "end" else ""
                name = f"{_name(shot, f'{number:0{digits}d}')}{ending}{source.suffix}"
                self._save(folder / name, _bytes(source))
                files.append(folder / name)
                row.append(name)
        self._save(folder / INDEX, as_csv(rows).encode("utf-8"))
        lacking = [shot.id for shot in board.shots if not standing.get(shot.id)]
        notes = [f"Without a picture, because nothing is drawn yet: {', '.join(lacking[:12])}."] if lacking else []
        return Written(folder, (folder / INDEX, *files), write_board(board, "csv").missing, tuple(notes))

    def _pages(self, project: OpenProject, target: Path) -> Written:
        if target.suffix.lower() != ".pdf":
            raise BadInput(f"{target.name} is not a .pdf name.", "Choose one that ends in .pdf.")
        board, rate, standing = project.board, project.project.rate, self._standing(project)
        cells, first = [], 0
        for shot in board.shots:
            picked = standing.get(shot.id, {}).get("start")
            cells.append(
                SheetCell(
                    picture="" if picked is None else str(project.files.path(picked)),
                    heading=f"{shot.id}  {shot.title}".strip(),
                    time=f"{timecode(first, rate)}  {seconds_label(shot.seconds)}",
                    cast=", ".join(dict.fromkeys(p.name for p in present(shot, board))),
                    words="\n".join(filter(None, (shot.prompt or shot.description, shot.dialogue))),
                )
            )  # fmt: skip
            first += film_frames(shot.seconds, rate)
        title = board.title or project.project.name
        self._media.contact_sheet(title, [*cells, *_cast_cells(project)], target, across=_ACROSS, down=_DOWN)
        return Written(target, (target,))


def _cast_cells(project: OpenProject) -> list[SheetCell]:
    """Everyone with something to be said or seen of, on the last pages."""
    board: Storyboard = project.board
    found = []
    for kind in CAST:
        for entity in board.entities(kind):
            pictures = (*entity.references, *(p for s in entity.states for p in s.references))
            told = [entity.description, entity.clothing, entity.style]
            told += [f"{s.first or 'the first'} to {s.last or 'the last'}: {s.description}" for s in entity.states]
            words = "\n".join(line for line in told if line)
            if words or pictures:
                path = ""
                for picked in pictures[:1]:
                    try:
                        path = str(project.files.path(picked))
                    except StudioError:
                        continue  # deleted by hand
                found.append(
                    SheetCell(picture=path, heading=entity.name or entity.id, time=kind[:-1], words=words)
                )  # fmt: skip
    return found


def _format(project: OpenProject, form: str) -> BoardFormat:
    chosen = next((f for f in FORMATS if f.id == form), None)
    if chosen is None:
        known = ", ".join(f.id for f in FORMATS)
        raise BadInput(f"There is no storyboard format {form[:40]!r}.", f"Choose one of: {known}.")
    if not project.board.shots:
        raise NotReady("The storyboard has no shots yet.", "Write or import some in Storyboard.")
    return chosen


def _name(shot: Shot, number: str) -> str:
    """The place in the film, the id where that is another, and the title: "003-A7-the-quay"."""
    title = re.sub(r"^[\W_]+|[\W_]+$", "", slug(shot.title, ""))[:40] if shot.title else ""
    return "-".join(part for part in (number, "" if shot.id == number else shot.id, title) if part)


def _bytes(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except OSError as error:
        raise NotReady(f"{source.name} cannot be read: {error.strerror}.", "Draw the keyframe again.") from error


def _checked(target: Path) -> Path:
    place = target.expanduser().absolute()
    if not place.parent.is_dir():
        raise BadInput(f"The folder {place.parent} does not exist.", "Make it first, or choose another.")
    return place


def _own_place(project: OpenProject, chosen: BoardFormat) -> Path:
    """A file is written over; a folder gets a number behind its name."""
    folder = project.files.root / EXPORTS
    kind = {"images": "keyframes", "pdf": "storyboard"}.get(chosen.id, chosen.id)
    name = f"{slug(project.project.name, 'film')}-{kind}"
    if chosen not in TEXTS and not chosen.ending:
        number = 1
        while (place := folder / (name if number == 1 else f"{name}-{number}")).exists():
            number += 1
        return place
    return folder / f"{name}{chosen.ending}"
