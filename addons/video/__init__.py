"""The Video tab: the plan, rendering, and the takes of every shot."""

from __future__ import annotations

from pathlib import Path

from addons.api import Addon
from addons.video.model import parts
from addons.video.view import build

ADDON = Addon(id="video", title="Video", order=50, build=build, parts=parts, assets=Path(__file__).parent)
