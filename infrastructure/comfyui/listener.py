"""The WebSocket to one server: opened before the first prompt is sent, and opened again for as long as it takes.

What comes is only a faster way to know: a connection that breaks, or goes deaf, costs at most the time until the next
look over HTTP.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import websocket

from infrastructure.comfyui import messages as m
from infrastructure.comfyui.connection import Connection, Pause, now
from infrastructure.comfyui.failures import FOREIGN, of_exception

log = logging.getLogger(__name__)

FLAGS = json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
NO_PROXY: dict[str, Any] = {"http_proxy_host": "none", "http_proxy_port": 1, "http_no_proxy": ["*"]}
"""Makes websocket-client leave the proxy of the environment alone: it reads its exceptions only beside a proxy."""

MAX_MESSAGE = 64 * 2**20
"""Bytes of the longest message that is read: a preview in full size is a tenth of it."""

QUIET = 10.0
"""Seconds without a message after which the server is asked whether it is there."""


class BoundedSocket(websocket.WebSocket):
    """A socket that raises WebSocketPayloadException in the middle of a message of more than MAX_MESSAGE bytes."""

    _taken = 0

    def recv_data_frame(self, control_frame: bool = False) -> tuple[int, Any]:
        """The next message, whole."""
        found: tuple[int, Any] = super().recv_data_frame(control_frame)
        self._taken = 0
        return found

    def _recv(self, bufsize: int) -> bytes:
        data: bytes = super()._recv(bufsize)  # type: ignore[no-untyped-call]
        self._taken += len(data)
        if self._taken > MAX_MESSAGE:
            raise websocket.WebSocketPayloadException(f"a message of more than {MAX_MESSAGE} bytes")
        return data


class Listener:
    """A thread that reads one server's messages and hands them to `hear`; `opened` is called after each opening.

    `losses` counts the connections that broke. Previews of the old kind do not say which prompt they show: they get
    the one that the server last said it was running for us.
    """

    def __init__(
        self, connection: Connection, client_id: str, hear: Callable[[m.Message], None], opened: Callable[[], None]
    ) -> None:
        self._connection, self._client_id = connection, client_id
        self._hear, self._opened = hear, opened
        self._lock = threading.Lock()
        self._socket: websocket.WebSocket | None = None
        self._thread: threading.Thread | None = None
        self._open, self._stop, self._hurry = threading.Event(), threading.Event(), threading.Event()
        self._tried = threading.Event()
        self._running = ""
        self.losses = 0
        self.heard_at = 0.0

    @property
    def open(self) -> bool:
        """Whether there is a connection now."""
        return self._open.is_set()

    def start(self, patience: float) -> bool:
        """Make sure that it listens; waits for the first connection, or its refusal, up to `patience` seconds."""
        with self._lock:
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._run, name=f"comfy-{self._connection.name}", daemon=True)
                self._thread.start()
        self._tried.wait(patience)
        return self.open

    def hurry(self) -> None:
        """The server was seen over HTTP: connect now, not at the end of the pause."""
        if not self.open:
            self._hurry.set()

    def renew(self) -> None:
        """Give this connection up for a new one: it is open, but nothing comes."""
        self._drop()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        self._hurry.set()
        self._drop()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)

    def _drop(self) -> None:
        with self._lock:
            current = self._socket
        if current is not None and current.sock is not None:
            with contextlib.suppress(OSError):
                current.sock.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        pause = Pause()
        while not self._stop.is_set():
            try:
                opened = self._connect()
            except FOREIGN as error:
                log.debug("%s", of_exception(error, self._connection.name, "opening the WebSocket").message)
                self._tried.set()
                self._hurry.wait(pause.next())
                self._hurry.clear()
                continue
            pause.reset()
            try:
                self._read(opened)
            except Exception as error:
                log.debug("%s", of_exception(error, self._connection.name, "listening").message)
            finally:
                self._open.clear()
                with self._lock:
                    self._socket = None
                _shut(opened)
            if not self._stop.is_set():
                self.losses += 1
                self._hurry.wait(pause.next())
                self._hurry.clear()

    def _connect(self) -> websocket.WebSocket:
        connection = self._connection
        certificates = connection.ca_file()
        tls = {"cert_reqs": ssl.CERT_NONE, "check_hostname": False} if certificates is None else {
            "ca_certs": certificates
        }  # fmt: skip
        opened: websocket.WebSocket = websocket.create_connection(
            connection.socket_url(self._client_id),
            timeout=connection.limits[0],
            header=[f"{name}: {value}" for name, value in connection.headers.items()],
            # The server compares Origin and Host, which differ behind a proxy; without one it does not.
            suppress_origin=True,
            sslopt=tls if connection.address.secure else {},
            **(NO_PROXY if connection.address.local else {}),
            enable_multithread=True,
            class_=BoundedSocket,
        )
        try:
            opened.send(FLAGS)
        except FOREIGN:
            _shut(opened)
            raise
        with self._lock:
            self._socket = opened
        return opened

    def _read(self, opened: websocket.WebSocket) -> None:
        """Until the connection breaks."""
        opened.settimeout(QUIET)
        asked = False
        while not self._stop.is_set():
            try:
                code, data = opened.recv_data(control_frame=True)
            except websocket.WebSocketTimeoutException:
                if asked:
                    raise
                opened.ping()
                asked = True
                continue
            asked = False
            self.heard_at = now()
            if code == websocket.ABNF.OPCODE_CLOSE:
                return
            if code == websocket.ABNF.OPCODE_TEXT:
                self._take(m.parse_text(data))
            elif code == websocket.ABNF.OPCODE_BINARY:
                self._take(m.parse_binary(data))
            if not self.open:
                # The first message is the server's greeting: from here on it knows us.
                self._open.set()
                self._tried.set()
                self._opened()

    def _take(self, message: m.Message) -> None:
        prompt = m.prompt_of(message)
        if isinstance(message, (m.ExecutionStart, m.Executing, m.ProgressState, m.Progress)) and prompt:
            over = isinstance(message, m.Executing) and message.data.node is None
            self._running = "" if over else prompt
        elif isinstance(message, m.Preview) and not prompt and self._running:
            message = message.model_copy(update={"prompt_id": self._running})
        if isinstance(message, m.Unknown):
            log.debug("%s said something unknown: %s %s", self._connection.name, message.type, message.problem)
        self._hear(message)


def _shut(opened: websocket.WebSocket) -> None:
    """Close at once, without the closing handshake, which waits for the other side."""
    if opened.sock is not None:
        opened.sock.close()
    opened.sock = None
    opened.connected = False
