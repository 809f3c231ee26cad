"""Exporting the cut, reading it back, and packing projects. What takes long is a job in the film's lane."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from domain.cut.document import Cut
from domain.delivery import SHIPPED, Delivery, film_delivery
from domain.errors import BadInput, Cancelled, Conflict, NotFound, NotReady
from domain.interchange.edits import FORMATS, EditFormat, ExportFormat
from domain.interchange.returned import Returned, returned
from domain.job import Job, Run
from domain.names import slug
from services.changes import ChangeCounter
from services.cut import CutService, CutView
from services.film import FILM_LANE
from services.handover.listing import Listing, Place, listing
from services.handover.packing import Packing
from services.job_context import JobContext
from services.jobs import JobService
from services.ports import Archives, Clock, Interchange, Media
from services.projects import OpenProject, ProjectService
from services.sound import SoundService

Codec = Literal["h264", "prores"]
EXPORTS = "exports"
"""Folder of a project for edit lists that were not put elsewhere."""


class HandoverService:
    """Hands the cut over and takes it back; packs and unpacks projects."""

    def __init__(
        self, projects: ProjectService, cuts: CutService, sound: SoundService, jobs: JobService, media: Media,
        interchange: Interchange, archives: Archives, clock: Clock, changes: ChangeCounter,
    ) -> None:  # fmt: skip
        self._projects = projects
        self._cuts = cuts
        self._sound = sound
        self._jobs = jobs
        self._media = media
        self._interchange = interchange
        self._clock = clock
        self._changes = changes
        self._packing = Packing(projects, cuts, archives)
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
        project's `exports` folder. Raises NotReady naming shots without takes, and BadInput.
        """
        chosen = next((f for f in FORMATS if f.id == form), None)
        if chosen is None:
            known = ", ".join(f.id for f in FORMATS)
            raise BadInput(f"There is no edit list format {form[:40]!r}.", f"Choose one of: {known}.")
        delivery(codec)
        if target is None:
            target = project.files.root / EXPORTS / (slug(project.project.name, "film") + chosen.ending)
        else:
            target = _checked(target, chosen.ending)
        self._ready(self._cuts.view(project))
        detail: dict[str, str | int] = {"what": "export", "format": chosen.id, "target": str(target), "codec": codec}
        if with_media or not _near(target, project.files.root):
            detail["copies"] = 1
        return self._start(project, f"Export {target.name}", detail)

    # -- back ----------------------------------------------------------------------------------------------

    def read_back(self, project: OpenProject, file: Path, form: str = "") -> Returned:
        """What an edited list (.otio, .otioz, .fcpxml, .xml, .edl) changes in the cut. Nothing is stored.

        Clips are known by the names, marks and files they were handed over with. Raises NotFound and BadInput.
        """
        file = file.expanduser()
        if not file.is_file():
            raise NotFound(f"There is no file {file}.", "Choose the file your editing program wrote.")
        if form and form not in {f.id for f in FORMATS}:
            raise BadInput(f"There is no edit list format {form[:40]!r}.")
        chosen = next((f.id for f in FORMATS if f.id == form), None)
        theirs = self._interchange.read(file, project.project.rate, chosen)
        view = self._cuts.view(project)
        ours = listing(project, view, _place(file, copies=False), delivery("h264")).edits
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
        `takes` there are no clips at all. Backups, trash, the queue and films stay behind. Raises BadInput.
        """
        if target is None:
            target = project.files.root.with_name(f"{project.files.root.name}.zip")
        target = _checked(target, ".zip")
        if target.is_relative_to(project.files.root):
            raise BadInput("A project cannot be packed into itself.", "Choose a place outside of it.")
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

    # -- the job -------------------------------------------------------------------------------------------

    def _start(self, project: OpenProject, title: str, detail: dict[str, str | int]) -> Run:
        job = Job(
            id=str(uuid.uuid4()), run="", project=project.id, kind="handover", title=title, backend=FILM_LANE,
            created=self._clock.now(), detail=detail,
        )  # fmt: skip
        return self._jobs.start(project.id, title, [job])

    def _work(self, context: JobContext) -> str:
        project = self._projects.get(context.job.project)
        detail = context.job.detail
        target = Path(str(detail["target"]))
        if detail["what"] == "pack":
            self._packing.pack(
                project, target, only_used="only_used" in detail, takes="bare" not in detail, context=context
            )
        else:
            form = next(f.id for f in FORMATS if f.id == detail["format"])
            self._export(context, project, target, form, delivery(str(detail["codec"])), copies="copies" in detail)
        self._changes.bump()
        return str(target)

    def _export(
        self, context: JobContext, project: OpenProject, target: Path, form: EditFormat, how: Delivery, *, copies: bool
    ) -> None:
        view = self._cuts.view(project)
        self._ready(view)
        bundle = form == "otioz"
        place = _place(target, copies=copies or bundle, bundle=bundle)
        made = listing(project, view, place, how, self._sound.view(project, view).mix)
        work = project.files.workspace(f"handover-{context.job.id}") if bundle else None
        try:
            media = self._provide(context, project, made, work or target.parent, how, copy=not bundle)
            inside = media if bundle else {}
            self._interchange.write(made.edits, target, form, inside, lambda done, of: context.report(0.9, "writing"))
        finally:
            if work is not None:
                project.files.discard(work)

    def _provide(
        self, context: JobContext, project: OpenProject, made: Listing, folder: Path, how: Delivery, *, copy: bool
    ) -> dict[str, Path]:
        """Have every file of the list where it says. What was made before for the same is there already."""
        film = project.project
        found: dict[str, Path] = {}
        for number, need in enumerate(made.needs):
            context.check()
            path = folder / need.target
            report = _share(context, number, len(made.needs))
            report(0, 1)
            if need.copy is not None:
                source = project.files.path(need.copy)
                found[need.target] = source if not copy else path
                if copy and not path.exists():
                    self._interchange.copy(source, path)
            elif need.reel is not None:
                found[need.target] = path
                if path.exists():
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                self._media.assemble(
                    need.reel, {p.path: project.files.path(p) for p in need.reel.files()}, path, width=film.width,
                    height=film.height, delivery=how, stopped=lambda: context.stopped, report=report,
                )  # fmt: skip
                if context.stopped:
                    raise Cancelled
        return found

    @staticmethod
    def _ready(view: CutView) -> None:
        lacking = view.lacking()
        if lacking:
            some = ", ".join(lacking[:8]) + (" …" if len(lacking) > 8 else "")
            raise NotReady(
                f"{len(lacking)} of {len(view.cut.shots())} shots have no take that fits their length yet: {some}.",
                "Render them in Video, then export the cut.",
            )
        if not view.reel.frames:
            raise NotReady("There is nothing in the cut.", "Put a shot back into it in Film.")


def _share(context: JobContext, number: int, of: int) -> Callable[[int, int], None]:
    """Reports how far one clip of several is."""
    return lambda done, frames: context.report((number + done / max(1, frames)) / of, f"clip {number + 1} of {of}")


def delivery(codec: str) -> Delivery:
    """How clips for an editing program are encoded. Raises BadInput."""
    if codec == "h264":
        return film_delivery("high").replace(sound="none")
    if codec == "prores":
        return next(d for d in SHIPPED if d.id == "prores").replace(sound="none")
    raise BadInput(f"Clips cannot be made as {codec[:40]!r}.", "Choose h264 or prores.")


def _place(target: Path, *, copies: bool, bundle: bool = False) -> Place:
    return Place(target.parent, "media" if bundle else f"{target.stem}.media", copies)


def _near(target: Path, root: Path) -> bool:
    """Whether a file lies in the project or beside it, so that both are moved together."""
    return target.is_relative_to(root) or target.parent == root.parent


def _checked(target: Path, ending: str) -> Path:
    """The absolute path of the file to be. Raises BadInput when there cannot be one."""
    target = target.expanduser().resolve()
    if target.suffix.lower() != ending:
        raise BadInput(f"{target.name} should end in {ending}.", "Choose such a name.")
    if target.is_dir():
        raise BadInput(f"{target} is a folder.", "Choose a file name.")
    if not target.parent.is_dir():
        raise BadInput(f"The folder {target.parent} does not exist.", "Make it first, or choose another.")
    return target


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)
