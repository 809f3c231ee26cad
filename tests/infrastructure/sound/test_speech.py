"""Speech engines: programs run without a shell and ended on request, a service asked by its protocol."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BackendFailed, BackendUnavailable, BadInput, Cancelled, NotFound
from domain.sound.tracks import Voice
from infrastructure.sound import SoundTools, SpeechOptions, SpeechPrograms
from infrastructure.sound.endpoint import Endpoint
from infrastructure.sound.espeak import Espeak
from infrastructure.sound.piper import Piper
from services.ports import Speech
from tests.fakes.speech_server import SpeechServer
from tests.infrastructure.sound import speaker

posix = pytest.mark.skipif(sys.platform == "win32", reason="a script is made a program by its first line")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that speaks."""
    path = tmp_path / "speak er"
    path.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{speaker.__file__}' '--log' '{tmp_path / 'log'}' \"$@\"\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    """A voice file for Piper, with its description, and another beside it that lacks one."""
    for name in ("de_DE-a.onnx", "de_DE-a.onnx.json", "en_GB-b.onnx", "en_GB-b.onnx.json", "bare.onnx"):
        (tmp_path / name).write_text("{}")
    return tmp_path / "de_DE-a.onnx"


def spoken(engine: Speech, folder: Path, text: str = "Hello, it's me; $(touch x) `y` -w", **how: Any) -> Path:
    return engine.speak(text, Voice.model_validate({"engine": engine.id} | how), folder, lambda: False)


def log(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "log").read_text())
    return found


@posix
def test_espeak_is_told_its_words_as_they_are(program: Path, tmp_path: Path) -> None:
    engine = Espeak(str(program), "de")
    assert engine.ready() == ""
    sound = spoken(engine, tmp_path, speed=2)
    asked = log(tmp_path)
    assert asked["words"] == "Hello, it's me; $(touch x) `y` -w"
    assert asked["options"] == ["-v", "de", "-s", "330", "-b", "1", "--stdin", "-w", str(sound)]
    assert float(SoundTools().probe(sound).seconds) == pytest.approx(0.7, abs=0.01)
    assert [(v.id, v.title, v.kind) for v in engine.voices()] == [
        ("en-gb", "English (Great Britain)", ""), ("de", "German", ""), ("de+f2", "German, female 2", "female"),
        ("de+m1", "German, male 1", "male"), ("en+f2", "English, female 2", "female"),
        ("en+m1", "English, male 1", "male"), ("fr+f2", "French, female 2", "female"),
        ("fr+m1", "French, male 1", "male"), ("es+f2", "Spanish, female 2", "female"),
        ("es+m1", "Spanish, male 1", "male"),
    ]  # fmt: skip
    with pytest.raises(BadInput, match="no voice"):
        spoken(engine, tmp_path, name="--path=/etc")


@posix
def test_piper_gets_one_line_and_the_users_voice(program: Path, voice: Path, tmp_path: Path) -> None:
    engine = Piper(str(program), str(voice))
    assert engine.ready() == ""
    sound = spoken(engine, tmp_path, "One.\nTwo\n\nthree.", speed=0.5)
    assert log(tmp_path) == {
        "words": "One. Two three.\n",
        "options": ["--model", str(voice), "--output_file", str(sound), "--length_scale", "2.000"],
    }
    spoken(engine, tmp_path, name="en_GB-b")
    assert log(tmp_path)["options"][1] == str(voice.with_name("en_GB-b.onnx"))
    assert [v.id for v in engine.voices()] == ["de_DE-a", "en_GB-b"]
    assert engine.maker(Voice()) != engine.maker(Voice(name="en_GB-b"))
    for name in ("bare", "../voice", "nobody"):
        with pytest.raises(BackendUnavailable, match=r"\.onnx"):
            spoken(engine, tmp_path, name=name)


@posix
def test_a_program_that_fails_is_quoted(program: Path, tmp_path: Path) -> None:
    with pytest.raises(BackendFailed, match="lost its voice") as caught:
        spoken(Espeak(str(program)), tmp_path, "please fail")
    assert not caught.value.retry


