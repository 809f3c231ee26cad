"""What every `services.ports.VideoBackend` must do, whatever makes its pictures.

A subclass called `Test…` says how to make the backend: see `tests/services/test_backends.py`.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from domain.backend import (
    TERMINAL_EVENTS,
    BackendDone,
    BackendEvent,
    BackendFailure,
    BackendProgress,
    BackendStarted,
    BackendStopped,
)
from domain.errors import StudioError
from domain.names import is_safe_name
from domain.project import Picked
from domain.request import GenerationRequest
from services.ports import VideoBackend
from tests.fakes.backend import Picture, read_png

WIDTH, HEIGHT, FRAMES, RATE = 160, 96, 9, Fraction(24)
TOLERANCE = 6.0
"""Mean difference, in levels of 255, by which a frame may change when it is encoded."""


def decoded(clip: Path) -> list[Picture]:
    """Every frame of a clip."""
    with av.open(str(clip)) as container:
        return [np.asarray(f.to_ndarray(format="rgb24"), dtype=np.uint8) for f in container.decode(video=0)]


def followed(backend: VideoBackend, job: str, seconds: float = 60) -> list[BackendEvent]:
    """The job's events to the end; fails when there is none within `seconds`."""
    found: list[BackendEvent] = []
    thread = threading.Thread(target=lambda: found.extend(backend.events(job)), daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), f"no end after {seconds} s, only {found}"
    return found


