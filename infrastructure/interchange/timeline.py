"""An edit list as an OpenTimelineIO timeline, and back.

All times are whole frames at the film's rate. OpenTimelineIO keeps rates as binary fractions; frame counts stay exact,
and a rate is told apart by the nearest simple fraction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import opentimelineio as otio

from domain.cut.items import TRANSITIONS, TransitionKind
from domain.errors import BadInput
from domain.interchange.edits import ClipEntry, EditList, Entry, GapEntry, Join, Mark, MediaFile, SoundTrack
from domain.timing import rate_label, rate_text

OURS = "kinoloom"
"""Key of our metadata."""

NAMES: Mapping[TransitionKind, str] = {
    "dissolve": "Cross Dissolve", "fade_black": "Dip to Black", "fade_white": "Dip to White", "wipe": "Wipe",
    "morph": "Morph",
}  # fmt: skip
"""What transitions are called in the files."""

_KINDS: Mapping[str, TransitionKind] = {name.casefold(): kind for kind, name in NAMES.items()}
_WIPES = ("smpte_wipe", "wipe", "edge wipe")
_MAX_ENTRIES = 100_000


class Clock:
    """Whole frames of the film as OpenTimelineIO has times."""

    def __init__(self, rate: Fraction) -> None:
        self.rate = rate
        self.value = float(rate) if rate.denominator > 1 else rate.numerator

    def time(self, frames: int) -> otio.opentime.RationalTime:
        """That many frames."""
        return otio.opentime.RationalTime(frames, self.value)

    def range(self, start: int, frames: int) -> otio.opentime.TimeRange:
        """`frames` frames from `start` on."""
        return otio.opentime.TimeRange(self.time(start), self.time(frames))

    def frames(self, time: otio.opentime.RationalTime) -> int:
        """The whole film frames of a time of any rate, the nearest."""
        if time.rate <= 0:
            return 0
        own = exact_rate(time.rate)
        count = Fraction(time.value).limit_denominator(1_000_000)
        return round(count if same_rate(own, self.rate) else count * self.rate / own)


def exact_rate(rate: float) -> Fraction:
    """The simple fraction that a rate stands for: 23.976023976… and 23.976 are 24000/1001."""
    whole = round(rate)
    ntsc = Fraction(whole * 1000, 1001)
    if abs(rate - whole) < 1e-6:
        return Fraction(whole)
    return ntsc if abs(rate - float(ntsc)) < 0.005 else Fraction(rate).limit_denominator(1001)


def same_rate(one: Fraction, two: Fraction) -> bool:
    """Whether two rates are the same but for rounding."""
    return abs(one - two) < Fraction(1, 10_000)


def as_timeline(edits: EditList, *, urls: bool = False) -> otio.schema.Timeline:
    """The list as a timeline: one video track, then its sounds. `urls` has targets percent-encoded."""
    clock = Clock(edits.rate)
    timeline = otio.schema.Timeline(edits.name, global_start_time=clock.time(0))
    timeline.metadata[OURS] = {"rate": rate_text(edits.rate), "width": edits.width, "height": edits.height}
    picture = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    for entry in edits.entries:
        if entry.into is not None:
            picture.append(transition(entry.into, clock))
        picture.append(_clip(entry, clock, urls) if isinstance(entry, ClipEntry) else _gap(entry, clock))
    timeline.tracks.append(picture)
    for track in edits.sounds:
        timeline.tracks.append(_sound(track, clock, urls))
    return timeline


def transition(join: Join, clock: Clock) -> otio.schema.Transition:
    """A transition between two items."""
    kind = join.kind or "dissolve"
    types = otio.schema.TransitionTypes
    return otio.schema.Transition(
        name=NAMES[kind],
        transition_type=types.SMPTE_Dissolve if kind == "dissolve" else types.Custom,
        in_offset=clock.time(join.before),
        out_offset=clock.time(join.after),
        metadata={OURS: {"kind": kind}},
    )


def reference(file: MediaFile, clock: Clock, urls: bool) -> otio.schema.ExternalReference:
    """A file, with all it has: what lies around a clip's own range are its handles."""
    found = otio.schema.ExternalReference(
        target_url=quote(file.target) if urls else file.target,
        available_range=clock.range(0, file.frames),
        metadata={OURS: {"take": file.take, "segment": file.segment}},
    )
    found.name = file.target.rpartition("/")[2]
    return found


def _clip(entry: ClipEntry, clock: Clock, urls: bool) -> otio.schema.Clip:
    clip = otio.schema.Clip(
        name=entry.id, source_range=clock.range(entry.start, entry.frames),
        metadata={OURS: {"id": entry.id, **entry.extras}},
    )  # fmt: skip
    if entry.media:
        clip.set_media_references({file.key: reference(file, clock, urls) for file in entry.media}, entry.active)
    if entry.speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(name="Speed", time_scalar=float(entry.speed)))
    for mark in entry.marks:
        clip.markers.append(
            otio.schema.Marker(
                name=mark.name, marked_range=clock.range(mark.first, 1), color=otio.schema.MarkerColor.CYAN,
                metadata={OURS: {"text": mark.text}}, comment=mark.text,
            )
        )  # fmt: skip
    return clip


def _gap(entry: GapEntry, clock: Clock) -> otio.schema.Gap:
    return otio.schema.Gap(
        name=entry.id, source_range=clock.range(0, entry.frames), metadata={OURS: {"id": entry.id}}
    )  # fmt: skip


