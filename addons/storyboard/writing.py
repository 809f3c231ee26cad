"""The Write panel: an idea becomes a draft, an instruction a revision; each is accepted as a whole or by the shot."""

from __future__ import annotations

from typing import Any

from addons.api import Action, AddonContext, PartData, Reply
from addons.format import clock
from addons.session import View
from domain.draft import MAX_IDEA, MAX_INSTRUCTION, Brief, FieldChange, ShotChange
from domain.errors import BadInput
from domain.job import Failed
from domain.timing import parse_seconds, seconds_label
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS
from services.projects import checked

OPEN = "storyboard.write.open"
"""Under which name a window remembers that the panel is unfolded."""

LANGUAGES = (("", "Tell it from the text"), ("en", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish"))
_MOST_SHOWN = 500
_FIELDS = {
    "prompt": "Words", "seconds": "Seconds", "size": "Shot size", "presets.camera": "Camera",
    "presets.time_of_day": "Time of day", "characters": "Characters", "objects": "Objects", "location": "Location",
}  # fmt: skip


def panel(view: View) -> PartData:
    """What was asked for, how far it is, and what the draft would change, a shot each."""
    if not view.choice(OPEN, False):
        return PartData(head={"open": False})
    writing, rate = view.studio.writing, view.project.rate
    asked, found = writing.asked(view.open), writing.view(view.open)
    jobs = [job for job in view.studio.jobs.jobs(view.open.id) if job.kind == "plan"]
    last = jobs[-1].phase if jobs else None
    head: dict[str, Any] = {
        "open": True, "text": asked.text, "seconds": "" if asked.seconds is None else f"{float(asked.seconds):g}",
        "shots": asked.shots or "", "language": asked.language, "languages": [list(pair) for pair in LANGUAGES],
        "expand": asked.mode == "expand", "instruction": asked.instruction, "has": bool(view.board.shots),
        "busy": any(not job.ended for job in jobs),
        "error": f"{last.message} {last.cure}" if isinstance(last, Failed) else "",
        "draft": "",
    }  # fmt: skip
    if found is None:
        return PartData(head=head)
    board, revision = found.draft.storyboard, found.draft.brief.mode == "revise"
    head |= {
        "draft": found.draft.id, "revision": revision, "count": len(found.changes),
        "words": f"{len(board.shots)} shots, {clock(board.frames(rate), rate)}",
        "replaces": not revision and not found.draft.taken and bool(view.board.shots),
        "cast": [e.name or e.id for kind in ("characters", "locations", "objects") for e in getattr(board, kind)][:40],
        "notes": [str(note) for note in found.draft.notes[:20]],
        "more": max(0, len(found.changes) - _MOST_SHOWN),
    }  # fmt: skip
    return PartData(head=head, items=[_row(change) for change in found.changes[:_MOST_SHOWN]])


def _row(change: ShotChange) -> dict[str, Any]:
    shot = change.after or change.before
    assert shot is not None  # a change has one of them
    about = [
        seconds_label(shot.seconds), SIZE_LABELS[shot.size] if shot.size else "",
        next((label for key, label in CAMERA_LABELS.items() if key == shot.presets.camera), ""),
    ]  # fmt: skip
    return {
        "id": change.id, "kind": change.kind, "words": shot.prompt[:600], "about": " · ".join(a for a in about if a),
        "fields": [_field(field) for field in change.fields],
    }  # fmt: skip


def _field(field: FieldChange) -> list[str]:
    name = _FIELDS.get(field.field, field.field.replace(".", " ").replace("_", " ").capitalize())
    return [name, field.before[:600].replace("_", " "), field.after[:600].replace("_", " ")]


class WritingActions:
    """What people do in the panel."""

    def __init__(self, context: AddonContext) -> None:
        self._writing = context.studio.writing

    def act(self, view: View, action: Action) -> Reply | None:
        """Do one thing."""
        match action.act:
            case "close":
                view.choose(OPEN, False)
            case "write":
                self._writing.write(view.open, brief(action))
            case "revise":
                asked = self._writing.asked(view.open)
                instruction = action.text("instruction", MAX_INSTRUCTION)
                self._writing.write(view.open, asked.replace(mode="revise", instruction=instruction))
            case "accept" | "accept-all":
                one = [action.id] if action.act == "accept" else None
                count = self._writing.accept(view.open, action.text("draft", 64), one)
                what = "1 shot" if count == 1 else f"{count} shots"
                return Reply(said=f"Took {what} into the storyboard. Undo takes that back.")
            case "refuse" | "refuse-all":
                one = [action.id] if action.act == "refuse" else None
                self._writing.refuse(view.open, action.text("draft", 64), one)
        return None


def brief(action: Action) -> Brief:
    """What the form asks for. Raises BadInput in a sentence."""
    text = action.text("text", MAX_IDEA + 1)
    if len(text) > MAX_IDEA:
        raise BadInput(f"The text has more than {MAX_IDEA} characters.", "Write a part of it at a time.")
    typed = action.text("seconds", 40).strip().removesuffix("s").strip().replace(",", ".")
    try:
        seconds = parse_seconds(typed) if typed else None
    except ValueError as error:
        raise BadInput(f"The running time: {error}.", "Type seconds, such as 60, or leave it empty.") from None
    count = action.text("shots", 10).strip()
    fields = {
        "mode": "expand" if action.data.get("expand") is True else "draft", "text": text, "seconds": seconds,
        "shots": count or None, "language": action.text("language", 4),
    }  # fmt: skip
    return checked(lambda: Brief.model_validate(fields), "What is asked for")
