"""The workflows there are, kept in memory: read again when a file of the user's folder changes, and changed here."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from domain.engine import AddedWorkflow
from domain.errors import BadInput, NotFound
from domain.names import free_name, slug
from domain.profiles import profile_for
from domain.workflow import SlotPlace, WorkflowManifest, read_place
from infrastructure.comfyui.catalogue import Catalogue, Workflow
from infrastructure.comfyui.convert import is_api
from infrastructure.comfyui.files import read_workflow
from infrastructure.comfyui.foreign import import_folder
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.prepare import prepare

KEEP_SECONDS = 2.0
"""How often the user's folder is looked at for changed files, in answers that are wanted many times a second."""


class Shelf:
    """The catalogue, remembered. `own` is the user's folder of it. Safe for threads."""

    def __init__(self, catalogue: Catalogue, own: Path) -> None:
        self._catalogue, self._own = catalogue, own
        self._lock = threading.RLock()
        self._read: dict[str, Workflow] | None = None
        self._read_at = float("-inf")
        self._files: Any = None

    def all(self) -> dict[str, Workflow]:
        """Every workflow by id; another object after something has changed."""
        with self._lock:
            now = time.monotonic()
            if self._read is None or now - self._read_at > KEEP_SECONDS:
                files = _signature(self._own)
                if self._read is None or files != self._files:
                    self._read = {w.entry.id: w for w in self._catalogue.all()}
                    self._files = files
                self._read_at = now
            return self._read

    def find(self, workflow_id: str) -> Workflow:
        """The workflow of that id, those that cannot be used too. Raises NotFound."""
        found = self.all().get(workflow_id)
        if found is None:
            raise NotFound(f"There is no workflow {workflow_id[:80]!r}.", "See the Servers tab for those there are.")
        return found

    def get(self, workflow_id: str) -> Workflow:
        """The workflow of that id. Raises NotFound, and BadInput when its files cannot be used."""
        workflow = self.find(workflow_id)
        if workflow.entry.fault:
            raise BadInput(workflow.entry.fault, "Correct or remove the file.")
        return workflow

    # -- changing ------------------------------------------------------------------------------------------

    def add(self, source: Path, title: str, defs: NodeDefs) -> list[AddedWorkflow]:
        """Take in a file, or every workflow of a folder. Raises BadInput when there is nothing to take."""
        if source.is_dir():
            try:
                return import_folder(source, self._catalogue, defs)
            finally:
                self._forget()
        file = read_workflow(source)
        workflow_id = free_name(slug(title or source.stem, "workflow"), set(self.all()))
        stored = self._catalogue.add(workflow_id, file.data)
        self._forget()
        return [AddedWorkflow(file=source.name, id=workflow_id, title=stored.entry.title)]

    def confirm(
        self, workflow_id: str, manifest: WorkflowManifest, changes: Mapping[str, str], defs: NodeDefs
    ) -> Workflow:  # fmt: skip
        """Store the workflow with `manifest` as changed. Raises BadInput."""
        workflow = self.get(workflow_id)
        slots = {name: tuple(places) for name, places in manifest.slots.items()}
        fields: dict[str, Any] = {}
        for name, text in changes.items():
            if name in ("title", "profile"):
                fields[name] = text.strip()
            elif not text.strip():
                slots.pop(name, None)
            else:
                slots[name] = tuple(_place(part) for part in text.split(",") if part.strip())
        if fields.get("profile"):
            profile_for(fields["profile"], Fraction(24))
        try:
            changed = manifest.replace(**fields, slots=slots)
        except ValueError as error:
            raise BadInput(
                f"The workflow {workflow_id} was not stored: {_first(error)}.", "Correct it and try again."
            ) from None
        if workflow.data is not None and (defs or is_api(workflow.data)):
            prepare(replace(workflow, manifest=changed), defs)  # raises BadInput for nodes that are not there
        # A file that somebody put there under a name that is no id goes on under its id.
        renamed = bool(workflow.entry.place) and Path(workflow.entry.place).stem != workflow_id
        stored = self._catalogue.save(changed, workflow.data if renamed else None)
        self._forget()
        return stored

    def remove(self, workflow_id: str) -> None:
        """Move a workflow of the user's to the trash folder beside it. Raises BadInput for shipped ones."""
        entry = self.find(workflow_id).entry
        if entry.source == "shipped":
            raise BadInput(f"{workflow_id} belongs to Kinoloom and stays.", "Only your own workflows can be removed.")
        trash = self._own / "trash" / time.strftime("%Y%m%d-%H%M%S")
        trash.mkdir(parents=True, exist_ok=True)
        for path in self._own.iterdir():
            if path.is_file() and path.stem in (workflow_id, Path(entry.place).stem):
                path.rename(trash / path.name)
        self._forget()

    def _forget(self) -> None:
        with self._lock:
            self._read = None


def _place(text: str) -> SlotPlace:
    try:
        return read_place(text.strip())
    except ValueError as error:
        raise BadInput(f"{text.strip()[:60]!r} is no place in a graph: {_first(error)}.", "Write node.input.") from None


def _first(error: ValueError) -> str:
    return str(error).splitlines()[-1].strip().rstrip(".")[:200] or "it is not valid"


def _signature(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells whether a file of the folder has changed."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file():
                    stat = entry.stat()
                    found.append((entry.name, stat.st_mtime_ns, stat.st_size))
    except OSError:
        pass
    return tuple(sorted(found))
