"""Broken connections, deaf sockets, restarts, other clients: what can only be arranged on the stand-in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BackendUnavailable
from infrastructure.comfyui.follow import (
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
from infrastructure.comfyui.listener import MAX_MESSAGE
from infrastructure.comfyui.server import ComfyServer
from tests.fakes import comfy_graphs as graphs
from tests.fakes.comfy_followed import sent
from tests.fakes.comfy_server import ComfyStandIn

Graph = dict[str, Any]


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


def test_a_message_without_measure_is_not_read_to_its_end(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    sent(comfy, graphs.plain("before"))[1].end()
    hold = stand_in.hold("EmptyImage")
    _, run = sent(comfy, graphs.plain("a", 1))
    run.started()
    opened = stand_in.opened
    stand_in.core.send(b"\0\0\0\x01" + bytes(MAX_MESSAGE))
    deadline = time.monotonic() + 20
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
    # The end of the old connection may take the new one's name along, as on the real server: that one is opened again.
    assert comfy.losses in (1, 2)


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
