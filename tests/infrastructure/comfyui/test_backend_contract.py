"""The contract of every backend, over a stand-in server: pictures by Z-Image Turbo, clips without any model."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import pytest

from domain.backend import BackendSpec, BackendStarted
from domain.request import GenerationRequest
from infrastructure.comfyui.backend import ComfyBackend
from services.ports import VideoBackend
from tests.contracts.video_backend import FRAMES, HEIGHT, RATE, WIDTH, VideoBackendContract
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_studio import PASS, Rig, server

PICTURES, LONG = "z-image-turbo", "wan2.2-5b-i2v"
STEP = 0.02


class BothKinds(ComfyBackend):
    """One whose spec names what its two workflows make together, as the contract wants to see it."""

    @property
    def spec(self) -> BackendSpec:
        return super().spec.replace(kinds=frozenset({"image", "video"}))


class TestComfyUI(VideoBackendContract):
    """Long clips are a sampler with many steps, so that they can be interrupted."""

    backend_id = "comfyui"
    folders: ClassVar[list[tempfile.TemporaryDirectory[str]]] = []
    servers: ClassVar[list[ComfyStandIn]] = []

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _tidy(cls) -> Iterator[None]:
        yield
        while cls.servers:
            cls.servers.pop().stop()
        while cls.folders:
            cls.folders.pop().cleanup()

    @classmethod
    def make(cls) -> VideoBackend:
        cls.folders.append(tempfile.TemporaryDirectory())
        folder = Path(cls.folders[-1].name)
        one = server(folder / "server", PICTURES, LONG)
        one.script.took["KSampler"] = STEP
        cls.servers.append(one)
        rig = Rig(folder, one)
        return BothKinds(rig.pool, rig.engine.spec, rig.engine.build)

    @classmethod
    def request(cls, kind: str, prompt: str = "a house on a hill", start: Path | None = None) -> GenerationRequest:
        base = super().request(kind, prompt, start)
        if kind == "image":
            return base.replace(workflow=PICTURES, profile="image-16", rate=Fraction(1), params={"steps": 1})
        return base.replace(workflow=PASS, profile=PASS, prompt="", seed_rule="unused", params={})

    @classmethod
    def long_clip(cls, start: Path) -> GenerationRequest:
        return super().request("video", start=start).replace(
            workflow=LONG, profile="wan2.2-5b", frames=5, params={"steps": 500}
        )  # fmt: skip

    def test_the_request_is_what_the_contract_measures(self) -> None:
        clip = self.request("video")
        assert (clip.width, clip.height, clip.frames, clip.rate) == (WIDTH, HEIGHT, FRAMES, RATE)

    def test_a_stop_is_told_at_once(self, backend: VideoBackend, start: Path, tmp_path: Path) -> None:
        job = self.submit(backend, tmp_path / "out", self.long_clip(start), start)
        events = backend.events(job)
        while not isinstance(next(events), BackendStarted):
            pass
        backend.cancel(job)
        thread = threading.Thread(target=lambda: list(events), daemon=True)
        thread.start()
        thread.join(1)
        assert not thread.is_alive()
