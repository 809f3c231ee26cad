"""What the stand-in makes: pictures to the byte, clips that decode to the planned frames, models that pretend."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import requests
from PIL import Image

from infrastructure.comfyui.follow import Failed, Succeeded
from infrastructure.comfyui.server import ComfyServer
from infrastructure.comfyui.verdicts import Accepted
from tests.fakes import comfy_graphs as graphs
from tests.fakes.comfy_server import ComfyStandIn
from tests.infrastructure.comfyui.conftest import Pictures


def done(comfy: ComfyServer, graph: dict[str, Any], **how: Any) -> Succeeded:
    job_id = graphs.job_id()
    assert isinstance(comfy.submit(job_id, graph, **how), Accepted)
    end = list(comfy.follow(job_id))[-1]
    assert isinstance(end, Succeeded), end
    return end


def fetched(comfy: ComfyServer, end: Succeeded, node: str, folder: Path) -> Path:
    file = next(f for f in end.files if f.node == node)
    return comfy.download(file, folder / file.filename).path


def test_the_last_frame_is_the_scaled_picture_without_loss(
    comfy: ComfyServer, pictures: Pictures, tmp_path: Path
) -> None:
    picture = pictures.make("a", (100, 80))
    graph = graphs.pass_through(comfy.upload(picture), "a", 7, (50, 40))
    end = done(comfy, graph, workflow={"nodes": [1]})
    last = fetched(comfy, end, "7", tmp_path)
    with Image.open(picture) as source, Image.open(last) as image:
        assert np.array_equal(np.asarray(source.resize((50, 40), Image.Resampling.LANCZOS)), np.asarray(image))
        assert json.loads(image.info["workflow"]) == {"nodes": [1]}
        assert json.loads(image.info["prompt"])["3"]["inputs"]["amount"] == 7
    with av.open(fetched(comfy, end, "5", tmp_path)) as clip:
        stream = clip.streams.video[0]
        assert sum(1 for _ in clip.decode(stream)) == 7
        assert stream.average_rate == 16
        assert (stream.codec_context.colorspace, stream.codec_context.pix_fmt) == (2, "yuv420p")  # 2: not said
        assert json.loads(clip.metadata["workflow"]) == {"nodes": [1]}


def test_a_chained_start_is_the_last_frame_bit_for_bit(comfy: ComfyServer, pictures: Pictures, tmp_path: Path) -> None:
    first = fetched(comfy, done(comfy, graphs.pass_through(comfy.upload(pictures.make()), "a")), "7", tmp_path)
    again = fetched(comfy, done(comfy, graphs.pass_through(comfy.upload(first), "b")), "7", tmp_path)
    with Image.open(first) as one, Image.open(again) as two:
        assert one.tobytes() == two.tobytes()


def test_the_index_of_a_frame_is_clamped(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    graph = graphs.plain("a") | {
        "3": graphs.node("ImageFromBatch", image=["1", 0], batch_index=4, length=4096),
        "4": graphs.node("SaveImage", images=["3", 0], filename_prefix="test/cut"),
    }
    graph["1"]["inputs"]["batch_size"] = 6
    end = done(comfy, graph)
    assert [f.filename for f in end.files if f.node == "4"] == ["cut_00001_.png", "cut_00002_.png"]
    assert len([f for f in end.files if f.node == "2"]) == 6


def test_a_picture_that_changed_is_loaded_anew(comfy: ComfyServer, stand_in: ComfyStandIn, pictures: Pictures) -> None:
    name = comfy.upload(pictures.make("a"))
    graph = graphs.pass_through(name, "a")
    assert not done(comfy, graph).cached
    assert done(comfy, graph).cached
    (stand_in.folders.root / "input" / name).write_bytes(pictures.make("b").read_bytes())
    assert not done(comfy, graph).cached


def test_models_pretend(comfy: ComfyServer, stand_in: ComfyStandIn, pictures: Pictures, tmp_path: Path) -> None:
    stand_in.install("text_encoders", "umt5.safetensors", "CLIPLoader", "clip_name")
    assert comfy.models("text_encoders") == ("umt5.safetensors",)
    graph = {
        "1": graphs.node("UNETLoader", unet_name="wan.safetensors", weight_dtype="default"),
        "2": graphs.node("CLIPLoader", clip_name="umt5.safetensors", type="wan"),
        "3": graphs.node("VAELoader", vae_name="wan_vae.safetensors"),
        "4": graphs.node("CLIPTextEncode", text="a house", clip=["2", 0]),
        "5": graphs.node("LoadImage", image=comfy.upload(pictures.make("a", (64, 48)))),
        "6": graphs.node(
            "WanImageToVideo", positive=["4", 0], negative=["4", 0], vae=["3", 0], width=64, height=48, length=9,
            batch_size=1, start_image=["5", 0],
        ),
        "7": graphs.node(
            "KSampler", model=["1", 0], seed=7, steps=3, cfg=1.0, sampler_name="euler", scheduler="simple", denoise=1.0,
            positive=["6", 0], negative=["6", 1], latent_image=["6", 2],
        ),
        "8": graphs.node("VAEDecode", samples=["7", 0], vae=["3", 0]),
        "9": graphs.node("SaveImage", images=["8", 0], filename_prefix="test/wan"),
    }  # fmt: skip
    end = done(comfy, graph)
    assert len(end.files) == 9
    first = comfy.download(end.files[0], tmp_path / "0.png").path
    with Image.open(first) as image, Image.open(pictures.folder / "a.png") as start:
        assert image.tobytes() == start.tobytes()  # a model returns its start picture as frame 0
    graph["7"]["inputs"]["seed"] = 8
    other = comfy.download(done(comfy, graph).files[5], tmp_path / "other.png").path
    assert other.read_bytes() != comfy.download(end.files[5], tmp_path / "5.png").path.read_bytes()


@pytest.mark.parametrize("path", ["nothing", "models/none", "templates/none.json"])
def test_what_is_not_there(stand_in: ComfyStandIn, path: str) -> None:
    assert requests.get(f"{stand_in.url}/{path}", timeout=5).status_code == 404


def test_one_prompt_at_a_time_in_the_order_of_sending(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    hold = stand_in.hold("EmptyImage")
    ids = [graphs.job_id() for _ in range(5)]
    for number, job_id in enumerate(ids):
        comfy.submit(job_id, graphs.plain("a", number))
    assert len(comfy.queue().running) == 1
    assert [e.id for e in comfy.queue().pending] == ids[1:]
    status = comfy.status()
    assert (status.ours, status.others) == (5, 0)
    hold.set()
    for job_id in ids:
        assert isinstance(list(comfy.follow(job_id))[-1], Succeeded)
    assert list(stand_in.core.history) == ids


def test_it_can_die_in_the_middle_and_come_back(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.script.took["KSampler"] = 0.05
    job_id = graphs.job_id()
    comfy.submit(job_id, graphs.sampled("a", steps=100))
    time.sleep(0.2)
    stand_in.restart()
    assert comfy.find(job_id) is None
    assert done(comfy, graphs.plain("b")).files


def test_a_scripted_failure(comfy: ComfyServer, stand_in: ComfyStandIn) -> None:
    stand_in.script.fails["SaveImage"] = ("OSError", "[Errno 28] No space left on device: '/out/a.png'")
    job_id = graphs.job_id()
    comfy.submit(job_id, graphs.plain("a"))
    end = list(comfy.follow(job_id))[-1]
    assert isinstance(end, Failed)
    assert (end.failure.cause, end.failure.cure) == ("disk", "Free some space on the server.")
