"""Taking the film along: written for a purpose, as an edit list, as a contact sheet, as one zip; and timing back in."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from addons.api import Action, AddonContext, PartData, Reply
from addons.film.making import film_job
from addons.film.reading import cut_view, side
from addons.format import film_url, size_words
from addons.imports import handed_over
from addons.session import View
from addons.words import named, said, t
from domain.delivery import parse_bytes
from domain.errors import BadInput, NotFound
from domain.film import FilmReport
from domain.interchange.returned import Returned
from domain.job import Done, Failed, Job, Running

SHOWN = 12
"""Films and files that are listed, newest first."""

DELIVERY, LIMIT, HARDWARE, FORM, MEDIA, CODEC, USED = (
    f"film.{name}" for name in ("delivery", "limit", "hardware", "form", "media", "codec", "used")
)


class ExportPanel:
    """The panel, and the edited lists that were read and wait for a yes, by project."""

    def __init__(self, context: AddonContext) -> None:
        self._studio = context.studio
        self._uploads = context.uploads
        self._lock = threading.Lock()
        self._read: dict[str, tuple[str, Returned]] = {}

    # -- what it shows -------------------------------------------------------------------------------------

    def view(self, view: View) -> PartData:
        """What can be written, what was written, and what an edited list would change."""
        if side(view) != "out":
            return PartData()
        films, handover = self._studio.film, self._studio.handover
        deliveries = films.deliveries()
        chosen = self._delivery(view)
        jobs = [job for job in view.jobs if job.kind == "handover" and job.detail.get("what") != "unpack"]
        with self._lock:
            read = self._read.get(view.open.id)
        head: dict[str, Any] = {
            "deliveries": [[d.id, named(d.title)] for d in deliveries], "delivery": chosen.id,
            "about": named(chosen.about),
            "limited": chosen.compressed, "limit": view.choice(LIMIT, ""), "hardware": view.choice(HARDWARE, False),
            "busy": film_job(view) is not None,
            "ready": not cut_view(view).lacking() and cut_view(view).reel.frames > 0,
            "films": [_film(view, f) for f in films.delivered(view.open)[-SHOWN:][::-1]],
            "forms": [[f.id, named(f.title)] for f in handover.formats()], "form": view.choice(FORM, "otio"),
            "media": view.choice(MEDIA, False), "codec": view.choice(CODEC, "h264"), "used": view.choice(USED, False),
            "left": self._left(view),
            "working": [_working(job) for job in jobs if not job.ended],
            "files": [_file(job) for job in jobs[::-1] if isinstance(job.phase, Done | Failed)][:SHOWN],
        }  # fmt: skip
        if read is not None:
            name, found = read
            head["read"] = {
                "name": name, "changes": [[c.kind, c.item, said(c.text)] for c in found.changes[:400]],
                "count": len(found.changes), "unknown": list(found.unknown[:40]),
                "notes": [said(note) for note in found.notes[:40]],
            }  # fmt: skip
        return PartData(head)

    def _left(self, view: View) -> list[str]:
        """What an edit list leaves here or shows otherwise than the film, before it is written."""
        form, handover = view.choice(FORM, "otio"), self._studio.handover
        version = (self._studio.cuts.cut(view.open), self._studio.sound.plan(view.open), view.open.files.version())
        made = view.cached(
            f"film.left.{form}",
            lambda: [said(note) for note in handover.notes(view.open, form, cut_view(view))],
            version,
        )  # fmt: skip
        return made[:SHOWN] + ([t("… and {n} more.", n=len(made) - SHOWN)] if len(made) > SHOWN else [])

    def _delivery(self, view: View) -> Any:
        deliveries = self._studio.film.deliveries()
        chosen = view.choice(DELIVERY, "")
        return next((d for d in deliveries if d.id == chosen), deliveries[0])

    # -- what is done --------------------------------------------------------------------------------------

    def act(self, view: View, action: Action) -> Reply | None:
        """Do one thing."""
        match action.act:
            case "edit":
                self._choose(view, action)
            case "deliver":
                return self._deliver(view)
            case "export":
                form, media, codec = view.choice(FORM, "otio"), view.choice(MEDIA, False), view.choice(CODEC, "h264")
                self._studio.handover.export(view.open, form, with_media=media, codec=codec)
                return Reply(said=t("The edit list is being written."))
            case "sheet" if action.id in (".pdf", ".png"):
                self._studio.handover.contact_sheet(view.open, ending=action.id)
                return Reply(said=t("The contact sheet is being made."))
            case "pack":
                self._studio.handover.pack(view.open, only_used=view.choice(USED, False))
                return Reply(said=t("The project is being packed."))
            case "stop":
                self._studio.jobs.stop([job.id for job in view.jobs if job.id == action.id and job.kind == "handover"])
            case "read":
                return self._read_back(view, action)
            case "apply":
                return self._apply(view)
            case "forget":
                with self._lock:
                    self._read.pop(view.open.id, None)
                self._studio.changes.bump()
        return None

    def _choose(self, view: View, action: Action) -> None:
        field, value, text = action.text("field", 20), action.data.get("value"), action.text("value", 40)
        match field:
            case "delivery" if text in {d.id for d in self._studio.film.deliveries()}:
                view.choose(DELIVERY, text)
            case "limit":
                if text.strip():
                    parse_bytes(text)
                view.choose(LIMIT, text.strip())
            case "form" if text in {f.id for f in self._studio.handover.formats()}:
                view.choose(FORM, text)
            case "codec" if text in ("h264", "prores"):
                view.choose(CODEC, text)
            case "hardware" | "media" | "used":
                view.choose(f"film.{field}", value is True)
            case _:
                raise BadInput("That choice is no longer there.", "Reload the page.")

    def _deliver(self, view: View) -> Reply:
        if film_job(view) is not None:
            return Reply(said=t("A film is being made already."))
        chosen, limit = self._delivery(view), view.choice(LIMIT, "")
        self._studio.film.make(
            view.open, delivery=chosen.id, hardware=view.choice(HARDWARE, False),
            limit=parse_bytes(limit) if limit and chosen.compressed else None,
        )  # fmt: skip
        return Reply(said=t("{title} is being made.", title=named(chosen.title)))

    def _read_back(self, view: View, action: Action) -> Reply | None:
        files = handed_over(action)
        if not files:
            raise BadInput("No file arrived.", "Choose it again.")
        token, name = files[0]
        with self._uploads.taken(token) as path:
            found = self._studio.handover.read_back(view.open, path)
        if not found.changes:
            more = f" {found.unknown[0]}" if found.unknown else ""
            return Reply(said=t("{name} changes nothing in the cut.{more}", name=name, more=more))
        with self._lock:
            self._read[view.open.id] = (name, found)
        self._studio.changes.bump()
        return None

    def _apply(self, view: View) -> Reply:
        with self._lock:
            read = self._read.pop(view.open.id, None)
        if read is None:
            raise NotFound("There is no edit list to take over.", "Choose the file again.")
        self._studio.handover.apply(view.open, read[1])
        return Reply(said=t("The cut is as in the edit list. Undo brings yours back."))


def _film(view: View, film: FilmReport) -> dict[str, Any]:
    path = Path(film.file) if film.file else view.open.files.film_path(film.name)
    inside = path.suffix == ".mp4" and path.parent == view.open.files.film_path(film.name).parent
    return {
        "name": path.name, "made": film.made, "path": str(path), "size": size_words(film.info.size),
        "what": f"{film.width}×{film.height} · {film.info.codec} · {film.encoder}".rstrip(" ·"),
        "url": film_url(view.open.id, film.name) if inside else "",
    }  # fmt: skip


def _working(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = {"id": job.id, "title": said(job.title)}
    found |= {"fraction": 0.0, "detail": t("waiting for its turn")}
    if isinstance(job.phase, Running):
        found |= {"fraction": round(job.phase.fraction, 3), "detail": said(job.phase.detail)}
    return found


def _file(job: Job) -> dict[str, Any]:
    if isinstance(job.phase, Failed):
        failed = f"{said(job.phase.message)} {said(job.phase.cure)}".strip()
        return {"id": job.id, "title": said(job.title), "failed": failed}
    path = Path(job.phase.result) if isinstance(job.phase, Done) else Path()
    return {"id": job.id, "title": said(job.title), "path": str(path), "name": path.name}
