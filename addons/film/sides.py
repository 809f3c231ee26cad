"""The panels beside the player: which there are, and which one is open."""

from __future__ import annotations

from addons.api import PartData
from addons.film.reading import SIDES, side
from addons.session import View
from addons.words import choices


def view(view: View) -> PartData:
    """The names of the panels."""
    return PartData({"open": side(view), "sides": choices(SIDES)})
