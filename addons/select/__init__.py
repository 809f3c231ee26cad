"""The Select tab: the variants of every shot side by side; picking one approves it."""

from __future__ import annotations

from pathlib import Path

from addons.api import Addon
from addons.select.model import parts
from addons.select.view import build

ADDON = Addon(id="select", title="Select", order=40, build=build, parts=parts, assets=Path(__file__).parent)
