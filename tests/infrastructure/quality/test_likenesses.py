"""Likeness told by models of the user's: embeddings, and a vision model behind an address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from domain.errors import BackendFailed, BackendUnavailable, Cancelled
from domain.quality.continuity import Sighting
from domain.quality.values import Expectation, Likeness, Subject
from infrastructure.clock import SystemClock
from infrastructure.quality.comparing import Comparing
from infrastructure.quality.embeddings import Embedder
from infrastructure.quality.examiner import FileExaminer
from infrastructure.quality.gates import FileGates
from infrastructure.quality.likenesses import ConfiguredLikenesses, VisionOptions
from infrastructure.quality.vision import TRIES, VisionModel
from services.quality import QualityService
from tests.fakes.vision_server import GOOD, VisionServer, answer
from tests.infrastructure.quality.onnx_models import mean_colour
from tests.tools.calibration.clips import write

RED, BLUE = (30, 30, 210), (200, 60, 20)


def coloured(colour: tuple[int, int, int]) -> Any:
    picture = np.full((96, 160, 3), 128, np.uint8)
    cv2.rectangle(picture, (50, 10), (110, 90), colour, -1)
    return picture


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shots of twelve frames: something red, something blue."""
    frames = [coloured(colour) for colour in (RED, BLUE) for _ in range(12)]
    return write(tmp_path_factory.mktemp("film") / "film.mp4", frames)


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    cv2.imwrite(str(tmp_path / "red.png"), coloured(RED))
    return Subject(name="Ada", kind="character", reference=str(tmp_path / "red.png"))


def sightings(subject: Subject, hardly: bool = False) -> list[Sighting]:
    return [Sighting(subject, "001", 0, 11, False), Sighting(subject, "002", 12, 23, hardly)]


def never() -> bool:
    return False


# -- embeddings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sides", [(1, 3, 32, 32), ("batch", 3, "height", "width")])
@pytest.mark.parametrize("family", ["clip", "dino"])
def test_embeddings_tell_the_same_from_another(
    film: Path, subject: Subject, tmp_path: Path, sides: tuple[int | str, ...], family: str
) -> None:
    embedder = Embedder(mean_colour(tmp_path / "mean.onnx", sides), family)

    same, other = Comparing(embedder, None).compare(film, sightings(subject, hardly=True), never)

    assert (same.shot, same.first, same.last, same.judged) == ("001", 0, 11, True)
    assert same.score > 0.95 > 0.5 > other.score
    assert (
        "mean.onnx" in same.method
        and same.confidence == pytest.approx(4 * other.confidence, abs=0.01)
        and not other.judged
    )


def test_a_picture_is_prepared_as_its_family_wants_it(tmp_path: Path) -> None:
    embedder = Embedder(mean_colour(tmp_path / "mean.onnx"), "dino")
    grey = np.full((40, 60, 3), round(255 * 0.485), np.uint8)
    expected = np.array([0.0, (0.485 - 0.456) / 0.224, (0.485 - 0.406) / 0.225])
    assert embedder.embed(grey) == pytest.approx(expected / np.linalg.norm(expected), abs=0.05)


