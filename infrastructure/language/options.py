"""What is set up for a language model, and how long it is waited for."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from urllib.parse import urlsplit

from domain.asking import Usage

Way = Literal["json_schema", "tools", "json_object", "text"]
"""How an endpoint is told the shape of an answer: a schema it enforces, a tool it calls, JSON alone, or words."""

WAYS: tuple[Way, ...] = ("json_schema", "tools", "json_object", "text")
"""All of them, what is surest first; in this order they are tried."""


@dataclass(frozen=True)
class LanguageOptions:
    """Address of the endpoint with /v1, key and model; empty texts and 0 leave the choice to the endpoint. `repairs`
    is how often an answer that cannot be used is sent back, `silence` the seconds without a word after which an
    endpoint is given up; prices are for a million tokens."""

    url: str = ""
    key: str = field(default="", repr=False)
    model: str = ""
    temperature: str = ""
    max_tokens: int = 0
    repairs: int = 2
    price_in: str = ""
    price_out: str = ""
    json_mode: str = "auto"
    silence: int = 120

    @property
    def base(self) -> str:
        """The address up to and with /v1, without a slash at the end."""
        parts = urlsplit(self.url)
        path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
        return parts._replace(path=path, query="", fragment="").geturl()

    @property
    def host(self) -> str:
        """The endpoint's host and port, for sentences."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def is_here(self) -> bool:
        """Whether it runs on this computer, so that no proxy has any business with it."""
        name = urlsplit(self.url).hostname or ""
        return name in ("localhost", "::1") or name.startswith("127.")

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways to try, in order."""
        return WAYS if self.json_mode == "auto" else tuple(way for way in WAYS if way == self.json_mode)

    def cost(self, usage: Usage) -> Decimal | None:
        """What that came to; None where the prices are not set or the endpoint did not count."""
        if not (self.price_in and self.price_out) or not usage.exact:
            return None
        return (usage.sent * Decimal(self.price_in) + usage.received * Decimal(self.price_out)) / 1_000_000


@dataclass(frozen=True)
class Patience:
    """Seconds to connect, and of silence where they are not those of the options; how often a request is tried again,
    after which first pause (doubled each time), and up to which one; and how much an answer may be, in bytes that
    arrive and letters that are kept."""

    connect: float = 10
    silence: float | None = None
    tries: int = 4
    first_pause: float = 1.0
    longest_pause: float = 30.0
    most_bytes: int = 32 * 2**20
    most_letters: int = 400_000
