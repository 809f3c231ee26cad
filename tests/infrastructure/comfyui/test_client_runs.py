"""Prompts from sending to their end, against the stand-in and, where there is one, a real server (-m live)."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BackendUnavailable
from infrastructure.comfyui.follow import (
    TERMINAL,
    Event,
    Failed,
    Interrupted,
    Lost,
    Previewed,
    Progressed,
    Silent,
    Started,
    Succeeded,
    Waiting,
)  # fmt: skip
from infrastructure.comfyui.server import Accepted, ComfyServer, Refused
from tests.fakes import comfy_graphs as graphs
from tests.fakes.comfy_server import ComfyStandIn
from tests.infrastructure.comfyui.conftest import Pictures

Graph = dict[str, Any]


class Followed:
    """A prompt that is followed in a thread, with the time of each event."""

    def __init__(self, server: ComfyServer, job_id: str, graph: Graph | None = None) -> None:
        self.events: list[Event] = []
        self.at: list[float] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, args=(server.follow(job_id, graph),), daemon=True)
        self._thread.start()

    def _run(self, events: Iterator[Event]) -> None:
        for event in events:
            with self._changed:
                self.events.append(event)
                self.at.append(time.monotonic())
                self._changed.notify_all()

    def wait(self, fits: Callable[[Event], bool], seconds: float = 10) -> Event:
        """The first event that fits."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(fits, self.events)), seconds), self.kinds
        return next(filter(fits, self.events))

    def started(self) -> None:
        self.wait(lambda e: isinstance(e, Started))

    def end(self, seconds: float = 15) -> Event:
        event = self.wait(lambda e: isinstance(e, TERMINAL), seconds)
        self._thread.join(5)
        assert not self._thread.is_alive()
        assert sum(isinstance(e, TERMINAL) for e in self.events) == 1
        assert self.events[-1] is event
        return event

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in itertools.groupby(e.kind for e in self.events)]


def sent(server: ComfyServer, graph: Graph, **how: Any) -> tuple[str, Followed]:
    """Submitted and followed."""
    job_id = graphs.job_id()
    result = server.submit(job_id, graph, **how)
    assert isinstance(result, Accepted), result
    return job_id, Followed(server, job_id)


def name() -> str:
    return uuid.uuid4().hex[:8]


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


# -- on the stand-in: what can only be arranged there ------------------------------------------------------------------


