"""One request to a service that charges, and its answer; with the Requests library.

What matters is to know, after a fault, whether the service may have taken the request: a connection that was never
made (urllib3's NewConnectionError and its kin) is a NotTaken, everything after it an AnswerLost. So every request has
a connection of its own: on one that was kept alive, a close by the other side cannot be told from a lost answer.
"""

from __future__ import annotations

import email.utils
import ipaddress
import json
import math
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from domain.errors import BackendFailed, BadInput, Cancelled
from infrastructure.redaction import HIDDEN, Secrets
from infrastructure.remote.failures import AnswerLost, NotTaken

CONNECT = 15.0
"""Seconds to make a connection."""

SILENCE = 600.0
"""Seconds without a byte after which an answer counts as lost: large pictures are drawn for minutes in silence."""

MOST_BYTES = 96 * 2**20
"""The most an answer may have: a 4K picture as PNG in base64 has about 40 MB."""

SAID = 300
"""Characters of the service's own words that are kept."""

_EARLY = frozenset({"NewConnectionError", "ConnectTimeoutError", "ProxyError", "LocationParseError"})
"""urllib3's errors from before the first byte of a request, by name: they come wrapped in those of Requests."""

File = tuple[str, str, bytes, str]
"""A part of a form that is a file: field, file name, content, media type."""


@dataclass(frozen=True)
class Answer:
    """A whole answer. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def after(self) -> float | None:
        """Seconds that the service asks to wait (Retry-After, RFC 9110: seconds or a date); None where it does not."""
        told = self.headers.get("retry-after", "").strip()
        try:
            seconds = float(told)
        except ValueError:
            try:
                seconds = email.utils.parsedate_to_datetime(told).timestamp() - time.time()
            except (TypeError, ValueError, OverflowError):
                return None
        return max(0.0, seconds) if math.isfinite(seconds) else None


class _Bearer(requests.auth.AuthBase):
    """As an object, so that a login in the user's .netrc does not take its place."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class Client:
    """Talks to the service at `base`, whose name for people is `title`. The key goes there only: never to where a
    redirect points, and over plain HTTP only within this computer. `redact` hides secrets in the service's words."""

    def __init__(
        self, base: str, key: str, title: str, redact: Callable[[str], str] | None = None, silence: float = SILENCE,
        most: int = MOST_BYTES,
    ) -> None:  # fmt: skip
        self._base = checked_address(base, title)
        self._key = key
        self._title = title
        self._redact = redact or Secrets().redact
        self._silence = silence
        self._most = most

    def post(
        self, path: str, fields: Mapping[str, Any], files: Sequence[File] = (), *, form: bool = False,
        headers: Mapping[str, str] | None = None, stopped: Callable[[], bool] = lambda: False,
    ) -> Answer:  # fmt: skip
        """Send `fields` once, as JSON or as a multipart form (always with files), and read the answer to its end.

        Raises NotTaken, AnswerLost, BackendFailed for an answer that is too large, and Cancelled.
        """
        given: dict[str, Any] = {"json": dict(fields)}
        if form or files:
            parts: list[tuple[str, Any]] = [(name, (None, str(value))) for name, value in fields.items()]
            parts += [(field, (name, content, kind)) for field, name, content, kind in files]
            given = {"files": parts}
        sent = False
        try:
            with (
                self._session() as session,
                session.post(
                    self._base + path, headers={**(headers or {}), "Connection": "close"}, auth=_Bearer(self._key),
                    timeout=(CONNECT, self._silence), stream=True, allow_redirects=False, **given,
                ) as answer,
            ):  # fmt: skip
                sent = True
                return Answer(answer.status_code, _lower(answer.headers), self._read(answer, stopped))
        except requests.RequestException as error:
            raise self._fault(error, sent or not _never_sent(error)) from error

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = not is_here(self._base)  # no proxy lies between this computer and itself
        return session

    def said(self, words: object) -> str:
        """The service's own words as one short line without secrets."""
        text = self._redact(str(words))
        if len(self._key) >= 4:
            text = text.replace(self._key, HIDDEN)
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line if len(line) <= SAID else line[:SAID].rstrip() + "…"

    def _read(self, answer: requests.Response, stopped: Callable[[], bool]) -> bytes:
        found = bytearray()
        for portion in answer.iter_content(2**16):
            if stopped():
                raise Cancelled
            found += portion
            if len(found) > self._most:
                raise BackendFailed(
                    f"{self._title} sent more than {self._most // 2**20} MB instead of a picture.",
                    "Look at its address in Settings.", retry=False,
                )  # fmt: skip
        return bytes(found)

    def _fault(self, error: requests.RequestException, sent: bool) -> BackendFailed:
        if not sent:
            return NotTaken(
                f"{self._title} cannot be reached ({type(_innermost(error)).__name__}).",
                "Look at the network, and at its address in Settings.",
            )
        if isinstance(error, requests.Timeout):
            why = f"nothing came for {self._silence:g} s"
        else:
            why = "the connection broke before the whole answer was there"
        return AnswerLost(f"{self._title} was sent the request, and then {why}.")


def checked_address(base: str, title: str) -> str:
    """The address without a slash at its end. Raises BadInput for one that a key must not be sent to."""
    parts = urlsplit(base.strip())
    host = parts.hostname or ""
    try:
        parts.port  # noqa: B018 - it is only parsed when asked for
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.query or parts.fragment:
        raise BadInput(f"The address of {title} is none.", "Enter it in Settings like https://host/v1.")
    if parts.scheme == "http" and not is_loopback(host):
        raise BadInput(
            f"The key for {title} would go to {host} without encryption.", "Enter an address with https in Settings."
        )
    return base.strip().rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_here(base: str) -> bool:
    """Whether an address leads to this computer, where services often want no key."""
    try:
        return is_loopback(urlsplit(base.strip()).hostname or "")
    except ValueError:
        return False


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _innermost(error: BaseException) -> BaseException:
    """The cause that tells most: Requests wraps urllib3's errors, and those their reason."""
    seen = error
    for _ in range(8):
        inner = _inner(seen)
        if inner is None:
            break
        seen = inner
    return seen


def _inner(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return reason
    return next((a for a in error.args if isinstance(a, BaseException)), None)


def _never_sent(error: requests.RequestException) -> bool:
    """Whether the fault came before the first byte of the request: the address is none, no connection was made, or the
    other side did not prove who it is."""
    early = (ssl.SSLCertVerificationError, requests.ConnectTimeout, requests.exceptions.InvalidURL)
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return False
        if isinstance(seen, early) or not _EARLY.isdisjoint(kind.__name__ for kind in type(seen).__mro__):
            return True
        seen = _inner(seen)
    return False
