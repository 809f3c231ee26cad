"""HTTP with one ComfyUI server: addresses, logins, time limits on silence, and repeats where they do no harm."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from domain.errors import BackendFailed, BackendUnavailable, BadInput
from domain.jsontext import MAX_LISTED, crowded
from infrastructure.comfyui.failures import of_status, talking

log = logging.getLogger(__name__)

Json = Any
AGAIN = frozenset({429, 502, 503, 504})
"""Statuses after which a question may be asked once more."""

PAUSES = (0.2, 0.6, 1.5)
"""Seconds between the tries of a question."""


MAX_ANSWER = 64 * 2**20
"""Largest answer that is read into memory, in bytes, unpacked. The nodes of a server with many packs take 20 MB."""


@dataclass(frozen=True)
class Address:
    """Where a server is. `base` ends without a slash and holds no secret; `headers` are the login that the address
    held (user:password@)."""

    base: str
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def name(self) -> str:
        """Host, port and path, for sentences."""
        return self.base.partition("://")[2]

    @property
    def secure(self) -> bool:
        """Whether it is https."""
        return self.base.startswith("https://")

    @property
    def local(self) -> bool:
        """Whether it is this computer, for which no proxy is asked."""
        host = urlsplit(self.base).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    @classmethod
    def read(cls, text: str) -> Address:
        """From what a person enters: with or without scheme, path, slash at the end, login. Raises BadInput."""
        text = text.strip()
        cure = "Enter it like http://192.168.0.5:8188 or https://host/comfy."
        try:
            parts = urlsplit(text if "://" in text else f"http://{text}")
            scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
            host, port = parts.hostname or "", parts.port
            if scheme not in ("http", "https") or not host or any(c.isspace() for c in text):
                raise ValueError("no host")
            host.encode("idna")
        except ValueError as error:
            raise BadInput("This is no address of a ComfyUI server.", cure) from error
        where = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
        path = parts.path.rstrip("/")
        headers = {}
        if parts.username is not None:
            login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        return cls(urlunsplit((scheme, where, path, "", "")), headers)


class _OwnLogin(requests.auth.AuthBase):
    """Leaves the request as it is: otherwise requests puts the login of ~/.netrc in place of ours."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Connection:
    """Questions and orders to one server; may be used by many threads. Raises BackendUnavailable and BackendFailed.

    `silence` is how many seconds a server may say nothing before an answer counts as lost; nothing limits how long
    work takes. `verify` is False, True or the path of a CA file, `most` the bytes of an answer that are read.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        token: str = "",
        verify: bool | str = True,
        connect: float = 5.0,
        silence: float = 60.0,
        most: int = MAX_ANSWER,
    ) -> None:
        self.address = Address.read(url)
        login = {"Authorization": f"Bearer {token}"} if token else {}
        self.headers: dict[str, str] = {**self.address.headers, **login, **(headers or {})}
        if any(c in k + v for k, v in self.headers.items() for c in "\r\n"):
            raise BadInput("A header for the ComfyUI server holds a line break.", "Enter it on one line.")
        self.verify = verify
        self.limits = (connect, silence)
        self._most = most
        self._own = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = threading.Event()

    @property
    def name(self) -> str:
        """The server in sentences."""
        return self.address.name

    def url(self, path: str) -> str:
        """The address of a place on the server."""
        return f"{self.address.base}/{path.lstrip('/')}"

    def socket_url(self, client_id: str) -> str:
        """The address of the WebSocket."""
        return "ws" + self.url("ws").removeprefix("http") + f"?clientId={quote(client_id)}"

    def ca_file(self) -> str | None:
        """The certificates that the WebSocket trusts, the same as requests'; None for none (`verify` is False)."""
        if isinstance(self.verify, str):
            return self.verify
        if not self.verify:
            return None
        return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH

    def close(self) -> None:
        """End waiting and drop all connections."""
        self._closed.set()
        with self._lock:
            for session in self._sessions:
                session.close()

    # -- questions: may be repeated --------------------------------------------------------------------------------

    def ask(self, path: str, params: Mapping[str, str] | None = None, *, doing: str, tries: int = 3) -> Json:
        """The JSON at a place, or None when there is no such place (404); repeated after faults of the network."""
        with talking(self.name, doing):
            response = self.repeat(lambda: self.raw("GET", path, params=params), tries)
            if response.status_code == 404:
                return None
            return self.body(response, doing)

    def repeat(self, send: Callable[[], requests.Response], tries: int) -> requests.Response:
        """Send up to `tries` times, with pauses that grow, until an answer comes. Raises what requests raises."""
        for number in range(tries):
            last = number == tries - 1
            try:
                response = send()
                if last or response.status_code not in AGAIN:
                    return response
                response.close()
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                if last:
                    raise
            self.pause(PAUSES[min(number, len(PAUSES) - 1)])
        raise AssertionError("unreachable")

    def pause(self, seconds: float) -> None:
        """Wait; raises BackendUnavailable when this connection is closed meanwhile."""
        if self._closed.wait(seconds):
            raise BackendUnavailable(f"The connection to {self.name} was closed.")

    @contextlib.contextmanager
    def stream(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Iterator[requests.Response]:
        """An answer whose body is read bit by bit. Raises what requests raises."""
        wanted = {"Accept-Encoding": "identity", **(headers or {})}
        response = self.raw("GET", path, params=params, headers=wanted, stream=True)
        try:
            yield response
        finally:
            response.close()

    # -- orders: sent once -----------------------------------------------------------------------------------------

    def order(self, path: str, body: Json, *, doing: str) -> None:
        """POST, for orders that may be given twice without harm; only the status of the answer counts."""
        with talking(self.name, doing):
            response = self.repeat(lambda: self.post(path, body), 3)
            if not response.ok:
                raise of_status(response.status_code, self.name, doing, response.text).error()

    def post(self, path: str, body: Json) -> requests.Response:
        """POST once. Raises what requests raises, and ValueError when `body` is no JSON."""
        data = json.dumps(body, allow_nan=False).encode()
        return self.raw("POST", path, data=data, headers={"Content-Type": "application/json"})

    def raw(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Any = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
    ) -> requests.Response:
        """One request, sent once; its answer is read here unless `stream`. Raises what requests raises, and
        BackendFailed for an answer that is too large."""
        if self._closed.is_set():
            raise BackendUnavailable(f"The connection to {self.name} was closed.")
        # A redirected POST would become a GET, whose friendly answer looks like a success.
        response = self._session().request(
            method, self.url(path), params=params, data=data, files=files, headers=dict(headers or {}),
            timeout=self.limits, stream=True, allow_redirects=method == "GET",
        )  # fmt: skip
        if not stream:
            response.raw = _Bounded(response.raw, self._most, self.name)
            try:
                _ = response.content  # kept in the response
            except BackendFailed:
                response.close()
                raise
        return response

    def body(self, response: requests.Response, doing: str) -> Json:
        """The JSON of a good answer. Raises BackendUnavailable for a bad one, ValueError for no JSON."""
        if not response.ok or 300 <= response.status_code < 400:
            raise of_status(response.status_code, self.name, doing, response.text).error()
        if crowded(response.content, MAX_LISTED):
            raise ValueError(f"it holds more than {MAX_LISTED:,} values")
        return response.json()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = requests.Session()
            session.headers.update(self.headers)
            session.auth = _OwnLogin()
            session.verify = self.verify
            if self.address.local:
                session.trust_env = False
            self._own.session = session
            with self._lock:
                self._sessions.add(session)
        return session


class _Bounded:
    """The body of an answer, of which no more than `most` bytes are read."""

    def __init__(self, body: Any, most: int, server: str) -> None:
        self._body, self._most, self._server = body, most, server

    def stream(self, size: int, decode_content: bool = True) -> Iterator[bytes]:
        """The body in pieces, as urllib3 gives them. Raises BackendFailed for too many bytes."""
        read = 0
        for piece in self._body.stream(size, decode_content=decode_content):
            read += len(piece)
            if read > self._most:
                raise BackendFailed(
                    f"{self._server} answered with more than {self._most / 2**20:.0f} MiB, which was not read.",
                    "Check that the address leads to ComfyUI.",
                )
            yield piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)


class Pause:
    """How long to wait before the next try: doubles from `first` to `most` seconds, and starts anew after success."""

    def __init__(self, first: float = 0.1, most: float = 5.0) -> None:
        self._first, self._most = first, most
        self._next = first

    def next(self) -> float:
        """Seconds to wait now."""
        seconds, self._next = self._next, min(self._next * 2, self._most)
        return seconds

    def reset(self) -> None:
        """Something worked."""
        self._next = self._first


def now() -> float:
    """Seconds that never run backwards."""
    return time.monotonic()
