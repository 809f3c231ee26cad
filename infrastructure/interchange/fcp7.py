"""Final Cut Pro 7 XML (xmeml 4), through OpenTimelineIO's adapter.

The adapter knows neither speeds nor gaps with names, so both are put in as it passes foreign elements on: a speed as
the Time Remap filter, a gap as a slug. With a speed, in and out are taken to count frames as they are shown, media
frames divided by it: Apple's reference says that a speed alters a clip item's duration, but not how in and out count.
Transitions are centred, or at the film's head.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import opentimelineio as otio

from domain.errors import BadInput
from domain.interchange.edits import ClipEntry, EditList, Entry
from domain.timing import parse_number, rate_label
from infrastructure.interchange.timeline import NAMES, OURS, Clock, as_timeline, from_timeline

_META = "fcp_xml"
_REMAP = "timeremap"


def write(edits: EditList) -> str:
    """The list as XML. Raises BadInput at rates the format cannot count."""
    base = math.ceil(edits.rate)
    if edits.rate != base and edits.rate != Fraction(base * 1000, 1001):
        raise BadInput(
            f"Final Cut Pro 7 XML cannot count {rate_label(edits.rate)} frames a second.", "Export .otio or FCPXML."
        )
    plain = edits.replace(entries=tuple(_as_shown(entry) for entry in edits.entries))
    timeline = as_timeline(plain, urls=True)
    clock = Clock(edits.rate)
    look = _look(edits)
    timeline.metadata[_META] = {"media": {"video": {"format": {"samplecharacteristics": look}}}}
    track = timeline.tracks[0]
    own = {entry.id: entry for entry in edits.entries}
    for place, item in enumerate(track):
        if isinstance(item, otio.schema.Transition):
            wipe = item.name == NAMES["wipe"]
            item.metadata[_META] = {"effectid": "Edge Wipe" if wipe else item.name}
        elif isinstance(item, otio.schema.Gap):
            track[place] = _slug(item, clock, look)
        elif isinstance(item, otio.schema.Clip):
            _finish(item, own[item.name], look)
    for sounds in timeline.audio_tracks():
        for clip in sounds.find_clips():
            clip.media_reference.metadata[_META] = {"media": {"audio": {"channelcount": "2"}}}
    return str(otio.adapters.write_to_string(timeline, "fcp_xml"))


def read(text: str, rate: Fraction) -> EditList:
    """The list that XML holds. Raises BadInput."""
    try:
        found = otio.adapters.read_from_string(text, "fcp_xml")
    except (
        otio.exceptions.OTIOError,
        ElementTree.ParseError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ) as error:
        raise BadInput(
            f"This XML cannot be read: {str(error)[:200]}.", "Export it again as Final Cut Pro 7 XML."
        ) from error
    for clip in found.find_clips() if isinstance(found, otio.schema.Timeline) else ():
        speed = _speed(clip)
        if speed != 1:
            clip.effects[:] = [otio.schema.LinearTimeWarp(time_scalar=float(speed))]
    edits = from_timeline(found, rate)
    return edits.replace(cuts="middle", entries=tuple(_as_media(entry) for entry in edits.entries))


def _as_shown(entry: Entry) -> Entry:
    """The entry with its start counted in frames as they are shown."""
    if not isinstance(entry, ClipEntry) or entry.speed == 1:
        return entry
    return entry.replace(start=math.floor(entry.start / entry.speed + Fraction(1, 2)))


def _as_media(entry: Entry) -> Entry:
    """The opposite; the start was rounded to a frame as it is shown, which is `speed` frames of the media."""
    if not isinstance(entry, ClipEntry) or entry.speed in (0, 1):
        return entry
    start = math.floor(entry.start * entry.speed + Fraction(1, 2))
    return entry.replace(start=start, slack=math.ceil(entry.speed))


def _look(edits: EditList) -> dict[str, Any]:
    return {"width": str(edits.width), "height": str(edits.height), "pixelaspectratio": "square"}


def _finish(clip: otio.schema.Clip, entry: Entry, look: dict[str, Any]) -> None:
    """What the adapter does not write of a clip: its speed, its note, and the size of its media."""
    if not isinstance(entry, ClipEntry):
        return
    clip.effects[:] = []
    fields: dict[str, Any] = {}
    if entry.speed != 1:
        fields["filter"] = {"effect": _remap(entry.speed)}
    told = clip.metadata.get(OURS, {}).get("prompt", "")
    if told:
        fields["comments"] = {"mastercomment1": str(told)}
    clip.metadata[_META] = fields
    for mark, ours in zip(clip.markers, entry.marks, strict=True):
        mark.metadata[_META] = {"comment": ours.text}
    if entry.media:
        shown = entry.shown
        size = {**look, "width": str(shown.width), "height": str(shown.height)}
        media: dict[str, Any] = {"video": {"samplecharacteristics": size}}
        if shown.audio:
            media["audio"] = {"channelcount": "2"}
        clip.media_reference.metadata[_META] = {"media": media}


def _remap(speed: Fraction) -> dict[str, Any]:
    """The Time Remap effect at a constant speed, in percent."""
    values = {"variablespeed": "0", "speed": f"{float(speed * 100):.6f}".rstrip("0").rstrip("."), "reverse": "FALSE"}
    return {
        "name": "Time Remap", "effectid": _REMAP, "effectcategory": "motion", "effecttype": "motion",
        "mediatype": "video",
        "parameter": [{"parameterid": name, "name": name, "value": value} for name, value in values.items()],
    }  # fmt: skip


def _speed(clip: otio.schema.Clip) -> Fraction:
    """The constant speed of a clip's Time Remap filter; 1 when it has none."""
    for effect in clip.effects:
        told = effect.metadata.get(_META, {})
        if str(told.get("effectid", "")).casefold() != _REMAP:
            continue
        parameters = told.get("parameter", [])
        parameters = [parameters] if hasattr(parameters, "items") else parameters
        for parameter in parameters:
            if str(parameter.get("parameterid", "")) == "speed":
                try:
                    return parse_number(str(parameter.get("value", "100"))) / 100
                except ValueError:
                    return Fraction(1)
    return Fraction(1)


def _slug(gap: otio.schema.Gap, clock: Clock, look: dict[str, Any]) -> otio.schema.Clip:
    """Black as a clip, which keeps its name, its transitions, and its place at the end of the film."""
    frames = clock.frames(gap.duration())
    black = otio.schema.GeneratorReference(name="Slug", generator_kind="Slug", available_range=clock.range(0, frames))
    black.metadata[_META] = {"media": {"video": {"samplecharacteristics": look}}}
    return otio.schema.Clip(name=gap.name, source_range=clock.range(0, frames), media_reference=black)
