"""The one place where what goes wrong with a ComfyUI server becomes a sentence, a cure and "try again or not".

Three sources: the network (requests, websocket-client, sockets, JSON), the server's refusal of a graph, and a node
that failed while it ran. What is not known by name is translated too, so that no foreign exception gets past.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import requests
import websocket
from pydantic import Field

from domain.base import Value
from domain.errors import BackendFailed, BackendUnavailable, DiskFull, Fault, NotFound, StudioError
from infrastructure.stores.atomic import FULL

Cause = Literal[
    "unreachable", "unknown_host", "refused", "silent", "tls", "unauthorised", "not_comfyui", "server_error",
    "too_large", "bad_address", "disk", "out_of_memory", "missing_model", "missing_node", "missing_image", "odd_size",
    "invalid", "node_error", "interrupted", "restarted", "removed", "gone", "closed", "unknown",
]  # fmt: skip

CONNECTION: frozenset[Cause] = frozenset(
    {"unreachable", "unknown_host", "refused", "silent", "tls", "unauthorised", "not_comfyui", "server_error",
     "bad_address", "restarted", "closed"}
)  # fmt: skip
"""Causes that say nothing about the job: another server, or this one later, may well do it."""


class NodeFault(Value):
    """What is wrong with one node. `missing` are values that the server does not have, by input."""

    node: str
    title: str
    class_type: str
    problems: tuple[str, ...]
    missing: dict[str, str] = Field(default_factory=dict)


class Failure(Value):
    """What failed and on what, in words; what to try; whether the same request could succeed later."""

    cause: Cause
    message: str
    cure: str = ""
    retry: bool = True
    nodes: tuple[NodeFault, ...] = ()

    @property
    def fault(self) -> Fault:
        """What it means for the job."""
        if self.cause == "out_of_memory":
            return "memory"
        if self.cause in CONNECTION:
            return "network" if self.retry else "unavailable"
        return "unavailable" if self.cause in ("missing_model", "missing_node") else ""

    def error(self) -> BackendFailed:
        """This failure as an exception: BackendUnavailable when it says nothing about the job."""
        kind = BackendUnavailable if self.cause in CONNECTION else BackendFailed
        return kind(self.message, self.cure, retry=self.retry, fault=self.fault)


def failure_of(error: StudioError) -> Failure:
    """An error of Kinoloom that came out of this package, as a failure again."""
    gone = isinstance(error, NotFound)
    retry = error.retry if isinstance(error, BackendUnavailable) else gone
    cause: Cause = "unreachable" if isinstance(error, BackendUnavailable) else "gone" if gone else "unknown"
    if cause == "unreachable" and isinstance(error.__cause__, FOREIGN):
        cause = of_exception(error.__cause__, "", "").cause
    return Failure(cause=cause, message=error.message, cure=error.cure, retry=retry)


# -- the network ---------------------------------------------------------------------------------------------------

FOREIGN: tuple[type[BaseException], ...] = (
    requests.RequestException, websocket.WebSocketException, OSError, ValueError, EOFError,
)  # fmt: skip
"""Everything that requests, websocket-client, sockets, files and JSON are known to raise."""


@contextlib.contextmanager
def talking(server: str, doing: str) -> Iterator[None]:
    """Turn the foreign errors raised inside into BackendUnavailable or BackendFailed; errors of Kinoloom pass."""
    try:
        yield
    except StudioError:
        raise
    except FOREIGN as error:
        failure = of_exception(error, server, doing)
        if any(isinstance(one, OSError) and one.errno in FULL for one in _chain(error)):
            raise DiskFull(failure.message, failure.cure) from error
        raise failure.error() from error


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it wraps: causes, contexts, urllib3's reasons, and exceptions among its arguments."""
    todo, seen = [error], set[int]()
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        todo += [i for i in inner if isinstance(i, BaseException)]


