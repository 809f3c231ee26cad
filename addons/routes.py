"""The studio's own routes: health, its style sheet and script, pictures and clips by project and artefact, uploads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from starlette.requests import ClientDisconnect

from addons.guard import UPLOAD
from addons.reports import POLICY
from addons.uploads import Uploads
from addons.words import AUTO, for_browser, preferred, said, speaking
from domain.errors import BadInput, NotFound, StudioError
from services.studio import Studio

_SOUNDS = {
    ".wav": "audio/wav", ".flac": "audio/flac", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
}  # fmt: skip
_REPORT = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'; sandbox",
}
"""A report lies in the project's folder, where anything may have been written into it: nothing in it is run."""
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


class Assets:
    """Style sheets and scripts of the shell and all addons, each as one file under a name that changes with it."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.css = "\n".join(_read(f, "css") for f in folders)
        self.js = "\n".join(_read(f, "js") for f in folders)
        self.names = {"css": _name(self.css), "js": _name(self.js)}


def _read(folder: Path, ending: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob(f"*.{ending}")))


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def window_language(studio: Studio, accepted: str) -> str:
    """The language of a window whose browser accepts these (an Accept-Language header)."""
    return preferred(studio.settings.value("general.language", AUTO), accepted)


def add_routes(app: FastAPI, studio: Studio, uploads: Uploads, assets: Assets) -> None:
    """Declare the routes on `app`; Gradio is mounted after them."""
    library = studio.library
    languages = partial(window_language, studio)

    def media(find: Callable[[], Path], kind: str) -> Response:
        try:
            path = find()
        except StudioError as error:
            return _refused(404, error)
        if not path.is_file():
            return JSONResponse({"error": f"{path.name} is no longer there."}, status_code=404)
        if kind == "audio/*":
            # what was imported may be any file: only known sounds are named as what they are
            kind = _SOUNDS.get(path.suffix, "application/octet-stream")
        return FileResponse(path, media_type=kind, headers=_FOREVER)

    @app.exception_handler(RequestValidationError)
    def unusable(_: Request, __: Exception) -> Response:
        return JSONResponse({"error": "There is nothing here."}, status_code=404)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/studio/texts.js")
    def texts(request: Request) -> Response:
        # What the script says, in the language of the window; the page loads it before the script.
        spoken = languages(request.headers.get("accept-language", ""))
        words = {"language": spoken, "texts": dict(for_browser(spoken, assets.js))}
        script = f"window.kinoTexts={json.dumps(words)};document.documentElement.lang={json.dumps(spoken)};"
        return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-store"})

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

    @app.get("/media/{project}/strip/{shot}/{segment}/{take}")
    def take_strip(project: str, shot: str, segment: int, take: str) -> Response:
        return media(lambda: library.take_strip(project, shot, segment, take), "image/webp")

    @app.get("/media/{project}/sound/{name}")
    def sound(project: str, name: str) -> Response:
        return media(lambda: library.sound(project, name), "audio/*")

    @app.get("/media/{project}/film/{name}")
    def film(project: str, name: str) -> Response:
        return media(lambda: library.film(project, name), "video/mp4")

    @app.get("/media/{project}/mask/{sha256}")
    def mask(project: str, sha256: str) -> Response:
        return media(lambda: library.mask(project, sha256), "image/png")

    @app.get("/media/{project}/export/{name}")
    def export(project: str, name: str) -> Response:
        answer = media(lambda: library.export(project, name), "application/octet-stream")
        answer.headers["Cache-Control"] = "no-store"  # written over under its name
        return answer

    @app.get("/media/{project}/report/{name}")
    def report(project: str, name: str) -> Response:
        try:
            if studio.checks is None:
                raise NotFound("There are no reports here.")
            page = studio.checks.page(studio.projects.get(project), name)
            return FileResponse(page, media_type="text/html; charset=utf-8", headers=_REPORT)
        except StudioError as error:
            return _refused(404, error)

    @app.get("/media/preview/{job}")
    def preview(job: str) -> Response:
        found = studio.jobs.preview(job)
        if found is None:
            # A job that ended while its picture was asked for is no error; one that nobody knows is.
            known = any(job == one.id for one in studio.jobs.jobs())
            return Response(status_code=204 if known else 404)
        return Response(found[2], media_type=found[1], headers={"Cache-Control": "no-store"})

    @app.post(UPLOAD)
    async def upload(request: Request, name: str = "file") -> Response:
        # A page elsewhere cannot set this header without being asked who it is.
        if request.headers.get("x-kinoloom") != "1":
            return JSONResponse({"error": "Uploads come from the studio's own page."}, status_code=403)
        limit = studio.options().max_upload
        try:
            stated = request.headers.get("content-length", "")
            if stated.isdecimal() and int(stated[:20]) > limit:
                raise BadInput(f"The file is larger than the limit of {limit // 2**20} MB.", "Raise it in Settings.")
            token = await uploads.receive(name, request.stream(), limit)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except StudioError as error:
            with speaking(languages(request.headers.get("accept-language", ""))):
                return _refused(413, error)
        return JSONResponse({"token": token})


def _refused(status: int, error: StudioError) -> Response:
    return JSONResponse({"error": said(str(error))}, status_code=status)
