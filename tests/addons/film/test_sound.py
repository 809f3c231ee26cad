"""The Sound and Export panels of the Film tab without a browser."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import pytest

from addons import film
from addons.film.sound import bars
from domain.errors import BadInput, NotFound, UnreadableMedia
from services.projects import OpenProject
from tests.addons.support import Window as Base
from tests.fakes.bench import Bench, shot


class Window(Base):
    """A window on the Film tab with one panel open."""

    def __init__(self, bench: Bench, project: OpenProject, side: str) -> None:
        super().__init__(bench, project, film.parts)
        self.act("film.sides", "side", side)

    def edit(self, field: str, value: Any, item: str = "", part: str = "film.sound") -> None:
        self.act(part, "edit", item, field=field, value=value)


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    """A second of a loud square wave, then a second of silence."""
    path = tmp_path / "tune.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(
            b"".join((20000 if n % 40 < 20 else -20000).to_bytes(2, "little", signed=True) for n in range(8000))
        )
        file.writeframes(bytes(16000))
    return path


def test_music_is_dropped_shown_moved_and_taken_out(bench: Bench, tune: Path) -> None:
    window = Window(bench, bench.project(shot(1, "2"), shot(2, "2")), "sound")
    reply = window.give("film.lanes", "import", tune, track="effects")
    assert reply.said == "tune.wav is in the film." and not tune.exists()
    (lane,) = window.shows("film.lanes").items
    assert (lane["track"], lane["f"], lane["n"]) == ("effects", 0, 48)
    assert lane["w"][0] > "A" and lane["w"][-1] == "A"
    window.act("film.lanes", "slide", piece="tune", by=24)
    assert window.items("film.lanes")["piece tune"]["f"] == 24
    for field, value in (("gain", "-6"), ("start", "0.5"), ("seconds", "1"), ("loop", True), ("item", "002"),
                         ("track", "music"), ("title", "The tune"), ("fade_out", "0,25")):  # fmt: skip
        window.edit(f"piece.tune.{field}", value)
    (piece,) = window.head("film.sound")["pieces"]
    assert (piece["gain"], piece["start"], piece["seconds"], piece["loop"]) == (-6, 0.5, "1", True)
    assert (piece["item"], piece["track"], piece["title"], piece["fade_out"]) == ("002", "music", "The tune", 0.25)
    window.act("film.sound", "drop-piece", piece="tune")
    assert window.head("film.sound")["pieces"] == [] and window.shows("film.lanes").items == []


def test_a_file_that_is_no_sound_is_refused(bench: Bench, tmp_path: Path) -> None:
    window = Window(bench, bench.project(shot(1)), "sound")
    text = tmp_path / "words.mp3"
    text.write_text("no sound at all")
    with pytest.raises(UnreadableMedia):
        window.give("film.sound", "import", text, track="music")
    assert window.head("film.sound")["pieces"] == []


def test_narration_is_written_shot_by_shot(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1), shot(2)), "sound")
    assert [line["text"] for line in window.items("film.sound").values()] == ["", ""]
    window.edit("text", "A house stands here.", "002")
    window.edit("offset", "3", "002")
    window.edit("muted", True, "002")
    line = window.items("film.sound")["002"]
    assert (line["text"], line["offset"], line["muted"], line["state"]) == (
        "A house stands here.",
        3,
        True,
        "not spoken",
    )
    (lane,) = window.shows("film.lanes").items
    assert (lane["id"], lane["f"], lane["n"], lane["s"]) == ("line 002", 15, 9, "unspoken")
    window.edit("text", "", "002")
    assert window.shows("film.lanes").items == []


def test_dialogue_becomes_narration_with_a_voice_for_each(bench: Bench) -> None:
    project = bench.project(
        shot(1, dialogue="MARA: It comes."), shot(2, dialogue="TOM: Far off."), shot(3, dialogue="MARA: Run!"), shot(4)
    )
    window = Window(bench, project, "sound")
    assert window.head("film.sound")["dialogue"] == 3 and window.head("film.sound")["cast"] == []
    assert [bool(line.get("dialogue")) for line in window.items("film.sound").values()] == [True, True, True, False]
    window.act("film.sound", "dialogue", "001")
    window.edit("text", "The sea is calm.", "003")
    reply = window.act("film.sound", "dialogue")
    assert reply is not None and reply.said == "What was written by hand stays: 003."
    lines = window.items("film.sound")
    assert [line["text"] for line in lines.values()] == ["MARA: It comes.", "TOM: Far off.", "The sea is calm.", ""]
    assert window.head("film.sound")["cast"] == [["mara", "Mara", "low"], ["tom", "Tom", "high"]]
    assert window.head("film.sound")["dialogue"] == 0 and window.head("film.sound")["unspoken"] == 3
    window.edit("cast.tom", "low")
    window.edit("speakers", False, "001")
    assert window.head("film.sound")["cast"] == [["tom", "Tom", "low"]]
    assert lines["001"]["speakers"] and not window.items("film.sound")["001"]["speakers"]


def test_levels_ducking_loudness_and_subtitles_reach_the_plan(bench: Bench) -> None:
    project = bench.project(shot(1))
    window = Window(bench, project, "sound")
    for field, value in (("levels.music", "-20"), ("levels.mute_effects", True), ("ducking.on", False),
                         ("ducking.depth", "6"), ("loudness", "broadcast"), ("subtitles", "burn"),
                         ("voice.speed", "1.2")):  # fmt: skip
        window.edit(field, value)
    plan = bench.studio.sound.plan(project)
    assert (plan.levels.music, plan.levels.mute_effects, plan.ducking.on, plan.ducking.depth) == (-20, True, False, 6)
    assert (plan.loudness, plan.subtitles, plan.voice.speed) == ("broadcast", "burn", 1.2)
    for field, value in (("levels.music", "loud"), ("levels.none", "1"), ("loudness", "11"), ("piece.x.gain", "1"),
                         ("piece.x.sound", "/etc/passwd")):  # fmt: skip
        with pytest.raises((BadInput, NotFound)):
            window.edit(field, value)
    assert bench.studio.sound.plan(project) == plan


@pytest.mark.parametrize(("peaks", "text"), [((), ""), ((0, 255), "AZ"), ((0, 128, 255), "AMZ")])
def test_a_waveform_in_letters(peaks: tuple[int, ...], text: str) -> None:
    assert bars(peaks) == text


def test_long_waveforms_keep_their_loudest() -> None:
    assert bars((0,) * 1999 + (255,))[-1] == "Z" and len(bars((9,) * 2000)) == 160


def test_the_film_is_written_for_a_purpose(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    window = Window(bench, project, "out")
    assert window.head("film.export")["ready"] is False
    bench.render(project)
    window.edit("delivery", "gif", part="film.export")
    head = window.head("film.export")
    assert head["ready"] is True and head["delivery"] == "gif" and head["limited"] is False
    window.act("film.export", "deliver")
    window.finish()
    (made,) = window.head("film.export")["films"]
    assert Path(made["path"]).is_file() and made["name"].endswith(".gif") and made["url"] == ""
    with pytest.raises(BadInput):
        window.edit("delivery", "../x", part="film.export")
    with pytest.raises(BadInput):
        window.edit("limit", "small", part="film.export")


def test_an_edit_list_goes_out_and_comes_back(bench: Bench) -> None:
    project = bench.project(shot(1, "1"), shot(2, "1"), shot(3, "1"))
    bench.render(project)
    window = Window(bench, project, "out")
    window.act("film.export", "export")
    window.finish()
    (file,) = window.head("film.export")["files"]
    kept = Path(file["path"])
    assert kept.is_file() and kept.suffix == ".otio"
    copy = bench.folder / "edited.otio"
    copy.write_bytes(kept.read_bytes())
    before = bench.studio.cuts.cut(project)
    bench.studio.cuts.move(project, "003", 0)
    bench.studio.cuts.trim(project, "001", end=12)
    window.give("film.export", "read", copy)
    found = window.head("film.export")["read"]
    assert found["name"] == "edited.otio" and found["count"] == len(found["changes"]) > 0
    assert window.refreshed().head("film.export")["read"] == found
    assert bench.studio.cuts.cut(project) != before, "nothing is changed before the yes"
    window.act("film.export", "apply")
    assert [i.id for i in bench.studio.cuts.cut(project).items] == ["001", "002", "003"]
    assert bench.studio.cuts.view(project).reel.frames == 72 and "read" not in window.head("film.export")
    bench.studio.cuts.undo(project)
    assert bench.studio.cuts.view(project).reel.frames == 60
    with pytest.raises(NotFound):
        window.act("film.export", "apply")


def test_what_an_edit_list_leaves_here_is_told_before_it_is_written(bench: Bench) -> None:
    project = bench.project(shot(1, "1"), shot(2, "1", prompt="a bell [sound]"))
    bench.render(project)
    window = Window(bench, project, "out")
    assert window.head("film.export")["left"] == []
    bench.studio.cuts.set_speed(project, "002", "2")
    (note,) = window.head("film.export")["left"]
    assert note.startswith("The sound of shot 002 at 00:00:01:00 stays here: it runs at 2 times its speed")


def test_a_contact_sheet_without_any_film(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1), shot(2)), "out")
    window.act("film.export", "sheet", ".png")
    window.finish()
    [file] = window.head("film.export")["files"]
    assert Path(file["path"]).name == file["name"] and Path(file["path"]).is_file()
