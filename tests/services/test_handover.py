"""Handing the cut over and taking it back, over real projects, media and files."""

from __future__ import annotations

import shutil
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.cut import editing
from domain.cut.document import Cut
from domain.cut.finish import Grade
from domain.cut.items import GapItem, ShotItem, Transition
from domain.errors import BadInput, Conflict, NotReady
from domain.interchange.edits import FORMATS, ClipEntry, EditFormat, EditList
from domain.job import Done
from infrastructure.interchange import OtioInterchange
from services.handover.exporting import delivery
from services.handover.listing import Place, listing
from services.projects import OpenProject
from tests.contracts.video_backend import decoded
from tests.fakes.bench import Bench, phases, shot, words
from tests.infrastructure.sound import tones

RATES = ["24000/1001", "24", "25", "30000/1001", "30"]
ENDINGS: dict[str, str] = {form.id: form.ending for form in FORMATS}


@pytest.fixture
def project(bench: Bench) -> OpenProject:
    project = bench.project(
        shot(1, "0.5", title="The door"), shot(2, "2"), shot(3, "1"), profile="ltx-2", name="The film"
    )
    bench.render(project)
    return project


def listed(bench: Bench, project: OpenProject, folder: Path) -> EditList:
    """The edit list as it would be handed over now."""
    view = bench.studio.cuts.view(project)
    return listing(project, view, Place(folder, "cut.media", False), delivery("h264")).edits


def exported(bench: Bench, project: OpenProject, form: str, target: Path | None = None, **how: Any) -> Path:
    run = bench.wait(bench.studio.handover.export(project, form, target, **how))
    assert phases(run) == ["done"], words(run.jobs[0])
    phase = run.jobs[0].phase
    assert isinstance(phase, Done)
    return Path(phase.result)


def as_otio(path: Path) -> otio.schema.Timeline:
    found = otio.adapters.read_from_file(str(path))
    assert isinstance(found, otio.schema.Timeline)
    return found


def clips(timeline: otio.schema.Timeline) -> dict[str, otio.schema.Clip]:
    return {clip.name: clip for clip in timeline.find_clips()}


# -- out ---------------------------------------------------------------------------------------------------------------


def test_takes_of_the_films_rate_are_referred_to_with_their_handles(bench: Bench, project: OpenProject) -> None:
    bench.studio.cuts.trim(project, "002", 4, 40)
    path = exported(bench, project, "otio")
    assert path == project.files.root / "exports" / "the-film.otio" and [p.name for p in path.parent.iterdir()] == [
        path.name
    ]
    found = clips(as_otio(path))
    assert list(found) == ["001", "002", "003"]
    take = project.files.takes("002")[0]
    two = found["002"]
    assert two.source_range.start_time.value == 4 and two.source_range.duration.value == 36
    assert two.available_range().duration.value == take.info.frames > 40
    assert (path.parent / two.media_reference.target_url).resolve() == project.files.path(take.clip)
    assert found["001"].markers[0].name == "001 The door" and found["001"].markers[0].comment == "a house, 1"


def test_the_takes_that_could_stand_there_go_along_and_may_be_chosen_there(bench: Bench, project: OpenProject) -> None:
    _other_take(bench, project)
    path = exported(bench, project, "otio")
    timeline = as_otio(path)
    two = clips(timeline)["002"]
    others = [key for key in two.media_references() if key != two.active_media_reference_key]
    assert len(others) == 1 and others[0] in {take.id for take in project.files.takes("002")}
    two.set_media_references(two.media_references(), others[0])
    otio.adapters.write_to_file(timeline, str(path))
    found = bench.studio.handover.read_back(project, path)
    assert [(c.kind, c.item) for c in found.changes] == [("take", "002")]
    item = bench.studio.handover.apply(project, found).item("002")
    assert isinstance(item, ShotItem) and item.takes == {"0": others[0]}


def _other_take(bench: Bench, project: OpenProject) -> None:
    """Another take of shot 002, by another seed."""
    bench.studio.storyboards.edit(project, "002", {"video.seed": "7"})
    bench.render(project, "002")


def _segmented(bench: Bench) -> OpenProject:
    """A film of one shot in two segments, each of which was made twice: the second with the first."""
    project = bench.project(shot(1, "8"), profile="wan2.2-14b")
    bench.render(project)
    bench.studio.storyboards.edit(project, "001", {"video.seed": "7"})
    bench.render(project)
    assert [take.segment for take in project.files.takes("001")].count(1) == 2
    return project


