"""Projects on disk, and what is packed of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from domain.answers import Answer
from domain.base import Value
from domain.job import Run
from domain.keeping import Backup, Occupant, Trashed, TrashKind
from domain.passes import PassClip
from domain.project import Picked
from domain.sound.files import SoundFile
from domain.take import Keyframe, Take

V = TypeVar("V", bound=Value)
A = TypeVar("A", bound=Answer)


class ProjectFiles(Protocol):
    """One project folder. Every write is whole or not at all; every path is kept inside the folder."""

    @property
    def root(self) -> Path:
        """The project's folder."""
        ...

    def read(self, name: str, model: type[V]) -> V | None:
        """The document `name` ("storyboard", "runs/<id>" …), or None when there is none.

        Raises DamagedFile (the file was set aside) and NewerFile (it was left alone).
        """
        ...

    def write(self, name: str, value: Value) -> None:
        """Store the document. Raises Conflict when another process holds it or changed it since it was read here."""
        ...

    def restore(self, name: str, model: type[V], key: str = "") -> V:
        """Put the newest backup in place of a damaged or missing document, or the one of that key in place of any.

        Raises NotFound, NewerFile, and Conflict over a good one without a key.
        """
        ...

    def backups(self, name: str, model: type[Value]) -> list[Backup]:
        """The kept versions of a document, newest first."""
        ...

    def free_bytes(self, folder: Path | None = None) -> int:
        """Bytes free on the project's disk, or on the one of another folder."""
        ...

    def occupy(self, program: str, *, take_over: bool = False, look: bool = False) -> None:
        """Become the one process that renders here; without effect for the one that is; with `look` only find out
        whether that can be. Raises Occupied."""
        ...

    def leave(self) -> None:
        """Render here no longer."""
        ...

    def occupant(self) -> Occupant | None:
        """Who renders here; None when nobody does."""
        ...

    def delete(self, kind: TrashKind, title: str, files: Sequence[str]) -> Trashed:
        """Move files of the project (relative paths; what makes them exist comes first) into its trash."""
        ...

    def trash(self) -> list[Trashed]:
        """What was deleted, last first."""
        ...

    def put_back(self, entry_id: str) -> Trashed:
        """Take something out of the trash again. Raises NotFound, and Conflict where its place is taken."""
        ...

    def runs(self) -> list[Run]:
        """All runs, oldest first; unreadable ones are left out."""
        ...

    def keyframes(self, shot: str | None = None) -> list[Keyframe]:
        """Keyframes of a shot, or of all, oldest first."""
        ...

    def takes(self, shot: str | None = None) -> list[Take]:
        """Takes of a shot, or of all, oldest first."""
        ...

    def add_keyframe(self, keyframe: Keyframe, image: Path) -> Keyframe:
        """Move `image` (inside a workspace, or a copy of the user's file) into the project with its sidecar.

        `keyframe.name` is a wish; the result has the final name, path and hash.
        """
        ...

    def add_take(self, take: Take, clip: Path, last: Path) -> Take:
        """Move a finished clip and its last frame into the project with their sidecar; all appear at once."""
        ...

    def passes(self) -> list[PassClip]:
        """Clips that were made of takes' clips, oldest first."""
        ...

    def add_pass(self, made: PassClip, clip: Path) -> PassClip:
        """Move a clip beside the one it was made of (`made.source`), with its sidecar. `made.name` and `made.clip` are
        wishes; the result has the final ones. Raises NotFound when the take is gone."""
        ...

    def sounds(self) -> list[SoundFile]:
        """Sound files, oldest first."""
        ...

    def add_sound(self, sound: SoundFile, source: Path) -> SoundFile:
        """Move a sound (inside a workspace) into the project with its sidecar. What is there already, with the same
        content and fingerprint, is not stored twice. The result has the final name, path, hash and size."""
        ...

    def add_mask(self, source: Path) -> Picked:
        """Copy a mask into the project; the same content is stored once."""
        ...

    def add_table(self, source: Path, title: str) -> Picked:
        """Copy a colour table (.cube) into the project; the same content is stored once."""
        ...

    def workspace(self, job_id: str) -> Path:
        """A fresh folder in the project for work in progress; on the same file system as the results."""
        ...

    def discard(self, workspace: Path) -> None:
        """Remove a workspace. Never touches anything else."""
        ...

    def path(self, picked: Picked) -> Path:
        """The absolute path of a file of the project. Raises UnsafePath or NotFound."""
        ...

    def film_path(self, name: str) -> Path:
        """Where a film of that name lies or will lie. Raises UnsafePath."""
        ...

    def films(self) -> list[Path]:
        """Finished films, oldest first."""
        ...

    def version(self) -> int:
        """Grows whenever anything in the folder changed, by us or by another process (seen within two seconds)."""
        ...


class ProjectStore(Protocol):
    """Makes, opens and remembers project folders."""

    def create(self, folder: Path) -> ProjectFiles:
        """A new project folder. Raises Conflict when it exists and is not empty."""
        ...

    def open(self, folder: Path) -> ProjectFiles:
        """An existing project folder. Raises NotFound when it has no project.json."""
        ...

    def recent(self) -> list[Path]:
        """Folders opened before, newest first; those that are gone are left out."""
        ...

    def remember(self, folder: Path) -> None:
        """Put the folder first among the recent ones."""
        ...

    def home(self) -> Path:
        """Where new projects go by default."""
        ...


class TimingStore(Protocol):
    """What past runs took, to tell how long the next will."""

    def expect(self, key: str) -> float | None:
        """Seconds per frame seen lately for this backend, profile and size; None before the first run."""
        ...

    def learn(self, key: str, seconds_per_frame: float) -> None:
        """Remember one more run."""
        ...


class Archives(Protocol):
    """Projects as one file."""

    def files(self, root: Path) -> list[str]:
        """Paths of a project's files that may be packed, with forward slashes; no hidden files and no links."""
        ...

    def size(self, root: Path, names: Sequence[str]) -> int:
        """Bytes that these files of `root` have together."""
        ...

    def pack(
        self,
        root: Path,
        names: Sequence[str],
        target: Path,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Write these files of `root` as one zip, whole or not at all. `report` gets bytes done and in all. Raises
        Cancelled when `stopped()` turns true."""
        ...

    def unpack(
        self,
        archive: Path,
        folder: Path,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """Unpack a project into `folder`, which is empty or does not exist; it then holds all of it, or is as it was.

        Raises BadInput (no packed project, damaged, unsafe or too large), Conflict, NotFound, DiskFull, and Cancelled
        when `stopped()` turns true.
        """
        ...
