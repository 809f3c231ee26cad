"""The one call that a page makes to Gradio, taken apart and made anew before Gradio sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, NoReturn

from domain.errors import BadInput
from domain.jsontext import crowded

MAX_WISH = 4 * 2**20
"""Largest body of such a call, in bytes; the longest thing a person can send is a text of some pages."""

MAX_WISH_VALUES = 200_000
MAX_WISH_DEPTH = 20
_WINDOW = re.compile(r"[A-Za-z0-9]{1,40}")
_CURE = "Reload the page."
_WISH = "wish"


def rebuilt(body: bytes, events: Collection[int]) -> bytes:
    """The call with nothing in it but what the page sends: which event, which window, and what a person did.

    `events` are the events there are. Raises BadInput for anything that the page would not send. Halves of surrogate
    pairs, which no file can hold, become question marks. What a person did goes on as text, for `wished` to read:
    Gradio takes every object with a "path" in it for a file of its own, and refuses it.
    """
    call = _parsed(body)
    event, window, wish = call.get("fn_index"), call.get("session_hash"), call.get("event_data")
    if isinstance(event, bool) or not isinstance(event, int) or event not in events:
        raise BadInput("There is no such event.", _CURE)
    if not isinstance(window, str) or not _WINDOW.fullmatch(window):
        raise BadInput("The call names no window.", _CURE)
    if wish is not None and not isinstance(wish, dict):
        raise BadInput("What was done is no object.", _CURE)
    trigger = call.get("trigger_id")
    clean: dict[str, Any] = {
        "data": [], "event_data": None if wish is None else {_WISH: _text(wish)}, "fn_index": event,
        "session_hash": window, "trigger_id": trigger if isinstance(trigger, int) else None,
    }  # fmt: skip
    return _text(clean).encode()


def wished(data: object) -> dict[str, Any]:
    """What a person did, of a call that was made anew; empty for anything else."""
    if not isinstance(data, dict) or not isinstance(data.get(_WISH), str):
        return {}
    found: dict[str, Any] = json.loads(data[_WISH])
    return found


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def _parsed(body: bytes) -> dict[str, Any]:
    if crowded(body, MAX_WISH_VALUES):
        raise BadInput("The call holds too much.", _CURE)
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadInput("The call is not JSON.", _CURE) from None
    if not isinstance(found, dict):
        raise BadInput("The call is no object.", _CURE)
    if _deeper(found, MAX_WISH_DEPTH):
        raise BadInput("The call is nested too deeply.", _CURE)
    return found


def _deeper(value: Any, depth: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_deeper(one, depth - 1) for one in inner)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