def _sound(track: SoundTrack, clock: Clock, urls: bool) -> otio.schema.Track:
    made = otio.schema.Track(track.name, kind=otio.schema.TrackKind.Audio)
    at = 0
    for entry in track.entries:
        if entry.first > at:
            made.append(otio.schema.Gap(source_range=clock.range(0, entry.first - at)))
        made.append(
            otio.schema.Clip(
                name=entry.name, source_range=clock.range(entry.start, entry.frames),
                metadata={OURS: {"first": entry.first}},  # else the same sound once more is taken for the same clip
                media_reference=otio.schema.ExternalReference(
                    target_url=quote(entry.target) if urls else entry.target,
                    available_range=clock.range(0, entry.length),
                ),
            )
        )  # fmt: skip
        at = entry.first + entry.frames
    return made


# -- back ----------------------------------------------------------------------------------------------------------


def from_timeline(found: Any, rate: Fraction) -> EditList:
    """The picture of a timeline as an edit list at the film's rate.

    Several video tracks are seen from above, as the editing program shows them. Raises BadInput when there is none.
    """
    timeline = _timeline(found)
    tracks = [t for t in timeline.tracks if t.kind == otio.schema.TrackKind.Video and getattr(t, "enabled", True)]
    if not tracks:
        raise BadInput("There is no picture track in that edit list.", "Export the sequence with its video track.")
    notes: list[str] = []
    if len(tracks) > 1:
        notes.append(f"The list has {len(tracks)} picture tracks; what is seen from above was taken.")
        track = otio.algorithms.flatten_stack(tracks)
    else:
        track = tracks[0]
    own = _rate_of(track)
    if own is not None and not same_rate(own, rate):
        notes.append(
            f"The list counts {rate_label(own)} frames a second, the film {rate_label(rate)}; times were converted."
        )
    entries = _entries(track, Clock(rate))
    return EditList(name=timeline.name or "", rate=rate, entries=entries, notes=tuple(notes))


def _timeline(found: Any) -> otio.schema.Timeline:
    if isinstance(found, otio.schema.Timeline):
        return found
    inside = [t for t in found if isinstance(t, otio.schema.Timeline)] if _is_collection(found) else []
    if len(inside) != 1:
        raise BadInput(
            f"There are {len(inside)} sequences in that file." if inside else "There is no sequence in that file.",
            "Export one sequence alone.",
        )
    return inside[0]


def _is_collection(found: Any) -> bool:
    return isinstance(found, otio.schema.SerializableCollection)


def _rate_of(track: otio.schema.Track) -> Fraction | None:
    """The rate the track's items count at."""
    for item in track:
        if isinstance(item, otio.core.Item) and item.source_range is not None:
            return exact_rate(item.source_range.duration.rate)
    return None


def _entries(track: Sequence[Any], clock: Clock) -> tuple[Entry, ...]:
    if len(track) > _MAX_ENTRIES:
        raise BadInput(f"That edit list has {len(track)} entries.", f"At most {_MAX_ENTRIES} can be read.")
    found: list[Entry] = []
    join: Join | None = None
    for item in track:
        if isinstance(item, otio.schema.Transition):
            join = _join(item, clock)
            continue
        entry = _entry(item, clock)
        found.append(entry.replace(into=join) if join is not None and join.frames else entry)
        join = None
    return tuple(found)


def _join(item: otio.schema.Transition, clock: Clock) -> Join:
    """A transition; its kind as our metadata or its name tells, else unknown."""
    told = item.metadata.get(OURS, {})
    kind: TransitionKind | None = next((k for k in TRANSITIONS if k == (told.get("kind") if told else None)), None)
    if kind is None:
        kind = _KINDS.get((item.name or "").casefold())
    if kind is None and str(item.transition_type).casefold().startswith(_WIPES):
        kind = "wipe"
    return Join(kind=kind, before=max(0, clock.frames(item.in_offset)), after=max(0, clock.frames(item.out_offset)))


def _entry(item: Any, clock: Clock) -> Entry:
    told = item.metadata.get(OURS, {})
    name = told.get("id", "") if told else ""
    name = name if isinstance(name, str) else ""
    length = max(0, clock.frames(item.duration()))
    generated = getattr(item, "media_reference", None)
    black = isinstance(generated, otio.schema.GeneratorReference) and generated.generator_kind.casefold() in (
        "black", "slug",
    )  # fmt: skip
    if isinstance(item, otio.schema.Gap) or black:
        return GapEntry(id=name, name=item.name or "", frames=length)
    if not isinstance(item, otio.schema.Clip):
        return ClipEntry(id=name, name=item.name or "a nested sequence", frames=length)
    start = item.trimmed_range().start_time
    return ClipEntry(
        id=name, name=item.name or "", start=clock.frames(start), frames=length, speed=_speed(item.effects),
        active=item.active_media_reference_key if len(item.media_references()) > 1 else "",
        target=plain_path(getattr(generated, "target_url", "") or ""),
        marks=tuple(Mark(first=clock.frames(m.marked_range.start_time), name=m.name) for m in item.markers),
    )  # fmt: skip


def _speed(effects: Sequence[Any]) -> Fraction:
    speed = Fraction(1)
    for effect in effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            return Fraction(0)
        if isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= Fraction(effect.time_scalar).limit_denominator(1_000_000)
    return speed


def plain_path(url: str) -> str:
    """The path in a media URL or path, with forward slashes and no percent signs."""
    text = url.replace("\\", "/")
    if text.lower().startswith("file:"):
        text = urlsplit(text).path
    return unquote(text)
