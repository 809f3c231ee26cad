"""Narration, music and subtitles on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.addons.terminal.support import Call
from tests.infrastructure.sound import speaker, tones


@pytest.fixture
def espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that stands in for eSpeak NG."""
    path = tmp_path / "espeak"
    path.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{speaker.__file__}' --log '{tmp_path / 'log'}' \"$@\"\n")
    path.chmod(0o755)
    monkeypatch.setenv("KINOLOOM_SPEECH__ESPEAK", str(path))


@pytest.mark.skipif(sys.platform == "win32", reason="a script is made a program by its first line")
def test_narrate_speaks_and_tells_what_fits(call: Call, made: Path, espeak: None) -> None:
    folder = made / "film.kinoloom"
    board = json.loads((folder / "storyboard.json").read_text("utf-8"))
    first = board["shots"][0]["id"]
    board["shots"][1]["dialogue"] = "MARA: Three four"
    (folder / "storyboard.json").write_text(json.dumps(board), "utf-8")
    said = call("narrate", folder, "--text", f"{first}=One two", "--dialogue", "--json")
    assert said.code == 0, said.err
    line, spoken = json.loads(said.out)["narration"]
    assert (spoken["shot"], spoken["text"]) == (board["shots"][1]["id"], "MARA: Three four")
    assert (line["shot"], line["text"]) == (first, "One two") and line["state"] in ("fits", "moved", "short")
    assert 4 < line["frames"] < 12
    said = call("narrate", folder, "--text", f"{first}={'word ' * 80}", "--lengthen")
    assert said.code == 0 and "render it again" in said.out
    assert call("narrate", folder, "--text", "no shot").code == 2


def test_sound_adds_music_and_the_film_tells_its_loudness(call: Call, made: Path, tmp_path: Path) -> None:
    folder = made / "film.kinoloom"
    music = tones.write(tmp_path / "music.wav", tones.noise(3, 0.1))
    first = json.loads(call("plan", folder, "--json").out)["shots"][0]["id"]
    said = call("sound", folder, "--music", music, "--effect", f"{first}={music}", "--loudness", "broadcast")
    assert said.code == 0 and "music.wav" in said.out, said.err
    document = json.loads(call("sound", folder, "--json").out)
    assert [s["track"] for s in document["sounds"]] == ["music", "effects"] and document["loudness"] == "broadcast"
    said = call("film", folder, "-o", tmp_path / "new.mp4", "--loudness", "web", "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["sound"]["target"] == -14
    for wrong in (["--loudness", "loud"], ["--subtitles", "big"]):
        assert call("film", folder, *wrong).code == 2
        assert call("sound", folder, *wrong).code == 2
    assert call("sound", folder, "--effect", "nobody=x.wav").code != 0
    assert call("sound", folder, "--music", tmp_path / "gone.wav").code == 2


def test_sound_without_any_says_so(call: Call, made: Path) -> None:
    assert "no sound was added" in call("sound", made / "film.kinoloom").out


def test_make_takes_loudness_and_subtitles_as_film_does(call: Call, made: Path) -> None:
    folder, board = made / "film.kinoloom", made / "board.json"
    first = json.loads(call("plan", folder, "--json").out)["shots"][0]["id"]
    assert call("sound", folder, "--music", tones.write(made / "music.wav", tones.noise(3, 0.1))).code == 0
    call("narrate", folder, "--text", f"{first}=One two")
    wishes = ("--loudness", "broadcast", "--subtitles", "files", "--json")
    said = call("make", board, "-o", made / "loud.mp4", "--project", folder, *wishes)
    assert said.code == 0, said.err
    assert said.json["sound"]["target"] == -23 and "One two" in (made / "loud.srt").read_text("utf-8")
    before = sorted(made.iterdir())
    for wrong in (["--loudness", "loud"], ["--subtitles", "big"]):
        assert call("make", board, "-o", made / "new.mp4", *wrong).code == 2
    assert sorted(made.iterdir()) == before
