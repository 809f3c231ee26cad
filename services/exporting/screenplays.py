"""Screenplays of a storyboard: each shot a scene, as Fountain or as a Final Draft document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from domain.storyboard import Shot, Storyboard
from services.importing.screenplay import NO_PLACE, NOBODY

Kind = Literal["synopsis", "action", "character", "parenthetical", "dialogue"]

_TIMES = {
    "sunrise": "DAWN", "morning": "MORNING", "noon": "NOON", "afternoon": "AFTERNOON", "sunset": "DUSK",
    "night": "NIGHT", "day": "DAY",
}  # fmt: skip
_SPEECH = re.compile(r"^\s*(?P<who>[^:()\n]{1,60}?)\s*(?:\((?P<how>[^\n]*?)\))?\s*:\s*(?P<said>\S.*)$")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fountain(board: Storyboard) -> str:
    """As a Fountain screenplay (fountain.io/syntax)."""
    found = [f"Title: {_line(board.title) or 'Untitled'}", ""]
    for shot in board.shots:
        found += [f".{_heading(board, shot).lstrip('.')} #{shot.id}#", ""]
        for kind, text in _elements(shot):
            match kind:
                case "synopsis":
                    found += [f"= {text.lstrip('= ')}", ""]
                case "action":
                    # a mark says that it is action, so that capitals are not taken for somebody who speaks
                    found += [f"!{text}", ""]
                case "character":
                    found.append(f"@{text}")
                case "parenthetical":
                    found.append(f"({text})")
                case "dialogue":
                    found += [text, ""]
    return "\n".join(found).rstrip() + "\n"


def fdx(board: Storyboard) -> str:
    """As a Final Draft document (.fdx), with the shots' ids as scene numbers."""
    root = Element("FinalDraft", DocumentType="Script", Template="No", Version="5")
    content = SubElement(root, "Content")
    for shot in board.shots:
        scene = _paragraph(content, "Scene Heading", _heading(board, shot))
        scene.set("Number", shot.id)
        properties = SubElement(scene, "SceneProperties", Title="")
        for kind, text in _elements(shot):
            if kind == "synopsis":
                _paragraph(SubElement(properties, "Summary"), "", text)
            else:
                _paragraph(content, kind.capitalize(), f"({text})" if kind == "parenthetical" else text)
    page = SubElement(SubElement(root, "TitlePage"), "Content")
    _paragraph(page, "", _line(board.title) or "Untitled")
    ElementTree.indent(root, "  ")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _paragraph(parent: Element, kind: str, text: str) -> Element:
    paragraph = SubElement(parent, "Paragraph", {"Type": kind} if kind else {})
    SubElement(paragraph, "Text").text = _NO_XML.sub("\ufffd", text)
    return paragraph


def _heading(board: Storyboard, shot: Shot) -> str:
    places = {e.id: e.name or e.id for e in board.locations}
    place = _line(places.get(shot.location, shot.location)).replace("#", " ").upper() or NO_PLACE
    time = _TIMES.get(shot.presets.time_of_day, "")
    return f"{place} - {time}" if time else place


def _elements(shot: Shot) -> Iterator[tuple[Kind, str]]:
    if shot.description.strip():
        yield "synopsis", _line(shot.description)
    for part in shot.prompt.splitlines():
        if part.strip():
            yield "action", part.strip()
    for line in shot.dialogue.splitlines():
        if not line.strip():
            continue
        found = _SPEECH.match(line)
        yield "character", _line(found["who"]).lstrip("@") if found else NOBODY
        if found and found["how"]:
            yield "parenthetical", _line(found["how"])
        yield "dialogue", _line(found["said"] if found else line)


def _line(text: str) -> str:
    return " ".join(text.split())