def of_exception(error: BaseException, server: str, doing: str) -> Failure:
    """What a foreign exception means. `server` is its address without secrets, `doing` what was tried ("sending a
    picture"); total: any exception gives a failure."""
    chain = list(_chain(error))

    def is_any(*kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in chain)

    def made(cause: Cause, what: str, cure: str, retry: bool = True) -> Failure:
        return Failure(cause=cause, message=f"{server}: {doing} failed: {what}.", cure=cure, retry=retry)

    numbers = {one.errno for one in chain if isinstance(one, OSError)}
    if numbers & FULL:
        return made("disk", "the disk of this computer is full", "Free some space and start again.")
    if is_any(requests.exceptions.MissingSchema, requests.exceptions.InvalidURL,
              requests.exceptions.InvalidSchema, websocket.WebSocketAddressException) and not is_any(
        socket.gaierror):  # fmt: skip
        return made("bad_address", "the address is not one", "Enter it like http://192.168.0.5:8188.", False)
    if is_any(socket.gaierror) or "NameResolutionError" in {type(one).__name__ for one in chain}:
        return made("unknown_host", "no computer of that name is known", "Check the spelling, or enter its IP address.")
    if is_any(ssl.SSLError, requests.exceptions.SSLError):
        return made(
            "tls", "no secure connection could be made",
            "Check https or http in the address; for a certificate of your own, name its CA file in the settings.",
        )  # fmt: skip
    if is_any(requests.exceptions.ProxyError, websocket.WebSocketProxyException):
        return made("unreachable", "the proxy of this computer refused", "Check HTTP_PROXY and NO_PROXY.")
    if is_any(ConnectionRefusedError):
        return made("refused", "nothing answers there", "Start ComfyUI, or check its port and --listen.")
    if is_any(requests.exceptions.ConnectTimeout) or errno.ETIMEDOUT in numbers:
        return made("unreachable", "the computer does not answer", "Check that it is on, and its firewall.")
    if is_any(requests.exceptions.Timeout, websocket.WebSocketTimeoutException, TimeoutError):
        return made("silent", "the server went silent", "It may be busy or stuck; look at its console.")
    status = next((one.status_code for one in chain if isinstance(one, websocket.WebSocketBadStatusException)), None)
    if isinstance(status, int):
        return of_status(status, server, doing)
    if is_any(requests.exceptions.TooManyRedirects):
        return made("not_comfyui", "it sends in circles", "Enter the address that the browser ends at.")
    if is_any(websocket.WebSocketProtocolException, websocket.WebSocketPayloadException):
        return made("not_comfyui", "its messages make no sense", "Check that a ComfyUI runs at this address.")
    connection = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, ConnectionError, EOFError,
                  websocket.WebSocketConnectionClosedException)  # fmt: skip
    if is_any(*connection) or numbers & {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}:
        return made("unreachable", "the connection broke", "Look whether ComfyUI still runs.")
    if is_any(requests.exceptions.JSONDecodeError, ValueError) and not is_any(requests.exceptions.InvalidHeader):
        return made("not_comfyui", "its answer is not ComfyUI's", "Check the address and what runs there.")
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        what = error.strerror or type(error).__name__
        return made("disk", what[:1].lower() + what[1:], "Check the folder's permissions and the disk.")
    return made("unknown", f"{type(error).__name__}: {error!s:.200}", "Try again; look at the server's console.")


def of_status(status: int, server: str, doing: str, text: str = "") -> Failure:
    """What an HTTP status of 300 and above means that says nothing about the graph."""

    def made(cause: Cause, what: str, cure: str, retry: bool = True) -> Failure:
        return Failure(cause=cause, message=f"{server}: {doing} failed: {what}.", cure=cure, retry=retry)

    if status in (401, 403, 407):
        return made("unauthorised", f"the server wants a valid login ({status})", "Check token and headers.", False)
    if 300 <= status < 400:
        return made("not_comfyui", f"the server sends elsewhere ({status})", "Enter the address that it sends to.")
    if status in (404, 405, 426):
        return made("not_comfyui", f"there is no such place ({status})", "Check the address and its path.")
    if status == 413:
        return made("too_large", "it is more than the server takes at once (413)", "Raise --max-upload-size.", False)
    if status == 429:
        return made("server_error", "the server is asked too often (429)", "Wait a little.")
    if status in (502, 503, 504):
        return made("unreachable", f"the proxy cannot reach ComfyUI ({status})", "Look whether ComfyUI still runs.")
    if status >= 500:
        return made("server_error", f"the server had an error of its own ({status})", "Look at the server's console.")
    return made("unknown", f"the server answered {status} {text[:200]}".rstrip(), "Look at the server's console.")


# -- nodes ---------------------------------------------------------------------------------------------------------


def title_of(graph: Mapping[str, Any], node: str, class_type: str = "") -> str:
    """How a person knows the node: its title and class."""
    entry = graph.get(node)
    entry = entry if isinstance(entry, Mapping) else {}
    class_type = class_type or str(entry.get("class_type") or "")
    meta = entry.get("_meta")
    title = str(meta.get("title") or "") if isinstance(meta, Mapping) else ""
    if title and title != class_type:
        return f"“{title}” ({class_type}, node {node})" if class_type else f"“{title}” (node {node})"
    return f"{class_type or 'node'} (node {node})" if class_type else f"node {node}"
