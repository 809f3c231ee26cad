"""Every kind of write onto a disk that is full, in a process of its own: `python -m tests.faults.full_disk`.

The disk is really full where this process may mount one (a file system in memory, in a mount namespace of its own).
Elsewhere the system is told to refuse every byte written to a file (RLIMIT_FSIZE), which fails in the same places.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import logging
import os
import resource
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from addons.uploads import Uploads
from config.settings import SettingRefused, save
from domain.errors import StudioError
from domain.keeping import Trashed
from domain.project import Picked
from infrastructure.logs import start_logging, stop_logging
from services.film import FILM
from tests.fakes.bench import Bench, running, shot
from tests.fakes.listing import files_below

FILLER = "filler"


class Disk:
    """The disk below `root`: full or not."""

    def __init__(self, root: Path, real: bool) -> None:
        self.root, self._real = root, real

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """No byte more fits meanwhile."""
        if not self._real:
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
            try:
                yield
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
            return
        filler = self.root / FILLER
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        try:
            yield
        finally:
            filler.unlink()

    def content(self) -> dict[str, str]:
        """Every file with its hash; empty lock files and the filler do not count."""
        files = (p for p in files_below(self.root) if p.name != FILLER and p.suffix != ".lock")
        return {str(p.relative_to(self.root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


async def _chunks() -> AsyncIterator[bytes]:
    yield b"x" * 100_000


def writes(bench: Bench, root: Path, outside: Path) -> dict[str, Callable[[], Any]]:
    """Each kind of write, by name. `outside` is a folder on another disk, with a clip and a picture."""
    project = bench.studio.projects.get(bench.studio.projects.opened()[0].id)
    take = project.files.takes()[0]
    media, studio = bench.media, bench.studio
    picked = Picked(path="keyframes/x.png", sha256="0" * 64)

    def add_take(source: Path) -> None:
        project.files.add_take(take, source / "clip.mp4", source / "last.png")

    def film() -> None:
        setup = studio.generation.setup(project)
        reel = studio.cuts.view(project, setup).reel
        media.assemble(
            reel, {picked.path: project.files.path(picked) for picked in reel.files()},
            project.files.film_path("film-01"), width=take.info.width, height=take.info.height,
            delivery=studio.film.delivery(FILM, "fast"), report=lambda done, of: None, stopped=lambda: False,
        )  # fmt: skip

    def thumbnail() -> None:
        keyframe = project.files.keyframes()[0]
        studio.library.keyframe_thumb(project.id, keyframe.shot, keyframe.name, 160)

    def trash() -> Trashed:
        return studio.keeping.delete_take(project, take.shot, take.segment, take.id)

    return {
        "document": lambda: studio.storyboards.edit(project, "001", {"title": "x" * 300}),
        "selection": lambda: project.change_selection(
            lambda s: s.with_choice("001", s.of("001").replace(keyframes={"end": picked}))
        ),
        "run": lambda: studio.generation.render(project, again=True),
        "keyframe": lambda: studio.generation.import_keyframe(project, "001", outside / "last.png"),
        "take": lambda: add_take(outside),
        "sidecar": lambda: add_take(root / "ready"),  # its clip and last frame lie on this disk already
        "last frame": lambda: media.last_frame(outside / "clip.mp4", root / "ready" / "other.png"),
        "film": film,
        "thumbnail": thumbnail,
        "settings": lambda: save(root / "config", "film.quality", "high"),
        "upload": lambda: asyncio.run(Uploads(root / "uploads").receive("board.json", _chunks(), 10**6)),
        "trash": trash,
        "new project": lambda: studio.projects.create(root / "another"),
    }  # fmt: skip


def main(root: Path, outside: Path, real: bool) -> None:
    disk, told = Disk(root, real), dict[str, dict[str, Any]]()
    tempfile.gettempdir()  # looked for once by writing a file; any studio has done so long before its disk is full
    with running(root) as bench:
        project = bench.project(shot(1))
        bench.render(project)
        take = project.files.takes()[0]
        for folder in (outside, root / "ready"):
            folder.mkdir(exist_ok=True)
            (folder / "clip.mp4").write_bytes(project.files.path(take.clip).read_bytes())
            (folder / "last.png").write_bytes(project.files.path(take.last).read_bytes())
        save(root / "config", "film.quality", "fast")
        for name, write in writes(bench, root, outside).items():
            before, words = disk.content(), "nothing was raised"
            kind = ""
            with disk.full():
                try:
                    write()
                except (StudioError, SettingRefused) as error:
                    kind, words = type(error).__name__, str(error)
            told[name] = {"kind": kind, "words": words, "changed": _changes(before, disk.content())}
        told["log"] = _log(disk, root)
        told["afterwards"] = {"jobs": [j.phase.kind for j in bench.studio.jobs.jobs()]}
        again = bench.render(project, again=True)
        told["afterwards"] |= {"render": [j.phase.kind for j in again.jobs], "takes": len(project.files.takes())}
    sys.stdout.write(json.dumps(told) + "\n")


def _changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _log(disk: Disk, root: Path) -> dict[str, Any]:
    """A log that cannot be written: the work goes on, and stderr says that entries were lost."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        handlers = start_logging(root / "logs")
        try:
            with disk.full():
                for _ in range(100):
                    logging.getLogger("kinoloom").info("x" * 1000)
        finally:
            stop_logging(handlers)
    return {"kind": "", "words": said.getvalue().splitlines()[0], "changed": []}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), os.environ["DISK"] == "real")
