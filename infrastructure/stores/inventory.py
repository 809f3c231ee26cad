"""What lies in a project's folder, read without opening it: nothing is set aside, swept, locked or remembered.

`services.verification.Inventories` over folders. Only places that Kinoloom writes to are looked at; whatever else a
person keeps in the folder is theirs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from domain.base import Value
from domain.condition import Inventory, Irregularity, IrregularityKind, Moved, Vouched
from domain.cut.document import Cut
from domain.errors import Conflict, NewerFile, NotFound
from domain.film import FilmReport
from domain.job import HeldQueue, Run
from domain.keeping import MAX_TRASHED
from domain.passes import PassClip
from domain.project import Project, Selection, UiState
from domain.sound.files import SoundFile
from domain.sound.tracks import SoundPlan
from domain.storyboard import Storyboard
from domain.take import Keyframe, Take
from infrastructure.processes import process_alive
from infrastructure.stores import atomic
from infrastructure.stores.artefacts import KEYFRAME, PASS, SOUND, TAKE
from infrastructure.stores.documents import held
from infrastructure.stores.named import of_board, of_cut, of_selection, of_sound, tables
from infrastructure.stores.occupancy import Occupancy
from infrastructure.stores.project_files import HIDDEN, SCHEMAS, is_project
from infrastructure.stores.schemas import MAX_BYTES, Schema, Unreadable, peek
from infrastructure.stores.trash import Trash
from infrastructure.stores.workspaces import Workspaces

V = TypeVar("V", bound=Value)

MODELS: dict[str, type[Value]] = {
    "project": Project, "storyboard": Storyboard, "selection": Selection, "ui": UiState, "queue": HeldQueue,
    "cut": Cut, "sound": SoundPlan,
}  # fmt: skip
"""What the documents at the top of a project hold; of others it is only looked whether they are whole."""

_NEWER = "Open the project with the newer Kinoloom; it was left as it is."
_BACKUP = "Put its newest backup back: in the Project tab of the studio, or with --restore and its name."
_TRASH = "trash"


class FolderInventories:
    """Looks into project folders."""

    def read(self, root: Path) -> Inventory:
        """What is in the project folder. Raises NotFound when it is none, and StudioError when it cannot be read."""
        with atomic.storing(f"Reading {root}"):
            if not is_project(root) and not list(root.glob("project.json.damaged-*")):
                raise NotFound(f"{root} is no Kinoloom project.", "Give the folder that holds project.json.")
            return _Reading(root).inventory()

    def measure(self, root: Path, path: str) -> tuple[int, str] | None:
        """Size in bytes and SHA-256 (hex) of a file of the project; None when it is not there."""
        file = root / path
        with atomic.storing(f"Reading {path}"):
            try:
                return file.stat().st_size, atomic.file_sha256(file)
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                return None

    def move_to_trash(self, root: Path, paths: list[str]) -> list[Moved]:
        """Move these, which `read` found superfluous, into the project's trash, from which they can be put back.

        Raises Conflict while somebody renders in the project, because what looks left over may be in use.
        """
        occupant = Occupancy(root / HIDDEN).who()
        if occupant is not None:
            raise Conflict(
                f"{root} is being worked on by {occupant.program or 'Kinoloom'} on {occupant.host}, process "
                f"{occupant.pid}, so nothing was moved.",
                "Stop it there, or wait for its end.",
            )
        trash = Trash(root)
        moved = []
        with atomic.storing("Moving into the trash"), held(root / HIDDEN / "locks" / "trash.lock", "The trash"):
            there = [p for p in paths if _may_still_move(root / p)]
            for first in range(0, len(there), MAX_TRASHED):
                some = there[first : first + MAX_TRASHED]
                entry = trash.take("leftover", "What nothing needed", some)
                moved += [Moved(path=path, to=to) for path, to in trash.places(entry)]
        return moved


class _Reading:
    """One look at one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._documents = 0
        self._media: list[Vouched] = []
        self._irregular: list[Irregularity] = []

    def inventory(self) -> Inventory:
        documents = {name: self._document(f"{name}.json", _schema(name), MODELS[name]) for name in MODELS}
        for path in sorted(self._root.glob("*.json")):
            if path.stem not in MODELS:
                self._other_document(path.name)
        for drafted in self._files("drafts", ".json"):
            self._other_document(drafted)
        if documents["project"] is None and not (self._root / "project.json").exists():
            self._add("missing", "project.json", "project.json is not there.", _BACKUP)
        self._runs()
        self._keyframes()
        self._takes()
        self._sounds()
        self._tables(documents["cut"])
        self._masks(documents["storyboard"])
        self._films()
        self._half_written()
        board, selection = documents["storyboard"], documents["selection"]
        shots = {shot.id for shot in board.shots} if isinstance(board, Storyboard) else None
        named = [*of_selection(selection, shots)] if isinstance(selection, Selection) else []
        named += of_board(board) if isinstance(board, Storyboard) else ()
        named += of_cut(documents["cut"]) if isinstance(documents["cut"], Cut) else ()
        named += of_sound(documents["sound"]) if isinstance(documents["sound"], SoundPlan) else ()
        return Inventory(
            media=tuple(self._media), irregular=tuple(self._irregular), documents=self._documents, picks=tuple(named),
        )  # fmt: skip

    # -- documents -----------------------------------------------------------------------------------------

    def _document(self, path: str, schema: Schema, model: type[V]) -> V | None:
        """The document at a relative path; None when it is not there or cannot be read, which is then noted."""
        file = self._root / path
        if not file.is_file():
            return None
        self._documents += 1
        try:
            data = atomic.read_bytes(file, MAX_BYTES)
            return schema.load(data, model, path)
        except NewerFile as error:
            self._add("newer", path, error.message, _NEWER)
        except (OSError, ValueError, Unreadable) as error:
            cure = _BACKUP if "/" not in path else "It takes no part in the film until it is repaired."
            self._add("damaged", path, f"{path} cannot be read: {error}.", cure)
        return None

    def _other_document(self, path: str) -> None:
        """One that another part of Kinoloom wrote; what is a person's own is left out."""
        data = atomic.read_bytes(self._root / path, MAX_BYTES)
        if not (peek(data) or "").startswith("kinoloom/"):
            return
        self._documents += 1
        try:
            json.loads(data)
        except (ValueError, RecursionError):
            self._add("damaged", path, f"{path} is not whole.", _BACKUP)

    def _runs(self) -> None:
        open_runs = set()
        for path in self._files("runs", ".json"):
            run = self._document(path, _schema("run"), Run)
            if run is None or not run.ended:
                open_runs.add(Path(path).stem)
        for path in self._files("runs", ".cancel"):
            if Path(path).stem not in open_runs:
                self._add("leftover", path, "A request to stop work that has ended.", may_move=True)

    # -- media ---------------------------------------------------------------------------------------------

    def _keyframes(self) -> None:
        for folder in self._folders("keyframes"):
            pictures = set(self._files(folder, ".png"))
            for path in self._files(folder, ".json"):
                picture = f"{path.removesuffix('.json')}.png"
                pictures.discard(picture)
                keyframe = self._document(path, KEYFRAME, Keyframe)
                if keyframe is None:
                    continue
                if keyframe.image.path != picture:
                    self._misplaced(path)
                    continue
                self._media.append(
                    Vouched(
                        kind="picture", path=picture, title=f"Shot {keyframe.shot}, keyframe {keyframe.name}",
                        sha256=keyframe.image.sha256, size=keyframe.image_bytes, width=keyframe.width,
                        height=keyframe.height,
                    )
                )  # fmt: skip
            for picture in sorted(pictures):
                self._add("orphan", picture, "A picture of which nothing is known.", may_move=True)

    def _takes(self) -> None:
        for segment in (s for shot in self._folders("takes") for s in self._folders(shot)):
            for folder in self._folders(segment):
                path = f"{folder}/take.json"
                if not (self._root / path).is_file():
                    self._add("orphan", folder, "A take of which nothing is known.", may_move=True)
                    continue
                take = self._document(path, TAKE, Take)
                if take is None:
                    continue
                if (take.clip.path, take.last.path) != (f"{folder}/clip.mp4", f"{folder}/last.png"):
                    self._misplaced(path)
                    continue
                title = f"Shot {take.shot}, segment {take.segment + 1}, take {take.id}"
                info = take.info
                self._media += [
                    Vouched(
                        kind="clip", path=take.clip.path, title=title, sha256=take.clip.sha256,
                        size=take.clip_bytes or info.size, width=info.width, height=info.height, frames=info.frames,
                    ),
                    Vouched(
                        kind="last frame", path=take.last.path, title=f"{title}, last frame", sha256=take.last.sha256,
                        size=take.last_bytes,
                    ),
                ]  # fmt: skip
                self._passes(folder, title)

    def _passes(self, folder: str, title: str) -> None:
        """What was made of a take's clip."""
        clips = {path for path in self._files(folder, ".mp4") if not path.endswith("/clip.mp4")}
        for path in self._files(folder, ".json"):
            if path.endswith("/take.json"):
                continue
            made = self._document(path, PASS, PassClip)
            clips.discard(f"{path.removesuffix('.json')}.mp4")
            if made is None:
                continue
            if made.clip.path != f"{path.removesuffix('.json')}.mp4":
                self._misplaced(path)
                continue
            info = made.info
            self._media.append(
                Vouched(
                    kind="clip", path=made.clip.path, title=f"{title}, {made.name}", sha256=made.clip.sha256,
                    size=made.size, width=info.width, height=info.height, frames=info.frames,
                )
            )  # fmt: skip

        for clip in sorted(clips):
            self._add("orphan", clip, "A clip of which nothing is known.", may_move=True)

    def _sounds(self) -> None:
        sounds = {path for path in self._files("sounds", "") if not path.endswith((".json", atomic.TMP_SUFFIX))}
        for path in self._files("sounds", ".json"):
            sound = self._document(path, SOUND, SoundFile)
            if sound is None:
                sounds = {other for other in sounds if other.rpartition(".")[0] != path.removesuffix(".json")}
                continue
            sounds.discard(sound.file.path)
            if sound.file.path.rpartition(".")[0] != path.removesuffix(".json"):
                self._misplaced(path)
                continue
            title = f"The sound {sound.title or sound.name}"
            self._media.append(
                Vouched(
                    kind="sound", path=sound.file.path, title=title, sha256=sound.file.sha256, size=sound.size
                )
            )  # fmt: skip
        for path in sorted(sounds):
            self._add("orphan", path, "A sound of which nothing is known.", may_move=True)

    def _tables(self, cut: Value | None) -> None:
        """Colour tables have no sidecar: those of the cut are known by their hash, others stay for undo."""
        known = tables(cut) if isinstance(cut, Cut) else {}
        for path in self._files("tables", ".cube"):
            title = f"The colour table {path.rpartition('/')[2]}"
            self._media.append(Vouched(kind="colour table", path=path, title=title, sha256=known.get(path, "")))

    def _masks(self, board: Value | None) -> None:
        """Masks have no sidecar either: those of the storyboard are known by their hash."""
        shots = board.shots if isinstance(board, Storyboard) else ()
        known = {shot.mask.path: shot.mask.sha256 for shot in shots if shot.mask is not None}
        for path in self._files("masks", ".png"):
            title = f"The mask {path.rpartition('/')[2]}"
            self._media.append(Vouched(kind="picture", path=path, title=title, sha256=known.get(path, "")))

    def _films(self) -> None:
        films = set(self._files("film", ".mp4"))
        for path in self._files("film", ".report.json"):
            report = self._document(path, _schema("film"), FilmReport)
            film = f"{path.removesuffix('.report.json')}.mp4"
            films.discard(film)
            if report is None or report.file:  # a film that was made elsewhere belongs to the person
                continue
            self._media.append(
                Vouched(
                    kind="film", path=film, title=f"Film {report.name}", size=report.info.size, width=report.width,
                    height=report.height, frames=report.frames,
                )
            )  # fmt: skip
        for film in sorted(films):
            self._add("orphan", film, "A film without a report.", "It can be watched; make the film again for one.")

    def _misplaced(self, path: str) -> None:
        self._add(
            "damaged", path, f"{path} tells about files in another place.", "Put the folder back where it came from."
        )

    # -- what was interrupted ------------------------------------------------------------------------------

    def _half_written(self) -> None:
        for folder in Workspaces(self._root / HIDDEN / "work").left_over():
            if folder.exists():
                path = folder.relative_to(self._root).as_posix()
                self._add("leftover", path, "Work in progress of a process that is gone.", may_move=True)
        for path in self._everything():
            name = path.rpartition("/")[2]
            if name.endswith(atomic.TMP_SUFFIX) and _writer_is_gone(name):
                self._add("leftover", path, "A file that was never finished.", may_move=True)
            elif ".json.damaged-" in name:
                what = "A document that could not be read, set aside."
                self._add("set aside", path, what, "Delete it when its content is of no use any more.")

    def _everything(self) -> Iterator[str]:
        """Files where Kinoloom writes, outside the trash and the folders of work in progress."""
        for folder, folders, names in os.walk(self._root):
            here = Path(folder).relative_to(self._root).as_posix()
            if here == ".":
                folders[:] = [f for f in folders if f != _TRASH]
            if here == HIDDEN:
                folders[:] = [f for f in folders if f != "work"]
            folders.sort()
            yield from (name if here == "." else f"{here}/{name}" for name in sorted(names))

    # -- looking -------------------------------------------------------------------------------------------

    def _folders(self, folder: str) -> list[str]:
        return [f"{folder}/{e.name}" for e in self._entries(folder) if e.is_dir(follow_symlinks=False)]

    def _files(self, folder: str, ending: str) -> list[str]:
        return [f"{folder}/{e.name}" for e in self._entries(folder) if e.name.endswith(ending) and e.is_file()]

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root / folder) as entries:
                return sorted((e for e in entries if not e.name.startswith(".")), key=lambda e: e.name)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _add(self, kind: IrregularityKind, path: str, what: str, cure: str = "", *, may_move: bool = False) -> None:
        self._irregular.append(Irregularity(kind=kind, path=path, what=what, cure=cure, may_move=may_move))


def _schema(kind: str) -> Schema:
    return SCHEMAS.get(kind) or Schema(kind)


def _may_still_move(path: Path) -> bool:
    """Whether something is there and superfluous still: media that nothing told about may have got their sidecar,
    because they were just being stored. Links stay: they are not ours."""
    if path.is_symlink() or not path.exists():
        return False
    told = path.suffix in (".png", ".mp4") or path.parent.name == "sounds"
    return not (told and path.with_suffix(".json").exists())


def _writer_is_gone(name: str) -> bool:
    """Whether the process in the name of a temporary file (`atomic.temporary_beside`) has ended; doubt means yes."""
    number = name.removesuffix(atomic.TMP_SUFFIX).rpartition(".")[2].partition("-")[0]
    return not (number.isascii() and number.isdecimal() and int(number) < 2**31 and process_alive(int(number)))
