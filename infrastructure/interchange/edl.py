"""CMX 3600 edit decision lists: written here, read by OpenTimelineIO's adapter.

The adapter's writer is not used: it leaves gaps out, divides by the speed where the source range is multiplied by it,
and gives no frame code mode. A transition begins at its event's record in point, so that the event before it ends
there, as that adapter reads it. The film starts at 01:00:00:00.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction

import opentimelineio as otio

from domain.errors import BadInput
from domain.interchange.edits import ClipEntry, EditList, Entry, GapEntry
from domain.timing import rate_label
from infrastructure.interchange.timeline import Clock, from_timeline, plain_path

RATES = tuple(Fraction(n) for n in (24, 25, 30, 48, 50, 60)) + tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60))
"""Rates that timecode counts."""

_DROPPING = {Fraction(30_000, 1001): 2, Fraction(60_000, 1001): 4}
"""Frame numbers left out at each minute but every tenth (SMPTE ST 12-1)."""

_MOTION = re.compile(r"(?m)^\s*\*?\s*M2\b.*$")
_RESERVED = {"AX", "BL", "BLACK", "BARS"}


def timecode(frames: int, rate: Fraction) -> str:
    """Frames as timecode; drop frame (a semicolon before the frames) at 29.97 and 59.94, as broadcast counts."""
    base = math.ceil(rate)
    drop = _DROPPING.get(rate, 0)
    if drop:
        ten = 600 * base - 9 * drop
        tens, rest = divmod(frames, ten)
        minutes = 0 if rest < 60 * base else 1 + (rest - 60 * base) // (60 * base - drop)
        frames += drop * (9 * tens + minutes)
    seconds, rest = divmod(frames, base)
    mark = ";" if drop else ":"
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:02d}"


def hour(rate: Fraction) -> int:
    """Frames until 01:00:00:00."""
    return 3600 * math.ceil(rate) - 54 * _DROPPING.get(rate, 0)


def write(edits: EditList) -> str:
    """The list. Raises BadInput at rates that timecode cannot count."""
    if edits.rate not in RATES:
        raise BadInput(
            f"An EDL cannot count {rate_label(edits.rate)} frames a second.", "Export .otio or FCPXML, or another rate."
        )
    mode = "DROP FRAME" if edits.rate in _DROPPING else "NON-DROP FRAME"
    lines = [f"TITLE: {_line(edits.name)[:70]}", f"FCM: {mode}", ""]
    for number, event in enumerate(_events(edits), 1):
        lines += [line.format(number=f"{number:03d}") for line in event] + [""]
    return "\r\n".join(lines) + "\r\n"


def read(text: str, rate: Fraction) -> EditList:
    """The list that a file holds. Raises BadInput."""
    if rate not in RATES:
        raise BadInput(f"An EDL cannot count {rate_label(rate)} frames a second.", "Use .otio or FCPXML.")
    value = Clock(rate).value
    text = _MOTION.sub(lambda line: line[0].replace(";", ":"), text)  # the adapter takes no other there
    try:
        found = otio.adapters.read_from_string(text, "cmx_3600", rate=value)
    except (otio.exceptions.OTIOError, ValueError, RuntimeError, AttributeError, TypeError, KeyError) as error:
        raise BadInput(f"This EDL cannot be read: {str(error)[:200]}.", "Export it again as CMX 3600.") from error
    for track in found.tracks:
        for clip in track.find_clips():
            told = [str(line) for line in clip.metadata.get("cmx_3600", {}).get("comments", ())]
            target = next((line.partition(":")[2].strip() for line in told if line.startswith("TO CLIP:")), "")
            if target:
                clip.media_reference = otio.schema.ExternalReference(target_url=target)
    edits = from_timeline(found, rate).replace(exact=False, heads=False, cuts="start")
    return edits.replace(entries=tuple(_slack(entry) for entry in edits.entries))


def _slack(entry: Entry) -> Entry:
    """Where a speed is told, the frames before a transition's middle were rounded."""
    return entry.replace(slack=1) if isinstance(entry, ClipEntry) and entry.speed != 1 else entry


