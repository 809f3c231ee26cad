"""Which frame of which file stands at every frame of the film; pure arithmetic over `ClipUse`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from domain.errors import MediaFailed
from domain.timing import native_index
from services.ports import ClipUse


class Piece(NamedTuple):
    """A file's part of the film: `repeats[k]` is how often its frame k is shown, in the order of its frames."""

    path: Path
    shot: str
    repeats: dict[int, int]

    @property
    def frames(self) -> int:
        """Film frames this piece gives."""
        return sum(self.repeats.values())

    @property
    def whole(self) -> int | None:
        """N when the piece is the file's frames 0 to N - 1, each once; None when it is not."""
        count = len(self.repeats)
        plain = all(k == i and n == 1 for i, (k, n) in enumerate(self.repeats.items()))
        return count if plain else None


def assemble(clips: Sequence[ClipUse], rate: Fraction) -> list[Piece]:
    """The pieces of the film in order: film frame j of a shot shows its native frame floor(j*r/R).

    Raises MediaFailed naming the shot when its clips do not give every frame it needs.
    """
    if not clips:
        raise MediaFailed("There is nothing to join.", "Make a take of at least one shot first.")
    return [piece for shot in _shots(clips) for piece in _pieces(shot, rate)]


def total(pieces: Sequence[Piece]) -> int:
    """Frames of the whole film."""
    return sum(piece.frames for piece in pieces)


def _shots(clips: Sequence[ClipUse]) -> Iterator[list[ClipUse]]:
    """Clips by shot. A clip that begins at native frame 0 begins a shot, so a shot may come twice in a row."""
    number = 0

    def key(clip: ClipUse) -> tuple[str, int]:
        nonlocal number
        number += clip.offset == 0
        return clip.shot, number

    for _, group in groupby(clips, key):
        yield list(group)


def _pieces(uses: list[ClipUse], rate: Fraction) -> Iterator[Piece]:
    shot, frames, native = uses[0].shot, uses[0].shot_frames, uses[0].native_rate
    if any((use.shot_frames, use.native_rate) != (frames, native) for use in uses):
        raise MediaFailed(f"Shot {shot}: its clips do not agree on its length or rate.", "Make its takes again.")
    uses = sorted(uses, key=lambda use: use.offset)
    starts = [use.offset for use in uses]
    repeats: list[dict[int, int]] = [{} for _ in uses]
    for frame in range(frames):
        wanted = native_index(frame, native, rate)
        index = bisect_right(starts, wanted) - 1
        place = wanted - starts[index] if index >= 0 else -1
        if not 0 <= place < uses[index].count:
            raise MediaFailed(
                f"Shot {shot}: no clip gives its frame {wanted} (of {native_index(frames - 1, native, rate) + 1}).",
                "Make the missing take, then join again.",
            )
        held = repeats[index]
        held[uses[index].first + place] = held.get(uses[index].first + place, 0) + 1
    for use, held in zip(uses, repeats, strict=True):
        if held:
            yield Piece(use.path, shot, held)
