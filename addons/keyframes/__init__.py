"""The Keyframes tab: draw variants for each shot, or bring pictures of one's own."""

from __future__ import annotations

from pathlib import Path

from addons.api import Addon
from addons.keyframes.model import parts
from addons.keyframes.view import build

ADDON = Addon(id="keyframes", title="Keyframes", order=30, build=build, parts=parts, assets=Path(__file__).parent)
