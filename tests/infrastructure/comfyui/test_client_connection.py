"""Addresses, logins, files in and out."""

from __future__ import annotations

import base64
import gzip
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import BackendFailed, BackendUnavailable, BadInput, NotFound
from infrastructure.comfyui.answers import OutputFile
from infrastructure.comfyui.connection import Address, Connection, Pause
from infrastructure.comfyui.follow import Succeeded
from infrastructure.comfyui.server import ComfyServer
from infrastructure.comfyui.transfers import fetch_file
from tests.fakes import comfy_graphs as graphs
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_server import stand_in as running_stand_in
from tests.fakes.http_server import Handler, HttpServer
from tests.infrastructure.comfyui.conftest import Pictures

FILE = OutputFile(node="1", list="images", filename="clip.mp4", subfolder="video")


# -- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "base", "local"),
    [
        ("127.0.0.1:8188", "http://127.0.0.1:8188", True),
        ("localhost", "http://localhost", True),
        (" http://gpu:8188/ ", "http://gpu:8188", False),
        ("https://host/comfy/", "https://host/comfy", False),
        ("https://host/a/b//?x=1#y", "https://host/a/b", False),
        ("ws://gpu:8188/ws", "http://gpu:8188/ws", False),
        ("[::1]:8188", "http://[::1]:8188", True),
        ("https://user:p%40ss@host:1", "https://host:1", False),
    ],
)
def test_what_a_person_enters(text: str, base: str, local: bool) -> None:
    address = Address.read(text)
    assert (address.base, address.local) == (base, local)


@pytest.mark.parametrize(
    "text", ["", "http://", "ftp://host", "http://host:port", "a b", "http://host:99999", "http://" + "a" * 70 + ".de"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadInput, match="no address of a ComfyUI server"):
        Address.read(text)


def test_the_login_in_an_address_becomes_a_header_and_is_shown_nowhere() -> None:
    address = Address.read("https://user:p%40ss@host/comfy")
    assert address.headers == {"Authorization": "Basic " + base64.b64encode(b"user:p@ss").decode()}
    assert "p@ss" not in repr(address) + address.name
    assert "Basic" not in repr(address)


def test_places_on_a_server() -> None:
    connection = Connection("https://host/comfy/")
    assert connection.url("/view") == "https://host/comfy/view"
    assert connection.socket_url("a b") == "wss://host/comfy/ws?clientId=a%20b"
    assert connection.ca_file()
    assert Connection("https://host", verify=False).ca_file() is None
    assert Connection("https://host", verify="/ca.pem").ca_file() == "/ca.pem"


def test_a_header_cannot_smuggle_another() -> None:
    with pytest.raises(BadInput, match="line break"):
        Connection("host", headers={"X-Key": "a\r\nX-Other: b"})


def test_pauses_grow_and_start_anew() -> None:
    pause = Pause(0.1, 0.5)
    assert [pause.next() for _ in range(4)] == [0.1, 0.2, 0.4, 0.5]
    pause.reset()
    assert pause.next() == 0.1


# -- behind a prefix, with a login -----------------------------------------------------------------------------------


def test_a_prefix_and_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "netrc"
    home.write_text("machine 127.0.0.1 login wrong password wrong\n")
    monkeypatch.setenv("NETRC", str(home))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with running_stand_in(tmp_path / "server", prefix="/comfy/one", token="secret") as server:
        client = ComfyServer(server.url + "/", token="secret")
        try:
            job_id = graphs.job_id()
            client.submit(job_id, graphs.plain("a"))
            assert isinstance(list(client.follow(job_id))[-1], Succeeded)
            assert client.listening
            assert client.name.endswith("/comfy/one")
        finally:
            client.close()


def test_a_wrong_token(tmp_path: Path) -> None:
    with running_stand_in(tmp_path / "server", token="secret") as server:
        client = ComfyServer(server.url, headers={"Authorization": "Bearer wrong"})
        try:
            status = client.status()
            assert status.failure is not None
            assert "wants a valid login (401)" in status.failure.message
            with pytest.raises(BackendUnavailable, match="valid login"):
                client.submit(graphs.job_id(), graphs.plain("a"))
            assert "secret" not in str(status) and "wrong" not in str(status)
        finally:
            client.close()


class _OtherServer(Handler):
    """A web server that is something else."""

    def do_GET(self) -> None:
        self.answer(200, b"<html></html>")

    def do_POST(self) -> None:
        self.answer(302, headers={"Location": "/"})


@pytest.fixture
def other_server() -> Iterator[str]:
    with HttpServer(_OtherServer) as server:
        yield server.host


def test_something_that_is_no_comfyui(other_server: str) -> None:
    client = ComfyServer(other_server)
    try:
        failure = client.status().failure
        assert failure is not None
        assert "its answer is not ComfyUI's" in failure.message
        # A redirected POST must not turn into a friendly GET.
        with pytest.raises(BackendUnavailable, match=r"the server sends elsewhere \(302\)"):
            client.submit(graphs.job_id(), graphs.plain("a"))
    finally:
        client.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://nothing.invalid:8188", "no computer of that name"), ("http://127.0.0.1:9", "nothing answers")],
)
def test_a_server_that_is_not_there(url: str, words: str) -> None:
    client = ComfyServer(url, connect=1)
    try:
        failure = client.status().failure
        assert failure is not None
        assert words in failure.message
    finally:
        client.close()


