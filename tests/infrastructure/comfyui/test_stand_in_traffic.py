"""The stand-in is held to traffic recorded from a real server: same answers, same frames, same order."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from tests.fakes.comfy_server import ComfyStandIn, stand_in
from tests.fakes.comfy_traffic import Recorder, normal, plain

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def traffic(corpus: Path) -> dict[str, Any]:
    return {p.stem: json.loads(p.read_text("utf-8")) for p in (corpus / "comfyui" / "traffic").glob("*.json")}


@pytest.fixture
def server(corpus: Path, tmp_path: Path) -> Iterator[ComfyStandIn]:
    """A stand-in with the recorded server's nodes and the picture that the recorded client had sent."""
    info = json.loads((corpus / "comfyui" / "object_info-0.8.0.json").read_text("utf-8"))
    picture = tmp_path / "server" / "input" / "studio" / "start.png"
    picture.parent.mkdir(parents=True)
    Image.linear_gradient("L").convert("RGB").resize((96, 64)).save(picture)
    with stand_in(tmp_path / "server", info=info) as running:
        yield running


@pytest.fixture
def client(server: ComfyStandIn) -> Iterator[Recorder]:
    recorder = Recorder(server.url)
    yield recorder
    recorder.close()


def graph_of(recording: dict[str, Any]) -> dict[str, Any]:
    """The recorded graph, at a size that encodes quickly."""
    result = recording["result"]
    graph: dict[str, Any] = copy.deepcopy((result.get("history") or result["hist"])["prompt"][2])
    for entry in graph.values():
        if entry["class_type"] == "ImageScale":
            entry["inputs"] |= {"width": 96, "height": 64}
    return graph


def same_run(recording: dict[str, Any], client: Recorder, server: ComfyStandIn, job_id: str) -> None:
    """Frames, the answer to the prompt, and the history."""
    assert normal(client.frames) == normal(recording["frames"])
    told = requests.get(f"{server.url}/history/{job_id}", timeout=5).json()[job_id]
    want = dict(recording["result"].get("history") or recording["result"]["hist"])
    for entry in (told, want):
        # Sizes were changed above, numbers count what was sent before.
        entry["prompt"] = entry["prompt"][3:]
    assert plain(told, {}) == plain(want, {})


def test_a_run(traffic: dict[str, Any], client: Recorder, server: ComfyStandIn) -> None:
    same_run(traffic["ok"], client, server, client.run(graph_of(traffic["ok"])))


def test_a_run_that_is_all_cached(traffic: dict[str, Any], server: ComfyStandIn) -> None:
    graph = graph_of(traffic["cached"])
    first = Recorder(server.url)
    first.run(graph)
    first.close()
    again = Recorder(server.url)
    same_run(traffic["cached"], again, server, again.run(graph))
    again.close()


@pytest.mark.parametrize("name", ["text_to_image_sampler_first", "text_to_image_sampler_second"])
def test_a_sampler_with_previews(traffic: dict[str, Any], server: ComfyStandIn, name: str) -> None:
    server.install("checkpoints", "random-sd15.safetensors", "CheckpointLoaderSimple", "ckpt_name")
    graph = graph_of(traffic[name])
    before = copy.deepcopy(graph)
    before["3"]["inputs"]["seed"] = 99
    first = Recorder(server.url)
    first.run(before)
    first.close()
    client = Recorder(server.url)
    same_run(traffic[name], client, server, client.run(graph))
    client.close()


def test_an_exception_inside_a_node(traffic: dict[str, Any], client: Recorder, server: ComfyStandIn) -> None:
    same_run(traffic["odd_size"], client, server, client.run(graph_of(traffic["odd_size"])))


def test_one_running_and_one_queued_are_stopped(
    traffic: dict[str, Any], client: Recorder, server: ComfyStandIn
) -> None:
    graph = graph_of(traffic["interrupt"])
    load, repeat = server.hold("LoadImage"), server.hold("RepeatImageBatch")
    _, running = client.post(graph)
    client.until("executing", node="1")
    queued = copy.deepcopy(graph)
    queued["3"]["inputs"]["amount"] = 5
    _, waiting = client.post(queued)
    client.until("status")
    load.set()
    client.until("executing", node="3")
    assert requests.post(f"{server.url}/queue", json={"delete": [waiting["prompt_id"]]}, timeout=5).status_code == 200
    assert (
        requests.post(f"{server.url}/interrupt", json={"prompt_id": running["prompt_id"]}, timeout=5).status_code == 200
    )
    repeat.set()
    client.until("executing", node=None)
    same_run(traffic["interrupt"], client, server, running["prompt_id"])
    assert requests.get(f"{server.url}/history/{waiting['prompt_id']}", timeout=5).json() == {}


def refused(traffic: dict[str, Any], name: str) -> dict[str, Any]:
    """A graph that the server refuses in the recorded way; the recordings hold only the answers."""
    if name == "bad_node":
        return {"1": {"class_type": "NoSuchNode", "inputs": {}}}
    if name == "no_out":
        return {"1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0}}}
    if name == "missing_model":
        return {
            "1": {"class_type": "UNETLoader", "inputs": {"unet_name": "wan2.2.safetensors", "weight_dtype": "default"}},
            "2": {"class_type": "ModelSave", "inputs": {"model": ["1", 0], "filename_prefix": "x"}},
        }
    graph = graph_of(traffic["ok"])
    graph["1"]["inputs"]["image"] = "missing.png"
    graph["3"]["inputs"]["amount"] = 999999
    return graph


@pytest.mark.parametrize("name", ["bad_node", "bad_input", "no_out", "missing_model"])
def test_a_graph_that_is_refused(traffic: dict[str, Any], client: Recorder, name: str) -> None:
    status, answer = client.post(refused(traffic, name))
    assert [status, answer] == traffic[name]["result"]
    assert normal(client.frames) == normal(traffic[name]["frames"])
