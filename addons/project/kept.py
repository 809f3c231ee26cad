"""What a project keeps: documents that cannot be read with their backups, earlier versions, and the trash."""

from __future__ import annotations

from addons.api import Action, AddonContext, Json, PartData, Reply
from addons.session import View
from addons.words import number, said, t, tn
from domain.errors import StudioError
from domain.keeping import Backup
from services.keeping import Standing

MAX_VERSIONS = 12
"""Versions of a document that are offered; older ones stay in the project's folder `backups`."""

MAX_TRASH = 100
"""Deletions that are offered, the newest first."""


class KeptPart:
    """The part `project.kept`."""

    def __init__(self, context: AddonContext) -> None:
        self._keeping = context.studio.keeping

    def view(self, view: View) -> PartData:
        """What is damaged, what can be put back, and who renders here when that is somebody else."""
        files = view.open.files
        standings = self._keeping.documents(files)
        elsewhere = _elsewhere(view)
        head: dict[str, Json] = {
            "damaged": [_damaged(s) for s in standings if s.problem],
            "documents": [
                {"name": s.document, "versions": [_version(b) for b in s.backups[:MAX_VERSIONS]]}
                for s in standings
                if s.backups and not s.problem
            ],
            "strays": list(self._keeping.strays(files)),
            "elsewhere": said(elsewhere),
            "over": "take the project over" in elsewhere,
        }
        items = [
            {
                "id": entry.id,
                "title": said(entry.title),
                "deleted": entry.deleted,
                "size": t("{value} MB", value=number(f"{entry.size / 1e6:.1f}")),
            }
            for entry in files.trash()[:MAX_TRASH]
        ]
        return PartData(head=head, items=items)

    def act(self, view: View, action: Action) -> Reply | None:
        """Restore a document, begin one anew, put a deletion back, or take the project over."""
        files = view.open.files
        match action.act:
            case "restore":
                self._keeping.restore(files, action.id, action.text("key", 80))
                return Reply(said=t("{id}.json is back; what it replaced is among the versions.", id=action.id))
            case "anew":
                self._keeping.start_over(files, action.id)
                return Reply(said=t("{id}.json begins anew; its versions stay.", id=action.id))
            case "back":
                return Reply(said=t("{title} is back.", title=said(self._keeping.put_back(view.open, action.id).title)))
            case "over":
                view.studio.generation.replace_silent(view.open)
                again = view.studio.generation.resume(view.open, free_only=True)
                left = " " + tn("{n} job goes on here.", "{n} jobs go on here.", again) if again else ""
                return Reply(said=t("This computer may render the project now.") + left)
        return None


def _damaged(standing: Standing) -> dict[str, Json]:
    newest = standing.backups[0] if standing.backups else None
    return {
        "name": standing.document, "problem": said(standing.problem), "cure": said(standing.cure),
        "when": newest.when if newest else "", "anew": standing.document != "project" and newest is not None,
    }  # fmt: skip


def _version(backup: Backup) -> dict[str, Json]:
    return {"key": backup.key, "when": backup.when, "note": backup.note}


def _elsewhere(view: View) -> str:
    """Why this window cannot render here; empty when it can."""
    try:
        view.studio.projects.check_free(view.open)
    except StudioError as error:
        return str(error)
    return ""
