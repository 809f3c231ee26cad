"""Running commands, and a project that `make` has made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import app
from tests.addons.terminal.support import SIZE, Call, Said, write_board


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command in this process."""

    def run(*arguments: object, server: Any = None) -> Said:
        capsys.readouterr()
        code = app.run([str(a) for a in arguments], server)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project made by `make`, with its film beside it: made once, copied by each test that changes it."""
    folder = tmp_path_factory.mktemp("rendered")
    board = write_board(folder)
    home = os.environ | {"KINOLOOM_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, str(app.HERE / "app.py"), "make", str(board), "-o", "film.mp4", "--size", SIZE, "--json"],
        cwd=folder, env=home, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder / "said.json").write_text(done.stdout)
    (folder / "told.txt").write_text(done.stderr)
    return folder


@pytest.fixture
def made(rendered: Path, tmp_path: Path) -> Path:
    """A copy of it that may be changed."""
    for name in ("film.mp4", "board.json"):
        shutil.copy(rendered / name, tmp_path)
    shutil.copytree(rendered / "film.kinoloom", tmp_path / "film.kinoloom")
    return tmp_path
