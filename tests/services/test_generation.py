"""Making keyframes and takes: what is sent, what is kept, what hands over to what, and what a crash leaves."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from pathlib import Path

import pytest

from domain.backend import Problem
from domain.errors import BadInput, NotFound, NotReady, StudioError, UnreadableMedia
from domain.job import Failed, Job, Run, Stopped
from domain.request import GenerationRequest
from infrastructure.animatic.backend import AnimaticBackend
from services.projects import OpenProject
from tests.fakes.backend import FakeBackend, fake_spec, plain, read_png, write_png
from tests.fakes.bench import Bench, phases, running, shot, words


def chain(bench: Bench, seconds: str = "12") -> OpenProject:
    return bench.project(shot(1, seconds), profile="wan2.2-14b")


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# -- what is made ----------------------------------------------------------------------------------------------


def test_a_take_is_kept_with_all_that_made_it(bench: Bench) -> None:
    project = bench.project(shot(1, video={"seed": 9}))
    run = bench.render(project)
    take = project.files.takes("001")[0]
    assert take.info.frames == 12 and (take.info.width, take.info.height) == (96, 64)
    assert take.request.seed == 9 and take.request.frames == 12 and take.request.prompt == "a house, 1"
    assert take.fingerprint == take.request.fingerprint
    assert hash_of(project.files.path(take.clip)) == take.clip.sha256
    assert hash_of(project.files.path(take.last)) == take.last.sha256
    assert take.backend_info["made by"] == "the fake" and take.backend_info["job"] == run.jobs[1].id
    assert [j.phase.result for j in run.jobs if j.phase.kind == "done"] == [
        project.files.keyframes("001")[0].name, take.id
    ]  # fmt: skip


def test_no_work_in_progress_is_left_behind(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2, prompt="[fail]"))
    bench.wait(bench.studio.generation.render(project))
    assert list((project.files.root / ".kinoloom" / "work").iterdir()) == []


def test_variants_differ_and_the_first_stands(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.wait(bench.studio.generation.draw_keyframes(project, variants=3))
    pictures = project.files.keyframes("001")
    assert len({k.image.sha256 for k in pictures}) == 3
    assert len({k.fingerprint for k in pictures}) == 1
    state = bench.studio.generation.state(project, "001")
    assert state.keyframe("start") == pictures[0].image


def test_variants_queued_one_after_another_have_seeds_of_their_own(bench: Bench) -> None:
    project = bench.project(shot(1, image={"seed": 100}))
    runs = [bench.studio.generation.draw_keyframes(project, ["001"], 2) for _ in range(2)]
    for run in runs:
        bench.wait(run)
    assert sorted(r.seed for r in bench.backend.requests("image")) == [100, 101, 102, 103]


def test_keyframes_without_choosing_shots_are_for_those_that_lack_one(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    bench.wait(bench.studio.generation.draw_keyframes(project, ["001"]))
    run = bench.wait(bench.studio.generation.draw_keyframes(project))
    assert [j.shot for j in run.jobs] == ["002"]
    assert bench.studio.generation.draw_keyframes(project) is None


@pytest.mark.parametrize("count", [0, -1, 13])
def test_a_senseless_number_of_variants_is_refused(bench: Bench, count: int) -> None:
    with pytest.raises(BadInput):
        bench.studio.generation.draw_keyframes(bench.project(shot(1)), variants=count)


@pytest.mark.parametrize("slot", ["../up", "middle", "mid-0", "mid-x", "start\n", "END"])
def test_only_slots_that_there_are(bench: Bench, slot: str) -> None:
    project = bench.project(shot(1))
    picture = bench.folder / "mine.png"
    write_png(picture, plain(96, 64, 1))
    with pytest.raises(BadInput):
        bench.studio.generation.import_keyframe(project, "001", picture, slot)
    with pytest.raises(BadInput):
        bench.studio.generation.draw_keyframes(project, ["001"], slot=slot)


def test_an_own_picture_is_taken_in_and_picked_and_the_source_left_alone(bench: Bench) -> None:
    project = bench.project(shot(1))
    picture = bench.folder / "mine.png"
    write_png(picture, plain(50, 40, 1))
    before = picture.read_bytes()
    keyframe = bench.studio.generation.import_keyframe(project, "001", picture)
    assert picture.read_bytes() == before
    assert (keyframe.width, keyframe.height) == (50, 40) and keyframe.request is None
    assert project.selection.of("001").keyframes["start"] == keyframe.image
    bench.render(project)
    assert bench.backend.requests("image") == []
    assert bench.backend.received[0][1] == {"start": keyframe.image.sha256}


@pytest.mark.parametrize("name", ["text.png", "text.mp4", "empty.png"])
def test_what_is_no_picture_is_refused_and_changes_nothing(bench: Bench, name: str) -> None:
    project = bench.project(shot(1))
    wrong = bench.folder / name
    wrong.write_text("" if "empty" in name else "hello")
    with pytest.raises(UnreadableMedia):
        bench.studio.generation.import_keyframe(project, "001", wrong)
    assert project.files.keyframes() == [] and project.selection.shots == {}


def test_an_own_picture_for_a_shot_that_is_not_there(bench: Bench) -> None:
    project = bench.project(shot(1))
    with pytest.raises(NotFound):
        bench.studio.generation.import_keyframe(project, "009", bench.folder / "mine.png")


def test_the_seed_given_to_a_render_reaches_picture_and_clip(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project, seed=4242)
    assert [r.seed for r, _ in bench.backend.received] == [4242, 4242]


def test_again_gives_another_take_that_stands(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project)
    first = project.files.takes("001")[0]
    bench.studio.selection.choose_take(project, "001", 0, first.id)
    bench.render(project, again=True)
    takes = project.files.takes("001")
    assert len(takes) == 2 and takes[0].request.seed != takes[1].request.seed
    plan = bench.plan(project).shots[0].segments[0]
    assert (plan.state, plan.take) == ("done", takes[1].id)


# -- what goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("[fail]", "told to fail"), ("[short]", "instead of 12"), ("[long]", "instead of 12"),
        ("[small]", "instead of 96"), ("[silent]", "without saying how"), ("[text]", ""),
    ],
)  # fmt: skip
def test_a_bad_result_is_a_sentence_and_no_take(bench: Bench, word: str, sentence: str) -> None:
    project = bench.project(shot(1), shot(2))
    picture = bench.folder / "mine.png"
    write_png(picture, plain(96, 64, 1))
    bench.studio.generation.import_keyframe(project, "001", picture)
    bench.studio.storyboards.edit(project, "001", {"prompt": f"a house {word}"})
    run = bench.wait(bench.studio.generation.render(project))
    failed = run.jobs[0].phase
    assert isinstance(failed, Failed) and sentence in failed.message and failed.message
    assert project.files.takes("001") == []
    assert bench.states(project)["002"] == ["done"], "the other shot is not held up"


@pytest.mark.logs_errors("a backend breaks on purpose")
def test_a_backend_that_breaks_is_a_sentence(bench: Bench) -> None:
    run = bench.wait(bench.studio.generation.render(bench.project(shot(1, prompt="[crash]"))))
    assert phases(run) == ["failed", "cancelled"]
    assert "ended unexpectedly" in words(run.jobs[0])


def test_a_failed_keyframe_holds_back_only_its_shot(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="[fail]"), shot(2))
    run = bench.wait(bench.studio.generation.render(project))
    assert {j.shot: j.phase.kind for j in run.jobs if j.kind == "segment"} == {"001": "cancelled", "002": "done"}


def test_a_backend_that_is_not_ready_says_what_is_missing(bench: Bench) -> None:
    bench.backend.problems = (Problem(what="The model is missing.", cure="Download it."),)
    run = bench.wait(bench.studio.generation.render(bench.project(shot(1))))
    phase = run.jobs[0].phase
    assert isinstance(phase, Failed) and (phase.message, phase.cure) == ("The model is missing.", "Download it.")
    assert bench.backend.received == []


def test_failed_work_can_be_done_again_after_the_cause_is_gone(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.backend.problems = (Problem(what="The model is missing."),)
    run = bench.wait(bench.studio.generation.render(project))
    bench.backend.problems = ()
    bench.studio.jobs.retry(run.jobs[1].id)
    assert phases(bench.wait(run)) == ["done", "done"]
    assert bench.states(project) == {"001": ["done"]}


def test_nothing_but_blocked_shots_says_so(tmp_path: Path) -> None:
    with (
        running(tmp_path, FakeBackend(fake_spec(kinds=frozenset({"video"})))) as bench,
        pytest.raises(NotReady, match="shot 001 needs a start keyframe"),
    ):
        bench.studio.generation.render(bench.project(shot(1)))


# -- one after another ---------------------------------------------------------------------------------------------


def test_segments_are_made_in_order_and_start_from_the_saved_last_frame(bench: Bench) -> None:
    project = chain(bench)
    run = bench.render(project)
    assert [(j.kind, j.segment) for j in run.jobs] == [("keyframe", 0), ("segment", 0), ("segment", 1), ("segment", 2)]
    assert [set(j.after) for j in run.jobs] == [set(), {run.jobs[0].id}, {run.jobs[1].id}, {run.jobs[2].id}]
    clips = [(r, h) for r, h in bench.backend.received if r.kind == "video"]
    takes = project.files.takes("001")
    assert [t.segment for t in takes] == [0, 1, 2]
    for (request, inputs), before in zip(clips[1:], takes, strict=False):
        assert request.start is not None and request.start.path == before.last.path
        assert request.start.sha256 == before.last.sha256 == hash_of(project.files.path(before.last))
        assert inputs == {"start": before.last.sha256}, "what arrived is not the lossless frame"


def test_hand_over_loses_nothing(bench: Bench) -> None:
    """The first frame of a continuation is, before encoding, bit for bit the last one of the segment before."""
    project = chain(bench, "8")
    bench.render(project)
    first, second = project.files.takes("001")
    keyframe = project.files.keyframes("001")[0]
    start = read_png(project.files.path(keyframe.image)).astype(int)
    expected = start
    for take in (first, second):
        for _ in range(take.request.frames - 1):
            expected = expected + (expected < 230)
        saved = read_png(project.files.path(take.last)).astype(int)
        assert (saved[1:] == expected[1:]).all()  # the seed shows in the first row
        expected = saved


def test_choosing_an_earlier_take_makes_what_continues_it_stale(bench: Bench) -> None:
    project = chain(bench)
    bench.render(project)
    bench.render(project, again=True)
    takes = project.files.takes("001")
    takes = sorted(takes, key=lambda t: t.made)
    assert [s.take for s in bench.plan(project).shots[0].segments] == [t.id for t in takes[3:]]
    old = takes[0]
    bench.studio.selection.choose_take(project, "001", 0, old.id)
    # The old continuations start from exactly that take, so nothing has to be made: they fit again.
    assert bench.states(project) == {"001": ["done", "done", "done"]}
    assert [s.take for s in bench.plan(project).shots[0].segments] == [t.id for t in takes[:3]]
    assert bench.studio.generation.render(project) is None


def test_a_take_chosen_anew_without_a_continuation_makes_the_rest_stale(bench: Bench) -> None:
    project = chain(bench, "8")
    bench.render(project)
    stands = bench.plan(project).shots[0].segments[0].take
    run = bench.studio.generation.render(project, again=True)
    assert run is not None
    bench.wait(run)
    other = next(t for t in project.files.takes("001") if t.segment == 0 and t.id != stands)
    second = next(t for t in project.files.takes("001") if t.segment == 1 and t.request.start == other.last)
    shutil.rmtree(project.files.path(second.clip).parent)
    with running(bench.folder, owner="two") as again:
        project = again.studio.projects.open(project.files.root)
        assert again.states(project) == {"001": ["done", "stale"]}
        assert again.reason(project, segment=1) == "changed since: start frame"
        run = again.render(project)
        assert [j.segment for j in run.jobs] == [1]
        assert again.backend.requests("video")[0].start == other.last


def test_work_under_way_is_not_queued_twice_but_waited_for(bench: Bench) -> None:
    project = bench.project(shot(1, "8", prompt="a house [slow]"), profile="wan2.2-14b")
    first = bench.studio.generation.render(project)
    assert first is not None and len(first.jobs) == 3
    assert bench.studio.generation.render(project) is None
    bench.studio.jobs.stop([first.jobs[2].id])
    second = bench.studio.generation.render(project)
    assert second is not None
    assert [(j.segment, j.after) for j in second.jobs] == [(1, (first.jobs[1].id,))]
    bench.backend.let_go.set()
    assert phases(bench.wait(second)) == ["done"]
    assert len(bench.backend.requests("video")) == 2


def test_a_picture_under_way_is_waited_for(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"))
    pictures = bench.studio.generation.draw_keyframes(project)
    render = bench.studio.generation.render(project)
    assert pictures is not None and render is not None
    assert [(j.kind, j.after) for j in render.jobs] == [("segment", (pictures.jobs[0].id,))]
    bench.backend.let_go.set()
    bench.wait(render)
    assert len(bench.backend.requests("image")) == 1


def test_shots_are_made_side_by_side(bench: Bench) -> None:
    project = bench.project(*(shot(n) for n in range(1, 5)))
    both = threading.Barrier(2, timeout=10)

    def meet(request: GenerationRequest) -> None:
        if request.kind == "video":
            both.wait()

    bench.backend.on_submit = meet
    bench.render(project)
    assert bench.backend.most_at_once <= bench.backend.spec.parallel


def test_a_change_of_the_project_meanwhile_does_not_mix_two_ways(bench: Bench) -> None:
    project = bench.project(shot(1, "8", prompt="a house [slow]"), profile="wan2.2-14b")
    run = bench.studio.generation.render(project)
    project.change_project(profile="animatic", mode="single")
    bench.backend.let_go.set()
    bench.wait(run)
    assert {r.profile for r in bench.backend.requests("video")} == {"wan2.2-14b"}
    assert [r.frames for r in bench.backend.requests("video")] == [65, 65]


# -- stopping, crashes, and going on ---------------------------------------------------------------------------------


def test_stopping_reaches_the_backend(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"))
    run = bench.studio.generation.render(project)
    assert run is not None
    while not bench.backend.received:
        bench.studio.changes.wait(0, 0.01)
    bench.studio.jobs.stop([run.jobs[0].id])
    assert phases(bench.wait(run)) == ["cancelled", "cancelled"]
    assert bench.backend.cancelled == [run.jobs[0].id]


def test_a_pause_ends_what_runs_here_within_a_second_and_keeps_what_is_done(tmp_path: Path) -> None:
    animatic = AnimaticBackend(2)
    bench = Bench(tmp_path, more={"animatic": (animatic.spec, lambda: animatic)})
    try:
        project = chain(bench, "12")
        project.change_project(backend="animatic", width=640, height=360)
        run = bench.studio.generation.render(project)
        assert run is not None
        while not project.files.takes():
            time.sleep(0.01)
        while "running" not in phases(bench.wait_a_little(run)):
            time.sleep(0.01)
        began = time.monotonic()
        bench.studio.jobs.pause(project.id)
        while "running" in phases(bench.wait_a_little(run)) or animatic._working:
            assert time.monotonic() - began < 1
        done = phases(bench.wait_a_little(run)).count("done")
        assert list((project.files.root / ".kinoloom" / "work").iterdir()) == []
        time.sleep(0.3)
        assert phases(bench.wait_a_little(run)).count("done") == done, "it went on"
        bench.studio.jobs.resume(project.id)
        assert set(phases(bench.wait(run, 60))) == {"done"}
        assert len(project.files.takes()) == 3, "one was made twice"
    finally:
        bench.close()
        animatic.close()


def test_a_pause_outlives_the_studio(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.studio.jobs.pause(project.id)
    run = bench.studio.generation.render(project)
    bench.close()
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)
        assert second.studio.generation.resume(again) == 2
        time.sleep(0.2)
        assert second.backend.received == [] and second.studio.jobs.is_paused(again.id)
        second.studio.jobs.resume(again.id)
        assert phases(second.wait(run)) == ["done", "done"]
    with running(bench.folder, owner="three") as third:
        assert not third.studio.jobs.is_paused(third.studio.projects.open(project.files.root).id)


def test_a_take_that_is_not_what_was_stored_is_made_again(bench: Bench) -> None:
    project = bench.project(shot(1))
    run = bench.render(project)
    half = next(r for r in bench.saved if r.id == run.id and r.jobs[1].phase.kind == "running")
    bench.close()
    crashed(bench, project, half)
    clip = project.files.path(project.files.takes("001")[0].clip)
    damaged = clip.read_bytes()[:-100]
    clip.write_bytes(damaged)
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)
        second.studio.generation.resume(again)
        assert phases(second.wait(run)) == ["done", "done"]
        assert len(again.files.takes()) == 2 and clip.read_bytes() == damaged, "nothing is deleted"


def crashed(bench: Bench, project: OpenProject, run: Run) -> None:
    """Write the run as a process that died in the middle would have left it."""
    project.files.write(f"runs/{run.id}", run)


def test_after_a_crash_only_what_is_missing_is_made(bench: Bench) -> None:
    """A take that was stored, but whose end was not written down any more, is found and not made twice."""
    project = chain(bench)
    run = bench.render(project)
    at_segment_1 = next(
        r for r in bench.saved if [j.phase.kind for j in r.jobs] == ["done", "done", "running", "queued"]
    )
    bench.close()
    crashed(bench, project, at_segment_1)
    last = next(t for t in project.files.takes("001") if t.segment == 2)
    shutil.rmtree(project.files.path(last.clip).parent)
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)
        assert second.studio.generation.resume(again) == 2
        ended = second.wait(run)
        assert phases(ended) == ["done"] * 4
        assert [r.params["span"][0] for r in second.backend.requests("video")] == [128]
        assert second.studio.generation.resume(again) == 0


def test_a_keyframe_that_was_stored_before_the_crash_is_not_drawn_twice(bench: Bench) -> None:
    project = bench.project(shot(1))
    run = bench.wait(bench.studio.generation.draw_keyframes(project, variants=2))
    half = next(r for r in bench.saved if "running" in [j.phase.kind for j in r.jobs])
    bench.close()
    crashed(bench, project, half)
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)
        assert second.studio.generation.resume(again) == 2
        second.wait(run)
        assert second.backend.received == [] and len(again.files.keyframes()) == 2


def test_a_further_take_that_was_stored_before_the_crash_is_not_made_twice(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project)
    run = bench.render(project, again=True)
    half = next(r for r in bench.saved if r.id == run.id and r.jobs[0].phase.kind == "running")
    bench.close()
    crashed(bench, project, half)
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)
        second.studio.generation.resume(again)
        second.wait(run)
        assert second.backend.received == [] and len(again.files.takes()) == 2


def test_closing_and_opening_goes_on(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"), shot(2, prompt="a barn [slow]"))
    run = bench.studio.generation.render(project)
    assert run is not None
    while len(bench.backend.received) < 2:
        bench.studio.changes.wait(0, 0.01)
    bench.studio.jobs.close()
    assert not project.files.runs()[0].ended
    backend = FakeBackend()
    backend.let_go.set()
    with running(bench.folder, backend, "two") as second:
        again = second.studio.projects.open(project.files.root)
        assert second.studio.generation.resume(again) == 4
        assert phases(second.wait(run)) == ["done"] * 4


def test_work_of_a_living_process_is_left_alone(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"))
    bench.studio.generation.render(project)
    with running(bench.folder, owner="two") as second:
        second.alive.add("one")
        again = second.studio.projects.open(project.files.root)
        assert second.studio.generation.resume(again) == 0
        assert second.studio.jobs.jobs() == []


def test_what_costs_money_is_not_resumed_unasked(bench: Bench, tmp_path: Path) -> None:
    project = bench.project(shot(1))
    run = bench.render(project)
    bench.close()
    crashed(bench, project, bench.saved[0])
    with running(tmp_path, FakeBackend(fake_spec(free=False)), "two") as second:
        again = second.studio.projects.open(project.files.root)
        assert second.studio.generation.resume(again, free_only=True) == 0
        assert second.studio.generation.resume(again) == 2
        assert phases(second.wait(run)) == ["done", "done"]


def test_a_job_of_a_shot_that_was_deleted_fails_in_words(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"), shot(2))
    run = bench.studio.generation.render(project, ["001"])
    assert run is not None
    bench.studio.storyboards.delete(project, "001")
    bench.backend.let_go.set()
    ended = bench.wait(run)
    last = ended.jobs[1].phase
    assert isinstance(last, (Failed, Stopped)) and last.message


def test_jobs_of_an_unknown_backend_fail_in_words(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.registry._entries["gone"] = bench.registry._entries["fake"]
    job = Job(
        id="a" * 8, run="", project=project.id, kind="segment", title="Shot 001", shot="001", backend="fake",
        created="", detail={"backend": "nowhere"},
    )  # fmt: skip
    run = bench.wait(bench.studio.jobs.start(project.id, "Render", [job]))
    assert isinstance(run.jobs[0].phase, Failed) and "nowhere" in run.jobs[0].phase.message


def test_the_last_frame_of_a_take_is_named_or_missed(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project)
    take = project.files.takes("001")[0]
    extractor = bench.studio.generation.last_frames
    assert extractor.frame(project, take) == take.last
    target = bench.folder / "last.png"
    extractor.extract(project.files.path(take.clip), target)
    assert abs(read_png(target).astype(int) - read_png(project.files.path(take.last)).astype(int)).mean() < 4
    project.files.path(take.last).unlink()
    with pytest.raises(StudioError):
        extractor.frame(project, take)
