"""Left and right on the screen: which way people look and move, where they stand, and whether that fits together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from domain.advice.reading import Advice, Seen, called

Side = Literal["left", "right"]

_END = (
    r"(?=\s*(?:[,.;:!?)\]]|$|(?:and|while|as|und|während)\b|of\s+(?:the\s+)?(?:frame|screen|picture|image)|im\s+bild))"
)
_WHERE = r"(?:(?:the|his|her|their)\s+)?(?:(?:screen|frame|camera)[\s-]+)?"
_LOOK = r"look(?:s|ing)?|glanc(?:es?|ing)|gaz(?:es?|ing)|star(?:es?|ing)|fac(?:es|ing)|peer(?:s|ing)?"
_MOVE = (
    r"walk(?:s|ing)?|run(?:s|ning)?|mov(?:es?|ing)|go(?:es|ing)?|rid(?:es?|ing)|driv(?:es?|ing)|hurr(?:y|ies|ying)"
    r"|march(?:es|ing)?|fle(?:es?|eing)|crawl(?:s|ing)?|swim(?:s|ming)?|sail(?:s|ing)?|exit(?:s|ing)?|leav(?:es?|ing)"
)
_SCHAUT = r"blickt|schaut|sieht|starrt|blicken|schauen"
_GEHT = r"geht|läuft|rennt|eilt|fährt|reitet|flieht|schwimmt|gehen|laufen|rennen"
_WAYS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("look", rf"\b(?:{_LOOK})\s+(?:\w+ly\s+)?(?:off\s+)?(?:(?:to|towards?)\s+)?{_WHERE}(left|right){_END}"),
        ("look", rf"\b(?:{_SCHAUT})\s+(?:\w+\s+)?nach\s+(links|rechts)\b"),
        (
            "move",
            rf"\b(?:{_MOVE})\s+(?:\w+ly\s+)?(?:off\s+)?(?:from\s+(?:the\s+)?(?:left|right)\s+)?"
            rf"(?:(?:to|towards?)\s+)?{_WHERE}(left|right){_END}",
        ),
        ("move", rf"\b(?:{_GEHT})\s+(?:\w+\s+)?(?:von\s+(?:links|rechts)\s+)?nach\s+(links|rechts)\b"),
    )
)  # fmt: skip
_ENTERS = re.compile(
    rf"\b(?:enters?|comes?|kommt|betritt)\b[^.;!?]{{0,40}}?\b(?:from|von)\s+{_WHERE}(left|right|links|rechts){_END}",
    re.IGNORECASE,
)
_STANDS = (
    re.compile(
        rf"\b(?:on|at)\s+(?:the\s+)?(?:(?:screen|frame|camera)[\s-]+)?(left|right)(?:\s+side)?{_END}", re.IGNORECASE
    ),
    re.compile(r"\b(?:(links|rechts)\s+im\s+bild|auf\s+der\s+(linken|rechten)\s+seite)\b", re.IGNORECASE),
)  # fmt: skip
_TURNS = re.compile(
    r"\bturn(?:s|ing)?\b|\b(?:comes?|goes|walks?|runs?) back\b|\breturn|\bdreht|\bkehrt|\bzurück|\bwendet",
    re.IGNORECASE,
)
_SIDES = re.compile(r"left|right|links|rechts|linken|rechten", re.IGNORECASE)
_CLAUSES = re.compile(r"[^.;!?\n]+[.;!?\n]*")
_SPEAKING = frozenset({"medium_wide", "medium", "medium_close_up", "close_up", "extreme_close_up", "over_shoulder"})


@dataclass(frozen=True)
class Sides:
    """By id of a character: which way it looks and moves, and on which side it stands. `turns`: somebody turns round,
    so that another way in the next shot is what was meant."""

    look: dict[str, Side]
    move: dict[str, Side]
    stand: dict[str, Side]
    turns: bool


_NOTHING = Sides({}, {}, {}, False)


def sides(seen: Seen) -> Sides:
    """What a shot's words say of left and right; nothing of a clause that speaks of the camera."""
    text = seen.shot.prompt
    if not _SIDES.search(text):
        return _NOTHING
    found: dict[str, dict[str, Side]] = {"look": {}, "move": {}, "stand": {}}
    for clause in _CLAUSES.finditer(text):
        words = clause.group()
        if re.search(r"\bcamera\b(?![\s-]+(?:left|right))|\bkamera\b", words, re.IGNORECASE):
            continue
        for kind, pattern in _WAYS:
            for match in pattern.finditer(words):
                _note(found[kind], seen, clause.start() + match.start(), clause.start(), match)
        for match in _ENTERS.finditer(words):
            _note(found["move"], seen, clause.start() + match.start(), clause.start(), match, turned=True)
        for pattern in _STANDS:
            for match in pattern.finditer(words):
                _note(found["stand"], seen, clause.start() + match.start(), clause.start(), match)
    return Sides(found["look"], found["move"], found["stand"], bool(_TURNS.search(text)))


