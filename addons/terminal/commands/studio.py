"""Starting the studio in the browser."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from addons.terminal.front import Context, front_of, running

if TYPE_CHECKING:
    from services.projects import OpenProject
    from services.studio import Studio


def serve(
    context: Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any that is free.")] = None,
    project: Annotated[Path | None, typer.Option(metavar="DIR", help="The project to show first.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask for the password in the first line of this file.")
    ] = None,
) -> None:
    """Start the studio."""
    from services.passwords import read_password

    password = read_password(password_file) if password_file else ""
    with running(context, serving=True) as kinoloom:
        studio = kinoloom.studio
        now = {field.key: field.value for field in studio.settings.fields()}
        studio.projects.on_open(lambda opened: _go_on(studio, opened))
        first = studio.projects.open(project).id if project else ""
        front_of(context).serve(
            studio, lambda wanted: studio.projects.for_window(wanted or first), kinoloom.cache,
            host=now["server.host"] if host is None else host, port=now["server.port"] if port is None else port,
            password=password or now["server.password"], allowed_hosts=now["server.allowed_hosts"].split(", "),
            open_browser=now["general.open_browser"] and not no_browser, look=now["appearance.theme"],
            on_stop=studio.jobs.close,
        )  # fmt: skip


def _go_on(studio: Studio, project: OpenProject) -> None:
    """Resume what a crash or a power cut left unfinished, where that costs nothing."""
    from domain.errors import StudioError

    try:
        studio.generation.resume(project, free_only=True)
    except StudioError as error:
        logging.getLogger(__name__).warning("Unfinished work could not be resumed: %s", error)


COMMANDS = (serve,)
