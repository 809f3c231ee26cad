"""The master prompt that goes with a segment list, as `services.importing.master_prompt` reads it."""

from __future__ import annotations

from domain.storyboard import CAST, CastKind, Entity, Storyboard
from services.importing.master_prompt import MasterPrompt, parse_master_prompt
from services.importing.notes import Notes

_TITLES: dict[CastKind, str] = {
    "characters": "Characters", "objects": "Objects", "locations": "Locations", "looks": "Looks",
}  # fmt: skip


def master_prompt(board: Storyboard) -> str:
    """The page with style, cast and what must never appear; one that was imported and still says the same comes back
    word for word. Empty when there is nothing to say."""
    page, before = _written(board, {}), board.extras.get("master_prompt")
    if not isinstance(before, dict) or not isinstance(before.get("text"), str):
        return page
    kept = parse_master_prompt(before["text"], "", Notes())
    if _told(kept) == _told(parse_master_prompt(page, "", Notes())):
        return str(before["text"])
    other = before.get("other")
    return _written(board, other if isinstance(other, dict) else {})


def _written(board: Storyboard, other: dict[str, str]) -> str:
    numbers = segment_numbers(board)
    found: list[str] = []
    if board.style:
        found += ["## Style", _line(board.style)]
    for kind in CAST:
        entities = [line for entity in board.entities(kind) if (line := _entity(entity, numbers))]
        if entities:
            found += [f"## {_TITLES[kind]}", "\n".join(entities)]
    if board.never:
        found += ["## Never", _line(board.never)]
    for name, text in other.items():
        found += [f"## {_line(str(name))}", str(text)]
    if not found:
        return ""
    return "\n\n".join([f"# {_line(board.title)}", *found] if board.title else found) + "\n"


def segment_numbers(board: Storyboard) -> dict[str, int]:
    """By shot id the number under which a master prompt names its segment: the id's own, else its place from 1."""
    numbers = {shot.id: int(shot.id) for shot in board.shots if shot.id.isascii() and shot.id.isdecimal()}
    return {shot.id: numbers.get(shot.id, place) for place, shot in enumerate(board.shots, 1)}


def _entity(entity: Entity, numbers: dict[str, int]) -> str:
    name = _line(entity.name or entity.id).replace(":", " ").strip("* ")
    told = [_state(s.description, s.first, s.last, numbers) for s in entity.states if s.description]
    told += [_line(entity.description)] if entity.description else []
    told += [f"Seeds from {entity.seed}."] if entity.seed is not None and entity.seed >= 0 else []
    if not name or (not told and entity.extras.get("implied")):
        return ""  # the segments name it, and there is nothing to say about it
    return f"- {name}: {' '.join(told)}".rstrip()


def _state(words: str, first: str, last: str, numbers: dict[str, int]) -> str:
    start = numbers.get(first, min(numbers.values(), default=1))
    end = f" to {numbers[last]}" if last in numbers else " on"
    plain = _line(words)
    # a full stop goes behind the brackets, where the reader takes it back from
    return f"{plain.rstrip('. ')} (segments {start}{end}){'.' if plain.endswith('.') else ';'}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _told(master: MasterPrompt) -> tuple[object, ...]:
    def plain(entities: tuple[Entity, ...]) -> list[object]:
        return [
            (
                e.name,
                e.description,
                e.seed,
                [(s.first.lstrip("0"), s.last.lstrip("0"), s.description) for s in e.states],
            )
            for e in entities
        ]

    cast = (master.characters, master.objects, master.locations, master.looks)
    return (master.style, master.never, *map(plain, cast))  # the list has a title of its own
