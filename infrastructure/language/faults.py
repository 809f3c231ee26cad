"""What an endpoint's refusals and failures mean, in one place."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from domain.answers import clean
from domain.errors import BackendFailed, BackendUnavailable
from infrastructure.language.options import LanguageOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

CURE = "Check address, key and model in Settings, under Writing model."
_QUOTA = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "credit_balance_too_low")
_TOO_LONG = re.compile(r"context.{0,20}(?:length|window|size)|maximum context|too (?:long|many tokens)|n_ctx", re.I)
_FIELDS = ("stream_options", "temperature", "max_tokens")
_SHAPE = re.compile(r"response_format|json_schema|json_object|json mode|tool|function|grammar|structured|schema", re.I)


@dataclass(frozen=True)
class Fault:
    """What went wrong; whether the same may succeed later, after which pause if the endpoint names one (seconds), and
    which field of the request it does not take ("shape": the way in which the shape of the answer is told)."""

    error: BackendFailed
    again: bool = False
    wait: float | None = None
    refused: str = ""


def of_status(options: LanguageOptions, status: int, headers: Mapping[str, str], body: Any) -> Fault:
    """The fault behind an answer with this status; `body` is what came with it, read or not."""
    said, code = _words(options, body)
    where = f"The language model at {options.host}"
    if status in (401, 403):
        return Fault(BackendUnavailable(f"{where} refused the key (status {status}).", CURE, retry=False))
    if status == 402 or code in _QUOTA or (status == 429 and re.search(r"quota|billing|credit", said, re.I)):
        cure = "Top it up with the provider, or set up another model."
        return Fault(BackendUnavailable(f"The quota of the key for {options.host} is used up.", cure, retry=False))
    if status in (408, 425, 429) or status >= 500:
        if status in (500, 501) and _SHAPE.search(said):
            return Fault(_failed(f"{where} cannot answer in this shape: {said}"), refused="shape")
        what = "is asked too often" if status == 429 else "is busy or broken"
        wait = asked_pause(headers)
        asks = f" and asks to wait {wait:.0f} s" if wait and wait >= 1 else ""
        error = BackendUnavailable(f"{where} {what} (status {status}){asks}.", "Try later.")
        return Fault(error, again=True, wait=wait)
    if 300 <= status < 400:
        return Fault(_failed(f"{where} sends on to another address, which is not followed."))
    if _TOO_LONG.search(said):
        cure = "Give the model a larger context where it runs, or write a shorter part at a time."
        return Fault(_failed(f"The text is too long for the language model at {options.host}: {said}", cure))
    if status == 404 and not _SHAPE.search(said):
        return Fault(_failed(f"{where} knows no such address or model: {said or 'status 404'}"))
    refused = next((f for f in _FIELDS if f in said), "shape" if _SHAPE.search(said) else "?")
    return Fault(_failed(f"{where} refused the request (status {status}): {said or 'without a word'}"), refused=refused)


def unreachable(options: LanguageOptions, error: Exception) -> Fault:
    """The fault when nothing can be reached, or a connection breaks."""
    what = type(error.__cause__ or error).__name__
    return Fault(
        BackendUnavailable(f"The language model at {options.host} cannot be reached: {what}.", CURE), again=True
    )


def broke_off(options: LanguageOptions) -> Fault:
    """The fault when an answer ends in the middle."""
    return Fault(BackendUnavailable(f"The language model at {options.host} broke off.", "Try again."), again=True)


def silent(options: LanguageOptions, seconds: float) -> Fault:
    """The fault when an endpoint says nothing for too long. It is not asked again: it may still be at it."""
    cure = "Look whether it is at work, or raise Silence in Settings, under Writing model."
    return Fault(
        BackendUnavailable(f"The language model at {options.host} said nothing for {seconds:g} s.", cure, retry=False)
    )


def strange(options: LanguageOptions, what: str) -> Fault:
    """The fault when something else than the protocol comes back."""
    return Fault(_failed(f"The language model at {options.host} {what}."))


def asked_pause(headers: Mapping[str, str]) -> float | None:
    """The pause in seconds that an answer asks for: `retry-after-ms`, or `Retry-After` in seconds or as a date
    (RFC 9110, 10.2.3). None when it names none."""
    with contextlib.suppress(ValueError):
        return max(0.0, min(float(headers.get("retry-after-ms", "")) / 1000, 86_400))
    text = headers.get("retry-after", "")
    with contextlib.suppress(ValueError):
        return max(0.0, min(float(text), 86_400))
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        from datetime import UTC, datetime

        return max(0.0, min((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 86_400))
    return None


def _failed(message: str, cure: str = CURE) -> BackendFailed:
    return BackendFailed(message, cure, retry=False)


def _words(options: LanguageOptions, body: Any) -> tuple[str, str]:
    """What an endpoint says in its answer, short and without the key, and its code."""
    inner = body.get("error", body) if isinstance(body, dict) else body
    code = str(inner.get("code") or inner.get("type") or "") if isinstance(inner, dict) else ""
    said = inner.get("message") or inner.get("detail") or "" if isinstance(inner, dict) else inner
    text = clean(str(said or ""), 300)
    return text.replace(options.key, "[hidden]") if options.key else text, code
