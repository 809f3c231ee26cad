"""Projects as one file: whole, safe to open, and nothing half."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from domain.errors import BadInput, Cancelled, Conflict, NotFound, UnsafePath
from infrastructure.interchange import ZipArchives
from infrastructure.stores.atomic import TMP_SUFFIX


def project(folder: Path) -> Path:
    root = folder / "film"
    for name, content in {
        "project.json": b"{}", "takes/001/0/a/clip.mp4": b"\x00" * 3_000_000, "cut.json": b"[]", ".kinoloom/lock": b"x",
        "takes/.hidden": b"x", "half.kinoloom-tmp": b"x",
    }.items():  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def made(path: Path, entries: dict[str, bytes], **fields: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = fields.get("attr", 0o644 << 16)
            archive.writestr(info, content)
    return path


def unpack(path: Path, folder: Path, archives: ZipArchives | None = None) -> None:
    (archives or ZipArchives()).unpack(path, folder, lambda done, of: None)


def test_a_project_goes_into_one_file_and_comes_out_the_same(tmp_path: Path) -> None:
    root = project(tmp_path)
    archives = ZipArchives()
    names = archives.files(root)
    assert names == ["cut.json", "project.json", "takes/001/0/a/clip.mp4"], "nothing hidden, nothing half"
    told: list[tuple[int, int]] = []
    archives.pack(root, names, tmp_path / "film.zip", lambda done, of: told.append((done, of)), lambda: False)
    assert told[-1][0] == told[-1][1] == 3_000_004 and len(told) > 3, "piece by piece"
    unpack(tmp_path / "film.zip", tmp_path / "out")
    assert {n: (tmp_path / "out" / n).read_bytes() for n in names} == {n: (root / n).read_bytes() for n in names}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["film", "film.zip", "out"], "nothing half is left"


def test_links_are_not_followed(tmp_path: Path) -> None:
    root = project(tmp_path)
    (tmp_path / "secret").write_text("mine")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "folder").symlink_to(tmp_path)
    assert ZipArchives().files(root) == ["cut.json", "project.json", "takes/001/0/a/clip.mp4"]


def test_unpacking_that_is_stopped_leaves_nothing_and_the_next_clears_what_a_crash_left(tmp_path: Path) -> None:
    root = project(tmp_path)
    path, target = tmp_path / "film.zip", tmp_path / "out"
    ZipArchives().pack(root, ZipArchives().files(root), path, lambda done, of: None, lambda: False)
    looks = iter([False, True])
    with pytest.raises(Cancelled):
        ZipArchives().unpack(path, target, lambda done, of: None, lambda: next(looks))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["film", "film.zip"]
    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    for owner in (int(child.stdout), os.getppid()):
        (tmp_path / f".out.{owner}{TMP_SUFFIX}" / "takes").mkdir(parents=True)
    ZipArchives().unpack(path, target, lambda done, of: None)
    left = sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("."))
    assert left == [f".out.{os.getppid()}{TMP_SUFFIX}"], "what another process is at stays"
    assert (target / "project.json").is_file()


def test_packing_that_is_stopped_leaves_what_was_there(tmp_path: Path) -> None:
    root = project(tmp_path)
    target = tmp_path / "film.zip"
    target.write_text("the old one")
    with pytest.raises(Cancelled):
        ZipArchives().pack(root, ZipArchives().files(root), target, lambda done, of: None, lambda: True)
    assert target.read_text() == "the old one" and sorted(p.name for p in tmp_path.iterdir()) == ["film", "film.zip"]


def test_a_folder_packed_by_hand_opens_too(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", {"project.json": b"{}", "takes/clip.mp4": b"x"})
    unpack(path, tmp_path / "one")
    assert (tmp_path / "one" / "takes" / "clip.mp4").exists()
    path = made(tmp_path / "b.zip", {"My film/project.json": b"{}", "__MACOSX/._x": b"x", "My film/.DS_Store": b"x"})
    unpack(path, tmp_path / "two")
    assert [p.name for p in (tmp_path / "two").iterdir()] == ["project.json"]


@pytest.mark.parametrize(
    "name",
    ["../evil", "film/../../evil", "/evil", "film/a/../../../evil", "film\\..\\evil", "C:/evil", "film/takes/..", "film/NUL",
     "film/.kinoloom/evil", "other/evil", "film/a:b", "film//evil"],
)  # fmt: skip
def test_a_name_that_leads_outside_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "deep" / "down"
    inner.mkdir(parents=True)
    path = made(inner / "a.zip", {"film/project.json": b"{}", name: b"x"})
    with pytest.raises(UnsafePath):
        unpack(path, inner / "out")
    assert [p.name for p in inner.iterdir()] == ["a.zip"] and not list(tmp_path.rglob("evil"))


def test_links_and_passwords_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", {"film/project.json": b"/etc/passwd"}, attr=(stat.S_IFLNK | 0o777) << 16)
    with pytest.raises(UnsafePath, match="link"):
        unpack(path, tmp_path / "out")
    plain = made(tmp_path / "b.zip", {"film/project.json": b"{}"}).read_bytes()
    marked = bytearray(plain)
    marked[plain.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory that says so
    (tmp_path / "b.zip").write_bytes(marked)
    with pytest.raises(BadInput, match="encrypted"):
        unpack(tmp_path / "b.zip", tmp_path / "out")


def test_bombs_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", {"film/project.json": b"{}", "film/takes/a.mp4": bytes(20_000_000)})
    with pytest.raises(BadInput, match="too large"):
        unpack(path, tmp_path / "out")
    path = made(tmp_path / "b.zip", {"film/project.json": b"{}", "film/a.mp4": b"abc" * 1000})
    with pytest.raises(BadInput, match="GiB"):
        unpack(path, tmp_path / "out", ZipArchives(max_bytes=1000))
    path = made(tmp_path / "c.zip", {"film/project.json": b"{}", "film/a.mp4": b"x", "film/A.mp4": b"y"})
    with pytest.raises(BadInput, match="twice"):
        unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_no_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no zip")
    for path in (
        tmp_path / "a.zip",
        made(tmp_path / "b.zip", {"a/b/project.json": b"{}"}),
        made(tmp_path / "c.zip", {}),
    ):
        with pytest.raises(BadInput):
            unpack(path, tmp_path / "out")
    with pytest.raises(NotFound):
        unpack(tmp_path / "none.zip", tmp_path / "out")


def test_a_damaged_archive_leaves_no_half_project(tmp_path: Path) -> None:
    root = project(tmp_path)
    target = tmp_path / "film.zip"
    ZipArchives().pack(root, ZipArchives().files(root), target, lambda done, of: None, lambda: False)
    data = bytearray(target.read_bytes())
    data[2_000_000] ^= 0xFF
    target.write_bytes(data)
    with pytest.raises(BadInput, match="whole"):
        unpack(target, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["film", "film.zip"]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", {"film/project.json": b"{}"})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(Conflict):
        unpack(path, tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]