@posix
def test_a_program_is_ended_when_the_job_is_stopped(program: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Cancelled):
        Espeak(str(program)).speak("wait", Voice(), tmp_path, lambda: (tmp_path / "log").exists())
    assert time.monotonic() - began < 10


def test_what_is_missing_is_said_with_what_to_do(tmp_path: Path, voice: Path) -> None:
    for engine, words in (
        (Espeak(str(tmp_path / "none")), "no program"), (Piper(str(tmp_path / "none")), "no program"),
        (Piper(sys.executable), "no voice yet"), (Piper(sys.executable, str(tmp_path / "gone.onnx")), "not there"),
        (Piper(sys.executable, str(voice.with_name("bare.onnx"))), "lacks its description"),
        (Endpoint(), "No speech service"),
    ):  # fmt: skip
        assert words in engine.ready()
        with pytest.raises(BackendUnavailable, match=words) as caught:
            spoken(engine, tmp_path)
        assert not caught.value.retry


def test_engines_are_known_by_name_and_one_is_set_up() -> None:
    programs = SpeechPrograms(lambda: SpeechOptions(engine="endpoint", url="http://host", voice="nova"))
    assert programs.default() == "endpoint" and programs.get("").id == "endpoint"
    assert [programs.get(name).id for name in programs.ids()] == ["espeak", "piper", "endpoint"]
    assert "nova" in programs.get("").maker(Voice()) and "nova" not in programs.get("espeak").maker(Voice())
    with pytest.raises(NotFound, match="espeak, piper, endpoint"):
        programs.get("siri")
    assert "secret" not in repr(SpeechOptions(key="secret"))


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/audio/speech"])
def test_a_service_is_asked_by_its_protocol(tmp_path: Path, suffix: str) -> None:
    with SpeechServer(key="k1") as server:
        engine = Endpoint(server.url + suffix, "k1", "tts-9", "nova")
        sound = spoken(engine, tmp_path, "Hello", speed=1.5)
    ((path, headers, body),) = server.told
    assert path == "/v1/audio/speech" and headers["Authorization"] == "Bearer k1"
    assert body == {"model": "tts-9", "voice": "nova", "input": "Hello", "response_format": "wav", "speed": 1.5}
    assert float(SoundTools().probe(sound).seconds) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("status", "words", "retry"),
    [(401, "refused the key", False), (429, "busy", True), (500, "busy", True), (400, "Not like that", False),
     (302, "refused the words", False)],
)  # fmt: skip
def test_what_a_service_answers_is_said(tmp_path: Path, status: int, words: str, retry: bool) -> None:
    with SpeechServer(status) as server, pytest.raises(BackendFailed, match=words) as caught:
        spoken(Endpoint(server.url, "geheim"), tmp_path)
    assert caught.value.retry is retry and "geheim" not in str(caught.value)
    assert len(server.told) == 1, "a redirection is not followed: it would carry the key elsewhere"


def test_a_service_that_is_not_there_is_tried_again_later(tmp_path: Path) -> None:
    with SpeechServer() as server:
        url = server.url
    with pytest.raises(BackendUnavailable, match="cannot be reached") as caught:
        spoken(Endpoint(url), tmp_path)
    assert caught.value.retry and caught.value.fault == "network"


@pytest.mark.parametrize("url", ["ftp://host", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="no address"):
        Endpoint(url)


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="eSpeak NG is not installed")
def test_espeak_itself_speaks(tmp_path: Path) -> None:
    engine = Espeak()
    text = "The apple tree stands in the garden, old and crooked."
    lengths = []
    for speed in (1, 2):
        info = SoundTools().probe(spoken(engine, tmp_path, text, speed=speed))
        lengths.append(float(info.end - info.first))
        assert max(info.peaks) > 40
    assert 2 < lengths[0] < 6 and lengths[0] > 1.4 * lengths[1]
    assert {"de", "fr-fr"} <= {voice.id for voice in engine.voices()}
