"""The list of ComfyUI servers as one line of text, and what each of them is greeted with.

``http://127.0.0.1:8188, https://host/prefix | title=Big one | waiting=0 | off``
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ADDRESS = re.compile(r"(?:https?://)?(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?(?:/[\w./~-]*)?")
TITLE = re.compile(r"[^|,=\x00-\x1f\x7f]{1,60}")
MOST_WAITING = 8
LOGIN = re.compile(r"[\x21-\x7e]+|[A-Za-z0-9-]{1,100}:[ \t]*[\x21-\x7e][\x20-\x7e]*")
"""A token, or a header with its name."""

HINT = "write http://127.0.0.1:8188, several separated by commas"


@dataclass(frozen=True)
class ServerEntry:
    """One server. `waiting` is how many prompts of ours may wait there behind the one that runs, None for what holds
    for all; one that is not `on` is left out until it is switched on again."""

    url: str
    title: str = ""
    waiting: int | None = None
    on: bool = True


def read_servers(text: str) -> list[ServerEntry]:
    """The servers of a line; the last of several with the same address counts. Raises ValueError with the reason.

    Blanks separate too, as long as nothing is said about a server but its address.
    """
    found: dict[str, ServerEntry] = {}
    for part in (text if "|" in text else text.replace(" ", ",")).split(","):
        if part.strip():
            entry = _entry(part.strip())
            found[entry.url] = entry
    return list(found.values())


def full_address(text: str) -> str:
    """An address with its scheme, http where none is given, and no slash at the end."""
    return (text if "://" in text else f"http://{text}").rstrip("/")


def write_servers(entries: Iterable[ServerEntry]) -> str:
    """The line for these servers."""
    lines = []
    for entry in entries:
        words = [entry.url]
        words += [f"title={entry.title}"] if entry.title else []
        words += [f"waiting={entry.waiting}"] if entry.waiting is not None else []
        lines.append(" | ".join(words if entry.on else [*words, "off"]))
    return ", ".join(lines)


def _entry(text: str) -> ServerEntry:
    url, *options = (part.strip() for part in text.split("|"))
    if "@" in url:
        raise ValueError("an address is written without name and password; the token has a setting of its own")
    if not ADDRESS.fullmatch(url):
        raise ValueError(f"{url[:60]} is no address; {HINT}")
    entry = ServerEntry(url.rstrip("/"))
    for option in options:
        name, equals, value = (word.strip() for word in option.partition("="))
        if name == "title" and TITLE.fullmatch(value):
            entry = ServerEntry(entry.url, value, entry.waiting, entry.on)
        elif name == "waiting" and re.fullmatch(r"\d{1,2}", value) and int(value) <= MOST_WAITING:
            entry = ServerEntry(entry.url, entry.title, int(value), entry.on)
        elif option == "off" and not equals:
            entry = ServerEntry(entry.url, entry.title, entry.waiting, False)
        else:
            raise ValueError(f"{option[:40]!r} says nothing about a server; there are title=…, waiting=0 to 8, and off")
    return entry


def read_logins(text: str) -> dict[str, str]:
    """Logins by the address of their server. Raises ValueError with the reason, which holds no secret."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(
        isinstance(v, str) and len(v) <= 4000 and LOGIN.fullmatch(v) for v in found.values()
    ):
        raise ValueError('logins are written as {"https://host/prefix": "token"} or {"https://host": "X-Key: abc"}')
    return {full_address(str(url)): login for url, login in found.items()}


def with_login(text: str, url: str, login: str) -> str:
    """The logins with that server's changed; an empty one is forgotten. Raises ValueError."""
    try:
        logins = read_logins(text)
    except ValueError:
        logins = {}
    logins.pop(full_address(url), None)
    made = json.dumps(logins | ({full_address(url): login} if login else {}), ensure_ascii=True)
    read_logins(made)
    return "" if made == "{}" else made


def login_for(logins: Mapping[str, str], entry: ServerEntry, usual: str) -> str:
    """What a server is greeted with: its own login, else the usual token."""
    return logins.get(full_address(entry.url), usual)
