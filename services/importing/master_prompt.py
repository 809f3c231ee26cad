"""The master prompt that goes with a segment list: a Markdown page with what holds for every segment.

Sections begin with bold words ("**Style.** …") or a heading ("## Style"). Style, Characters, Objects, Location and
Never are understood; the whole page is kept word for word, other sections also under their names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.errors import StudioError
from domain.storyboard import MAX_TEXT, Entity
from services.importing.naming import Names, safe_id
from services.importing.notes import Notes
from services.importing.reading import printable, read_text
from services.importing.values import MAX_SEED

_SECTION = re.compile(r"^(?:#{1,6}\s+(?P<heading>.+?)\s*#*|\*\*(?P<bold>[^*\n]{1,80}?)[.:]?\*\*[.:]?(?P<rest>.*))$")
_ITEM = re.compile(r"^\s*[-*+]\s+\**(?P<name>[^:*\n]{1,200}?)\**\s*:\**\s*(?P<text>.*)$")
_SEEDS = re.compile(r"\s*\bseeds?\s+(?:from|:|=)?\s*(\d{1,20})\b\.?", re.IGNORECASE)
_ROLES = {
    "style": "style", "look": "style", "character": "characters", "characters": "characters", "object": "objects",
    "objects": "objects", "props": "objects", "location": "locations", "locations": "locations", "never": "never",
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
    other: dict[str, str] = field(default_factory=dict)
    file: str = ""
    text: str = ""

    def extras(self) -> dict[str, Any]:
        """What the storyboard keeps of it; nothing when there is none."""
        if not self.text:
            return {}
        return {"master_prompt": {"file": self.file, "title": self.title, "text": self.text, "other": dict(self.other)}}


def find_master_prompt(folder: Path, notes: Notes) -> MasterPrompt | None:
    """The master prompt in `folder`: a Markdown file with "master", else "prompt", in its name; or None."""
    try:
        pages = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".md", ".markdown"))
    except OSError:
        return None
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
        match = _SECTION.match(line.rstrip())
        if match is None:
            sections[-1][1].append(line)
            continue
        heading = (match["heading"] or match["bold"] or "").strip().strip("*")
        if line.startswith("# ") and not title:
            title = heading[:400]
            continue
        sections.append((heading.rstrip(".:"), [(match["rest"] or "").strip()]))
    return title, [(heading, "\n".join(lines)) for heading, lines in sections if heading or "".join(lines).strip()]


def _joined(body: str) -> str:
    return " ".join(body.split())


def _entities(body: str, where: str, notes: Notes) -> list[Entity]:
    items: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        match = _ITEM.match(line)
        if match:
            items.append((match["name"].strip(), [match["text"]]))
        elif items and line.strip():
            items[-1][1].append(line)
        elif line.strip():
            notes.add(f"The line {printable(line.strip(), 60)!r} names nobody; it is kept in the text.", part=where)
    names, made = Names(), []
    for number, (name, lines) in enumerate(items[:1000], 1):
        text = _joined(" ".join(lines))
        seeds = _SEEDS.search(text)
        seed = int(seeds[1]) if seeds and int(seeds[1]) <= MAX_SEED else None
        if seeds and seed is not None:
            text = (text[: seeds.start()] + text[seeds.end() :]).strip()
        made.append(
            Entity(id=names.give(safe_id(name, f"entity-{number}")), name=name, description=text[:MAX_TEXT], seed=seed)
        )
    return made
