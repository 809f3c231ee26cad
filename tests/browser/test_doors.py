"""Who is let in: Host and Origin, and media by id only. Asked without a browser, which would tidy the questions up."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest

from domain.storyboard import Shot
from services.projects import OpenProject
from tests.browser.studio import Studio, Windows, Workshop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


def ask(
    studio: Studio, path: str, method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """One request, its path and headers sent exactly as written: status, headers, body."""
    connection = http.client.HTTPConnection("127.0.0.1", studio.port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def project(studio: Studio, browser: Browser, kept_context: BrowserContext) -> OpenProject:
    """A project with one picture, opened by a window, so that what is refused is not refused for being closed."""
    workshop = Workshop(studio.home)
    project = workshop.film(Shot(id="001", prompt="the sea"), name="Doors")
    workshop.keyframe(project, "001")
    windows = Windows(browser, kept_context)
    windows(f"{studio.url}?project={project.id}")
    windows.close()
    return project


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "169.254.169.254", ""])
def test_foreign_hosts_are_refused(studio: Studio, host: str) -> None:
    for path in ("/", "/health", "/config", "/media/preview/x"):
        assert ask(studio, path, Host=host)[0] == 400


def test_foreign_origins_are_refused(studio: Studio) -> None:
    here = f"127.0.0.1:{studio.port}"
    for origin in ("http://evil.example", f"http://localhost:{studio.port}", "http://127.0.0.1:1"):
        assert ask(studio, "/upload", "POST", b"x", Host=here, Origin=origin, X_Kinoloom="1")[0] == 403
        assert ask(studio, "/gradio_api/queue/join", "POST", b"{}", Host=here, Origin=origin)[0] == 403
    assert ask(studio, "/upload", "POST", b"x", Host=here, Origin="null", X_Kinoloom="1")[0] == 403
    assert ask(studio, "/upload", "POST", b"x", Host=here, Origin=f"http://{here}")[0] == 403  # not from our page
    assert ask(studio, "/health", Host=here, Origin=f"http://{here}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/media/nobody/keyframe/001/start_001", "/media/{id}/keyframe/001/nothing", "/media/{id}/keyframe/999/start_001",
        "/media/{id}/take/001/0/nothing", "/media/{id}/film/nothing", "/media/preview/nothing",
        "/media/{id}/film/../../project.json", "/media/{id}/film/..%2f..%2fproject", "/media/{id}/film/%2e%2e%2fproject.json",
        "/media/{id}/keyframe/..%2f..%2f/project", "/media/../../../etc/passwd", "/media/{id}/film/%00",
        "/media/{id}/keyframe/001/C:%5Cwindows%5Cwin.ini", "/studio/../app.py",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(studio: Studio, project: OpenProject, path: str) -> None:
    status, _, body = ask(studio, path.format(id=project.id))
    assert status == 404 or path.startswith("/studio/"), (status, body[:200])
    assert b"root:" not in body and b"kinoloom/project" not in body and b"import typer" not in body


def test_pictures_come_whole_and_in_parts(studio: Studio, project: OpenProject) -> None:
    (keyframe,) = project.files.keyframes()
    path = f"/media/{project.id}/keyframe/001/{keyframe.name}"
    content = project.files.path(keyframe.image).read_bytes()
    status, headers, body = ask(studio, path)
    assert (status, body, headers["content-type"]) == (200, content, "image/png")
    assert "immutable" in headers["cache-control"] and headers["x-content-type-options"] == "nosniff"
    status, headers, body = ask(studio, path, Range="bytes=10-19")
    assert (status, body) == (206, content[10:20])
    assert headers["content-range"] == f"bytes 10-19/{len(content)}"
    assert ask(studio, path, Range=f"bytes={len(content)}-")[0] == 416
    status, headers, body = ask(studio, path + "/320")
    assert (status, headers["content-type"]) == (200, "image/webp") and body[8:12] == b"WEBP"
    assert ask(studio, path + "/321")[0] == 404
