"""A job that goes on after its workflow was changed: what the old one made does not pass for the new one's."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from domain.backend import BackendDone, BackendStarted
from domain.project import Picked
from domain.request import GenerationRequest
from infrastructure.comfyui.answers import Given, mark_of
from tests.fakes.comfy_graphs import pass_through
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_studio import PASS, Rig, server

FRAMES = 5


@pytest.fixture
def comfy(tmp_path: Path) -> Iterator[ComfyStandIn]:
    one = server(tmp_path / "server", PASS)
    yield one
    one.stop()


@pytest.fixture
def start(tmp_path: Path) -> Path:
    Image.new("RGB", (64, 48), (200, 80, 40)).save(tmp_path / "start.png")
    return tmp_path / "start.png"


def request(workflow: str, start: Path) -> GenerationRequest:
    return GenerationRequest(
        kind="video", backend="comfyui", workflow=workflow, profile=PASS, seed=0, seed_rule="unused", width=64, height=48,
        frames=FRAMES, rate=Fraction(16), start=Picked(path="start.png", sha256="0" * 64),
    )  # fmt: skip


def store(rig: Rig, method: str) -> str:
    """A workflow of the user's; `method` is what is changed in it."""
    graph = pass_through("x.png", "mine", FRAMES, (64, 48))
    scale = next(e for e in graph.values() if e["class_type"] == "ImageScale")
    scale["inputs"]["upscale_method"] = method
    rig.own.mkdir(parents=True, exist_ok=True)
    (rig.own / "mine.json").write_text(json.dumps(graph), encoding="utf-8")
    return "mine"


def rendered(rig: Rig, job: str, start: Path, out: Path, method: str) -> BackendDone:
    """Give the job to a studio that has just been started, and wait for its end."""
    asked = request(store(rig, method), start)
    out.mkdir(exist_ok=True)
    rig.backend.submit(job, asked, {"start": start}, out)
    end = list(rig.backend.events(job))[-1]
    assert isinstance(end, BackendDone), end
    return end


def methods(comfy: ComfyStandIn, job: str) -> list[str]:
    """How the pictures of the job as the server remembers it were scaled."""
    graph = comfy.core.history[job]["prompt"][2]
    return [e["inputs"]["upscale_method"] for e in graph.values() if e["class_type"] == "ImageScale"]


def test_a_finished_clip_is_taken_up_only_while_the_workflow_is_the_same(
    tmp_path: Path, comfy: ComfyStandIn, start: Path
) -> None:
    job = str(uuid.uuid4())
    for method, sent in (("area", 1), ("area", 1), ("lanczos", 2), ("lanczos", 2)):
        rig = Rig(tmp_path, comfy)
        rendered(rig, job, start, tmp_path / "out", method)
        rig.close()
        assert comfy.accepted.count(job) == sent
        assert methods(comfy, job) == [method]


def test_what_still_runs_with_the_old_workflow_is_stopped_first(
    tmp_path: Path, comfy: ComfyStandIn, start: Path
) -> None:  # fmt: skip
    job = str(uuid.uuid4())
    comfy.script.took["RepeatImageBatch"] = 1.5
    before = Rig(tmp_path, comfy)
    (tmp_path / "out").mkdir()
    before.backend.submit(job, request(store(before, "area"), start), {"start": start}, tmp_path / "out")
    events = before.backend.events(job)
    while not isinstance(next(events), BackendStarted):
        pass
    before.close()
    comfy.script.took.clear()
    after = Rig(tmp_path, comfy)
    rendered(after, job, start, tmp_path / "out", "lanczos")
    after.close()
    assert comfy.accepted.count(job) == 2
    assert methods(comfy, job) == ["lanczos"]


def test_what_a_server_was_given_is_told_by_its_mark_or_by_the_graph() -> None:
    graph, other = {"1": {"class_type": "A", "inputs": {"x": 1}}}, {"1": {"class_type": "A", "inputs": {"x": 2}}}
    assert Given(graph, mark_of(graph)).is_of(graph)
    assert Given(other, mark_of(graph)).is_of(graph), "servers may rewrite what they were given; the mark stays"
    assert not Given(graph, mark_of(other)).is_of(graph)
    assert Given(graph).is_of(graph)
    assert not Given(other).is_of(graph)
    assert not Given().is_of(graph), "nobody can tell"
