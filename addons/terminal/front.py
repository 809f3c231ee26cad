"""What the command line gets from the composition, and how a command asks for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import typer

if TYPE_CHECKING:
    from services.commands import Commands
    from services.diagnostics import Diagnostics
    from services.doctor import Doctor
    from services.ports import Workflows
    from services.projects import OpenProject
    from services.quality import QualityService
    from services.studio import Studio
    from services.verification import Verification

Context = typer.Context
"""First argument of a command that needs the front door; typer leaves it out of the options."""


@dataclass(frozen=True)
class Kinoloom:
    """A running Kinoloom: its services, the steps of the command line, and what examines it.

    `save_file` stores a file that a person named, whole or not at all; it raises StudioError.
    """

    studio: Studio
    commands: Commands
    doctor: Doctor
    verification: Verification
    diagnostics: Diagnostics
    quality: QualityService
    workflows: Workflows
    cache: Path
    save_file: Callable[[Path, bytes], None]


class Running(Protocol):
    """Composes Kinoloom with its log, for one command."""

    def __call__(
        self, *, serving: bool = False, settings: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Kinoloom]:
        """Ctrl-C and SIGTERM stop its jobs for good before they go on; those of the studio (`serving`) stay
        unfinished on disk, and go on when it is started again. `settings` stand for this command, as text by key.
        """
        ...


@dataclass(frozen=True)
class Front:
    """What the composition hands in. `serve` runs the studio; `verbose` adds the traceback to errors."""

    version: str
    running: Running
    serve: Callable[..., None]
    verbose: bool = False


def front_of(context: Context) -> Front:
    """The front door that `exits.run` was given."""
    return cast("Front", context.obj)


def running(
    context: Context, *, serving: bool = False, settings: Mapping[str, str] | None = None
) -> AbstractContextManager[Kinoloom]:
    """A composed Kinoloom, until the block ends."""
    return front_of(context).running(serving=serving, settings=settings)


@contextlib.contextmanager
def working(
    context: Context, folder: Path, *, settings: Mapping[str, str] | None = None, claim: bool = True,
    take_over: bool = False,
) -> Iterator[tuple[Kinoloom, OpenProject]]:  # fmt: skip
    """The same with a project on which no other Kinoloom works, and what an interrupted one left open closed; not so
    without `claim`. With `take_over` one on another computer of which nothing was heard lately counts as gone."""
    with running(context, settings=settings) as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        if take_over:
            kinoloom.studio.generation.replace_silent(project)
        if claim:
            kinoloom.commands.claim(project)
        yield kinoloom, project
