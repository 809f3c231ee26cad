"""Exporting the cut, reading it back, and packing projects. What takes long is a job in the film's lane."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from domain.cut.document import Cut
from domain.errors import BadInput, Conflict, NotFound, NotReady
from domain.interchange.edits import FORMATS, ExportFormat
from domain.interchange.returned import Returned, returned
from domain.job import Job, Run
from domain.names import slug
from services.changes import ChangeCounter
from services.cut import CutService, CutView
from services.film import FILM_LANE
from services.generation import GenerationService
from services.handover.exporting import Exporting, delivery, place_of
from services.handover.listing import listing
from services.handover.packing import Packing
from services.handover.sheet import sheet_cells, sheet_target
from services.job_context import JobContext
from services.jobs import JobService
from services.keyframe_imports import IMPORT_LANE
from services.ports import Archives, Clock, Interchange, Media
from services.projects import OpenProject, ProjectService
from services.sound import SoundService
from services.space import SpaceKeeper
from services.targets import checked_target

EXPORTS = "exports"
"""Folder of a project for edit lists that were not put elsewhere."""

_THEN = "export the cut"


class HandoverService:
    """Hands the cut over and takes it back; packs and unpacks projects."""

    def __init__(
        self, projects: ProjectService, cuts: CutService, sound: SoundService, jobs: JobService, media: Media,
        interchange: Interchange, archives: Archives, clock: Clock, changes: ChangeCounter, space: SpaceKeeper,
        generation: GenerationService,
    ) -> None:  # fmt: skip
        self._projects = projects
        self._cuts = cuts
        self._generation = generation
        self._jobs = jobs
        self._media = media
        self._interchange = interchange
        self._clock = clock
        self._changes = changes
        self._exporting = Exporting(sound, media, interchange, space)
        self._packing = Packing(projects, cuts, archives, space)
        jobs.register("handover", self._work)

    # -- out -----------------------------------------------------------------------------------------------

    def formats(self) -> tuple[ExportFormat, ...]:
        """The formats an edit list can have."""
        return FORMATS

    def export(
        self, project: OpenProject, form: str, target: Path | None = None, *, with_media: bool = False,
        codec: str = "h264",
    ) -> Run:  # fmt: skip
        """Queue writing the cut as an edit list; the job's result is the file's path.

        Media are referred to where they lie in the project, by paths that hold when file and project move together;
        `with_media` puts copies beside the file, and so does a target that is neither in the project nor beside it.
        Clips that have to be made for it are H.264 or ProRes 422 HQ (`codec`). Without a target it goes into the
        project's `exports` folder. Raises NotReady naming shots without takes, BadInput, and DiskFull.
        """
        chosen, how = _format(form), delivery(codec)
        if target is None:
            target = project.files.root / EXPORTS / (slug(project.project.name, "film") + chosen.ending)
        else:
            target = checked_target(target, chosen.ending, "Choose such a name.", "an edit list")
        view = self._cuts.view(project)
        view.check(_THEN)
        copies = with_media or not _near(target, project.files.root)
        made = self._exporting.listing(project, view, target, chosen.id, how, copies=copies)
        self._exporting.need(project, made, target, chosen.id, how)
        detail: dict[str, str | int] = {"what": "export", "format": chosen.id, "target": str(target), "codec": codec}
        if copies:
            detail["copies"] = 1
        return self._start(project, f"Export {target.name}", detail)

    def notes(self, project: OpenProject, form: str, view: CutView | None = None) -> tuple[str, ...]:
        """What an export in that format leaves out or shows otherwise than the film, in sentences. Raises BadInput."""
        view = view or self._cuts.view(project)
        target = project.files.root / f"cut{_format(form).ending}"
        return self._exporting.listing(project, view, target, _format(form).id, delivery("h264"), copies=False).notes

    def contact_sheet(self, project: OpenProject, target: Path | None = None, ending: str = ".pdf") -> Run:
        """Queue the storyboard as a contact sheet, .pdf or .png; the job's result is its path. Without a target it goes
        into the project's film folder under a name of its own with that ending. Raises BadInput."""
        target = sheet_target(project, target, ending)
        if not project.board.shots:
            raise NotReady("The storyboard has no shots yet.", "Write or import some in Storyboard.")
        return self._start(project, f"Contact sheet {target.name}", {"what": "sheet", "target": str(target)})

    # -- back ----------------------------------------------------------------------------------------------

    def read_back(self, project: OpenProject, file: Path, form: str = "") -> Returned:
        """What an edited list (.otio, .otioz, .fcpxml, .xml, .edl) changes in the cut. Nothing is stored.

        Clips are known by the names, marks and files they were handed over with. Raises NotFound and BadInput.
        """
        file = file.expanduser()
        if not file.is_file():
            raise NotFound(f"There is no file {file}.", "Choose the file your editing program wrote.")
        chosen = _format(form).id if form else None
        theirs = self._interchange.read(file, project.project.rate, chosen)
        view = self._cuts.view(project)
        ours = listing(project, view, place_of(file, copies=False), delivery("h264")).edits
        planned = {item: stock.planned.frames for item, stock in view.stocks.items()}
        try:
            found = returned(view.cut, planned, ours, theirs)
        except (ValidationError, ValueError) as error:
            raise BadInput(
                f"{file.name} asks for something the cut cannot have: {_reason(error)}.", "Change it in the editor."
            ) from error
        if len(found.unknown) > sum(entry.kind == "clip" for entry in theirs.entries):
            raise BadInput(f"None of this film's clips is in {file.name}.", "Choose the list made of this film.")
        return found

    def apply(self, project: OpenProject, found: Returned) -> Cut:
        """Make the changes of a list that was read back, as one step of undo of the cut.

        Raises Conflict when the cut was edited after it was read.
        """

        def made(now: Cut) -> Cut:
            if (now.items, now.parked) != (found.before.items, found.before.parked):
                raise Conflict("The cut was edited since the list was read.", "Read the list once more.")
            return now.replace(items=found.cut.items, parked=found.cut.parked)

        return self._cuts.replace(project, "timing from an edit list", made)

    # -- whole projects ------------------------------------------------------------------------------------

    def pack(
        self, project: OpenProject, target: Path | None = None, *, only_used: bool = False, takes: bool = True
    ) -> Run:
        """Queue packing the project as one zip; the job's result is its path.

        `only_used` leaves out takes and keyframes that neither the storyboard's choices nor the cut show; without
        `takes` there are no clips at all. Backups, trash, the queue and films stay behind. Raises BadInput, and
        DiskFull when there is no room for it.
        """
        if target is None:
            target = project.files.root.with_name(f"{project.files.root.name}.zip")
        target = checked_target(target, ".zip", "Choose such a name.", "a packed project")
        if target.is_relative_to(project.files.root):
            raise BadInput("A project cannot be packed into itself.", "Choose a place outside of it.")
        self._packing.need(project, target, only_used=only_used, takes=takes)
        detail: dict[str, str | int] = {"what": "pack", "target": str(target)}
        if only_used:
            detail["only_used"] = 1
        if not takes:
            detail["bare"] = 1
        return self._start(project, f"Pack {project.project.name}", detail)

    def unpack(
        self, archive: Path, folder: Path | None = None, report: Callable[[int, int], None] = lambda done, of: None
    ) -> OpenProject:
        """Unpack a project and open it. `folder` must be empty or not exist; None: a free one in the default place.

        `report` gets bytes done and bytes in all. Raises NotFound, BadInput, Conflict, DiskFull.
        """
        return self._packing.unpack(archive.expanduser(), folder, report)

    def unpack_later(self, project: OpenProject, archive: Path, name: str = "") -> Run:
        """Queue unpacking a project into a new folder in the default place, as a job of `project`; its result is the
        folder. `name` is what the file is called where its own name says nothing. Raises NotFound."""
        archive = archive.expanduser().absolute()
        if not archive.is_file():
            raise NotFound(f"There is no file {archive}.", "Choose a packed project.")
        called = name or archive.name
        detail: dict[str, str | int] = {"what": "unpack", "target": str(archive), "name": Path(called).stem[:200]}
        return self._start(project, f"Unpack {called[:200]}", detail, IMPORT_LANE)

    # -- the job -------------------------------------------------------------------------------------------

    def _start(self, project: OpenProject, title: str, detail: dict[str, str | int], lane: str = FILM_LANE) -> Run:
        job = Job(
            id=str(uuid.uuid4()), run="", project=project.id, kind="handover", title=title, backend=lane,
            created=self._clock.now(), detail=detail,
        )  # fmt: skip
        return self._jobs.start(project.id, title, [job])

    def _work(self, context: JobContext) -> str:
        project = self._projects.get(context.job.project)
        detail = context.job.detail
        target = Path(str(detail["target"]))
        if detail["what"] == "sheet":
            title = project.board.title or project.project.name
            self._media.contact_sheet(title, sheet_cells(project, self._generation), target)
        elif detail["what"] == "unpack":
            target = self._packing.unpack_beside(target, str(detail["name"]), context)
        elif detail["what"] == "pack":
            self._packing.pack(
                project, target, only_used="only_used" in detail, takes="bare" not in detail, context=context
            )
        else:
            form, how = _format(str(detail["format"])).id, delivery(str(detail["codec"]))
            view = self._cuts.view(project)
            view.check(_THEN)
            made = self._exporting.listing(project, view, target, form, how, copies="copies" in detail)
            self._exporting.write(context, project, made, target, form, how)
        self._changes.bump()
        return str(target)


def _format(form: str) -> ExportFormat:
    """The format of that id. Raises BadInput naming those there are."""
    chosen = next((f for f in FORMATS if f.id == form), None)
    if chosen is None:
        known = ", ".join(f.id for f in FORMATS)
        raise BadInput(f"There is no edit list format {form[:40]!r}.", f"Choose one of: {known}.")
    return chosen


def _near(target: Path, root: Path) -> bool:
    """Whether a file lies in the project or beside it, so that both are moved together."""
    return target.is_relative_to(root) or target.parent == root.parent


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)
