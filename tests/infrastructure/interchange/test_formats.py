"""Every format, read back by OpenTimelineIO's own adapters and by ours: same clips, order, ranges, rate and total."""

from __future__ import annotations

import math
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import opentimelineio as otio
import pytest
from hypothesis import assume, given, settings

from domain.errors import BadInput
from domain.interchange.edits import ClipEntry, EditFormat, EditList, GapEntry
from infrastructure.interchange import OtioInterchange, edl, fcp7, fcpxml
from infrastructure.interchange.timeline import as_timeline, from_timeline
from tests.infrastructure.interchange.lists import RATES, clip, edit_lists, everything

WHOLE = [rate for rate in RATES if rate.denominator == 1]


def picture(found: Any) -> list[Any]:
    """The items of a timeline's picture track, without transitions."""
    while not isinstance(found, otio.schema.Timeline):
        found = found[0]
    track = found.video_tracks()[0]
    return [item for item in track if not isinstance(item, otio.schema.Transition)]


def seen(found: Any, rate: Fraction) -> list[tuple[str, int, int]]:
    """Name, source start and film frames of every clip but black ones; and that all count at that rate."""
    told = []
    for item in picture(found):
        if not isinstance(item, otio.schema.Clip) or isinstance(item.media_reference, otio.schema.GeneratorReference):
            continue
        shown = item.trimmed_range()
        assert shown.duration.rate == pytest.approx(float(rate), abs=1e-9)
        told.append((item.name, round(shown.start_time.value), round(shown.duration.value)))
    return told


def total(found: Any) -> int:
    return sum(round(item.duration().value) for item in picture(found))


def wanted(edits: EditList) -> list[tuple[str, int, int]]:
    return [(e.id, e.start, e.frames) for e in edits.entries if isinstance(e, ClipEntry)]


def as_edl(edits: EditList) -> list[tuple[str, int, int]]:
    """The same with every cut where a transition begins, as an EDL tells it."""
    told = []
    for place, e in enumerate(edits.entries):
        before = e.into.before if e.into and place else 0
        following = edits.entries[place + 1].into if place + 1 < len(edits.entries) else None
        frames = e.frames + before - (following.before if following else 0)
        if isinstance(e, ClipEntry):
            told.append((e.id, math.floor(e.start - before * e.speed + Fraction(1, 2)), frames))
    return told


# -- OpenTimelineIO itself ---------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(edit_lists())
def test_otio_holds_a_list_exactly(edits: EditList) -> None:
    text = otio.adapters.write_to_string(as_timeline(edits), "otio_json")
    found = otio.adapters.read_from_string(text, "otio_json")
    assert seen(found, edits.rate) == wanted(edits) and total(found) == edits.frames
    back = from_timeline(found, edits.rate)
    assert [(e.id, e.frames, e.into) for e in back.entries] == [(e.id, e.frames, e.into) for e in edits.entries]
    assert [e.speed for e in back.entries if isinstance(e, ClipEntry)] == [
        e.speed for e in edits.entries if isinstance(e, ClipEntry)
    ]


def test_otio_keeps_handles_takes_and_marks() -> None:
    edits = everything(Fraction(24))
    found = otio.adapters.read_from_string(otio.adapters.write_to_string(as_timeline(edits), "otio_json"), "otio_json")
    one, two = picture(found)[:2]
    assert one.available_range().duration.value == 150 > one.source_range.duration.value
    assert set(two.media_references()) == {"DEFAULT_MEDIA", "b"} and two.active_media_reference_key == "DEFAULT_MEDIA"
    assert [(m.name, m.comment) for m in one.markers] == [("001 A <door>", "It opens\nslowly")]
    two.set_media_references(two.media_references(), "b")
    entry = from_timeline(found, Fraction(24)).entries[1]
    assert isinstance(entry, ClipEntry) and entry.active == "b"


# -- EDL ---------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(edit_lists())
def test_an_edl_is_read_back_by_the_adapter(edits: EditList) -> None:
    found = otio.adapters.read_from_string(edl.write(edits), "cmx_3600", rate=float(edits.rate))
    assert seen(found, edits.rate) == as_edl(edits) and total(found) == edits.frames


