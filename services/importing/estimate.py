"""How long a shot lasts when the text does not say: by the words that are seen and the words that are spoken."""

from __future__ import annotations

import re
from fractions import Fraction

from domain.timing import MAX_SECONDS

_SPOKEN = Fraction(5, 2)  # words per second of ordinary speech: 150 a minute
_SEEN = Fraction(4)  # words of action per second: a screenplay page of some 240 words is about a minute
_SHORTEST = Fraction(2)


_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]")
"""Letters of scripts that put no blanks between words."""


def words(text: str) -> int:
    """Words in a text; two letters count as one where no blanks stand between words."""
    unspaced = len(_UNSPACED.findall(text))
    return len(re.findall(r"\w+(?:['\u2019]\w+)*", _UNSPACED.sub(" ", text))) + (unspaced + 1) // 2


def estimated_seconds(seen: str, spoken: str = "") -> Fraction:
    """An estimate in seconds, at least two, rounded up to the half second."""
    length = words(seen) / _SEEN + words(spoken) / _SPOKEN
    return min(max(_SHORTEST, Fraction(-(-length * 2 // 1), 2)), Fraction(MAX_SECONDS))
