"""`kinoloom workflow …`: looking at ComfyUI workflows and converting them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from addons.terminal.arguments import AsJson
from addons.terminal.front import Context, running
from addons.terminal.output import as_text, say, show

if TYPE_CHECKING:
    from addons.terminal.front import Kinoloom
    from services.ports import Engine

ObjectInfo = Annotated[
    Path | None, typer.Option("--object-info", metavar="FILE", help="A server's answer to GET /object_info.")
]
OneServer = Annotated[str, typer.Option("--server", metavar="URL", help="A ComfyUI that is asked for its nodes.")]


def build() -> typer.Typer:
    """The commands below `kinoloom workflow`."""
    cli = typer.Typer(help="Look at ComfyUI workflows and convert them.", no_args_is_help=True)
    for command in COMMANDS:
        cli.command(command.__name__.removesuffix("_"))(command)
    return cli


def convert(
    context: Context,
    source: Annotated[Path, typer.Argument(metavar="IN.json", help="A workflow, or a picture or clip with one.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT.json", help="By default printed.")
    ] = None,
    object_info: ObjectInfo = None,
    server: OneServer = "",
) -> None:
    """Turn a workflow of the editor's format into the API format; API format passes through."""
    with running(context) as kinoloom:
        graph = kinoloom.workflows.convert(source, object_info, server)
        if output is None:
            say(as_text(graph))
            return
        kinoloom.save_file(output, f"{as_text(graph)}\n".encode())
        say(f"{output}: {len(graph)} nodes")


def inspect(
    context: Context,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A workflow file, or the id of a workflow.")],
    object_info: ObjectInfo = None,
    server: OneServer = "",
    as_json: AsJson = False,
) -> None:
    """Show a workflow's slots, outputs, nodes and models, and what of it is missing."""
    from services.workflow_reports import report_lines

    with running(context) as kinoloom:
        report = kinoloom.workflows.inspect(source, object_info, server)
        show(as_json, report.to_json(), report_lines(report))


def list_(context: Context, as_json: AsJson = False) -> None:
    """List the shipped workflows and your own, each with its profile."""
    from services.workflow_reports import entries_document, entry_lines

    with running(context) as kinoloom:
        entries = kinoloom.workflows.entries()
        show(as_json, entries_document(entries), entry_lines(entries))


def add(
    context: Context,
    source: Annotated[
        Path, typer.Argument(metavar="FILE-OR-FOLDER", help="A workflow, a picture or clip with one, or a folder.")
    ],
    title: Annotated[str, typer.Option(help="What to call it; by default as the file.")] = "",
    profile: Annotated[str, typer.Option(help="Its model profile, which confirms the slots that were found.")] = "",
    as_json: AsJson = False,
) -> None:
    """Take in a workflow of your own, or every one of a folder."""
    from domain.errors import BadInput
    from services.workflow_reports import added_document, added_lines

    with running(context) as kinoloom:
        engine = _engine(kinoloom)
        if not source.exists():
            raise BadInput(f"There is nothing at {source}.", "Check the path.")
        added = engine.add_workflow(source.resolve(), title, profile)
        show(as_json, added_document(added), added_lines(added))
        if not any(one.id for one in added):
            raise BadInput(f"Nothing of {source} could be taken in.", "The lines above say why.")


def remove(
    context: Context,
    workflow_id: Annotated[str, typer.Argument(metavar="ID", help="As `kinoloom workflow list` names it.")],
    as_json: AsJson = False,
) -> None:
    """Move a workflow of your own to the trash folder beside it."""
    with running(context) as kinoloom:
        _engine(kinoloom).remove_workflow(workflow_id)
        show(as_json, {"removed": workflow_id}, [f"{workflow_id} is in the trash folder."])


def _engine(kinoloom: Kinoloom) -> Engine:
    from domain.errors import BadInput

    if kinoloom.studio.engine is None:
        raise BadInput("There is no engine that takes workflows.")
    return kinoloom.studio.engine


COMMANDS = (convert, inspect, list_, add, remove)
