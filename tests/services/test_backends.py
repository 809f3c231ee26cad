"""The conformance suite over every backend, the double included: a double that misbehaves proves nothing."""

from __future__ import annotations

from pathlib import Path

from domain.request import GenerationRequest
from infrastructure.animatic.backend import AnimaticBackend
from services.ports import VideoBackend
from tests.contracts.video_backend import VideoBackendContract
from tests.fakes.backend import FakeBackend


class TestFake(VideoBackendContract):
    backend_id = "fake"

    @classmethod
    def make(cls) -> VideoBackend:
        return FakeBackend()

    @classmethod
    def long_clip(cls, start: Path) -> GenerationRequest:
        return cls.request("video", "a house [slow]", start)


class TestAnimatic(VideoBackendContract):
    backend_id = "animatic"

    @classmethod
    def make(cls) -> VideoBackend:
        return AnimaticBackend(parallel=2)
