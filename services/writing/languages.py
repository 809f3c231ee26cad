"""Which language a text is in, and the words of it."""

from __future__ import annotations

import re

from domain.draft import Language
from services.writing.lexicon import ENGLISH, FRENCH, GERMAN, SPANISH, Lexicon

LEXICONS: dict[Language, Lexicon] = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH}
"""The languages whose words are known."""

_LOOKED_AT = 20_000
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> Language:
    """The language whose commonest words the text has most of; empty when it has next to none of any."""
    words = [w.casefold() for w in _WORD.findall(text[:_LOOKED_AT])]
    hits = {language: sum(w in lexicon.common_words for w in words) for language, lexicon in LEXICONS.items()}
    best = max(hits, key=lambda language: hits[language])  # of equals the first in the list
    return best if hits[best] and hits[best] * 12 >= len(words) else ""


def lexicon_of(language: Language) -> Lexicon:
    """The words of a language; English for one that is not known, whose texts have hardly any of them."""
    return LEXICONS.get(language, ENGLISH)
