"""Likeness by the embeddings of an image model in ONNX format, such as the image half of CLIP, or DINO, run on this
computer by ONNX Runtime.

Sources of the numbers: the preprocessing of CLIP (Radford et al., 2021) and of DINOv2 (Oquab et al., 2023: the usual
mean and deviation of ImageNet).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.errors import BackendUnavailable, Cancelled
from domain.quality.continuity import Sighting, told, typical
from domain.quality.values import Likeness
from infrastructure.quality import palettes, stills
from infrastructure.quality.stills import Pixels
from infrastructure.quality.views import TINY

FRAMES = 5
"""Frames of a shot that are looked at."""

_CURE = "Check the model's file in Settings, under Vision."
_SIZE = 224
_MARGIN = 0.15


class Family(NamedTuple):
    """How a family of models wants its pictures, and what the cosine of two of its embeddings means. `mean` and
    `deviation` are of sRGB from 0 to 1; `points` are cosines with the likeness they stand for."""

    title: str
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    points: tuple[tuple[float, float], ...]
    confidence: float


FAMILIES = {
    "clip": Family(
        "CLIP", (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711),
        ((0.0, 0.0), (0.6, 0.3), (0.8, 0.85), (1.0, 1.0)), 0.6,
    ),
    "dino": Family(
        "DINO", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), ((0.0, 0.0), (0.3, 0.3), (0.6, 0.85), (1.0, 1.0)), 0.65
    ),
}  # fmt: skip
"""By the setting `vision.family`. The points are rough: such models differ, and none was measured here."""


class Embedder:
    """One model. Raises BackendUnavailable when its file, or ONNX Runtime, is missing, or it is no model of images."""

    def __init__(self, model: Path, family: str) -> None:
        self._family = FAMILIES[family]
        self._model = model
        self._session = _session(model)
        given = self._session.get_inputs()
        shape = list(given[0].shape)
        if len(given) != 1 or len(shape) != 4:
            raise BackendUnavailable(f"{model.name} takes no pictures alone.", _CURE, retry=False)
        self._name = given[0].name
        self._last = shape[1] != 3 and shape[3] == 3  # channels behind height and width
        sides = [side for side in (shape[1:3] if self._last else shape[2:4]) if isinstance(side, int) and side > 0]
        self._height, self._width = sides if len(sides) == 2 else (_SIZE, _SIZE)

    @property
    def method(self) -> str:
        """What tells, in words."""
        return f"{self._family.title} embeddings ({self._model.name})"

    def embed(self, picture: Pixels) -> NDArray[np.float32]:
        """The embedding of a picture, of length 1. Of a model that gives one for each part, the first is that of the
        whole. Raises BackendUnavailable."""
        pixels = cv2.resize(picture, (self._width, self._height), interpolation=cv2.INTER_AREA)
        values = (pixels.astype(np.float32) / 255 - self._family.mean) / self._family.deviation
        batch = (values if self._last else values.transpose(2, 0, 1))[None].astype(np.float32)
        try:
            given = np.asarray(self._session.run(None, {self._name: batch})[0], np.float32)
        except Exception as error:  # whatever the model does: ONNX Runtime has no common error
            raise BackendUnavailable(
                f"{self._model.name} cannot be run: {error!s:.200}.", _CURE, retry=False
            ) from error
        found = given.reshape(given.shape[0], -1, given.shape[-1])[0, 0] if given.ndim == 3 else given.reshape(-1)
        length = float(np.linalg.norm(found))
        if not np.isfinite(length) or not length:
            raise BackendUnavailable(f"{self._model.name} gives no numbers for a picture.", _CURE, retry=False)
        return found / length

    def likeness(self, one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
        """0 to 1 for two embeddings."""
        points = self._family.points
        return float(np.interp(float(one @ other), [x for x, _ in points], [y for _, y in points]))

    def compare(self, path: Path, sightings: Sequence[Sighting], stopped: Callable[[], bool]) -> Iterator[Likeness]:
        """As `services.ports.Likenesses`."""
        wanted = {sighting: stills.places(sighting, FRAMES) for sighting in sightings}
        pictures = stills.frames(path, {place for places in wanted.values() for place in places}, stopped)
        crops: dict[tuple[int, bool], list[NDArray[np.float32]]] = {}
        references: dict[str, NDArray[np.float32]] = {}
        for sighting, places in wanted.items():
            subject, whole = sighting.subject, sighting.subject.kind == "location"
            if subject.reference not in references:
                picture = stills.reference(Path(subject.reference))
                references[subject.reference] = self.embed(picture if whole else _figure(picture))
            values = []
            for place in (place for place in places if place in pictures):
                if stopped():
                    raise Cancelled(f"The check of {path.name} was stopped.")
                if (place, whole) not in crops:
                    seen = [pictures[place]] if whole else [pictures[place], _figure(pictures[place])]
                    crops[place, whole] = [self.embed(one) for one in seen]
                values.append(max(self.likeness(references[subject.reference], one) for one in crops[place, whole]))
            if values:
                yield Likeness(
                    subject=subject.name, kind=subject.kind, shot=sighting.shot, score=typical(values),
                    method=self.method, confidence=told(self._family.confidence, sighting.hardly),
                    first=sighting.first, last=sighting.last, judged=not sighting.hardly,
                )  # fmt: skip


def _figure(picture: Pixels) -> Pixels:
    """The part of a picture that looks like a figure, with a margin; all of it where nothing does."""
    tiny = np.asarray(cv2.resize(picture, TINY, interpolation=cv2.INTER_AREA), np.float32)
    cut_out = palettes.before_plain_ground(tiny)
    mask = cut_out[0] if cut_out is not None else palettes.figure(palettes.in_even_light(tiny))
    rows, columns = np.nonzero(mask > 0.5)
    if not len(rows):
        return picture
    height, width = picture.shape[:2]
    top, bottom = rows.min() / TINY[1], (rows.max() + 1) / TINY[1]
    left, right = columns.min() / TINY[0], (columns.max() + 1) / TINY[0]
    more, wider = (bottom - top) * _MARGIN, (right - left) * _MARGIN
    return picture[
        int(max(0.0, top - more) * height) : max(1, round(min(1.0, bottom + more) * height)),
        int(max(0.0, left - wider) * width) : max(1, round(min(1.0, right + wider) * width)),
    ]


def _session(model: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise BackendUnavailable(
            "ONNX Runtime is not installed, which runs image models.", "pip install 'kinoloom[vision]'", retry=False
        ) from error
    if not model.is_file():
        raise BackendUnavailable(f"There is no model {model.name}.", _CURE, retry=False)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # a file that is none: ONNX Runtime has no common error
        raise BackendUnavailable(f"{model.name} is no ONNX model: {error!s:.200}.", _CURE, retry=False) from error
