"""Workspaces: fresh, ours, and swept only when their process is surely gone."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import UnsafePath
from infrastructure.processes import PACKAGES, process_started
from infrastructure.stores.workspaces import Workspaces


def test_every_workspace_is_fresh(tmp_path: Path) -> None:
    spaces = Workspaces(tmp_path / "work")
    first, second = spaces.make("job"), spaces.make("job")
    assert (first.name, second.name) == ("job", "job-2")
    assert list(first.iterdir()) == []
    with pytest.raises(UnsafePath):
        spaces.make("../x")


def test_only_workspaces_are_discarded(tmp_path: Path) -> None:
    spaces = Workspaces(tmp_path / "work")
    space = spaces.make("job")
    (space / "sub").mkdir()
    (space / "sub" / "file").touch()
    precious = tmp_path / "precious"
    precious.mkdir()
    for path in (precious, tmp_path, tmp_path / "work", space / "sub", tmp_path / "work" / ".." / "precious"):
        with pytest.raises(UnsafePath):
            spaces.discard(path)
    (tmp_path / "work" / "link").symlink_to(precious)
    spaces.discard(tmp_path / "work" / "link")
    assert precious.exists()
    spaces.discard(space)
    spaces.discard(space)
    assert list((tmp_path / "work").iterdir()) == []


def test_a_sweep_takes_only_what_nobody_owns(tmp_path: Path) -> None:
    spaces = Workspaces(tmp_path / "work")
    ours = spaces.make("ours")
    code = "import sys; from pathlib import Path; from infrastructure.stores.workspaces import Workspaces; Workspaces(Path(sys.argv[1])).make('gone')"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "work")], cwd=PACKAGES, check=True)

    def owned(name: str, **facts: object) -> Path:
        (tmp_path / "work" / name).mkdir()
        known = {"pid": os.getpid(), "host": platform.node(), "started": process_started(os.getpid())}
        (tmp_path / "work" / f"{name}.owner.json").write_text(json.dumps(known | facts))
        return tmp_path / "work" / name

    elsewhere = owned("elsewhere", host="another-computer", pid=999_999_999)
    parent = owned("parent", pid=os.getppid(), started=process_started(os.getppid()))
    recycled = owned("recycled", started="1")  # the number lives, but as another process
    unknown = tmp_path / "work" / "unknown"
    unknown.mkdir()
    odd = owned("odd")
    (tmp_path / "work" / "odd.owner.json").write_text("not json")
    assert (tmp_path / "work" / "gone").is_dir()
    removed = spaces.sweep()
    if process_started(os.getpid()):
        assert removed == ["gone", "recycled"]
        assert not recycled.exists()
    assert not (tmp_path / "work" / "gone").exists()
    assert all(path.is_dir() for path in (ours, elsewhere, parent, unknown, odd))
    assert spaces.sweep() == []
