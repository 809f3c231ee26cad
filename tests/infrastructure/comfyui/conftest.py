"""Servers to test against: the stand-in always, and a real ComfyUI where KINOLOOM_COMFY_URL names one (-m live)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from infrastructure.comfyui.server import ComfyServer
from tests.fakes.comfy_server import ComfyStandIn

LIVE_URL = os.environ.get("KINOLOOM_COMFY_URL", "")
"""Read at import: no test sees the variables of the developer's environment."""


@pytest.fixture(scope="session")
def live_url() -> str:
    """The real server; use with the marker `live`."""
    if not LIVE_URL:
        pytest.skip("set KINOLOOM_COMFY_URL to the address of a ComfyUI that may be used for tests")
    return LIVE_URL


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[ComfyStandIn]:
    """A stand-in with a few models."""
    models = {
        "checkpoints": ["sd.safetensors"],
        "diffusion_models": ["wan.safetensors"],
        "vae": ["wan_vae.safetensors"],
    }
    server = ComfyStandIn(tmp_path / "server", models=models)
    yield server
    server.stop()


@pytest.fixture
def comfy(stand_in: ComfyStandIn) -> Iterator[ComfyServer]:
    """A client of the stand-in that gives up quickly."""
    client = ComfyServer(stand_in.url, connect=1, silence=5, patience=3)
    yield client
    client.close()


@pytest.fixture(params=["stand-in", pytest.param("live", marks=pytest.mark.live)])
def either(request: pytest.FixtureRequest) -> Iterator[ComfyServer]:
    """A client of the stand-in, and then one of a real server."""
    name = "live_url" if request.param == "live" else "stand_in"
    found: Any = request.getfixturevalue(name)
    client = ComfyServer(found if isinstance(found, str) else found.url)
    yield client
    client.close()


@dataclass
class Pictures:
    """Pictures on disk; each name another colour."""

    folder: Path

    def make(self, name: str = "start", size: tuple[int, int] = (64, 48)) -> Path:
        path = self.folder / f"{name}.png"
        shades = Image.linear_gradient("L").resize(size)
        shift = sum(name.encode()) % 200
        Image.merge("RGB", (shades, shades.point(lambda v: (v + shift) % 256), shades.rotate(180))).save(path)
        return path


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    folder = tmp_path / "pictures"
    folder.mkdir()
    return Pictures(folder)
