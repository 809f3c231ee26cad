"""The catalogue of a language: loaded once from the files in its folder, and asked for texts and sentences."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

TABLES = ("texts", "names", "sentences")

_HOLE = re.compile(r"\{([0-9]+)(!t)?\}")
_PART = re.compile(r"[.!?:;,] |[:;,]$")
_END = re.compile(r"[.!?] +[A-Z]")
_REMEMBERED = 4096
_LONGEST = 4000
"""Characters of a sentence that is looked up; longer ones are not ours."""


@dataclass(frozen=True)
class Template:
    """A sentence with holes: how it is recognised, and how it is said."""

    english: str
    pattern: re.Pattern[str]
    holes: tuple[int, ...]
    chunk: str
    said: str


@dataclass
class Catalogue:
    """The texts of a language by their English ones; see addons/words.py for the three tables."""

    texts: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_word: dict[str, list[Template]] = defaultdict(list)
        self._others: list[Template] = []
        self._known: dict[str, str] = {}
        for english, german in self.sentences.items():
            if not _HOLE.search(english):
                continue
            template = _template(english, german)
            word = _first_word(english)
            (self._by_word[word] if word else self._others).append(template)
        for found in (*self._by_word.values(), self._others):
            found.sort(key=lambda t: (-len(_HOLE.sub("", t.english)), t.english))

    def said(self, sentence: str) -> str:
        """What a service said, in this language; the sentence itself when no template fits. Remembered."""
        if not self.sentences or len(sentence) > _LONGEST:
            return sentence
        known = self._known.get(sentence)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[sentence] = (
                self._find(sentence, _PART)
                or self._in_parts(sentence)
                or self._find(sentence, _END)
                or self._find(sentence, None)
                or self._unended(sentence)
                or sentence
            )
        return known

    def _find(self, sentence: str, barrier: re.Pattern[str] | None) -> str | None:
        """The sentence by the template that has most words in common with it. What is in its holes may not have the
        `barrier` in it, so that none swallows the next sentence, or the next part of it."""
        if sentence in self.sentences:
            return self.sentences[sentence]
        for template in (*self._by_word.get(_word(sentence), ()), *self._others):
            if template.chunk in sentence and (match := template.pattern.fullmatch(sentence)):
                if barrier is not None and any(barrier.search(hole) for hole in match.groups()):
                    continue
                return self._filled(template.said, dict(zip(template.holes, match.groups(), strict=True)))
        return None

    def _ours(self, words: str) -> str:
        """A label, a sentence, or several of them with commas between."""
        found = self.names.get(words) or self.said(words)
        if found == words and ", " in words:
            return ", ".join(self.names.get(one) or self.said(one) for one in words.split(", "))
        return found

    def _filled(self, said: str, holes: Mapping[int, str]) -> str:
        def fill(hole: re.Match[str]) -> str:
            value = holes.get(int(hole[1]), "")
            # Only a hole that the catalogue marks with !t holds words of ours; others may hold what a person wrote.
            return self._ours(value) if hole[2] else value

        return _HOLE.sub(fill, said)

    def _unended(self, sentence: str) -> str | None:
        """A sentence inside another one goes without its full stop."""
        found = self._find(f"{sentence}.", _END) if sentence[-1].isalnum() else None
        return found and found.removesuffix(".")

    def _in_parts(self, sentence: str) -> str | None:
        """Several sentences in a row: the longest beginning that is known, then the rest."""
        ends = [m.end() for m in re.finditer(r"[.!?:;](?= )|,(?= )", sentence)]
        for barrier in (_PART, _END):
            for end in reversed(ends[:24]):
                whole = barrier is _PART or sentence[end - 1] in ".!?"
                first = self._find(sentence[:end], barrier) if whole else None
                if first is not None:
                    return f"{first} {self.said(sentence[end + 1 :])}"
        return None


def _word(sentence: str) -> str:
    """The first word, up to a blank."""
    return sentence.partition(" ")[0]


def _first_word(english: str) -> str:
    """The first word of a template, empty when a hole is in it."""
    word = _word(english)
    return "" if "{" in word or word == english else word


def _template(english: str, german: str) -> Template:
    pattern, holes, chunks, at = "", [], [], 0
    for hole in _HOLE.finditer(english):
        chunks.append(english[at : hole.start()])
        number = int(hole[1])
        if number in holes:
            raise ValueError(f"{english!r} names a hole twice")
        pattern += re.escape(chunks[-1]) + "(.*?)"
        holes.append(number)
        at = hole.end()
    chunks.append(english[at:])
    pattern += re.escape(chunks[-1])
    return Template(english, re.compile(pattern, re.DOTALL), tuple(holes), max(chunks, key=len), german)


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language; an empty one for English, whose texts stand in the code."""
    found: dict[str, dict[str, str]] = {table: {} for table in TABLES}
    folder = resources.files(__name__) / language
    if folder.is_dir():
        for file in sorted(folder.iterdir(), key=lambda f: f.name):
            if file.name.endswith(".toml"):
                for table, entries in tomllib.loads(file.read_text("utf-8")).items():
                    found[table] |= entries
    return Catalogue(**found)
