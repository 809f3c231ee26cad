"""How a server wants to be greeted, from one line of text."""

from __future__ import annotations

import re

from domain.errors import BadInput
from infrastructure.comfyui.pool import ServerConfig

HEADER = re.compile(r"([A-Za-z0-9-]{1,100}):[ \t]*([\x21-\x7e][\x20-\x7e]*)")


def login_config(
    url: str, login: str, *, title: str = "", waiting: int = 1, on: bool = True
) -> ServerConfig:  # fmt: skip
    """The server at `url`, where `waiting` prompts of ours may wait behind the one that runs.

    `login` is a token, sent as ``Authorization: Bearer``, or a whole header, "X-Api-Key: abc".
    """
    url = (url if "://" in url else f"http://{url}").rstrip("/")
    header = HEADER.fullmatch(login)
    return ServerConfig(
        url=url, token="" if header else login, headers={header[1]: header[2]} if header else {}, title=title,
        places=1 + waiting, on=on,
    )  # fmt: skip


def check_login(login: str) -> None:
    """Raise BadInput when it can be neither a token nor a header."""
    if not HEADER.fullmatch(login) and not re.fullmatch(r"[\x21-\x7e]*", login):
        raise BadInput("This is neither a token nor a header.", "Write the token alone, or X-Api-Key: abc.")
