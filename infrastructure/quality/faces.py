"""Faces by two models of the user's: one that finds them with five landmarks, and one that tells whose they are.

Sources: the outputs of YuNet (Wu, Peng and Yu, YuNet: A Tiny Millisecond-level Face Detector, 2023, as OpenCV's
FaceDetectorYN reads them) and of SCRFD (Guo et al., Sample and Computation Redistribution for Efficient Face Detection,
2021); the places of the landmarks and the preparation of ArcFace (Deng et al., ArcFace, 2019) and SFace (Zhong et al.,
SFace: Sigmoid-Constrained Hypersphere Loss, 2021, as OpenCV's FaceRecognizerSF does it).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.errors import BackendUnavailable
from infrastructure.quality.onnx_files import CURE, OnnxFile
from infrastructure.quality.stills import Pixels

Vector = NDArray[np.float32]

SIDE = 112
"""Height and width of an aligned face, pixels."""
TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)
"""Where the landmarks of an aligned face lie (ArcFace): the eye on the left of the picture, the one on the right, the
tip of the nose, the corners of the mouth on the left and on the right."""
LEAST = 20
"""Width of a face in pixels below which it tells nothing."""
MOST = 8
"""Faces of one picture that are compared, the largest ones."""

_STRIDES = (8, 16, 32)
_FREE = 640
_SURE = {"yunet": 0.7, "scrfd": 0.5}
_OVERLAP = 0.4


class Face(NamedTuple):
    """A face in a picture: left, top, width, height in pixels, five landmarks in the order of TEMPLATE, shape (5, 2),
    and how sure the detector is, 0 to 1."""

    box: tuple[float, float, float, float]
    points: NDArray[np.float32]
    score: float


class FaceFamily(NamedTuple):
    """How a family of models wants a face, and what the cosine of two of its embeddings means. `mean` and `scale` are
    of sRGB from 0 to 255; `points` are cosines with the likeness they stand for."""

    title: str
    mean: float
    scale: float
    points: tuple[tuple[float, float], ...]


FAMILIES = {
    "sface": FaceFamily("SFace", 0.0, 1.0, ((0.0, 0.0), (0.2, 0.4), (0.363, 0.85), (0.7, 0.97), (1.0, 1.0))),
    "arcface": FaceFamily("ArcFace", 127.5, 1 / 127.5, ((0.0, 0.0), (0.2, 0.4), (0.4, 0.85), (0.7, 0.97), (1.0, 1.0))),
}  # fmt: skip
"""By the setting `vision.face_family`. 0.363 is the limit OpenCV states for SFace; the others are rough."""


class FaceDetector:
    """A YuNet or an SCRFD model. Raises BackendUnavailable when it is neither."""

    def __init__(self, model: Path) -> None:
        self._model = OnnxFile(model, _FREE)
        named = {f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in _STRIDES}
        if named <= set(self._model.outputs):
            self._kind = "yunet"
        elif len(self._model.outputs) == 9:
            self._kind = "scrfd"
        else:
            raise BackendUnavailable(
                f"{model.name} finds no faces with landmarks: it is neither YuNet nor SCRFD.", CURE, retry=False
            )

    def find(self, picture: Pixels) -> list[Face]:
        """The faces of an sRGB picture, the largest first, at most MOST. Where none is found it is looked at again at
        half the size, for faces that fill it."""
        for share in (1.0, 0.5):
            found = self._at(picture, share)
            if found:
                return found
        return []

    def _at(self, picture: Pixels, share: float) -> list[Face]:
        height, width = picture.shape[:2]
        scale = share * min(self._model.width / width, self._model.height / height)
        small = cv2.resize(
            picture, (max(1, int(width * scale)), max(1, int(height * scale))), interpolation=cv2.INTER_AREA
        )
        canvas: NDArray[Any] = np.zeros((self._model.height, self._model.width, 3), np.float32)
        canvas[: small.shape[0], : small.shape[1]] = small if self._kind == "scrfd" else small[..., ::-1]
        if self._kind == "scrfd":
            canvas = (canvas - 127.5) / 128
        outputs = self._model.run(canvas)
        read = _yunet if self._kind == "yunet" else _scrfd
        try:
            boxes, points, scores = read(dict(zip(self._model.outputs, outputs, strict=True)), canvas.shape[1])
        except (ValueError, IndexError) as error:
            raise BackendUnavailable(
                f"{self._model.name} gives other numbers than a model that finds faces.", CURE, retry=False
            ) from error
        kept = _apart(boxes, scores, _SURE[self._kind])
        by = np.array([width / small.shape[1], height / small.shape[0]], np.float32)
        faces = [Face(_box(boxes[n] * np.tile(by, 2)), points[n] * by, float(scores[n])) for n in kept]
        wide = [face for face in faces if face.box[2] >= LEAST]
        return sorted(wide, key=lambda face: -face.box[2] * face.box[3])[:MOST]


def _box(values: Any) -> tuple[float, float, float, float]:
    left, top, width, height = (float(value) for value in values)
    return left, top, width, height


def _places(count: int, stride: int, width: int, each: int) -> NDArray[np.float32]:
    """Column and row of each of `count` places of a grid, `each` anchors at one place; shape (count, 2)."""
    at = np.arange(count) // each
    return np.stack([at % (width // stride), at // (width // stride)], -1).astype(np.float32)


def _yunet(given: dict[str, Any], width: int) -> tuple[Any, Any, Any]:
    """Boxes (n, 4), landmarks (n, 5, 2) and scores (n,) in the model's pixels: places relative to the corner of their
    cell, sizes as logarithms, both in strides."""
    boxes, points, scores = [], [], []
    for stride in _STRIDES:
        cls, there = (given[f"{kind}_{stride}"].reshape(-1).clip(0, 1) for kind in ("cls", "obj"))
        box, marks = given[f"bbox_{stride}"].reshape(-1, 4), given[f"kps_{stride}"].reshape(-1, 5, 2)
        at = _places(len(cls), stride, width, 1)
        size = np.exp(box[:, 2:].clip(-10, 10)) * stride
        boxes.append(np.concatenate([(at + box[:, :2]) * stride - size / 2, size], -1))
        points.append((marks + at[:, None]) * stride)
        scores.append(np.sqrt(cls * there))
    return np.concatenate(boxes), np.concatenate(points), np.concatenate(scores)


def _scrfd(given: dict[str, Any], width: int) -> tuple[Any, Any, Any]:
    """As `_yunet`. Outputs without known names, by kind and then by stride; two anchors at a place; distances from it
    to the four sides, in strides."""
    values = list(given.values())
    boxes, points, scores = [], [], []
    for number, stride in enumerate(_STRIDES):
        score, box, marks = values[number].reshape(-1), values[number + 3], values[number + 6]
        box, marks = box.reshape(-1, 4) * stride, marks.reshape(-1, 5, 2) * stride
        at = _places(len(score), stride, width, 2) * stride
        boxes.append(np.concatenate([at - box[:, :2], box[:, :2] + box[:, 2:]], -1))
        points.append(marks + at[:, None])
        scores.append(score)
    return np.concatenate(boxes), np.concatenate(points), np.concatenate(scores)


def _apart(boxes: Any, scores: Any, sure: float) -> Sequence[int]:
    """Numbers of those that are sure enough and hide no surer one."""
    usable = np.flatnonzero(np.isfinite(boxes).all(1) & (boxes[:, 2:] > 0).all(1) & (scores >= sure))
    kept = cv2.dnn.NMSBoxes(boxes[usable].tolist(), scores[usable].tolist(), sure, _OVERLAP)
    return [int(usable[n]) for n in np.asarray(kept, int).reshape(-1)]


def aligned(picture: Pixels, points: NDArray[np.float32]) -> Pixels:
    """A face turned, moved and scaled so that its landmarks lie on TEMPLATE as nearly as they can, SIDE x SIDE: the
    similarity of least squares (Umeyama 1991; in the plane a complex number times the place plus another)."""
    own, there = (where[:, 0] + 1j * where[:, 1] for where in (points.astype(float), TEMPLATE.astype(float)))
    centred = own - own.mean()
    turn = (centred.conj() @ (there - there.mean())) / max(1e-9, float((np.abs(centred) ** 2).sum()))
    move = there.mean() - turn * own.mean()
    matrix = np.array([[turn.real, -turn.imag, move.real], [turn.imag, turn.real, move.imag]])
    return np.asarray(cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8)


class Faces:
    """A detector and a model of faces. Raises BackendUnavailable when one is missing or of the wrong kind."""

    confidence = 0.85
    """How much such a pair can know of somebody whose face shows, 0 to 1."""

    def __init__(self, detector: Path, model: Path, family: str) -> None:
        self._family = FAMILIES[family]
        self._detector, self._model = FaceDetector(detector), OnnxFile(model, SIDE)
        if (self._model.height, self._model.width) != (SIDE, SIDE):
            raise BackendUnavailable(
                f"{model.name} takes no faces of {SIDE} x {SIDE} pixels.",
                "Name an SFace or ArcFace model.",
                retry=False,
            )

    @property
    def method(self) -> str:
        """What tells, in words."""
        return f"faces, {self._family.title} ({self._model.name})"

    def embed(self, picture: Pixels) -> list[Vector]:
        """The embeddings of all faces of an sRGB picture, each of length 1, the largest face first."""
        cut_out = (aligned(picture, face.points).astype(np.float32) for face in self._detector.find(picture))
        return [self._model.embedding((one - self._family.mean) * self._family.scale) for one in cut_out]

    def likeness(self, one: Vector, other: Vector) -> float:
        """0 to 1 for two faces."""
        points = self._family.points
        return float(np.interp(float(one @ other), [x for x, _ in points], [y for _, y in points]))
