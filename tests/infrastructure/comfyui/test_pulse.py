"""How busy servers are, asked of stand-ins: whose prompts come first, and servers that come and go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infrastructure.comfyui.failures import Failure
from infrastructure.comfyui.pulse import told
from infrastructure.comfyui.server import ComfyServer
from infrastructure.comfyui.status import Device, ServerStatus
from tests.fakes.comfy_graphs import job_id, plain
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_studio import Rig, server
from tests.fakes.waiting import until

URL = "http://127.0.0.1:8188"


def test_a_status_is_told_in_the_studios_words() -> None:
    status = ServerStatus(
        server="box", version="0.8.0", devices=(Device(name="cuda:0", memory=24, free=18, own=5),), ours=2, others=1,
        running=1, waiting=2, ahead=1,
    )  # fmt: skip
    info = told(URL, status)
    assert (info.url, info.reachable, info.version) == (URL, True, "0.8.0")
    assert (info.running, info.waiting, info.ours, info.ahead) == (1, 2, 2, 1)
    assert (info.devices[0].free, info.devices[0].own) == (18, 5)
    down = told(URL, ServerStatus(server="box", failure=Failure(cause="refused", message="Gone.", cure="Start it.")))
    assert not down.reachable and down.problem is not None and down.problem.cure == "Start it."


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    comfy = server(tmp_path / "comfy")
    rig = Rig(tmp_path / "kinoloom", comfy)
    yield rig
    rig.close()
    comfy.stop()


def test_a_pulse_notices_that_a_server_came_and_keeps_what_was_known(rig: Rig) -> None:
    engine = rig.engine
    engine.pulse()
    first = until(lambda: next((s for s in engine.servers() if s.reachable), None))
    assert first.nodes > 0, "a server that came is asked for all it has"
    until(lambda: any(f.checked for f in engine.workflows()))
    before = rig.changes
    engine.pulse()
    engine.pulse()
    time.sleep(0.3)
    (now,) = engine.servers()
    assert now == first and rig.changes == before, "nothing changed, so nobody is told"


def test_whose_prompts_come_first_is_counted(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    hold = stand_in.hold("EmptyImage")
    stand_in.foreign(plain("theirs"))
    assert (comfy.status().ours, comfy.status().ahead) == (0, 0), "nothing of ours: nothing is ahead of it"
    for number in range(2):
        stand_in.foreign(plain("theirs", number))
        comfy.submit(job_id(), plain("mine", number))
    now = told(stand_in.url, comfy.status())
    assert (now.running, now.waiting, now.ours, now.ahead) == (1, 4, 2, 2)
    hold.set()
