"""Finding addons: the built-in ones and third parties' through the same door; each can fail alone."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Literal

from addons.api import Addon, AddonContext, AddonUnavailable, Part

_log = logging.getLogger(__name__)

BUILTIN = (
    "addons.project",
    "addons.storyboard",
    "addons.keyframes",
    "addons.select",
    "addons.video",
    "addons.film",
    "addons.queue",
    "addons.servers",
    "addons.settings",
)
"""The built-in tabs; a bare checkout has no entry points, so these are listed by name."""

GROUP = "kinoloom.addons"
"""Entry-point group of third-party addons: each names an `Addon` value."""


@dataclass(frozen=True)
class AddonRecord:
    """An addon and how it fares. `message` says in words why it is not there."""

    name: str
    status: Literal["enabled", "failed to load", "unavailable", "failed to build"]
    message: str = ""
    addon: Addon | None = None
    parts: tuple[Part, ...] = ()


def discover(context: AddonContext, builtin: Sequence[str] = BUILTIN) -> list[AddonRecord]:
    """Every addon with its status, in tab order. Nothing that goes wrong in one reaches another."""
    found = [_load(name, lambda name=name: importlib.import_module(name).ADDON, context) for name in builtin]
    found += [_load(entry.name, entry.load, context) for entry in entry_points(group=GROUP)]
    taken: set[str] = set()
    records: list[AddonRecord] = []
    for record in found:
        key = record.addon.id if record.addon else record.name
        if key in taken:
            record = AddonRecord(record.name, "failed to load", f"Another addon is called {key!r} already.")
        taken.add(key)
        records.append(record)
    return sorted(records, key=lambda r: r.addon.order if r.addon else 10_000)


def _load(name: str, load: object, context: AddonContext) -> AddonRecord:
    try:
        addon = load()  # type: ignore[operator]
        if not isinstance(addon, Addon):
            return AddonRecord(name, "failed to load", f"{name} does not name an Addon, but a {type(addon).__name__}.")
    except Exception as error:
        _log.warning("Addon %s could not be loaded: %r", name, error)
        return AddonRecord(name, "failed to load", f"{name} could not be loaded: {error}")
    try:
        if addon.check is not None:
            addon.check(context)
        return AddonRecord(name, "enabled", addon=addon, parts=tuple(addon.parts(context)))
    except AddonUnavailable as error:
        return AddonRecord(name, "unavailable", str(error), addon)
    except Exception as error:
        _log.warning("Addon %s failed its check: %r", name, error)
        return AddonRecord(name, "unavailable", f"{addon.title} failed its check: {error}", addon)
