"""How much JSON text may hold: told from the bytes before anything is built of them."""

from __future__ import annotations

MAX_VALUES = 1_500_000
"""Values in one JSON text that is built in memory; a storyboard of 20,000 shots has less than a million."""

MAX_LISTED = 4_000_000
"""The same for what a server lists: thousands of nodes with all their choices."""


def crowded(text: str | bytes, most: int = MAX_VALUES) -> bool:
    """Whether JSON text may hold more than `most` lists, objects and members.

    Every value but the first follows a bracket or a comma, so that counting these is an upper bound; commas in quoted
    text count too. Each empty list takes three characters on disk and 64 bytes in memory, so that a file of a
    harmless size could otherwise take all memory there is.
    """
    if isinstance(text, bytes):
        return sum(map(text.count, (b"[", b"{", b","))) > most
    return sum(map(text.count, ("[", "{", ","))) > most
