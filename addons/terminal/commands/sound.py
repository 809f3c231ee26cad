"""What is heard: narration, music and effects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from addons.terminal.arguments import AsJson, Folder, Loudness, Shots, Subtitles, chosen
from addons.terminal.front import Context, working
from addons.terminal.output import follow, show

if TYPE_CHECKING:
    from services.sound import SoundView


def narrate(
    context: Context,
    folder: Folder,
    shots: Shots = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", metavar="SHOT=WORDS", help="What is said over a shot; none: nothing.")
    ] = None,
    dialogue: Annotated[
        bool, typer.Option("--dialogue", help="Narrate what is spoken in the shots; what was written by hand stays.")
    ] = False,
    engine: Annotated[str | None, typer.Option(metavar="ID", help="espeak, piper or endpoint.")] = None,
    voice: Annotated[str | None, typer.Option(metavar="NAME", help="Who speaks, such as en-gb.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Speak what is spoken already once more.")] = False,
    lengthen: Annotated[bool, typer.Option("--lengthen", help="Lengthen the shots that are too short for it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have the narration spoken, and see whether it fits its shots."""
    with working(context, folder) as (kinoloom, project):
        sound = kinoloom.studio.sound
        for shot, words in (_pair(given, "--text") for given in text or ()):
            sound.set_line(project, shot, text=words)
        wanted = {"engine": engine, "name": voice}
        if any(value is not None for value in wanted.values()):
            sound.set_voice(project, **{key: value for key, value in wanted.items() if value is not None})
        if dialogue:
            sound.from_dialogue(project, chosen(project, shots))
        run = sound.narrate(project, chosen(project, shots), again=again)
        follow(kinoloom, [run.id] if run else [])
        done = [
            sound.lengthen(project, state.shot)
            for state in (sound.view(project).lines if lengthen else ())
            if state.may_lengthen
        ]
        view = sound.view(project)
        show(as_json, sound_document(view) | {"lengthened": done}, [*done, *_lines(view)])


def sound(
    context: Context,
    folder: Folder,
    music: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Lay music under the film, fitted to its length.")
    ] = None,
    effect: Annotated[
        list[str] | None, typer.Option(metavar="SHOT=FILE", help="Lay a sound at the beginning of a shot.")
    ] = None,
    loudness: Loudness = None,
    subtitles: Subtitles = None,
    as_json: AsJson = False,
) -> None:
    """Show what is heard in the film, and add music and effects."""
    from domain.cut.items import ShotItem
    from domain.errors import NotFound

    with working(context, folder) as (kinoloom, project):
        studio = kinoloom.studio
        if loudness is not None:
            studio.sound.set_loudness(project, loudness)
        if subtitles is not None:
            studio.sound.set_subtitles(project, subtitles)
        for file in music or ():
            studio.sound.import_sound(project, file.expanduser().absolute())
        for shot, name in (_pair(given, "--effect") for given in effect or ()):
            items = (i for i in studio.cuts.cut(project).items if isinstance(i, ShotItem) and i.shot == shot)
            item = next(items, None)
            if item is None:
                raise NotFound(f"Shot {shot} is not in the film.", f"See: kinoloom plan {folder}")
            studio.sound.import_sound(project, Path(name).expanduser().absolute(), "effects", item.id)
        view = studio.sound.view(project)
        show(as_json, sound_document(view), list(_lines(view)))


def sound_document(view: SoundView) -> dict[str, Any]:
    """What is heard, as `sound --json` and `narrate --json` print it; times in film frames."""
    return {
        "frames": view.frames, "loudness": view.plan.loudness, "subtitles": view.plan.subtitles,
        "narration": [
            {
                "shot": s.shot, "text": s.line.text, "state": s.state, "first": s.first, "frames": s.frames,
                "needed": float(s.needed),
            }
            for s in view.lines
            if s.line is not None
        ],
        "sounds": [
            {"id": p.piece.id, "track": p.piece.track, "title": p.piece.title, "first": p.first, "frames": p.frames}
            for p in view.placed
        ],
        "notes": list(view.notes),
    }  # fmt: skip


def _lines(view: SoundView) -> list[str]:
    spoken = [f"{s.shot:<12} {s.says}" for s in view.lines if s.line is not None]
    laid = [
        f"{p.piece.track:<12} {p.piece.title}: {p.frames} frames from frame {p.first} on" for p in view.placed
    ]  # fmt: skip
    heads = {*(f"Narration of shot {s.shot}: " for s in view.lines)}
    rest = [note for note in view.notes if not any(note.startswith(head) for head in heads)]
    return [*spoken, *laid, *rest] or ["Nothing is narrated, and no sound was added."]


def _pair(given: str, option: str) -> tuple[str, str]:
    from domain.errors import BadInput

    shot, equals, rest = given.partition("=")
    if not equals or not shot:
        raise BadInput(f"{option} {given[:60]} names no shot.", f"Write it like {option} 001=…")
    return shot.strip(), rest


COMMANDS = (narrate, sound)