def _events(edits: EditList) -> Iterator[list[str]]:
    """The lines of each event."""
    at = hour(edits.rate)
    reels: dict[str, str] = {}
    last: Entry | None = None
    for place, entry in enumerate(edits.entries):
        following = edits.entries[place + 1].into if place + 1 < len(edits.entries) else None
        join = entry.into if last is not None else None
        before = join.before if join is not None else 0
        frames = entry.frames + before - (following.before if following is not None else 0)
        yield _event(edits, entry, last, at - before, frames, reels)
        at += entry.frames
        last = entry


def _event(edits: EditList, entry: Entry, last: Entry | None, at: int, frames: int, reels: dict[str, str]) -> list[str]:
    join = entry.into if last is not None else None
    before = join.before if join is not None else 0
    start, end = _source(entry, before, frames)

    def line(reel: str, edit: str, points: tuple[int, int, int, int]) -> str:
        codes = " ".join(timecode(point, edits.rate) for point in points)
        return f"{{number}}  {reel:<8} V     {edit:<8} {codes}"

    lines = []
    if join is not None and last is not None:
        edge = _edge(last, edits, entry)
        lines.append(line(_reel(last, reels), "C", (edge, edge, at, at)))
        kind = "W001" if join.kind == "wipe" else "D"
        lines.append(line(_reel(entry, reels), f"{kind:<4} {join.frames:03d}", (start, end, at, at + frames)))
        lines.append(f"* FROM CLIP NAME: {_line(last.id)}")
        lines.append(f"* TO CLIP NAME: {_line(entry.id)}")
    else:
        lines.append(line(_reel(entry, reels), "C", (start, end, at, at + frames)))
        lines.append(f"* FROM CLIP NAME: {_line(entry.id)}")
    if isinstance(entry, ClipEntry):
        if entry.speed != 1:
            speed = f"{float(entry.speed * edits.rate):010.6f}"
            code = timecode(start, edits.rate).replace(";", ":")
            lines.append(f"M2   {_reel(entry, reels):<8}       {speed}                {code}")
        if entry.media:
            lines.append(f"* {'TO' if join is not None else 'FROM'} CLIP: {_line(entry.shown.target)}")
        lines += [f"* LOC: {timecode(at, edits.rate)} CYAN    {_line(mark.name)[:60].upper()}" for mark in entry.marks]
    return lines


def _source(entry: Entry, before: int, frames: int) -> tuple[int, int]:
    """Source in and out of an event that begins `before` film frames before its entry."""
    if isinstance(entry, GapEntry):
        return 0, frames
    start = max(0, math.floor(entry.start - before * entry.speed + Fraction(1, 2)))
    return start, start + max(1 if frames else 0, math.floor(frames * entry.speed + Fraction(1, 2)))


def _edge(last: Entry, edits: EditList, entry: Entry) -> int:
    """The source frame at which the outgoing side of a transition begins."""
    join = entry.into
    shown = last.frames - (join.before if join is not None else 0)
    return shown if isinstance(last, GapEntry) else max(0, math.floor(last.start + shown * last.speed))


def _reel(entry: Entry, reels: dict[str, str]) -> str:
    """The entry's reel: eight letters and digits, one for each file."""
    if isinstance(entry, GapEntry):
        return "BL"
    key = entry.shown.target if entry.media else entry.id
    if key not in reels:
        plain = re.sub(r"[^A-Z0-9]", "", str(entry.extras.get("shot", entry.id)).upper())[:8] or "CLIP"
        reel, number = plain, 1
        while reel in reels.values() or reel in _RESERVED:
            number += 1
            reel = f"{plain[: 8 - len(str(number))]}{number}"
        reels[key] = reel
    return reels[key]


def _line(text: str) -> str:
    """Text on one line; braces would be taken for places to fill in."""
    return " ".join(text.split()).replace("{", "(").replace("}", ")")


__all__ = ["RATES", "hour", "plain_path", "read", "timecode", "write"]