@pytest.mark.parametrize(
    ("frames", "rate", "code"),
    [
        (0, Fraction(24), "00:00:00:00"), (24 * 60 + 5, Fraction(24), "00:01:00:05"),
        (1439, Fraction(24_000, 1001), "00:00:59:23"), (1440, Fraction(24_000, 1001), "00:01:00:00"),
        (1799, Fraction(30_000, 1001), "00:00:59;29"), (1800, Fraction(30_000, 1001), "00:01:00;02"),
        (17_981, Fraction(30_000, 1001), "00:09:59;29"), (17_982, Fraction(30_000, 1001), "00:10:00;00"),
        (107_892, Fraction(30_000, 1001), "01:00:00;00"), (1800, Fraction(30), "00:01:00:00"),
        (3600, Fraction(60_000, 1001), "00:01:00;04"), (215_784, Fraction(60_000, 1001), "01:00:00;00"),
    ],
)  # fmt: skip
def test_timecode_drops_numbers_at_2997_alone(frames: int, rate: Fraction, code: str) -> None:
    assert edl.timecode(frames, rate) == code
    if rate <= 30:  # the library knows no drop frame rate beyond
        value = otio.opentime.RationalTime(frames, float(rate))
        assert otio.opentime.to_timecode(value, float(rate)) == code


@pytest.mark.parametrize("rate", RATES)
def test_an_edl_says_how_it_counts_and_begins_at_one_hour(rate: Fraction) -> None:
    text = edl.write(everything(rate))
    drop = rate == Fraction(30_000, 1001)
    assert f"FCM: {'DROP FRAME' if drop else 'NON-DROP FRAME'}\r\n" in text and "\r\n\r\n" in text
    first = next(line for line in text.splitlines() if line.startswith("001"))
    assert first.split()[-2:] == (["01:00:00;00", "01:00:03;05"] if drop else first.split()[-2:])
    assert edl.hour(rate) == otio.opentime.from_timecode("01:00:00;00" if drop else "01:00:00:00", float(rate)).value


def test_a_film_of_another_rate_has_no_edl() -> None:
    odd = everything(Fraction(12))
    for attempt in (lambda: edl.write(odd), lambda: edl.read("TITLE: x", Fraction(12))):
        with pytest.raises(BadInput, match="12"):
            attempt()


# -- Final Cut Pro 7 ---------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(edit_lists(speeds=False))
def test_fcp7_is_read_back_by_the_adapter(edits: EditList) -> None:
    found = otio.adapters.read_from_string(fcp7.write(edits), "fcp_xml")
    assert [name for name, _, _ in seen(found, edits.rate)] == [name for name, _, _ in wanted(edits)]
    assert total(found) == edits.frames
    # it has no place for a cut within a transition but the middle; what lies under the transitions is the same
    for item, ours in zip(picture(found), edits.entries, strict=True):
        if isinstance(ours, ClipEntry) and ours.into is None and not _followed(edits, ours):
            assert item.source_range.start_time.value == ours.start and item.duration().value == ours.frames


def _followed(edits: EditList, entry: ClipEntry) -> bool:
    place = edits.entries.index(entry)
    return place + 1 < len(edits.entries) and edits.entries[place + 1].into is not None


@pytest.mark.parametrize("rate", RATES)
def test_fcp7_has_the_rate_the_sizes_and_the_speeds(rate: Fraction) -> None:
    edits = everything(rate)
    root = ElementTree.fromstring(fcp7.write(edits))
    sequence = root.find("project/children/sequence")
    assert sequence is not None
    assert sequence.findtext("rate/timebase") == str(math.ceil(rate))
    assert sequence.findtext("rate/ntsc") == ("TRUE" if rate.denominator > 1 else "FALSE")
    assert sequence.findtext("duration") == str(edits.frames)
    assert sequence.findtext("media/video/format/samplecharacteristics/width") == "1280"
    items = {item.findtext("name"): item for item in sequence.iterfind("media/video/track/clipitem")}
    fast = items["003"]
    told = {p.findtext("parameterid"): p.findtext("value") for p in fast.iterfind("filter/effect/parameter")}
    assert told["speed"] == "200" and fast.findtext("filter/effect/effectid") == "timeremap"
    # with a speed, in and out count what is shown: frame 30 of the file at twice the speed, less the transition
    assert (fast.findtext("in"), fast.findtext("out")) == ("9", "76")
    back = {e.id or e.name: e for e in fcp7.read(fcp7.write(edits), rate).entries}
    speeds = [e.speed for e in back.values() if isinstance(e, ClipEntry)]
    assert speeds == [1, 1, 2, Fraction(1, 2), 1]
    assert back["gap-2"].frames == 7 and back["gap"].kind == "gap"


