"""What OpenAI's images API is sent, and what becomes of its answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domain.project import Picked
from infrastructure.remote.openai import OpenAIImages, OpenAIOptions
from tests.fakes.picture_server import OpenAIServer
from tests.infrastructure.remote.support import done, failed, openai, picture, request, size_of

SHEET = Picked(path="sheet.png", sha256="a" * 64)


def test_a_picture_from_words_alone(tmp_path: Path) -> None:
    with OpenAIServer() as server:
        end = done(openai(server), tmp_path / "out")
    (taken,) = server.taken
    assert taken.path == "/v1/images/generations" and not taken.files
    assert taken.fields == {
        "model": "gpt-image-2", "prompt": "a boat on the sea", "n": 1, "size": "1088x608", "quality": "medium",
        "moderation": "auto", "background": "opaque", "output_format": "png",
    }  # fmt: skip
    assert len(taken.headers["x-client-request-id"]) == 36 and "idempotency-key" not in taken.headers
    assert size_of(tmp_path / "out" / end.image) == (320, 180)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["image.png"]
    assert end.info["fitted"] == {"from": [1088, 608], "to": [320, 180], "how": "fill"}
    assert end.info["tokens"] == {"input_tokens": 50, "output_tokens": 1056, "total_tokens": 1106}
    assert end.info["request_id"] == "req_stand_in"
    assert end.info["price"].startswith("about $0.0") and "list of 2026" in end.info["price"]


def test_references_arrive_byte_for_byte_and_in_their_order(tmp_path: Path) -> None:
    given = [picture(tmp_path / f"{i}.png", (64 + i, 64), "red") for i in range(12)]
    wanted = request(references=tuple(SHEET.replace(path=p.name) for p in given))
    with OpenAIServer() as server:
        done(openai(server), tmp_path / "out", wanted, **{f"reference_{i}": p for i, p in enumerate(given)})
    (taken,) = server.taken
    assert taken.path == "/v1/images/edits" and taken.headers["content-type"].startswith("multipart/form-data")
    assert [(field, kind) for field, _, _, kind in taken.files] == [("image[]", "image/png")] * 12
    assert [content for _, _, content, _ in taken.files] == [p.read_bytes() for p in given]
    assert "moderation" not in taken.fields and "input_fidelity" not in taken.fields


def test_the_model_that_can_keep_faces_is_asked_to(tmp_path: Path) -> None:
    sheet = picture(tmp_path / "sheet.jpg")
    with OpenAIServer() as server:
        done(openai(server, model="gpt-image-1.5"), tmp_path / "out", request(), reference_0=sheet)
    assert server.taken[0].fields["input_fidelity"] == "high"
    assert server.taken[0].files[0][3] == "image/jpeg"


@pytest.mark.parametrize(
    ("model", "film", "size"),
    [
        ("gpt-image-1.5", (1920, 1080), "1536x1024"),
        ("gpt-image-1.5", (1080, 1920), "1024x1536"),
        ("gpt-image-1-mini", (1080, 1080), "1024x1024"),
        ("chatgpt-image-latest", (1280, 720), "1536x1024"),
        ("gpt-image-2", (1920, 1080), "1920x1088"),
        ("gpt-image-2.5-flare", (1280, 720), "1280x720"),
        ("gpt-image-2.6-sunburst", (3840, 2160), "2560x1440"),
        ("gpt-image-2", (4000, 800), "3312x1104"),
        ("gpt-image-2", (640, 64), "1408x480"),
    ],
)
def test_the_size_that_is_asked_for(model: str, film: tuple[int, int], size: str) -> None:
    provider = OpenAIImages(lambda: OpenAIOptions(key="x", model=model))
    assert "{}x{}".format(*provider.size(request(width=film[0], height=film[1]))) == size


def test_the_picture_is_fitted_without_distortion_as_it_was_set(tmp_path: Path) -> None:
    """3:2 for 16:9: filled, it is cut above and below; extended, all of it is there."""
    made = {}
    with OpenAIServer() as server:
        for fit in ("fill", "extend"):
            backend = openai(server, model="gpt-image-1.5")
            end = done(backend, tmp_path / fit, request(width=640, height=360, params={"fit": fit}))
            made[fit] = (tmp_path / fit / end.image).read_bytes()
            assert end.info["fitted"] == {"from": [1536, 1024], "to": [640, 360], "how": fit}
            assert size_of(tmp_path / fit / end.image) == (640, 360)
    assert made["fill"] != made["extend"]


def test_what_the_request_says_goes_before_the_setting_of_the_moment(tmp_path: Path) -> None:
    with OpenAIServer() as server:
        asked = request(params={"model": "gpt-image-1.5", "quality": "high", "moderation": "low"})
        done(openai(server), tmp_path / "out", asked)
    fields = server.taken[0].fields
    assert (fields["model"], fields["quality"], fields["moderation"]) == ("gpt-image-1.5", "high", "low")


def test_another_service_with_the_same_protocol_is_sent_what_every_one_knows(tmp_path: Path) -> None:
    with OpenAIServer() as server:
        failed(openai(server, model="flux-dev"), tmp_path / "out")
    assert set(server.taken[0].fields) == {"model", "prompt", "n", "size", "response_format"}


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"prompt": "  "}, "this shot has none"), ({"prompt": "a" * 32_001}, "takes 32000 characters")],
)
def test_what_would_be_refused_is_not_sent(asked: dict[str, Any], words: str, tmp_path: Path) -> None:
    with OpenAIServer() as server:
        end = failed(openai(server), tmp_path / "out", request(**asked))
    assert words in end.message and end.cure and not end.retry and not server.taken


def test_a_reference_that_is_no_picture_is_not_sent(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.png"
    wrong.write_text("this is no picture")
    with OpenAIServer() as server:
        assert (
            "is no picture that OpenAI images takes"
            in failed(openai(server), tmp_path / "a", reference_0=wrong).message
        )
        assert "cannot be read" in failed(openai(server), tmp_path / "b", reference_0=tmp_path / "gone.png").message
    assert not server.taken


def test_what_is_missing_is_said_without_asking() -> None:
    def what(**options: Any) -> str:
        return " ".join(p.what for p in OpenAIImages(lambda: OpenAIOptions(**options)).problems())

    assert what() == "OpenAI images needs an API key."
    assert what(key="k" * 20) == "" == what(url="http://127.0.0.1:8000/v1")
    assert "has no quality 'max'" in what(key="k" * 20, quality="max")
    assert what(key="k" * 20, quality="max", model="gpt-image-2.6-flare") == ""
    assert "without encryption" in what(key="k" * 20, url="http://example.org/v1")
    assert OpenAIImages(lambda: OpenAIOptions()).spec.needs == "an API key"
    assert OpenAIImages(lambda: OpenAIOptions(key="k")).spec.needs == ""


@pytest.mark.parametrize(
    ("options", "film", "words"),
    [
        ({"model": "gpt-image-1.5", "quality": "medium"}, (1080, 1080), "about $0.034 (list of 2026-11-21)"),
        ({"model": "gpt-image-1.5", "quality": "high"}, (1920, 1080), "about $0.20 (list of 2026-11-21)"),
        ({"model": "gpt-image-2"}, (1920, 1080), "about $0.054 (list of 2026-11-21)"),
        ({"model": "gpt-image-2.6-flare", "price": "0.07"}, (1920, 1080), "about $0.07 (as in Settings)"),
    ],
)
def test_the_price_is_told_beforehand(options: dict[str, Any], film: tuple[int, int], words: str) -> None:
    price = OpenAIImages(lambda: OpenAIOptions(**options)).price(request(width=film[0], height=film[1]))
    assert price is not None and price.words == words


@pytest.mark.parametrize("options", [{"model": "gpt-image-2.6-flare"}, {"quality": "auto"}, {"model": "flux"}])
def test_a_price_that_nobody_knows_is_not_made_up(options: dict[str, Any]) -> None:
    assert OpenAIImages(lambda: OpenAIOptions(**options)).price(request()) is None
