"""Advice on a storyboard, before anything is rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from addons.terminal.arguments import AsJson
from addons.terminal.front import Context, running
from addons.terminal.output import show


def advice(
    context: Context,
    source: Annotated[Path, typer.Argument(metavar="PROJECT|FILE", help="A project's folder, or a storyboard.")],
    every: Annotated[bool, typer.Option("--all", help="Also what was put away in the studio.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say how the shots follow each other: jump cuts, the 180-degree rule, places never shown, monotony."""
    from services.advice import advice_document, advice_lines, import_advice, project_advice
    from services.importing import import_any

    source = source.expanduser()
    with running(context) as kinoloom:
        if (source / "project.json").exists():
            project = kinoloom.studio.projects.open(source)
            planned = kinoloom.studio.generation.plan(project).shots
            found = project_advice(project, planned, every=every)
        else:
            found = import_advice(import_any(source))
    show(as_json, advice_document(found), advice_lines(found, str(source)))


COMMANDS = (advice,)
