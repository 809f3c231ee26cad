"""The door of the studio: who may ask, under which name, for what, and how much may be sent."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from addons.gate import MAX_WISH, rebuilt
from addons.login import MAX_FORM, Login
from domain.errors import BadInput

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
"""Names under which this computer reaches itself."""

WISH = "/gradio_api/run/predict"
"""The only part of Gradio's interface that the page needs, but for the number (app_id) by which it sees a restart."""

UPLOAD = "/upload"
OPEN = ("/health", "/login", "/logout")
"""What answers without a password: none of it says anything about the films."""

_PAGE = re.compile(
    r"/|/theme\.css|/favicon\.ico|/gradio_api/app_id|/(?:assets|static)(?:/[\w.@-]{1,150}){1,8}|/(?:studio|media)/.{1,2000}",
    re.ASCII,
)

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Gradio's page has its configuration in a script and builds its templates at run time.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
}
"""Sent with every answer: nothing is loaded from elsewhere, and no other page may show, embed or read the studio."""


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches that address."""
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Hosts:
    """The names that the studio answers to, and the origins whose pages are its own.

    A page elsewhere can have its own name lead to this computer (DNS rebinding); it then asks under that name and is
    refused. `bound` is the address listened on; on a network also its numbers and this computer's name count, which
    no such page can have. `more` are names given by the user, such as that of a reverse proxy.
    """

    def __init__(self, bound: str, more: Sequence[str] = ()) -> None:
        self._more = {name.lower() for name in more if name}
        self._names = {*LOOPBACK, *self._more}
        self._network = not is_loopback(bound)
        if self._network:
            own = socket.gethostname().lower()
            self._names |= {own, own.partition(".")[0], f"{own.partition('.')[0]}.local", bound.lower()}

    def answers(self, host: str) -> bool:
        """Whether a request with this Host header is answered."""
        name = _host_name(host)
        return name in self._names or (self._network and _is_number(name))

    def same(self, origin: str, host: str) -> bool:
        """Whether a page of that origin is the studio's own, for a request to `host`."""
        try:
            parts = urlsplit(origin)
            return parts.scheme in ("http", "https") and (parts.netloc == host or (parts.hostname or "") in self._more)
        except ValueError:
            return False


def _host_name(host: str) -> str:
    found = _HOST.fullmatch(host)
    return found[1].lower() if found else ""


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


class _TooMuch(Exception):
    pass


class Guard:
    """Stands before the whole application, Gradio included, and lets pass what the studio's own page needs.

    `events` are Gradio's events that there are. Without a `login` nobody is asked for a password.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts, events: Collection[int], login: Login | None = None) -> None:
        self._app = app
        self._hosts = hosts
        self._events = events
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":  # there are no websockets here
            return await send({"type": "websocket.close", "code": 1008})

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                own = [(n.lower().encode(), v.encode()) for n, v in HEADERS.items() if n.lower().encode() not in given]
                message = {**message, "headers": [*message["headers"], *own]}
            await send(message)

        request = Request(scope, receive)
        refusal = self._refusal(request)
        if refusal is None:
            try:
                refusal = await self._pass(request, scope, receive, careful)
            except _TooMuch:
                refusal = _no(413, "That is more than the studio takes at once.")
            except ClientDisconnect:
                return None  # nobody is there to read an answer
        if refusal is not None:
            await refusal(scope, receive, careful)

    def _refusal(self, request: Request) -> Response | None:
        """Why this request is not answered at all, whatever it asks for."""
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or not self._hosts.answers(hosts[0]):
            return _no(400, "This address is not one the studio answers to.")
        origin = request.headers.get("origin")
        asks = request.method in ("GET", "HEAD")
        if origin is not None and not self._hosts.same(origin, hosts[0]) and not (origin == "null" and asks):
            return _no(403, "Requests from other sites are refused.")
        # Browsers say where a request comes from, also when they send no origin. A link from elsewhere is fine.
        if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            link = asks and request.headers.get("sec-fetch-dest") == "document"
            if not link and not (origin is not None and self._hosts.same(origin, hosts[0])):
                return _no(403, "Requests from other sites are refused.")
        return None

    async def _pass(self, request: Request, scope: Scope, receive: Receive, send: Send) -> Response | None:
        path, method = scope["path"], request.method
        if self._login is not None:
            if path == "/login":
                form = await _body(request, MAX_FORM) if method == "POST" else b""
                return self._login.enter(request, form) if method == "POST" else self._login.page(request)
            if path == "/logout":
                return self._login.leave(request)
            if path not in OPEN and not self._login.knows(request):
                return self._login.asked(request)
        if path == WISH and method == "POST":
            try:
                body = rebuilt(await _body(request, MAX_WISH), self._events)
            except BadInput as error:
                return _no(400, str(error))
            await self._app(_with_length(scope, len(body)), _replay(body, receive), send)
            return None
        if path == UPLOAD and method == "POST":  # it measures what it takes, while it takes it
            await self._app(scope, receive, send)
            return None
        if method in ("GET", "HEAD") and (path == "/health" or _PAGE.fullmatch(path)):
            await self._app(scope, _nothing(receive), send)
            return None
        return _no(404, "There is nothing here.")


def _no(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status_code=status)


async def _body(request: Request, limit: int) -> bytes:
    """The whole body, refused as soon as it is longer than `limit` bytes."""
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _TooMuch
        parts.append(chunk)
    return b"".join(parts)


def _with_length(scope: Scope, length: int) -> Scope:
    kept = [(n, v) for n, v in scope["headers"] if n not in (b"content-length", b"transfer-encoding", b"content-type")]
    stated = [(b"content-length", str(length).encode()), (b"content-type", b"application/json")]
    return {**scope, "headers": [*kept, *stated]}


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once, then what comes after it: that the browser has gone."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _nothing(receive: Receive) -> Receive:
    """No body, whatever is sent: what is only asked for needs none."""

    async def empty() -> Message:
        message = await receive()
        return {**message, "body": b""} if message["type"] == "http.request" else message

    return empty
