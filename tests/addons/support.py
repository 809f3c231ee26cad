"""A window without a browser: what an addon's parts show, and what is done in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from addons.api import Action, AddonContext, Part, PartData, Reply
from addons.session import ProjectCache, Session, View
from addons.uploads import Uploads
from addons.wire import difference
from services.projects import OpenProject
from tests.fakes.bench import Bench


class Window:
    """One browser window on a project, showing the parts of one tab."""

    def __init__(self, bench: Bench, project: OpenProject, parts: Any) -> None:
        self.bench = bench
        self.project = project
        self.uploads = Uploads(bench.folder / "uploads")
        self.parts: dict[str, Part] = {p.id: p for p in parts(AddonContext(bench.studio, self.uploads))}
        self.session = Session("w", project, project.ui)
        self.cache = ProjectCache()

    @property
    def view(self) -> View:
        return View(self.bench.studio, self.session, self.cache)

    def shows(self, part: str) -> PartData:
        data = self.parts[part].view(self.view)
        json.dumps([data.head, list(data.items)], allow_nan=False)  # what is shown can travel
        return data

    def head(self, part: str) -> dict[str, Any]:
        return dict(self.shows(part).head)

    def items(self, part: str) -> dict[str, dict[str, Any]]:
        return {str(item["id"]): dict(item) for item in self.shows(part).items}

    def act(self, part: str, verb: str, item: str = "", **data: Any) -> Reply | None:
        handler = self.parts[part].act
        assert handler is not None
        return handler(self.view, Action(part, verb, item, data))

    def news(self, *parts: str) -> dict[str, Any]:
        """What a window would be sent now."""
        return difference(self.session, [(name, self.shows(name)) for name in parts])

    def refreshed(self) -> Window:
        """The same page loaded again: a new session that knows only what the project remembers."""
        again = object.__new__(Window)
        again.__dict__ = self.__dict__ | {"session": Session("x", self.project, self.project.ui)}
        return again

    def finish(self) -> None:
        for run in self.bench.studio.jobs.runs():
            self.bench.wait(run)

    def wait_for_preview(self) -> None:
        """Until a job shows a picture of its work."""
        jobs, seen = self.bench.studio.jobs, 0
        for _ in range(200):
            if any(jobs.preview(job.id) for job in jobs.jobs()):
                return
            seen = self.bench.studio.changes.wait(seen, 0.2)
        raise AssertionError("no job showed a preview")

    def hand_over(self, path: Path) -> str:
        """Put a file where an upload would put it; its token."""
        token = f"token-{path.name}"
        self.uploads._files[token] = (path, path.name, 0.0)
        return token

    def give(self, part: str, verb: str, path: Path, item: str = "", **data: Any) -> Any:
        """Drop a file on something."""
        return self.act(part, verb, item, files=[{"token": self.hand_over(path), "name": path.name}], **data)


def bytes_of(items: Sequence[Any]) -> list[int]:
    return [len(json.dumps(item, separators=(",", ":"), ensure_ascii=False).encode()) for item in items]
