"""How long a ComfyUI server stands still between two of our prompts, and what a second server brings.

Run as ``python -m benchmarks.comfyui [URL …]`` in the checkout. With addresses those servers are measured, by their own
clock (`GET /history`); without, stand-ins. Independent shots go through the services as in the studio: keyframes are
there, each clip is sent, fetched, probed and stored. No model is used.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import requests

from domain.job import Run
from infrastructure.comfyui.backend import BACKEND
from services.projects import OpenProject
from tests.fakes.bench import Bench, phases, shot
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_studio import PASS, Rig, server

SHOTS, SECONDS, WIDTH, HEIGHT = 24, "2", 640, 360
NODE = 0.3
"""Seconds that a clip takes on a stand-in."""


def film(bench: Bench, shots: int, name: str = "film") -> OpenProject:
    """A film of independent shots with their keyframes, nothing rendered."""
    project = bench.project(
        *(shot(number + 1, SECONDS) for number in range(shots)), name=name, backend=BACKEND, workflow=PASS,
        profile="wan2.2-14b", image_backend="fake", width=WIDTH, height=HEIGHT,
    )  # fmt: skip
    bench.wait(bench.studio.generation.draw_keyframes(project))
    return project


def rendered(bench: Bench, project: OpenProject) -> tuple[Run, float]:
    """Render all of it; the run and its seconds."""
    began = time.perf_counter()
    started = bench.studio.generation.render(project)
    run = bench.wait(started, 600)
    if set(phases(run)) != {"done"}:
        raise SystemExit(f"not rendered: {[job.phase for job in run.jobs]}")
    return run, time.perf_counter() - began


def gaps(url: str, ours: set[str]) -> tuple[list[float], list[float]]:
    """Seconds between the end of one of our prompts and the beginning of the next, and what each took; by the server's
    own clock, which counts milliseconds."""
    history: dict[str, Any] = requests.get(f"{url}/history", timeout=60).json()
    spans = []
    for job_id in ours & history.keys():
        at = {kind: data.get("timestamp", 0) for kind, data in history[job_id]["status"]["messages"]}
        spans.append((at["execution_start"], at["execution_success"]))
    spans.sort()
    return [(b[0] - a[1]) / 1000 for a, b in pairwise(spans)], [(end - start) / 1000 for start, end in spans]


def measured(urls: list[str]) -> None:
    """The pauses of these servers, and of stand-ins when there are none."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = [] if urls else [server(folder / "server")]
        for one in own:
            one.script.took["SaveVideo"] = NODE
        rig = Rig(folder, *(urls or [one.url for one in own]), silence=20.0, patience=120.0)
        bench = rig.bench(folder)
        try:
            project = film(bench, SHOTS)
            run, seconds = rendered(bench, project)
            print(f"{SHOTS} independent shots of {SECONDS} s, {WIDTH}×{HEIGHT}: {seconds:.1f} s")
            ours = {job.id for job in run.jobs}
            for url in urls or [one.url for one in own]:
                pauses, took = gaps(url, ours)
                if len(pauses) < 2:
                    print(f"{url}: {len(took)} prompts, too few to say anything")
                    continue
                most = sorted(pauses)[len(pauses) * 9 // 10]
                print(
                    f"{url}: {len(took)} prompts of {statistics.median(took) * 1000:.0f} ms; pauses between them: "
                    f"median {statistics.median(pauses) * 1000:.1f} ms, 90 % under {most * 1000:.1f} ms, longest "
                    f"{max(pauses) * 1000:.1f} ms"
                )
            for one in own:
                print(f"by the stand-in's finer clock: median {statistics.median(one.gaps) * 1000:.2f} ms")
        finally:
            bench.close()
            rig.close()
            for one in own:
                one.stop()


def compared(shots: int = 16, seconds: float = 0.6) -> tuple[float, list[int]]:
    """How many times faster two stand-ins are than one, and how many prompts each of the two got."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        servers: list[ComfyStandIn] = [server(folder / f"server-{number}") for number in range(2)]
        for one in servers:
            one.script.took["SaveVideo"] = seconds
        took: list[float] = []
        shares: list[int] = []
        try:
            for used in (servers[:1], servers):
                before = [len(one.accepted) for one in servers]
                rig = Rig(folder, *used)
                bench = rig.bench(folder / str(len(used)))
                try:
                    took.append(rendered(bench, film(bench, shots, f"film-{len(used)}"))[1])
                finally:
                    bench.close()
                    rig.close()
                shares = [len(one.accepted) - n for one, n in zip(servers, before, strict=True)]
        finally:
            for one in servers:
                one.stop()
        print(f"{shots} shots of {seconds} s: one server {took[0]:.2f} s, two servers {took[1]:.2f} s")
        return took[0] / took[1], shares


def main(urls: list[str]) -> None:
    """Measure and print."""
    measured(urls)
    if not urls:
        ratio, shares = compared()
        print(f"two servers are {ratio:.2f} × as fast as one ({shares[0]} and {shares[1]} prompts)")


if __name__ == "__main__":
    main(sys.argv[1:])
