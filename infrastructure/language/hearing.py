"""Listening to an answer while it is written: bounded, counted, and put together into one text."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from domain.answers import clean, find_json
from domain.asking import Heard, Usage
from domain.errors import BackendFailed
from infrastructure.language.options import LanguageOptions, Patience

LETTERS = 4
"""Letters to a token, about, in the languages of Europe."""

_EACH = 0.2
"""Seconds between two reports."""

_MOST_PORTIONS = 400_000


class BrokeOff(Exception):
    """The stream ended before the answer did."""


class Silent(Exception):
    """Nothing came for too long."""


class Hearing:
    """One answer on its way. `tell` gets how much of it is there."""

    def __init__(self, options: LanguageOptions, patience: Patience, item: str, tell: Callable[[Heard], None]) -> None:
        self._options = options
        self._patience = patience
        self._silence = patience.silence or options.silence
        self._mark = f'"{item}"'
        self._tell = tell
        self._told = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._letters = 0
        self._items = 0
        self._tail = ""
        self._content: list[str] = []
        self._arguments: list[str] = []
        self._refusal: list[str] = []
        self._end = ""
        self.portions = 0
        self.usage: Usage | None = None

    async def listen(self, stream: AsyncIterator[Any]) -> None:
        """Take in the whole stream. Raises BrokeOff, Silent, and BackendFailed when there is no end to it."""
        try:
            while True:
                try:
                    async with asyncio.timeout(self._silence):
                        portion = await anext(stream)
                except StopAsyncIteration:
                    break
                self._take(portion)
        except TimeoutError:
            raise Silent from None
        self._report()
        if self.portions and not self._end and not _whole(self.text):
            raise BrokeOff

    def whole(self, completion: Any) -> None:
        """Take in an answer that came in one piece."""
        self._take(completion, "message")
        self._report()

    @property
    def text(self) -> str:
        """What was written: what a tool was called with, else the words."""
        return "".join(self._arguments).strip() or "".join(self._content).strip()

    @property
    def received(self) -> int:
        """Letters that came, thoughts included."""
        return self._letters

    def answer(self) -> str:
        """The JSON object in what was written, or the words as they are. Raises BackendFailed where the model refused
        or was cut off."""
        if self._refusal:
            said = clean("".join(self._refusal), 200)
            raise BackendFailed(f"The language model refused: {said}", "Say it differently.", retry=False)
        text = self.text
        try:
            return json.dumps(find_json(text), ensure_ascii=False)
        except (ValueError, RecursionError):
            pass
        if self._end == "content_filter":
            raise BackendFailed(
                f"The language model at {self._options.host} blocked its own answer.", "Say it differently.",
                retry=False,
            )  # fmt: skip
        if self._end == "length":
            raise BackendFailed(
                "The language model's answer was cut off before its end.",
                "Raise Most tokens in Settings, under Writing model, or ask for fewer shots.", retry=False,
            )  # fmt: skip
        return text

    def _take(self, portion: Any, name: str = "delta") -> None:
        self.portions += 1
        self._count_usage(getattr(portion, "usage", None))
        choices = getattr(portion, "choices", None)
        choice = choices[0] if isinstance(choices, list) and choices else None
        said = getattr(choice, name, None)
        words = _text(getattr(said, "content", None))
        tools = getattr(said, "tool_calls", None)
        calls = [
            _text(getattr(getattr(c, "function", None), "arguments", None))
            for c in (tools if isinstance(tools, list) else [])
            # of several calls the first counts
            if getattr(c, "index", 0) in (0, None)
        ]
        thoughts = _text(getattr(said, "reasoning_content", None)) or _text(getattr(said, "reasoning", None))
        refusal = _text(getattr(said, "refusal", None))
        self._content.append(words)
        self._arguments += calls
        if refusal:
            self._refusal.append(refusal)
        end = getattr(choice, "finish_reason", None)
        if isinstance(end, str):
            self._end = end
        self._letters += len(words) + len(thoughts) + len(refusal) + sum(map(len, calls))
        if self._letters > self._patience.most_letters or self.portions > _MOST_PORTIONS:
            raise BackendFailed(
                f"The language model at {self._options.host} writes without end.",
                "Set Most tokens in Settings, under Writing model.", retry=False,
            )  # fmt: skip
        seen = self._tail + words + "".join(calls)
        self._items += seen.count(self._mark)
        self._tail = seen[-(len(self._mark) - 1) :]
        if time.monotonic() - self._told >= _EACH:
            self._report()
        elif self._later is None:
            # what came last is told even when nothing follows it
            self._later = asyncio.get_running_loop().call_later(_EACH, self._report)

    def _count_usage(self, usage: Any) -> None:
        sent, received = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
        if isinstance(sent, int) and isinstance(received, int) and 0 <= sent < 10**9 and 0 <= received < 10**9:
            self.usage = Usage(sent=sent, received=received)

    def _report(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self._told = time.monotonic()
        tokens = self.usage.received if self.usage else self._letters // LETTERS
        self._tell(Heard(self._items, tokens))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(text: str) -> bool:
    try:
        find_json(text)
    except (ValueError, RecursionError):
        return False
    return True
