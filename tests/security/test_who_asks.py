"""Foreign names, foreign pages, and what of Gradio can be reached."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from addons.guard import Hosts, is_loopback
from tests.security.door import Door, received


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "evil.example@127.0.0.1",
                                  "127.0.0.2", "0.0.0.0", "[::2]", "2130706433", "127.0.0.1 evil.example", "", "localhost.", "[::1"])  # fmt: skip
@pytest.mark.parametrize("target", ["/", "/health", "/theme.css", "/gradio_api/info"])
def test_a_foreign_name_is_refused(door: Door, host: str, target: str) -> None:
    assert door.ask(target, host=host).status == 400


def test_two_names_are_none(door: Door) -> None:
    raw = f"GET /health HTTP/1.1\r\nHost: {door.host}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as link:
        link.sendall(raw.encode())
        assert received(link).status == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_this_computer_is_answered(door: Door, host: str) -> None:
    assert door.ask("/health", host=f"{host}:{door.port}").status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1.evil.example", "http://127.0.0.1:1", "http://localhost:3000",
                                    "file://", "chrome-extension://abc", "http://[::1", "null", "http://127.0.0.1@evil.example"])  # fmt: skip
@pytest.mark.parametrize("target", ["/upload", "/gradio_api/run/predict", "/gradio_api/upload"])
def test_a_post_from_a_foreign_page_is_refused(door: Door, origin: str, target: str) -> None:
    answer = door.ask(target, "POST", b"{}", Origin=origin, X_Kinoloom="1", Content_Type="application/json")
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("method", "dest"),
    [("POST", "document"), ("POST", "empty"), ("GET", "image"), ("GET", "iframe"), ("GET", "script")],
)
def test_what_a_browser_says_comes_from_elsewhere_is_refused(door: Door, site: str, method: str, dest: str) -> None:
    assert door.ask("/", method, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest=dest).status == 403


def test_a_link_from_elsewhere_works(door: Door) -> None:
    said: dict[str, Any] = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert door.ask("/", **said).status == 200


def test_the_own_page_may_post(door: Door) -> None:
    answer = door.ask("/upload?name=a.txt", "POST", b"x", Origin=f"http://{door.host}", X_Kinoloom="1")
    assert answer.status == 200 and json.loads(answer.body)["token"]


def test_an_upload_needs_the_header_of_the_own_page(door: Door) -> None:
    assert door.ask("/upload?name=a.txt", "POST", b"x").status == 403


def test_no_page_may_embed_or_read_the_studio(door: Door) -> None:
    for target in ("/", "/health", "/nothing", door.picture):
        headers = door.ask(target).headers
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert not [name for name in headers if name.startswith("access-control")]
        assert "server" not in headers or "uvicorn" in headers["server"]  # the version is nowhere


CLOSED = [
    "/gradio_api/info", "/gradio_api/info/", "/info", "/config", "/config/", "/openapi.json", "/gradio_api/openapi.json", "/docs",
    "/gradio_api/file=/etc/passwd", "/gradio_api/file=pyproject.toml", "/gradio_api/file/etc/passwd", "/file=/etc/passwd",
    "/gradio_api/proxy=http://127.0.0.1:1/", "/gradio_api/heartbeat/abc", "/gradio_api/queue/data?session_hash=a",
    "/gradio_api/queue/status", "/gradio_api/startup-events", "/gradio_api/token", "/gradio_api/user",
    "/gradio_api/login_check", "/gradio_api/upload_progress?upload_id=a", "/gradio_api/runs", "/gradio_api/dev/reload",
    "/gradio_api/custom_component/1/client/component/style.css", "/gradio_api/deep_link", "/gradio_api/stream/a/1/1/playlist.m3u8",
    "/monitoring", "/monitoring/summary", "/gradio_api/vibe-code", "/manifest.json", "/pwa_icon", "/robots.txt", "/svelte/a.js",
    "/gradio_api/theme.css", "/gradio_api/", "/gradio_api", "/gradio_api/run/predict", "/gradio_api/mcp/sse", "/mcp", "//config",
    "/%63onfig", "/./config", "/assets/../config", "/static/..%2fconfig", "/gradio_api%2finfo",
]  # fmt: skip
POSTS = [
    "/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/call/act", "/gradio_api/call/v2/act", "/gradio_api/run/act",
    "/gradio_api/api/predict", "/gradio_api/run/predict/", "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/process_recording",
    "/gradio_api/component_server", "/gradio_api/vibe-edit", "/gradio_api/run-history/connect", "/gradio_api/stream/abc", "/login", "/", "/health",
]  # fmt: skip


@pytest.mark.parametrize("target", CLOSED)
def test_what_the_page_does_not_need_is_not_there(door: Door, target: str) -> None:
    answer = door.ask(target)
    assert answer.status in (400, 403, 404), answer.whole[:300]
    assert b"root:" not in answer.body and b"components" not in answer.body


@pytest.mark.parametrize("target", POSTS)
def test_nothing_else_takes_a_post(door: Door, target: str) -> None:
    assert door.ask(target, "POST", b"{}", Content_Type="application/json").status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("target", ["/", "/upload", "/media/a/film/b", "/gradio_api/run/predict"])
def test_other_methods_are_refused(door: Door, method: str, target: str) -> None:
    assert door.ask(target, method).status in (400, 404, 405)


def test_a_websocket_is_not_opened(door: Door) -> None:
    said: dict[str, Any] = {
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    answer = door.ask("/gradio_api/queue/join", Origin="http://evil.example", **said)
    assert answer.status in (400, 403, 404)


def test_the_page_says_nothing_about_its_interface(door: Door) -> None:
    page = door.ask("/").text
    assert door.project.id not in page
    assert str(door.bench.folder) not in page


@pytest.mark.parametrize(
    "host", ["192.168.1.5:7860", "10.0.0.1", "[fe80::1]:7860", "film.example.org", "127.0.0.1:7860"]
)
def test_on_a_network_numbers_and_given_names_are_answered(locked: Door, host: str) -> None:
    assert locked.ask("/health", host=host).status == 200


def test_on_a_network_other_names_are_refused(locked: Door) -> None:
    assert locked.ask("/health", host="evil.example").status == 400


def test_behind_a_proxy_its_page_is_the_own_page() -> None:
    hosts = Hosts("127.0.0.1", ["Film.Example.org"])
    assert hosts.same("https://film.example.org", "127.0.0.1:7860")
    assert hosts.same("https://film.example.org:8443", "127.0.0.1:7860")
    assert not hosts.same("https://other.example.org", "127.0.0.1:7860")
    assert not hosts.same("http://localhost:3000", "localhost:7860")
    assert not Hosts("127.0.0.1", [""]).answers("")


@pytest.mark.parametrize(("host", "alone"), [("127.0.0.1", True), ("127.1.2.3", True), ("localhost", True), ("::1", True), ("[::1]", True),
                                             ("0.0.0.0", False), ("::", False), ("192.168.1.5", False), ("studio.local", False), ("", False)])  # fmt: skip
def test_which_addresses_only_this_computer_reaches(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone
