"""What a storyboard tells of each shot, as far as it is certain: what is not said is not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from domain.base import Value
from domain.mentions import Mention
from domain.storyboard import Shot, ShotSize, Storyboard
from domain.vocabulary import CameraMove, camera_move, size_from_text

_LOOKED_AT = 2000
_FRAMING = re.compile(r"shot|close-? ?up|establishing|totale|großaufnahme|halbnah|detailaufnahme", re.IGNORECASE)
"""Words that speak of framing: "a wide river" does not."""

_ANGLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("behind", r"from behind|(?:his|her|their) back to (?:us|the camera)|von hinten|\bvu de dos\b"),
        ("side", r"in profile|from the side|side view|\bim profil\b|von der seite"),
        ("front", r"from the front|frontal|face on|von vorne?\b"),
        ("low_angle", r"low[- ]angle|from below|von unten|untersicht"),
        ("high_angle", r"high[- ]angle|from above|bird'?s[- ]eye|overhead|top[- ]down|von oben|aufsicht|vogelpersp"),
        ("dutch_angle", r"dutch angle|canted"),
        ("reverse", r"reverse (?:angle|shot)|\bpoint of view\b|\bpov\b|gegenschuss|subjektive"),
        ("other", r"from (?:inside|outside|across|the (?:other|opposite) side|another)|other side|anderen seite"),
    )
)  # fmt: skip
_ANGLE_WORDS = re.compile(
    r"angle|from |profil|side|front|back to|overhead|down|eye|pov|point of|shot|canted|face on|von |sicht|schuss|seite"
    r"|perspe|dos|subjektive",
    re.IGNORECASE,
)
"""Without one of these there is no need to look closer."""
_ANGLE_PRESETS = {"low_angle", "high_angle", "dutch_angle"}


class Advice(Value):
    """One piece of advice: the `rule` it comes from, the `shots` it is about in film order, what it says in a sentence,
    and what can be done."""

    rule: str
    shots: tuple[str, ...]
    sentence: str
    cure: str

    @property
    def key(self) -> str:
        """What a dismissal is kept under: it holds for this rule and these shots alone."""
        return f"{self.rule}:{'+'.join(self.shots)}"


@dataclass(frozen=True)
class Seen:
    """One shot, read once. `softened`: a transition leads into it."""

    shot: Shot
    board: Storyboard
    softened: bool

    @cached_property
    def mentions(self) -> list[Mention]:
        """Who and what its words name."""
        return self.board.mentions.find(self.shot.prompt)

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Ids of the characters in it, listed or named."""
        named = (mention.id for mention in self.mentions if mention.kind == "characters")
        return tuple(dict.fromkeys((*self.shot.characters, *named)))

    @cached_property
    def place(self) -> str:
        """Id or name of its location, empty when unknown."""
        if self.shot.location:
            return self.shot.location
        return next((mention.id for mention in self.mentions if mention.kind == "locations"), "")

    @cached_property
    def size(self) -> ShotSize | None:
        """Its size, as set or as its words say; None where neither does."""
        if self.shot.size is not None:
            return self.shot.size
        if self.shot.presets.composition in ("wide_shot", "close_up"):
            return "wide" if self.shot.presets.composition == "wide_shot" else "close_up"
        for text in (self.shot.title, self.shot.prompt[:_LOOKED_AT]):
            if _FRAMING.search(text):
                return size_from_text(text)
        return None

    @cached_property
    def move(self) -> CameraMove | None:
        """The camera's move, as set; None where it is not."""
        found = camera_move(self.shot.presets.camera)
        return found[0] if found else None

    @cached_property
    def angle(self) -> str:
        """Where it is seen from; empty where nothing says so."""
        if self.shot.presets.composition in _ANGLE_PRESETS:
            return self.shot.presets.composition
        if self.size in ("aerial", "over_shoulder"):
            return str(self.size)
        text = self.shot.prompt[:_LOOKED_AT]
        if not _ANGLE_WORDS.search(text):
            return ""
        return next((name for name, pattern in _ANGLES if pattern.search(text)), "")


def runs(shots: list[Seen], of: Callable[[Seen], object], least: int) -> list[list[Seen]]:
    """Shots in a row, at least so many, that agree in what `of` tells; None and "" agree with nothing."""
    found: list[list[Seen]] = []
    run: list[Seen] = []
    for seen in shots:
        value = of(seen)
        if run and value not in (None, "") and value == of(run[0]):
            run.append(seen)
            continue
        if len(run) >= least:
            found.append(run)
        run = [] if value in (None, "") else [seen]
    return [*found, run] if len(run) >= least else found


def called(board: Storyboard, kind: str, entity_id: str) -> str:
    """What people call one of the cast: its name, else its id."""
    entities = board.characters if kind == "characters" else board.locations
    return next((entity.name for entity in entities if entity.id == entity_id and entity.name), entity_id)
