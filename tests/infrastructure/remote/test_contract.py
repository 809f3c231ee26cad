"""The conformance suite over the services that charge. They make pictures alone: what the suite asks of clips is asked
of pictures that start from another one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from domain.backend import BackendDone
from domain.errors import BadInput
from domain.project import Picked
from domain.request import GenerationRequest
from services.ports import VideoBackend
from tests.contracts.video_backend import HEIGHT, WIDTH, VideoBackendContract, followed
from tests.fakes.backend import read_png
from tests.fakes.picture_server import OpenAIServer, PictureServer, StabilityServer
from tests.infrastructure.remote import support


class PicturesOnly(VideoBackendContract):
    """`given` is the name under which the other picture goes in."""

    kinds = frozenset({"image"})
    given = "start"
    server: ClassVar[PictureServer]
    stand_in: ClassVar[type[PictureServer]]

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def serving(cls) -> Iterator[None]:
        with cls.stand_in() as cls.server:
            yield

    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls, serving: None) -> Iterator[VideoBackend]:
        backend = cls.make()
        yield backend
        backend.close()

    @classmethod
    def request(cls, kind: str, prompt: str = "a house on a hill", start: Path | None = None) -> GenerationRequest:
        made = support.request(cls.backend_id, prompt=prompt, width=WIDTH, height=HEIGHT)
        picked = Picked(path="start.png", sha256="0" * 64)
        return made if start is None else made.replace(start=picked, params={"denoise": 0.5})

    @classmethod
    def long_clip(cls, start: Path) -> GenerationRequest:
        return cls.request("image", "a house [slow]", start)

    def submit(self, backend: VideoBackend, out: Path, request: GenerationRequest, start: Path | None = None) -> str:
        job = str(uuid.uuid4())
        out.mkdir()
        inputs: Mapping[str, Path] = {} if start is None else {self.given: start}
        backend.submit(job, request, inputs, out)
        return job

    def test_a_clip_has_exactly_the_frames_and_the_size(
        self, backend: VideoBackend, start: Path, tmp_path: Path
    ) -> None:
        """There is none: it is refused before anything is sent."""
        before = len(self.server.taken)
        with pytest.raises(BadInput, match="makes no clips"):
            backend.submit("clip", self.request("image").replace(kind="video"), {}, tmp_path)
        assert len(self.server.taken) == before

    def test_the_last_frame_is_saved_without_loss(self, backend: VideoBackend, start: Path, tmp_path: Path) -> None:
        """A picture that starts from another has the size asked for, and is another one than without."""
        pictures = []
        for name, given in (("with", start), ("without", None)):
            end = followed(backend, self.submit(backend, tmp_path / name, self.request("image", start=given), given))
            assert isinstance(end[-1], BackendDone), end
            pictures.append(read_png(tmp_path / name / end[-1].image))
        assert pictures[0].shape == (HEIGHT, WIDTH, 3)
        assert (pictures[0] != pictures[1]).any()


class TestOpenAI(PicturesOnly):
    backend_id = "openai"
    stand_in = OpenAIServer
    given = "reference-0"

    @classmethod
    def make(cls) -> VideoBackend:
        assert isinstance(cls.server, OpenAIServer)
        return support.openai(cls.server, model="gpt-image-1.5")


class TestStability(PicturesOnly):
    backend_id = "stability"
    stand_in = StabilityServer

    @classmethod
    def make(cls) -> VideoBackend:
        assert isinstance(cls.server, StabilityServer)
        return support.stability(cls.server, model="sd3.5-large")
