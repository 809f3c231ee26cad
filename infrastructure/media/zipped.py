"""Pictures in a zip file: told without unpacking, and taken out one by one."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from domain.errors import BadInput
from domain.importing import PICTURES, Zipped
from infrastructure.media.faults import making

MOST = 100_000
"""Most files that a zip of pictures may hold."""

LARGEST = 512 * 2**20
"""Most bytes that one picture may have when it is unpacked."""

MAX_RATIO = 200
"""How many times its size in the zip a picture of more than a few MiB may have; more is an attack."""

_SMALL = 8 * 2**20
_CHUNK = 2**20
_PROJECT = "project.json"


def look(path: Path) -> Zipped:
    """What a zip holds: its pictures by name, hidden ones left out, and whether it is a packed project. Raises
    BadInput."""
    with _opened(path) as packed:
        infos = packed.infolist()
        if len(infos) > MOST:
            raise BadInput(f"{path.name} holds {len(infos)} files.", f"At most {MOST} are unpacked.")
        names = [info.filename for info in infos if not info.is_dir()]
        seen = [name for name in names if not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))]
        return Zipped(
            pictures=tuple(dict.fromkeys(n for n in seen if PurePosixPath(n).suffix.lower() in PICTURES)),
            project=any(n.rpartition("/")[2] == _PROJECT and n.count("/") <= 1 for n in seen),
        )


def take_out(path: Path, name: str, target: Path) -> None:
    """Write the picture of that name to `target`. Raises BadInput, MediaFailed and DiskFull."""
    with _opened(path) as packed:
        try:
            info = packed.getinfo(name)
        except KeyError:
            raise BadInput(f"There is no {name[:80]!r} in {path.name}.", "Drop it again.") from None
        if info.flag_bits & 1:
            raise BadInput(f"{path.name} is encrypted.", "Pack the pictures without a password.")
        if info.file_size > LARGEST or (
            info.file_size > _SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size)
        ):
            raise BadInput(f"{name[:80]!r} in {path.name} is too large for what is packed of it.", "Do not use it.")
        left = info.file_size
        with making(target), packed.open(info) as source, target.open("xb") as sink:
            while chunk := source.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise BadInput(f"{name[:80]!r} is larger than the archive says.", "Do not use it.")
                sink.write(chunk)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as packed:
            yield packed
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise BadInput(f"{path.name} is no whole zip file: {str(error)[:120]}.", "Copy or pack it again.") from error
