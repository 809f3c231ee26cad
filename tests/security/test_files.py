"""Files: only those of the open project, however they are asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.fakes.listing import files_below
from tests.security.door import Door, add_picture

SECRET = b"what nobody may read"

WAYS = (
    "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "..%5csecret.txt", "..\\secret.txt", "....//secret.txt",
    "..%252fsecret.txt", "..%c0%afsecret.txt", "..%ef%bc%8fsecret.txt", "%00secret.txt", "secret.txt%00.png", "/etc/passwd", "%2fetc%2fpasswd",
    "file:///etc/passwd", "C:%5cwindows%5cwin.ini", "CON", "NUL.png", "..;/secret.txt", "%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "../project.json", "..%2fproject.json", "a%0d%0aX-Header:%20b", "%ff%fe", "%e2%80%aegnp.exe", "x" * 5000,
)  # fmt: skip


@pytest.fixture(scope="module")
def secret(door: Door) -> Iterator[Path]:
    """A file beside the project."""
    file = door.bench.folder / "secret.txt"
    file.write_bytes(SECRET)
    yield file
    file.unlink()


def routes(door: Door) -> list[str]:
    """Every route that gives a file, with the place of one part open."""
    own, keyframe = door.project.id, door.project.files.keyframes()[0]
    return [
        "/media/{}/keyframe/001/a", f"/media/{own}/keyframe/{{}}/a", f"/media/{own}/keyframe/001/{{}}", f"/media/{own}/keyframe/001/{{}}/320",
        f"/media/{own}/keyframe/{keyframe.shot}/{keyframe.name}/{{}}", f"/media/{own}/take/{{}}/1/a", f"/media/{own}/take/001/{{}}/a",
        f"/media/{own}/take/001/1/{{}}", f"/media/{own}/take/001/1/{{}}/320", f"/media/{own}/film/{{}}", "/media/preview/{}", "/studio/{}",
        "/assets/{}", "/static/{}", "/{}", "/media/{}",
    ]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_no_route_leads_out(door: Door, secret: Path, way: str) -> None:
    for route in routes(door):
        answer = door.ask(route.format(way))
        assert SECRET not in answer.whole and b"root:" not in answer.whole and b'"schema"' not in answer.whole, route
        assert b"Traceback" not in answer.whole and "x-header" not in answer.headers
        assert str(door.bench.folder).encode() not in answer.whole, route
        # our own style sheet is one, whatever it is called
        assert (
            answer.status in (200, 400, 404, 414)
            if route.startswith("/studio/")
            else answer.status in (400, 403, 404, 414)
        ), (route, answer)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_link_in_the_project_that_leads_out_is_refused(door: Door, secret: Path, tmp_path: Path) -> None:
    root, kept = door.project.files.root, add_picture(door.project, "002")
    address = f"/media/{door.project.id}/keyframe/002/{kept.name}"
    assert door.ask(address).status == 200
    picture = root / kept.image.path
    picture.unlink()
    picture.symlink_to(secret)
    assert door.ask(address).status == 404
    (root / "film").mkdir(exist_ok=True)
    (root / "film" / "stolen.mp4").symlink_to(secret)
    answer = door.ask(f"/media/{door.project.id}/film/stolen")
    assert answer.status == 404 and SECRET not in answer.whole
    (root / "film" / "stolen.mp4").unlink()


def test_a_file_that_is_gone_is_not_there(door: Door) -> None:
    kept = add_picture(door.project, "003")
    (door.project.files.root / kept.image.path).unlink()
    answer = door.ask(f"/media/{door.project.id}/keyframe/003/{kept.name}")
    assert answer.status == 404 and b"error" in answer.body


def test_a_part_of_a_file_is_sent_as_it_is(door: Door) -> None:
    whole = door.ask(door.picture).body
    assert whole.startswith(b"\x89PNG")
    part = door.ask(door.picture, Range="bytes=4-9")
    assert (part.status, part.body) == (206, whole[4:10])
    assert door.ask(door.picture, Range=f"bytes={len(whole) + 5}-").status == 416
    many = door.ask(door.picture, Range="bytes=" + ",".join(f"{n}-{n}" for n in range(3000)))
    assert len(many.body) < 4 * len(whole) + 500_000


def test_a_picture_is_sent_without_a_copy(door: Door) -> None:
    before = set(files_below(door.bench.folder))
    assert door.ask(door.picture).status == 200
    assert set(files_below(door.bench.folder)) == before


@pytest.mark.parametrize("width", ["320", "0", "-1", "99999999", "9" * 5000, "3.5", "a", quote("１６０")])
def test_only_the_usual_small_pictures_are_made(door: Door, width: str) -> None:
    assert door.ask(f"{door.picture}/{width}").status == (200 if width == "320" else 404)