def test_what_is_no_model_is_told(film: Path, subject: Subject, tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no model")
    for path, why in (("none.onnx", "There is no model"), ("text.onnx", "is no ONNX model")):
        with pytest.raises(BackendUnavailable, match=why):
            Embedder(tmp_path / path, "clip")
    with pytest.raises(BackendUnavailable, match="takes no pictures"):
        Embedder(mean_colour(tmp_path / "flat.onnx", (1, 3, 32)), "clip")
    with pytest.raises(Cancelled):
        comparing = Comparing(Embedder(mean_colour(tmp_path / "mean.onnx"), "clip"), None)
        list(comparing.compare(film, sightings(subject), lambda: True))


# -- a vision model ----------------------------------------------------------------------------------------------------


def ask(
    server: VisionServer, film: Path, subject: Subject, key: str = "sk-secret", silence: float = 5
) -> list[Likeness]:
    model = VisionModel(server.url, key, "llava", silence=silence, pause=0.01)
    return list(model.compare(film, sightings(subject)[:1], never))


def test_a_vision_model_gets_the_reference_and_the_shot_and_answers_a_score(film: Path, subject: Subject) -> None:
    with VisionServer(key="sk-secret") as server:
        (found,) = ask(server, film, subject)
    assert (found.score, found.reason, found.shot) == (0.92, "The same red coat.", "001")
    assert "llava" in found.method and 0 < found.confidence < 1
    ((path, _, body),) = server.told
    assert path == "/v1/chat/completions" and body["model"] == "llava"
    text, *pictures = body["messages"][0]["content"]
    assert '"Ada"' in text["text"] and len(pictures) == 4
    assert all(one["image_url"]["url"].startswith("data:image/jpeg;base64,") for one in pictures)
    assert "sk-secret" not in json.dumps(body)


@pytest.mark.parametrize(
    "first",
    [
        (429, b"{}"), (503, b"{}"), (200, b"no json"), (200, answer("I cannot see.")), (200, answer('{"score": 7}')),
        (200, answer(None)), (200, answer('{"score": NaN}')), (200, b'{"choices": []}'),
    ],
)  # fmt: skip
def test_what_is_busy_or_answers_nonsense_is_asked_again(
    film: Path, subject: Subject, first: tuple[int, bytes]
) -> None:
    with VisionServer(first, (200, GOOD)) as server:
        assert [found.score for found in ask(server, film, subject)] == [0.92]
        assert len(server.told) == 2
    with VisionServer(first) as server:
        with pytest.raises(BackendFailed):
            ask(server, film, subject)
        assert len(server.told) == TRIES, "and not for ever"


@pytest.mark.parametrize(
    ("says", "why"), [((400, b"bad picture"), "bad picture"), ((307, b""), "307"), ((200, b"x" * 2**21), "without end")]
)
def test_what_cannot_get_better_is_not_asked_again(
    film: Path, subject: Subject, says: tuple[int, bytes], why: str
) -> None:
    with VisionServer(says) as server, pytest.raises(BackendFailed, match=why):
        ask(server, film, subject)
    assert len(server.told) == 1


def test_a_wrong_key_silence_and_nobody_there_are_told(film: Path, subject: Subject) -> None:
    with VisionServer(key="other") as server, pytest.raises(BackendUnavailable, match="refused the key") as refused:
        ask(server, film, subject)
    assert "sk-secret" not in str(refused.value)
    with VisionServer((200, None)) as server, pytest.raises(BackendUnavailable, match="cannot be reached"):
        ask(server, film, subject, silence=0.2)
    with pytest.raises(BackendUnavailable, match="cannot be reached"):
        list(VisionModel("http://127.0.0.1:9", "", "", pause=0.01).compare(film, sightings(subject)[:1], never))


# -- in a check --------------------------------------------------------------------------------------------------------


def checked(film: Path, subject: Subject, folder: Path, options: VisionOptions) -> Any:
    (folder / "gates").mkdir(exist_ok=True)
    (folder / "gates" / "keeps.toml").write_text('title = "Keeps"\n[continuity]\nscore = 0.85\nseverity = "fail"\n')
    examiner = FileExaminer()
    service = QualityService(
        examiner, FileGates(folder / "gates"), SystemClock(), ConfiguredLikenesses(lambda: options)
    )
    try:
        order = Expectation(cuts=(12,), shots=("001", "002"), subjects=(subject,))
        return service.check_file(film, "keeps", order)
    finally:
        examiner.close()


def test_a_check_tells_likeness_by_what_is_set_up(film: Path, subject: Subject, tmp_path: Path) -> None:
    model = str(mean_colour(tmp_path / "mean.onnx"))
    report = checked(film, subject, tmp_path, VisionOptions(by="embeddings", model=model))
    assert {found.method for found in report.likeness} == {"CLIP embeddings (mean.onnx)"}
    told = [finding for finding in report.findings if finding.check == "continuity"]
    assert [(finding.shot, finding.severity) for finding in told] == [("002", "fail")]
    assert "CLIP embeddings" in told[0].sentence and not report.verdict.passed

    with VisionServer((200, answer('{"score": 0.2, "reason": "Another coat."}'))) as server:
        report = checked(film, subject, tmp_path, VisionOptions(by="endpoint", url=server.url, name="llava"))
    assert [found.score for found in report.likeness] == [0.2, 0.2]
    assert "(Another coat)" in next(f.sentence for f in report.findings if f.check == "continuity")


def test_a_model_that_cannot_be_asked_leaves_what_was_measured(film: Path, subject: Subject, tmp_path: Path) -> None:
    plain = checked(film, subject, tmp_path, VisionOptions())
    assert ConfiguredLikenesses(VisionOptions).compare(film, sightings(subject), never) == ()

    report = checked(film, subject, tmp_path, VisionOptions(by="embeddings", model=str(tmp_path / "none.onnx")))

    assert report.likeness == plain.likeness and report.verdict.passed == plain.verdict.passed
    note = report.findings[0]
    assert note.severity == "note" and "There is no model none.onnx" in note.sentence


def test_the_key_is_in_no_description() -> None:
    assert "sk-secret" not in repr(VisionOptions(key="sk-secret"))