def test_a_shot_of_several_segments_goes_along_in_its_other_version_too(bench: Bench) -> None:
    project = _segmented(bench)
    path = exported(bench, project, "otio")
    timeline = as_otio(path)
    one = clips(timeline)["001"]
    (other,) = [key for key in one.media_references() if key != one.active_media_reference_key]
    made = path.parent / one.media_references()[other].target_url
    shown = path.parent / one.media_reference.target_url
    assert made != shown and len(decoded(made)) == len(decoded(shown)) >= 192
    one.set_media_references(one.media_references(), other)
    otio.adapters.write_to_file(timeline, str(path))
    found = bench.studio.handover.read_back(project, path)
    assert [(c.kind, c.item) for c in found.changes] == [("take", "001")]
    item = bench.studio.handover.apply(project, found).item("001")
    assert isinstance(item, ShotItem) and "+".join(item.takes[n] for n in ("0", "1")) == other
    stock = bench.studio.cuts.view(project).stocks["001"]
    assert [take.id for take in stock.takes] == other.split("+") and not stock.lacks
    assert not bench.studio.handover.notes(project, "otio")


def test_a_series_that_is_not_whole_stays_and_is_told(bench: Bench) -> None:
    project = _segmented(bench)
    shown = {take.id for take in bench.studio.cuts.view(project).stocks["001"].takes}
    lost = next(take for take in project.files.takes("001") if take.segment == 1 and take.id not in shown)
    bench.studio.keeping.delete_take(project, lost.shot, lost.segment, lost.id)
    (note,) = bench.studio.handover.notes(project, "otio")
    assert note.startswith("Shot 001: 1 other take does not go along")
    assert not bench.studio.handover.notes(project, "edl"), "an EDL has no alternates"


