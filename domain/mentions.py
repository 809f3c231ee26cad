"""Finding the names of people and things in a text: "@mara", "Mara" or another word for her."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
_SHORTEST = 2
"""A plain word of one letter names nobody; with @ it does."""


@dataclass(frozen=True)
class Mention:
    """One place in a text, from `start` to `end`, that names the entity `id` of that `kind`; `marked` with an @."""

    start: int
    end: int
    kind: str
    id: str
    marked: bool


@dataclass(frozen=True)
class _Term:
    text: str
    kind: str
    id: str
    marked_only: bool


class Mentions:
    """Looks names up, whatever their case; of names that begin alike the longest counts.

    `entries` are kind, id and the words that name it; the first entry with a word keeps it. The id itself names it
    behind an @ only.
    """

    def __init__(self, entries: Iterable[tuple[str, str, Iterable[str]]]) -> None:
        self._by_first: dict[str, list[_Term]] = {}
        self._unspaced: list[_Term] = []
        seen: set[str] = set()
        for kind, entity_id, words in entries:
            for word, marked_only in (*((w, False) for w in words), (entity_id, True)):
                text = _lower(" ".join(word.split()))
                first = _WORD.search(text)
                if first is None or text in seen:
                    continue
                seen.add(text)
                term = _Term(text[first.start() :], kind, entity_id, marked_only or len(text) < _SHORTEST)
                if _unspaced(term.text[0]):
                    self._unspaced.append(term)
                self._by_first.setdefault(first.group(), []).append(term)
        for terms in self._by_first.values():
            terms.sort(key=lambda t: -len(t.text))
        self._unspaced.sort(key=lambda t: -len(t.text))

    def find(self, text: str) -> list[Mention]:
        """Every mention, in the order of the text; they do not overlap."""
        plain = _lower(text)
        found = []
        taken = 0
        for word in _WORD.finditer(plain):
            if word.start() < taken or word.group() not in self._by_first:
                continue
            mention = self._at(plain, word.start(), word.group())
            if mention is not None:
                found.append(mention)
                taken = mention.end
        if self._unspaced:
            found = sorted(found + self._within(plain, found), key=lambda m: m.start)
        return found

    def _at(self, text: str, place: int, word: str) -> Mention | None:
        marked = text[place - 1 : place] == "@" and not (place > 1 and text[place - 2].isalnum())
        for term in self._by_first.get(word, ()):
            end = place + len(term.text)
            if (marked or not term.marked_only) and text.startswith(term.text, place) and _ends(text, end):
                return Mention(place - marked, end, term.kind, term.id, marked)
        return None

    def _within(self, text: str, found: list[Mention]) -> list[Mention]:
        """Mentions in scripts that put no blanks between words."""
        spans = [(m.start, m.end) for m in found]
        more = []
        for term in self._unspaced:
            if term.marked_only:
                continue
            place = text.find(term.text)
            while place >= 0:
                marked = text[place - 1 : place] == "@"
                start, end = place - marked, place + len(term.text)
                if all(end <= low or start >= high for low, high in spans):
                    spans.append((start, end))
                    more.append(Mention(start, end, term.kind, term.id, marked))
                place = text.find(term.text, end)
        return more


def _lower(text: str) -> str:
    """Lower case of the same length, so that places stay places."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(one if len(one := c.lower()) == 1 else c for c in text)


def _ends(text: str, end: int) -> bool:
    return end >= len(text) or not (text[end].isalnum() or text[end] == "_") or _unspaced(text[end])


def _unspaced(letter: str) -> bool:
    """Whether a letter is of a script written without blanks: Thai to Khmer, and from the CJK radicals on."""
    return "\u0e00" <= letter <= "\u0eff" or "\u1780" <= letter <= "\u17ff" or letter >= "\u2e80"
