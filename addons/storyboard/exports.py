"""The Export panel of the Storyboard tab: the storyboard for other programs and for paper."""

from __future__ import annotations

from typing import Any

from addons.api import Action, AddonContext, PartData, Reply
from addons.session import View
from addons.words import named, said, t
from domain.job import Done, Failed
from services.exporting import FORMATS
from services.exporting.losses import grouped, other
from services.exporting.service import EXPORTS, WITH_PICTURES

OPEN, WRITTEN = "storyboard.exports.open", "storyboard.exports.written"
"""Under which names a window remembers that the panel is unfolded, and what was written last."""


def panel(view: View) -> PartData:
    """The formats; and what was written last, with what it cannot hold."""
    if not view.choice(OPEN, False):
        return PartData(head={"open": False})
    head: dict[str, Any] = {
        "open": True, "has": bool(view.board.shots),
        "formats": [[f.id, named(f.title), f.ending] for f in FORMATS],
    }  # fmt: skip
    written: dict[str, Any] = view.choice(WRITTEN, {})
    if written.get("job"):
        head |= _job(view, str(written["job"]))
    elif written.get("place"):
        files = [str(name) for name in written.get("files", [])]
        head["written"] = {
            "place": str(written["place"]), "notes": _notes(written),
            "files": [[name, f"/media/{view.open.id}/export/{name}"] for name in files],
        }  # fmt: skip
    return PartData(head=head)


def _job(view: View, job_id: str) -> dict[str, Any]:
    """How far the writing of pictures is, and what came of it."""
    job = next((job for job in view.jobs if job.id == job_id), None)
    if job is None:
        return {}
    if isinstance(job.phase, Done):
        name = job.phase.result
        files = [] if job.detail.get("form") == "images" else [[name, f"/media/{view.open.id}/export/{name}"]]
        place = str(view.open.files.root / EXPORTS / name)
        notes = [said(job.phase.note)] if job.phase.note else []
        return {"written": {"place": place, "notes": notes, "files": files}}
    if isinstance(job.phase, Failed):
        return {"error": said(f"{job.phase.message} {job.phase.cure}".strip())}
    return {"busy": not job.ended}


def _notes(written: dict[str, Any]) -> list[str]:
    lost = written.get("lost", {})

    def names(whose: str) -> str:
        return ", ".join(named(str(label)) for label in lost.get(whose, ()))

    told = [said(str(note)) for note in written.get("notes", [])]
    if names("shots"):
        told.append(t("Of the shots, this format does not keep: {names}.", names=names("shots")))
    if names("cast"):
        told.append(t("Of the cast, this format does not keep: {names}.", names=names("cast")))
    if names("film"):
        told.append(t("Of the film, this format does not keep: {names}.", names=names("film")))
    return told


class ExportActions:
    """What people do in the panel."""

    def __init__(self, context: AddonContext) -> None:
        self._exports = context.studio.exports

    def act(self, view: View, action: Action) -> Reply | None:
        """Do one thing."""
        match action.act:
            case "panel":
                view.choose(OPEN, not view.choice(OPEN, False))
            case "close":
                view.remember(choices={**view.ui.choices, OPEN: False, WRITTEN: {}})
            case "export":
                if action.id in WITH_PICTURES:
                    run = self._exports.start(view.open, action.id)
                    view.choose(WRITTEN, {"job": run.jobs[0].id})
                    return None
                made = self._exports.write(view.open, action.id)
                folder = made.place.is_dir()
                lost = {whose: list(names) for whose, names in grouped(made.missing).items()}
                kept = {
                    "place": str(made.place), "lost": lost,
                    "notes": [*made.remarks, *other(made.missing)],
                    "files": [] if folder else [file.name for file in made.files],
                }  # fmt: skip
                view.choose(WRITTEN, kept)
                return Reply(said=t("Written: {name}", name=made.place.name))
        return None
