"""ComfyUI servers that are down, silent, forgetful, slow, or give something else than was asked for."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import pytest

from domain.job import Failed, Job, Queued, Run
from domain.retries import QueueRules, RetryPolicy
from services.projects import OpenProject
from tests.fakes.bench import Bench, phases
from tests.fakes.comfy_stage import Stage
from tests.fakes.comfy_studio import PASS
from tests.fakes.waiting import until


def ready(stage: Stage, **how: Any) -> tuple[Bench, OpenProject]:
    """A studio and a film of one shot of a second that has its keyframe."""
    bench = stage.studio(**how)
    project = stage.project(bench, "1")
    bench.wait(bench.studio.generation.draw_keyframes(project))
    return bench, project


def start(bench: Bench, project: OpenProject) -> Run:
    run = bench.studio.generation.render(project)
    assert run is not None
    return run


def clip(run: Run) -> Job:
    return next(job for job in run.jobs if job.kind == "segment")


def refused(bench: Bench, project: OpenProject, message: str, cure: str, *, retry: bool = True) -> None:
    """Rendering fails with these words, and nothing half made is kept."""
    phase = clip(bench.wait(start(bench, project))).phase
    assert isinstance(phase, Failed), phase
    assert re.search(message, phase.message), phase.message
    assert cure in phase.cure, phase.cure
    assert phase.retry is retry
    assert project.files.takes() == []
    assert not list(project.files.root.glob(".kinoloom/work/*")), "no work in progress is left behind"


def succeeds(bench: Bench, project: OpenProject, run: Run) -> None:
    ended = bench.wait(run)
    assert set(phases(ended)) == {"done"}, clip(ended).phase
    assert len(project.files.takes()) == 1


def said(bench: Bench, run: Run) -> str:
    """What the queue says about the clip now."""
    phase = clip(bench.studio.jobs.wait(run.id, 0)).phase
    return str(getattr(phase, "detail", "") or getattr(phase, "reason", ""))


def hears(bench: Bench, run: Run, words: str) -> None:
    until(lambda: re.search(words, said(bench, run)))


# -- whether it answers --------------------------------------------------------------------------------------------


def test_down_at_the_start(stage: Stage) -> None:
    stage.server().stop()
    bench, project = ready(stage, new_patience=0.3)
    refused(bench, project, r"127\.0\.0\.1:\d+.* failed: nothing answers there\.", "Start ComfyUI, or check its port")


def test_down_at_the_start_is_tried_again_by_itself(stage: Stage) -> None:
    comfy = stage.server()
    comfy.stop()
    bench, project = ready(stage, new_patience=0.2)
    bench.rules = QueueRules(retry=RetryPolicy(attempts=5, first=0.5, factor=1, longest=0.5))
    run = start(bench, project)
    hears(bench, run, "nothing answers there")
    until(lambda: clip(bench.studio.jobs.wait(run.id, 0)).attempts)
    waiting = clip(bench.studio.jobs.wait(run.id, 0)).phase
    assert not isinstance(waiting, Queued) or waiting.not_before.endswith("Z")
    comfy.start()
    succeeds(bench, project, run)
    assert len(comfy.accepted) == 1


def test_gone_in_the_middle(stage: Stage) -> None:
    comfy = stage.server()
    comfy.hold("CreateVideo")
    bench, project = ready(stage, patience=0.6, new_patience=0.6)
    run = start(bench, project)
    until(lambda: comfy.core.queues()[0])
    comfy.stop()
    phase = clip(bench.wait(run)).phase
    assert isinstance(phase, Failed)
    assert re.search(r"127\.0\.0\.1:\d+.* failed: nothing answers there\.", phase.message), phase.message
    assert "Start ComfyUI" in phase.cure and project.files.takes() == []


def test_restarted_and_forgetful(stage: Stage) -> None:
    comfy = stage.server()
    comfy.hold("CreateVideo")
    bench, project = ready(stage)
    run = start(bench, project)
    until(lambda: comfy.core.queues()[0])
    comfy.stop()
    comfy.script.holds.clear()
    comfy.start()
    succeeds(bench, project, run)
    assert len(comfy.accepted) == 2 and len(set(comfy.accepted)) == 1, "made again under its own id"


def test_the_socket_is_silent_but_alive(stage: Stage) -> None:
    comfy = stage.server()
    comfy.set_deaf()
    bench, project = ready(stage)
    run = start(bench, project)
    succeeds(bench, project, run)
    assert len(comfy.accepted) == 1


def test_the_socket_is_closed_and_opened_again(stage: Stage) -> None:
    comfy = stage.server()
    hold = comfy.hold("CreateVideo")
    bench, project = ready(stage)
    run = start(bench, project)
    until(lambda: comfy.core.queues()[0])
    opened = comfy.opened
    comfy.drop_sockets()
    until(lambda: comfy.opened > opened)
    hold.set()
    succeeds(bench, project, run)
    assert len(comfy.accepted) == 1


def test_without_any_socket(stage: Stage) -> None:
    comfy = stage.server()
    comfy.faults.no_socket = True
    bench, project = ready(stage)
    succeeds(bench, project, start(bench, project))


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/prompt", 500, r"sending the workflow failed: the server had an error of its own \(500\)\."),
        ("/object_info", 500, r"asking for its nodes failed: the server had an error of its own \(500\)\."),
        ("/object_info", 502, r"asking for its nodes failed: the proxy cannot reach ComfyUI \(502\)\."),
        ("/object_info", 503, r"asking for its nodes failed: the proxy cannot reach ComfyUI \(503\)\."),
    ],
)
def test_answers_of_a_broken_server(stage: Stage, path: str, status: int, words: str) -> None:
    comfy = stage.server()
    bench, project = ready(stage, patience=0.4, new_patience=0.4)
    comfy.faults.status[path] = [status] * 1000
    comfy.faults.status["/api" + path] = [status] * 1000
    refused(bench, project, words, "Look")
    comfy.faults.status.clear()
    succeeds(bench, project, start(bench, project))


def test_a_slow_server_is_waited_for(stage: Stage) -> None:
    comfy = stage.server()
    comfy.faults.silent = 0.1
    bench, project = ready(stage, silence=5)
    succeeds(bench, project, start(bench, project))
    assert len(comfy.accepted) == 1


def test_a_server_that_does_not_answer_at_all(stage: Stage) -> None:
    comfy = stage.server()
    bench, project = ready(stage, silence=0.2, patience=0.4, new_patience=0.4)
    comfy.faults.silent = 1.0
    refused(bench, project, "the server went silent", "It may be busy or stuck")
    comfy.faults.silent = 0


def test_a_laptop_that_slept_for_an_hour(stage: Stage) -> None:
    """The socket is dead without having been closed, the server has gone on, and time has jumped."""
    comfy = stage.server()
    hold = comfy.hold("CreateVideo")
    bench, project = ready(stage)
    run = start(bench, project)
    until(lambda: comfy.core.queues()[0])
    comfy.set_deaf()
    bench.clock.step(3600)
    hold.set()
    succeeds(bench, project, run)
    assert len(comfy.accepted) == 1, "it was fetched and not made again"


# -- what it gives -------------------------------------------------------------------------------------------------


def test_a_truncated_download_is_taken_up_where_it_broke(stage: Stage) -> None:
    comfy = stage.server()
    comfy.faults.views = [100, 50]
    bench, project = ready(stage)
    succeeds(bench, project, start(bench, project))
    assert comfy.requests.count(("GET", "/view")) + comfy.requests.count(("GET", "/api/view")) >= 3


def _cut(data: bytes) -> bytes:
    """As a server leaves it that ran out of space while it wrote: the pictures have begun, the index is missing."""
    return data[: data.index(b"mdat") + 100]


@pytest.mark.parametrize(
    ("alter", "message", "cure"),
    [
        (lambda data: b"<html>Not found</html>", r"clip\.mp4 cannot be read: its content is damaged, cut short, or not", "again"),
        (_cut, r"clip\.mp4 cannot be read: (it holds no frame|its content is damaged, cut short)", "again"),
        (lambda data: b"", r"clip\.mp4 .*(is empty|cannot be read)", "again"),
    ],
    ids=["no video", "cut short", "zero bytes"],
)  # fmt: skip
def test_a_result_that_is_no_video(stage: Stage, alter: Callable[[bytes], bytes], message: str, cure: str) -> None:
    comfy = stage.server()
    comfy.faults.bodies[".mp4"] = alter
    bench, project = ready(stage)
    refused(bench, project, message, cure, retry=True)


def test_a_result_of_the_wrong_length(stage: Stage) -> None:
    comfy = stage.server()
    comfy.script.alters["RepeatImageBatch"] = {"amount": 3}
    bench, project = ready(stage)
    refused(bench, project, r"Shot 001: the clip has 3 frames instead of 17\.", "Render the shot again")


def test_a_black_result(stage: Stage) -> None:
    def black(data: bytes) -> bytes:
        with av.open(io.BytesIO(data)) as source:
            stream = source.streams.video[0]
            count, size, rate = stream.frames, (stream.height, stream.width), stream.average_rate
        made = io.BytesIO()
        with av.open(made, "w", format="mp4") as out:
            target = out.add_stream("h264", rate=rate)
            target.height, target.width, target.pix_fmt = *size, "yuv420p"
            for _ in range(count):
                frame = av.VideoFrame.from_ndarray(np.zeros((*size, 3), np.uint8), format="rgb24")
                out.mux(target.encode(frame.reformat(format="yuv420p")))
            out.mux(target.encode(None))
        return made.getvalue()

    comfy = stage.server()
    comfy.faults.bodies[".mp4"] = black
    bench, project = ready(stage)
    refused(
        bench, project, r"Shot 001: everything in the result is black, so it was not kept\.", "Another seed may help"
    )


def test_an_empty_cached_result(stage: Stage) -> None:
    """The server answers from its cache, and the file of the earlier run is gone."""
    comfy = stage.server()
    bench, project = ready(stage)
    bench.render(project)
    for file in comfy.output("").rglob("*.mp4"):
        file.unlink()
    run = bench.wait(bench.studio.generation.render(project, again=True))
    phase = clip(run).phase
    assert isinstance(phase, Failed) or len(project.files.takes()) == 2
    if isinstance(phase, Failed):
        assert "of an earlier, equal run, and that file is no longer there" in phase.message


def test_out_of_memory(stage: Stage) -> None:
    comfy = stage.server()
    comfy.script.fails["CreateVideo"] = ("torch.OutOfMemoryError", "Allocation on device 0 would exceed allowed memory")
    bench, project = ready(stage)
    phase = clip(bench.wait(start(bench, project))).phase
    assert isinstance(phase, Failed) and phase.fault == "memory"
    assert "the server's graphics card ran out of memory" in phase.message and "smaller size" in phase.cure
    assert len(comfy.accepted) == 1, "the same request is not repeated"
    assert phase.offers, "something smaller is offered"


def test_a_missing_node(stage: Stage) -> None:
    comfy = stage.server()
    del comfy.info["RepeatImageBatch"]
    bench, project = ready(stage, new_patience=0.4)
    refused(
        bench,
        project,
        r"The server has no node 'RepeatImageBatch'\.",
        "install the custom nodes it is from",
        retry=False,
    )
    assert comfy.accepted == []


def test_a_missing_model(stage: Stage) -> None:
    comfy = stage.server(PASS)
    bench = stage.studio(new_patience=0.4)
    project = stage.project(bench, "1", workflow="wan2.2-5b-i2v", profile="wan2.2-5b")
    bench.wait(bench.studio.generation.draw_keyframes(project))
    refused(bench, project, r"umt5_xxl_fp8_e4m3fn_scaled\.safetensors", "models/text_encoders", retry=False)
    assert comfy.accepted == []


def test_a_stop_while_the_server_is_silent(stage: Stage) -> None:
    comfy = stage.server()
    hold = comfy.hold("CreateVideo")
    bench, project = ready(stage, silence=20)
    run = start(bench, project)
    until(lambda: comfy.core.queues()[0])
    comfy.faults.silent = 1.5
    began = time.monotonic()
    bench.studio.jobs.stop_project(project.id)
    assert bench.wait(run, 3).ended and time.monotonic() - began < 1
    threading.Timer(0, hold.set).start()
    comfy.faults.silent = 0
