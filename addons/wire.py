"""What travels to a window: the difference between what a part shows now and what the window has."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from addons.api import PartData
from addons.session import Session


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