def test_listening_comes_before_sending(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    _, run = sent(comfy, graphs.sampled("a"))
    run.end()
    paths = [path for _, path in stand_in.requests]
    assert paths.index("/ws") < paths.index("/prompt")


def test_sampler_steps_and_previews(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.script.took["KSampler"] = 0.05
    _, run = sent(comfy, graphs.sampled("a", steps=5))
    run.end()
    steps = [e for e in run.events if isinstance(e, Progressed) and e.steps]
    assert [e.step for e in steps][:4] == [1, 2, 3, 4]  # what comes right after the last may take its place
    assert all((e.node, e.title, e.steps) == ("3", "The sampler", 5) for e in steps)
    # Loading 20, the texts 8 each, the empty latent 1, five steps of 10, decoding 15, saving 4.
    assert [e.fraction for e in steps] == [round((37 + 10 * e.step) / 106, 4) for e in steps]
    previews = [e for e in run.events if isinstance(e, Previewed)]
    assert len(previews) == 5
    assert all(p.mime == "image/jpeg" and p.node == "3" and p.image.startswith(b"\xff\xd8") for p in previews)


def test_a_slow_reader_gets_every_transition_and_the_latest_of_the_rest(comfy: ComfyServer) -> None:
    job_id = graphs.job_id()
    comfy.submit(job_id, graphs.sampled("a", steps=50))
    deadline = time.monotonic() + 5
    while comfy.find(job_id) is None or not isinstance(comfy.find(job_id), Succeeded):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.1)
    events = list(comfy.follow(job_id))
    assert [e.kind for e in events] == ["started", "preview", "progress", "succeeded"]


def test_others_messages_and_prompts_change_nothing(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    hold = stand_in.hold("EmptyImage")
    theirs = stand_in.foreign(graphs.plain("theirs"))
    _, run = sent(comfy, graphs.sampled("mine"))
    assert run.wait(lambda e: isinstance(e, Waiting)) == Waiting(ahead=1, ours=0)
    stand_in.core.say(
        "execution_interrupted", {"prompt_id": theirs, "node_id": "1", "node_type": "EmptyImage", "executed": []}
    )
    stand_in.core.say("progress", {"prompt_id": theirs, "node": "3", "value": 4, "max": 4})
    stand_in.core.say("crystools.monitor", {"cpu": 5})
    stand_in.core.send("this is no JSON")
    stand_in.core.send(b"\0\0\0\x09???")
    hold.set()
    assert isinstance(run.end(), Succeeded)
    assert run.kinds[:2] == ["waiting", "started"]


def test_a_deaf_socket_still_ends_and_is_opened_again(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    sent(comfy, graphs.plain("before"))[1].end()
    stand_in.set_deaf()
    hold = stand_in.hold("EmptyImage")
    _, run = sent(comfy, graphs.plain("a", 1))
    run.started()
    opened = stand_in.opened
    stand_in.deaf = False  # who comes new is heard
    deadline = time.monotonic() + 5
    while stand_in.opened == opened:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    hold.set()
    assert isinstance(run.end(), Succeeded)


def test_an_error_on_a_deaf_socket_is_told_within_a_second(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    sent(comfy, graphs.plain("before"))[1].end()
    stand_in.set_deaf()
    hold = stand_in.hold("SaveVideo")
    _, run = sent(comfy, graphs.odd("a"))
    run.started()
    hold.set()
    began = time.monotonic()
    assert isinstance(run.end(), Failed)
    assert time.monotonic() - began < 1


def test_without_any_socket_http_is_enough(stand_in: ComfyStandIn) -> None:
    stand_in.faults.no_socket = True
    client = ComfyServer(stand_in.url)
    try:
        _, run = sent(client, graphs.plain("a"))
        assert isinstance(run.end(3), Succeeded)
        assert not client.listening
    finally:
        client.close()


def test_a_run_that_ends_while_the_socket_is_away(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    hold = stand_in.hold("EmptyImage")
    _, run = sent(comfy, graphs.plain("a"))
    run.started()
    stand_in.faults.no_socket = True
    stand_in.drop_sockets()
    hold.set()
    assert isinstance(run.end(3), Succeeded)
    assert not comfy.listening
    stand_in.faults.no_socket = False
    stand_in.script.holds.clear()
    _, run = sent(comfy, graphs.sampled("b"))
    run.wait(lambda e: isinstance(e, Started))
    run.end()
    deadline = time.monotonic() + 5
    while not comfy.listening:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert comfy.losses == 1


def test_a_dropped_socket_comes_back_and_hears_the_rest(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.script.took["KSampler"] = 0.1
    _, run = sent(comfy, graphs.sampled("a", steps=12))
    run.wait(lambda e: isinstance(e, Progressed) and e.step == 2)
    stand_in.drop_sockets()
    run.wait(lambda e: isinstance(e, Progressed) and e.step == 11)
    assert isinstance(run.end(), Succeeded)
    assert run.kinds.count("started") == 1


def test_a_restart_is_noticed_and_said(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.hold("EmptyImage")
    _, run = sent(comfy, graphs.plain("a"))
    run.started()
    stand_in.restart()
    end = run.end(5)
    assert isinstance(end, Lost)
    assert end.failure.cause == "restarted"
    assert end.failure.retry
    assert "was restarted and has forgotten the job" in end.failure.message
    assert isinstance(sent(comfy, graphs.plain("b"))[1].end(), Succeeded)


def test_a_job_that_somebody_else_removed(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    hold = stand_in.hold("EmptyImage")
    stand_in.foreign(graphs.plain("theirs"))
    job_id, run = sent(comfy, graphs.sampled("a"))
    run.wait(lambda e: isinstance(e, Waiting))
    stand_in.core.delete(job_id)
    end = run.end(3)
    assert isinstance(end, Lost)
    assert end.failure.cause == "removed"
    hold.set()


def test_a_server_that_dies_for_good(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.hold("EmptyImage")
    _, run = sent(comfy, graphs.plain("a"))
    run.started()
    stand_in.stop()
    words = "asking for its queue failed: nothing answers there."
    run.wait(lambda e: isinstance(e, Silent) and e.failure.message.endswith(words), 4)
    end = run.end(8)  # the fixture's patience is 3 s
    assert isinstance(end, Lost)
    assert end.failure.retry
    with pytest.raises(BackendUnavailable, match="nothing answers there"):
        comfy.submit(graphs.job_id(), graphs.plain("b"))
    status = comfy.status()
    assert not status.reachable
    assert status.failure is not None
    assert "Start ComfyUI" in status.failure.cure


def test_a_result_that_the_server_forgot_at_once(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    hold = stand_in.hold("SaveImage")
    _, run = sent(comfy, graphs.plain("a"))
    run.started()
    history = stand_in.core.history

    class Forgetful(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            """Another client clears the history all the time."""

    stand_in.core.history = Forgetful(history)
    hold.set()
    end = run.end(5)
    assert isinstance(end, Succeeded)
    assert [f.filename for f in end.files] == ["a_00001_.png"]


def test_an_old_server_that_does_not_read_whom_to_interrupt(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.ignores_interrupt_id = True
    hold = stand_in.hold("EmptyImage")
    theirs = stand_in.foreign(graphs.plain("theirs"))
    job_id, run = sent(comfy, graphs.sampled("mine"))
    run.wait(lambda e: isinstance(e, Waiting))
    assert comfy.cancel(job_id) == "removed"
    assert comfy.cancel(job_id) == "absent"
    assert ("POST", "/interrupt") not in stand_in.requests
    hold.set()
    deadline = time.monotonic() + 5
    while theirs not in stand_in.core.history:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert stand_in.core.history[theirs]["status"]["status_str"] == "success"


def test_somebody_else_interrupts_ours(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.script.took["KSampler"] = 0.05
    job_id, run = sent(comfy, graphs.sampled("a", steps=100))
    run.wait(lambda e: isinstance(e, Progressed) and e.step > 1)
    stand_in.core.interrupt(job_id)
    end = run.end()
    assert isinstance(end, Interrupted)
    assert not end.ours
    assert end.failure.message == "The run was stopped on the server at “The sampler” (KSampler, node 3)."


def test_out_of_memory_in_a_node(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.script.fails["KSampler"] = ("torch.OutOfMemoryError", "Allocation on device ")
    end = sent(comfy, graphs.sampled("a"))[1].end()
    assert isinstance(end, Failed)
    assert (end.failure.cause, end.failure.retry) == ("out_of_memory", True)
    assert end.failure.message.startswith("“The sampler” (KSampler, node 3) failed: the server's graphics card ran out")


# -- sending when the network breaks -----------------------------------------------------------------------------------


def test_a_prompt_that_arrived_is_not_sent_twice(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.faults.posts = ["after"]
    job_id, run = sent(comfy, graphs.plain("a"))
    assert isinstance(run.end(), Succeeded)
    assert stand_in.accepted == [job_id]


def test_a_prompt_that_did_not_arrive_is_sent_again_once(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.faults.posts = ["before", "before"]
    job_id, run = sent(comfy, graphs.plain("a"))
    assert isinstance(run.end(), Succeeded)
    assert stand_in.accepted == [job_id]


def test_a_proxy_that_cannot_reach_the_server_for_a_moment(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.faults.status["/prompt"] = [502]
    stand_in.faults.status["/system_stats"] = [503]
    job_id, run = sent(comfy, graphs.plain("a"))
    run.end()
    assert stand_in.accepted == [job_id]
    assert comfy.status().reachable


def test_an_answer_that_does_not_come_is_not_asked_for_twice(stand_in: ComfyStandIn) -> None:
    client = ComfyServer(stand_in.url, silence=0.3)
    try:
        assert isinstance(sent(client, graphs.plain("a"))[1].end(), Succeeded)
        stand_in.faults.silent = 0.6
        with pytest.raises(BackendUnavailable, match="the server went silent"):
            client.submit(graphs.job_id(), graphs.plain("b"))
        stand_in.faults.silent = 0
        posts = stand_in.requests.count(("POST", "/prompt"))
        assert posts == 2
    finally:
        client.close()


def test_closing_ends_whoever_follows(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.hold("EmptyImage")
    _, run = sent(comfy, graphs.plain("a"))
    run.started()
    comfy.close()
    comfy.close()
    end = run.end(2)
    assert isinstance(end, Lost)
    assert end.failure.cause == "closed"
    with pytest.raises(BackendUnavailable, match="was closed"):
        comfy.queue()


def test_two_prompts_wait_without_a_pause_between_them(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.script.took["EmptyImage"] = 0.02
    runs = [sent(comfy, graphs.plain(f"n{n}", n))[1] for n in range(12)]
    assert all(isinstance(run.end(), Succeeded) for run in runs)
    assert sorted(stand_in.gaps)[len(stand_in.gaps) // 2] < 0.005


def test_two_servers_at_once(tmp_path: Path) -> None:
    servers = [ComfyStandIn(tmp_path / n) for n in "ab"]
    clients = [ComfyServer(server.url) for server in servers]
    try:
        for server in servers:
            server.script.took["EmptyImage"] = 0.3
        began = time.monotonic()
        runs = [sent(client, graphs.plain("a"))[1] for client in clients]
        assert all(isinstance(run.end(), Succeeded) for run in runs)
        assert time.monotonic() - began < 0.55
    finally:
        for client in clients:
            client.close()
        for server in servers:
            server.stop()
