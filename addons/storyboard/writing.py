"""The Write panel: an idea becomes a draft, an instruction a revision; each is accepted as a whole or by the shot."""

from __future__ import annotations

from typing import Any

from addons.api import Action, AddonContext, PartData, Reply
from addons.format import clock
from addons.session import View
from addons.words import named, number, said, t, tn
from domain.draft import MAX_IDEA, MAX_INSTRUCTION, Brief, Draft, FieldChange, ShotChange
from domain.errors import BadInput
from domain.job import Failed, Phase, Queued, Running
from domain.timing import parse_seconds, seconds_label
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS
from services.projects import checked

OPEN = "storyboard.write.open"
"""Under which name a window remembers that the panel is unfolded."""

LANGUAGES = (("", "Tell it from the text"), ("en", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish"))
OUTPUTS = (("", "As the text"), *LANGUAGES[1:])
_MOST_SHOWN = 500
FIELDS = {
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
        "shots": asked.shots or "", "language": asked.language,
        "languages": [[code, named(words)] for code, words in LANGUAGES],
        "expand": asked.mode == "expand", "instruction": asked.instruction, "has": bool(view.board.shots),
        "busy": any(not job.ended for job in jobs),
        "error": f"{said(last.message)} {said(last.cure)}" if isinstance(last, Failed) else "",
        "draft": "",
    }  # fmt: skip
    head |= _with(view, asked) | {"progress": _progress(jobs[-1].phase) if jobs else ""}
    if found is None:
        return PartData(head=head)
    board, revision = found.draft.storyboard, found.draft.brief.mode == "revise"
    head |= {
        "draft": found.draft.id, "revision": revision, "count": len(found.changes),
        "words": tn("{n} shot, {time}", "{n} shots, {time}", len(board.shots), time=clock(board.frames(rate), rate)),
        "replaces": not revision and not found.draft.taken and bool(view.board.shots),
        "cast": [e.name or e.id for kind in ("characters", "locations", "objects") for e in getattr(board, kind)][:40],
        "notes": [f"{said(note.where)}: {said(note.what)}" for note in found.draft.notes[:20]],
        "more": max(0, len(found.changes) - _MOST_SHOWN), "cost": _cost(found.draft),
    }  # fmt: skip
    return PartData(head=head, items=[_row(change) for change in found.changes[:_MOST_SHOWN]])


def _with(view: View, asked: Brief) -> dict[str, Any]:
    """Who can write, and in which languages."""
    writing = view.studio.writing
    model, why = writing.model(), writing.why_no_model()
    both = [["rules", t("Offline rules")], ["model", t("Model {name}", name=model)]]
    return {
        "writers": both if model and not why else [],
        "writer": asked.writer, "why": said(why) if model else "", "host": writing.where() if model else "",
        "output": asked.output, "outputs": [[code, named(words)] for code, words in OUTPUTS],
    }  # fmt: skip


def _progress(phase: Phase) -> str:
    """How far the writing is; why it waits, when it is tried again."""
    if isinstance(phase, Running):
        return said(phase.detail)
    return said(phase.reason) if isinstance(phase, Queued) else ""


def _cost(draft: Draft) -> str:
    """What a draft took: tokens, and the cost where the prices are set."""
    usage = draft.usage
    if not draft.model or not (usage.sent or usage.received):
        return ""
    tokens = f"{usage.sent + usage.received:,}".replace(",", "\u202f")
    amount = t("unknown cost") if usage.cost is None else t("{amount} US dollars", amount=number(f"{usage.cost:.4f}"))
    if usage.exact:
        return t("{model}: {tokens} tokens, {amount}", model=draft.model, tokens=tokens, amount=amount)
    return t("{model}: about {tokens} tokens, {amount}", model=draft.model, tokens=tokens, amount=amount)


def _row(change: ShotChange) -> dict[str, Any]:
    shot = change.after or change.before
    assert shot is not None  # a change has one of them
    about = [
        seconds_label(shot.seconds), named(SIZE_LABELS[shot.size]) if shot.size else "",
        next((named(label) for key, label in CAMERA_LABELS.items() if key == shot.presets.camera), ""),
    ]  # fmt: skip
    return {
        "id": change.id, "kind": change.kind, "words": shot.prompt[:600], "about": " · ".join(a for a in about if a),
        "fields": [_field(field) for field in change.fields],
    }  # fmt: skip


def _field(field: FieldChange) -> list[str]:
    name = FIELDS.get(field.field, field.field.replace(".", " ").replace("_", " ").capitalize())
    return [named(name), field.before[:600].replace("_", " "), field.after[:600].replace("_", " ")]


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
                view.choose(OPEN, True)
                self._writing.write(view.open, brief(action))
            case "revise":
                view.choose(OPEN, True)
                asked = self._writing.asked(view.open)
                instruction = action.text("instruction", MAX_INSTRUCTION)
                asked = asked.replace(mode="revise", instruction=instruction, **_wanted(action))
                self._writing.write(view.open, asked)
            case "stop":
                self._writing.stop(view.open)
            case "settings":
                return Reply(tab="settings")
            case "accept" | "accept-all":
                one = [action.id] if action.act == "accept" else None
                count = self._writing.accept(view.open, action.text("draft", 64), one)
                if action.act == "accept-all":
                    view.choose(OPEN, False)  # the shots lie under the panel
                what = tn("{n} shot", "{n} shots", count)
                return Reply(said=t("Took {what} into the storyboard. Undo takes that back.", what=what))
            case "refuse" | "refuse-all":
                one = [action.id] if action.act == "refuse" else None
                self._writing.refuse(view.open, action.text("draft", 64), one)
        return None


def _wanted(action: Action) -> dict[str, Any]:
    """Who is to write, and in which language."""
    writer, output = action.text("writer", 10), action.text("output", 4)
    known = {code for code, _ in OUTPUTS}
    return {"writer": "model" if writer == "model" else "rules", "output": output if output in known else ""}


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
        "shots": count or None, "language": action.text("language", 4), **_wanted(action),
    }  # fmt: skip
    return checked(lambda: Brief.model_validate(fields), "What is asked for")
