"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.projects import OpenProject

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Shots = Annotated[str | None, typer.Option(metavar="1,3-5", help="Only these shots: ids, or places and ranges.")]
Backend = Annotated[str | None, typer.Option(metavar="ID", help="What draws and renders; by default the project's.")]
Quality = Annotated[str | None, typer.Option("--quality", metavar="ID", help="fast, standard, high or ultra.")]
Size = Annotated[str | None, typer.Option(metavar="1920x1080", help="Size of the film in pixels.")]
FilmRate = Annotated[str | None, typer.Option(metavar="24", help="Frames per second, such as 24 or 24000/1001.")]
Loudness = Annotated[str | None, typer.Option(metavar="ID", help="web (-14 LUFS), broadcast (-23 LUFS) or off.")]
Subtitles = Annotated[str | None, typer.Option(metavar="ID", help="none, track, burn or files.")]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Even if a computer of which nothing was heard lately may work on it.")
]
Seed = Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of what is made now.")]


def chosen(project: OpenProject, shots: str | None) -> list[str] | None:
    """Ids of the shots that `--shots` names; None without it. Raises BadInput."""
    from services.commands import choose_shots

    return None if shots is None else choose_shots(project.board, shots)