def test_http_where_https_was_entered(stand_in: ComfyStandIn) -> None:
    client = ComfyServer(stand_in.url.replace("http:", "https:"), connect=1)
    try:
        failure = client.status().failure
        assert failure is not None
        assert "no secure connection" in failure.message
    finally:
        client.close()


# -- pictures to the server -----------------------------------------------------------------------------------------------


def test_a_picture_is_sent_once_under_a_name_made_of_its_content(
    comfy: ComfyServer, stand_in: ComfyStandIn, pictures: Pictures
) -> None:
    picture = pictures.make("one")
    name = comfy.upload(picture)
    assert name == f"kinoloom/{hashlib.sha256(picture.read_bytes()).hexdigest()[:32]}.png"
    assert (stand_in.folders.root / "input" / name).read_bytes() == picture.read_bytes()
    copy = picture.rename(picture.with_name("other.png"))
    assert comfy.upload(copy) == name
    assert stand_in.requests.count(("POST", "/upload/image")) == 1


def test_a_damaged_one_on_the_server_is_not_taken_for_ours(
    comfy: ComfyServer, stand_in: ComfyStandIn, pictures: Pictures
) -> None:
    picture = pictures.make("one")
    name = comfy.upload(picture)
    (stand_in.folders.root / "input" / name).write_bytes(b"cut short")
    again = comfy.upload(picture)
    assert again == name.replace(".png", " (1).png")
    assert (stand_in.folders.root / "input" / again).read_bytes() == picture.read_bytes()


def test_a_picture_that_is_too_large(comfy: ComfyServer, stand_in: ComfyStandIn, pictures: Pictures) -> None:
    stand_in.upload_limit = 4100
    with pytest.raises(BackendFailed, match=r"big.png has .* MB; .* takes 0.0 MB"):
        comfy.upload(pictures.make("big", (200, 200)))
    assert ("POST", "/upload/image") not in stand_in.requests


def test_a_picture_that_is_not_there(comfy: ComfyServer, tmp_path: Path) -> None:
    with pytest.raises(BackendFailed, match="no such file"):
        comfy.upload(tmp_path / "none.png")


# -- results ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def result(stand_in: ComfyStandIn) -> bytes:
    """What lies on the server as FILE: 3 MB."""
    data = bytes(range(256)) * 12_000
    path = stand_in.output("video/clip.mp4")
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return data


def test_a_download_that_breaks_is_taken_up_where_it_broke(
    comfy: ComfyServer, stand_in: ComfyStandIn, result: bytes, tmp_path: Path
) -> None:
    stand_in.faults.views = [1_000_000, 0, 1_500_000]
    got = comfy.download(FILE, tmp_path / "clip.mp4")
    assert got.path.read_bytes() == result
    assert got.sha256 == hashlib.sha256(result).hexdigest()
    assert stand_in.requests.count(("GET", "/view")) == 4
    assert [p.name for p in tmp_path.glob("*clip*")] == ["clip.mp4"]


