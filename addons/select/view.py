"""How the Select tab is laid out: filter and progress above, the shots with their variants below."""

from __future__ import annotations

from addons.api import AddonContext


def build(context: AddonContext) -> None:
    """Lay out the tab."""
    from addons.shell import part

    part("select.bar")
    part("select.shots")
    part("select.compare")
