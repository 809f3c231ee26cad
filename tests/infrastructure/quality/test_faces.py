"""Likeness told by faces: how they are found, aligned and compared, and what is told where none shows. A blue square is
a face here; how red and green it is tells whose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BackendUnavailable
from domain.quality.continuity import Sighting
from domain.quality.values import Likeness, Subject
from infrastructure.quality.comparing import Comparing
from infrastructure.quality.embeddings import Embedder
from infrastructure.quality.faces import SIDE, TEMPLATE, FaceDetector, Faces, aligned
from infrastructure.quality.likenesses import ConfiguredLikenesses, VisionOptions
from infrastructure.quality.signatures import METHOD
from tests.infrastructure.quality.onnx_models import CELL, POINTS, mean_colour, scrfd, yunet
from tests.tools.calibration.clips import Encoding, write

ADA, TOM = (255, 10, 230), (255, 230, 10)
"""Faces, blue first."""
LEFT, RIGHT = (128, 64), (448, 160)


def picture(*faces: tuple[tuple[int, int], tuple[int, int, int]]) -> Any:
    """Blue first, 640 x 352: these faces with their corners there."""
    found = np.full((352, 640, 3), (20, 90, 90), np.uint8)
    cv2.rectangle(found, (260, 90), (380, 350), (30, 60, 160), -1)
    for (x, y), colour in faces:
        found[y : y + CELL, x : x + CELL] = colour
    return found


def without_face(frame: Any) -> Any:
    """The same without blue."""
    return np.where(np.arange(3) == 0, np.minimum(frame, 40), frame).astype(np.uint8)


@pytest.fixture
def faces(tmp_path: Path) -> Faces:
    return Faces(yunet(tmp_path / "yunet.onnx"), mean_colour(tmp_path / "w600k.onnx", (1, 3, SIDE, SIDE)), "arcface")


def subject(folder: Path, name: str, *shown: tuple[tuple[int, int], tuple[int, int, int]]) -> Subject:
    path = folder / f"{name}.png"
    cv2.imwrite(str(path), picture(*shown))
    return Subject(name=name, kind="character", reference=str(path))


def told(comparing: Comparing, folder: Path, frames: list[Any], *subjects: Subject) -> list[Likeness]:
    path = write(folder / "shot.mp4", frames, Encoding(crf=8))
    return list(
        comparing.compare(path, [Sighting(s, "001", 0, len(frames) - 1, False) for s in subjects], lambda: False)
    )


@pytest.mark.parametrize("model", [yunet, scrfd])
def test_faces_are_found_with_their_landmarks(tmp_path: Path, model: Callable[[Path], Path]) -> None:
    detector = FaceDetector(model(tmp_path / "faces.onnx"))
    seen = picture((LEFT, ADA), (RIGHT, TOM))[..., ::-1]

    found = sorted(detector.find(np.ascontiguousarray(seen)), key=lambda face: face.box[0])

    assert [face.box for face in found] == [pytest.approx((*corner, CELL, CELL)) for corner in (LEFT, RIGHT)]
    assert found[0].points == pytest.approx(np.array(POINTS) * CELL + LEFT, abs=0.01)
    half = detector.find(np.ascontiguousarray(cv2.resize(seen, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)))
    assert sorted(face.box[0] for face in half) == [2 * LEFT[0], 2 * RIGHT[0]], "in pixels of the picture"
    assert detector.find(without_face(picture((LEFT, ADA)))[..., ::-1].copy()) == []


@settings(max_examples=25, deadline=None)
@given(st.floats(-3.1, 3.1), st.floats(0.4, 3), st.floats(200, 400), st.floats(150, 300))
def test_a_face_is_turned_and_scaled_onto_the_template(angle: float, size: float, x: float, y: float) -> None:
    turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = ((TEMPLATE - SIDE / 2) @ turn.T + (x, y)).astype(np.float32)
    marks = np.zeros((480, 640, 3), np.uint8)
    for mark in points:
        cv2.circle(marks, (round(float(mark[0])), round(float(mark[1]))), max(2, round(4 * size)), (255, 255, 255), -1)
    shown = aligned(marks, points)
    inside = [(px, py) for (px, py), (ox, oy) in zip(TEMPLATE, points, strict=True) if 0 < ox < 640 and 0 < oy < 480]
    assert shown.shape == (SIDE, SIDE, 3)
    assert all(shown[round(float(py)), round(float(px))].min() > 200 for px, py in inside)


def test_somebody_is_known_by_the_best_of_several_faces(tmp_path: Path, faces: Faces) -> None:
    ada = subject(tmp_path, "Ada", (LEFT, ADA))
    (both,) = told(Comparing(None, faces), tmp_path, [picture((LEFT, TOM), (RIGHT, ADA))] * 6, ada)
    (other,) = told(Comparing(None, faces), tmp_path, [picture((RIGHT, TOM))] * 6, ada)

    assert both.score > 0.95 and both.confidence == faces.confidence and "ArcFace (w600k.onnx)" in both.method
    assert other.score < 0.5 and other.judged and other.reason == ""


def test_where_only_somebody_elses_face_shows_it_is_told_without(tmp_path: Path, faces: Faces) -> None:
    """Over the shoulder: the face in the shot is the other one's."""
    ada, tom = subject(tmp_path, "Ada", (LEFT, ADA)), subject(tmp_path, "Tom", (LEFT, TOM))

    behind, seen = told(Comparing(None, faces), tmp_path, [picture((RIGHT, TOM))] * 6, ada, tom)

    assert seen.method == faces.method and seen.score > 0.95
    assert (behind.method, behind.confidence) == (METHOD, 0.2)
    assert behind.reason == "Told without faces: no face of it shows."


