"""The client of an endpoint: it sends what it must and nothing else, to one address, and takes no more than it can."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx2
from openai import AsyncOpenAI

from domain.errors import BackendFailed
from infrastructure.language.options import LanguageOptions, Patience

_SENT = frozenset({"host", "accept", "connection", "content-type", "content-length", "transfer-encoding", "user-agent"})


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends in an error when it grows too large."""

    def __init__(self, stream: httpx2.AsyncByteStream, host: str, most: int) -> None:
        self._stream = stream
        self._host = host
        self._left = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for portion in self._stream:
            self._left -= len(portion)
            if self._left < 0:
                raise BackendFailed(
                    f"The language model at {self._host} sends without end.", "Look what answers there.", retry=False
                )
            yield portion

    async def aclose(self) -> None:
        await self._stream.aclose()


def open_client(options: LanguageOptions, patience: Patience) -> AsyncOpenAI:
    """A client for one question; to be closed. It follows no redirects and tries nothing again by itself."""
    silence = patience.silence or options.silence

    async def sending(request: httpx2.Request) -> None:
        # The library adds facts about this computer, and headers from variables that are meant for another service.
        for name in [n for n in request.headers if n.lower() not in _SENT]:
            del request.headers[name]
        request.headers["accept-encoding"] = "identity"
        if options.key:
            request.headers["authorization"] = f"Bearer {options.key}"

    async def receiving(response: httpx2.Response) -> None:
        response.headers.pop("content-encoding", None)  # a small body may unpack to any size; none was asked for
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream, options.host, patience.most_bytes)

    timeout = httpx2.Timeout(silence, connect=patience.connect)
    # without https there is nothing to verify, and loading all certificates takes a moment
    verify = True if options.base.startswith("https") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    http = httpx2.AsyncClient(
        verify=verify,
        trust_env=not options.is_here,
        timeout=timeout,
        follow_redirects=False,
        event_hooks={"request": [sending], "response": [receiving]},
    )
    return AsyncOpenAI(
        api_key=options.key or "none", organization="", project="", base_url=options.base, max_retries=0,
        timeout=timeout, http_client=http,
    )  # fmt: skip
