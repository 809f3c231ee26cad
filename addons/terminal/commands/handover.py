"""Handing the cut to an editing program, taking it back, and moving whole projects."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from addons.terminal.arguments import AsJson, Folder
from addons.terminal.front import Context, running, working
from addons.terminal.output import counting, follow, show, tell

if TYPE_CHECKING:
    from domain.job import Job

_FORMATS_HELP = (
    "The cut: otio, otioz, fcpxml, fcp7 or edl. The storyboard: csv, md, fountain, fdx, "
    "json, gcv, segments, images or pdf."
)


def export(
    context: Context,
    folder: Folder,
    form: Annotated[str, typer.Option("--format", metavar="ID", help=_FORMATS_HELP)],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file.")],
    with_media: Annotated[bool, typer.Option("--with-media", help="Put copies of the clips beside it.")] = False,
    codec: Annotated[str, typer.Option(metavar="ID", help="h264 or prores, for clips that have to be made.")] = "h264",
    as_json: AsJson = False,
) -> None:
    """Hand the cut to an editing program, or the storyboard to any other."""
    from services.exporting import FORMATS

    if form in {known.id for known in FORMATS}:
        _export_board(context, folder, form, output, as_json=as_json)
        return
    with working(context, folder) as (kinoloom, project):
        handover = kinoloom.studio.handover
        run = handover.export(project, form, output, with_media=with_media, codec=codec)
        notes = handover.notes(project, form)
        file = result(follow(kinoloom, [run.id]))
        reel = kinoloom.studio.cuts.view(project).reel
        document = {
            "file": file, "format": form, "frames": reel.frames, "items": len(reel.placed), "notes": list(notes),
        }  # fmt: skip
        show(as_json, document, [f"{file}: {len(reel.placed)} items, {reel.frames} frames.", *notes])


def _export_board(context: Context, folder: Path, form: str, output: Path, *, as_json: bool) -> None:
    with running(context) as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        made = kinoloom.studio.exports.write(project, form, output)
        shots = len(project.board.shots)
        document = {
            "file": str(made.place), "files": [str(file) for file in made.files], "format": form, "shots": shots,
            "notes": list(made.notes),
        }  # fmt: skip
        show(as_json, document, [f"{made.place}: {shots} shots.", *made.notes])


def import_cut(
    context: Context,
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An edited .otio, .otioz, .fcpxml, .xml or .edl.")],
    yes: Annotated[bool, typer.Option("--yes", help="Make the changes without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the timing of an edited cut back; what changes is listed first, and undo in the studio takes it back."""
    with working(context, folder) as (kinoloom, project):
        handover = kinoloom.studio.handover
        found = handover.read_back(project, file)
        said = (*(change.text for change in found.changes), *found.unknown, *found.notes)
        asked = bool(found.changes) and not yes and not as_json and sys.stdin.isatty()
        if asked:
            for line in said:
                tell(f"  {line}")
        if found.changes and (yes or (asked and typer.confirm("Change the cut so?", err=True))):
            handover.apply(project, found)
            done = True
        else:
            done = False
        document = {
            "changes": [change.to_json() for change in found.changes], "unknown": list(found.unknown),
            "notes": list(found.notes), "applied": done,
        }  # fmt: skip
        end = "The cut was changed." if done else "Nothing was changed; add --yes to change the cut."
        head = () if asked else said
        show(as_json, document, [*head, end if found.changes else "Nothing differs from the cut."])


def pack(
    context: Context,
    folder: Folder,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="A .zip file.")],
    only_used: Annotated[bool, typer.Option("--only-used", help="Only takes and pictures that are chosen.")] = False,
    without_takes: Annotated[bool, typer.Option("--without-takes", help="No clips at all.")] = False,
    as_json: AsJson = False,
) -> None:
    """Pack a project into one file that opens elsewhere."""
    with working(context, folder) as (kinoloom, project):
        run = kinoloom.studio.handover.pack(project, output, only_used=only_used, takes=not without_takes)
        file = result(follow(kinoloom, [run.id]))
        size = Path(file).stat().st_size
        show(as_json, {"file": file, "bytes": size}, [f"{file}: {size / 2**20:.1f} MiB."])


def unpack(
    context: Context,
    archive: Annotated[Path, typer.Argument(metavar="FILE", help="A project packed with pack.")],
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A new folder for it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Unpack a project that was packed."""
    with running(context) as kinoloom:
        with counting("Unpacking") as report:
            project = kinoloom.studio.handover.unpack(archive, folder, report)
        now, root = project.project, project.files.root
        document = {"project": str(root), "name": now.name, "shots": len(project.board.shots)}
        show(as_json, document, [f"{root}: {now.name}, {len(project.board.shots)} shots."])


def result(jobs: list[Job]) -> str:
    """What the first job that ended well came to."""
    from domain.job import Done

    return next((job.phase.result for job in jobs if isinstance(job.phase, Done)), "")


COMMANDS = (export, import_cut, pack, unpack)
