"""Lengths that a text states itself: "for 8 seconds", "(5 s)", "0:10-0:15", "a film of 60 seconds"."""

from __future__ import annotations

import re
from fractions import Fraction

from services.writing.languages import LEXICONS

_NUMBERS = {word: number for lexicon in LEXICONS.values() for word, number in lexicon.numbers.items()}
_WORDS = "|".join(sorted(_NUMBERS, key=lambda w: -len(w)))
_NUMBER = rf"(?P<number>\d{{1,4}}(?:[.,]\d{{1,3}})?|{_WORDS})"
_UNIT = (
    r"(?P<unit>seconds?|secs?\.?|sekunden?|sek\.?|secondes?|segundos?|sekunder|secondi|minutes?|mins?\.?|minuten?"
    r"|minutos?|s(?![\w'\u2019])|\u79d2\u949f?|\ucd08|\u0441\u0435\u043a\u0443\u043d\u0434\w*)"
)
_SPAN = rf"{_NUMBER}[\s-]*{_UNIT}"
_SHOT = (
    re.compile(
        rf"\b(?:for|f\u00fcr|pendant|durante|during|lasting|lasts|dauert|dure|dura)\s+(?:about|etwa|ca\.|environ|unos)?"
        rf"\s*{_SPAN}", re.IGNORECASE,
    ),
    re.compile(rf"\b{_SPAN}\s+lang\b", re.IGNORECASE),
    re.compile(rf"[(\[\uff08]\s*{_SPAN}\s*[)\]\uff09]", re.IGNORECASE),
    re.compile(rf"^\s*{_SPAN}\s*[:.\u2013\u2014-]", re.IGNORECASE),
    re.compile(rf"[,;\u2013\u2014-]\s*{_SPAN}\.?\s*$", re.IGNORECASE),
)  # fmt: skip
_CODES = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})\s*(?:-|\u2013|to|bis)\s*(\d{1,2}):(\d{2})(?![\d:])")
_WHOLE = re.compile(
    rf"\b{_SPAN}\s*-?(?:long\s+|lange[rns]?\s+)?(?:film|video|movie|spot|clip|trailer|commercial|ad|short|kurzfilm"
    rf"|werbespot|court-m\u00e9trage|v\u00eddeo|vid\u00e9o|anuncio|corto)\b"
    rf"|\b(?:film|video|movie|spot|clip|trailer|vid\u00e9o|v\u00eddeo|anuncio|corto)\s+(?:of|von|mit|de|in)\s+"
    rf"{_SPAN.replace('<number>', '<number2>').replace('<unit>', '<unit2>')}",
    re.IGNORECASE,
)
_MOST = 3600
_LOOKED_AT = 2000


def stated_seconds(text: str) -> Fraction | None:
    """The length in seconds that words give a shot; None when they give none."""
    if len(text) > _LOOKED_AT:
        text = text[:_LOOKED_AT]
    code = _CODES.search(text)
    if code:
        begin, end = int(code[1]) * 60 + int(code[2]), int(code[3]) * 60 + int(code[4])
        if begin < end:
            return Fraction(end - begin)
    if _WHOLE.search(text):
        return None
    for pattern in _SHOT:
        found = pattern.search(text)
        if found:
            return _value(found["number"], found["unit"])
    return None


def stated_running_time(text: str) -> Fraction | None:
    """The length in seconds of the whole film that is asked for in words; None when it is not."""
    found = _WHOLE.search(text[:_LOOKED_AT])
    return _value(found["number"] or found["number2"], found["unit"] or found["unit2"]) if found else None


def _value(number: str, unit: str) -> Fraction | None:
    plain = number.casefold()
    amount = Fraction(_NUMBERS[plain]) if plain in _NUMBERS else Fraction(plain.replace(",", "."))
    seconds = amount * (60 if unit.casefold().startswith("min") else 1)
    return seconds if 0 < seconds <= _MOST else None