def test_what_runs_faster_or_is_graded_is_told_not_to_go_along(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.edit(project, "002", {"prompt": "a bell [sound]"})
    bench.render(project, "002")
    assert not bench.studio.handover.notes(project, "otio")
    bench.studio.cuts.set_speed(project, "002", "3/2")
    bench.studio.cuts.set_grade(project, "003", Grade(exposure=0.5))
    notes = bench.studio.handover.notes(project, "otio")
    assert notes[0].startswith("The sound of shot 002 at 00:00:00:12 stays here: it runs at 1.5 times its speed")
    assert notes[1] == "The grade of 003 stays here: clips go along in the colours of their takes."
    assert [t.name for t in as_otio(exported(bench, project, "otio")).audio_tracks()] == []


def test_other_rates_several_segments_and_cards_are_made_into_clips_of_the_films_rate(bench: Bench) -> None:
    project = bench.project(shot(1, "8"), shot(2, "0.5"), profile="wan2.2-14b")
    bench.render(project)
    bench.studio.cuts.trim(project, "001", 10, 30)
    bench.studio.cuts.add_title(project, "The end", "card", frames=9)
    bench.studio.cuts.add_gap(project, 5, after="001", colour="#204060")
    path = exported(bench, project, "otio", bench.folder / "cut.otio")
    timeline = as_otio(path)
    found = clips(timeline)
    frames = {}
    for name, clip in found.items():
        file = path.parent / clip.media_reference.target_url
        assert file.parent == bench.folder / "cut.media"
        frames[name] = len(decoded(file))
        assert frames[name] == clip.available_range().duration.value and clip.source_range.duration.rate == 24
    # 65 and 64 frames of 16 a second: all of the shot, from its first frame on
    assert frames == {"001": 194, "002": 14, "gap": 5, "card": 9}
    assert found["001"].source_range.start_time.value == 10
    made = {file.name: file.stat().st_mtime_ns for file in (bench.folder / "cut.media").iterdir()}
    exported(bench, project, "edl", bench.folder / "cut.edl")
    again = exported(bench, project, "otio", bench.folder / "cut.otio")
    assert again == path and made == {f.name: f.stat().st_mtime_ns for f in (bench.folder / "cut.media").iterdir()}


@pytest.mark.parametrize("form", sorted(ENDINGS))
@pytest.mark.parametrize("with_media", [False, True])
def test_media_are_found_after_all_was_moved(
    bench: Bench, project: OpenProject, tmp_path: Path, form: str, with_media: bool
) -> None:
    home = tmp_path / "here"
    home.mkdir()
    if with_media:
        path = exported(bench, project, form, home / f"a cut{ENDINGS[form]}", with_media=True)
        moved = tmp_path / "there"
        home.rename(moved)
        path = moved / path.name
    else:
        path = exported(bench, project, form)
        moved = tmp_path / "moved"
        shutil.move(project.files.root, moved)
        path = moved / "exports" / path.name
    if form == "otioz":
        out = tmp_path / "out"
        out.mkdir()
        timeline = otio.adapters.read_from_file(str(path), extract_to_directory=str(out))
        path = out / "content.otio"
        urls = [clip.media_reference.target_url for clip in timeline.find_clips()]
    elif form == "fcpxml":
        urls = _urls(path, "src")
    elif form == "fcp7":
        urls = _urls(path, "pathurl")
    elif form == "edl":
        urls = [line.partition("CLIP: ")[2] for line in path.read_text().splitlines() if " CLIP: " in line]
    else:
        urls = [clip.media_reference.target_url for clip in as_otio(path).find_clips()]
    assert len(urls) == 3
    for url in urls:
        assert not url.startswith(("/", "file:")) and len(decoded(path.parent / unquote(url))) > 5


def _urls(path: Path, where: str) -> list[str]:
    root = ElementTree.parse(path).getroot()
    return (
        [e.get("src", "") for e in root.iter("asset")] if where == "src" else [e.text or "" for e in root.iter(where)]
    )


@pytest.mark.parametrize("form", ["otio", "fcpxml", "fcp7"])
def test_the_sounds_go_along_on_tracks_of_their_own(bench: Bench, project: OpenProject, form: str) -> None:
    tone = tones.write(bench.folder / "tone.wav", tones.tone(0.5))
    bench.studio.sound.import_sound(project, tone, "effects", item="002", offset=4)
    bench.studio.sound.import_sound(project, tone, "effects", offset=22)
    path = exported(bench, project, form, project.files.root / f"cut{ENDINGS[form]}")
    found = otio.adapters.read_from_file(str(path), "fcpx_xml" if form == "fcpxml" else None)
    while not isinstance(found, otio.schema.Timeline):
        found = found[0]
    heard = [
        (
            round(track.range_of_child(clip).start_time.value),
            round(clip.duration().value),
            clip.media_reference.target_url,
        )
        for track in (found.audio_tracks() or [t for t in found.tracks if t.name != "0"])  # its lanes, in FCPXML
        for clip in track.find_clips()
    ]
    assert [(first, frames) for first, frames, _ in sorted(heard)] == [(16, 12), (22, 12)]
    assert len({url for _, _, url in heard}) == 1 and (path.parent / heard[0][2]).is_file()
    back = bench.studio.handover.read_back(project, path)
    assert back.changes == () and back.unknown == ()


def test_a_transition_is_handed_over_as_far_as_its_handles_go(
    bench: Bench, project: OpenProject, tmp_path: Path
) -> None:
    bench.studio.cuts.set_transition(project, "002", Transition(frames=40))
    view = bench.studio.cuts.view(project)
    made = listing(project, view, Place(tmp_path, "m", False), delivery("h264"))
    join = made.edits.entries[1].into
    one = made.edits.entries[0]
    assert isinstance(one, ClipEntry) and join is not None
    assert join.before == 0 and join.after == one.shown.frames - 12 < 12 and made.notes


def test_nothing_is_handed_over_without_takes(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.add(project)
    with pytest.raises(NotReady, match=r"1 of 4 shots .*: 004\."):
        bench.studio.handover.export(project, "otio")


@pytest.mark.parametrize(
    ("form", "name", "codec"),
    [("otio", "a.edl", "h264"), ("avid", "a.avid", "h264"), ("otio", "no/a.otio", "h264"), ("otio", "a.otio", "x")],
)
def test_what_cannot_be_exported_is_refused_before_any_work(
    bench: Bench, project: OpenProject, tmp_path: Path, form: str, name: str, codec: str
) -> None:
    with pytest.raises(BadInput):
        bench.studio.handover.export(project, form, tmp_path / name, codec=codec)
    assert not list(tmp_path.glob("a.*"))


# -- back --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", sorted(ENDINGS))
def test_what_was_not_edited_changes_nothing(bench: Bench, project: OpenProject, form: str) -> None:
    cuts = bench.studio.cuts
    cuts.trim(project, "002", 10, 40)
    cuts.set_speed(project, "002", "3/2")
    cuts.set_transition(project, "003", Transition(kind="wipe", frames=4))
    cuts.add_title(project, "A card", "opening", after="", frames=20)
    cuts.set_transition(project, "001", Transition(kind="fade_black", frames=6))
    cuts.add_gap(project, 5, after="001")
    cuts.add_gap(project, 8)
    path = exported(bench, project, form)
    found = bench.studio.handover.read_back(project, path)
    assert found.changes == () and found.unknown == () and found.cut == cuts.cut(project)


def test_an_edit_in_the_editor_comes_back_as_one_step(bench: Bench, project: OpenProject) -> None:
    path = exported(bench, project, "otio")
    timeline = as_otio(path)
    track = timeline.video_tracks()[0]
    one, two, three = list(track)
    clock = one.source_range.duration.rate
    two.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(6, clock), otio.opentime.RationalTime(24, clock)
    )
    del track[2]
    three.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    three.source_range = otio.opentime.TimeRange(three.source_range.start_time, otio.opentime.RationalTime(12, clock))
    track.insert(0, three)
    foreign = otio.schema.Clip(
        "logo", source_range=otio.opentime.TimeRange(duration=otio.opentime.RationalTime(9, clock))
    )
    track.append(foreign)
    otio.adapters.write_to_file(timeline, str(path))
    before = bench.studio.cuts.cut(project)
    found = bench.studio.handover.read_back(project, path)
    assert {(c.kind, c.item) for c in found.changes} == {
        ("trimmed", "002"), ("speed", "003"), ("moved", "003"),
    }  # fmt: skip
    assert "logo" in found.unknown[0] and "9 frames shorter" in found.unknown[1]
    assert bench.studio.cuts.cut(project) == before, "reading changes nothing"
    after = bench.studio.handover.apply(project, found)
    assert [item.id for item in after.items] == ["003", "001", "002"]
    two_now, three_now = after.item("002"), after.item("003")
    assert isinstance(two_now, ShotItem) and (two_now.first, two_now.end) == (6, 30)
    assert isinstance(three_now, ShotItem) and three_now.speed == 2 and three_now.end is None
    bench.studio.cuts.undo(project)
    assert bench.studio.cuts.cut(project) == before


def test_a_clip_that_was_cut_in_two_or_taken_out_comes_back_so(bench: Bench, project: OpenProject) -> None:
    path = exported(bench, project, "otio")
    timeline = as_otio(path)
    track = timeline.video_tracks()[0]
    rest = track[1].clone()
    clock = rest.source_range.duration.rate
    time = otio.opentime.RationalTime
    track[1].source_range = otio.opentime.TimeRange(time(0, clock), time(20, clock))
    rest.source_range = otio.opentime.TimeRange(time(20, clock), time(28, clock))
    track.append(rest)
    del track[0]
    otio.adapters.write_to_file(timeline, str(path))
    found = bench.studio.handover.read_back(project, path)
    after = bench.studio.handover.apply(project, found)
    assert [item.id for item in after.items] == ["002", "003", "002-2"]
    part = after.items[2]
    assert isinstance(part, ShotItem) and (part.shot, part.first, part.end) == ("002", 20, None)
    assert [parked.item.id for parked in after.parked] == ["001"]
    assert bench.studio.cuts.view(project).reel.frames == 20 + 24 + 28


def test_a_cut_that_was_edited_meanwhile_is_not_overwritten(bench: Bench, project: OpenProject) -> None:
    path = exported(bench, project, "otio")
    timeline = as_otio(path)
    del timeline.video_tracks()[0][0]
    otio.adapters.write_to_file(timeline, str(path))
    found = bench.studio.handover.read_back(project, path)
    bench.studio.cuts.trim(project, "003", 3)
    with pytest.raises(Conflict, match="edited since"):
        bench.studio.handover.apply(project, found)


def test_a_list_comes_back_though_takes_are_lacking_by_now(bench: Bench, project: OpenProject) -> None:
    path = exported(bench, project, "otio")
    timeline = as_otio(path)
    del timeline.video_tracks()[0][0]
    otio.adapters.write_to_file(timeline, str(path))
    bench.studio.storyboards.edit(project, "003", {"seconds": "9"})
    assert bench.studio.cuts.view(project).lacking() == ("003",)
    found = bench.studio.handover.read_back(project, path)
    assert [(c.kind, c.item) for c in found.changes] == [("trimmed", "003"), ("removed", "001")]


def test_the_list_of_another_film_is_refused(bench: Bench, project: OpenProject) -> None:
    other = bench.project(shot(7, "1"), shot(8, "1"), profile="ltx-2", name="other")
    bench.render(other)
    path = exported(bench, other, "edl")
    with pytest.raises(BadInput, match="None of this film's clips"):
        bench.studio.handover.read_back(project, path)


@st.composite
def edits(draw: st.DrawFn, speeds: bool, frames: dict[str, int]) -> list[tuple[Any, ...]]:
    """Edits of a cut, as calls by name."""
    found: list[tuple[Any, ...]] = []
    for name in draw(st.lists(st.sampled_from(sorted(frames)), unique=True, max_size=3)):
        first = draw(st.integers(0, frames[name] - 1))
        found.append(("trim", name, first, draw(st.integers(first + 1, frames[name]))))
    for name in draw(st.lists(st.sampled_from(sorted(frames)), unique=True, max_size=2)):
        found.append(("into", name, draw(st.integers(2, 8)), draw(st.sampled_from(["dissolve", "wipe"]))))
    if speeds:
        speed = draw(st.sampled_from([Fraction(1), Fraction(2), Fraction(3, 2), Fraction(5, 4)]))
        found.append(("speed", draw(st.sampled_from(sorted(frames))), speed))
    found.append(("order", draw(st.permutations([*sorted(frames), "gap"]))))
    found.append(("gap", draw(st.integers(1, 50))))
    if draw(st.booleans()):
        found.append(("remove", draw(st.sampled_from(sorted(frames)))))
    return found


def edited(cut: Cut, steps: list[tuple[Any, ...]]) -> Cut:
    for step in steps:
        match step:
            case ("trim", name, first, end):
                cut = editing.edited(cut, name, first=first, end=end)
            case ("into", name, length, kind):
                cut = editing.edited(cut, name, into=Transition(kind=kind, frames=length))
            case ("speed", name, speed):
                cut = editing.edited(cut, name, speed=speed)
            case ("order", names):
                cut = editing.reordered(cut, list(names))
            case ("gap", length):
                cut = editing.edited(cut, "gap", frames=length)
            case ("remove", name):
                cut = editing.removed(cut, name)
    return cut


def shape(cut: Cut, frames: dict[str, int]) -> list[tuple[Any, ...]]:
    """Everything about timing in a cut."""
    return [
        (item.id, item.first, item.length(frames[item.shot]), item.speed, item.into)
        if isinstance(item, ShotItem)
        else (item.id, item.frames if isinstance(item, GapItem) else 0, item.into)
        for item in cut.items
    ]


@pytest.mark.parametrize("rate", RATES)
def test_timing_goes_out_is_edited_and_comes_back_exactly(bench: Bench, rate: str) -> None:
    project = bench.project(shot(1, "0.5"), shot(2, "2"), shot(3, "1"), profile="ltx-2", rate=rate)
    bench.render(project)
    bench.studio.cuts.add_gap(project, 5)
    bench.studio.cuts.trim(project, "002", 5)
    cuts, files = bench.studio.cuts, OtioInterchange()
    start = cuts.cut(project)
    frames = {item: found.planned.frames for item, found in cuts.view(project).stocks.items()}

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: st.DataObject) -> None:
        form: EditFormat = data.draw(st.sampled_from(["otio", "fcpxml", "fcp7", "edl"]))
        wanted = edited(start, data.draw(edits(form in ("otio", "fcpxml"), frames)))
        cuts.replace(project, "as in the editor", lambda _: wanted)
        view = cuts.view(project)
        made = listing(project, view, Place(bench.folder, "m", False), delivery("h264"))
        cuts.replace(project, "as before", lambda _: start)
        assume(not made.notes and not view.reel.notes)  # what lacks handles is shortened, and so comes back shorter
        if form in ("fcp7", "edl"):  # have nothing before the film's head; cannot tell where a cut lies in a transition
            assume(all(e.into is None or e.into.before == (e.into.frames + 1) // 2 for e in made.edits.entries))
        path = bench.folder / f"edited{ENDINGS[form]}"
        files.write(made.edits, path, form, {}, lambda done, of: None)
        found = bench.studio.handover.read_back(project, path)
        assert shape(found.cut, frames) == shape(wanted, frames)
        assert bool(found.changes) == (shape(wanted, frames) != shape(start, frames))

    check()


@pytest.mark.parametrize("form", ["otio", "fcpxml", "fcp7", "edl"])
def test_a_transition_that_was_added_changed_or_taken_away_comes_back(bench: Bench, form: str) -> None:
    project = bench.project(*(shot(number, "1") for number in (1, 2, 3, 4)), profile="ltx-2")
    bench.render(project)
    cuts = bench.studio.cuts
    for name in ("001", "002", "003", "004"):
        cuts.trim(project, name, 5, 19)
    cuts.set_transition(project, "003", Transition(kind="fade_white", frames=4))
    cuts.set_transition(project, "004", Transition(kind="wipe", frames=4))
    start = cuts.cut(project)
    wanted = editing.edited(start, "002", into=Transition(frames=5))
    wanted = editing.edited(wanted, "003", into=None)
    wanted = editing.edited(wanted, "004", into=Transition(kind="wipe", frames=6))
    cuts.replace(project, "as in the editor", lambda _: wanted)
    path = exported(bench, project, form)
    cuts.undo(project)
    found = bench.studio.handover.read_back(project, path)
    assert [(c.kind, c.item) for c in found.changes] == [("transition", name) for name in ("002", "003", "004")]
    assert found.cut.items == wanted.items


# -- whole projects ----------------------------------------------------------------------------------------------------


def packed(bench: Bench, project: OpenProject, target: Path, **how: Any) -> Path:
    run = bench.wait(bench.studio.handover.pack(project, target, **how))
    assert phases(run) == ["done"], words(run.jobs[0])
    return target


def test_a_packed_project_opens_elsewhere_and_makes_the_same_film(bench: Bench, project: OpenProject) -> None:
    bench.studio.cuts.trim(project, "002", 10, 40)
    archive = packed(bench, project, bench.folder / "film.zip")
    other = bench.studio.handover.unpack(archive, bench.folder / "elsewhere")
    assert other.files.root == bench.folder / "elsewhere" and other.board == project.board
    assert bench.studio.cuts.cut(other) == bench.studio.cuts.cut(project)
    assert {t.id: t.clip for t in other.files.takes()} == {t.id: t.clip for t in project.files.takes()}
    assert bench.studio.cuts.view(other).reel.frames == 12 + 30 + 24
    bench.film(other)
    assert len(decoded(other.files.films()[-1])) == 66
    names = {p.relative_to(other.files.root).parts[0] for p in other.files.root.rglob("*") if p.is_file()}
    assert {"project.json", "storyboard.json", "takes", "cut.json"} <= names


def test_what_is_of_this_computer_stays_behind(bench: Bench, project: OpenProject) -> None:
    bench.film(project)
    with zipfile.ZipFile(packed(bench, project, bench.folder / "film.zip")) as archive:
        names = archive.namelist()
        text = b"".join(archive.read(name) for name in names if name.endswith(".json")).decode()
    assert not [n for n in names if "/runs/" in n or "/backups/" in n or "/film/" in n or "/." in n]
    assert str(bench.folder) not in text, "no path of this computer"


def test_takes_may_stay_behind(bench: Bench, project: OpenProject) -> None:
    _other_take(bench, project)
    takes = {take.id for take in project.files.takes("002")}
    assert len(takes) == 2
    bare = bench.studio.handover.unpack(packed(bench, project, bench.folder / "a.zip", takes=False), bench.folder / "a")
    assert bare.files.takes() == [] and bare.board == project.board
    used = bench.studio.handover.unpack(
        packed(bench, project, bench.folder / "b.zip", only_used=True), bench.folder / "b"
    )
    assert len(used.files.takes("002")) == 1 and bench.studio.cuts.view(used).lacking() == ()
    assert {k.image.path for k in used.files.keyframes()} == {k.image.path for k in project.files.keyframes()}


def test_a_project_is_not_packed_into_itself(bench: Bench, project: OpenProject) -> None:
    with pytest.raises(BadInput, match="into itself"):
        bench.studio.handover.pack(project, project.files.root / "film.zip")
