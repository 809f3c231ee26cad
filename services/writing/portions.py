"""Long texts and long lists in parts that fit into one question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

from services.importing.sentences import sentences
from services.writing.timing import share_out

T = TypeVar("T")


def portions_of(text: str, most: int) -> list[str]:
    """The text in parts of at most `most` letters, cut between paragraphs, else between sentences, else between words;
    together they hold all of its words in order."""
    parts: list[str] = []
    now = ""
    for piece in _pieces(text, most):
        if now and len(now) + len(piece) + 2 > most:
            parts.append(now)
            now = ""
        now = f"{now}\n\n{piece}" if now else piece
    return [*parts, now] if now else parts


def _pieces(text: str, most: int) -> list[str]:
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        if len(paragraph.strip()) <= most:
            found.append(paragraph.strip())
            continue
        for sentence in sentences(paragraph):
            while len(sentence) > most:
                cut = sentence.rfind(" ", most // 2, most)
                cut = cut if cut > 0 else most
                found.append(sentence[:cut].rstrip())
                sentence = sentence[cut:].lstrip()
            found.append(sentence)
    return [piece for piece in found if piece]


def groups_of(rows: Sequence[T], sizes: Sequence[int], most_letters: int, most_rows: int) -> list[list[T]]:
    """Rows in groups of at most so many rows and letters (`sizes` are those of each); no group is empty."""
    groups: list[list[T]] = []
    letters = 0
    for row, size in zip(rows, sizes, strict=True):
        if not groups or len(groups[-1]) >= most_rows or letters + size > most_letters:
            groups.append([])
            letters = 0
        groups[-1].append(row)
        letters += size
    return groups


def shares(total: int, parts: Sequence[str]) -> list[int]:
    """How many of `total` shots each part of a text gets, by its length, at least one. There are no more parts than
    shots."""
    return share_out(total, [Fraction(len(part) or 1) for part in parts], [None] * len(parts))
