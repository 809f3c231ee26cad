"""Reads our JavaScript as far as texts in it can be found: strings, template literals, and the HTML in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

READ_ALOUD = ("title", "placeholder", "aria-label", "alt", "data-confirm", "data-yes", "data-copied", "data-label")
"""Attributes of HTML that people read."""

_REGEX_AFTER = re.compile(r"(?:[=(,:;!&|?{}\[+\-*%~^<>]|\breturn|\btypeof|=>)\s*$")


@dataclass(frozen=True)
class Literal:
    """A string of the code: where it stands, with its quotes, and what it says."""

    start: int
    end: int
    text: str


@dataclass
class Code:
    """A stretch of code with what stands in it."""

    start: int
    end: int = 0
    strings: list[Literal] = field(default_factory=list)
    templates: list[Templated] = field(default_factory=list)


@dataclass
class Templated:
    """A template literal: the tag in front of it, and in turn static texts (as Literal) and holes (as Code)."""

    tag: str
    start: int
    end: int = 0
    pieces: list[Literal | Code] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    """What people read in one go in an HTML template: a text between two tags, or one attribute."""

    where: str
    pieces: tuple[Literal | Code, ...]

    @property
    def static(self) -> str:
        """The words that stand in it, without what is filled in."""
        return "".join(p.text for p in self.pieces if isinstance(p, Literal))


def parse(source: str) -> Code:
    """The whole script."""
    code, end = _code(source, 0, "")
    if end != len(source):
        raise ValueError(f"the script ends at {end} of {len(source)}")
    return code


def _code(source: str, at: int, closing: str) -> tuple[Code, int]:
    code, start, depth = Code(at), at, 0
    while at < len(source):
        c = source[at]
        if c in "\"'":
            end = _string_end(source, at)
            code.strings.append(Literal(at, end, _unquoted(source[at:end])))
            at = end
        elif c == "`":
            template, at = _template(source, at)
            code.templates.append(template)
        elif source.startswith("//", at):
            at = (source.find("\n", at) + len(source) + 1) % (len(source) + 1)
        elif source.startswith("/*", at):
            at = source.index("*/", at) + 2
        elif c == "/" and _REGEX_AFTER.search(source[max(start, at - 20) : at] or "("):
            at = _regex_end(source, at)
        elif c == "{":
            depth, at = depth + 1, at + 1
        elif c == "}" and closing and depth == 0:
            break
        elif c == "}":
            depth, at = depth - 1, at + 1
        else:
            at += 1
    code.end = at
    return code, at


def _string_end(source: str, at: int) -> int:
    quote, at = source[at], at + 1
    while source[at] != quote:
        at += 2 if source[at] == "\\" else 1
    return at + 1


def _regex_end(source: str, at: int) -> int:
    at, within = at + 1, False
    while source[at] != "/" or within:
        if source[at] == "\\":
            at += 1
        elif source[at] in "[]":
            within = source[at] == "["
        at += 1
    return at + 1


def _template(source: str, at: int) -> tuple[Templated, int]:
    tag = re.search(r"[\w.]*$", source[max(0, at - 40) : at])
    found = Templated(tag[0] if tag else "", at)
    at += 1
    begin = at
    while source[at] != "`":
        if source[at] == "\\":
            at += 2
        elif source.startswith("${", at):
            found.pieces.append(Literal(begin, at, source[begin:at]))
            hole, at = _code(source, at + 2, "}")
            found.pieces.append(hole)
            at += 1
            begin = at
        else:
            at += 1
    found.pieces.append(Literal(begin, at, source[begin:at]))
    found.end = at + 1
    return found, at + 1


def _unquoted(quoted: str) -> str:
    inner = quoted[1:-1]
    if quoted[0] == "'":
        inner = inner.replace("\\'", "'").replace('"', '\\"')
    try:
        return str(json.loads(f'"{inner}"'))
    except ValueError:
        return inner


def templates(code: Code) -> Iterator[Templated]:
    """Every template literal in the code, also those within others."""
    for template in code.templates:
        yield template
        for piece in template.pieces:
            if isinstance(piece, Code):
                yield from templates(piece)


def strings(code: Code) -> Iterator[Literal]:
    """Every string in the code, also those in the holes of templates."""
    yield from code.strings
    for template in templates(code):
        for piece in template.pieces:
            if isinstance(piece, Code):
                yield from piece.strings


def runs(template: Templated) -> list[Run]:
    """What people read in an HTML template."""
    reader = _Reader(template)
    for piece in template.pieces:
        reader.code(piece) if isinstance(piece, Code) else reader.read(piece)
    reader.close()
    return reader.found


class _Reader:
    """Walks through the HTML of a template, a piece at a time."""

    def __init__(self, template: Templated) -> None:
        whole = "".join(p.text if isinstance(p, Literal) else "x" for p in template.pieces)
        # A piece of a tag's inside, such as html`title="…"`, is read as what it will be.
        self.state = "tag" if re.match(r'\s*[\w-]+="', whole) else "text"
        self.where = "text"
        self.name = self.quote = self.last = ""
        self.now: list[Literal | Code] = []
        self.found: list[Run] = []

    def code(self, hole: Code) -> None:
        if self.state != "tag":
            self.now.append(hole)

    def read(self, piece: Literal) -> None:
        begin = 0
        for at, c in enumerate(piece.text):
            if (self.state == "text" and c == "<") or (self.state == "value" and c == self.quote):
                begin = self._end(piece, begin, at)
            elif self.state == "tag":
                begin = self._in_tag(c, at, begin)
            self.last = c
        if self.state != "tag":
            self._keep(piece, begin, len(piece.text))

    def _in_tag(self, c: str, at: int, begin: int) -> int:
        if c == ">":
            self.state, self.where = "text", "text"
            return at + 1
        if c in "\"'":
            self.state, self.quote, self.where = "value", c, self.name if self.name in READ_ALOUD else ""
            return at + 1
        if re.match(r"[\w-]", c):
            self.name = self.name + c if re.match(r"[\w-]", self.last) else c
        return begin

    def _end(self, piece: Literal, begin: int, at: int) -> int:
        self._keep(piece, begin, at)
        self.close()
        self.state, self.name = "tag", ""
        return begin

    def _keep(self, piece: Literal, begin: int, end: int) -> None:
        if end > begin:
            self.now.append(Literal(piece.start + begin, piece.start + end, piece.text[begin:end]))

    def close(self) -> None:
        if self.where and any(isinstance(p, Code) or p.text.strip() for p in self.now):
            self.found.append(Run(self.where, tuple(self.now)))
        self.now = []