def test_a_download_that_always_breaks_leaves_nothing(
    comfy: ComfyServer, stand_in: ComfyStandIn, result: bytes, tmp_path: Path
) -> None:
    stand_in.faults.views = [500_000, *([0] * 30)]
    with pytest.raises(BackendUnavailable, match=r"fetching clip.mp4 failed"):
        comfy.download(FILE, tmp_path / "clip.mp4")
    assert not list(tmp_path.glob("*clip*"))
    assert len(stand_in.faults.views) == 24  # one that brought something, then six that brought nothing


def test_a_file_that_changes_in_the_middle_is_fetched_anew(
    comfy: ComfyServer, stand_in: ComfyStandIn, result: bytes, tmp_path: Path
) -> None:
    stand_in.faults.views = [1_000_000]
    other = bytes(reversed(result)) + b"more"

    def change(done: int, total: int | None) -> None:
        if done >= 500_000 and stand_in.output("video/clip.mp4").stat().st_size == len(result):
            stand_in.output("video/clip.mp4").write_bytes(other)

    assert comfy.download(FILE, tmp_path / "clip.mp4", change).path.read_bytes() == other


def test_a_slow_download_has_all_the_time_it_needs(stand_in: ComfyStandIn, result: bytes, tmp_path: Path) -> None:
    stand_in.output("video/clip.mp4").write_bytes(result[:60_000])
    stand_in.faults.pace = 60_000
    connection = Connection(stand_in.url, silence=0.3)
    began = time.monotonic()
    assert fetch_file(connection, FILE, tmp_path / "clip.mp4").size == 60_000
    assert time.monotonic() - began > 0.9
    connection.close()


def test_an_empty_result(comfy: ComfyServer, stand_in: ComfyStandIn, result: bytes, tmp_path: Path) -> None:
    stand_in.output("video/clip.mp4").write_bytes(b"")
    assert comfy.download(FILE, tmp_path / "clip.mp4").size == 0


def test_a_result_that_is_gone(comfy: ComfyServer, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"video/clip.mp4 is not on 127"):
        comfy.download(FILE, tmp_path / "clip.mp4")


def test_a_cached_result_whose_file_is_gone(comfy: ComfyServer, stand_in: ComfyStandIn, tmp_path: Path) -> None:
    graph = graphs.plain("a")
    for turn in range(2):
        job_id = graphs.job_id()
        comfy.submit(job_id, graph)
        end = list(comfy.follow(job_id))[-1]
        assert isinstance(end, Succeeded)
        (file,) = end.files
        assert file.cached == bool(turn)
        if not turn:
            stand_in.output(f"{file.subfolder}/{file.filename}").unlink()
            continue
        with pytest.raises(NotFound, match="of an earlier, equal run, and that file is no longer there") as caught:
            comfy.download(file, tmp_path / "a.png")
        assert "saved under another name" in caught.value.cure


def test_a_folder_that_cannot_be_written(comfy: ComfyServer, result: bytes, tmp_path: Path) -> None:
    with pytest.raises(BackendFailed, match="no such file or directory"):
        comfy.download(FILE, tmp_path / "none" / "clip.mp4")


# -- answers without end -----------------------------------------------------------------------------------------------


class _Flood(Handler):
    """Answers everything with bytes that never end, packed where the address says so."""

    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        packed = "packed" in self.path
        self.send_response(200)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        data = gzip.compress(b" " * 2**24) if packed else b" " * 2**20
        try:
            while True:
                self.wfile.write(data)
        except OSError:
            pass  # whoever asked has had enough


@pytest.fixture
def flood() -> Iterator[str]:
    with HttpServer(_Flood) as server:
        yield server.host


@pytest.mark.parametrize("path", ["object_info", "packed"])
def test_an_answer_without_end_is_not_read(flood: str, path: str) -> None:
    connection = Connection(flood, most=3 * 2**20)
    with pytest.raises(BackendFailed, match=r"answered with more than 3 MiB, which was not read"):
        connection.ask(path, doing="asking")
    connection.close()


def test_a_result_without_end_is_not_kept(flood: str, tmp_path: Path) -> None:
    connection = Connection(flood)
    with pytest.raises(BackendFailed, match=r"clip\.mp4 has more than 2 MiB"):
        fetch_file(connection, FILE, tmp_path / "clip.mp4", most=2 * 2**20)
    assert not list(tmp_path.iterdir())
    connection.close()
