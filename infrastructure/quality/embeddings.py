"""Likeness by the embeddings of an image model in ONNX format, such as the image half of CLIP, or DINO, run on this
computer by ONNX Runtime.

Sources of the numbers: the preprocessing of CLIP (Radford et al., 2021) and of DINOv2 (Oquab et al., 2023: the usual
mean and deviation of ImageNet).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from infrastructure.quality import palettes
from infrastructure.quality.onnx_files import OnnxFile
from infrastructure.quality.stills import Pixels
from infrastructure.quality.views import TINY

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
        self._model = OnnxFile(model, _SIZE)

    @property
    def method(self) -> str:
        """What tells, in words."""
        return f"{self._family.title} embeddings ({self._model.name})"

    @property
    def confidence(self) -> float:
        """How much it can know, 0 to 1."""
        return self._family.confidence

    def embed(self, picture: Pixels) -> NDArray[np.float32]:
        """The embedding of an sRGB picture, of length 1. Raises BackendUnavailable."""
        pixels = cv2.resize(picture, (self._model.width, self._model.height), interpolation=cv2.INTER_AREA)
        return self._model.embedding((pixels.astype(np.float32) / 255 - self._family.mean) / self._family.deviation)

    def likeness(self, one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
        """0 to 1 for two embeddings."""
        points = self._family.points
        return float(np.interp(float(one @ other), [x for x, _ in points], [y for _, y in points]))


def figure(picture: Pixels) -> Pixels:
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
