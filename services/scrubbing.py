"""Taking a person's words and names out of text that others will read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

PROMPT = "[words]"
MIN_LETTERS = 8
"""Two words of a prompt that have fewer letters together, such as "of the", stay: they give nothing away."""

WRITTEN = frozenset(
    {"prompt", "negative", "negative_prompt", "name", "title", "label", "description", "notes", "dialogue", "text"}
)
"""Fields in which a single word is a person's too."""

_CHARACTER = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_TOKEN = re.compile(rf"{_CHARACTER}|(?:(?!{_CHARACTER})\w)+")
"""A word; where words are not written apart, a character."""


class Scrubber:
    """Replaces `names` (such as folders and the user's name) by what they stand for, and everything that quotes two
    words or more of one of the `texts`, also where the quotation was cut off; of texts of one word, that word."""

    def __init__(self, texts: Iterable[str] = (), names: Mapping[str, str] | None = None) -> None:
        self._alone: set[str] = set()
        self._next: dict[str, set[str]] = {}
        for text in texts:
            words = [m[0].casefold() for m in _TOKEN.finditer(text)]
            if len(words) == 1 and len(words[0]) > 2 and not words[0].isdecimal():
                self._alone.add(words[0])
            for first, second in pairwise(words):
                self._next.setdefault(first, set()).add(second)
        given = {name: instead for name, instead in (names or {}).items() if len(name) > 1}
        self._names = given
        longest_first = sorted(given, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_as_written, longest_first))) if given else None

    def text(self, text: str) -> str:
        """The text without them."""
        if self._pattern is not None:
            text = self._pattern.sub(lambda m: self._names[m[0]], text)
        if self._alone or self._next:
            text = self._without_quotations(text)
        return text

    def tree(self, data: Any, keep: frozenset[str] = frozenset()) -> Any:
        """JSON data with every text in it scrubbed; names of fields stay, and so do the values of those in `keep`."""
        return _mapped(data, self.text, keep)

    def _without_quotations(self, text: str) -> str:
        tokens = list(_TOKEN.finditer(text))
        words = [m[0].casefold() for m in tokens]
        quoted = [word in self._alone for word in words]
        for i in range(len(words) - 1):
            if self._quotes(words[i], words[i + 1]):
                quoted[i] = quoted[i + 1] = True
        for i in range(len(words) - 1):  # short words after what was found, and one that was cut off
            if quoted[i] and not quoted[i + 1]:
                quoted[i + 1] = any(word.startswith(words[i + 1]) for word in self._next.get(words[i], ()))
        for i in reversed(range(len(words) - 1)):  # and short words before it
            if quoted[i + 1] and not quoted[i]:
                quoted[i] = words[i + 1] in self._next.get(words[i], ())
        found, at, i = [], 0, 0
        while i < len(tokens):
            if not quoted[i]:
                i += 1
                continue
            end = i
            while end + 1 < len(tokens) and quoted[end + 1]:
                end += 1
            found += [text[at : tokens[i].start()], PROMPT]
            at, i = tokens[end].end(), end + 1
        return "".join([*found, text[at:]])

    def _quotes(self, first: str, second: str) -> bool:
        return _weight(first) + _weight(second) >= MIN_LETTERS and second in self._next.get(first, ())


def _weight(word: str) -> int:
    """Letters of a word; a character that stands for a word counts as half of what is needed."""
    return MIN_LETTERS // 2 if re.fullmatch(_CHARACTER, word) else len(word)


def texts_in(data: Any) -> list[str]:
    """Every text in JSON data that is no bare identifier, and whatever stands in one of the fields `WRITTEN`."""
    found: list[str] = []

    def look(value: Any, field: str) -> None:
        if isinstance(value, str):
            if field in WRITTEN or not value.isascii() or len(value.split()) > 1:
                found.append(value)
        elif isinstance(value, Mapping):
            for key, each in value.items():
                look(each, str(key))
        elif isinstance(value, (list, tuple)):
            for each in value:
                look(each, field)

    look(data, "")
    return found


def _mapped(data: Any, change: Callable[[str], str], keep: frozenset[str]) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, Mapping):
        return {key: each if key in keep else _mapped(each, change, keep) for key, each in data.items()}
    if isinstance(data, (list, tuple)):
        return [_mapped(each, change, keep) for each in data]
    return data


def _as_written(name: str) -> str:
    """A pattern for the name, not as a part of a longer word."""
    front = r"\b" if name[0].isalnum() else ""
    back = r"\b" if name[-1].isalnum() else ""
    return f"{front}{re.escape(name)}{back}"
