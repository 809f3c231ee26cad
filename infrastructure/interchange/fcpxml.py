"""FCPXML 1.8 (Final Cut Pro, Resolve), written and read here.

OpenTimelineIO's adapter counts whole frame rates only (23.976 becomes 23), cuts times off instead of rounding them, and
leaves transitions and speeds out. Here every time is the fraction it is. A speed is a time map over the whole file, so
that its handles stay; `start` then counts in the time as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from domain.errors import BadInput
from domain.interchange.edits import ClipEntry, EditList, Entry, GapEntry, Join, Mark, MediaFile
from domain.timing import parse_number
from infrastructure.interchange.timeline import NAMES, plain_path

VERSION = "1.8"
_KINDS = {name.casefold(): kind for kind, name in NAMES.items()}
_CLIPS = ("asset-clip", "clip", "video", "ref-clip", "sync-clip", "mc-clip", "title")


def seconds(frames: int | Fraction, rate: Fraction) -> str:
    """A time as FCPXML has it: "0s", "5s", "1001/24000s"."""
    time = Fraction(frames) / rate
    return f"{time.numerator}s" if time.denominator == 1 else f"{time.numerator}/{time.denominator}s"


def write(edits: EditList) -> str:
    """The list as XML."""
    return _Writer(edits).text()


class _Writer:
    def __init__(self, edits: EditList) -> None:
        self._edits = edits
        self._rate = edits.rate
        self._root = Element("fcpxml", version=VERSION)
        self._resources = SubElement(self._root, "resources")
        self._ids: dict[str, str] = {}
        self._format = self._sized(edits.width, edits.height)

    def text(self) -> str:
        edits = self._edits
        event = SubElement(SubElement(self._root, "library"), "event", name=edits.name)
        project = SubElement(event, "project", name=edits.name)
        drop = "DF" if self._rate in (Fraction(30_000, 1001), Fraction(60_000, 1001)) else "NDF"
        sequence = SubElement(
            project, "sequence", format=self._format, duration=self._time(edits.frames), tcStart="0s", tcFormat=drop
        )
        spine = SubElement(sequence, "spine")
        at = 0
        homes: list[tuple[int, int, Element, Fraction]] = []
        for entry in edits.entries:
            if entry.into is not None:
                spine.append(self._transition(entry.into, at))
            made, start = self._clip(entry, at) if isinstance(entry, ClipEntry) else (self._gap(entry, at), Fraction(0))
            spine.append(made)
            homes.append((at, entry.frames, made, start))
            at += entry.frames
        for lane, track in enumerate(edits.sounds, 1):
            for sound in track.entries:
                home = next((h for h in homes if h[0] <= sound.first < h[0] + h[1]), None)
                if home is None:
                    continue
                asset = self._asset(sound.target, sound.length, None, audio=True)
                inner = home[3] + sound.first - home[0]
                made = Element(
                    "asset-clip", name=sound.name, ref=asset, lane=str(-lane), offset=self._time(inner),
                    start=self._time(sound.start), duration=self._time(sound.frames), audioRole=track.name.casefold(),
                )  # fmt: skip
                _insert(home[2], made)
        ElementTree.indent(self._root, "    ")
        body = ElementTree.tostring(self._root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{body}\n'

    def _time(self, frames: int | Fraction) -> str:
        return seconds(frames, self._rate)

    def _id(self, key: str) -> tuple[str, bool]:
        new = key not in self._ids
        return self._ids.setdefault(key, f"r{len(self._ids) + 1}"), new

    def _sized(self, width: int, height: int) -> str:
        name, new = self._id(f"format {width} {height}")
        if new:
            SubElement(
                self._resources, "format", id=name, frameDuration=self._time(1), width=str(width), height=str(height),
                colorSpace="1-1-1 (Rec. 709)",
            )  # fmt: skip
        return name

    def _asset(self, target: str, frames: int, size: MediaFile | None, *, audio: bool) -> str:
        form = self._format if size is None else self._sized(size.width, size.height)
        name, new = self._id(f"asset {target}")
        if new:
            fields = {"hasVideo": "1"} if size is not None else {}
            if audio:
                fields |= {"hasAudio": "1", "audioSources": "1", "audioChannels": "2"}
            times = {"start": "0s", "duration": self._time(frames), "format": form}
            head = {"id": name, "name": (size.alias if size else "") or target.rpartition("/")[2], "src": quote(target)}
            SubElement(self._resources, "asset", head | times | fields)
        return name

    def _transition(self, join: Join, at: int) -> Element:
        name = NAMES[join.kind or "dissolve"]
        return Element("transition", name=name, offset=self._time(at - join.before), duration=self._time(join.frames))

    def _gap(self, entry: GapEntry, at: int) -> Element:
        return Element("gap", name=entry.id, offset=self._time(at), start="0s", duration=self._time(entry.frames))

    def _clip(self, entry: ClipEntry, at: int) -> tuple[Element, Fraction]:
        """The clip, and where its shown part begins in its own time (frames)."""
        file = entry.shown
        start = entry.start / entry.speed
        made = Element(
            "asset-clip", name=entry.id, ref=self._asset(file.target, file.frames, file, audio=file.audio),
            offset=self._time(at), start=self._time(start), duration=self._time(entry.frames),
            format=self._sized(file.width, file.height),
        )  # fmt: skip
        if entry.extras.get("prompt"):
            SubElement(made, "note").text = str(entry.extras["prompt"])
        if entry.speed != 1:
            points = SubElement(made, "timeMap")
            SubElement(points, "timept", time="0s", value="0s", interp="linear")
            SubElement(
                points, "timept", time=self._time(file.frames / entry.speed), value=self._time(file.frames),
                interp="linear",
            )  # fmt: skip
        for mark in entry.marks:
            note = {"note": mark.text} if mark.text else {}
            times = {"start": self._time(mark.first / entry.speed), "duration": self._time(1)}
            SubElement(made, "marker", times | {"value": mark.name} | note)
        return made, start


def _insert(home: Element, made: Element) -> None:
    """Put an anchored clip before the markers, as the order of elements asks."""
    place = next((i for i, child in enumerate(home) if child.tag == "marker"), len(home))
    home.insert(place, made)


# -- back ----------------------------------------------------------------------------------------------------------


def read(text: str, rate: Fraction) -> EditList:
    """The list that XML holds. Raises BadInput."""
    if "<!ENTITY" in text:
        raise BadInput("This FCPXML defines entities of its own, so it is not read.", "Export it again.")
    try:
        root = ElementTree.fromstring(text.encode())
    except ElementTree.ParseError as error:
        raise BadInput(f"This FCPXML is damaged: {error}.", "Export it again.") from error
    sequences = list(root.iter("sequence")) if root.tag == "fcpxml" else []
    inside = {id(s) for media in root.iter("media") for s in media.iter("sequence")}
    sequences = [s for s in sequences if id(s) not in inside]
    if len(sequences) != 1:
        raise BadInput(f"There are {len(sequences)} projects in this FCPXML.", "Export one project alone.")
    spine = sequences[0].find("spine")
    if spine is None:
        raise BadInput("There is no story line in this FCPXML.", "Export the project again.")
    try:
        reader = _Reader(root, rate)
        project = next((p for p in root.iter("project")), None)
        name = project.get("name", "") if project is not None else ""
        return EditList(name=name, rate=rate, entries=tuple(reader.entries(spine)), notes=tuple(reader.notes))
    except (ValueError, ZeroDivisionError) as error:
        raise BadInput(f"A time in this FCPXML cannot be read: {str(error)[:120]}.", "Export it again.") from error


class _Reader:
    def __init__(self, root: Element, rate: Fraction) -> None:
        self.notes: list[str] = []
        self._rate = rate
        self._sources: Mapping[str, str] = {
            asset.get("id", ""): asset.get("src") or _rep(asset) for asset in root.iter("asset")
        }

    def entries(self, spine: Element) -> Iterator[Entry]:
        at = 0
        join: tuple[int, Join] | None = None
        for element in spine:
            if element.tag == "transition":
                first, frames = self._frames(element, "offset"), self._frames(element, "duration")
                kind = _KINDS.get(element.get("name", "").casefold())
                join = (first, Join(kind=kind, after=frames))
                continue
            if element.tag != "gap" and element.tag not in _CLIPS:
                continue
            offset = self._frames(element, "offset", at)
            if offset > at:
                yield GapEntry(frames=offset - at)
            frames = self._frames(element, "duration")
            into = None
            if join is not None:
                before = min(max(0, offset - join[0]), join[1].after)
                into = join[1].replace(before=before, after=join[1].after - before)
                join = None
            if element.tag == "gap":
                yield GapEntry(id="", name=element.get("name", ""), frames=frames, into=into)
            else:
                yield self._clip(element, frames, into)
            at = offset + frames
            if any(child.get("lane", "0")[:1] not in "-0" for child in element):
                note = "Clips above the main story line were left out."
                self.notes += [] if note in self.notes else [note]

    def _clip(self, element: Element, frames: int, into: Join | None) -> ClipEntry:
        inner = element if element.get("ref") else element.find("video")
        source = self._sources.get(inner.get("ref", "") if inner is not None else "", "")
        shown = _time(element.get("start", "0s")) * self._rate
        speed, start = Fraction(1), shown
        points = [(_time(p.get("time", "0s")), _time(p.get("value", "0s"))) for p in element.iterfind("timeMap/timept")]
        if len(points) >= 2:
            (t0, v0), (t1, v1) = points[0], points[-1]
            speed = (v1 - v0) / (t1 - t0)
            start = v0 * self._rate + (shown - t0 * self._rate) * speed
            if len(points) > 2:
                self.notes.append(f"{element.get('name', 'A clip')} changes its speed on the way; its mean was taken.")
        return ClipEntry(
            name=element.get("name", ""), start=round(start), frames=frames, speed=speed, target=plain_path(source),
            into=into, marks=tuple(Mark(name=m.get("value", "")) for m in element.iterfind("marker")),
        )  # fmt: skip

    def _frames(self, element: Element, name: str, default: int = 0) -> int:
        told = element.get(name)
        return default if told is None else round(_time(told) * self._rate)


def _rep(asset: Element) -> str:
    """The file of an asset of version 1.9 and later."""
    found = asset.find("media-rep")
    return found.get("src", "") if found is not None else ""


def _time(text: str) -> Fraction:
    """Seconds from "1001/24000s", "5s" or "0.5s". Raises ValueError."""
    return parse_number(text.strip().removesuffix("s"))
