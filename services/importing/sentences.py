"""Cutting text into sentences and sentences into clauses, in any script. Nothing is lost: the pieces joined are the
text, but for the blanks between them."""

from __future__ import annotations

import re

_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "sr",
        "jr",
        "vs",
        "etc",
        "approx",
        "inc",
        "ltd",
        "no",
        "vol",
        "fig",
        "ca",
        "bzw",
        "usw",
        "nr",
        "str",
        "z.b",
        "d.h",
        "u.a",
        "i.e",
        "e.g",
        "m",
        "mme",
        "mlle",
        "mm",
        "sra",
        "srta",
        "ud",
        "uds",
        "dra",
        "pág",
        "p.ej",
        "av",
        "cf",
        "env",
        "min",
        "sek",
        "sec",
    ]
)
# A mark that ends a sentence, with what closes after it: quotes and brackets. The second kind needs no blank behind.
# It begins only at the first of a row and gives nothing back, so that a million dots take no time.
_END = re.compile(
    r"""(?<![.!?\u2026\u061f\u06d4\u0964\u0589])[.!?\u2026\u061f\u06d4\u0964\u0589]++"""
    r"""[)\]"'\u2019\u201d\u201c\u00bb\u203a]*+(?=\s|$)"""
    r"""|[\u3002\uff01\uff1f\uff61]++[\u300d\u300f\u201d\uff09]*+"""
)
_BREAK = re.compile(r"[,;:](?=\s)|[\uff0c\u3001\uff1b\u060c\u061b]|\s[\u2013\u2014-]\s|\u2014")
_LAST = re.compile(r"([\w.]+)\.$")
_LONGEST_WORD = 20


def sentences(text: str) -> list[str]:
    """The sentences of a text, each as it was written; signs without a word stay with the sentence before them."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if _goes_on(text, start, end):
            continue
        _add(found, text[start : end.end()])
        start = end.end()
    _add(found, text[start:])
    return found


def clauses(sentence: str, shortest: int = 12) -> list[str]:
    """The sentence at its commas, semicolons and dashes, in pieces of `shortest` letters at least."""
    found: list[str] = []
    start = 0
    for mark in _BREAK.finditer(sentence):
        if letters(sentence[start : mark.end()]) < shortest or letters(sentence[mark.end() :]) < shortest:
            continue
        _add(found, sentence[start : mark.end()])
        start = mark.end()
    _add(found, sentence[start:])
    return found


def letters(text: str) -> int:
    """Letters and digits in a text."""
    return sum(map(str.isalnum, text))


def _goes_on(text: str, start: int, end: re.Match[str]) -> bool:
    """Whether the mark ends no sentence: an abbreviation, an initial, or dots before a small letter."""
    after = text[end.end() : end.end() + 8].lstrip()[:1]
    if end.group()[0] not in ".\u2026" or not after:
        return False
    if after.islower():
        return True
    if len(end.group()) > 1:
        return False
    last = _LAST.search(text, max(start, end.start() - _LONGEST_WORD), end.start() + 1)
    word = last[1].casefold() if last else ""
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and last is not None and last[1].isupper())


def _add(found: list[str], piece: str) -> None:
    piece = piece.strip()
    if not piece:
        return
    if (found and not any(map(str.isalnum, piece))) or (found and not any(map(str.isalnum, found[-1]))):
        found[-1] = f"{found[-1]} {piece}"
    else:
        found.append(piece)
