"""How a server is set up: its name, whether it is used, how much may wait there, and what it is greeted with."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from addons.api import Action
from domain.engine import ServerInfo
from domain.errors import BadInput
from services.settings import SettingField
from services.studio import Studio

SERVERS, TOKEN, WAITING = "comfyui.servers", "comfyui.token", "comfyui.waiting"
"""The settings: the servers in one line, the token for those that have none of their own, and how many prompts of ours
may wait on each that says nothing else."""

MOST_WAITING = 8
USUAL_WAITING = 1


def usual_waiting(studio: Studio) -> int:
    """How many prompts wait on a server that says nothing else."""
    value = studio.settings.value(WAITING, USUAL_WAITING)
    return value if isinstance(value, int) else USUAL_WAITING


def shown(server: ServerInfo) -> dict[str, Any]:
    """What is set up for a server; what it is greeted with is never told."""
    return {"name": server.title, "on": server.on, "wait": server.queued, "login": server.login}


def store(studio: Studio, servers: Sequence[ServerInfo]) -> None:
    """Write the servers down. Raises BadInput."""
    usual = usual_waiting(studio)
    save(studio, SERVERS, ", ".join(_line(server, usual) for server in servers))


def _line(server: ServerInfo, usual: int) -> str:
    words = [server.url]
    words += [f"title={server.title}"] if server.title else []
    words += [f"waiting={server.queued}"] if server.queued != usual else []
    return " | ".join(words if server.on else [*words, "off"])


def filled_in(server: ServerInfo, action: Action) -> ServerInfo:
    """The server as the form has it. Raises BadInput."""
    name = " ".join(action.text("name", 200).split())
    if len(name) > 60 or any(c in name for c in "|,=") or not name.isprintable():
        raise BadInput("That is no name for a server.", "Use up to 60 letters, without commas, | and =.")
    wait = action.number("wait")
    if wait is None or not 0 <= wait <= MOST_WAITING:
        raise BadInput("That is no number of waiting jobs.", f"Choose 0 to {MOST_WAITING}.")
    return server.replace(title=name, queued=int(wait))


def greet(studio: Studio, url: str, login: str) -> None:
    """Keep what a server is greeted with. Raises BadInput."""
    studio.settings.save_login(url, login)


def forget(studio: Studio, server: ServerInfo) -> None:
    """Keep nothing for a server that is no longer used."""
    if server.login:
        with contextlib.suppress(BadInput):  # the environment has the logins: they are not kept here
            studio.settings.save_login(server.url, "")


def field(studio: Studio, key: str) -> SettingField | None:
    """That setting."""
    return next((field for field in studio.settings.fields() if field.key == key), None)


def save(studio: Studio, key: str, value: str) -> None:
    """Store a setting. Raises BadInput when it cannot be."""
    found = field(studio, key)
    if found is None:
        raise BadInput("This Kinoloom keeps no servers in its settings.", "Install it anew.")
    if found.origin == "environment":
        name = "KINOLOOM_" + key.replace(".", "__").upper()
        raise BadInput(
            f"{found.title} is set by the environment variable {name}.",
            "Unset it and start Kinoloom again to change it here.",
        )
    studio.settings.save(key, value)
