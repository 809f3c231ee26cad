"""The studio as one web application: our routes first, then Gradio, and a guard in front of both."""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import threading
import time
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path

# Gradio reads this when it is imported: no version look-ups, no telemetry, so that starting offline costs nothing.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
import uvicorn
from fastapi import FastAPI

from addons.guard import LOOPBACK, Guard, Hosts, is_loopback
from addons.login import Login
from addons.routes import Assets, add_routes, window_language
from addons.shell import Shell, asset_folders
from addons.uploads import Uploads
from domain.errors import BadInput
from services.passwords import check_password
from services.projects import OpenProject
from services.studio import Studio

MAX_CONNECTIONS = 500
"""Requests answered at once; more are turned away until some of them are done."""

HEAD = """<meta name="color-scheme" content="dark light"><link rel="icon" href="data:,">
<script>(() => {{
  let look = "{look}";
  try {{ look = localStorage.kinolook || look; }} catch (e) {{}}
  const light = look === "light" || (look === "system" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.look = light ? "light" : "dark";
  const paint = () => document.body ? document.body.classList.toggle("dark", !light) : setTimeout(paint, 5);
  paint();
}})();</script>
<link rel="stylesheet" href="/studio/{css}.css"><script src="/studio/texts.js"></script><script src="/studio/{js}.js">\
</script>"""

SIGNED_OUT = """<script>(() => {
  document.documentElement.dataset.locked = "";
  const ask = window.fetch;
  window.fetch = async (...a) => { const r = await ask(...a); if (r.status === 401) location.reload(); return r; };
})();</script>"""
"""With a password: there is a button to sign out, and a window that is signed out while it is open shows the page that
asks for it."""


def create_app(
    studio: Studio, choose_project: Callable[[str], OpenProject], uploads: Uploads, *, look: str = "dark",
    hosts: Hosts | None = None, login: Login | None = None, on_stop: Callable[[], None] | None = None,
) -> FastAPI:  # fmt: skip
    """The ASGI application. `choose_project` gives the project for a new window; `on_stop` runs at shutdown."""
    shell = Shell(studio, choose_project, uploads)
    assets = Assets(asset_folders(shell))

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if on_stop is not None:
            on_stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    blocks = shell.build()
    app.add_middleware(Guard, hosts=hosts or Hosts(LOOPBACK[0]), events=frozenset(blocks.fns), login=login)
    add_routes(app, studio, uploads, assets)
    theme = gr.themes.Base(
        primary_hue="orange", neutral_hue="zinc", font=["Inter", "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"], spacing_size="sm", text_size="sm",
    )  # fmt: skip
    head = HEAD.format(look=look, **assets.names) + (SIGNED_OUT if login else "")
    mounted: FastAPI = gr.mount_gradio_app(
        app, blocks, path="/", theme=theme, head=head, ssr_mode=False,
        run_history=False, footer_links=[], enable_monitoring=False, max_file_size="1kb",
        app_kwargs={"openapi_url": None},
    )  # fmt: skip
    return mounted


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
    port: int = 7860, password: str = "", allowed_hosts: Sequence[str] = (), open_browser: bool = True,
    look: str = "dark", on_stop: Callable[[], None] | None = None, say: Callable[[str], None] = print,
) -> None:  # fmt: skip
    """Run the studio until it is told to stop. With a `password` everybody is asked for it.

    Raises BadInput when the port is taken, or when others can reach the host and there is no password.
    """
    if not password and not is_loopback(host):
        raise BadInput(
            f"The studio does not answer on {host} without a password, because others can reach it there.",
            "Set one: kinoloom --password-file FILE, or Password in Settings. Or use 127.0.0.1.",
        )
    language = partial(window_language, studio)
    login = Login(check_password(password), cache / "login.key", look=look, language=language) if password else None
    port = free_port(host, port)
    private = cache / "gradio"
    private.mkdir(parents=True, exist_ok=True)
    os.environ["GRADIO_TEMP_DIR"] = str(private)
    app = create_app(
        studio, choose_project, Uploads(cache / "uploads"), look=look, hosts=Hosts(host, allowed_hosts), login=login,
        on_stop=on_stop,
    )  # fmt: skip
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    server = uvicorn.Server(
        uvicorn.Config(
            app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=3, ws="none",
            server_header=False, limit_concurrency=MAX_CONNECTIONS,
        )
    )  # fmt: skip
    say(f"Kinoloom is at {url}")
    if open_browser:
        threading.Thread(target=_open_when_ready, args=(server, url), daemon=True).start()
    gc.freeze()  # what was loaded stays for as long as the studio runs
    gc.enable()
    server.run()


def _open_when_ready(server: uvicorn.Server, url: str) -> None:
    for _ in range(200):
        if server.started:
            webbrowser.open(url)
            return
        time.sleep(0.05)
