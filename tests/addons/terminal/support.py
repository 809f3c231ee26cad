"""What the tests of the commands share: running one, here or in a process of its own, and looking at what it left."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import app

SIZE = "96x64"


STORYBOARD: dict[str, Any] = {
    "project": "Two shots",
    "version": "2.2",
    "shots": [
        {"shot_id": "001", "prompt": "a house on a hill", "duration": 0.5, "presets": {"camera": "pan_left"}},
        {"shot_id": "002", "prompt": "a ship at sea", "duration": 0.3},
    ],
}


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Said]


def start(*arguments: object, cwd: Path) -> subprocess.Popen[str]:
    """Run a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(app.HERE / "app.py"), *map(str, arguments)], cwd=cwd, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def listing(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its content."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "folder"
        for p in sorted(folder.rglob("*"))
    }


def write_board(folder: Path, name: str = "board.json", **changes: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(STORYBOARD | changes))
    return path


def long_project(folder: Path, call: Call, shots: int = 3) -> Path:
    board = write_board(
        folder, shots=[{"shot_id": f"00{n}", "prompt": f"house {n}", "duration": 160} for n in range(1, shots + 1)]
    )
    assert call("new", folder / "long", "--from", board, "--size", "640x360").code == 0
    return folder / "long"


def states(call: Call, folder: Path) -> list[str]:
    return [job["state"] for run in call("status", folder, "--json").json["runs"] for job in run["jobs"]]
