"""Sound and subtitles in a finished film, measured in the file."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy
import pytest

from domain.errors import BadInput
from domain.film import FilmReport
from domain.sound.mixing import SAMPLE_RATE
from services.projects import OpenProject
from tests.contracts.video_backend import decoded
from tests.fakes.backend import CLICK
from tests.fakes.bench import Bench, phases, running, shot, words
from tests.infrastructure.sound import tones


def film(bench: Bench, project: OpenProject, **how: Any) -> tuple[Path, FilmReport]:
    run = bench.film(project, **how)
    assert phases(run) == ["done"], words(run.jobs[0])
    report = bench.studio.film.newest(project)
    assert report is not None
    return project.files.films()[-1], report


def narrated(bench: Bench, project: OpenProject, **lines: str) -> None:
    for name, text in lines.items():
        bench.studio.sound.set_line(project, name[1:], text=text)
    bench.wait(bench.studio.sound.narrate(project))


def lengths(path: Path) -> tuple[Fraction, Fraction]:
    """How long picture and sound are, decoded, in seconds."""
    with av.open(str(path)) as container:
        rate = container.streams.video[0].average_rate
        assert rate is not None
        frames = sum(1 for _ in container.decode(video=0))
    with av.open(str(path)) as container:
        ends = [
            frame.pts * Fraction(frame.time_base) + Fraction(frame.samples, frame.sample_rate)
            for frame in container.decode(audio=0)
            if frame.pts is not None and frame.time_base is not None
        ]
    return frames / Fraction(rate), max(ends)


def texts(path: Path) -> list[tuple[int, int, str]]:
    """The subtitles of a file: from and to in milliseconds, and the words."""
    with av.open(str(path)) as container:
        (stream,) = container.streams.subtitles
        found = []
        for packet in container.demux(stream):
            data = bytes(packet)
            if len(data) > 2 and packet.pts is not None and packet.time_base is not None:
                first = round(packet.pts * packet.time_base * 1000)
                last = first + round((packet.duration or 0) * packet.time_base * 1000)
                found.append((first, last, data[2 : 2 + int.from_bytes(data[:2], "big")].decode()))
        return found


@pytest.mark.parametrize("rate", ["24", "24000/1001", "25", "30"])
def test_picture_and_sound_end_within_a_frame_of_each_other(bench: Bench, rate: str) -> None:
    project = bench.project(shot(1, "2.1", prompt="a [sound]"), shot(2, "0.5", prompt="b"), rate=rate)
    bench.render(project)
    path, report = film(bench, project)
    picture, sound = lengths(path)
    assert picture == report.frames / report.rate
    assert abs(picture - sound) < 1 / report.rate


def test_the_click_of_every_clip_is_on_its_frame(bench: Bench) -> None:
    project = bench.project(*(shot(n, "1", prompt=f"{n} [sound]") for n in (1, 2, 3)))
    bench.render(project)
    bench.studio.cuts.trim(project, "002", first=3)
    bench.studio.cuts.add_gap(project, 10, after="001")
    path, report = film(bench, project, loudness="off")
    sound = tones.decoded(path)
    for item in report.shots:
        frame = item.first + CLICK - (3 if item.shot == "002" else 0)
        at = frame * SAMPLE_RATE // 24
        near = abs(sound[at - 4800 : at + 4800, 0])
        assert abs(int(near.argmax()) - 4800) <= SAMPLE_RATE // 1000, item.shot
        assert near.max() > 0.3


def test_a_film_is_as_loud_as_was_asked_for(bench: Bench, tmp_path: Path) -> None:
    project = bench.project(shot(1, "3"), shot(2, "3"))
    bench.render(project)
    bench.studio.sound.import_sound(project, tones.write(tmp_path / "music.wav", tones.noise(5, 0.05)))
    narrated(bench, project, s001="One two three four")
    for wish, wanted in ((None, -14), ("broadcast", -23)):
        path, report = film(bench, project, loudness=wish)
        loudness, peak = tones.loudness(path)
        assert loudness == pytest.approx(wanted, abs=0.5) and peak <= -1
        assert report.sound is not None and report.sound.target == wanted
        assert report.sound.measured.loudness == pytest.approx(loudness, abs=0.3)


def test_a_silent_film_has_a_silent_track_and_no_loudness(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project)
    path, report = film(bench, project)
    assert not tones.decoded(path).any()
    assert report.sound is not None and report.sound.measured.loudness is None and report.subtitles == "none"


def test_a_film_of_half_a_second_has_sound(bench: Bench) -> None:
    project = bench.project(shot(1, "0.5", prompt="a [sound]"))
    bench.render(project)
    path, _ = film(bench, project)
    assert abs(tones.loudest(tones.decoded(path)) - CLICK * SAMPLE_RATE // 24) <= SAMPLE_RATE // 1000


def test_a_change_of_the_sound_is_told_and_one_of_the_picture_is_not(bench: Bench, tmp_path: Path) -> None:
    project = bench.project(shot(1, "2"))
    bench.render(project)
    _, report = film(bench, project)
    otherwise = bench.studio.film.sounds_otherwise
    assert not otherwise(project, report)
    bench.studio.cuts.edit(project, "001", note="mind the sky")
    assert not otherwise(project, report)
    bench.studio.sound.import_sound(project, tones.write(tmp_path / "music.wav", tones.tone(3)))
    assert otherwise(project, report) and bench.studio.film.outdated(project, report) == []


def test_narration_is_never_cut_off_by_the_films_end(bench: Bench) -> None:
    project = bench.project(shot(1, "1"))
    bench.render(project)
    narrated(bench, project, s001="One two three four five")
    run = bench.film(project)
    assert phases(run) == ["failed"] and "before the narration of shot 001 does" in words(run.jobs[0])
    bench.studio.cuts.add_gap(project, 48)
    _, report = film(bench, project)
    assert report.sound is not None and "runs on over what follows" in report.sound.notes[0]
    bench.studio.sound.set_line(project, "001", muted=True)
    bench.studio.cuts.undo(project)
    film(bench, project)


# -- subtitles ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, OpenProject]]:
    """A film with two lines, for tests that say each time how its subtitles are wanted."""
    with running(tmp_path_factory.mktemp("spoken")) as bench:
        project = bench.project(shot(1, "2"), shot(2, "2"))
        bench.render(project)
        narrated(bench, project, s001="One two", s002="Schöne Grüße")
        yield bench, project


def test_subtitles_become_a_track_with_exact_times(spoken: tuple[Bench, OpenProject]) -> None:
    bench, project = spoken
    path, report = film(bench, project, subtitles="track")
    cues = bench.studio.sound.view(project).captions
    assert texts(path) == [
        (round(cue.first * 1000 / 24), round(cue.end * 1000 / 24), cue.text) for cue in cues
    ]  # fmt: skip
    assert [cue.text for cue in cues] == ["One two", "Schöne Grüße"] and cues[1].first == 48
    assert report.subtitles == "track" and len(decoded(path)) == report.frames == 96
    with av.open(str(path)) as container:
        assert [s.type for s in container.streams] == ["video", "audio", "subtitle"]


def test_subtitles_are_burned_into_the_frames_that_have_them(spoken: tuple[Bench, OpenProject]) -> None:
    bench, project = spoken
    plain, _ = film(bench, project, subtitles="none")
    path, report = film(bench, project, subtitles="burn")
    assert report.subtitles == "burn"
    cues = bench.studio.sound.view(project).captions
    written = {frame for cue in cues for frame in range(cue.first, cue.end)}
    for number, (one, two) in enumerate(zip(decoded(plain), decoded(path), strict=True)):
        difference = numpy.abs(one.astype(int) - two.astype(int))
        assert (difference[: len(one) // 2].max() < 20) and (difference.max() > 60) == (number in written), number


def test_subtitles_become_files_beside_the_film(spoken: tuple[Bench, OpenProject], tmp_path: Path) -> None:
    bench, project = spoken
    target = tmp_path / "out.mp4"
    bench.studio.sound.set_subtitles(project, "files")
    run = bench.film(project, target=target)
    assert phases(run) == ["done"]
    assert target.with_suffix(".srt").read_text("utf-8") == bench.studio.sound.subtitles(project, "srt")
    assert target.with_suffix(".vtt").read_text("utf-8").startswith("WEBVTT")
    with av.open(str(target.with_suffix(".srt"))) as container:  # an independent reader
        assert len([p for p in container.demux() if p.size]) == 2


def test_what_cannot_be_asked_for_is_refused_before_any_work(spoken: tuple[Bench, OpenProject]) -> None:
    bench, project = spoken
    before = len(bench.studio.jobs.runs(project.id))
    with pytest.raises(BadInput, match="web, broadcast, off"):
        bench.studio.film.make(project, loudness="loud")
    with pytest.raises(BadInput, match="none, track, burn, files"):
        bench.studio.film.make(project, subtitles="big")
    assert len(bench.studio.jobs.runs(project.id)) == before
