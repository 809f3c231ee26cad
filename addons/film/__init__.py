"""The Film tab: make the film, watch it shot by shot, and read what is in the file."""

from __future__ import annotations

from pathlib import Path

from addons.api import Addon
from addons.film.model import parts
from addons.film.view import build

ADDON = Addon(id="film", title="Film", order=60, build=build, parts=parts, assets=Path(__file__).parent)
