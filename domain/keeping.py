"""What a project keeps besides the film: earlier versions of its documents, what was deleted, and who works on it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.base import Value

TrashKind = Literal["keyframe", "take", "film", "leftover"]

MAX_TRASHED = 5000
"""Files that one deletion may name."""


class Backup(Value):
    """A version of a document that could be read. `key` names it, `when` it was kept (UTC, "2026-11-21 08:30:00"),
    `size` is in bytes; `note` says why it stays for good, empty where it makes room for newer ones in time."""

    document: str
    key: str
    when: str
    size: int = Field(ge=0)
    note: str = ""


class Trashed(Value):
    """Something deleted, whole in the project's trash. `files` are the places it had, relative to the project, in the
    order in which they are stored; `deleted` is UTC."""

    id: str
    kind: TrashKind
    title: str = Field(max_length=200)
    files: tuple[str, ...] = Field(min_length=1, max_length=MAX_TRASHED)
    deleted: str
    size: int = Field(default=0, ge=0)


class Occupant(Value):
    """The process that renders in a project: on which computer, under which number, begun when (`started`, in words
    of the system, empty where it tells none), which program of whom, and since when it renders (UTC).
    `token` tells two that hold the same project in one process apart."""

    host: str
    pid: int = Field(ge=0)
    started: str = ""
    program: str = ""
    user: str = ""
    since: str = ""
    token: str = ""
