"""The command line: the second front door, over the same services as the tabs and without a window.

To add a command, write a function in the module of its noun in `commands/` and name it in that module's `COMMANDS`;
a module that is new is named in `_MODULES` below. A command gets its context and asks `working` or `running` of
`front.py` for the services; what it finds it hands to `output.show`, and what goes wrong it raises.
"""

from __future__ import annotations

from typing import Annotated

import typer

from addons.terminal.commands import (
    advice,
    doctor,
    handover,
    making,
    project,
    quality,
    sound,
    studio,
    workflows,
    writing,
)
from addons.terminal.front import Context, front_of
from addons.terminal.output import say

_MODULES = (studio, project, writing, advice, making, sound, handover, quality, doctor)
"""In the order of `kinoloom --help`."""


def build() -> typer.Typer:
    """Every command there is."""
    cli = typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
        help="Turns a storyboard into a finished film. Without a command the studio is started.",
    )  # fmt: skip
    cli.callback()(_common)
    for module in _MODULES:
        for command in module.COMMANDS:
            cli.command()(command)
    cli.add_typer(workflows.build(), name="workflow")
    return cli


def _say_version(context: Context, wanted: bool) -> None:
    if wanted:
        say(f"kinoloom {front_of(context).version}")
        raise typer.Exit


def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Add the traceback to errors.")] = False,
) -> None:
    """Options that go with every command; `--verbose` is read before, so that it may stand anywhere."""
