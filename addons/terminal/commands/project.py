"""Projects: making one, what is planned in it, what is done in it, and stopping that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from addons.terminal.arguments import AsJson, FilmRate, Folder, Size
from addons.terminal.front import Context, running
from addons.terminal.output import show

if TYPE_CHECKING:
    from addons.terminal.front import Kinoloom
    from domain.importing import ImportResult
    from services.projects import OpenProject


def new(
    context: Context,
    folder: Folder,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE-OR-FOLDER", help="Storyboard, list, screenplay or pictures.")
    ] = None,
    idea: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Write the storyboard from an idea, a page or a list.")
    ] = None,
    seconds: Annotated[str | None, typer.Option(metavar="60", help="Running time for --idea, in seconds.")] = None,
    size: Size = None,
    rate: FilmRate = None,
    as_json: AsJson = False,
) -> None:
    """Make a project, empty, from what you have, or from an idea."""
    from domain.timing import rate_text
    from services.commands import parse_size, read_rate

    width, height = parse_size(size) if size else (None, None)
    exact = read_rate(rate) if rate else None
    with running(context) as kinoloom:
        if idea is not None:
            project, result = _written(kinoloom, folder, source, idea, seconds, width=width, height=height, rate=exact)
        else:
            project, result = kinoloom.commands.new(folder, source, width=width, height=height, rate=exact)
        now, shots = project.project, len(project.board.shots)
        notes = result.notes if result else ()
        frames = kinoloom.commands.film_frames(project) if shots else 0
        document = {
            "project": str(project.files.root), "id": project.id, "name": now.name, "shots": shots, "frames": frames,
            "rate": rate_text(now.rate), "width": now.width, "height": now.height,
            "format": result.format if result else "", "notes": [note.to_json() for note in notes],
        }  # fmt: skip
        head = f"{project.files.root}: {shots} shots, {frames} frames, {now.width}×{now.height}"
        show(as_json, document, [head, *(f"  {note}" for note in notes)])


def _written(
    kinoloom: Kinoloom, folder: Path, source: Path | None, idea: str, seconds: str | None, **fields: Any
) -> tuple[OpenProject, ImportResult | None]:
    """A new project with a storyboard written from an idea. Raises BadInput."""
    from domain.draft import Brief
    from domain.errors import BadInput
    from domain.importing import ImportResult
    from services.commands import read_seconds
    from services.projects import checked
    from services.writing import plan_storyboard

    if source is not None:
        raise BadInput("A file and an idea were both given.", "Give one of them.")
    asked = {"text": idea, "seconds": read_seconds(seconds) if seconds else None}
    brief = checked(lambda: Brief.model_validate(asked), "The idea")
    made = plan_storyboard(brief, fields["rate"] or kinoloom.studio.options().rate)
    result = ImportResult(storyboard=made.storyboard, format="idea", notes=made.notes)
    return kinoloom.studio.projects.create_from(result, folder.expanduser().absolute(), **fields), result


def plan(
    context: Context,
    folder: Folder,
    profile: Annotated[str | None, typer.Option(metavar="ID", help="Model to plan for.")] = None,
    mode: Annotated[str | None, typer.Option(metavar="chain|keyframe|single", help="How long shots are made.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what would be made, what is there, and what is stale and why. Contacts no server."""
    from domain.errors import BadInput
    from services.reports import plan_document, plan_lines
    from services.setups import as_mode

    way = as_mode(mode or "")
    if mode is not None and way is None:
        raise BadInput(f"There is no mode {mode[:40]!r}.", "Choose chain, keyframe or single.")
    with running(context) as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        found = kinoloom.studio.generation.plan(project, profile=profile, mode=way)
        show(as_json, plan_document(found), plan_lines(found))


def status(context: Context, folder: Folder, as_json: AsJson = False) -> None:
    """Show the project's jobs and how they stand."""
    from services.reports import status_lines

    with running(context) as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        runs = kinoloom.commands.status(project)
        show(as_json, {"project": str(project.files.root), "runs": runs}, status_lines(runs))


def cancel(
    context: Context,
    folder: Folder,
    jobs: Annotated[list[str] | None, typer.Argument(metavar="[JOB]...", help="Ids or their beginnings.")] = None,
    as_json: AsJson = False,
) -> None:
    """Stop all jobs of the project, or these; whichever Kinoloom does them."""
    from domain.errors import StudioError
    from services.reports import job_document

    with running(context) as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        found = kinoloom.commands.cancel(project, jobs or [])
        open_still = [job for job in found if not job.ended]
        document = {"jobs": [job_document(job) for job in found]}
        show(as_json, document, [f"{len(found) - len(open_still)} jobs stopped." if found else "Nothing to stop."])
        if open_still:
            raise StudioError(
                f"{len(open_still)} jobs were asked to stop, but their process has not answered.",
                "Try again in a moment.",
            )


COMMANDS = (new, plan, status, cancel)
