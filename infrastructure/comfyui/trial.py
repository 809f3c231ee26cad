"""Trying a server with a real clip: a small drawn picture, held for some frames by the workflow without any model."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

from domain.errors import BackendFailed
from domain.profiles import PASS_THROUGH
from domain.project import Picked
from domain.request import GenerationRequest
from infrastructure.comfyui import follow
from infrastructure.comfyui.build import Built
from infrastructure.comfyui.server import ComfyServer
from infrastructure.comfyui.verdicts import Refused
from infrastructure.media import MediaTools

FRAMES, WIDTH, HEIGHT, RATE = 9, 192, 108, Fraction(24)
BUILD = Callable[[GenerationRequest, str, Mapping[str, str], ComfyServer], Built]


def try_server(server: ComfyServer, backend: str, build: BUILD) -> str:
    """Render the clip there and check it: frames, size, and the last frame against the picture that was sent. What
    came of it, in a sentence with times; waits for prompts that are before it. Raises StudioError."""
    with tempfile.TemporaryDirectory(prefix="kinoloom-") as folder:
        return _tried(server, backend, build, Path(folder))


def _tried(server: ComfyServer, backend: str, build: BUILD, folder: Path) -> str:
    picture = _drawn(folder / "picture.png")
    job_id = str(uuid.uuid4())
    began = time.monotonic()
    name = server.upload(picture)
    request = GenerationRequest(
        kind="video", backend=backend, workflow=PASS_THROUGH, profile=PASS_THROUGH, label="trial", seed=0,
        seed_rule="unused", width=WIDTH, height=HEIGHT, frames=FRAMES, rate=RATE,
        start=Picked(path="picture.png", sha256="0" * 64),
    )  # fmt: skip
    built = build(request, job_id, {"start": name}, server)
    if built.problems:
        raise BackendFailed(f"{server.name}: {built.problems[0].what}", built.problems[0].cure, retry=False)
    targets = [built.writer, *([built.last_frame] if built.last_frame else [])]
    answer = server.submit(job_id, built.graph, targets=targets)
    if isinstance(answer, Refused):
        raise BackendFailed(f"{server.name}: {answer.failure.message}", answer.failure.cure, retry=False)
    sent = time.monotonic()
    event = [*server.follow(job_id, built.graph)][-1]
    if not isinstance(event, follow.Succeeded):
        failure = getattr(event, "failure", None)
        raise BackendFailed(
            f"{server.name}: {failure.message if failure else 'it ended without a result.'}",
            failure.cure if failure else "",
        )
    made = time.monotonic()
    files = {file.node: file for file in event.files}
    if built.writer not in files or built.last_frame not in files:
        raise BackendFailed(f"{server.name}: the clip or its last frame was not written.", "Update ComfyUI.")
    clip = server.download(files[built.writer], folder / "clip.mp4").path
    last = server.download(files[built.last_frame], folder / "last.png").path
    done = time.monotonic()
    info = MediaTools().probe(clip)
    if (info.frames, info.width, info.height) != (FRAMES, WIDTH, HEIGHT):
        raise BackendFailed(
            f"{server.name} made {info.frames} frames of {info.width}×{info.height} instead of {FRAMES} frames of "
            f"{WIDTH}×{HEIGHT}.",
            "Update ComfyUI.",
        )
    if not _same(picture, last):
        raise BackendFailed(
            f"{server.name}: the last frame is not the picture that was sent; chains would lose quality.",
            "Update ComfyUI.",
        )
    return (
        f"{FRAMES} frames of {WIDTH}×{HEIGHT} came back in {done - began:.1f} s "
        f"(sending {sent - began:.1f} s, making {made - sent:.1f} s, fetching {done - made:.1f} s); "
        "the last frame is lossless, bit for bit."
    )


def _drawn(path: Path) -> Path:
    """Shades and edges, in which any loss would show."""
    across = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    along = Image.linear_gradient("L").rotate(90).resize((WIDTH, HEIGHT))
    picture = Image.merge("RGB", (across, along, ImageChops.difference(across, along)))
    draw = ImageDraw.Draw(picture)
    for x in range(0, WIDTH, 12):
        draw.line((x, 0, WIDTH - x, HEIGHT), fill=(255 - x, x, 128))
    picture.save(path)
    return path


def _same(one: Path, other: Path) -> bool:
    with Image.open(one) as a, Image.open(other) as b:
        return a.size == b.size and ImageChops.difference(a.convert("RGB"), b.convert("RGB")).getbbox() is None
