"""What is sent: never more than the studio takes, and never a file where none belongs."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.uploads import MAX_ARRIVING, MAX_WAITING, Uploads, safe_file_name
from domain.errors import BadInput, NotFound
from tests.fakes.listing import files_below
from tests.security.door import MEBIBYTE, Door, received


def waiting(door: Door) -> list[Path]:
    return files_below(door.bench.folder / "cache" / "uploads")


def limited(door: Door, megabytes: int = 1) -> None:
    door.bench.options = door.bench.options.replace(max_upload=megabytes * MEBIBYTE)


def test_a_file_that_says_it_is_too_large_is_refused_at_once(door: Door) -> None:
    limited(door)
    before = waiting(door)
    raw = f"POST /upload?name=a HTTP/1.1\r\nHost: {door.host}\r\nX-Kinoloom: 1\r\nContent-Length: {10**12}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as link:
        link.sendall(raw.encode())
        answer = received(link)
    assert answer.status == 413 and "limit of 1 MB" in answer.text
    assert waiting(door) == before


@pytest.mark.parametrize("stated", ["Transfer-Encoding: chunked"])
def test_a_file_that_hides_its_size_is_refused_while_it_comes(door: Door, stated: str) -> None:
    limited(door)
    before = waiting(door)
    chunk = b"%x\r\n" % MEBIBYTE + b"x" * MEBIBYTE + b"\r\n"
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as link:
        link.sendall(f"POST /upload?name=a HTTP/1.1\r\nHost: {door.host}\r\nX-Kinoloom: 1\r\n{stated}\r\n\r\n".encode())
        try:
            for _ in range(50):
                link.sendall(chunk)
        except ConnectionError:
            pass
        try:
            answer = received(link)
        except ConnectionError:
            answer = None
    assert answer is None or answer.status == 413
    assert waiting(door) == before


def test_an_upload_that_breaks_off_leaves_nothing(door: Door) -> None:
    before = waiting(door)
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as link:
        link.sendall(
            f"POST /upload?name=broken HTTP/1.1\r\nHost: {door.host}\r\nX-Kinoloom: 1\r\nContent-Length: 1000\r\n\r\nabc".encode()
        )
        time.sleep(0.2)
    for _ in range(100):
        if waiting(door) == before:
            return
        time.sleep(0.02)
    raise AssertionError(waiting(door))


def test_a_call_that_is_too_large_is_refused(door: Door) -> None:
    assert door.wish(event_data={"part": "x", "text": "x" * (5 * MEBIBYTE)}).status == 413
    assert door.wish(event_data={"part": "x", "list": [[]] * 300_000}).status == 400
    assert door.ask("/gradio_api/run/predict", "POST", b"[" * MEBIBYTE).status == 400


@pytest.mark.parametrize(
    "call",
    [b"", b"null", b"[]", b"{}", b"\xff", b'{"fn_index": 99, "session_hash": "a"}', b'{"fn_index": "0", "session_hash": "a"}',
     b'{"fn_index": true, "session_hash": "a"}', b'{"fn_index": 1}', b'{"fn_index": 1, "session_hash": "../a"}',
     b'{"fn_index": 1, "session_hash": "' + b"a" * 41 + b'"}', b'{"fn_index": 1, "session_hash": "a", "event_data": [1]}',
     b'{"fn_index": NaN, "session_hash": "a"}', b'{"fn_index": 1e999, "session_hash": "a"}'],
)  # fmt: skip
def test_a_call_that_no_page_makes_does_not_reach_gradio(door: Door, call: bytes) -> None:
    answer = door.ask("/gradio_api/run/predict", "POST", call, Content_Type="application/json")
    assert answer.status == 400 and json.loads(answer.body)["error"].endswith("Reload the page.")


def test_the_call_of_the_page_is_answered(door: Door) -> None:
    answer = door.wish(0, window="own1")
    assert answer.status == 200 and json.loads(answer.body)["data"][0]["project"] == door.project.id
    assert door.wish(1, window="unknown").status == 200
    act = door.wish(2, window="own1", event_data={"part": "shell", "act": "tab", "id": "video"}, trigger_id=1)
    assert act.status == 200


@pytest.mark.parametrize(
    ("name", "kept"),
    [("a.json", "a.json"), ("../../a.json", "a.json"), ("C:\\x\\a.json", "a.json"), ("CON", "_CON"), ("nul.json", "_nul.json"), ("COM1.a.b", "_COM1.a.b"),
     ("", "file"), (".", "file"), ("..", "file"), (".hidden", "hidden"), ("a\0b.json", "a_b.json"), ("a.json. . ", "a.json"), ("gpj\u202egnp.exe", "gpj_gnp.exe"),
     ("u\u0308ber.md", "\u00fcber.md"), ("\u0430.json", "\u0430.json"), ("a:b|c?.txt", "a_b_c_.txt"), ("\ud800.txt", "_.txt"), ("x" * 300 + ".json", "x" * 150 + ".json"),
     ("日" * 200 + ".json", "日" * 50 + ".json"), ("~$a.json", "_a.json"), ("a.b/", "file")],
)  # fmt: skip
def test_names_become_such_as_every_system_takes(name: str, kept: str) -> None:
    assert safe_file_name(name) == kept


@given(st.text(max_size=300))
def test_no_name_leads_anywhere(name: str) -> None:
    kept = safe_file_name(name)
    assert kept and len(kept.encode()) <= 200 and kept not in (".", "..")
    assert not set(kept) & set('/\\\0:*?"<>|\u202e\u200b') and kept[0] != "." and kept[-1] not in ". "
    assert safe_file_name(kept) == kept


async def parts(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def test_the_oldest_give_way_when_too_many_wait(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)

    async def bring() -> list[str]:
        return [await uploads.receive("a", parts(b"x"), 1000) for _ in range(MAX_WAITING + 20)]

    tokens = asyncio.run(bring())
    assert sum(uploads.waiting(t) is not None for t in tokens) <= MAX_WAITING
    assert all(uploads.waiting(t) for t in tokens[-MAX_WAITING:])
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) <= MAX_WAITING
    with pytest.raises(NotFound), uploads.taken(tokens[0]):
        raise AssertionError("it is gone")


def test_waiting_files_together_take_a_limited_room(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)

    async def bring() -> None:
        for _ in range(12):
            await uploads.receive("a", parts(b"x" * 900), 1000)

    asyncio.run(bring())
    assert sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()) <= 4000


def test_only_so_many_arrive_at_once(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)

    async def both() -> None:
        gate = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            await gate.wait()
            yield b"x"

        under_way = [asyncio.create_task(uploads.receive("a", slow(), 10)) for _ in range(MAX_ARRIVING)]
        await asyncio.sleep(0)
        with pytest.raises(BadInput, match="at once"):
            await uploads.receive("a", parts(b"x"), 10)
        gate.set()
        await asyncio.gather(*under_way)
        await uploads.receive("a", parts(b"x"), 10)

    asyncio.run(both())


def test_what_an_earlier_studio_left_is_cleared(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "a").write_bytes(b"x")
    os.utime(old, (1, 1))
    Uploads(tmp_path)
    assert not old.exists() and new.exists()