# -- FCPXML ------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(edit_lists())
def test_fcpxml_is_read_back_exactly(edits: EditList) -> None:
    back = fcpxml.read(fcpxml.write(edits), edits.rate)
    assert [(e.name, e.frames, e.into) for e in back.entries] == [(e.id, e.frames, e.into) for e in edits.entries]
    for entry, ours in zip(back.entries, edits.entries, strict=True):
        if isinstance(entry, ClipEntry) and isinstance(ours, ClipEntry):
            assert (entry.start, entry.speed, entry.target) == (ours.start, ours.speed, ours.shown.target)


@settings(max_examples=60, deadline=None)
@given(edit_lists(speeds=False))
def test_fcpxml_is_read_back_by_the_adapter(edits: EditList) -> None:
    assume(wanted(edits))  # without a clip it makes no track
    found = otio.adapters.read_from_string(fcpxml.write(edits), "fcpx_xml")
    names = [item.name for item in picture(found) if isinstance(item, otio.schema.Clip)]
    assert names == [name for name, _, _ in wanted(edits)]
    if edits.rate == 24:
        # it counts whole rates only, and cuts times off: 29/25 s are 28 frames to it. At 24 neither shows
        assert seen(found, edits.rate) == wanted(edits)


@pytest.mark.parametrize("rate", RATES)
def test_fcpxml_has_exact_times_and_what_its_dtd_asks_for(rate: Fraction) -> None:
    edits = everything(rate)
    text = fcpxml.write(edits)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n<fcpxml version="1.8">')
    root = ElementTree.fromstring(text)
    frame = root.find("resources/format")
    assert frame is not None and frame.get("frameDuration") == f"{rate.denominator}/{rate.numerator}s"
    sequence = root.find("library/event/project/sequence")
    assert sequence is not None and sequence.get("tcFormat") == ("DF" if rate == Fraction(30_000, 1001) else "NDF")
    ids = [e.get("id") for e in root.iterfind("resources/*")]
    assert len(ids) == len(set(ids)) and {c.get("ref") for c in root.iter("asset-clip")} <= set(ids)
    at = Fraction(0)
    for element in root.iterfind("library/event/project/sequence/spine/*"):
        duration, offset = (Fraction(element.get(key, "")[:-1]) for key in ("duration", "offset"))
        assert (duration * rate).denominator == 1 and (offset * rate).denominator == 1, "on the frames of the film"
        if element.tag != "transition":
            assert offset == at, "no hole and no overlap in the story line"
            at += duration
        order = [child.tag for child in element]
        assert order == sorted(order, key=["note", "timeMap", "asset-clip", "marker"].index)
    assert at == Fraction(sequence.get("duration", "")[:-1]) == edits.frames / rate
    assert next(a.get("src") for a in root.iterfind("resources/asset")) == "takes/001/clip%20one.mp4"


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("form", "ending"), [("otio", ".otio"), ("fcpxml", ".fcpxml"), ("fcp7", ".xml"), ("edl", ".edl")]
)
def test_each_format_goes_to_a_file_and_back(tmp_path: Path, form: EditFormat, ending: str, rate: Fraction) -> None:
    edits = everything(rate)
    target = tmp_path / f"cut{ending}"
    OtioInterchange().write(edits, target, form, {}, lambda done, of: None)
    back = OtioInterchange().read(target, rate)
    assert [e.id or e.name for e in back.entries] == [e.id for e in edits.entries]
    assert back.frames == edits.frames and [e.kind for e in back.entries] == [e.kind for e in edits.entries]
    assert sum(e.into.frames for e in back.entries if e.into) == 32
    assert [p.name for p in tmp_path.iterdir()] == [target.name], "nothing half is left"


