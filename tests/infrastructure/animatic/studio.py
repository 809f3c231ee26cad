"""Making panels and clips in the test's own process, and measuring what came out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from infrastructure.animatic.jobs import work

WIDTH, HEIGHT = 320, 180
Picture = npt.NDArray[np.uint8]
Events = list[dict[str, Any]]


def order(kind: str, out: Path, inputs: dict[str, Path] | None = None, **values: Any) -> dict[str, Any]:
    """An order as the backend sends it to a worker."""
    rate = values.pop("rate", Fraction(24))
    request = {
        "kind": kind, "label": "007A", "prompt": "a man walks over a field towards a lighthouse", "seed": 5,
        "width": WIDTH, "height": HEIGHT, "frames": 9, "params": {},
    } | values  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    return {
        "job": "job", "request": request, "rate": [rate.numerator, rate.denominator],
        "inputs": {k: str(v) for k, v in (inputs or {}).items()}, "out": str(out),
    }  # fmt: skip


def made(kind: str, out: Path, inputs: dict[str, Path] | None = None, **values: Any) -> Events:
    """All that was reported while it was made."""
    events: Events = []
    work(order(kind, out, inputs, **values), lambda event, **more: events.append({"event": event, **more}))
    return events


def panel(out: Path, **values: Any) -> Path:
    """A panel in `out`; drawn once for all tests that ask for the same one."""
    key, path = repr(sorted(values.items())), out / "image.png"
    if key in _panels:
        out.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_panels[key])
        return path
    events = made("image", out, **values)
    assert events[-1]["event"] == "done", events[-1]
    _panels[key] = path.read_bytes()
    return path


_panels: dict[str, bytes] = {}


def clip(out: Path, start: Path, end: Path | None = None, **values: Any) -> list[Picture]:
    """The decoded frames of a clip made into `out`."""
    inputs = {"start": start} | ({"end": end} if end else {})
    events = made("video", out, inputs, **values)
    assert events[-1]["event"] == "done", events[-1]
    return decoded(out / "clip.mp4")


def decoded(path: Path) -> list[Picture]:
    """Every frame of a clip as RGB, by the matrix it is tagged with."""
    with av.open(str(path)) as container:
        return [
            np.asarray(frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray(), dtype=np.uint8)
            for frame in container.decode(video=0)
        ]


def pixels(path: Path) -> Picture:
    """A PNG as RGB."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), dtype=np.uint8)


def apart(one: Picture, two: Picture) -> float:
    """Mean difference in levels of 255."""
    return float(np.mean(np.abs(one.astype(np.float64) - two.astype(np.float64))))


def shift(one: Picture, two: Picture) -> tuple[float, float]:
    """How far the content moved from `one` to `two`, in pixels to the right and down."""
    grey = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (one, two)]
    window = cv2.createHanningWindow((one.shape[1], one.shape[0]), cv2.CV_64F)
    (x, y), _ = cv2.phaseCorrelate(grey[0], grey[1], window)
    return float(x), float(y)


def foreign(path: Path, width: int = 400, height: int = 300) -> Path:
    """A picture that is not ours: bright everywhere and full of detail."""
    rng = np.random.default_rng(3)
    small = rng.integers(90, 255, (height // 10, width // 10, 3), dtype=np.uint8)
    big = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    Image.fromarray(np.clip(big, 80, 255).astype(np.uint8)).save(path)
    return path
