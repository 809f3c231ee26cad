"""How the Queue tab is laid out: one list."""

from __future__ import annotations

from addons.api import AddonContext


def build(context: AddonContext) -> None:
    """Lay out the tab."""
    from addons.shell import part

    part("queue.list")
