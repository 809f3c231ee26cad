"""Projects as one zip file, written and read piece by piece; `services.ports.Archives`."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from domain.errors import BadInput, Cancelled, Conflict, DiskFull, NotFound, UnsafePath
from infrastructure.processes import process_alive
from infrastructure.stores import atomic
from infrastructure.stores.confinement import inside

MAX_FILES = 200_000
"""Most files an archive may hold."""

MAX_BYTES = 4 * 2**40
"""Most bytes it may come to when unpacked."""

MAX_RATIO = 200
"""How many times its size in the archive a file of more than a few MiB may have; more is an attack."""

RESERVE = 256 * 2**20
"""Bytes that stay free on the disk."""

_CHUNK = 2**20
_SMALL = 8 * 2**20
_STORED = {".mp4", ".mov", ".webm", ".png", ".jpg", ".jpeg", ".webp", ".flac", ".mp3", ".m4a", ".ogg", ".gif", ".zip"}
"""Endings of files that are squeezed already."""

_PROJECT = "project.json"


class ZipArchives:
    """Packs and unpacks project folders. `max_bytes` bounds what is unpacked."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def files(self, root: Path) -> list[str]:
        """Paths of all files below `root` that may be packed, with forward slashes: no hidden ones, no links."""
        found = []
        with atomic.storing(f"Reading {root}"):
            for folder, folders, names in os.walk(root):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                here = Path(folder)
                for name in sorted(names):
                    path = here / name
                    if not name.startswith(".") and not name.endswith(atomic.TMP_SUFFIX) and _plain(path):
                        found.append(path.relative_to(root).as_posix())
        return found

    def size(self, root: Path, names: Sequence[str]) -> int:
        """Bytes that these files of `root` have together."""
        with atomic.storing(f"Reading {root}"):
            return sum((root / name).stat().st_size for name in names)

    def pack(
        self, root: Path, names: Sequence[str], target: Path, report: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> None:  # fmt: skip
        """See the port."""
        temporary = atomic.temporary_beside(target)
        top = target.stem
        try:
            with atomic.storing(f"Writing {target}"), zipfile.ZipFile(temporary, "x", allowZip64=True) as archive:
                sizes = {name: (root / name).stat().st_size for name in names}
                total, done = sum(sizes.values()), 0
                for name in names:
                    path = inside(root, name)
                    info = zipfile.ZipInfo.from_file(path, f"{top}/{name}", strict_timestamps=False)
                    info.compress_type = zipfile.ZIP_STORED if path.suffix.lower() in _STORED else zipfile.ZIP_DEFLATED
                    info.external_attr = 0o644 << 16
                    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as sink:
                        while chunk := source.read(_CHUNK):
                            if stopped():
                                raise Cancelled
                            sink.write(chunk)
                            done += len(chunk)
                            report(done, total)
            with atomic.storing(f"Writing {target}"):
                atomic.sync_file(temporary)
                atomic.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def unpack(
        self, archive: Path, folder: Path, report: Callable[[int, int], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        """See the port."""
        if not archive.is_file():
            raise NotFound(f"There is no file {archive}.", "Choose a packed project.")
        with atomic.storing(f"Looking into {folder}"):
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise Conflict(f"{folder} is not empty.", "Choose a new folder for the project.")
        stage = folder.with_name(f".{folder.name[:60]}.{os.getpid()}{atomic.TMP_SUFFIX}")
        _clear(stage)
        try:
            with atomic.storing(f"Unpacking {archive.name}"), zipfile.ZipFile(archive) as packed:
                entries = self._checked(packed, archive)
                folder.parent.mkdir(parents=True, exist_ok=True)
                total = sum(info.file_size for _, info in entries)
                free = shutil.disk_usage(folder.parent).free
                if free < total + RESERVE:
                    raise DiskFull(
                        f"{archive.name} needs {total / 2**20:.0f} MiB unpacked, and {free / 2**20:.0f} MiB are free.",
                        "Free some space, or choose another disk.",
                    )
                stage.mkdir()
                _extract(packed, entries, stage, report, total, stopped)
            with atomic.storing(f"Making {folder}"):
                if folder.exists():
                    folder.rmdir()
                atomic.replace(stage, folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError) as error:
            raise BadInput(
                f"{archive.name} is no whole zip file: {str(error)[:120]}.", "Copy or pack it again."
            ) from error
        finally:
            if stage.exists():
                atomic.remove_tree(stage)

    def _checked(self, packed: zipfile.ZipFile, archive: Path) -> list[tuple[str, zipfile.ZipInfo]]:
        """Every file with its path in the project. Raises BadInput when anything about it is not safe."""
        infos = packed.infolist()
        if len(infos) > MAX_FILES:
            raise BadInput(f"{archive.name} holds {len(infos)} files.", f"At most {MAX_FILES} are unpacked.")
        files = [info for info in infos if not info.is_dir() and not _added(info.filename)]
        homes = sorted(
            (i.filename for i in files if i.filename.rpartition("/")[2] == _PROJECT), key=lambda n: n.count("/")
        )
        if not homes or homes[0].count("/") > 1:
            raise BadInput(f"There is no project in {archive.name}.", "Choose a file that was packed by Kinoloom.")
        top = homes[0].removesuffix(_PROJECT)
        found: list[tuple[str, zipfile.ZipInfo]] = []
        seen: set[str] = set()
        total = 0
        here = Path(os.sep) / "project"
        for info in files:
            if not info.filename.startswith(top):
                raise UnsafePath(f"{archive.name} holds {info.filename[:80]!r} beside the project.", "Pack it again.")
            name = info.filename[len(top) :]
            inside(here, name)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise UnsafePath(f"{archive.name} holds the link {name[:80]!r}.", "Pack the project again.")
            if info.flag_bits & 1:
                raise BadInput(f"{archive.name} is encrypted.", "Pack the project without a password.")
            if name.casefold() in seen:
                raise BadInput(f"{archive.name} holds {name[:80]!r} twice.", "Pack the project again.")
            if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size):
                raise BadInput(
                    f"{name[:80]!r} in {archive.name} is too large for what is packed of it.", "Do not use it."
                )
            seen.add(name.casefold())
            total += info.file_size
            found.append((name, info))
        if total > self._max_bytes:
            raise BadInput(f"{archive.name} would come to {total / 2**30:.1f} GiB.", "Pack it with fewer takes.")
        return found


def _extract(
    packed: zipfile.ZipFile, entries: Sequence[tuple[str, zipfile.ZipInfo]], stage: Path,
    report: Callable[[int, int], None], total: int, stopped: Callable[[], bool],
) -> None:  # fmt: skip
    done = 0
    for name, info in entries:
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        left = info.file_size
        with packed.open(info) as source, path.open("xb") as sink:
            while chunk := source.read(_CHUNK):
                if stopped():
                    raise Cancelled
                left -= len(chunk)
                if left < 0:
                    raise BadInput(f"{name[:80]!r} is larger than the archive says.", "Do not use it.")
                sink.write(chunk)
                done += len(chunk)
                report(done, total)


def _clear(stage: Path) -> None:
    """Remove what processes that are gone left half unpacked for the same folder."""
    name = stage.name.removesuffix(atomic.TMP_SUFFIX).rpartition(".")[0]
    with contextlib.suppress(OSError):
        for other in stage.parent.iterdir():
            owner = other.name.removeprefix(f"{name}.").removesuffix(atomic.TMP_SUFFIX)
            ours = other.name == f"{name}.{owner}{atomic.TMP_SUFFIX}" and owner.isdecimal() and not other.is_symlink()
            if ours and other.is_dir() and not process_alive(int(owner)):
                atomic.remove_tree(other)


def _added(name: str) -> bool:
    """Whether a system put the file there when somebody packed the folder by hand."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] in (".DS_Store", "Thumbs.db", "desktop.ini")


def _plain(path: Path) -> bool:
    """Whether it is a file of its own, and no link, pipe or device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
