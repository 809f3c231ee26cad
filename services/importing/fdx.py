"""Final Draft screenplays (.fdx): XML whose paragraphs say what they are; scenes become shots as Fountain's do.

The format is not published; what is read is what Final Draft 8 to 13 write: FinalDraft/Content/Paragraph with a Type
("Scene Heading", "Action", "Character", "Parenthetical", "Dialogue", "Transition" …), Text in it, DualDialogue around
two speeches, SceneProperties with a Summary, and TitlePage.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from domain.errors import BadInput
from domain.importing import ImportResult
from services.importing.notes import Notes
from services.importing.screenplay import Scene, as_storyboard, scene_of

_CURE = "Save it again in Final Draft, or export it there as a plain text or Fountain file."
_ACTION = {"Action", "General", "Shot", "Singing", "Lyrics"}


def is_fdx(text: str) -> bool:
    """Whether the text is a Final Draft document."""
    return "<FinalDraft" in text[:4000]


def import_fdx(text: str, name: str, notes: Notes) -> ImportResult:
    """A screenplay. Raises BadInput for damaged XML, for declarations, and when it has no scene heading."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BadInput(f"{name} declares a document type, which no Final Draft file needs.", _CURE)
    try:
        root = ElementTree.fromstring(text.lstrip("\ufeff \r\n\t"))
    except (ElementTree.ParseError, ValueError) as error:
        raise BadInput(f"{name} is not valid XML: {error}.", _CURE) from None
    content = root.find("Content")
    if root.tag != "FinalDraft" or content is None:
        raise BadInput(f"{name} is XML, but not a Final Draft screenplay.", _CURE)
    scenes = _scenes(content)
    if not scenes:
        raise BadInput(f"{name} has no scene headings.", "A scene begins with a line such as INT. KITCHEN - NIGHT.")
    title, author = _title_page(root.find("TitlePage/Content"))
    return as_storyboard(scenes, "fdx", name, notes, title, author)


def _paragraphs(content: Element) -> Iterator[tuple[str, Element]]:
    """Paragraphs with their type, those of two who speak at once one after the other."""
    for paragraph in content.iterfind("Paragraph"):
        yield paragraph.get("Type", "Action"), paragraph
        for inner in paragraph.iterfind("DualDialogue/Paragraph"):
            yield inner.get("Type", "Action"), inner


def _text(paragraph: Element) -> str:
    return " ".join("".join("".join(text.itertext()) for text in paragraph.iterfind("Text")).split())


def _scenes(content: Element) -> list[Scene]:
    scenes: list[Scene] = []
    for kind, paragraph in _paragraphs(content):
        line = _text(paragraph)
        if kind == "Scene Heading":
            scenes.append(scene_of(line[:400] or "SCENE", (paragraph.get("Number") or "").strip()[:40]))
            summary = [_text(p) for p in paragraph.iterfind("SceneProperties/Summary/Paragraph")]
            scenes[-1].synopsis.extend(filter(None, summary))
        elif scenes and line:
            scene = scenes[-1]
            scene.lines.append(line)
            match kind:
                case "Character":
                    scene.speak(line)
                case "Dialogue":
                    scene.say(line.strip("()") if line.startswith("(") and line.endswith(")") else line)
                case "Parenthetical":
                    scene.say(f"({line.strip('() ')})")
                case "Transition":
                    scene.transition = line[:80]
                case _ if kind in _ACTION:
                    scene.action.append(line)
    return scenes


def _title_page(content: Element | None) -> tuple[str, str]:
    """Title and author: the first line, and the one below "by" or "written by"."""
    lines = [] if content is None else [line for p in content.iterfind("Paragraph") if (line := _text(p))]
    by = next((i for i, line in enumerate(lines) if line.casefold().rstrip(":") in ("by", "written by")), None)
    author = lines[by + 1] if by is not None and by + 1 < len(lines) else ""
    return (lines[0][:400] if lines else "", author[:300])
