"""A backend that makes real little pictures and clips at once, and goes wrong when the prompt says so.

Words in a prompt: [slow] takes until it is let go or cancelled (at most a minute), [fail] fails, [crash] raises,
[short] gives one frame too few, [long] one too many, [small] the wrong size, [silent] ends without a terminal event,
[text] gives a text file named like a picture or clip, [sound] a clip that clicks at the beginning of frame CLICK.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from domain.backend import (
    TERMINAL_EVENTS,
    BackendDone,
    BackendEvent,
    BackendFailure,
    BackendPreview,
    BackendProgress,
    BackendQueued,
    BackendSpec,
    BackendStarted,
    BackendStopped,
    Problem,
    Readiness,
)
from domain.errors import BackendFailed
from domain.profiles import PROFILES
from domain.request import GenerationRequest

Picture = NDArray[np.uint8]
ALL_FIELDS = frozenset(
    {
        "prompt", "negative", "title", "size", "label", "characters", "objects", "location", "span", "camera", "motion",
        "image.seed", "video.seed", "image.steps", "video.steps", "image.cfg", "video.cfg",
        "style", "lighting", "mood", "time_of_day", "composition", "color_grade",
    }
)  # fmt: skip


def fake_spec(**changes: Any) -> BackendSpec:
    """A backend that makes everything; `changes` make it another."""
    base = BackendSpec(
        id="fake", title="The fake", kinds=frozenset({"image", "video"}), profiles=("animatic", *PROFILES),
        fields=ALL_FIELDS, free=True, parallel=2, takes_end=True, version="1",
    )  # fmt: skip
    return base.replace(**changes)


EDITS = fake_spec(id="edit", title="The edit workflow", kinds=frozenset({"image"}), references=3)
"""An image-edit workflow, which draws from other pictures."""


class _Job:
    def __init__(self, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        self.request = request
        self.inputs = dict(inputs)
        self.out = out
        self.log: list[BackendEvent] = []
        self.changed = threading.Condition()
        self.cancelled = threading.Event()

    @property
    def ended(self) -> bool:
        return bool(self.log) and isinstance(self.log[-1], TERMINAL_EVENTS)

    def tell(self, event: BackendEvent) -> None:
        with self.changed:
            if not self.ended:
                self.log.append(event)
            self.changed.notify_all()


class FakeBackend:
    """Implements `services.ports.VideoBackend`; `received` is every request with the hashes of its inputs."""

    def __init__(self, spec: BackendSpec | None = None) -> None:
        self._spec = spec or fake_spec()
        self._pool = ThreadPoolExecutor(self._spec.parallel, "fake-backend")
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self.received: list[tuple[GenerationRequest, dict[str, str]]] = []
        self.cancelled: list[str] = []
        self.let_go = threading.Event()
        self.problems: tuple[Problem, ...] = ()
        self.on_submit: Callable[[GenerationRequest], None] | None = None
        self._closed = False
        self.at_once = 0
        self.most_at_once = 0

    @property
    def spec(self) -> BackendSpec:
        return self._spec

    def preflight(self) -> Readiness:
        return Readiness(problems=self.problems)

    def requests(self, kind: str) -> list[GenerationRequest]:
        """The requests of that kind so far."""
        with self._lock:
            return [request for request, _ in self.received if request.kind == kind]

    def submit(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        if self.on_submit is not None:
            self.on_submit(request)
        job = _Job(request, inputs, out)
        hashes = {k: hashlib.sha256(p.read_bytes()).hexdigest() for k, p in inputs.items() if p.is_file()}
        with self._lock:
            if self._closed:
                raise BackendFailed("The fake has been closed.")
            if job_id in self._jobs and not self._jobs[job_id].ended:
                raise BackendFailed(f"The job {job_id} is worked on.")
            self._jobs[job_id] = job
            self.received.append((request, hashes))
        job.tell(BackendQueued(position=0))
        self._pool.submit(self._work, job)

    def events(self, job_id: str) -> Iterator[BackendEvent]:
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise BackendFailed(f"The fake knows no job {job_id}.")
        if "[crash]" in job.request.prompt:
            raise ZeroDivisionError("the fake was told to crash")
        return self._follow(job)

    def cancel(self, job_id: str) -> None:
        with self._lock:
            job = self._jobs.get(job_id)
        if job is not None and not job.ended:
            self.cancelled.append(job_id)
            job.cancelled.set()
            job.tell(BackendStopped())

    def recover(self, job_id: str) -> BackendEvent | None:
        with self._lock:
            job = self._jobs.get(job_id)
        return job.log[-1] if job is not None and job.log else None

    def close(self) -> None:
        with self._lock:
            self._closed = True
            jobs = list(self._jobs.items())
        for job_id, _ in jobs:
            self.cancel(job_id)
        self._pool.shutdown(wait=True)

    def _follow(self, job: _Job) -> Iterator[BackendEvent]:
        place = 0
        while True:
            with job.changed:
                job.changed.wait_for(lambda place=place: len(job.log) > place)  # type: ignore[misc]
                event = job.log[place]
            if "[silent]" in job.request.prompt and isinstance(event, TERMINAL_EVENTS):
                return
            yield event
            if isinstance(event, TERMINAL_EVENTS):
                return
            place += 1

    def _work(self, job: _Job) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if not job.ended:
                job.tell(self._make(job))
        except Exception as error:
            job.tell(BackendFailure(message=f"The fake broke: {error!r}"))
        finally:
            with self._lock:
                self.at_once -= 1

    def _make(self, job: _Job) -> BackendEvent:
        request, prompt = job.request, job.request.prompt
        job.tell(BackendStarted())
        missing = [name for name, path in job.inputs.items() if not path.is_file()]
        if missing:
            return BackendFailure(message=f"The {missing[0]} picture is not there.", cure="Choose another.")
        if "[fail]" in prompt:
            return BackendFailure(message="The fake was told to fail.", cure="Change the words.")
        job.tell(BackendProgress(fraction=0.5, detail="half"))
        job.tell(BackendPreview(mime="image/png", data=b"\x89PNG"))
        if "[slow]" in prompt:
            for _ in range(3000):
                if job.cancelled.is_set() or self.let_go.wait(0.02):
                    break
        if job.cancelled.is_set():
            return BackendStopped()
        width, height = request.width, request.height
        if "[small]" in prompt:
            width, height = width - 2, height - 2
        if request.kind == "image":
            target = job.out / "image.png"
            if "[text]" in prompt:
                target.write_text("this is no picture")
            else:
                write_png(target, plain(width, height, request.seed))
            return BackendDone(image="image.png", info={"made by": "the fake"})
        frames = request.frames - ("[short]" in prompt) + ("[long]" in prompt)
        if "[text]" in prompt:
            (job.out / "clip.mp4").write_text("this is no clip")
            return BackendDone(clip="clip.mp4")
        start = job.inputs.get("start")
        first = read_png(start) if start is not None else plain(width, height, request.seed)
        heard = "[sound]" in prompt
        last = write_clip(job.out / "clip.mp4", first, width, height, frames, request.rate, request.seed, heard)
        write_png(job.out / "last.png", last)
        return BackendDone(clip="clip.mp4", last="last.png", info={"made by": "the fake"})


def plain(width: int, height: int, seed: int) -> Picture:
    """A picture of one dark colour that the seed decides, so that other seeds give other files."""
    digest = hashlib.sha256(str(seed).encode()).digest()
    colour = np.array([40 + digest[i] % 120 for i in range(3)], dtype=np.uint8)
    return np.broadcast_to(colour, (height, width, 3)).copy()


def write_png(target: Path, picture: Picture) -> None:
    """Store a picture without loss."""
    height, width = picture.shape[:2]
    with av.open(str(target), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "rgb24"
        for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
            container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def read_png(source: Path) -> Picture:
    """The picture in a file."""
    with av.open(str(source)) as container:
        frame = next(container.decode(video=0))
    found: Picture = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
    return found


def write_clip(
    target: Path, first: Picture, width: int, height: int, frames: int, rate: Fraction, seed: int = 0,
    heard: bool = False,
) -> Picture:  # fmt: skip
    """A clip that begins with `first` and grows lighter by a level per frame; its last frame before it was encoded.

    The seed shows in the first dot of the last frame, so that two takes never end alike. One that is `heard` has a
    click at the beginning of frame CLICK.
    """
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    rows, columns = min(height, first.shape[0]), min(width, first.shape[1])
    picture[:rows, :columns] = first[:rows, :columns]
    with av.open(str(target), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "8"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.color_range = 1
        stream.codec_context.colorspace = 1 if height >= 720 else 5
        sound = container.add_stream("aac", rate=48_000, layout="mono") if heard else None
        for number in range(frames):
            if number:
                picture = np.where(picture < 230, picture + 1, picture).astype(np.uint8)
            if number == frames - 1:
                picture[0, 0] = seed % 200
            if sound is not None and number == 0:
                click_along(container, sound, frames, rate)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return picture


CLICK = 6
"""The frame at whose beginning a clip with sound clicks."""


def click_along(container: av.container.OutputContainer, stream: Any, frames: int, rate: Fraction) -> None:
    """Write the sound of a whole clip: silence with one click, as loud as can be."""
    samples = np.zeros((1, round(frames / rate * 48_000)), np.float32)
    samples[0, round(CLICK / rate * 48_000)] = 0.95
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