def _note(
    to: dict[str, Side], seen: Seen, place: int, begin: int, match: re.Match[str], *, turned: bool = False
) -> None:
    """Whose way it is: who was named last in the clause, else the only one in the shot."""
    named = [m.id for m in seen.mentions if m.kind == "characters" and begin <= m.start < place]
    who = named[-1] if named else seen.people[0] if len(seen.people) == 1 else ""
    word = next(group for group in match.groups() if group).lower()
    left = word.startswith(("left", "link")) != turned
    if who:
        to[who] = "left" if left else "right"


def line(shots: list[Seen]) -> Iterator[Advice]:
    """The 180-degree rule: between two shots of the same scene the camera stays on one side of the line along which
    people look, move or face each other, or left and right change places (Mascelli, The Five C's of Cinematography,
    1965, "Continuity"; Arijon, Grammar of the Film Language, 1976). Told only where the words say left and right."""
    for (a, first), (b, second) in pairwise([(seen, sides(seen)) for seen in shots]):
        if b.softened or not a.place or a.place != b.place:
            continue
        if first is _NOTHING or second is _NOTHING or first.turns or second.turns:
            continue
        for kind, before, after in (("moves", first.move, second.move), ("looks", first.look, second.look)):
            for who in before.keys() & after.keys():
                if before[who] != after[who]:
                    name = called(a.board, "characters", who)
                    yield Advice(
                        rule="line", shots=(a.shot.id, b.shot.id),
                        sentence=f"{name} {kind} to the {before[who]} in shot {a.shot.id} and to the {after[who]} in "
                        f"shot {b.shot.id}: the camera seems to have crossed the line.",
                        cure="Keep the direction, let it turn within a shot, or put a neutral shot between.",
                    )  # fmt: skip
        both = sorted(first.stand.keys() & second.stand.keys())
        swapped = [who for who in both if first.stand[who] != second.stand[who]]
        if len(swapped) > 1 and len({first.stand[who] for who in swapped}) == 2:
            one, other = (called(a.board, "characters", who) for who in swapped[:2])
            yield Advice(
                rule="line", shots=(a.shot.id, b.shot.id),
                sentence=f"{one} and {other} change sides between shots {a.shot.id} and {b.shot.id}: the camera seems "
                "to have crossed the line.",
                cure="Keep the direction, let it turn within a shot, or put a neutral shot between.",
            )  # fmt: skip


def eyelines(shots: list[Seen]) -> Iterator[Advice]:
    """Matching eyelines: two who speak with each other in alternating single shots look in opposite directions of the
    screen (Mascelli, The Five C's of Cinematography, 1965, "Matching the look"). Told only where the words say which
    way each looks."""
    for a, b in pairwise(shots):
        if not (a.shot.dialogue.strip() and b.shot.dialogue.strip()) or not a.place or a.place != b.place:
            continue
        if len(a.people) != 1 or len(b.people) != 1 or a.people == b.people:
            continue
        if a.size not in _SPEAKING or b.size not in _SPEAKING:
            continue
        one, other = sides(a).look.get(a.people[0]), sides(b).look.get(b.people[0])
        if one is not None and one == other:
            names = [called(a.board, "characters", seen.people[0]) for seen in (a, b)]
            yield Advice(
                rule="eyeline", shots=(a.shot.id, b.shot.id),
                sentence=f"{names[0]} and {names[1]} both look to the {one} in shots {a.shot.id} and {b.shot.id}, "
                "though they speak with each other.",
                cure="Let one look to the left and the other to the right.",
            )  # fmt: skip
