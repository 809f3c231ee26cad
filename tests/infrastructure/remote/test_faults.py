"""Faults of services that charge: which are tried again, which are not, and which nobody may try again unasked."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.backend import BackendProgress, BackendStarted, BackendStopped
from domain.errors import BackendUnavailable, BadInput
from infrastructure.remote import OpenAIImages, OpenAIOptions, PictureBackend
from infrastructure.remote.client import Answer, Client, checked_address
from infrastructure.remote.failures import AnswerLost, NotTaken
from tests.contracts.video_backend import followed
from tests.fakes.picture_server import OpenAIServer, PictureServer
from tests.fakes.waiting import until
from tests.infrastructure.remote.support import BOTH, RULES, Waits, asked, done, failed, openai, request

both = pytest.mark.parametrize(("stand_in", "make"), BOTH, ids=["openai", "stability"])
Make = Callable[..., PictureBackend]


@both
@pytest.mark.parametrize(
    ("fault", "told", "kind", "again"),
    [
        ("refused", "refused the words: Your request was ", "refused", False),
        ("spent", "has no credit left: You ", "unavailable", False),
        ("no picture", "answered without a picture", "", True),
        ("no json", "answered without a picture", "", True),
        ("text", "is no picture that can be used", "", True),
        ("huge picture", "is no picture that can be used", "", True),
        ("redirect", "sent us to another address", "unavailable", False),
    ],
)
def test_an_answer_that_is_final_is_asked_for_once(
    stand_in: type[PictureServer], make: Make, fault: str, told: str, kind: str, again: bool, tmp_path: Path
) -> None:
    waits = Waits()
    with stand_in(faults=(fault,)) as server:
        end = failed(make(server, waits), tmp_path / "out")
    assert told in end.message and end.cure
    assert (end.fault, end.retry) == (kind, again)
    assert len(server.taken) == 1 and not waits.asked
    assert not any((tmp_path / "out").iterdir())


@both
def test_a_wrong_key_is_said_and_not_shown(stand_in: type[PictureServer], make: Make, tmp_path: Path) -> None:
    with stand_in() as server:
        key, server.key = server.key, "sk-another"
        end = failed(make(server, key=key), tmp_path / "out")
    assert "refused the key" in end.message and "Settings" in end.cure
    assert (end.fault, end.retry, len(server.taken)) == ("unavailable", False, 1)
    assert "[hidden]" in end.message and key not in str(end) and "sk-another" not in str(end)


@both
def test_busy_is_tried_again_after_as_long_as_was_asked_for(
    stand_in: type[PictureServer], make: Make, tmp_path: Path
) -> None:
    waits = Waits()
    with stand_in(faults=("busy", "broken")) as server:
        backend = make(server, waits)
        events = asked(backend, tmp_path / "out")
    assert events[-1].kind == "done"
    assert waits.asked == [7.0, 6.0], "what the service asks for, then our own pause, the second"
    assert server.drawn == 1 and len(server.taken) == 3
    details = [e.detail for e in events if isinstance(e, BackendProgress)]
    assert any("Tried again in 7 s (1 of 2)" in d for d in details)


@both
@pytest.mark.parametrize("fault", ["busy", "broken"])
def test_trying_again_has_an_end(stand_in: type[PictureServer], make: Make, fault: str, tmp_path: Path) -> None:
    with stand_in(faults=(fault,) * 9) as server:
        end = failed(make(server), tmp_path / "out")
    assert len(server.taken) == 1 + RULES.attempts and server.drawn == 0
    assert (end.fault, end.retry) == ("unavailable", True)


@both
def test_a_service_that_asks_for_an_hour_is_not_waited_for(
    stand_in: type[PictureServer], make: Make, tmp_path: Path
) -> None:
    waits = Waits()
    with stand_in(faults=("busy",)) as server:
        server.after = "3600"
        assert failed(make(server, waits), tmp_path / "out").retry
    assert not waits.asked and len(server.taken) == 1


@both
@pytest.mark.parametrize("fault", ["drop", "truncated", "gave up"])
def test_an_answer_that_was_lost_is_never_asked_for_again(
    stand_in: type[PictureServer], make: Make, fault: str, tmp_path: Path
) -> None:
    with stand_in(faults=(fault,)) as server:
        backend = make(server)
        end = failed(backend, tmp_path / "out")
    assert end.fault == "network" and "was sent the request" in end.message
    assert len(server.taken) == 1


@both
def test_nothing_that_listens_is_not_sent_to(stand_in: type[PictureServer], make: Make, tmp_path: Path) -> None:
    with stand_in() as server:
        pass
    waits = Waits()
    end = failed(make(server, waits), tmp_path / "out")
    assert "cannot be reached" in end.message and (end.fault, end.retry) == ("unavailable", True)
    assert len(waits.asked) == RULES.attempts


@both
def test_a_job_that_is_stopped_while_it_is_drawn_ends_at_once(
    stand_in: type[PictureServer], make: Make, tmp_path: Path
) -> None:
    with stand_in() as server:
        backend = make(server)
        job = str(uuid.uuid4())
        backend.submit(job, request(backend.spec.id, prompt="a boat [slow]"), {}, tmp_path)
        until(lambda: len(server.taken) == 1)
        assert isinstance(backend.recover(job), BackendStarted)
        backend.cancel(job)
        assert isinstance(followed(backend, job, 10)[-1], BackendStopped)
        server.gate.set()
        assert done(backend, tmp_path / "next").image, "the place of the stopped one is free"
    assert not (tmp_path / "image.png").exists()


def test_a_job_that_waits_to_be_tried_again_can_be_stopped(tmp_path: Path) -> None:
    with OpenAIServer(faults=("busy",) * 9) as server:
        now = OpenAIOptions(key=server.key, url=server.url)
        backend = PictureBackend(OpenAIImages(lambda: now), lambda: RULES)
        backend.submit("job", request(), {}, tmp_path)
        until(lambda: len(server.taken) == 1)
        backend.cancel("job")
        assert isinstance(followed(backend, "job", 10)[-1], BackendStopped)
    assert len(server.taken) == 1


def test_without_a_key_nothing_is_sent(tmp_path: Path) -> None:
    backend = PictureBackend(OpenAIImages(lambda: OpenAIOptions()))
    assert backend.preflight().problems[0].what == "OpenAI images needs an API key."
    assert "needs an API key" in failed(backend, tmp_path / "out").message


def test_after_it_was_closed_nothing_is_taken_on(tmp_path: Path) -> None:
    with OpenAIServer() as server:
        backend = openai(server)
        backend.close()
        with pytest.raises(BackendUnavailable, match="closing"):
            backend.submit("job", request(), {}, tmp_path)


# -- the client ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("", None), ("soon", None), ("-4", 0.0), ("nan", None),
     ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)],
)  # fmt: skip
def test_how_long_a_service_asks_to_wait(told: str, seconds: float | None) -> None:
    assert Answer(429, {"retry-after": told}, b"").after == seconds


def test_a_date_to_wait_for_lies_ahead() -> None:
    after = Answer(429, {"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}, b"").after
    assert after is not None and after > 10**8


@pytest.mark.parametrize(
    "address",
    ["http://example.org/v1", "ftp://example.org", "https://", "example.org/v1", "https://user:pw@example.org/v1",
     "https://example.org/v1?key=1", "http://10.0.0.1/v1", "http://127.0.0.1.example.org/v1", "https://host:99999/v1", ""],
)  # fmt: skip
def test_a_key_is_sent_only_where_nobody_listens(address: str) -> None:
    with pytest.raises(BadInput):
        checked_address(address, "It")


@pytest.mark.parametrize("address", ["https://example.org/v1/", "http://localhost:1234/v1", "http://[::1]:80/v1"])
def test_addresses_that_are_taken(address: str) -> None:
    assert checked_address(address, "It") == address.rstrip("/")


def test_an_answer_without_end_is_cut_off(tmp_path: Path) -> None:
    with OpenAIServer(faults=("too long",)) as server:
        client = Client(server.url, server.key, "It", most=2**20)
        fields = OpenAIImages(lambda: OpenAIOptions())._fields(request(), OpenAIOptions(), "1024x1024", False)
        with pytest.raises(Exception, match="sent more than 1 MB"):
            client.post("/images/generations", fields)


def test_silence_counts_as_a_lost_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = Client(f"http://127.0.0.1:{listening.getsockname()[1]}", "", "It", silence=0.2)
        with pytest.raises(AnswerLost, match=r"nothing came for 0\.2 s"):
            client.post("/x", {"a": 1})


def test_what_is_no_tls_is_not_known_to_have_been_refused() -> None:
    """Whether a key was given away cannot be ruled out, so this is no NotTaken."""
    with OpenAIServer() as server:
        client = Client(server.host.replace("http:", "https:"), "k" * 20, "It")
        with pytest.raises((AnswerLost, NotTaken)):
            client.post("/x", {"a": 1})
    assert not server.taken


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b'{"error": "no"}', b'{"error": {"code": 5, "message": [1]}}', b"\xff" * 9]
)
def test_any_words_of_a_service_become_a_sentence(body: bytes) -> None:
    from infrastructure.remote import openai as adapter
    from infrastructure.remote import stability as other

    client = Client("https://example.org", "k" * 20, "It")
    for raise_refusal in (adapter.raise_refusal, other.raise_refusal):
        for status in (400, 401, 402, 403, 404, 413, 418, 422, 429, 500, 503, 504, 302):
            answer = Answer(status, {}, body)
            with pytest.raises(Exception) as caught:
                raise_refusal(answer, answer.json(), client)
            assert caught.value.message and "Traceback" not in caught.value.message  # type: ignore[attr-defined]


def test_words_of_a_service_are_one_line_without_secrets() -> None:
    client = Client("https://example.org", "topsecretkey", "It")
    assert client.said("no\n\x00\x1b[31m topsecretkey  is wrong ") == "no [31m [hidden] is wrong"
    assert len(client.said("x " * 900)) <= 301
