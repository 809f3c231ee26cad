"""The Queue tab: everything that is being made, in every open project, with its errors in words."""

from __future__ import annotations

from pathlib import Path

from addons.api import Addon
from addons.queue.model import parts
from addons.queue.view import build

ADDON = Addon(id="queue", title="Queue", order=70, build=build, parts=parts, assets=Path(__file__).parent)
