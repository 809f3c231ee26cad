"""`services.ports.Writer` over an endpoint with OpenAI's chat protocol.

instructor tells the endpoint the shape of the answer, checks what comes back and sends what is wrong with it back; the
stream, the tries after a failure and the way back from what an endpoint does not know are ours, because a person who
waits wants to see how far it is and to be able to stop it. Both libraries are loaded when the first question is asked.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Callable
from typing import Any, TypeVar

import requests

from domain.answers import Answer, clean, find_json, salvaged
from domain.asking import Heard, Question, Usage
from domain.errors import BackendFailed, BackendUnavailable, StudioError
from infrastructure.language import faults
from infrastructure.language.loop import load, run
from infrastructure.language.options import LanguageOptions, Patience, Way

A = TypeVar("A", bound=Answer)

EXTRA = "python -m pip install 'kinoloom[llm]'"
_CHECK = (3, 3)
_MOST_LISTED = 2**20


def _is_installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


class EndpointWriter:
    """`options` are asked for anew at every question; `installed` tells whether a library is there."""

    def __init__(
        self, options: Callable[[], LanguageOptions], patience: Patience | None = None,
        installed: Callable[[str], bool] = _is_installed,
    ) -> None:  # fmt: skip
        self._options = options
        self._patience = patience or Patience()
        self._installed = installed
        self._ways: dict[tuple[str, str], Way] = {}
        self._dropped: dict[tuple[str, str], frozenset[str]] = {}

    def model(self) -> str:
        """The name of the model that is set up; empty when none is."""
        now = self._options()
        return now.model if now.url else ""

    def where(self) -> str:
        """The host that questions are sent to."""
        return self._options().host

    def why_not(self, model: str = "") -> str:
        """Why it cannot be asked; empty when it can, as far as is known without asking it."""
        now = self._options()
        return self._why_not(now, model or now.model)

    def _why_not(self, now: LanguageOptions, model: str) -> str:
        if not now.url:
            return "No language model is set up. Enter its address in Settings, under Writing model."
        if not model:
            return "No model is named. Enter its name in Settings, under Writing model."
        if not (self._installed("instructor") and self._installed("openai")):
            return f"Writing with a model needs two more libraries. Install them: {EXTRA}"
        return ""

    def check(self) -> str:
        """Why it cannot be asked, after a look at the list of its models; empty when it can."""
        now = self._options()
        why = self._why_not(now, now.model)
        if why:
            return why
        headers = {"Authorization": f"Bearer {now.key}"} if now.key else {}
        try:
            with (
                requests.Session() as session,
                _plain(session, now).get(
                    f"{now.base}/models", headers=headers, timeout=_CHECK, allow_redirects=False, stream=True
                ) as answer,
            ):
                if answer.status_code in (401, 403):
                    return faults.of_status(now, answer.status_code, {}, None).error.message
                if answer.status_code >= 500:
                    return f"The language model at {now.host} is busy or broken (status {answer.status_code})."
                listed = answer.raw.read(_MOST_LISTED, decode_content=False) if answer.status_code == 200 else b""
        except (requests.RequestException, OSError) as error:
            return f"The language model at {now.host} cannot be reached: {type(error).__name__}."
        names = _names(listed)
        if names and not any(now.model in (name, name.partition(":")[0]) for name in names):
            return f"The endpoint at {now.host} does not list the model {now.model}."
        return ""

    def ask(
        self,
        question: Question,
        shape: type[A],
        tell: Callable[[Heard], None],
        stopped: Callable[[], bool],
        model: str = "",
        loose: type[A] | None = None,
    ) -> tuple[A, Usage]:
        """An answer of that shape, repaired as often as is set; then what can be used of it."""
        now = self._options()
        model = model or now.model
        why = self._why_not(now, model)
        if why:
            raise BackendUnavailable(why, retry=False)
        return run(_Asking(self, now, model, question, tell).answer(shape, loose or shape), stopped)

    # -- what is known of an endpoint --------------------------------------------------------------------------

    @property
    def patience(self) -> Patience:
        """How long is waited, and for how much."""
        return self._patience

    def ways(self, now: LanguageOptions, model: str) -> list[Way]:
        """The ways to try, the one that worked last first."""
        known = self._ways.get((now.url, model))
        return sorted(now.ways, key=lambda way: way != known)

    def worked(self, now: LanguageOptions, model: str, way: Way) -> None:
        """Remember that an endpoint takes that way."""
        self._ways[now.url, model] = way

    def dropped(self, now: LanguageOptions, model: str) -> frozenset[str]:
        """Fields of a request that an endpoint does not take."""
        return self._dropped.get((now.url, model), frozenset())

    def drop(self, now: LanguageOptions, model: str, name: str) -> None:
        """Remember that an endpoint does not take that field."""
        self._dropped[now.url, model] = self.dropped(now, model) | {name}


class _RefusedWay(Exception):
    """The endpoint does not take the way in which the shape is told."""

    def __init__(self, fault: faults.Fault) -> None:
        super().__init__()
        self.fault = fault


class _Asking:
    """One question to one endpoint."""

    def __init__(
        self, writer: EndpointWriter, now: LanguageOptions, model: str, question: Question,
        tell: Callable[[Heard], None],
    ) -> None:  # fmt: skip
        self._writer = writer
        self._now = now
        self._model = model
        self._question = question
        self._tell = tell
        self._usage = Usage()
        self._answers: list[str] = []
        self._streams = True

    async def answer(self, shape: type[A], loose: type[A]) -> tuple[A, Usage]:
        """The answer, and what all tries took."""
        await asyncio.to_thread(load)  # takes a second, in which the work can be stopped
        ways = self._writer.ways(self._now, self._model)
        for number, way in enumerate(ways, 1):
            try:
                found = await self._answer(shape, loose, way)
            except _RefusedWay as refused:
                if number == len(ways):
                    raise refused.fault.error from None
                continue
            self._writer.worked(self._now, self._model, way)
            return found, self._usage.model_copy(update={"cost": self._now.cost(self._usage)})
        raise AssertionError("unreachable")

    async def _answer(self, shape: type[A], loose: type[A], way: Way) -> A:
        import instructor
        from instructor.core.exceptions import InstructorError
        from pydantic import ValidationError

        modes = {
            "json_schema": instructor.Mode.JSON_SCHEMA, "tools": instructor.Mode.TOOLS,
            "json_object": instructor.Mode.JSON, "text": instructor.Mode.MD_JSON,
        }  # fmt: skip
        create: Any = instructor.patch(create=self._complete, mode=modes[way])
        messages = [
            {"role": "system", "content": self._question.system},
            {"role": "user", "content": self._question.text},
        ]
        try:
            # Without `context`: it would read the messages, a person's words among them, as templates.
            found = await create(
                response_model=shape, messages=messages, model=self._model, max_retries=self._now.repairs, strict=False
            )
        except (InstructorError, ValidationError, ValueError, AssertionError, TypeError) as error:
            cause = error.__cause__
            if isinstance(cause, (StudioError, _RefusedWay)):
                raise cause from None
        else:
            if isinstance(found, shape):
                return found
        for text in reversed(self._answers):
            try:
                saved = salvaged(loose, find_json(text))
            except (ValueError, RecursionError):
                continue
            if saved is not None:
                return saved
        said = clean(self._answers[-1], 160) if self._answers else ""
        tries = "1 try" if len(self._answers) == 1 else f"{len(self._answers)} tries"
        raise BackendFailed(
            f"The language model {self._model} gave no answer that can be used in {tries}: {said or 'it was empty'}",
            "Try again, or another model.", retry=False,
        )  # fmt: skip

    async def _complete(self, **request: Any) -> Any:
        """One answer, in the form that the library reads; tried again after failures that may pass."""
        patience, pause = self._writer.patience, self._writer.patience.first_pause
        tries = 1
        while True:
            fault = await self._try(request)
            if not isinstance(fault, faults.Fault):
                return fault
            if fault.refused:
                self._give_way(fault)
                continue
            wait = max(pause, fault.wait or 0.0)
            if not fault.again or tries >= patience.tries or wait > max(patience.longest_pause, pause):
                raise fault.error
            await asyncio.sleep(wait)
            tries += 1
            pause *= 2

    def _give_way(self, fault: faults.Fault) -> None:
        """Leave out what the endpoint does not take. Raises what cannot be left out."""
        known = self._writer.dropped(self._now, self._model)
        if fault.refused in ("shape", "?") or fault.refused in known:
            raise _RefusedWay(fault)
        self._writer.drop(self._now, self._model, fault.refused)

    async def _try(self, request: dict[str, Any]) -> Any:
        """A completion, or the fault in place of one."""
        import httpx2
        import openai

        from infrastructure.language.client import open_client
        from infrastructure.language.hearing import BrokeOff, Hearing, Silent

        now, patience = self._now, self._writer.patience
        hearing = Hearing(now, patience, self._question.item, self._tell)
        try:
            async with open_client(now, patience) as client:
                completions = client.chat.completions
                fields = self._fields(request)
                if self._streams:
                    async with asyncio.timeout(patience.silence or now.silence):
                        stream = await completions.create(**fields, stream=True)
                    async with stream:
                        await hearing.listen(aiter(stream))
                if not hearing.portions:
                    # it does not stream, and may have answered in one piece
                    self._streams = False
                    async with asyncio.timeout(patience.silence or now.silence):
                        hearing.whole(await completions.create(**self._fields(request), stream=False))
        except openai.APIStatusError as error:
            return faults.of_status(now, error.status_code, error.response.headers, error.body)
        except (openai.APITimeoutError, httpx2.ReadTimeout, TimeoutError, Silent):
            return faults.silent(now, patience.silence or now.silence)
        except openai.APIConnectionError as error:
            cause = error.__cause__
            return faults.Fault(cause) if isinstance(cause, BackendFailed) else faults.unreachable(now, error)
        except openai.APIError as error:
            return faults.of_status(now, _status_of(error), {}, error.body)
        except (BrokeOff, httpx2.TransportError):
            return faults.broke_off(now)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return faults.strange(now, "answers in another protocol")
        finally:
            self._count(hearing, request)
        return self._completion(hearing.answer(), request)

    def _fields(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request as it is sent, without what the endpoint does not take."""
        now, dropped = self._now, self._writer.dropped(self._now, self._model)
        fields = {k: v for k, v in request.items() if k not in ("stream", "strict")}
        if now.temperature and "temperature" not in dropped:
            fields["temperature"] = float(now.temperature)
        if now.max_tokens:
            # models that think first have their own name for it
            fields["max_completion_tokens" if "max_tokens" in dropped else "max_tokens"] = now.max_tokens
        if self._streams and "stream_options" not in dropped:
            fields["stream_options"] = {"include_usage": True}
        return fields

    def _count(self, hearing: Any, request: dict[str, Any]) -> None:
        from infrastructure.language.hearing import LETTERS

        if hearing.usage is not None:
            self._usage += hearing.usage
        elif hearing.received:
            sent = sum(len(str(m.get("content") or "")) for m in request["messages"] if isinstance(m, dict))
            self._usage += Usage(sent=sent // LETTERS, received=hearing.received // LETTERS, exact=False)

    def _completion(self, text: str, request: dict[str, Any]) -> Any:
        from openai.types.chat import ChatCompletion

        self._answers.append(text)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if "tools" in request:
            name = request["tools"][0]["function"]["name"]
            call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": text}}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        return ChatCompletion.model_validate(
            {"id": "1", "object": "chat.completion", "created": 0, "model": self._model, "choices": [choice]}
        )


def _plain(session: requests.Session, now: LanguageOptions) -> requests.Session:
    """The session without a proxy for this computer, and without logins from elsewhere in place of the key."""
    session.trust_env = not now.is_here
    session.auth = lambda request: request
    return session


def _status_of(error: Any) -> int:
    """The status that an error within a stream stands for; 500 where it names none."""
    code = getattr(error, "code", None)
    try:
        status = int(code or 0)
    except (TypeError, ValueError):
        status = 0
    return status if 400 <= status < 600 else 500


def _names(listed: bytes) -> list[str]:
    try:
        data = json.loads(listed)
    except (ValueError, RecursionError):
        return []
    rows = data.get("data") if isinstance(data, dict) else None
    return [str(row.get("id")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