def test_a_bundle_has_its_media_and_opens_in_opentimelineio(tmp_path: Path) -> None:
    entry = clip("001", 1, 2, 9)
    files = tuple(f.replace(target=f"media/{f.key}.mp4") for f in (*entry.media, entry.media[0].replace(key="b")))
    edits = EditList(rate=Fraction(24), entries=(entry.replace(media=files), GapEntry(id="gap", frames=3)))
    media = {}
    for file in files:
        path = tmp_path / f"source-{file.key}.mp4"
        path.write_bytes(file.key.encode())
        media[file.target] = path
    target = tmp_path / "cut.otioz"
    OtioInterchange().write(edits, target, "otioz", media, lambda done, of: None)
    out = tmp_path / "out"
    out.mkdir()
    found = otio.adapters.read_from_file(str(target), extract_to_directory=str(out))
    assert seen(found, Fraction(24)) == [("001", 1, 2)] and total(found) == 5
    told = picture(found)[0].media_references()
    assert {(out / file.target_url).read_bytes() for file in told.values()} == {b"DEFAULT_MEDIA", b"b"}
    assert OtioInterchange().read(target, Fraction(24)).frames == 5


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.otio", b"{}"), ("a.otio", b"no json"), ("a.otio", b'{"OTIO_SCHEMA": "Clip.1"}'), ("a.otioz", b"PK no zip"),
        ("a.edl", b"\x00\xff\xfe"), ("a.edl", b"001 AX V C 0 0 0 0 0 0 0\n"), ("a.edl", b"001 AX V C 1:2 3 4 5\n"),
        ("a.xml", b"<xmeml/>"), ("a.xml", b"<open>"), ("a.fcpxml", b"<fcpxml/>"), ("a.fcpxml", b"<fcpxml><sequence/>"),
        ("a.fcpxml", b'<!DOCTYPE x [<!ENTITY a "b">]><fcpxml/>'), ("a.txt", b""), ("a.mp4", b""),
        ("a.otio", b"[" * 100_000), ("a.otio", b'{"OTIO_SCHEMA": "Timeline.1", "a": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
        ("a.otio", b'{"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "a"}'), ("a.otio", b"[" + b"1," * 2_000_000 + b"1]"),
        ("a.xml", b"<xmeml>" + b"<clip>" * 5000 + b"</clip>" * 5000 + b"</xmeml>"),
        ("a.fcpxml", b'<fcpxml><project><sequence><spine><gap offset="0s" duration="1e999999999s"/></spine></sequence></project></fcpxml>'),
        ("a.fcpxml", b'<fcpxml><project><sequence><spine><gap offset="0s" duration="1/0s"/></spine></sequence></project></fcpxml>'),
    ],
)  # fmt: skip
def test_what_is_no_edit_list_is_refused_in_words(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput):
        OtioInterchange().read(tmp_path / name, Fraction(24))


def test_a_bundle_is_not_unpacked_and_no_larger_than_it_says(tmp_path: Path) -> None:
    path = tmp_path / "a.otioz"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("../../evil", "x")
        bundle.writestr("version.txt", "1.0.0")
    with pytest.raises(BadInput):
        OtioInterchange().read(path, Fraction(24))
    assert not (tmp_path.parent / "evil").exists()


def test_a_list_of_another_rate_is_counted_at_the_films() -> None:
    found = otio.adapters.read_from_string(
        otio.adapters.write_to_string(
            as_timeline(EditList(rate=Fraction(25), entries=(clip("001", 50, 25, 99),))), "otio_json"
        ),
        "otio_json",
    )
    back = from_timeline(found, Fraction(24))
    assert [(e.frames, e.start) for e in back.entries if isinstance(e, ClipEntry)] == [(24, 48)] and back.notes
