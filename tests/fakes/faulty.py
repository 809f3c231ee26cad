"""A backend that gives what another one makes, with faults planted into its clips by really encoding them again.

Faults are told by the number of the seed, so that a retake gets another and a restart the same: `black` (all of it),
`blink` (four black frames in the middle), `frozen`, `small` (another size), `noise`, `grid` (four panels), `memory`
(fails as a server without memory does), `dim`, `dusk` (more of it), and "" for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from domain.backend import BackendDone, BackendEvent, BackendFailure, BackendSpec, Readiness
from domain.request import GenerationRequest
from services.ports import VideoBackend
from tests.fakes.backend import write_png

Picture = NDArray[np.uint8]


class FaultyBackend:
    """Wraps `real`. `fault` gives the fault of a request; `made` are the clips that were asked for, in order."""

    def __init__(self, real: VideoBackend, fault: Callable[[GenerationRequest], str], **changes: object) -> None:
        self._real, self._fault = real, fault
        self._changes = changes
        self._asked: dict[str, tuple[GenerationRequest, Path]] = {}
        self.made: list[GenerationRequest] = []

    @property
    def spec(self) -> BackendSpec:
        spec = self._real.spec
        return spec.replace(fields=spec.fields | {"video.seed"}, **self._changes)

    def preflight(self) -> Readiness:
        return self._real.preflight()

    def submit(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        self._asked[job_id] = (request, out)
        if request.kind == "video":
            self.made.append(request)
        self._real.submit(job_id, request, inputs, out)

    def events(self, job_id: str) -> Iterator[BackendEvent]:
        request, out = self._asked[job_id]
        fault = self._fault(request) if request.kind == "video" else ""
        for event in self._real.events(job_id):
            if isinstance(event, BackendDone) and fault == "memory":
                yield BackendFailure(message="CUDA out of memory.", fault="memory", retry=False)
                return
            if isinstance(event, BackendDone) and fault:
                plant(out / "clip.mp4", out / "last.png", fault, request)
            yield _as_a_model(event)

    def cancel(self, job_id: str) -> None:
        self._real.cancel(job_id)

    def recover(self, job_id: str) -> BackendEvent | None:
        return self._real.recover(job_id)

    def close(self) -> None:
        """The real one may have others to work for: whoever made it closes it."""


def _as_a_model(event: BackendEvent) -> BackendEvent:
    """The event without the mark of what is drawn by rules, for such clips have no faults of a model."""
    if not isinstance(event, BackendDone):
        return event
    return event.replace(info={name: value for name, value in event.info.items() if name != "drawn"})


def plant(clip: Path, last: Path, fault: str, request: GenerationRequest) -> None:
    """Write the clip once more, with the fault in it, and its last frame."""
    with av.open(str(clip)) as container:
        frames = [np.asarray(f.to_ndarray(format="rgb24"), np.uint8) for f in container.decode(video=0)]
    changed = [_spoilt(fault, frames, number, request.seed) for number in range(len(frames))]
    height, width = changed[0].shape[:2]
    with av.open(str(clip), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=request.rate, options={"preset": "ultrafast", "crf": "10"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.colorspace = 5
        for picture in changed:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    write_png(last, changed[-1])


def _spoilt(fault: str, frames: list[Picture], number: int, seed: int) -> Picture:
    frame, middle = frames[number], len(frames) // 2
    match fault:
        case "black":
            return np.zeros_like(frame)
        case "blink":
            return np.zeros_like(frame) if middle - 2 <= number < middle + 2 else frame
        case "frozen":
            return frames[min(number, 5)]
        case "small":
            return np.ascontiguousarray(frame[: frame.shape[0] // 4 * 2, : frame.shape[1] // 4 * 2])
        case "noise":
            return np.random.default_rng((seed, number)).integers(0, 255, frame.shape, dtype=np.uint8)
        case "dim":
            return (frame * 0.95).astype(np.uint8)
        case "dusk":
            return (frame * 0.8).astype(np.uint8)
        case "grid":
            half = frame[::2, ::2]
            rows, columns = half.shape[0], half.shape[1]
            found = np.full_like(frame, 245)
            parts = (half, 255 - half, half[::-1], half[:, ::-1])
            for place, part in enumerate(parts):
                y, x = place // 2 * rows, place % 2 * columns
                found[y + 3 : y + rows - 3, x + 3 : x + columns - 3] = part[3 : rows - 3, 3 : columns - 3]
            return found
        case _:
            raise AssertionError(f"no such fault: {fault}")
