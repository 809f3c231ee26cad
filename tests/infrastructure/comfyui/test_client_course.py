"""From messages and looks to events: one end, progress that is true, waiting places."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from infrastructure.comfyui import messages as m
from infrastructure.comfyui.answers import Past, Queue, files_of
from infrastructure.comfyui.failures import Failure
from infrastructure.comfyui.follow import (
    TERMINAL,
    Course,
    Event,
    Failed,
    Interrupted,
    Previewed,
    Progressed,
    Started,
    Succeeded,
    Waiting,
)
from infrastructure.comfyui.progress import Meter, steps_of, weight_of
from tests.fakes import comfy_graphs as graphs

JOB = "job"


def say(course: Course, kind: str, **data: Any) -> list[Event]:
    return course.hear(m.parse_text(json.dumps({"type": kind, "data": {"prompt_id": JOB, **data}})))


def kinds(events: Iterable[Event]) -> list[str]:
    return [event.kind for event in events]


def replay(recording: dict[str, Any]) -> tuple[Course, list[Event]]:
    """The recorded frames, then the recorded history, into a course."""
    history = recording["result"].get("history") or recording["result"]["hist"]
    job = history["prompt"][1]
    course = Course(job, history["prompt"][2])
    events: list[Event] = []
    for frame in recording["frames"]:
        if "text" in frame:
            message = m.parse_text(json.dumps(frame["text"]))
            events += course.hear(message) if m.prompt_of(message) == job else []
        else:
            message = m.parse_binary(bytes.fromhex(frame["head"]))
            assert isinstance(message, m.Preview)
            events += course.hear(message.model_copy(update={"prompt_id": job}))
    past = Past.read(job, {job: history})
    assert past is not None
    events += course.recall(past)
    return course, events


@pytest.fixture
def recorded(corpus: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((corpus / "comfyui" / "traffic" / f"{request.param}.json").read_text("utf-8"))
    return data


def on(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("recorded", [name], indirect=True)


@pytest.mark.corpus
@pytest.mark.parametrize(
    "recorded",
    ["ok", "cached", "odd_size", "interrupt", "text_to_image_sampler_first", "text_to_image_sampler_second"],
    indirect=True,
)
def test_recorded_runs_start_once_rise_and_end_once(recorded: dict[str, Any]) -> None:
    _, events = replay(recorded)
    assert kinds(events).count("started") == 1
    assert events[0] == Started()
    assert [isinstance(e, TERMINAL) for e in events].count(True) == 1
    assert isinstance(events[-1], TERMINAL)
    fractions = [e.fraction for e in events if isinstance(e, Progressed)]
    assert fractions == sorted(fractions)
    assert all(f < 1 for f in fractions)


@pytest.mark.corpus
@on("ok")
def test_a_recorded_run(recorded: dict[str, Any]) -> None:
    end = replay(recorded)[1][-1]
    assert isinstance(end, Succeeded)
    assert [(f.node, f.list, f.subfolder, f.filename, f.folder, f.animated, f.cached) for f in end.files] == [
        ("5", "images", "video", "shot001_00001_.mp4", "output", True, False),
        ("7", "images", "video", "shot001_last_00001_.png", "output", False, False),
    ]
    assert end.seconds == 0.849
    assert not end.cached


@pytest.mark.corpus
@on("cached")
def test_a_recorded_run_that_is_all_cached(recorded: dict[str, Any]) -> None:
    end = replay(recorded)[1][-1]
    assert isinstance(end, Succeeded)
    assert end.cached
    assert [f.cached for f in end.files] == [True, True]


@pytest.mark.corpus
@on("odd_size")
def test_a_recorded_exception(recorded: dict[str, Any]) -> None:
    end = replay(recorded)[1][-1]
    assert isinstance(end, Failed)
    assert end.failure.cause == "odd_size"
    assert end.failure.message.startswith("SaveVideo (node 5) failed: the video encoder refused the pictures")
    assert end.failure.cure == "Use an even width and height."
    assert not end.failure.retry


@pytest.mark.corpus
@on("interrupt")
def test_a_recorded_interruption(recorded: dict[str, Any]) -> None:
    end = replay(recorded)[1][-1]
    assert isinstance(end, Interrupted)
    assert not end.ours
    assert end.failure.message == "The run was stopped on the server at CreateVideo (node 4)."


@pytest.mark.corpus
@on("text_to_image_sampler_first")
def test_recorded_sampler_steps_carry_the_progress(recorded: dict[str, Any]) -> None:
    events = replay(recorded)[1]
    steps = [e for e in events if isinstance(e, Progressed) and e.steps]
    assert [(e.step, e.steps, e.title) for e in steps] == [(n, 4, "KSampler") for n in (1, 2, 3, 4)]
    # Loading and the texts were cached: 4 steps of 10, decoding 15, saving 4.
    assert [e.fraction for e in steps] == [round(n * 10 / 59, 4) for n in (1, 2, 3, 4)]
    assert kinds(events).count("preview") == 4
    preview = next(e for e in events if isinstance(e, Previewed))
    assert (preview.mime, preview.node) == ("image/jpeg", "3")


def test_an_end_is_the_end() -> None:
    course = Course(JOB)
    assert kinds(say(course, "execution_error", node_id="1", node_type="X", exception_message="no")) == ["failed"]
    assert say(course, "execution_success") == say(course, "executing", node="4") == []
    assert course.lose(Failure(cause="unreachable", message="")) == []
    past = Past.read(JOB, {JOB: {"status": {"status_str": "success"}, "outputs": {}}})
    assert past is not None
    assert course.recall(past) == []


def test_success_waits_for_the_results() -> None:
    course = Course(JOB, graphs.plain("x"))
    events = [*say(course, "execution_start"), *say(course, "progress_state", nodes={
        n: {"value": 1, "max": 1, "state": "finished"} for n in "12"}), *say(course, "execution_success")]  # fmt: skip
    assert kinds(events) == ["started", "progress"]
    assert isinstance(events[-1], Progressed)
    assert events[-1].fraction == 0.99
    assert course.over is None
    assert course.heard_success


def test_results_that_the_history_lost_come_from_the_socket() -> None:
    course = Course(JOB)
    say(course, "executed", node="2", output={"images": [{"filename": "a.png", "subfolder": "s", "type": "output"}]})
    say(course, "execution_success")
    (end,) = course.forgotten()
    assert isinstance(end, Succeeded)
    assert [f.filename for f in end.files] == ["a.png"]


def test_nodes_that_make_nodes_do_not_confuse() -> None:
    course = Course(JOB, graphs.plain("x"))
    events = say(
        course, "progress_state", nodes={"1.0.0.7": {"value": 3, "max": 9, "state": "running", "display_node_id": "1"}}
    )
    assert isinstance(events[-1], Progressed)
    assert (events[-1].node, events[-1].title, events[-1].fraction) == ("1", "EmptyImage", 0)


def test_the_title_that_a_person_gave_is_shown() -> None:
    course = Course(JOB, graphs.sampled("x"))
    events = say(course, "progress", node="3", value=1, max=4)
    assert isinstance(events[-1], Progressed)
    assert (events[-1].title, events[-1].step, events[-1].steps) == ("The sampler", 1, 4)


# -- the queue ---------------------------------------------------------------------------------------------------------


def queue(running: list[tuple[float, str, str]], pending: list[tuple[float, str, str]]) -> Queue:
    def raw(entries: list[tuple[float, str, str]]) -> list[Any]:
        return [[number, job, {}, {"client_id": client}, []] for number, job, client in entries]

    return Queue.read({"queue_running": raw(running), "queue_pending": raw(pending)})


def test_the_place_in_the_queue_and_whose_are_before() -> None:
    course = Course(JOB)
    # The server lists a heap: its order is not the order of work.
    crowd = queue([(1, "r", "them")], [(4, JOB, "us"), (2, "a", "us"), (9, "b", "them"), (3, "c", "them")])
    assert course.look(crowd, (), "us") == [Waiting(ahead=3, ours=1)]
    assert course.look(crowd, (), "us") == []
    assert course.look(queue([(3, "c", "them")], [(4, JOB, "us")]), ("c",), "us") == [Waiting(ahead=1, ours=1)]
    assert course.look(queue([(4, JOB, "us")], []), (), "us") == [Started()]
    assert course.look(queue([], []), (), "us") is None


@pytest.mark.parametrize("answer", [None, [], {}, {"error": 1}, "x"])
def test_what_is_no_queue(answer: Any) -> None:
    with pytest.raises(ValueError, match="no queue"):
        Queue.read(answer)


def test_files_under_any_name() -> None:
    outputs = {
        "1": {"gifs": [{"filename": "a.mp4", "subfolder": "", "type": "temp", "format": "video/h264-mp4"}], "text": ["hello"]},
        "2": {"audio": [{"filename": "b.flac"}], "animated": [True, False], "images": []},
        "3": None, "4": {"x": 5, "y": [1, {"filename": None}]},
    }  # fmt: skip
    assert [(f.node, f.list, f.filename, f.folder) for f in files_of(outputs)] == [
        ("1", "gifs", "a.mp4", "temp"),
        ("2", "audio", "b.flac", "output"),
    ]


def test_newer_servers_tell_the_same_of_a_job() -> None:
    raw = {
        "id": JOB,
        "status": "failed",
        "outputs": {},
        "execution_error": {"node_id": "5", "exception_message": "CUDA out of memory"},
    }
    past = Past.read_job(JOB, raw)
    assert past is not None
    (end,) = Course(JOB).recall(past)
    assert isinstance(end, Failed)
    assert end.failure.cause == "out_of_memory"
    assert Past.read_job(JOB, {"status": "in_progress"}) is None


# -- weights -------------------------------------------------------------------------------------------------------------


def test_steps_of_samplers() -> None:
    graph = {
        "1": graphs.node("KSamplerAdvanced", steps=20, start_at_step=10, end_at_step=10000),
        "2": graphs.node("SamplerCustomAdvanced", sigmas=["3", 0]),
        "3": graphs.node("BasicScheduler", steps=8),
        "4": graphs.node("SamplerCustom"),
        "5": graphs.node("KSamplerSelect", sampler_name="euler"),
    }
    assert [steps_of(graph, n) for n in "124"] == [10, 8, 20]
    assert weight_of(graph, "1") == 100
    assert weight_of(graph, "5") == 1


def test_two_samplers_share_by_their_steps() -> None:
    graph = {
        "1": graphs.node("KSamplerAdvanced", steps=4, start_at_step=0, end_at_step=1),
        "2": graphs.node("KSamplerAdvanced", steps=4, start_at_step=1, end_at_step=4),
    }
    meter = Meter(graph)
    assert meter.step("1", 1, 1) == 0.25
    assert meter.step("2", 1, 3) == 0.5
    assert meter.step("2", 0, 3) == 0.5  # never back
    assert meter.step("2", 9, 3) == 0.99


def test_a_graph_that_is_not_known_has_no_progress() -> None:
    assert Meter({}).step("1", 5, 10) == 0


def test_an_old_preview_belongs_to_what_runs() -> None:
    message = m.parse_binary(struct.pack(">II", 1, 1) + b"\xff\xd8\xff picture")
    course = Course(JOB, graphs.sampled("x"))
    say(course, "executing", node="3")
    assert course.hear(message) == [Previewed(mime="image/jpeg", image=b"\xff\xd8\xff picture", node="3")]
