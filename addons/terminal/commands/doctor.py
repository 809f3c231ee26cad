"""Looking whether all is well: with the installation, with one project, and for somebody who helps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from addons.terminal.arguments import AsJson
from addons.terminal.exits import FAILED
from addons.terminal.front import Context, Kinoloom, running
from addons.terminal.output import counting, say, show, tell


def doctor(
    context: Context,
    project: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Verify every file of this project instead.")
    ] = None,
    tidy: Annotated[bool, typer.Option("--tidy", help="Move what nothing needs into the project's own trash.")] = False,
    restore: Annotated[
        str | None, typer.Option(metavar="NAME[@VERSION]", help="Put back a document: storyboard, selection, project …")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(metavar="FILE.zip", help="Write facts for somebody who helps; without secrets.")
    ] = None,
    with_prompts: Annotated[
        bool, typer.Option("--with-prompts", help="Leave the words of the storyboard in the bundle.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look whether everything needed is there and works; of a project, whether every file is what it was."""
    from domain.errors import BadInput
    from services.diagnostics import check_bundle_file
    from services.reports import finding_lines

    if tidy and project is None:
        raise BadInput("--tidy goes with --project.", "Name the project to tidy.")
    if restore is not None and (project is None or tidy):
        raise BadInput("--restore goes with --project and without --tidy.", "Name the project, and do one at a time.")
    if with_prompts and bundle is None:
        raise BadInput("--with-prompts goes with --bundle.", "Leave it out, or name a file for the bundle.")
    target = check_bundle_file(bundle) if bundle else None
    if target is not None and (tidy or as_json):
        raise BadInput("--bundle goes with neither --tidy nor --json.", "Do one after the other.")
    with running(context) as kinoloom:
        if target is not None:
            kinoloom.save_file(target, kinoloom.diagnostics.bundle(project, with_prompts=with_prompts))
            say(f"{target}: look through it before you pass it on.")
            return
        if project is not None and restore is not None:
            _restore(kinoloom, project, restore)
        if project is not None:
            well = _project(kinoloom, project, tidy, as_json)
        else:
            found = kinoloom.doctor.examine()
            well = all(finding.ok for finding in found if finding.needed)
            show(as_json, {"ok": well, "findings": [f.to_json() for f in found]}, finding_lines(found))
    if not well:
        raise typer.Exit(FAILED)


def _restore(kinoloom: Kinoloom, folder: Path, wanted: str) -> None:
    """Put the newest readable version of a document back, or the one named behind an @."""
    name, _, key = wanted.partition("@")
    keeping = kinoloom.studio.keeping
    keeping.restore(keeping.open_files(folder), name, key)
    tell(f"{name}.json is back; what it replaced is kept beside it or among its versions.")


def _project(kinoloom: Kinoloom, folder: Path, tidy: bool, as_json: bool) -> bool:
    """Verify one project; whether all is well with it."""
    from domain.errors import StudioError
    from services.verification import condition_document, condition_lines

    with counting("Looking at every file") as report:
        condition = kinoloom.verification.examine(folder, report)
    try:
        moved = kinoloom.verification.tidy(condition) if tidy else []
    except StudioError as error:
        tell(str(error))  # what was found is told all the same
        show(as_json, condition_document(condition), condition_lines(condition))
        return False
    show(as_json, condition_document(condition, moved), condition_lines(condition, moved))
    return condition.well


COMMANDS = (doctor,)
