"""The language model's adapter against a real server that does what servers do."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from domain.asking import Heard, Question, Usage
from domain.errors import BackendFailed, BackendUnavailable, Cancelled, StudioError
from infrastructure.language import EndpointWriter, LanguageOptions, Patience
from infrastructure.language.faults import asked_pause
from infrastructure.language.loop import load
from services.writing.shapes import Drafted, drafted
from tests.fakes.llm import KEY, LanguageServer, Reply, answer

QUESTION = Question(system="Plan a film.", text="A woman climbs a lighthouse.")
QUICK = Patience(connect=20, silence=0.5, tries=3, first_pause=0.01, longest_pause=0.2)
PATIENT = Patience(
    connect=20, silence=30, tries=3, first_pause=0.01, longest_pause=0.2, most_bytes=1_500_000, most_letters=60_000
)
"""For what must not be taken for silence on a machine that is busy."""


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The libraries take a second to load, which is not what is measured here."""
    load()


def ask(
    server: LanguageServer, patience: Patience = PATIENT, count: int | None = None,
    tell: Callable[[Heard], None] = lambda heard: None, stopped: Callable[[], bool] = lambda: False, **options: Any,
) -> tuple[Drafted, Usage]:  # fmt: skip
    now = LanguageOptions(**{"url": server.url, "model": "m", **options})
    writer = EndpointWriter(lambda: now, patience)
    return writer.ask(QUESTION, drafted(count), tell, stopped, loose=Drafted)


def refused(server: LanguageServer, patience: Patience = PATIENT, **options: Any) -> BackendFailed:
    """What is said when there is no answer: a sentence and a cure."""
    with pytest.raises(StudioError) as caught:
        ask(server, patience, **options)
    error = caught.value
    assert isinstance(error, BackendFailed)
    assert error.cure and "\n" not in str(error)
    return error


def test_an_answer_is_streamed_counted_and_checked() -> None:
    heard: list[Heard] = []
    with LanguageServer(Reply(answer(4), size=20, usage=(2000, 1000)), key=KEY) as server:
        made, usage = ask(server, tell=heard.append, key=KEY, price_in="2.5", price_out="10")
    assert [s.size for s in made.shots] == ["medium", "close_up", "wide", "medium"]
    assert made.characters[0].name == "Mara" and made.shots[0].seconds == 4
    assert usage == Usage(sent=2000, received=1000, cost=Decimal("0.015"))
    assert heard[-1] == Heard(4, 1000) and [h.items for h in heard] == sorted(h.items for h in heard)
    sent = server.told[0]
    assert [m["role"] for m in sent["messages"]] == ["system", "user"] and sent["model"] == "m"
    assert sent["messages"][1]["content"] == QUESTION.text and sent["stream"] is True


def test_nothing_goes_along_that_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-private")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-private")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer sk-custom\nX-Private: yes")
    with LanguageServer() as server:
        ask(server)
    headers = server.headers[0]
    assert set(headers) <= {
        "host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent",
        "transfer-encoding",
    }  # fmt: skip
    assert "private" not in str(headers) and "sk-" not in str(headers)


def test_no_proxy_hears_what_stays_on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with LanguageServer() as server:
        assert len(ask(server)[0].shots) == 3
        assert EndpointWriter(lambda: LanguageOptions(url=server.url, model="m")).check() == ""


@pytest.mark.parametrize(
    ("lacks", "shape"),
    [
        ((), "json_schema"),
        (("json_schema",), "tools"),
        (("json_schema", "tools"), "json_object"),
        (("json_schema", "tools", "json_object"), "text"),
    ],
)
def test_the_shape_is_told_in_whatever_way_the_endpoint_takes(lacks: tuple[str, ...], shape: str) -> None:
    with LanguageServer(Reply(answer(2)), lacks=lacks) as server:
        made, _ = ask(server)
    last = server.told[-1]
    told = "tools" if "tools" in last else last.get("response_format", {}).get("type", "text")
    assert (told, len(made.shots)) == (shape, 2) and len(server.told) == len(lacks) + 1


