"""Project folders of the gcv tools: storyboards, keyframes by file name, and which of them were selected.

``storyboards/*.json``, ``keyframes/<filename_base>_v<variant>_00001_.png``, ``selected/selected_keyframes.json``
with absolute paths that are usually stale. There is often no project.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from domain.errors import BadInput, StudioError
from domain.importing import ImportedPicture, ImportResult
from domain.storyboard import MAX_SHOTS, Shot, Storyboard
from services.importing.folders import PICTURES, files_in, inside, plain_name, written
from services.importing.gcv import import_gcv, is_gcv
from services.importing.notes import Notes, kind, shown
from services.importing.reading import parse_json, printable, read_text

SELECTION = "selected_keyframes.json"
_KEYFRAME = re.compile(r"^(?P<base>.+)_v(?P<variant>\d{1,9})(?:_\d{1,9})?_?$", re.DOTALL)


def is_gcv_folder(folder: Path) -> bool:
    """Whether a folder looks like such a project."""
    return (folder / "storyboards").is_dir() or (folder / "keyframes").is_dir()


def project_root(file: Path) -> Path | None:
    """The project folder that a storyboard or selection file lies in, as far as its place tells."""
    if file.parent.name in ("storyboards", "selected"):
        return file.parent.parent
    beside = file.name == SELECTION or (file.parent / SELECTION).is_file() or (file.parent / "keyframes").is_dir()
    return file.parent if beside else None


def import_gcv_folder(folder: Path) -> ImportResult:
    """A project folder with its newest storyboard and all its keyframes. Raises BadInput."""
    notes = Notes()
    boards = files_in(folder / "storyboards", {".json"}) or files_in(folder, {".json"})
    found = _newest(boards, notes)
    if found is None:
        data = _from_keyframes(folder, notes)
        return with_pictures(import_gcv(data, printable(folder.name), notes), folder, notes)
    file, data = found
    return with_pictures(import_gcv(data, printable(file.name), notes), folder, notes)


def import_selection(file: Path, data: dict[str, Any], notes: Notes) -> ImportResult:
    """The storyboard that a selection file belongs to, with the pictures it names. Raises BadInput."""
    root = project_root(file) or file.parent
    wanted = data.get("project")
    boards = files_in(root / "storyboards", {".json"}) + files_in(file.parent, {".json"})
    named = [b for b in boards if (read := _board(b, Notes())) and read.get("project") == wanted]
    found = _newest(named or boards, notes)
    if found is None:
        raise BadInput(
            f"{printable(file.name)} says which keyframes were selected, but no storyboard lies beside it.",
            "Import the project folder, or put the storyboard next to it.",
        )
    board, content = found
    notes.add(f"is the storyboard that {printable(file.name)} belongs to.", part=printable(board.name))
    return with_pictures(import_gcv(content, printable(board.name), notes), root, notes, data)


def _board(file: Path, notes: Notes) -> dict[str, Any] | None:
    try:
        data = parse_json(read_text(file, notes), printable(file.name), notes)
    except StudioError:
        return None
    return data if is_gcv(data) else None


def _newest(files: Iterable[Path], notes: Notes) -> tuple[Path, dict[str, Any]] | None:
    """The storyboard that was written last; the others, and files that are none, are noted."""
    dated = sorted(files, key=lambda f: (-written(f), f.name))
    found: tuple[Path, dict[str, Any]] | None = None
    passed: list[str] = []
    for file in dated:
        if file.name == SELECTION:
            continue
        if found is not None:
            passed.append(printable(file.name, 40))
            continue
        own = Notes()
        data = _board(file, own)
        if data is None:
            notes.add("is no storyboard of these tools; it was passed over.", part=printable(file.name))
        else:
            found = file, data
            notes.take(own)
    if found and passed:
        names = ", ".join(passed[:5]) + (f" and {len(passed) - 5} more" if len(passed) > 5 else "")
        notes.add(f"is the newest storyboard in the folder. Import one of these by itself instead: {names}.",
                  part=printable(found[0].name))  # fmt: skip
    return found


def _from_keyframes(folder: Path, notes: Notes) -> dict[str, Any]:
    bases = dict.fromkeys(
        base for file in files_in(folder / "keyframes", PICTURES) if (base := split_name(file.stem)[0])
    )
    if not bases:
        raise BadInput(
            f"{printable(folder.name)} holds no storyboard and no keyframes.",
            "Choose a project folder or a storyboard file.",
        )
    notes.add("There is no storyboard in the folder; one shot was made for each keyframe name.", part="folder")
    return {"project": folder.name, "shots": [{"filename_base": base} for base in list(bases)[:MAX_SHOTS]]}


def split_name(stem: str) -> tuple[str, int | None]:
    """`filename_base` and variant of a keyframe's file name; the last _v<number> counts, a base may have its own."""
    match = _KEYFRAME.match(stem)
    return (match["base"], int(match["variant"])) if match else (stem, None)


