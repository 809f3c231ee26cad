"""The stand-in beside a real ComfyUI: the same requests get the same answers, frames and pictures from both."""

from __future__ import annotations

import collections
import copy
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from infrastructure.comfyui.answers import files_of
from tests.fakes import comfy_graphs as graphs
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_traffic import Recorder, normal, plain
from tests.infrastructure.comfyui.conftest import Pictures

pytestmark = pytest.mark.live

Graph = dict[str, Any]
Make = Callable[[str, str], Graph]
"""A graph of an uploaded picture and a name for what it saves."""


@pytest.fixture
def both(live_url: str, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The addresses of a stand-in with the real server's nodes, and of the real server."""
    info = requests.get(f"{live_url}/object_info", timeout=30).json()
    server = ComfyStandIn(tmp_path / "server", info=info)
    yield server.url, live_url
    server.stop()


def upload(url: str, picture: Path) -> str:
    form = {"subfolder": "kinoloom", "type": "input"}
    files = {"image": (picture.name, picture.read_bytes())}
    answer = requests.post(f"{url}/upload/image", data=form, files=files, timeout=20).json()
    return f"{answer['subfolder']}/{answer['name']}"


def mixed(image: str, name: str) -> Graph:
    """One output that is right and one that is not."""
    graph = {**graphs.pass_through("missing.png", name), "10": graphs.plain(name)["1"]}
    return {**graph, "11": graphs.node("PreviewImage", images=["10", 0])}


def wrong(image: str, name: str) -> Graph:
    """Wrong in many ways."""
    graph = graphs.pass_through(image, name)
    del graph["2"]["inputs"]["width"]
    graph["2"]["inputs"]["crop"] = "sideways"
    graph["6"]["inputs"] |= {"batch_index": "x", "length": 0}
    graph["4"]["inputs"] |= {"fps": 1000, "images": ["4", 0]}
    graph["5"]["inputs"]["codec"] = "vp9"
    return graph


def branched(image: str, name: str) -> Graph:
    """Several outputs at several depths, written in an odd order."""
    graph = graphs.pass_through(image, name)
    graph = {"8": graphs.node("PreviewImage", images=["1", 0]), **dict(reversed(graph.items()))}
    return {**graph, "9": graphs.node("SaveImage", images=["2", 0], filename_prefix=f"test/{name}_scaled")}


RUNS: dict[str, Make] = {
    "a clip": graphs.pass_through,
    "branches": branched,
    "odd size": lambda image, name: graphs.odd(name),
    "some outputs fail": mixed,
}
REFUSALS: dict[str, Make] = {
    "wrong": wrong,
    "no class": lambda image, name: {"1": {"inputs": {}}},
    "unknown class": lambda image, name: {"1": graphs.node("NoSuchNode")},
    "no output": lambda image, name: {"1": graphs.plain(name)["1"]},
    "missing link": lambda image, name: {
        **graphs.plain(name),
        "1": graphs.node("RepeatImageBatch", image=["99", 0], amount=1),
    },
    "no model": lambda image, name: {
        "1": graphs.node("VAELoader", vae_name="nothing.safetensors"),
        "2": graphs.node("VAEDecode", vae=["1", 0], samples=["3", 0]),
        "3": graphs.node("EmptyLatentImage", width=64, height=64, batch_size=1),
        "4": graphs.node("SaveImage", images=["2", 0], filename_prefix=name),
    },
    "no picture": lambda image, name: graphs.pass_through("nothing.png", name),
}


@pytest.mark.parametrize("flags", [False, True])
@pytest.mark.parametrize("run", list(RUNS))
def test_frames_and_history(both: tuple[str, str], pictures: Pictures, run: str, flags: bool) -> None:
    seen = []
    name = uuid.uuid4().hex[:8]
    for url in both:
        graph = RUNS[run](upload(url, pictures.make(f"{name}-{run}", (96, 72))), name)
        before = Recorder(url)
        before.run(graphs.plain(f"{name}-before", int(name[:5], 16)))  # what was cached is let go
        before.close()
        client = Recorder(url, flags)
        _, answer = client.post(graph)
        client.until("executing", node=None)
        again = client.run(graph)
        history = requests.get(f"{url}/history/{again}", timeout=20).json()[again]
        history["prompt"] = history["prompt"][2:]
        answer.pop("number"), answer.pop("prompt_id")
        client.close()
        pixels = []
        for file in files_of(history["outputs"]):
            view = requests.get(f"{url}/view", params=file.params, timeout=20)
            assert view.status_code == 200
            pixels.append((file.node, file.filename[-4:]))
        seen.append((normal(client.frames), plain(answer, {}), plain(history, {}), pixels))
    for ours, real in zip(*seen, strict=True):
        assert ours == real or _counted(ours) == _counted(real)


def _counted(value: Any) -> Any:
    """Frames without their order: of several outputs the server takes whichever its sets give first."""
    return collections.Counter(v["type"] if isinstance(v, dict) else str(v) for v in value)


@pytest.mark.parametrize("name", list(REFUSALS))
def test_refusals(both: tuple[str, str], pictures: Pictures, name: str) -> None:
    def refused(url: str, backwards: bool = False) -> Any:
        graph = REFUSALS[name](upload(url, pictures.make(name)), "never")
        client = Recorder(url)
        status, answer = client.post(copy.deepcopy(dict(reversed(graph.items())) if backwards else graph))
        client.close()
        return status, plain(answer, {}), normal(client.frames)

    stand_in, real = both
    # The stand-in looks at the outputs in the order of the graph, the server in that of a set.
    assert refused(real) in (refused(stand_in), refused(stand_in, backwards=True))


def test_files_in_and_out(both: tuple[str, str], pictures: Pictures) -> None:
    kept = ("Content-Range", "Accept-Ranges", "Content-Type")
    data = pictures.make(uuid.uuid4().hex).read_bytes()
    name = f"{uuid.uuid4().hex}.png"
    seen: list[list[Any]] = []
    for url in both:
        told: list[Any] = []
        for content in (data, data, data + b"x", data + b"y", data + b"x"):
            files = {"image": (name, content)}
            answer = requests.post(f"{url}/upload/image", files=files, data={"subfolder": "kinoloom"}, timeout=20)
            told.append((answer.status_code, answer.json()))
        for form, files in (({"subfolder": "../x"}, {"image": (name, data)}), ({}, {"other": (name, data)})):
            answer = requests.post(f"{url}/upload/image", files=files, data=form, timeout=20)
            told.append((answer.status_code, answer.text))
        there = {"filename": name, "subfolder": "kinoloom", "type": "input"}
        for params in (there, {**there, "filename": "no.png"}, {**there, "filename": "../no.png"},
                       {**there, "subfolder": "../.."}, {**there, "type": "other"}, {}):  # fmt: skip
            for method in ("GET", "HEAD"):
                answer = requests.request(method, f"{url}/view", params=params, timeout=20)
                told.append((answer.status_code, answer.headers.get("Content-Length"), answer.content))
        for extra in ({"Range": "bytes=7-"}, {"Range": "bytes=999999-"}, {"Origin": "http://elsewhere"}):
            answer = requests.get(f"{url}/view", params=there, headers=extra, timeout=20)
            told.append((answer.status_code, answer.content, [answer.headers.get(k) for k in kept[:1]]))
        for path in ("models/none", "api/jobs/none", "history/none", "nothing", "object_info/NoSuch"):
            answer = requests.get(f"{url}/{path}", timeout=20)
            told.append((path, answer.status_code, answer.text if answer.status_code == 200 else ""))
        for path, body in (("prompt", {}), ("queue", {"delete": ["none"]}), ("interrupt", {"prompt_id": "none"})):
            answer = requests.post(f"{url}/{path}", json=body, timeout=20)
            told.append((path, answer.status_code, answer.text))
        seen.append(told)
    # The real server leaves the length of an empty answer to HEAD out.
    for ours, real in zip(*seen, strict=True):
        assert ours == real or (real[0] >= 400 and ours[0] == real[0] and ours[2] == real[2])


def test_pictures_are_the_same_to_the_byte(both: tuple[str, str], pictures: Pictures) -> None:
    seen = []
    for method in ("lanczos", "nearest-exact"):
        for size, crop in (((40, 40), "center"), ((96, 32), "center"), ((96, 32), "disabled"), ((64, 48), "center")):
            for url in both:
                graph = graphs.pass_through(upload(url, pictures.make("source", (64, 48))), uuid.uuid4().hex, 3, size)
                graph["2"]["inputs"] |= {"upscale_method": method, "crop": crop}
                client = Recorder(url)
                job = client.run(graph, partial_execution_targets=["7"])
                client.close()
                outputs = requests.get(f"{url}/history/{job}", timeout=20).json()[job]["outputs"]
                file = next(f for f in files_of(outputs) if f.node == "7")
                image = requests.get(f"{url}/view", params=file.params, timeout=20).content
                path = pictures.folder / "out.png"
                path.write_bytes(image)
                seen.append((method, size, crop, _pixels(path)))
    for ours, real in zip(seen[::2], seen[1::2], strict=True):
        assert ours == real, ours[:3]


def _pixels(path: Path) -> bytes:
    from PIL import Image

    with Image.open(path) as image:
        return image.convert("RGB").tobytes()