@pytest.mark.parametrize("with_model", [False, True])
def test_where_no_face_shows_it_is_told_otherwise_and_with_less_confidence(
    tmp_path: Path, faces: Faces, with_model: bool
) -> None:
    embedder = Embedder(mean_colour(tmp_path / "clip.onnx"), "clip") if with_model else None
    ada, drawn = subject(tmp_path, "Ada", (LEFT, ADA)), subject(tmp_path, "Drawn")
    seen, faceless = told(Comparing(embedder, faces), tmp_path, [without_face(picture((LEFT, ADA)))] * 6, ada, drawn)

    other = (embedder.method, embedder.confidence) if embedder is not None else (METHOD, 0.4)
    assert [(one.method, one.confidence) for one in (seen, faceless)] == [(other[0], other[1] / 2)] * 2
    assert "no face of it shows" in seen.reason and "its reference shows no face" in faceless.reason


def test_models_of_the_wrong_kind_are_told(tmp_path: Path) -> None:
    mean, found = mean_colour(tmp_path / "mean.onnx", (1, 3, SIDE, SIDE)), yunet(tmp_path / "yunet.onnx")
    with pytest.raises(BackendUnavailable, match=r"mean\.onnx finds no faces"):
        FaceDetector(mean)
    with pytest.raises(BackendUnavailable, match="takes no faces of 112 x 112"):
        Faces(found, mean_colour(tmp_path / "small.onnx"), "arcface")
    with pytest.raises(BackendUnavailable, match="There is no model"):
        Faces(found, tmp_path / "none.onnx", "arcface")


def test_both_files_are_needed(tmp_path: Path) -> None:
    mean, found = str(mean_colour(tmp_path / "m.onnx", (1, 3, SIDE, SIDE))), str(yunet(tmp_path / "y.onnx"))
    ready = [
        ConfiguredLikenesses(lambda now=now: VisionOptions(by="embeddings", **now)).ready()  # type: ignore[misc]
        for now in ({"face_detector": found}, {"face_model": mean}, {"face_detector": found, "face_model": mean})
    ]
    assert ready == [False, False, True]
    options = VisionOptions(by="embeddings", face_detector=found, face_model=mean, face_family="arcface")
    path = write(tmp_path / "shot.mp4", [picture((LEFT, ADA))] * 6, Encoding(crf=8))
    ada = subject(tmp_path, "Ada", (RIGHT, ADA))
    place = ada.replace(name="Hall", kind="location")
    (one,) = ConfiguredLikenesses(lambda: options).compare(
        path, [Sighting(s, "001", 0, 5, False) for s in (ada, place)], lambda: False
    )
    assert one.subject == "Ada"
    assert one.score == pytest.approx(1, abs=0.02)
