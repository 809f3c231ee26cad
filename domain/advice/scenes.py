"""What is missing or jumps where one shot follows another, and in scenes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from domain.advice.reading import Advice, Seen, called, runs
from domain.storyboard import Storyboard

SCENE = 3
"""A scene of so many shots and more wants one that shows the whole place, among its first so many."""
CHAIN = 5
"""Most segments that continue each other."""
NAMED = 2
"""A name in so many shots is one of the cast."""

_WHOLE = frozenset({"extreme_wide", "wide", "full", "medium_wide", "aerial"})
_TIMES = ("sunrise", "morning", "noon", "afternoon", "sunset", "night")
_LATER = re.compile(
    r"\b(?:later|next (?:day|morning|evening|night)|that (?:night|evening|morning)|meanwhile|time passes|time[- ]lapse"
    r"|flash ?back|hours|days|weeks|months|years|später|am nächsten|stunden|tage|wochen|monate|jahre|zeitraffer"
    r"|rückblende|inzwischen|plus tard|lendemain|más tarde|al día siguiente)\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"^\s*([^\W\d_][^:\n]{0,39}?)\s*(?:\([^)\n]*\)\s*)?:", re.MULTILINE)
_NOBODY = re.compile(
    r"\b(?:narrator|voice|voice-?over|all|both|every(?:one|body)|crowd|radio|tv|phone|off|together|announcer|man|woman|boy"
    r"|girl|child|others|erzähler(?:in)?|sprecher(?:in)?|stimme|alle|beide|menge|mann|frau|kind|junge|mädchen|narrateur"
    r"|voix|tous|narrador|voz|todos)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?<![.!?:\"“„(\n])\s\b([A-ZÀ-Þ][a-zß-ÿ]{2,20})(?='s\b|\s+(?:\w+ly\s+)?(?:[a-z]{2,}s|is|was|has)\b)"
)
_UPPER = re.compile(r"(?<=[a-zß-ÿ,]\s)[A-ZÀ-Þ][a-zß-ÿ]+")


def jump_cuts(shots: list[Seen]) -> Iterator[Advice]:
    """The 30-degree rule: two shots in a row of the same figures in the same place and size look like a jump unless the
    camera moves round by 30 degrees or more (Katz, Film Directing Shot by Shot, 1991). Nothing is said where a size is
    not known, an angle is named, a transition lies between, or the second shot carries the first one on; details are
    left out, because they show another part."""
    for a, b in pairwise(shots):
        if b.softened or b.shot.carry or a.size is None or a.size != b.size or a.size == "extreme_close_up":
            continue
        if not a.people or set(a.people) != set(b.people) or not a.place or a.place != b.place:
            continue
        if a.angle != b.angle or (a.angle and a.angle not in ("low_angle", "high_angle", "dutch_angle")):
            continue
        yield Advice(
            rule="jump-cut", shots=(a.shot.id, b.shot.id),
            sentence=f"Shot {b.shot.id} shows the same figures in the same place and size as shot {a.shot.id}: the cut "
            "will look like a jump.",
            cure="Change the size, name another angle (30 degrees or more), or put another shot between.",
        )  # fmt: skip


def establishing(shots: list[Seen]) -> Iterator[Advice]:
    """The establishing shot: at a place that is new to the film one of the first shots shows where we are (Mascelli,
    The Five C's of Cinematography, 1965, "Continuity"). Only for scenes of three shots and more of known sizes."""
    known: set[str] = set()
    for run in runs(shots, lambda seen: seen.place, 1):
        place = run[0].place
        opening = [seen.size for seen in run[:SCENE]]
        if place not in known and len(run) >= SCENE and None not in opening and not _WHOLE & set(opening):
            name = called(run[0].board, "locations", place)
            yield Advice(
                rule="establishing", shots=tuple(seen.shot.id for seen in run[:SCENE]),
                sentence=f"The scene at {name} begins with shot {run[0].shot.id}, and none of its first shots shows "
                "the whole place.",
                cure="Begin with a wide shot, or put one second or third.",
            )  # fmt: skip
        known.add(place)


def time_jumps(shots: list[Seen]) -> Iterator[Advice]:
    """Continuity of time: within a scene the hour goes on; a leap wants a sign that time has passed (Reisz and Millar,
    The Technique of Film Editing, 1953). A step to the time of day beside it is none."""
    for a, b in pairwise(shots):
        before, after = a.shot.presets.time_of_day, b.shot.presets.time_of_day
        if before not in _TIMES or after not in _TIMES or not a.place or a.place != b.place or b.softened:
            continue
        apart = abs(_TIMES.index(before) - _TIMES.index(after))
        if min(apart, len(_TIMES) - apart) < 2 or _LATER.search(f"{b.shot.title} {b.shot.prompt} {b.shot.description}"):
            continue
        yield Advice(
            rule="time-jump", shots=(a.shot.id, b.shot.id),
            sentence=f"At {called(a.board, 'locations', a.place)} the time of day leaps from {before.capitalize()} "
            f"in shot {a.shot.id} to {after.capitalize()} in shot {b.shot.id}.",
            cure="Put a transition or another shot between, or say in the words that time has passed.",
        )  # fmt: skip


def long_chains(shots: list[Seen], chains: Mapping[str, int]) -> Iterator[Advice]:
    """Segments that continue each other drift: colours, contrast and faces move away from the first picture. Manuals of
    such tools advise four or five at most (InvokeAI's on video: not more than 4 to 5 clips)."""
    for seen in shots:
        count = chains.get(seen.shot.id, 0)
        if count > CHAIN:
            yield Advice(
                rule="long-chain", shots=(seen.shot.id,),
                sentence=f"Shot {seen.shot.id} is made of {count} segments that continue each other; from the "
                f"{CHAIN + 1}th on colours and faces drift.",
                cure="Divide it into several shots, or make it from keyframe to keyframe.",
            )  # fmt: skip


def undefined(shots: list[Seen], board: Storyboard) -> Iterator[Advice]:
    """Who is in several shots and described nowhere looks different in each: a name means nothing to a model, so the
    same sentence has to go into every prompt. Those who speak or are named by their first name count as well."""
    known = {
        word.casefold()
        for kind in ("characters", "objects", "locations", "looks")
        for entity in getattr(board, kind)
        for name in (entity.id, entity.name, *entity.aliases)
        for word in (name, *name.split())
    }
    described = {e.id for e in board.characters if e.description or e.clothing or e.lora or e.references}
    stated = {e.id for e in board.characters if any(s.description or s.clothing or s.references for s in e.states)}
    there: dict[str, list[str]] = defaultdict(list)
    for seen in shots:
        for who in seen.people:
            if who not in described and who not in stated:
                there[called(board, "characters", who)].append(seen.shot.id)
        for name in {speaker.strip() for speaker in _SPEECH.findall(seen.shot.dialogue)}:
            if name.casefold() not in known and not _NOBODY.search(name):
                there[name.title() if name.isupper() else name].append(seen.shot.id)
    for name, ids in _names(shots, known).items():
        there[name] += [one for one in ids if one not in there[name]]
    for name, ids in there.items():
        if len(ids) >= NAMED:
            yield Advice(
                rule="undefined", shots=tuple(ids),
                sentence=f"{name} is in {len(ids)} shots and nowhere described, so it will look different in each.",
                cure="Describe it in Cast, or give it a reference picture there.",
            )  # fmt: skip


def _names(shots: list[Seen], known: set[str]) -> dict[str, list[str]]:
    """Names within sentences that do something, by the shots they are in. None in languages that write nouns with
    capitals."""
    texts = [seen.shot.prompt for seen in shots]
    whole = "\n".join(texts)
    plain = set(re.findall(r"\b[a-zß-ÿ]+\b", whole))
    if len(set(_UPPER.findall(whole))) > 0.2 * len(plain):
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for seen, text in zip(shots, texts, strict=True):
        for name in dict.fromkeys(_NAME.findall(text)):
            if name.casefold() not in known:
                found[name].append(seen.shot.id)
    return {name: ids for name, ids in found.items() if name.lower() not in plain}