def with_pictures(result: ImportResult, root: Path, notes: Notes, selection: Any = None) -> ImportResult:
    """The result with the keyframes of the project folder `root`, the selected ones marked.

    `selection` is the content of the selection file; without it the folder's own is read.
    """
    shots = _ByName(result.storyboard, notes)
    found: dict[tuple[str, str], ImportedPicture] = {}
    for file in files_in(root / "keyframes", PICTURES):
        base, variant = split_name(file.stem)
        owner = shots.named(base) or shots.named(file.stem)
        if owner is None:
            notes.add("fits no shot by its name; it was left out.", part=f"keyframes/{printable(file.name, 60)}")
        else:
            found[owner.id, file.name] = ImportedPicture(shot=owner.id, path=file.absolute(), variant=variant)
    chosen: dict[str, ImportedPicture] = {}
    for shot, entry in _selected(selection if selection is not None else _selection_in(root, notes), shots, notes):
        path = selected_file(entry, root)
        if path is None:
            given = (plain_name(entry.get(key)) for key in ("selected_file", "source_path", "export_path"))
            name = next(filter(None, given), "")
            notes.add(f"The selected keyframe {shown(name)} is not in the folder; choose one in Select.", shot=shot.id)
            continue
        variant = split_name(path.stem)[1]
        chosen[shot.id] = ImportedPicture(shot=shot.id, path=path.absolute(), selected=True, variant=variant)
    found |= {(picture.shot, picture.path.name): picture for picture in chosen.values()}
    return result.replace(pictures=tuple(found.values()), notes=notes.listed())


class _ByName:
    """The shots of an imported storyboard by what the foreign project calls them."""

    def __init__(self, board: Storyboard, notes: Notes) -> None:
        self.project = board.extras["source"].get("project")
        self.by_id: dict[str, Shot] = {}
        self._by_base: dict[str, Shot] = {}
        for shot in board.shots:
            base = self.base(shot)
            if base in self._by_base:
                notes.add("names an earlier shot too, which gets the keyframes.", shot=shot.id, field="filename_base")
            self._by_base.setdefault(base, shot)
            self._by_base.setdefault(self._loose(base), shot)
            self.by_id.setdefault(str(shot.extras["source"].get("shot_id", shot.id)), shot)

    @staticmethod
    def base(shot: Shot) -> str:
        """The name that the shot's keyframes have."""
        base = shot.extras["source"].get("filename_base")
        return base if isinstance(base, str) else shot.id

    @staticmethod
    def _loose(base: str) -> str:
        # Some of these tools replace what file systems do not take; the comparison forgives that.
        return "~" + re.sub(r"[\W_]+", "_", base.casefold())

    def named(self, base: str) -> Shot | None:
        """The first shot whose keyframes are called `base`."""
        return self._by_base.get(base) or self._by_base.get(self._loose(base))


def _selection_in(root: Path, notes: Notes) -> Any:
    file = inside(root, f"selected/{SELECTION}") or inside(root, SELECTION)
    if file is None:
        return []
    try:
        return parse_json(read_text(file, notes), SELECTION, notes)
    except StudioError as error:
        notes.add(f"could not be used: {error.message}", part=SELECTION)
        return []


def _selected(data: Any, shots: _ByName, notes: Notes) -> Iterator[tuple[Shot, dict[str, Any]]]:
    entries = data.get("selections") if isinstance(data, dict) else data
    if not isinstance(entries, list):
        notes.add(f"holds {kind(entries)} where the list of selections belongs; it was not used.", part=SELECTION)
        return
    project = data.get("project") if isinstance(data, dict) else None
    ours = project in (None, shots.project)
    if not ours:
        notes.add(f"belongs to {shown(project)}; only selections with the same names were used.", part=SELECTION)
    for entry in entries[:MAX_SHOTS]:
        if not isinstance(entry, dict):
            continue
        base, numbered = str(entry.get("filename_base")), shots.by_id.get(str(entry.get("shot_id")))
        named = shots.named(base)
        # Where several shots share a name the id decides; an id alone counts only in the same project.
        if numbered and ((ours and not named) or shots.base(numbered) == base):
            yield numbered, entry
        elif named:
            yield named, entry
        elif ours:
            notes.add(f"names the shot {shown(entry.get('shot_id'))}, which there is not.", part=SELECTION)


def selected_file(entry: dict[str, Any], root: Path) -> Path | None:
    """The picture that a selection means, if it lies inside `root`: its paths as written, else by its file name."""
    given = [entry.get(key) for key in ("export_path", "source_path", "selected_file")]
    names = dict.fromkeys(name for value in reversed(given) if (name := plain_name(value)))
    wanted = [value for value in given if isinstance(value, str)]
    wanted += [f"{folder}{name}" for name in names for folder in ("selected/", "keyframes/", "")]
    for candidate in wanted:
        path = inside(root, candidate)
        if path is not None and path.suffix.lower() in PICTURES:
            return path
    return None