def test_a_chosen_way_is_the_only_one() -> None:
    with LanguageServer(Reply(answer(2)), lacks=("tools",)) as server:
        error = refused(server, json_mode="tools")
    assert "Unsupported parameter: tools" in error.message and len(server.told) == 1


def test_what_an_endpoint_does_not_take_is_left_out_from_then_on() -> None:
    with LanguageServer(Reply(answer(2)), lacks=("stream_options", "temperature", "max_tokens")) as server:
        now = LanguageOptions(url=server.url, model="m", temperature="0.5", max_tokens=900)
        writer = EndpointWriter(lambda: now, PATIENT)
        writer.ask(QUESTION, Drafted, lambda heard: None, lambda: False)
        made, usage = writer.ask(QUESTION, Drafted, lambda heard: None, lambda: False)
    assert len(made.shots) == 2 and len(server.told) == 5  # three refusals, and then two answers
    last = server.told[-1]
    assert last["max_completion_tokens"] == 900 and not {"stream_options", "temperature", "max_tokens"} & set(last)
    assert not usage.exact and usage.cost is None and usage.received > 50  # nobody counted: estimated


@pytest.mark.parametrize(
    "text",
    [
        f"Here it is:\n```json\n{answer()}\n```\nEnjoy!",
        f'<think>{{"shots": []}} hm, {{curly}}</think> {answer()}',
        f"As {{asked}}: {answer()}",
    ],
)
def test_words_around_the_json_do_no_harm(text: str) -> None:
    with LanguageServer(Reply(text)) as server:
        assert len(ask(server)[0].shots) == 3
    assert len(server.told) == 1


def test_a_model_that_ignores_the_tool_is_understood_as_well() -> None:
    with LanguageServer(Reply(answer(), as_tool=False)) as server:
        assert len(ask(server, json_mode="tools")[0].shots) == 3


def test_an_endpoint_that_does_not_stream_is_understood_as_well() -> None:
    with LanguageServer(Reply(answer(), streams=False)) as server:
        made, usage = ask(server)
    assert len(made.shots) == 3 and usage.received == 500


@pytest.mark.parametrize("first", ["{broken", '{"shots": []}', '{"shots": [{"prompt": "A.", "size": "gigantic"}]}', ""])
def test_an_answer_that_cannot_be_used_is_sent_back_with_what_is_wrong(first: str) -> None:
    with LanguageServer(Reply(first), Reply(answer())) as server:
        made, usage = ask(server)
    assert len(made.shots) == 3 and len(server.told) == 2
    assert usage.sent == 2000  # both are counted
    again = server.told[1]["messages"]
    assert len(again) > 2 and "error" in json.dumps(again[-1]).lower()


def test_repairs_are_bounded_and_what_can_be_used_is_taken() -> None:
    bad = answer(3).replace('"medium"', '"gigantic"').replace('"seconds": 4', '"seconds": -4')
    with LanguageServer(Reply(bad)) as server:
        made, _ = ask(server, repairs=1)
    assert len(server.told) == 2
    assert [(s.size, s.seconds) for s in made.shots] == [("", None), ("close_up", None), ("wide", None)]
    with LanguageServer(Reply(answer(4))) as server:
        made, _ = ask(server, count=3, repairs=0)
    assert len(made.shots) == 4 and len(server.told) == 1  # too many are better than none


