"""What tells likeness as it is set up: `services.ports.Likenesses` over embeddings or a vision model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from domain.quality.continuity import Sighting
from domain.quality.values import Likeness

if TYPE_CHECKING:
    from infrastructure.quality.embeddings import Embedder


@dataclass(frozen=True)
class VisionOptions:
    """The section `vision` of the settings. `by` "colours" is no model at all."""

    by: Literal["colours", "embeddings", "endpoint"] = "colours"
    model: str = ""
    family: Literal["clip", "dino"] = "clip"
    url: str = ""
    key: str = field(default="", repr=False)
    name: str = ""


class ConfiguredLikenesses:
    """`options` are those of the moment; a model is loaded when it is first needed, and kept until another is set."""

    def __init__(self, options: Callable[[], VisionOptions]) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._loaded: tuple[tuple[str, str, float], Embedder] | None = None

    def ready(self) -> bool:
        """Whether a model is set up."""
        now = self._options()
        return bool(now.model) if now.by == "embeddings" else now.by == "endpoint" and bool(now.url)

    def compare(self, path: Path, sightings: Sequence[Sighting], stopped: Callable[[], bool]) -> Sequence[Likeness]:
        """The likeness of these subjects, by what is set up; nothing where nothing is."""
        now = self._options()
        if not self.ready():
            return ()
        if now.by == "endpoint":
            from infrastructure.quality.vision import VisionModel

            return tuple(VisionModel(now.url, now.key, now.name).compare(path, sightings, stopped))
        return tuple(self._embedder(now).compare(path, sightings, stopped))

    def _embedder(self, now: VisionOptions) -> Embedder:
        from infrastructure.quality.embeddings import Embedder  # what looks at pictures is slow to load

        model = Path(now.model)
        made = model.stat().st_mtime if model.is_file() else 0.0
        with self._lock:
            if self._loaded is None or self._loaded[0] != (now.model, now.family, made):
                self._loaded = (now.model, now.family, made), Embedder(model, now.family)
            return self._loaded[1]
