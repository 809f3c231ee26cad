"""The master prompt that goes with a segment list: a Markdown page with what holds for every segment.

Sections begin with bold words ("**Style.** …") or a heading ("## Style"). Style, Characters, Objects, Location and
Never are understood; the whole page is kept word for word, other sections also under their names. In a line such as
"tree: a thin sapling (segments 1 to 23); a grown tree (segments 24 to 33). Seeds from 4000." each stretch is a state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.errors import StudioError
from domain.storyboard import MAX_TEXT, Entity, EntityState
from services.importing.naming import Names, safe_id
from services.importing.notes import Notes
from services.importing.reading import printable, read_text
from services.importing.values import MAX_SEED

_HEADING = re.compile(r"^#{1,6}\s+(?P<name>.+?)\s*#*$")
_BOLD = re.compile(r"^\*\*(?P<name>[^*\n]{1,80}?)[.:]?\*\*[.:]?(?P<rest>.*)$")
_LONGEST_HEADING = 300  # also keeps the pattern quick on hostile files
_SEEDS = re.compile(r"\s*\bseeds?\s+(?:from|:|=)?\s*(\d{1,20})\b\.?", re.IGNORECASE)
_SPAN = re.compile(
    r"\s*\(\s*(?:segments?|shots?|scenes?|segmente?|einstellung(?:en)?|szenen?)\s+"
    r"(\d{1,6})(?:\s*(-|–|to|until|through|bis|on|onwards?|ff\.?)\s*(\d{1,6})?)?\s*\)",
    re.IGNORECASE,
)
_MOST_STATES = 100
_ROLES = {
    "style": "style", "look": "style", "character": "characters", "characters": "characters", "object": "objects",
    "objects": "objects", "props": "objects", "looks": "looks", "location": "locations",
    "locations": "locations", "never": "never",
    "negative": "never", "avoid": "never",
}  # fmt: skip


@dataclass(frozen=True)
class MasterPrompt:
    """What a master prompt says; empty where it says nothing."""

    title: str = ""
    style: str = ""
    never: str = ""
    characters: tuple[Entity, ...] = ()
    objects: tuple[Entity, ...] = ()
    locations: tuple[Entity, ...] = ()
    looks: tuple[Entity, ...] = ()
    other: dict[str, str] = field(default_factory=dict)
    file: str = ""
    text: str = ""

    def extras(self) -> dict[str, Any]:
        """What the storyboard keeps of it; nothing when there is none."""
        if not self.text:
            return {}
        return {"master_prompt": {"file": self.file, "title": self.title, "text": self.text, "other": dict(self.other)}}


def find_master_prompt(folder: Path, notes: Notes, of: str = "") -> MasterPrompt | None:
    """The master prompt in `folder`: a Markdown file with "master", else "prompt", in its name; or None. The one that
    begins with the name `of` goes first."""
    try:
        pages = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".md", ".markdown"))
    except OSError:
        return None
    pages.sort(key=lambda page: not (of and page.stem.startswith(of)))
    for word in ("master", "prompt"):
        for page in pages:
            if word not in page.stem.lower():
                continue
            # A link may lead anywhere; only what lies in the folder belongs to the list.
            if page.is_symlink() or not page.is_file():
                continue
            try:
                found = parse_master_prompt(read_text(page, notes), printable(page.name), notes)
            except StudioError as error:
                notes.add(f"could not be used: {error.message}", part=printable(page.name))
                continue
            notes.add("supplies style, cast and what must never appear.", part=printable(page.name))
            return found
    return None


def parse_master_prompt(text: str, name: str, notes: Notes) -> MasterPrompt:
    """A master prompt's sections. Sections that mean nothing to Kinoloom are kept with a note."""
    title, sections = _sections(text)
    found: dict[str, Any] = {}
    other: dict[str, str] = {}
    for heading, body in sections:
        role = _ROLES.get(heading.lower().rstrip(".: "))
        if role in ("style", "never"):
            found[role] = f"{found[role]} {_joined(body)}" if role in found else _joined(body)
        elif role:
            found[role] = (*found.get(role, ()), *_entities(body, f"{name} · {heading}", notes))
        elif body.strip():
            other[heading] = "\n".join(filter(None, (other.get(heading), body.strip())))
            notes.add("was kept aside; Kinoloom has no field for it.", part=name, field=printable(heading))
    for role in ("style", "never"):
        if len(found.get(role, "")) > MAX_TEXT:
            notes.add(f"has more than {MAX_TEXT} characters; it was cut.", part=name, field=role)
            found[role] = found[role][:MAX_TEXT]
    return MasterPrompt(title=title, other=other, file=name, text=text, **found)


def _sections(text: str) -> tuple[str, list[tuple[str, str]]]:
    title, sections = "", [("", [""])]
    for line in text.splitlines():
        found = _HEADING.match(line.rstrip()) if len(line) <= _LONGEST_HEADING else None
        bold = None if found else _BOLD.match(line)
        if found and line.startswith("# ") and not title:
            title = found["name"]
        elif found or bold:
            name = found["name"] if found else bold["name"] if bold else ""
            sections.append((name.strip("*:. "), [bold["rest"].strip() if bold else ""]))
        else:
            sections[-1][1].append(line)
    return title, [(heading, "\n".join(lines)) for heading, lines in sections if heading or "".join(lines).strip()]


def _joined(body: str) -> str:
    return " ".join(body.split())


def _entities(body: str, where: str, notes: Notes) -> list[Entity]:
    items: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        text = line.strip()
        name, colon, rest = text[1:].partition(":")
        name = name.strip("* \t")
        if text[:1] in ("-", "*", "+") and text[1:2].isspace() and colon and 0 < len(name) <= 200:
            items.append((name, [rest.lstrip("*")]))
        elif items and text:
            items[-1][1].append(text)
        elif text:
            notes.add(f"The line {printable(text, 60)!r} names nobody; it is kept in the text.", part=where)
    names, made = Names(), []
    for number, (name, lines) in enumerate(items[:1000], 1):
        text = _joined(" ".join(lines))
        seeds = _SEEDS.search(text)
        seed = int(seeds[1]) if seeds and int(seeds[1]) <= MAX_SEED else None
        if seeds and seed is not None:
            text = (text[: seeds.start()] + text[seeds.end() :]).strip()
        text, states = _states(text, name)
        entity_id = names.give(safe_id(name, f"entity-{number}"))
        made.append(Entity(id=entity_id, name=name, description=text[:MAX_TEXT], seed=seed, states=states))
    return made


def _states(text: str, name: str) -> tuple[str, tuple[EntityState, ...]]:
    """What holds in every segment, and the states with the numbers of their first and last segments as ends."""
    spans = list(_SPAN.finditer(text))[:_MOST_STATES]
    if not spans:
        return text, ()
    states, place = [], 0
    for number, span in enumerate(spans, 1):
        words = text[place : span.start()].strip(" ;")
        place = span.end()
        ending = re.match(r"[.;,]", text[place:])
        if ending:
            words, place = words + (ending[0] if ending[0] == "." else ""), place + 1
        last = span[3] or ("" if span[2] else span[1])
        states.append(
            EntityState(id=f"state-{number}", name=name, first=span[1], last=last, description=words[:MAX_TEXT])
        )
    return text[place:].strip(), tuple(states)
