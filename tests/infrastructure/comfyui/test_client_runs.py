"""Prompts from sending to their end, against the stand-in and, where there is one, a real server (-m live)."""

from __future__ import annotations

import copy
import time
from pathlib import Path
from typing import Any

from infrastructure.comfyui.follow import (
    Failed,
    Interrupted,
    Lost,
    Progressed,
    Succeeded,
    Waiting,
)  # fmt: skip
from infrastructure.comfyui.server import ComfyServer
from infrastructure.comfyui.verdicts import Accepted, Refused
from tests.fakes import comfy_graphs as graphs
from tests.fakes.comfy_followed import Followed, name, sent
from tests.infrastructure.comfyui.conftest import Pictures

Graph = dict[str, Any]


# -- on any server -----------------------------------------------------------------------------------------------------


def test_a_run_and_its_files(either: ComfyServer, pictures: Pictures, tmp_path: Path) -> None:
    workflow = {"nodes": [], "note": "for the editor"}
    _, run = sent(either, graphs.pass_through(either.upload(pictures.make(name())), name()), workflow=workflow)
    end = run.end()
    assert isinstance(end, Succeeded)
    assert not end.cached
    assert run.events[0].kind in ("waiting", "started")
    fractions = [e.fraction for e in run.events if isinstance(e, Progressed)]
    assert fractions == sorted(fractions)
    clip, last = sorted(end.files, key=lambda f: f.node)
    assert clip.animated
    assert not last.animated
    for file in (clip, last):
        report: list[tuple[int, int | None]] = []

        def note(done: int, total: int | None, report: list[tuple[int, int | None]] = report) -> None:
            report.append((done, total))

        got = either.download(file, tmp_path / file.filename, note)
        assert got.path.stat().st_size == got.size == report[-1][0] == report[-1][1]
        assert b"for the editor" in got.path.read_bytes()
    assert not list(tmp_path.glob(".*part"))


def test_an_equal_run_is_all_cached_and_still_has_its_end(either: ComfyServer, pictures: Pictures) -> None:
    graph = graphs.pass_through(either.upload(pictures.make(name())), name())
    assert isinstance(sent(either, graph)[1].end(), Succeeded)
    for _ in range(10):
        began = time.monotonic()
        _, run = sent(either, graph)
        end = run.end()
        assert isinstance(end, Succeeded)
        assert end.cached
        assert all(f.cached for f in end.files)
        assert run.at[-1] - began < 1


def test_a_node_that_fails_is_told_within_a_second(either: ComfyServer) -> None:
    began = time.monotonic()
    job_id, run = sent(either, graphs.odd(name()))
    end = run.end()
    assert time.monotonic() - began < 1
    assert isinstance(end, Failed)
    assert end.failure.cause == "odd_size"
    assert end.failure.message.startswith("“Write the clip” (SaveVideo, node 5) failed: the video encoder refused")
    assert end.failure.cure == "Use an even width and height."
    time.sleep(0.1)  # the history has it a moment later
    assert either.find(job_id) == Failed(failure=either_failure(either, job_id))


def either_failure(server: ComfyServer, job_id: str) -> Any:
    found = server.find(job_id)
    assert isinstance(found, Failed)
    return found.failure


def test_a_refusal_names_each_node(either: ComfyServer) -> None:
    graph = graphs.pass_through("kinoloom/nothing.png", name())
    graph["3"]["inputs"]["amount"] = 99999
    began = time.monotonic()
    result = either.submit(graphs.job_id(), graph)
    assert time.monotonic() - began < 1
    assert isinstance(result, Refused)
    assert result.failure.cause == "missing_image"
    assert {n.node: n.class_type for n in result.failure.nodes} == {"1": "LoadImage", "3": "RepeatImageBatch"}
    assert "“Start” (LoadImage, node 1)" in result.failure.message
    assert either.queue().find("x") is None


def test_a_missing_node_and_a_missing_model(either: ComfyServer) -> None:
    unknown = either.submit(graphs.job_id(), {"7": graphs.node("NoSuchNode", "Magic")})
    assert isinstance(unknown, Refused)
    assert unknown.failure.cause == "missing_node"
    assert "“Magic” (NoSuchNode, node 7)" in unknown.failure.message
    graph = graphs.plain(name()) | {
        "4": graphs.node("VAELoader", vae_name="nothing.safetensors"),
        "5": graphs.node("EmptyLatentImage", width=64, height=64, batch_size=1),
        "6": graphs.node("VAEDecode", samples=["5", 0], vae=["4", 0]),
        "2": graphs.node("SaveImage", images=["6", 0], filename_prefix="test/never"),
    }
    missing = either.submit(graphs.job_id(), graph)
    assert isinstance(missing, Refused)
    assert missing.failure.cause == "missing_model"
    assert missing.failure.nodes[0].missing == {"vae_name": "nothing.safetensors"}


