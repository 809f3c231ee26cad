"""Measuring a clip or a film against a gate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from addons.terminal.arguments import AsJson
from addons.terminal.exits import FAILED
from addons.terminal.front import Context, running
from addons.terminal.output import counting, show


def check(
    context: Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A clip or a film.")],
    gate: Annotated[
        str | None,
        typer.Option(metavar="ID", help="draft, web, production, or one of your own; else as the film's project says."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the whole report there, as a page (.html).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a clip or a film, and tell what is wrong with it and where. Ends with 1 when it does not pass."""
    from services.quality import DEFAULT_GATE, report_document, report_lines
    from services.quality.project_films import project_gate, project_order
    from services.targets import checked_target

    target = None
    if report is not None:
        target = checked_target(report.expanduser(), ".html", "Reports are written as .html.", "a report")
    with running(context) as kinoloom:
        projects, checks = kinoloom.studio.projects, kinoloom.studio.checks
        order = project_order(projects, kinoloom.studio.generation, file)
        gate = gate or (project_gate(projects, checks.rules, file) if checks is not None else "")
        with counting("Looking at every frame") as progress:
            found = kinoloom.quality.check_file(file, gate or DEFAULT_GATE, order, report=progress)
        if target is not None:
            kinoloom.save_file(target, kinoloom.commands.report_page(file, found))
    show(as_json, report_document(found, str(file)), report_lines(found, str(file)))
    if not found.verdict.passed:
        raise typer.Exit(FAILED)


COMMANDS = (check,)
