"""Writing a storyboard from an idea, a page, a script or a list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from addons.terminal.arguments import AsJson, FilmRate
from addons.terminal.front import Context, running
from addons.terminal.output import show, writing

if TYPE_CHECKING:
    from domain.draft import Draft

_LONGEST_NAME = 255


def write(
    context: Context,
    idea: Annotated[str, typer.Argument(metavar="IDEA|FILE", help="What is to be filmed, in words, or a text file.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The storyboard, .json.")],
    seconds: Annotated[str | None, typer.Option(metavar="60", help="Running time of the film in seconds.")] = None,
    shots: Annotated[int | None, typer.Option(min=1, max=20_000, help="Number of shots; else as it fits.")] = None,
    language: Annotated[
        str | None, typer.Option(metavar="en|de|fr|es", help="Language of what is added; else the text's own.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Write with this language model; -: the one of the settings.")
    ] = None,
    expand: Annotated[bool, typer.Option("--expand", help="Keep a list as it is; fill in only what lacks.")] = False,
    rate: FilmRate = None,
    as_json: AsJson = False,
) -> None:
    """Write a storyboard: by rules, without a network, or with a language model."""
    from domain.draft import Brief
    from domain.errors import BadInput
    from domain.storyboard import Storyboard
    from services.commands import read_rate, read_seconds
    from services.exporting import export_board
    from services.projects import checked

    if output.suffix.lower() != ".json":
        raise BadInput(f"{output.name} is not a .json name.", "Storyboards are written as .json.")
    text, name = _read(idea)
    fields = {
        "mode": "expand" if expand else "draft", "text": text, "name": name, "shots": shots, "output": language or "",
        "seconds": read_seconds(seconds) if seconds else None, "writer": "rules" if model is None else "model",
        "model": "" if model in (None, "-") else model,
    }  # fmt: skip
    with running(context) as kinoloom:
        exact = read_rate(rate) if rate else kinoloom.studio.options().rate
        brief = checked(lambda: Brief.model_validate(fields), "The storyboard")
        with writing() as tell:
            made = kinoloom.studio.writing.draft(brief, exact, Storyboard(), tell)
        board = made.storyboard
        kinoloom.save_file(output.expanduser().absolute(), export_board(board, "json").encode())
        frames = board.frames(exact)
        document = {
            "file": str(output), "shots": len(board.shots), "frames": frames, "language": made.language,
            "notes": [note.to_json() for note in made.notes], "model": made.model, "usage": made.usage.to_json(),
        }  # fmt: skip
        head = f"{output}: {len(board.shots)} shots, {frames} frames."
        show(as_json, document, [head, *(f"  {line}" for line in (*made.notes, *_took(made)))])


def _took(draft: Draft) -> list[str]:
    """What a language model took for it, in a line."""
    if not draft.model:
        return []
    usage = draft.usage
    cost = "unknown cost" if usage.cost is None else f"{usage.cost:.4f} US dollars"
    return [f"{draft.model}: {'' if usage.exact else 'about '}{usage.sent + usage.received} tokens, {cost}"]


def _read(idea: str) -> tuple[str, str]:
    """The words and the name of what they come from: the text itself, or a file where one is of that name."""
    from services.importing.notes import Notes
    from services.importing.reading import read_text

    path = Path(idea).expanduser() if len(idea) <= _LONGEST_NAME and "\n" not in idea and "\0" not in idea else None
    try:
        is_file = path is not None and path.is_file()
    except OSError:
        is_file = False
    return (read_text(path, Notes()), path.name) if path is not None and is_file else (idea, "")


COMMANDS = (write,)
