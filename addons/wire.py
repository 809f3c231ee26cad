"""What travels to a window: the difference between what a part shows now and what the window has."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from addons.api import PartData

if TYPE_CHECKING:
    from addons.session import Session


TOGETHER = 0.75
"""Seconds within which two answers may reach the browser in one frame. Gradio then shows the later one only."""


class Recent:
    """The messages a window was sent last. Each travels again with those that follow it at once, so that none is lost;
    the window takes what it has not had."""

    def __init__(self) -> None:
        self._kept: list[tuple[float, dict[str, Any]]] = []

    def follow(self, message: dict[str, Any], now: float) -> dict[str, Any]:
        """`message`, sent at `now` (monotonic seconds), with those that may still be on their way as "also"."""
        self._kept = [(at, kept) for at, kept in self._kept if now - at < TOGETHER]
        also = [kept for _, kept in self._kept]
        self._kept.append((now, message))
        return {**message, "also": also} if also else message


def _digest(value: Any) -> int:
    return hash(json.dumps(value, sort_keys=True, separators=(",", ":")))


def difference(session: Session, parts: Iterable[tuple[str, PartData]]) -> dict[str, Any]:
    """What changed in these parts since the window was last sent them; remembers it as sent.

    Per part: "head" when it changed, "order" (all ids) when items came, went or moved, "items" those that changed.
    """
    found: dict[str, Any] = {}
    for name, data in parts:
        had = session.sent.get(name, {"head": None, "order": None, "items": {}})
        change: dict[str, Any] = {}
        head = _digest(data.head)
        if head != had["head"]:
            change["head"] = data.head
        order = [str(item["id"]) for item in data.items]
        if order != had["order"]:
            change["order"] = order
        digests = {str(item["id"]): _digest(item) for item in data.items}
        changed = [item for item in data.items if had["items"].get(str(item["id"])) != digests[str(item["id"])]]
        if changed:
            change["items"] = changed
        if change:
            found[name] = change
            session.sent[name] = {"head": head, "order": order, "items": digests}
    return found