def test_a_model_that_only_chats_ends_in_a_sentence() -> None:
    with LanguageServer(Reply("What a lovely idea! \x1b[31m Tell me more.")) as server:
        error = refused(server, repairs=2)
    assert "in 3 tries: What a lovely idea!" in error.message and "\x1b" not in error.message and not error.retry
    assert len(server.told) == 3


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(refusal="I cannot help with that."), "refused: I cannot help with that."),
        (Reply(answer()[:300], finish="length"), "cut off before its end"),
        (Reply("", finish="content_filter"), "blocked its own answer"),
        (Reply(status=403, error={"message": "no"}), "refused the key"),
        (Reply(status=402, error={"message": "pay"}), "quota of the key"),
        (Reply(status=429, error={"message": "x", "code": "insufficient_quota"}), "quota of the key"),
        (Reply(status=404, error={"message": "model 'm' not found"}), "knows no such address or model: model 'm'"),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:9/v1"}), "another address, which is not followed"),
        (Reply(status=400, error={"message": "maximum context length is 4096 tokens"}), "too long for the language model"),
        (Reply(raw=b'data: {"choices": [{"delta": {"content": "x"}}]}\n\ndata: {oops\n\n'), "another protocol"),
        (Reply(raw=b"<html>A page.</html>"), "gave no answer that can be used"),
    ],
)  # fmt: skip
def test_what_will_not_pass_is_not_tried_again(reply: Reply, said: str) -> None:
    with LanguageServer(reply) as server:
        error = refused(server)
    assert said in error.message and not error.retry, error
    refusals = sum("stream" in told for told in server.told)
    assert refusals <= 6 and server.told[0]["messages"][0]["content"] == QUESTION.system


def test_a_wrong_key_is_said_without_the_key() -> None:
    with LanguageServer(key=KEY) as server:
        error = refused(server, key="sk-wrong-9876543210")
        assert len(server.told) == 1
    with LanguageServer(Reply(status=400, error={"message": f"bad {KEY}"})) as server:
        more = refused(server, key=KEY, json_mode="text")
    assert "sk-" not in str(error) + str(more) and "[hidden]" in more.message


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=429, headers={"retry-after-ms": "30"}, error={"message": "slow down"}),
        Reply(status=429, error={"message": "slow down"}),
        Reply(status=503, headers={"Retry-After": "0"}, error="down"),
        Reply(status=500, error="oops"),
        Reply(answer(), cut_after=3),
        Reply(answer()[:200], finish=""),
        Reply(raw=b'data: {"error": {"message": "overloaded", "code": 529}}\n\n'),
    ],
)
def test_what_may_pass_is_tried_again(reply: Reply) -> None:
    with LanguageServer(reply, Reply(answer())) as server:
        made, _ = ask(server)
    assert len(made.shots) == 3 and len(server.told) == 2


def test_tries_are_bounded_and_a_long_pause_is_left_to_the_queue() -> None:
    with LanguageServer(Reply(status=500, error="oops")) as server:
        error = refused(server)
        assert (error.retry, error.fault, len(server.told)) == (True, "network", 3)
    with LanguageServer(Reply(status=429, headers={"Retry-After": "90"}, error={"message": "x"})) as server:
        error = refused(server)
        assert "asks to wait 90 s" in error.message and error.retry and len(server.told) == 1


def test_silence_is_not_waited_out() -> None:
    with LanguageServer(Reply(answer(), stall_after=2)) as server:
        error = refused(server, QUICK)
    assert "said nothing for 0.5 s" in error.message and len(server.told) <= 1


def test_an_endless_answer_is_left() -> None:
    with LanguageServer(Reply(answer(), size=4000, endless=True)) as server:
        assert "writes without end" in refused(server).message
    with LanguageServer(Reply(raw=b"data: " + b"x" * 3_000_000)) as server:
        assert "sends without end" in refused(server).message
    with LanguageServer(Reply(status=500, error="x" * 3_000_000)) as server:
        assert "sends without end" in refused(server).message


def test_it_stops_at_once_while_the_endpoint_stalls() -> None:
    with LanguageServer(Reply(answer(), stall_after=1)) as server, pytest.raises(Cancelled):
        ask(server, stopped=server.stalled.is_set)
    with LanguageServer() as server, pytest.raises(Cancelled):
        ask(server, stopped=lambda: True)
    assert server.told == []


