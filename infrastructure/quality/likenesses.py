"""What tells likeness as it is set up: `services.ports.Likenesses` over image models, faces or a vision model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from domain.quality.continuity import Sighting
from domain.quality.values import Likeness

if TYPE_CHECKING:
    from infrastructure.quality.comparing import Comparing


@dataclass(frozen=True)
class VisionOptions:
    """The section `vision` of the settings. `by` "colours" is no model at all."""

    by: Literal["colours", "embeddings", "endpoint"] = "colours"
    model: str = ""
    family: Literal["clip", "dino"] = "clip"
    face_detector: str = ""
    face_model: str = ""
    face_family: Literal["sface", "arcface"] = "sface"
    url: str = ""
    key: str = field(default="", repr=False)
    name: str = ""

    @property
    def faces(self) -> bool:
        """Whether both models of faces are named."""
        return bool(self.face_detector and self.face_model)


class ConfiguredLikenesses:
    """`options` are those of the moment; models are loaded when they are first needed, and kept until others are
    set."""

    def __init__(self, options: Callable[[], VisionOptions]) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._loaded: tuple[tuple[object, ...], Comparing] | None = None

    def ready(self) -> bool:
        """Whether a model is set up."""
        now = self._options()
        return bool(now.model) or now.faces if now.by == "embeddings" else now.by == "endpoint" and bool(now.url)

    def compare(self, path: Path, sightings: Sequence[Sighting], stopped: Callable[[], bool]) -> Sequence[Likeness]:
        """The likeness of these subjects, by what is set up; nothing where nothing is."""
        now = self._options()
        if not self.ready():
            return ()
        if now.by == "endpoint":
            from infrastructure.quality.vision import VisionModel

            return tuple(VisionModel(now.url, now.key, now.name).compare(path, sightings, stopped))
        return tuple(self._models(now).compare(path, sightings, stopped))

    def _models(self, now: VisionOptions) -> Comparing:
        from infrastructure.quality.comparing import Comparing  # what looks at pictures is slow to load
        from infrastructure.quality.embeddings import Embedder
        from infrastructure.quality.faces import Faces

        files = (now.model, now.face_detector, now.face_model)
        wanted = (*files, now.family, now.face_family, *(_made(file) for file in files))
        with self._lock:
            if self._loaded is None or self._loaded[0] != wanted:
                embedder = Embedder(Path(now.model), now.family) if now.model else None
                detector, model = Path(now.face_detector), Path(now.face_model)
                faces = Faces(detector, model, now.face_family) if now.faces else None
                self._loaded = wanted, Comparing(embedder, faces)
            return self._loaded[1]


def _made(file: str) -> float:
    path = Path(file)
    return path.stat().st_mtime if file and path.is_file() else 0.0