class VideoBackendContract:
    """The tests. `make` gives a fresh backend, `long_clip` a request that takes long enough to be stopped."""

    kinds = frozenset({"image", "video"})

    @classmethod
    def make(cls) -> VideoBackend:
        raise NotImplementedError

    @classmethod
    def request(cls, kind: str, prompt: str = "a house on a hill", start: Path | None = None) -> GenerationRequest:
        """A request as the services would make it for this backend."""
        spec = cls.backend_id
        picked = None
        if start is not None:
            picked = Picked(path="start.png", sha256=hashlib.sha256(start.read_bytes()).hexdigest())
        return GenerationRequest.model_validate(
            {
                "kind": kind, "backend": spec, "workflow": spec, "profile": "animatic", "prompt": prompt, "seed": 7,
                "seed_rule": "fixed:7", "width": WIDTH, "height": HEIGHT, "rate": RATE,
                "frames": FRAMES if kind == "video" else 1, "start": picked,
                "params": {"camera": "pan_right", "motion": 1.0, "span": [0, FRAMES]} if kind == "video" else {},
            }
        )  # fmt: skip

    backend_id = ""

    @classmethod
    def long_clip(cls, start: Path) -> GenerationRequest:
        return cls.request("video", start=start).replace(frames=20_000)

    # -- fixtures ------------------------------------------------------------------------------------------

    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls) -> Iterator[VideoBackend]:
        """One for all tests of the class: starting some takes a while, and they must not disturb each other."""
        backend = cls.make()
        yield backend
        backend.close()

    @pytest.fixture(scope="class")
    @classmethod
    def start(cls, backend: VideoBackend, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A keyframe that the backend made itself."""
        out = tmp_path_factory.mktemp("start")
        job = str(uuid.uuid4())
        backend.submit(job, cls.request("image"), {}, out)
        end = followed(backend, job)[-1]
        assert isinstance(end, BackendDone), end
        return out / end.image

    def submit(self, backend: VideoBackend, out: Path, request: GenerationRequest, start: Path | None = None) -> str:
        job = str(uuid.uuid4())
        out.mkdir()
        backend.submit(job, request, {} if start is None else {"start": start}, out)
        return job

    # -- the tests -----------------------------------------------------------------------------------------

    def test_says_what_it_can_do(self, backend: VideoBackend) -> None:
        spec = backend.spec
        assert is_safe_name(spec.id) and spec.title and spec.profiles
        assert spec.kinds == self.kinds
        assert spec == backend.spec, "the spec changes from one look to the next"

    def test_is_ready_or_says_what_is_missing(self, backend: VideoBackend) -> None:
        readiness = backend.preflight()
        assert readiness.ready == (not readiness.problems)
        assert all(problem.what for problem in readiness.problems)

    def test_a_picture_has_the_size_asked_for(self, backend: VideoBackend, tmp_path: Path) -> None:
        job = self.submit(backend, tmp_path / "out", self.request("image"))
        end = followed(backend, job)[-1]
        assert isinstance(end, BackendDone) and not end.clip
        assert read_png(tmp_path / "out" / end.image).shape == (HEIGHT, WIDTH, 3)

    def test_a_clip_has_exactly_the_frames_and_the_size(
        self, backend: VideoBackend, start: Path, tmp_path: Path
    ) -> None:
        job = self.submit(backend, tmp_path / "out", self.request("video", start=start), start)
        end = followed(backend, job)[-1]
        assert isinstance(end, BackendDone), end
        frames = decoded(tmp_path / "out" / end.clip)
        assert len(frames) == FRAMES
        assert frames[0].shape == (HEIGHT, WIDTH, 3)

    def test_the_last_frame_is_saved_without_loss(self, backend: VideoBackend, start: Path, tmp_path: Path) -> None:
        job = self.submit(backend, tmp_path / "out", self.request("video", start=start), start)
        end = followed(backend, job)[-1]
        assert isinstance(end, BackendDone) and end.last.endswith(".png")
        saved = read_png(tmp_path / "out" / end.last)
        assert saved.shape == (HEIGHT, WIDTH, 3)
        frames = decoded(tmp_path / "out" / end.clip)
        apart = [float(np.mean(np.abs(saved.astype(float) - f.astype(float)))) for f in frames]
        assert apart[-1] < TOLERANCE
        assert apart[-1] <= min(apart) + 0.5, f"another frame is nearer to it than the last: {apart}"

    def test_submitting_returns_at_once(self, backend: VideoBackend, start: Path, tmp_path: Path) -> None:
        job = self.submit(backend, tmp_path / "out", self.long_clip(start), start)
        thread = threading.Thread(target=lambda: next(iter(backend.events(job))), daemon=True)
        thread.start()
        thread.join(20)
        assert not thread.is_alive(), "not even one event"
        backend.cancel(job)

    def test_events_end_in_exactly_one_terminal_event(self, backend: VideoBackend, start: Path, tmp_path: Path) -> None:
        job = self.submit(backend, tmp_path / "out", self.request("video", start=start), start)
        events = followed(backend, job)
        assert [isinstance(e, TERMINAL_EVENTS) for e in events] == [False] * (len(events) - 1) + [True]
        assert any(isinstance(e, BackendStarted) for e in events)
        fractions = [e.fraction for e in events if isinstance(e, BackendProgress)]
        assert fractions == sorted(fractions)

    def test_events_can_be_read_after_the_end(self, backend: VideoBackend, tmp_path: Path) -> None:
        job = self.submit(backend, tmp_path / "out", self.request("image"))
        first = followed(backend, job)
        assert followed(backend, job)[-1] == first[-1]

    def test_equal_requests_give_equal_pictures(self, backend: VideoBackend, tmp_path: Path) -> None:
        found = []
        for name in ("one", "two"):
            end = followed(backend, self.submit(backend, tmp_path / name, self.request("image")))[-1]
            assert isinstance(end, BackendDone)
            found.append(read_png(tmp_path / name / end.image))
        assert np.array_equal(found[0], found[1])

    def test_a_running_job_stops_when_cancelled(self, backend: VideoBackend, start: Path, tmp_path: Path) -> None:
        job = self.submit(backend, tmp_path / "out", self.long_clip(start), start)
        for event in backend.events(job):
            if isinstance(event, BackendStarted):
                backend.cancel(job)
                backend.cancel(job)
        assert isinstance(followed(backend, job)[-1], BackendStopped)
        backend.cancel(job)
        assert isinstance(followed(backend, job)[-1], BackendStopped)

    def test_a_waiting_job_stops_when_cancelled_and_the_others_go_on(
        self, backend: VideoBackend, start: Path, tmp_path: Path
    ) -> None:
        before = [
            self.submit(backend, tmp_path / f"long-{i}", self.long_clip(start), start)
            for i in range(backend.spec.parallel)
        ]
        waiting = self.submit(backend, tmp_path / "waiting", self.long_clip(start), start)
        backend.cancel(waiting)
        assert isinstance(followed(backend, waiting, 20)[-1], BackendStopped)
        assert not any((tmp_path / "waiting").iterdir())
        for job in before:
            backend.cancel(job)
        after = self.submit(backend, tmp_path / "after", self.request("image"))
        assert isinstance(followed(backend, after)[-1], BackendDone)

    def test_cancelling_what_has_ended_or_is_unknown_does_nothing(self, backend: VideoBackend, tmp_path: Path) -> None:
        job = self.submit(backend, tmp_path / "out", self.request("image"))
        assert isinstance(followed(backend, job)[-1], BackendDone)
        backend.cancel(job)
        backend.cancel(str(uuid.uuid4()))
        assert isinstance(followed(backend, job)[-1], BackendDone)

    def test_nothing_is_known_of_a_job_of_another_time(self, backend: VideoBackend) -> None:
        assert backend.recover(str(uuid.uuid4())) is None

    def test_jobs_do_not_mix(self, backend: VideoBackend, tmp_path: Path) -> None:
        prompts = ["a red barn", "two ships at night", "an empty street", "a cat"]
        jobs = [
            self.submit(backend, tmp_path / str(i), self.request("image", prompt).replace(seed=i))
            for i, prompt in enumerate(prompts)
        ]
        pictures = []
        for i, job in enumerate(jobs):
            end = followed(backend, job)[-1]
            assert isinstance(end, BackendDone)
            pictures.append((tmp_path / str(i) / end.image).read_bytes())
        assert len(set(pictures)) == len(prompts)

    def test_a_missing_input_is_a_sentence(self, backend: VideoBackend, start: Path, tmp_path: Path) -> None:
        request = self.request("video", start=start)
        try:
            job = self.submit(backend, tmp_path / "out", request, tmp_path / "gone.png")
            end = followed(backend, job)[-1]
        except StudioError as error:
            assert error.message
            return
        assert isinstance(end, BackendFailure) and end.message

    def test_a_text_in_place_of_a_picture_is_a_sentence(
        self, backend: VideoBackend, start: Path, tmp_path: Path
    ) -> None:
        wrong = tmp_path / "wrong.png"
        wrong.write_text("this is no picture")
        job = self.submit(backend, tmp_path / "out", self.request("video", start=start), wrong)
        end = followed(backend, job)[-1]
        assert isinstance(end, BackendFailure) and end.message and "Traceback" not in end.message

    def test_closing_ends_everything_and_may_be_done_twice(self, start: Path, tmp_path: Path) -> None:
        backend = self.make()
        jobs = [
            self.submit(backend, tmp_path / f"long-{i}", self.long_clip(start), start)
            for i in range(backend.spec.parallel + 1)
        ]
        backend.close()
        backend.close()
        for job in jobs:
            assert isinstance(followed(backend, job, 10)[-1], TERMINAL_EVENTS)
        with pytest.raises(StudioError):
            backend.submit(str(uuid.uuid4()), self.request("image"), {}, tmp_path)
