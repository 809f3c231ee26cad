"""No relative path, whoever wrote it, leads outside its folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.errors import UnsafePath
from infrastructure.stores.confinement import inside

PIECES = [
    "..",
    ".",
    "",
    "a",
    "b.png",
    "/",
    "\\",
    "C:",
    "~",
    "\0",
    "con",
    "link",
    "...",
    " ",
    "%2e%2e",
    "ä",
    "\u202e",
    "x" * 90,
]


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/etc/passwd", "../x", "a/../../x", "a/..", "..", ".", "./a", "a//b", "a/", "C:/x", "c:x", "C:\\x", "a\\..\\x",
        "\\\\host\\share", "a\0b", "a\nb", "takes/../../x", "x" * 401, "a/" + "x" * 201, "con", "a/NUL.txt", "com1.png", "a.",
        "a /b", ".kinoloom/work/x", ".git/config", "a:stream", "a?b", "\udc80",
    ],
)  # fmt: skip
def test_what_could_lead_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        inside(tmp_path, path)
    assert caught.value.cure


@pytest.mark.parametrize("path", ["project.json", "takes/001/0/001-ab/clip.mp4", "film/Mein Film ü.mp4", "a/b..c/d"])
def test_ordinary_paths_pass(tmp_path: Path, path: str) -> None:
    assert inside(tmp_path, path) == tmp_path.resolve() / path


def test_links_may_not_lead_outside(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "secret").touch()
    (root / "real").mkdir()
    (root / "link").symlink_to(outside)
    (root / "file").symlink_to(outside / "secret")
    (root / "within").symlink_to(root / "real")
    (root / "loop").symlink_to(root / "loop")
    for path in ("link", "link/secret", "link/new", "file", "loop/x"):
        with pytest.raises(UnsafePath):
            inside(root, path)
    assert inside(root, "within/x") == (root / "real" / "x").resolve()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=6), st.sampled_from(["/", "", "\\"]))
@example(["a", "..", "..", "x"], "/")
def test_nothing_built_from_tricks_leaves_the_folder(pieces: list[str], glue: str) -> None:
    root = Path("/tmp/kinoloom-confinement/root")
    try:
        found = inside(root, glue.join(pieces))
    except UnsafePath:
        return
    assert found.is_relative_to(root.resolve())
    assert found != root.resolve()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_no_text_leaves_the_folder_or_raises_anything_else(text: str) -> None:
    root = Path("/tmp/kinoloom-confinement/root")
    try:
        found = inside(root, text)
    except UnsafePath:
        return
    assert found.is_relative_to(root.resolve())
    assert ".." not in found.relative_to(root.resolve()).parts
