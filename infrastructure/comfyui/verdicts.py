"""What a server says to a prompt that it is given."""

from __future__ import annotations

from typing import Literal

from domain.base import Value
from infrastructure.comfyui.failures import Failure


class Accepted(Value):
    """The server has the prompt; `number` is its place in the order of work, None when it was found there."""

    kind: Literal["accepted"] = "accepted"
    number: float | None = None


class Refused(Value):
    """The server does not run this graph; `failure.nodes` tells what is wrong with which."""

    kind: Literal["refused"] = "refused"
    failure: Failure


class Outdated(Value):
    """The server has another graph under that id: it was sent before the workflow was changed. Nothing was sent."""

    kind: Literal["outdated"] = "outdated"