def test_it_stops_in_a_pause_too() -> None:
    slow = Patience(first_pause=60, longest_pause=60)
    with LanguageServer(Reply(status=503, error="down")) as server, pytest.raises(Cancelled):
        ask(server, slow, stopped=lambda: bool(server.told))


def test_nobody_there_ends_in_a_sentence() -> None:
    with LanguageServer() as server:
        pass
    error = refused(server)
    assert "cannot be reached" in error.message and error.fault == "network" and isinstance(error, BackendUnavailable)


def test_several_questions_at_once_do_not_mix() -> None:
    texts = {n: answer(n) for n in (1, 2, 3)}

    def say(body: dict[str, Any]) -> str:
        return texts[int(body["model"])]

    found: dict[int, int] = {}
    with LanguageServer(Reply(say)) as server:
        writer = EndpointWriter(lambda: LanguageOptions(url=server.url, model="x"), PATIENT)

        def one(n: int) -> None:
            made, _ = writer.ask(QUESTION, Drafted, lambda heard: None, lambda: False, model=str(n))
            found[n] = len(made.shots)

        threads = [threading.Thread(target=one, args=(n,)) for n in texts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert found == {1: 1, 2: 2, 3: 3}


def test_what_is_missing_is_said_without_asking_anybody() -> None:
    def why(installed: bool = True, **options: Any) -> str:
        return EndpointWriter(lambda: LanguageOptions(**options), installed=lambda name: installed).why_not()

    assert "No language model is set up." in why()
    assert "No model is named." in why(url="http://h/v1")
    assert "python -m pip install 'kinoloom[llm]'" in why(installed=False, url="http://h/v1", model="m")
    assert why(url="http://h/v1", model="m") == ""
    writer = EndpointWriter(lambda: LanguageOptions(url="http://h/v1", model="m"), installed=lambda name: False)
    with pytest.raises(BackendUnavailable, match="two more libraries"):
        writer.ask(QUESTION, Drafted, lambda heard: None, lambda: False)


def test_a_short_look_tells_whether_it_can_be_asked() -> None:
    def look(server: LanguageServer, **options: Any) -> str:
        return EndpointWriter(lambda: LanguageOptions(**{"url": server.url, "model": "m", **options})).check()

    with LanguageServer(key=KEY, models=("m:latest", "other")) as server:
        assert look(server, key=KEY) == "" and server.paths == ["/v1/models"]
        assert "refused the key" in look(server)
        assert "does not list the model n" in look(server, key=KEY, model="n")
    assert "cannot be reached" in look(server)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://h:1234", "http://h:1234/v1"),
        ("http://h/v1/", "http://h/v1"),
        ("https://h/openai/deployments/x", "https://h/openai/deployments/x"),
        ("https://h/v1/chat/completions", "https://h/v1"),
    ],
)
def test_an_address_is_understood_in_its_usual_forms(url: str, base: str) -> None:
    assert LanguageOptions(url=url).base == base


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None), ({"retry-after": "7"}, 7.0), ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "soon"}, None), ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0), ({"retry-after": "1e99"}, 86_400.0),
    ],
)  # fmt: skip
def test_the_pause_that_is_asked_for(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_pause(headers) == seconds


def test_neither_key_nor_words_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with LanguageServer(Reply("A secret plot."), key=KEY) as server:
        refused(server, key=KEY)
    assert KEY not in caplog.text and "secret plot" not in caplog.text and "lighthouse" not in caplog.text


def test_the_libraries_are_loaded_with_the_first_question_only() -> None:
    code = (
        "import sys; from infrastructure.language import *; w = EndpointWriter(lambda: LanguageOptions('http://h', '', 'm'))\n"
        "w.why_not(); print(w.model(), w.where(), {'openai', 'instructor'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "m h set()\n", done.stderr
