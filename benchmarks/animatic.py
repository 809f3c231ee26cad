"""How fast the animatic engine makes a film: a few shots with different moves at 1280x720, by its own workers.

Run as ``python -m benchmarks.animatic [workers]`` in the checkout; prints frames per second over all, how many times
real time that is, and where the workers' time went; then joins them and reports the whole film, panels included.
"""

from __future__ import annotations

import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.films import film_of
from domain.backend import BackendDone
from domain.delivery import film_delivery
from domain.request import GenerationRequest
from infrastructure.animatic.backend import AnimaticBackend
from infrastructure.media import MediaTools

RATE = Fraction(24)
SHOTS = (
    ("a white lighthouse on a rock at sunrise, gulls circling", "wide", "pan_right", 96),
    ("an old man walks over a field towards an apple tree", "full", "tracking", 120),
    ("an old clockmaker's workshop, hundreds of clocks", "wide", "dolly_in", 96),
    ("a woman looks at the mountains", "close_up", "handheld", 72),
    ("children carry lanterns through the old town at night", "wide", "crane_up", 120),
    ("the detective waits in the city, rain", "medium", "static", 72),
    ("boats in the harbour", "extreme_wide", "orbit", 96),
    ("a hand picks a red apple", "extreme_close_up", "zoom_in", 72),
)


def _request(index: int, kind: str, **values: Any) -> GenerationRequest:
    prompt, size, _, _ = SHOTS[index]
    params = {"size": size, "caption": prompt} | values.pop("params", {})
    base: dict[str, Any] = {
        "kind": kind, "backend": "animatic", "workflow": "animatic", "profile": "animatic", "label": f"{index + 1:03d}",
        "prompt": prompt, "seed": index, "seed_rule": "auto", "width": 1280, "height": 720, "rate": RATE,
    }  # fmt: skip
    return GenerationRequest(**(base | values), params=params)


def _finished(backend: AnimaticBackend, job: str) -> BackendDone:
    *_, last = backend.events(job)
    if not isinstance(last, BackendDone):
        raise SystemExit(f"{job}: {last}")
    return last


def main(workers: int) -> None:
    """Make panels, then clips, and report."""
    with tempfile.TemporaryDirectory() as folder:
        backend = AnimaticBackend(workers)
        try:
            outs = [Path(folder) / str(i) for i in range(len(SHOTS))]
            begun = time.perf_counter()
            for i, out in enumerate(outs):
                out.mkdir()
                backend.submit(f"panel-{i}", _request(i, "image"), {}, out)
            panels = [_finished(backend, f"panel-{i}").info["seconds_drawing"] for i in range(len(SHOTS))]
            panel_time = time.perf_counter() - begun
            begun = time.perf_counter()
            for i, out in enumerate(outs):
                _, _, camera, frames = SHOTS[i]
                asked = _request(i, "video", frames=frames, params={"camera": camera, "span": [0, frames]})
                backend.submit(f"clip-{i}", asked, {"start": out / "image.png"}, out)
            infos = [_finished(backend, f"clip-{i}").info for i in range(len(SHOTS))]
            clip_time = time.perf_counter() - begun
        finally:
            backend.close()
        frames = sum(shot[3] for shot in SHOTS)
        begun = time.perf_counter()
        reel, files = film_of([(out / "clip.mp4", shot[3]) for out, shot in zip(outs, SHOTS, strict=True)], RATE)
        film = MediaTools().assemble(
            reel, files, Path(folder) / "film.mp4", width=1280, height=720, delivery=film_delivery("standard"),
            report=lambda done, of: None, stopped=lambda: False,
        ).info  # fmt: skip
        join_time = time.perf_counter() - begun
        whole = panel_time + clip_time + join_time
        drawing, encoding = (sum(i[f"seconds_{what}"] for i in infos) for what in ("drawing", "encoding"))
        size = sum((out / "clip.mp4").stat().st_size for out in outs)
        lines = [
            f"{len(SHOTS)} panels in {panel_time:.2f} s "
            f"({sum(panels) / len(panels):.2f} s each, {max(panels):.2f} at most)",
            f"{frames} frames in {clip_time:.2f} s with {workers} workers: {frames / clip_time:.1f} frames/s, "
            f"{frames / clip_time / RATE:.2f} x real time",
            f"drawing {drawing:.2f} s ({drawing / (drawing + encoding):.0%}), encoding {encoding:.2f} s",
            f"joined and counted in {join_time:.2f} s",
            f"whole film: {film.frames} frames in {whole:.2f} s, {float(frames / RATE) / whole:.2f} x real time "
            f"({encoding / (drawing + encoding) * clip_time / whole:.0%} of it encoding clips)",
            f"{size * 8 / (frames / RATE) / 1e6:.1f} Mbit/s",
        ]
        for (_, size_key, camera, count), info in zip(SHOTS, infos, strict=True):
            spent = info["seconds_drawing"] + info["seconds_encoding"]
            lines.append(f"  {camera:10} {size_key:17} {count / spent:6.1f} frames/s in its worker")
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
