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
    gate: Annotated[str | None, typer.Option(metavar="ID", help="draft, web, production, or one of your own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a clip or a film, and tell what is wrong with it and where. Ends with 1 when it does not pass."""
    from services.quality import DEFAULT_GATE, report_document, report_lines

    with running(context) as kinoloom, counting("Looking at every frame") as progress:
        report = kinoloom.quality.check_file(file, gate or DEFAULT_GATE, report=progress)
    show(as_json, report_document(report, str(file)), report_lines(report, str(file)))
    if not report.verdict.passed:
        raise typer.Exit(FAILED)


COMMANDS = (check,)
