"""What an addon is: a tab that registers itself, checks that it can run, lays out its parts and answers actions.

A *part* is a live area of a tab. Python says what it shows (`view`), as a head and a keyed list of items; the browser
draws it (`parts.js` beside the addon) and sends back actions (`act`). The shell sends only what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from addons.uploads import Uploads
from services.studio import Studio

if TYPE_CHECKING:
    from addons.session import View

Json = Any


class AddonUnavailable(Exception):
    """Raised by an addon's `check` when it cannot run here; the message is shown in its tab."""


@dataclass(frozen=True)
class PartData:
    """What a part shows: `head` is one JSON object, `items` a list of JSON objects, each with a unique "id"."""

    head: Mapping[str, Json] = field(default_factory=dict)
    items: Sequence[Mapping[str, Json]] = ()


@dataclass(frozen=True)
class Action:
    """What a person did in a part: a verb, the item it was done to, and what came with it. All of it untrusted."""

    part: str
    act: str
    id: str = ""
    data: Mapping[str, Json] = field(default_factory=dict)

    def text(self, name: str, limit: int = 20_000) -> str:
        """A text that came with the action; empty when none did. Longer ones are cut at `limit` characters."""
        value = self.data.get(name, "")
        return value[:limit] if isinstance(value, str) else "" if value is None else str(value)[:limit]

    def number(self, name: str) -> int | None:
        """A whole number that came with the action, or None."""
        value = self.data.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        try:
            return int(value)
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Reply:
    """What the window is told beside the changed parts: a short message, a tab to go to, a project to show."""

    said: str = ""
    tab: str = ""
    project: str = ""
    focus: str = ""


@dataclass(frozen=True)
class Part:
    """A live area. `view` is called when the tab is open and something changed; it reads, and never works long."""

    id: str
    view: Callable[[View], PartData]
    act: Callable[[View, Action], Reply | None] | None = None


@dataclass(frozen=True)
class AddonContext:
    """What an addon gets: the services, and the files that windows hand over. An addon that needs more is telling
    us that a service is missing."""

    studio: Studio
    uploads: Uploads


@dataclass(frozen=True)
class Addon:
    """A tab. `check` runs first and may raise AddonUnavailable; `build` lays out Gradio components inside the tab;
    `parts` gives its live areas. `assets` is the folder with its scripts (*.js) and style sheets (*.css), if any."""

    id: str
    title: str
    order: int
    build: Callable[[AddonContext], None]
    parts: Callable[[AddonContext], Sequence[Part]]
    check: Callable[[AddonContext], None] | None = None
    assets: Path | None = None
