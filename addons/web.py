"""The studio as one web application: our routes first, checks on who asks, then Gradio mounted behind them."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import socket
import threading
import time
import webbrowser
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

# Gradio reads this when it is imported: no version look-ups, no telemetry, so that starting offline costs nothing.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from addons.shell import Shell, asset_folders
from addons.uploads import Uploads
from domain.errors import BadInput, NotFound, StudioError, UnsafePath
from services.projects import OpenProject
from services.studio import Studio

_log = logging.getLogger(__name__)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}

HEAD = """<meta name="color-scheme" content="dark light"><link rel="icon" href="data:,">
<script>(() => {{
  let look = "{look}";
  try {{ look = localStorage.kinolook || look; }} catch (e) {{}}
  const light = look === "light" || (look === "system" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.look = light ? "light" : "dark";
  const paint = () => document.body ? document.body.classList.toggle("dark", !light) : setTimeout(paint, 5);
  paint();
}})();</script>
<link rel="stylesheet" href="/studio/{css}.css"><script src="/studio/{js}.js"></script>"""


def create_app(
    studio: Studio, choose_project: Callable[[str], OpenProject], uploads: Uploads, *, look: str = "dark",
    allowed_hosts: tuple[str, ...] = LOOPBACK, on_stop: Callable[[], None] | None = None,
) -> FastAPI:  # fmt: skip
    """The ASGI application. `choose_project` gives the project for a new window; `on_stop` runs at shutdown."""
    shell = Shell(studio, choose_project, uploads)
    studio_parts = _Assets(shell)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if on_stop is not None:
            on_stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.middleware("http")(_guard(allowed_hosts))
    _routes(app, studio, uploads, studio_parts)
    theme = gr.themes.Base(
        primary_hue="orange", neutral_hue="zinc", font=["Inter", "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"], spacing_size="sm", text_size="sm",
    )  # fmt: skip
    blocks = shell.build()
    mounted: FastAPI = gr.mount_gradio_app(
        app, blocks, path="/", theme=theme, head=HEAD.format(look=look, **studio_parts.names), ssr_mode=False,
        run_history=False, footer_links=[], enable_monitoring=False, max_file_size="1kb",
        app_kwargs={"openapi_url": None},
    )  # fmt: skip
    return mounted


class _Assets:
    """Style sheets and scripts of the shell and all addons, each as one file under a name that changes with it."""

    def __init__(self, shell: Shell) -> None:
        folders = asset_folders(shell)
        self.css = "\n".join(_read(f / "style.css") for f in folders)
        self.js = "\n".join(_read(f / "parts.js") for f in folders)
        self.names = {"css": _name(self.css), "js": _name(self.js)}


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


Next = Callable[[Request], Awaitable[Response]]


def _guard(allowed: tuple[str, ...]) -> Callable[[Request, Next], Awaitable[Response]]:
    """Refuse foreign Host names (DNS rebinding) and foreign origins (cross-site posts)."""

    async def check(request: Request, call_next: Next) -> Response:
        host = request.headers.get("host", "")
        if "*" not in allowed and _host_name(host) not in allowed:
            return JSONResponse({"error": "This address is not one the studio answers to."}, status_code=400)
        origin = request.headers.get("origin")
        if origin and origin != "null" and origin.partition("://")[2] != host:
            return JSONResponse({"error": "Requests from other sites are refused."}, status_code=403)
        if origin == "null" and request.method not in ("GET", "HEAD"):
            return JSONResponse({"error": "Requests from other sites are refused."}, status_code=403)
        return await call_next(request)

    return check


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.rpartition(":")[0] if ":" in host else host


def _routes(app: FastAPI, studio: Studio, uploads: Uploads, assets: _Assets) -> None:
    library = studio.library

    def media(find: Callable[[], Path], kind: str) -> Response:
        try:
            return FileResponse(find(), media_type=kind, headers=_FOREVER)
        except (NotFound, UnsafePath) as error:
            return JSONResponse({"error": str(error)}, status_code=404)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/studio/{name}")
    def asset(name: str) -> Response:
        if name.endswith(".css"):
            return Response(assets.css, media_type="text/css", headers=_FOREVER)
        return Response(assets.js, media_type="text/javascript", headers=_FOREVER)

    @app.get("/media/{project}/keyframe/{shot}/{name}")
    def keyframe(project: str, shot: str, name: str) -> Response:
        return media(lambda: library.keyframe(project, shot, name), "image/png")

    @app.get("/media/{project}/keyframe/{shot}/{name}/{width}")
    def keyframe_thumb(project: str, shot: str, name: str, width: int) -> Response:
        return media(lambda: library.keyframe_thumb(project, shot, name, width), "image/webp")

    @app.get("/media/{project}/take/{shot}/{segment}/{take}")
    def clip(project: str, shot: str, segment: int, take: str) -> Response:
        return media(lambda: library.clip(project, shot, segment, take), "video/mp4")

    @app.get("/media/{project}/take/{shot}/{segment}/{take}/{width}")
    def take_thumb(project: str, shot: str, segment: int, take: str, width: int) -> Response:
        return media(lambda: library.take_thumb(project, shot, segment, take, width), "image/webp")

    @app.get("/media/{project}/film/{name}")
    def film(project: str, name: str) -> Response:
        return media(lambda: library.film(project, name), "video/mp4")

    @app.get("/media/preview/{job}")
    def preview(job: str) -> Response:
        found = studio.jobs.preview(job)
        if found is None:
            # A job that ended while its picture was asked for is no error; one that nobody knows is.
            known = any(job == one.id for one in studio.jobs.jobs())
            return Response(status_code=204 if known else 404)
        return Response(found[2], media_type=found[1], headers={"Cache-Control": "no-store"})

    @app.post("/upload")
    async def upload(request: Request, name: str = "file") -> Response:
        if request.headers.get("x-kinoloom") != "1":
            return JSONResponse({"error": "Uploads come from the studio's own page."}, status_code=403)
        limit = studio.options().max_upload
        try:
            stated = int(request.headers.get("content-length") or 0)
            if stated > limit:
                raise BadInput(f"The file is larger than the limit of {limit // 2**20} MB.", "Raise it in Settings.")
            token = await uploads.receive(name, request.stream(), limit)
        except StudioError as error:
            return JSONResponse({"error": str(error)}, status_code=413)
        return JSONResponse({"token": token})


def free_port(host: str, port: int) -> int:
    """`port` when it is free, any free one for 0. Raises BadInput when it is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadInput(
                f"The studio cannot use port {port} on {host}: {error.strerror}.",
                "Give another with --port, or 0 for any.",
            ) from None
        return int(probe.getsockname()[1])


def serve(
    studio: Studio, choose_project: Callable[[str], OpenProject], cache: Path, *, host: str = "127.0.0.1",
    port: int = 7860, open_browser: bool = True, look: str = "dark", on_stop: Callable[[], None] | None = None,
    say: Callable[[str], None] = print,
) -> None:  # fmt: skip
    """Run the studio until it is told to stop. Raises BadInput when the port is taken or the host is not local."""
    if host not in LOOPBACK:
        raise BadInput(
            f"The studio does not answer on {host}: it has no password yet.",
            "Use 127.0.0.1, or a tunnel such as ssh -L.",
        )
    port = free_port(host, port)
    private = cache / "gradio"
    private.mkdir(parents=True, exist_ok=True)
    os.environ["GRADIO_TEMP_DIR"] = str(private)
    app = create_app(studio, choose_project, Uploads(cache / "uploads"), look=look, on_stop=on_stop)
    url = f"http://{host}:{port}/"
    server = uvicorn.Server(
        uvicorn.Config(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=3, ws="none")
    )
    say(f"Kinoloom is at {url}")
    if open_browser:
        threading.Thread(target=_open_when_ready, args=(server, url), daemon=True).start()
    server.run()


def _open_when_ready(server: uvicorn.Server, url: str) -> None:
    for _ in range(200):
        if server.started:
            webbrowser.open(url)
            return
        time.sleep(0.05)
