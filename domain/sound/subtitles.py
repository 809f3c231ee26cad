"""Subtitles of the narration: broken into cues that can be read, timed in film frames, written as SRT and WebVTT.

Lines of at most 42 characters, two at a time, and a reading speed of at most 17 characters a second: what guides for
subtitling commonly ask for. SRT as SubRip writes it; WebVTT after the W3C's text track format.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from pydantic import Field

from domain.base import Value

WIDEST = 42
"""Characters of a line at most."""

MOST_LINES = 2
"""Lines of a cue at most."""

FASTEST_READ = 17
"""Characters a second that can be read along."""

SHORTEST = Fraction(5, 6)
"""Seconds that a cue stays at least, where there is room."""

Kind = Literal["srt", "vtt"]
_ENDS = ".!?…;:"


class Caption(Value):
    """Words on the screen over film frames `first` to `first + frames - 1`; lines are parted by line feeds."""

    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    text: str = Field(min_length=1)

    @property
    def end(self) -> int:
        """The first frame without it."""
        return self.first + self.frames


class Spoken(NamedTuple):
    """Words that are said over film frames `first` to `first + frames - 1`."""

    text: str
    first: int
    frames: int


def captions(lines: Sequence[Spoken], rate: Fraction, total: int) -> list[Caption]:
    """The cues of lines that begin one after another in a film of `total` frames. Each gets its part of its line's time
    by its letters; the last of a line stays on a little where nothing follows, so that it can be read."""
    found: list[Caption] = []
    for number, line in enumerate(lines):
        limit = min(total, lines[number + 1].first if number + 1 < len(lines) else total)
        frames = min(line.frames, limit - line.first)
        cues = cues_of(line.text)[: max(0, frames)]
        starts = _starts([len(cue) for cue in cues], frames)
        for place, cue in enumerate(cues):
            first, until = line.first + starts[place], line.first + starts[place + 1]
            if place == len(cues) - 1:
                wish = max(Fraction(len(cue), FASTEST_READ), SHORTEST)
                until = max(until, min(limit, first + math.ceil(wish * rate)))
            found.append(Caption(first=first, frames=until - first, text=cue))
    return found


def _starts(letters: Sequence[int], frames: int) -> list[int]:
    """Where cues of so many letters begin within `frames` frames, and the end of the last; each has at least one."""
    starts = [0]
    done = 0
    for number, count in enumerate(letters, 1):
        done += count
        fair = math.floor(Fraction(done * frames, sum(letters)) + Fraction(1, 2))
        starts.append(max(starts[-1] + 1, min(fair, frames - (len(letters) - number))))
    return starts


def too_fast(cues: Sequence[Caption], rate: Fraction) -> list[Caption]:
    """The cues that ask for more than FASTEST_READ characters a second."""
    return [cue for cue in cues if len(cue.text.replace("\n", " ")) * rate > FASTEST_READ * cue.frames]


def cues_of(text: str) -> list[str]:
    """The text in cues of at most MOST_LINES lines of WIDEST characters, ended at sentences where that is possible."""
    cues: list[str] = []
    rest = [part for word in text.split() for part in _pieces(word)]
    while rest:
        taken = _fitting(rest)
        if taken < len(rest):
            ends = [n for n in range(taken, 0, -1) if rest[n - 1][-1] in _ENDS]
            # a sentence's end is worth a shorter cue, but not a very short one
            if ends and 2 * ends[0] >= taken:
                taken = ends[0]
        cues.append("\n".join(_lines(rest[:taken])))
        rest = rest[taken:]
    return cues


def _pieces(word: str) -> list[str]:
    return [word[i : i + WIDEST] for i in range(0, len(word), WIDEST)]


def _fitting(words: Sequence[str]) -> int:
    """How many of the words fit into one cue."""
    lines, used = 1, 0
    for number, word in enumerate(words):
        wide = used + (1 if used else 0) + len(word)
        if wide > WIDEST:
            lines, wide = lines + 1, len(word)
            if lines > MOST_LINES:
                return number
        used = wide
    return len(words)


def _lines(words: Sequence[str]) -> list[str]:
    """One line where that is enough, else two that are as equally long as can be."""
    whole = " ".join(words)
    if len(whole) <= WIDEST:
        return [whole]
    halves = [[" ".join(words[:n]), " ".join(words[n:])] for n in range(1, len(words))]
    return min((half for half in halves if max(map(len, half)) <= WIDEST), key=lambda h: abs(len(h[0]) - len(h[1])))


def written(cues: Sequence[Caption], rate: Fraction, kind: Kind) -> str:
    """The cues as a file of that kind, with times rounded to the nearest millisecond."""
    blocks = ["WEBVTT"] if kind == "vtt" else []
    for number, cue in enumerate(cues, 1):
        times = f"{_clock(cue.first, rate, kind)} --> {_clock(cue.end, rate, kind)}"
        words = cue.text.replace("-->", "→")
        if kind == "vtt":
            words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            blocks.append(f"{times}\n{words}")
        else:
            blocks.append(f"{number}\n{times}\n{words}")
    return "\n\n".join(blocks) + "\n" if blocks else ""


def milliseconds(frame: int, rate: Fraction) -> int:
    """The time at which a frame begins."""
    return math.floor(frame * 1000 / rate + Fraction(1, 2))


def _clock(frame: int, rate: Fraction, kind: Kind) -> str:
    seconds, rest = divmod(milliseconds(frame, rate), 1000)
    point = "." if kind == "vtt" else ","
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"
