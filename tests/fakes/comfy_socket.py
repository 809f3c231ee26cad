"""The server's side of a WebSocket (RFC 6455), as much of it as the stand-in needs, on a socket of http.server."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
import threading
from io import BufferedIOBase

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def accept_key(key: str) -> str:
    """The answer to Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1((key + _MAGIC).encode()).digest()).decode()


class Peer:
    """One connected client. `deaf` swallows what is sent to it, as a server does that has forgotten it."""

    def __init__(self, sid: str, connection: socket.socket, reader: BufferedIOBase) -> None:
        self.sid, self._connection, self._reader = sid, connection, reader
        self.flags: dict[str, object] = {}
        self.deaf = False
        self._lock = threading.Lock()

    def send(self, data: str | bytes) -> None:
        """A text or binary message; a client that is gone is no error."""
        if not self.deaf:
            self._frame(TEXT if isinstance(data, str) else BINARY, data.encode() if isinstance(data, str) else data)

    def _frame(self, code: int, body: bytes) -> None:
        size = len(body)
        if size < 126:
            head = struct.pack("!BB", 0x80 | code, size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | code, 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | code, 127, size)
        try:
            with self._lock:
                self._connection.sendall(head + body)
        except OSError:
            pass

    def receive(self) -> str | None:
        """The next text; None when the client has gone. Pings are answered on the way."""
        while True:
            head = self._read(2)
            if head is None:
                return None
            code, masked, size = head[0] & 15, head[1] & 128, head[1] & 127
            if size > 125:
                more = self._read(2 if size == 126 else 8)
                if more is None:
                    return None
                size = int.from_bytes(more, "big")
            key = self._read(4) if masked else b"\0\0\0\0"
            body = self._read(size)
            if key is None or body is None or code == CLOSE:
                return None
            plain = bytes(b ^ key[i % 4] for i, b in enumerate(body))
            if code == PING:
                self._frame(PONG, plain)
            elif code == TEXT:
                return plain.decode()

    def _read(self, size: int) -> bytes | None:
        try:
            data = self._reader.read(size)
        except (OSError, ValueError):
            return None
        return data if len(data) == size else None

    def cut(self) -> None:
        """Break the connection without a word."""
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