def test_a_prompt_of_which_only_a_part_is_right_is_refused_whole(either: ComfyServer) -> None:
    graph = graphs.pass_through("kinoloom/nothing.png", name())
    plain = graphs.plain(name(), 0x123456)
    graph |= {"10": plain["1"], "11": graphs.node("SaveImage", images=["10", 0], filename_prefix="test/part")}
    job_id = graphs.job_id()
    result = either.submit(job_id, graph)
    assert isinstance(result, Refused)
    assert result.failure.cause == "missing_image"
    assert either.queue().ahead(job_id) is None


def test_only_the_outputs_that_are_wanted(either: ComfyServer, pictures: Pictures) -> None:
    graph = graphs.pass_through(either.upload(pictures.make(name())), name())
    end = sent(either, graph, targets=["7"])[1].end()
    assert isinstance(end, Succeeded)
    assert [f.node for f in end.files] == ["7"]


def test_a_prompt_that_was_sent_before_is_not_sent_again(either: ComfyServer) -> None:
    graph = graphs.plain(name(), 0x111111)
    job_id, run = sent(either, graph)
    run.end()
    time.sleep(0.05)
    assert either.submit(job_id, graph, again=True) == Accepted()
    assert isinstance(Followed(either, job_id).end(), Succeeded)


def test_an_earlier_process_is_followed_on(either: ComfyServer) -> None:
    graph = graphs.plain(name(), 0x222222)
    job_id, run = sent(either, graph)
    run.end()
    after = ComfyServer(either.connection.address.base)
    try:
        assert isinstance(after.find(job_id), Succeeded)
        assert isinstance(Followed(after, job_id).end(), Succeeded)
        unknown = graphs.job_id()
        assert after.find(unknown) is None
        end = Followed(after, unknown).end()
        assert isinstance(end, Lost)
        assert end.failure.cause == "gone"
    finally:
        after.close()


def test_a_new_socket_under_the_old_name_hears_again(either: ComfyServer) -> None:
    sent(either, graphs.plain(name(), 0x666666))[1].end()
    for turn in range(3):
        either.reconnect()
        assert isinstance(sent(either, graphs.plain(name(), 0x777777 + turn))[1].end(3), Succeeded)
    assert either.losses >= 1


def test_stopping_what_is_over_or_not_known_does_nothing(either: ComfyServer) -> None:
    job_id, run = sent(either, graphs.plain(name(), 0x333333))
    run.end()
    time.sleep(0.05)
    assert either.cancel(job_id) == either.cancel(graphs.job_id()) == "absent"
    assert isinstance(either.find(job_id), Succeeded)


def long(server: ComfyServer, pictures: Pictures) -> Graph:
    """A graph that keeps a real server busy for about a second in each of several nodes."""
    graph = graphs.pass_through(server.upload(pictures.make(name(), (32, 24))), name(), 60, (960, 720))
    graph["8"] = graphs.node(
        "ImageScale", image=["3", 0], upscale_method="lanczos", width=640, height=480, crop="center"
    )
    graph["4"]["inputs"]["images"] = ["8", 0]
    for extra in ("9", "10"):  # so that a node follows on whichever runs when it is stopped
        graph[extra] = copy.deepcopy(graph["5"])
        graph[extra]["inputs"]["filename_prefix"] += extra
    return graph


def test_stopping_one_that_runs_and_one_that_waits(either: ComfyServer, pictures: Pictures) -> None:
    running, first = sent(either, long(either, pictures))
    first.started()
    waiting, second = sent(either, graphs.plain(name(), 0x444444))
    other = ComfyServer(either.connection.address.base)
    foreign, third = sent(other, graphs.plain(name(), 0x555555))
    try:
        assert second.wait(lambda e: isinstance(e, Waiting)) == Waiting(ahead=1, ours=1)
        assert third.wait(lambda e: isinstance(e, Waiting)) == Waiting(ahead=2, ours=0)
        assert either.cancel(waiting) == "removed"
        stopped = second.end(2)
        assert isinstance(stopped, Interrupted)
        assert stopped.ours
        assert either.cancel(running) == "interrupted"
        end = first.end(20)
        assert isinstance(end, Interrupted)
        assert end.ours
        assert isinstance(third.end(20), Succeeded)
        assert either.cancel(running) == either.cancel(waiting) == other.cancel(foreign) == "absent"
    finally:
        other.close()


def test_the_state_of_a_server(either: ComfyServer) -> None:
    status = either.status()
    assert status.reachable
    assert status.version
    assert status.devices[0].memory >= status.devices[0].free > 0
    assert (status.ours, status.others) == (0, 0)
    assert status.upload_limit
    assert either.models("checkpoints") is not None
    assert either.models("no such folder") is None
    nodes = either.object_info()
    assert nodes["LoadImage"]["output"][0] == "IMAGE"
    assert either.object_info() is nodes
    assert either.object_info(refresh=True) is not nodes
    assert isinstance(either.facts.template("index"), list)
