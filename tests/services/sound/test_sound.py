"""The sound of a project: narration fitted to its shots, imported sounds, undo; and nothing lost on the way."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadInput, NotFound, NotReady, UnreadableMedia
from domain.sound.tracks import SoundPlan
from domain.storyboard import Entity
from services.projects import OpenProject
from services.sound import LineState, waiting
from services.sound.narrator import BETWEEN
from tests.fakes.bench import Bench, phases, running, shot, words
from tests.fakes.speech import PAUSE, WORD, spoken_seconds
from tests.infrastructure.sound import tones


@pytest.fixture
def project(bench: Bench) -> OpenProject:
    return bench.project(shot(1, "2"), shot(2, "1"), shot(3, "3"))


def say(bench: Bench, project: OpenProject, **lines: str) -> None:
    """Write lines ("s001" is shot 001) and have them spoken."""
    for name, text in lines.items():
        bench.studio.sound.set_line(project, name[1:], text=text)
    run = bench.studio.sound.narrate(project)
    if run is not None:
        run = bench.wait(run)
        assert set(phases(run)) == {"done"}, [words(job) for job in run.jobs]


def states(bench: Bench, project: OpenProject) -> dict[str, LineState]:
    return {state.shot: state for state in bench.studio.sound.view(project).lines}


def edits(folder: Path) -> dict[str, bytes]:
    return {
        p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file() and "sound" in p.relative_to(folder).parts[0]
    }


# -- narration ------------------------------------------------------------------------------------------------------


def test_a_project_without_sound_has_none_and_stores_nothing(bench: Bench, project: OpenProject) -> None:
    view = bench.studio.sound.view(project)
    assert {state.state for state in view.lines} == {"none"} and view.notes == () and view.mix.parts == ()
    assert bench.studio.sound.narrate(project) is None and edits(project.files.root) == {}


def test_narration_is_spoken_once_and_fits_its_shot(bench: Bench, project: OpenProject) -> None:
    say(bench, project, s001="One two three")
    state = states(bench, project)["001"]
    assert (state.state, state.first) == ("fits", 0)
    # the silence around it is left out, but for a twentieth of a second on both sides
    assert state.frames == pytest.approx((spoken_seconds("One two three") + 0.1) * 24, abs=1)
    assert bench.studio.sound.narrate(project) is None
    assert len(bench.speech.engines["fake"].told) == 1
    bench.wait(bench.studio.sound.narrate(project, again=True))
    assert len(bench.speech.engines["fake"].told) == 2


def test_what_was_spoken_before_is_found_again_after_undo(bench: Bench, project: OpenProject) -> None:
    sound = bench.studio.sound
    say(bench, project, s001="One two")
    sound.set_line(project, "001", text="Three four")
    assert states(bench, project)["001"].state == "unspoken"
    assert sound.undo(project) == "narrating shot 001"
    assert states(bench, project)["001"].state == "fits"
    assert sound.narrate(project) is None


def test_the_same_words_in_two_shots_are_spoken_once(bench: Bench, project: OpenProject) -> None:
    say(bench, project, s001="One", s002="One")
    assert len(bench.speech.engines["fake"].told) == 1
    assert [s.state for s in states(bench, project).values()] == ["fits", "fits", "none"]


def test_another_voice_or_engine_is_another_sound(bench: Bench, project: OpenProject) -> None:
    say(bench, project, s001="One", s003="Three")
    sound = bench.studio.sound
    sound.set_voice(project, name="high", speed=1.5)
    assert [s.state for s in states(bench, project).values()] == ["unspoken", "none", "unspoken"]
    sound.set_line(project, "003", voice={"engine": "other"})
    bench.wait(sound.narrate(project))
    assert [(t, v.name, v.speed) for t, v in bench.speech.engines["fake"].told[2:]] == [("One", "high", 1.5)]
    assert [t for t, _ in bench.speech.engines["other"].told] == ["Three"]


def test_a_line_is_moved_or_its_shot_marked_too_short(bench: Bench, project: OpenProject) -> None:
    say(bench, project, s001="One two three", s002="One two three four five")
    bench.studio.sound.set_line(project, "001", offset=30)
    found = states(bench, project)
    moved, short = found["001"], found["002"]
    assert moved.state == "moved" and moved.first + moved.frames == 48 and "earlier" in moved.says
    assert short.state == "short" and short.may_lengthen and short.frames > 24
    assert float(short.needed) == pytest.approx(5 * WORD + 4 * PAUSE + 0.1, abs=0.11)
    assert "lengthen the shot" in short.says
    notes = bench.studio.sound.view(project).notes
    assert [note.partition(":")[0] for note in notes] == ["Narration of shot 001", "Narration of shot 002"]


def test_lengthening_by_the_storyboard_makes_a_shot_long_enough(bench: Bench, project: OpenProject) -> None:
    say(bench, project, s002="One two three four five")
    said = bench.studio.sound.lengthen(project, "002")
    assert "render it again" in said
    state = states(bench, project)["002"]
    assert state.state == "fits" and project.board.shot("002").seconds == Fraction("2.5")
    assert "long enough" in bench.studio.sound.lengthen(project, "002")


def test_lengthening_by_what_a_take_has_needs_no_new_take(bench: Bench, project: OpenProject) -> None:
    bench.render(project)
    bench.studio.cuts.trim(project, "003", end=20)
    say(bench, project, s003="One two three")
    assert states(bench, project)["003"].state == "short"
    assert "its takes have them" in bench.studio.sound.lengthen(project, "003")
    assert states(bench, project)["003"].state == "fits"
    assert project.board.shot("003").seconds == 3 and bench.states(project)["003"] == ["done"]


def test_lengthening_counts_with_the_speed(bench: Bench, project: OpenProject) -> None:
    bench.studio.cuts.set_speed(project, "002", 2)
    say(bench, project, s002="One two")
    assert states(bench, project)["002"].state == "short"
    bench.studio.sound.lengthen(project, "002")
    assert states(bench, project)["002"].state == "fits"


def test_a_shot_that_is_not_in_the_film_keeps_its_words(bench: Bench, project: OpenProject) -> None:
    say(bench, project, s002="One")
    bench.studio.cuts.remove(project, "002")
    assert states(bench, project)["002"].state == "absent"
    assert not [p for p in bench.studio.sound.view(project).mix.parts if p.track == "narration"]
    bench.studio.cuts.restore(project, "002")
    assert states(bench, project)["002"].state == "fits"


# -- dialogue -------------------------------------------------------------------------------------------------------


def test_dialogue_is_spoken_by_those_whose_it_is_and_own_words_stay(bench: Bench) -> None:
    sound, told = bench.studio.sound, bench.speech.engines["fake"].told
    cast = (Entity(id="mara", name="Mara", voice="slow"), Entity(id="tom", name="Tom"))
    project = bench.project(
        shot(1, "4", dialogue="MARA: One two\nTOM (softly): Three"), shot(2, "2", dialogue="TOM: Four"),
        shot(3, "2", dialogue="MARA: Five"), shot(4, "2"),
    )  # fmt: skip
    project.change_board("cast", lambda b: b.replace(characters=cast))
    sound.set_line(project, "003", text="My own words")
    made = sound.from_dialogue(project)
    assert (made.made, made.kept) == (("001", "002"), ("003",))
    voices = sound.plan(project).cast
    assert {key: (v.engine, v.name, v.speed) for key, v in voices.items()} == {
        "mara": ("fake", "low", 0.85), "tom": ("fake", "high", 1),
    }  # fmt: skip
    say(bench, project)
    assert [(text, voice.name) for text, voice in told] == [
        ("One two", "low"), ("Three", "high"), ("Four", "high"), ("My own words", ""),
    ]  # fmt: skip
    quiet = float(BETWEEN) + 2 * 0.1  # between the two, and the margins of the first's end and the second's beginning
    expected = spoken_seconds("One two") + spoken_seconds("Three") + quiet
    assert states(bench, project)["001"].frames == pytest.approx(expected * 24, abs=1)
    assert [cue.text for cue in sound.view(project).captions] == ["– One two – Three", "Four", "My own words"]

    assert sound.from_dialogue(project).made == (), "it is as it would be made"
    project.change_board("edit", lambda b: b.with_shot(b.shot("002").replace(dialogue="MARA: Six")))
    assert waiting(project.board, sound.plan(project)) == ["002"]
    sound.set_line(project, "002", gain=-3)
    assert sound.from_dialogue(project, ["002"]).made == ("002",)
    line = sound.plan(project).line("002")
    assert line is not None and (line.text, line.gain) == ("MARA: Six", -3)
    sound.set_line(project, "002", text="MARA: Seven")
    assert sound.from_dialogue(project).kept == ("002", "003"), "the words are a person's now"
    for _ in range(4):
        sound.undo(project)
    plan = sound.plan(project)
    assert [(line.shot, line.text) for line in plan.lines] == [("003", "My own words")] and plan.cast == {}


def test_who_speaks_can_be_given_another_voice(bench: Bench) -> None:
    sound = bench.studio.sound
    project = bench.project(shot(1, "2", dialogue="GUARD: Halt"))
    sound.from_dialogue(project)
    say(bench, project)
    sound.set_speaker(project, "guard", "high")
    assert states(bench, project)["001"].state == "unspoken"
    sound.set_speaker(project, "guard", "")
    sound.set_voice(project, engine="other")
    assert sound.plan(project).cast["guard"].engine == "other"
    with pytest.raises(NotFound, match="Nobody called 'tom'"):
        sound.set_speaker(project, "tom", "low")
    sound.set_line(project, "001", speakers=False)
    say(bench, project)
    assert bench.speech.engines["other"].told[-1][0] == "GUARD: Halt", "the name is read too"


def test_a_speaker_that_cannot_is_told_before_anything_is_queued(bench: Bench, project: OpenProject) -> None:
    bench.studio.sound.set_line(project, "001", text="One")
    bench.speech.engines["fake"].why = "It is hoarse. Wait a day."
    with pytest.raises(NotReady, match="hoarse"):
        bench.studio.sound.narrate(project)
    assert bench.studio.jobs.runs(project.id) == []
    infos = {info.id: info for info in bench.studio.sound.engines()}
    assert not infos["fake"].ready and infos["fake"].voices == ()
    assert infos["other"].ready and [v.id for v in infos["other"].voices] == ["low", "high"]


@pytest.mark.parametrize(("text", "says"), [("[fail]", "told to fail"), ("[quiet]", "nothing that can be heard")])
def test_a_line_that_could_not_be_spoken_says_why(bench: Bench, project: OpenProject, text: str, says: str) -> None:
    bench.studio.sound.set_line(project, "001", text=text)
    run = bench.wait(bench.studio.sound.narrate(project))
    assert phases(run) == ["failed"] and says in words(run.jobs[0])
    assert project.files.sounds() == []


def test_speaking_stops_when_asked(bench: Bench, project: OpenProject) -> None:
    bench.studio.sound.set_line(project, "001", text="[slow]")
    run = bench.studio.sound.narrate(project)
    assert run is not None and bench.speech.engines["fake"].started.wait(10)
    bench.studio.jobs.stop([run.jobs[0].id])
    assert phases(bench.wait(run)) == ["cancelled"]


def test_subtitles_follow_the_voice(bench: Bench, project: OpenProject) -> None:
    say(bench, project, s001="One two three")
    bench.studio.sound.set_line(project, "002", text="A card that nobody speaks. " * 5)
    srt = bench.studio.sound.subtitles(project, "srt")
    assert srt.startswith("1\n00:00:00,000 --> 00:00:01,") and "2\n00:00:02,000 --> " in srt
    assert bench.studio.sound.subtitles(project, "vtt").startswith("WEBVTT\n\n00:00:00.000")
    notes = " ".join(bench.studio.sound.view(project).notes)
    assert "Not spoken yet" in notes and "too quick to be read" in notes


# -- imported sounds ------------------------------------------------------------------------------------------------


def test_music_is_copied_into_the_project_and_fitted(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    source = tones.write(tmp_path / "My Song.mp3", tones.tone(2), codec="libmp3lame")
    piece = bench.studio.sound.import_sound(project, source)
    source.unlink()
    (placed,) = bench.studio.sound.view(project).placed
    assert piece == "my-song" and placed.piece.title == "My Song.mp3" and placed.file is not None
    assert (placed.first, placed.frames) == (0, 144) and placed.file.info.peaks
    assert project.files.path(placed.file.file).parent.name == "sounds"
    assert placed.file.name == placed.file.file.sha256[:16]
    parts = bench.studio.sound.view(project).mix.parts
    assert len(parts) > 2 and parts[-1].end == 144 * 2000


def test_the_same_file_is_stored_once_and_may_be_laid_twice(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    source = tones.write(tmp_path / "bell.wav", tones.tone(0.5))
    sound = bench.studio.sound
    ids = [sound.import_sound(project, source, "effects", item, 3) for item in ("001", "003")]
    assert ids == ["bell", "bell-2"] and len(project.files.sounds()) == 1
    assert [(p.first, p.frames) for p in sound.view(project).placed] == [(3, 12), (75, 12)]
    bench.studio.storyboards.reorder(project, ["003", "001", "002"])
    assert [p.first for p in sound.view(project).placed] == [75, 3]


def test_a_sound_is_edited_removed_and_brought_back(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    sound = bench.studio.sound
    piece = sound.import_sound(project, tones.write(tmp_path / "a.wav", tones.tone(1)))
    sound.edit_piece(project, piece, gain=-3, loop=False, offset=12)
    assert [(p.first, p.frames) for p in sound.view(project).placed] == [(12, 24)]
    sound.remove_piece(project, piece)
    assert sound.view(project).placed == () and sound.history(project) == ("removing a sound", "")
    sound.undo(project)
    assert sound.view(project).placed[0].piece.gain == -3
    assert sound.redo(project) == "removing a sound" and sound.view(project).placed == ()


@pytest.mark.parametrize("name", ["words.mp3", "gone.wav"])
def test_what_is_no_sound_changes_nothing(bench: Bench, project: OpenProject, tmp_path: Path, name: str) -> None:
    (tmp_path / "words.mp3").write_text("words")
    before = edits(project.files.root)
    with pytest.raises(UnreadableMedia):
        bench.studio.sound.import_sound(project, tmp_path / name)
    assert edits(project.files.root) == before and bench.studio.sound.plan(project) == SoundPlan()


def test_bad_wishes_are_refused_in_words_and_change_nothing(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    sound = bench.studio.sound
    source = tones.write(tmp_path / "a.wav", tones.tone(1))
    piece = sound.import_sound(project, source)
    sound.set_line(project, "001", text="One")
    before = edits(project.files.root)
    wrong: list[tuple[type[Exception], Any]] = [
        (BadInput, lambda: sound.import_sound(project, source, "clips")),
        (NotFound, lambda: sound.import_sound(project, source, "effects", "nowhere")),
        (BadInput, lambda: sound.edit_piece(project, piece, gain=100)),
        (BadInput, lambda: sound.edit_piece(project, piece, volume=1)),
        (BadInput, lambda: sound.edit_piece(project, piece, id="other")),
        (NotFound, lambda: sound.edit_piece(project, "other", gain=1)),
        (NotFound, lambda: sound.remove_piece(project, "other")),
        (NotFound, lambda: sound.set_line(project, "nobody", text="x")),
        (NotFound, lambda: sound.set_line(project, "002", offset=3)),
        (BadInput, lambda: sound.set_line(project, "001", text="x" * 6000)),
        (BadInput, lambda: sound.set_line(project, "001", words="x")),
        (BadInput, lambda: sound.set_levels(project, music=99)),
        (BadInput, lambda: sound.set_levels(project, drums=0)),
        (BadInput, lambda: sound.set_ducking(project, depth="much")),
        (BadInput, lambda: sound.set_voice(project, speed=9)),
        (BadInput, lambda: sound.set_loudness(project, "loud")),
        (BadInput, lambda: sound.set_subtitles(project, "big")),
        (NotFound, lambda: sound.narrate(project, ["nobody"])),
        (NotFound, lambda: sound.lengthen(project, "nobody")),
    ]  # fmt: skip
    for error, wish in wrong:
        with pytest.raises(error):
            wish()
    assert edits(project.files.root) == before


def test_levels_and_ducking_reach_the_mix(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    sound = bench.studio.sound
    sound.import_sound(project, tones.write(tmp_path / "a.wav", tones.tone(1)))
    sound.set_levels(project, music=-20)
    sound.set_ducking(project, depth=6)
    sound.set_loudness(project, "broadcast")
    mix = sound.view(project).mix
    assert {p.gain for p in mix.parts} == {-20} and mix.ducking.depth == 6 and mix.loudness == "broadcast"
    sound.set_levels(project, mute_music=True)
    assert sound.view(project).mix.parts == ()


def test_an_empty_text_removes_the_line(bench: Bench, project: OpenProject) -> None:
    bench.studio.sound.set_line(project, "001", text="One")
    bench.studio.sound.set_line(project, "001", text="  ")
    assert bench.studio.sound.plan(project).lines == ()


def test_a_sound_that_was_taken_away_is_told_and_the_rest_is_heard(bench: Bench, tmp_path: Path) -> None:
    project = bench.project(shot(1, "2"))
    for name, hertz in (("a.wav", 440), ("b.wav", 300)):
        bench.studio.sound.import_sound(project, tones.write(tmp_path / name, tones.tone(1, hertz)))
    gone = next(s for s in project.files.sounds() if s.title == "a.wav")
    for path in project.files.root.joinpath("sounds").glob(f"{gone.name}.*"):
        path.unlink()
    bench.studio.projects.close()
    with running(tmp_path, owner="two") as other:  # another process looks at the folder anew
        view = other.studio.sound.view(other.studio.projects.open(project.files.root))
    assert [p.file is None for p in view.placed] == [True, False]
    assert view.notes == ("The sound a.wav is no longer in the project; it is not heard.",)
    assert {p.file.path for p in view.mix.parts} == {view.placed[1].piece.sound.path}
