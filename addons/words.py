"""The window's language: every text that people read goes through `t`, `tn`, `named` or `said`.

The English text is the key. The files in `addons/texts/<language>/` are the catalogue of a language, in three tables:
`[texts]` what the window says itself, `[names]` labels that come with data (cameras, workflows, settings),
`[sentences]` what services say, as templates with {0}, {1}, … for what they name. What a person wrote is in none of
them, and is never looked up. `tests/addons/test_words.py` compares the catalogue with the code.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from addons.texts import Catalogue, catalogue

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Languages of the window, by code, each in its own words."""

AUTO = "auto"
"""The setting's value for: as the browser says."""

_language: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """What is said inside is said in this language; one that is unknown is English."""
    token = _language.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def spoken() -> str:
    """The code of the language that is spoken now."""
    return _language.get()


def preferred(setting: str, accepted: str) -> str:
    """The language of a window: what is set, else the first that the browser accepts (an Accept-Language header) and
    the window speaks, else English."""
    if setting in LANGUAGES:
        return setting
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:500].split(",")):
        found = re.fullmatch(r"\s*([A-Za-z]{1,8})[\w-]*\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*", part)
        if found and float(found[2] or 1) > 0:
            wanted.append((-float(found[2] or 1), place, found[1].lower()))
    return next((code for _, _, code in sorted(wanted) if code in LANGUAGES), "en")


def t(text: str, **values: object) -> str:
    """`text`, a literal in English so that it can be found, in the window's language, its {names} filled in."""
    found = _spoken().texts.get(text, text)
    return found.format(**values) if values else found


def tn(one: str, many: str, n: int, **values: object) -> str:
    """The same for a number of things: `one` when `n` is 1, else `many`; {n} is the number."""
    text = one if n == 1 else many
    return t(text, n=n, **values)


def named(label: str) -> str:
    """A label that comes with data, such as a camera's or a setting's; as it stands where the catalogue has none."""
    return _spoken().names.get(label, label)


def choices(table: Mapping[Any, str]) -> list[tuple[Any, str]]:
    """Values with their labels, as a form offers them."""
    return [(value, named(label)) for value, label in table.items()]


def inline(label: str) -> str:
    """A label in the middle of a sentence: English has it in small letters, German keeps its nouns."""
    return label.lower() if _language.get() == "en" else label


def said(sentence: str) -> str:
    """What a service said, in the window's language; as it stands where no template fits."""
    return _spoken().said(sentence) if sentence else sentence


def number(text: str) -> str:
    """A number as it is written in the window's language: "3.4 MB" or "3,4 MB"."""
    return re.sub(r"(?<=[0-9])\.(?=[0-9])", ",", text) if _language.get() == "de" else text


def names_in(text: str) -> frozenset[str]:
    """The {names} in a text."""
    return frozenset(field for _, field, _, _ in string.Formatter().parse(text) if field is not None)


def for_browser(language: str, script: str) -> Mapping[str, str]:
    """The texts that the browser's script says itself, from English; `script` is that script."""
    return {english: said for english, said in catalogue(language).texts.items() if _literal(english) in script}


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _spoken() -> Catalogue:
    return catalogue(_language.get())
