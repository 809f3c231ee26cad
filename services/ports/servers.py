"""ComfyUI servers and workflows, as the studio sees them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from domain.answers import Answer
from domain.engine import AddedWorkflow, SentGraph, ServerInfo, WorkflowInfo
from domain.request import GenerationRequest
from domain.workflow import WorkflowEntry, WorkflowReport

A = TypeVar("A", bound=Answer)


class Engine(Protocol):
    """A backend with servers and workflows of its own, as the studio shows and sets it up."""

    @property
    def backend(self) -> str:
        """Id of the backend."""
        ...

    def servers(self) -> list[ServerInfo]:
        """The servers as they were last seen; asks none of them and returns at once."""
        ...

    def look(self) -> None:
        """Ask all servers again, in the background; `servers` and `workflows` tell what came of it."""
        ...

    def pulse(self) -> None:
        """Ask all servers for their memory and queue alone, in the background; cheap enough for every few seconds."""
        ...

    def probe(self, url: str, login: str = "") -> ServerInfo:
        """Ask one server, whether it is set up or not; within a few seconds. `login` is a token or "Header: value";
        without it one that is set up is asked with its own. Raises BadInput."""
        ...

    def workflows(self, kind: str = "") -> list[WorkflowInfo]:
        """Every workflow (of one kind), with what is missing as far as the servers were asked; returns at once."""
        ...

    def workflow(self, workflow_id: str) -> WorkflowInfo:
        """One workflow. Raises NotFound naming those there are."""
        ...

    def add_workflow(self, source: Path, title: str = "", profile: str = "") -> list[AddedWorkflow]:
        """Take a workflow in (either format, or a picture or clip that carries one), or every one of a folder; slots
        are found, to be confirmed. Of a folder, what could not be taken is listed with its fault. Raises BadInput."""
        ...

    def confirm_workflow(self, workflow_id: str, changes: Mapping[str, str]) -> WorkflowInfo:
        """Store a workflow's slots as they are, with `changes` ("title", "profile", or slot → "node.input, …";
        empty takes a slot away). Raises BadInput."""
        ...

    def remove_workflow(self, workflow_id: str) -> None:
        """Move a workflow of the user's to the trash folder beside it. Shipped ones are refused with BadInput."""
        ...

    def would_send(self, request: GenerationRequest) -> SentGraph:
        """What would be sent for a request, built for a server that can run it. Raises BadInput, NotFound."""
        ...


class Workflows(Protocol):
    """Workflow files and the catalogue, for the command line. `object_info` is a file with a server's list of nodes,
    `server` the address of one that is asked for it; without both, files in the editor's format cannot be read."""

    def entries(self) -> list[WorkflowEntry]:
        """Every workflow there is, shipped ones and the user's own, those that cannot be used too."""
        ...

    def convert(self, source: Path, object_info: Path | None = None, server: str = "") -> dict[str, Any]:
        """The graph of a file in API format. Raises BadInput, NotFound, BackendUnavailable."""
        ...

    def inspect(self, source: Path, object_info: Path | None = None, server: str = "") -> WorkflowReport:
        """What is in a workflow file, or in the workflow of that id. Raises BadInput, NotFound, BackendUnavailable."""
        ...
