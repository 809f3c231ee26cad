"""Films rendered on ComfyUI servers, by all services over real folders and media; the servers are stand-ins."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.job import Failed, Job, Run, Running, Stopped
from infrastructure.comfyui.backend import BACKEND
from services.ports import GoesOnAlone
from services.projects import OpenProject
from tests.contracts.video_backend import decoded
from tests.fakes.backend import read_png
from tests.fakes.bench import Bench, phases, shot, words
from tests.fakes.comfy_graphs import plain
from tests.fakes.comfy_stage import Stage
from tests.fakes.comfy_studio import PASS
from tests.fakes.waiting import until

SECONDS = ("12", "4", "9", "14", "2.3", "16")
"""Lengths of six shots that a model of 16 frames per second makes in 14 segments."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.close()


def start(bench: Bench, project: OpenProject) -> Run:
    run = bench.studio.generation.render(project)
    assert run is not None
    return run


def clips(run: Run) -> list[Job]:
    return [job for job in run.jobs if job.kind == "segment"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def resumed(stage: Stage, project: OpenProject, **how: Any) -> tuple[OpenProject, Run]:
    """Another studio that goes on with what the first one left, to the end; as that has the project."""
    bench = stage.studio("two", **how)
    again = bench.studio.projects.open(project.files.root)
    assert bench.studio.generation.resume(again) > 0
    run = again.files.runs()[-1]
    return again, bench.wait(run)


# -- a whole film ------------------------------------------------------------------------------------------------


def test_a_film_of_six_shots_and_fourteen_segments_is_exact_and_chained_without_loss(stage: Stage) -> None:
    comfy = stage.server()
    bench = stage.studio()
    project = stage.project(bench, *SECONDS)
    plan = bench.plan(project)
    assert len(plan.shots) == 6 and sum(len(s.segments) for s in plan.shots) == 14
    run = bench.wait(start(bench, project))
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    assert len(comfy.accepted) == len(set(comfy.accepted)) == 14, "every prompt once"

    # What was made is what was planned, and every start picture is the picture saved before, to the byte.
    chained = 0
    for planned in bench.plan(project).shots:
        takes = {take.segment: take for take in project.files.takes(planned.shot)}
        assert [takes[i].info.frames for i in sorted(takes)] == [s.segment.generate for s in planned.segments]
        first = None
        for index in sorted(takes):
            take = takes[index]
            assert take.info.rate == 16
            assert len(decoded(project.files.path(take.clip))) == take.info.frames
            assert take.backend_info["last_frame"] == "saved by the same run"
            assert take.request.start is not None
            last = project.files.path(take.last)
            assert digest(last) == take.last.sha256
            pixels = read_png(last)
            if index:
                before = project.files.path(takes[index - 1].last)
                assert take.request.start.sha256 == digest(before)
                sent = comfy.folders.root / "input" / "kinoloom" / f"{digest(before)[:32]}.png"
                assert sent.read_bytes() == before.read_bytes(), "the server started from that very file"
                chained += 1
            first = pixels if first is None else first
            assert np.array_equal(pixels, first), "nothing is lost along the chain"
    assert chained == 8

    film = bench.film(project)
    assert phases(film) == ["done"], words(film.jobs[0])
    report = bench.studio.film.newest(project)
    assert report is not None
    frames = sum(round(float(seconds) * 24) for seconds in SECONDS)
    assert len(decoded(project.files.films()[-1])) == report.frames == frames


def test_a_server_gets_the_next_prompt_before_it_has_ended_the_last(stage: Stage) -> None:
    comfy = stage.server()
    comfy.script.took["SaveVideo"] = 0.15
    bench = stage.studio()
    project = stage.project(bench, *["1"] * 8)
    most = 0
    run = start(bench, project)
    while not bench.studio.jobs.wait(run.id, 0.01).ended:
        running, pending = comfy.core.queues()
        most = max(most, len(running) + len(pending))
    assert most == 2, "one runs and one waits"
    assert len(comfy.gaps) >= 5


# -- interrupted and resumed ---------------------------------------------------------------------------------------


def crash(stage: Stage) -> None:
    """The studio's process dies: nobody stops anything, and the run stays on disk as it stood."""
    stage.benches[-1].dead = True
    stage.rigs[-1].backend.close()
    stage.benches[-1].studio.jobs.close()


@pytest.mark.parametrize("way", ["crash", "close"])
def test_what_waited_and_ran_on_the_server_is_taken_up_and_not_made_again(stage: Stage, way: str) -> None:
    comfy = stage.server()
    hold = comfy.hold("CreateVideo")
    bench = stage.studio()
    project = stage.project(bench, "1", "1", "1")
    start(bench, project)
    until(lambda: len(comfy.accepted) == 2)
    until(lambda: comfy.core.queues()[0])
    held = list(comfy.accepted)
    if way == "close":
        bench.studio.jobs.close()
    crash(stage)
    running, pending = comfy.core.queues()
    assert [item[1] for item in [*running, *pending]] == held, "the server goes on with them"
    threading.Timer(0.3, hold.set).start()
    again, run = resumed(stage, project)
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    assert comfy.accepted[:2] == held and len(comfy.accepted) == len(set(comfy.accepted)) == 3
    assert len(again.files.takes()) == 3


def test_what_was_finished_while_away_is_only_fetched(stage: Stage) -> None:
    comfy = stage.server()
    hold = comfy.hold("CreateVideo")
    bench = stage.studio()
    project = stage.project(bench, "1")
    start(bench, project)
    until(lambda: comfy.core.queues()[0])
    crash(stage)
    hold.set()
    until(lambda: comfy.core.history)
    _, run = resumed(stage, project)
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    assert len(comfy.accepted) == 1


@pytest.mark.parametrize("way", ["studio", "commands"])
def test_what_is_stopped_before_it_is_taken_up_again_is_stopped_on_the_server_too(stage: Stage, way: str) -> None:
    comfy = stage.server()
    comfy.hold("CreateVideo")
    bench = stage.studio()
    project = stage.project(bench, "1", "1", "1")
    start(bench, project)
    until(lambda: len(comfy.accepted) == 2)
    until(lambda: all(j.ended for j in bench.studio.jobs.jobs(project.id) if j.kind != "segment"))
    until(lambda: comfy.core.queues()[0])
    crash(stage)
    second = stage.studio("two")
    again = second.studio.projects.open(project.files.root)
    if way == "studio":
        second.studio.jobs.pause(again.id)
        assert second.studio.generation.resume(again) == 3
        assert sum(len(q) for q in comfy.core.queues()) == 2, "nothing is stopped while it only waits"
        second.studio.jobs.stop_project(again.id)
    else:
        assert second.commands.claim(again) == []
    until(lambda: not comfy.core.queues()[1])
    comfy.script.holds["CreateVideo"].set()
    until(lambda: not comfy.core.queues()[0])
    assert {job.phase.kind for job in again.files.runs()[-1].jobs if job.kind == "segment"} == {"cancelled"}
    assert len(comfy.accepted) == 2 and not again.files.takes()


def test_what_the_server_forgot_is_made_again(stage: Stage) -> None:
    comfy = stage.server()
    comfy.hold("CreateVideo")
    bench = stage.studio()
    project = stage.project(bench, "1")
    start(bench, project)
    until(lambda: comfy.core.queues()[0])
    crash(stage)
    comfy.restart()
    comfy.script.holds.clear()
    _, run = resumed(stage, project)
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    assert len(comfy.accepted) == 2 and len(set(comfy.accepted)) == 1


def test_with_several_servers_a_job_is_found_on_the_one_that_has_it(stage: Stage) -> None:
    one, two = stage.server(), stage.server()
    holds = [s.hold("CreateVideo") for s in (one, two)]
    bench = stage.studio()
    project = stage.project(bench, "1", "1", "1", "1")
    start(bench, project)
    until(lambda: len(one.accepted) == len(two.accepted) == 2)
    held = {s.url: list(s.accepted) for s in (one, two)}
    crash(stage)
    for hold in holds:
        hold.set()
    _, run = resumed(stage, project)
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    assert {s.url: s.accepted for s in (one, two)} == held, "none was made twice"


def test_a_random_seed_stays_the_same_when_the_job_is_taken_up_again(stage: Stage) -> None:
    comfy = stage.server("wan2.2-5b-i2v")
    comfy.script.took["KSampler"] = 0.02
    bench = stage.studio()
    project = stage.project(bench, workflow="wan2.2-5b-i2v", profile="wan2.2-5b")
    project.change_board("shots", lambda b: b.with_new(shot(1, "1", video={"seed": -1})))
    start(bench, project)
    until(lambda: comfy.core.queues()[0])
    crash(stage)
    again, run = resumed(stage, project)
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    sent = next(iter(comfy.core.history.values()))["prompt"][2]
    seeds = {e["inputs"]["seed"] for e in sent.values() if e["class_type"] == "KSampler"}
    assert seeds == {again.files.takes()[0].request.seed}


# -- stopped -------------------------------------------------------------------------------------------------------


def test_a_stop_takes_our_prompts_away_and_leaves_those_of_others(stage: Stage) -> None:
    comfy = stage.server()
    hold = comfy.hold("CreateVideo")
    bench = stage.studio()
    project = stage.project(bench, "1", "1", "1")
    run = start(bench, project)
    until(lambda: len(comfy.accepted) == 2 and comfy.core.queues()[0])
    other = comfy.foreign(plain("theirs"))
    began = time.monotonic()
    bench.studio.jobs.stop_project(project.id)
    ended = bench.wait(run, 2)
    assert time.monotonic() - began < 1
    assert {p for p in phases(ended) if p != "done"} == {"cancelled"}
    until(lambda: [i[1] for i in comfy.core.queues()[1]] == [other])
    hold.set()
    until(lambda: other in comfy.core.history)
    assert comfy.core.history[other]["status"]["completed"]
    assert project.files.takes() == []


def test_a_pause_leaves_our_prompts_there_and_resume_takes_the_same_up(stage: Stage) -> None:
    comfy = stage.server()
    hold = comfy.hold("CreateVideo")
    bench = stage.studio()
    project = stage.project(bench, "1", "1", "1")
    run = start(bench, project)
    until(lambda: len(comfy.accepted) == 2 and comfy.core.queues()[0])
    began = time.monotonic()
    bench.studio.jobs.pause(project.id)
    until(lambda: {job.phase.kind for job in clips(bench.studio.jobs.wait(run.id, 0))} == {"queued"})
    assert time.monotonic() - began < 1
    assert len(comfy.core.queues()[0]) == len(comfy.core.queues()[1]) == 1, "the server goes on with them"
    bench.studio.jobs.resume(project.id)
    hold.set()
    assert set(phases(bench.wait(run))) == {"done"}
    assert len(comfy.accepted) == len(set(comfy.accepted)) == 3
    assert len(project.files.takes()) == 3


def test_pausing_and_going_on_in_quick_turns_sends_nothing_twice(stage: Stage) -> None:
    comfy = stage.server()
    comfy.script.took["SaveVideo"] = 0.1
    bench = stage.studio()
    project = stage.project(bench, "1", "1", "1")
    bench.wait(bench.studio.generation.draw_keyframes(project))
    run = start(bench, project)
    for number in range(25):
        bench.studio.jobs.pause(project.id)
        time.sleep(0.002 * (number % 7))
        bench.studio.jobs.resume(project.id)
        time.sleep(0.003 * (number % 5))
    assert set(phases(bench.wait(run))) == {"done"}, [words(j) for j in run.jobs]
    assert len(comfy.accepted) == len(set(comfy.accepted)) == 3
    assert len(project.files.takes()) == 3


def test_what_is_stopped_while_it_is_paused_is_stopped_on_the_server_too(stage: Stage) -> None:
    comfy = stage.server()
    hold = comfy.hold("CreateVideo")
    bench = stage.studio()
    project = stage.project(bench, "1", "1", "1")
    run = start(bench, project)
    until(lambda: len(comfy.accepted) == 2 and comfy.core.queues()[0])
    bench.studio.jobs.pause(project.id)
    until(lambda: {job.phase.kind for job in clips(bench.studio.jobs.wait(run.id, 0))} == {"queued"})
    bench.studio.jobs.stop_project(project.id)
    until(lambda: not comfy.core.queues()[1])
    hold.set()
    until(lambda: not comfy.core.queues()[0])
    assert not any(entry["status"]["completed"] for entry in comfy.core.history.values())


def test_a_card_without_memory_brings_offers_and_is_not_asked_the_same_again(stage: Stage) -> None:
    comfy = stage.server()
    comfy.script.fails["CreateVideo"] = ("torch.OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB")
    bench = stage.studio()
    project = stage.project(bench, "1", width=256, height=128)
    run = bench.wait(start(bench, project))
    job = clips(run)[0]
    assert isinstance(job.phase, Failed) and job.phase.fault == "memory" and len(comfy.accepted) == 1
    comfy.script.fails.clear()
    bench.studio.jobs.accept(job.id, job.phase.offers[-1].id)
    assert set(phases(bench.wait(run))) == {"done"}
    take = project.files.takes()[0]
    assert (take.info.width, take.info.height) == (128, 64) and take.instead


@pytest.mark.parametrize("when", ["uploading", "fetching", "running", "waiting for a server"])
def test_a_stop_is_quick_while_the_server_is_silent(stage: Stage, when: str) -> None:
    comfy = stage.server()
    bench = stage.studio(silence=20)
    project = stage.project(bench, "1")
    bench.wait(bench.studio.generation.draw_keyframes(project))
    if when == "uploading":
        comfy.faults.silent = 2
    elif when == "fetching":
        comfy.faults.pace = 500
    elif when == "running":
        comfy.hold("CreateVideo")
    else:
        comfy.stop()
    run = start(bench, project)
    if when == "running":
        until(lambda: comfy.core.queues()[0])
        comfy.faults.silent = 2
    elif when == "fetching":
        until(lambda: comfy.core.history)
    elif when == "uploading":
        until(lambda: any(path == "/view" for _, path in comfy.requests))
    else:
        until(lambda: "Trying again" in getattr(run_job(bench, run).phase, "detail", ""))
    began = time.monotonic()
    bench.studio.jobs.stop_project(project.id)
    ended = bench.wait(run, 3)
    assert time.monotonic() - began < 1
    assert isinstance(ended.jobs[0].phase, Stopped)
    assert project.files.takes() == []
    comfy.faults.silent = comfy.faults.pace = 0
    for event in comfy.script.holds.values():
        event.set()
    if when == "running":
        until(lambda: not comfy.core.queues()[0], 20)


def run_job(bench: Bench, run: Run) -> Job:
    return bench.studio.jobs.wait(run.id, 0).jobs[0]


# -- what goes wrong -----------------------------------------------------------------------------------------------


def failed(bench: Bench, run: Run) -> Failed:
    """How the one clip failed."""
    ended = bench.wait(run)
    phase = clips(ended)[0].phase
    assert isinstance(phase, Failed), phase
    return phase


def test_a_missing_model_is_named_with_what_to_do_before_anything_is_sent(stage: Stage) -> None:
    comfy = stage.server(PASS)
    bench = stage.studio()
    project = stage.project(bench, "1", workflow="wan2.2-5b-i2v", profile="wan2.2-5b")
    bench.wait(bench.studio.generation.draw_keyframes(project))
    began = time.monotonic()
    phase = failed(bench, start(bench, project))
    assert time.monotonic() - began < 1
    assert "umt5_xxl_fp8_e4m3fn_scaled.safetensors. And 2 more." in phase.message and not phase.retry
    assert "models/text_encoders" in phase.cure and "https://" in phase.cure
    assert comfy.accepted == []


def test_a_refusal_of_the_server_is_told_within_a_second_with_the_nodes_title(stage: Stage) -> None:
    """The list of models is remembered; the server has lost one since."""
    flow = "wan2.2-5b-i2v"
    comfy = stage.server(flow)
    bench = stage.studio()
    project = stage.project(bench, "1", workflow=flow, profile="wan2.2-5b")
    bench.render(project)
    comfy.info["UNETLoader"]["input"]["required"]["unet_name"][0][:] = ["other.safetensors"]
    bench.studio.storyboards.add(project)
    bench.studio.storyboards.edit(project, project.board.shots[-1].id, {"seconds": "1", "prompt": "another"})
    bench.wait(bench.studio.generation.draw_keyframes(project))
    began = time.monotonic()
    phase = failed(bench, start(bench, project))
    assert time.monotonic() - began < 1
    assert "UNETLoader" in phase.message and "wan2.2_ti2v_5B" in phase.message and "other.safetensors" in phase.message
    assert phase.cure and not phase.retry
    assert len(comfy.accepted) == 1, "it was not tried again"


def test_an_error_in_a_node_is_told_within_a_second_and_not_tried_again(stage: Stage) -> None:
    comfy = stage.server()
    comfy.script.fails["CreateVideo"] = ("torch.OutOfMemoryError", "Allocation on device 0 would exceed allowed memory")
    bench = stage.studio()
    project = stage.project(bench, "1")
    bench.wait(bench.studio.generation.draw_keyframes(project))
    run = start(bench, project)
    until(lambda: comfy.core.history)
    said = time.monotonic()
    phase = failed(bench, run)
    assert time.monotonic() - said < 1
    assert "“Frames to video” (CreateVideo, node 4)" in phase.message and "out of memory" in phase.message
    assert "smaller" in phase.cure
    time.sleep(0.3)
    assert len(comfy.accepted) == 1


@pytest.mark.parametrize(("node", "name", "value", "words"), [
    ("RepeatImageBatch", "amount", 5, r"5 frames instead of \d+"),
    ("ImageScale", "width", 32, r"is 32×64 instead of 96×64"),
])  # fmt: skip
def test_a_server_that_gives_something_else_than_asked_for_is_a_clear_failure(
    stage: Stage, node: str, name: str, value: int, words: str
) -> None:
    comfy = stage.server()
    comfy.script.alters[node] = {name: value}
    bench = stage.studio()
    project = stage.project(bench, "1")
    phase = failed(bench, start(bench, project))
    assert re.search(words, phase.message) and phase.cure
    assert project.files.takes() == []


# -- several servers -----------------------------------------------------------------------------------------------


def test_two_servers_share_the_work_and_a_chain_stays_where_it_is(stage: Stage) -> None:
    one, two = stage.server(), stage.server()
    for comfy in (one, two):
        comfy.script.took["SaveVideo"] = 0.1
    bench = stage.studio()
    project = stage.project(bench, "14", "14")
    run = bench.wait(start(bench, project))
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    homes = [{t.backend_info["server"] for t in project.files.takes(s)} for s in ("001", "002")]
    assert [len(h) for h in homes] == [1, 1] and homes[0] != homes[1]


def test_a_server_that_is_killed_loses_nothing_and_its_work_moves_on(stage: Stage) -> None:
    one, two = stage.server(), stage.server()
    for comfy in (one, two):
        comfy.script.took["SaveVideo"] = 0.2
    bench = stage.studio()
    project = stage.project(bench, *["1"] * 10)
    run = start(bench, project)
    until(lambda: len(one.accepted) >= 3)
    one.stop()
    ended = bench.wait(run, 40)
    assert set(phases(ended)) == {"done"}, [words(j) for j in ended.jobs]
    assert len(project.files.takes()) == 10
    sent = one.accepted + two.accepted
    # in flight are at most one that runs, one that waits, and one whose result is being fetched
    assert len(set(sent)) == 10 and len(sent) - 10 <= 3


def test_what_waits_on_a_silent_server_goes_to_one_that_is_free(stage: Stage) -> None:
    one, two = stage.server(), stage.server()
    hold = one.hold("CreateVideo")
    bench = stage.studio(silence=0.5)
    project = stage.project(bench, *["1"] * 4)
    run = start(bench, project)
    until(lambda: len(one.accepted) == 2 and one.core.queues()[0])
    running, waiting = one.accepted
    one.faults.silent = 1.5
    until(lambda: waiting in two.accepted, 12)
    assert running not in two.accepted, "what is being made is waited for"
    one.faults.silent = 0
    until(lambda: not one.core.queues()[1], 8)
    hold.set()
    ended = bench.wait(run, 20)
    assert set(phases(ended)) == {"done"}, [words(j) for j in ended.jobs]
    assert len(one.core.history) == 1, "what went elsewhere is not made there too"


def test_a_job_that_brings_servers_down_is_given_up(stage: Stage) -> None:
    comfy = stage.server()
    comfy.hold("CreateVideo")
    bench = stage.studio()
    project = stage.project(bench, "1")
    run = start(bench, project)
    for _ in range(3):
        until(lambda: comfy.core.queues()[0])
        time.sleep(0.2)
        comfy.stop()
        comfy.script.holds.clear()
        comfy.hold("CreateVideo")
        comfy.start()
    phase = failed(bench, run)
    assert "restarted" in phase.message and "2 times before" in phase.message and "memory" in phase.cure
    assert len(comfy.accepted) == 3


def test_a_server_that_comes_back_is_used_again(stage: Stage) -> None:
    one, two = stage.server(), stage.server()
    for comfy in (one, two):
        comfy.script.took["SaveVideo"] = 0.15
    one.stop()
    bench = stage.studio()
    project = stage.project(bench, *["1"] * 14)
    run = start(bench, project)
    until(lambda: len(two.accepted) >= 2)
    one.start()
    ended = bench.wait(run, 40)
    assert set(phases(ended)) == {"done"}, [words(j) for j in ended.jobs]
    assert one.accepted and len(one.accepted) + len(two.accepted) == 14


def test_a_single_server_may_be_away_for_a_while(stage: Stage) -> None:
    comfy = stage.server()
    comfy.script.took["SaveVideo"] = 0.2
    bench = stage.studio()
    project = stage.project(bench, "1", "1", "1")
    run = start(bench, project)
    until(lambda: len(comfy.accepted) == 2)
    comfy.stop()
    time.sleep(3)
    comfy.start()
    ended = bench.wait(run, 40)
    assert set(phases(ended)) == {"done"}, [words(j) for j in ended.jobs]
    assert len(set(comfy.accepted)) == 3 and len(comfy.accepted) <= 5


def test_without_any_server_that_answers_jobs_end_with_a_sentence_after_a_while(stage: Stage) -> None:
    stage.server().stop()
    bench = stage.studio(new_patience=1.5)
    project = stage.project(bench, "1", "1")
    bench.wait(bench.studio.generation.draw_keyframes(project))
    began = time.monotonic()
    run = start(bench, project)
    job = until(lambda: next((j for j in bench.studio.jobs.wait(run.id, 0).jobs if isinstance(j.phase, Running)), None))
    until(lambda: "Trying again" in getattr(bench.studio.jobs.job(job.id).phase, "detail", ""))
    ended = bench.wait(run, 15)
    assert 1.5 <= time.monotonic() - began < 10
    for one in clips(ended):
        assert isinstance(one.phase, Failed) and one.phase.retry
        assert "nothing answers there" in one.phase.message and "Start ComfyUI" in one.phase.cure


def test_servers_may_be_added_and_taken_away_while_jobs_run(stage: Stage) -> None:
    one, two = stage.server(), stage.server()
    for comfy in (one, two):
        comfy.script.took["SaveVideo"] = 0.2
    bench = stage.studio()
    rig = stage.rigs[-1]
    rig.urls = [one.url]
    rig.engine.servers()
    project = stage.project(bench, *["1"] * 12)
    run = start(bench, project)
    until(lambda: len(one.accepted) >= 2)
    assert not two.accepted
    rig.urls = [one.url, two.url]
    until(lambda: len(two.accepted) >= 2)
    rig.urls = [two.url]
    time.sleep(0.8)
    before = len(one.accepted)
    ended = bench.wait(run, 40)
    assert set(phases(ended)) == {"done"}, [words(j) for j in ended.jobs]
    assert len(one.accepted) == before, "a server that was taken away gets nothing new"
    assert [m.config.url for m in rig.pool.members()] == [two.url]
    assert len(one.accepted) + len(two.accepted) == 12


def test_a_server_without_the_model_is_passed_over(stage: Stage) -> None:
    flow = "wan2.2-5b-i2v"
    without, has = stage.server(PASS), stage.server(flow)
    bench = stage.studio()
    project = stage.project(bench, "1", "1", "1", workflow=flow, profile="wan2.2-5b")
    run = bench.wait(start(bench, project))
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    assert not without.accepted and len(has.accepted) == 3


def test_the_sound_that_a_model_makes_survives(stage: Stage) -> None:
    flow = "ltx-2-i2v"
    stage.server(flow)
    bench = stage.studio()
    project = stage.project(bench, "1", workflow=flow, profile="ltx-2")
    run = bench.wait(start(bench, project))
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    take = project.files.takes()[0]
    assert take.info.audio and take.info.frames == take.request.frames
    assert phases(bench.film(project)) == ["done"]


def test_the_service_knows_the_backend_goes_on_alone(stage: Stage) -> None:
    stage.server()
    bench = stage.studio()
    assert isinstance(bench.registry.get(BACKEND), GoesOnAlone)
    assert not isinstance(bench.registry.get("fake"), GoesOnAlone)
