"""Projects that begin, in the Project tab: new ones, imported ones, those opened before, and packed ones."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Any

from addons.api import Action, AddonContext, PartData, Reply
from addons.format import clock, rate_words
from addons.imports import (
    ACCEPTED,
    dismiss_notes,
    handed_over,
    is_page,
    is_picture,
    is_zip,
    notes_head,
    read_files,
    read_pictures,
    remember_notes,
    take_pictures,
)
from addons.session import View
from addons.words import named, said, t, tn
from domain.errors import BadInput, NotFound, NotReady
from domain.importing import ImportResult, Zipped
from domain.job import Done, Failed, Job, Queued, Running
from services.importing import import_any
from services.projects import OpenProject
from services.recent import RecentProjects

UNPACKING = "project.unpacking"
"""Under which name a window remembers what it has unpacked, until that is open."""

STAGED = "project.staged"
"""Under which name a window remembers the files that were dropped for a new project."""


class StartingParts:
    """The form for a new project, and the list of earlier ones. Holds nothing but a cache of summaries."""

    def __init__(self, context: AddonContext) -> None:
        self._studio = context.studio
        self._uploads = context.uploads
        self._recent = RecentProjects()

    # -- a new one -----------------------------------------------------------------------------------------

    def new(self, view: View) -> PartData:
        """The form for a new project, what waits to be imported, and what the last import altered."""
        self._uploads.tidy()
        staged: dict[str, Any] = view.choice(STAGED, {})
        waiting = self._waiting(view)
        return PartData(
            head={
                "home": str(self._studio.projects.home()),
                "accept": ACCEPTED,
                "staged": {**staged, "files": [name for _, name in waiting]} if waiting else {},
                "notes": notes_head(view),
            }
        )

    def _waiting(self, view: View) -> list[tuple[str, str]]:
        """The files that were dropped and are still there."""
        staged: dict[str, Any] = view.choice(STAGED, {})
        files = staged.get("files", [])
        pairs = [(str(f[0]), str(f[1])) for f in files if isinstance(f, list) and len(f) == 2]
        return pairs if all(self._uploads.waiting(token) for token, _ in pairs) else []

    def act_new(self, view: View, action: Action) -> Reply | None:
        """Drop files for a new project, make it, or make the sample film."""
        match action.act:
            case "stage":
                return self._stage(view, handed_over(action))
            case "unstage":
                view.choose(STAGED, {})
            case "create":
                return self._create(
                    view, action.text("name", 200), action.text("source", 4000), action.text("folder", 4000)
                )
            case "sample":
                return self._sample()
            case "dismiss":
                dismiss_notes(view)
        return None

    def _stage(self, view: View, given: list[tuple[str, str]]) -> Reply | None:
        if len(given) == 1 and is_zip(given[0][1]) and self._zipped(self._uploads.known(given[0][0])).project:
            return self._unpack(view, given)
        before = self._waiting(view)
        shown = any(is_picture(name) or is_zip(name) for _, name in given)
        # A newly dropped storyboard takes the place of the one before; a master prompt joins it, and pictures pictures.
        if shown:
            before = [(t, n) for t, n in before if is_picture(n)]
        elif any(not is_page(name) for _, name in given):
            before = [(t, n) for t, n in before if is_page(n)]
        if any(is_page(name) for _, name in given):
            before = [(t, n) for t, n in before if not is_page(n) and not is_picture(n)]
        files = [*before, *given]
        paths = [self._uploads.known(token) for token, _ in files]
        result = read_pictures([(n, p) for (_, n), p in zip(files, paths, strict=True)], self._zipped)
        result = result or read_files(paths)
        view.choose(STAGED, {"files": [list(f) for f in files], **_summary(result, view)})
        return None

    def _zipped(self, path: Path) -> Zipped:
        return self._studio.generation.zipped(path)

    def _create(self, view: View, name: str, source: str, folder: str) -> Reply:
        projects = self._studio.projects
        name, source, folder = " ".join(name.split()), source.strip(), folder.strip()
        waiting = self._waiting(view)
        if waiting and source:
            raise BadInput("Both a dropped file and a folder were given to import.", "Take one of them away.")
        result: ImportResult | None = None
        told = ""
        if waiting:
            result = read_pictures([(name, self._uploads.known(token)) for token, name in waiting], self._zipped)
            if result is None:
                with contextlib.ExitStack() as taken:
                    result = read_files([taken.enter_context(self._uploads.taken(token)) for token, _ in waiting])
            told = " + ".join(name for _, name in waiting)
        elif source:
            path = self._typed(source)
            result, told = import_any(path), path.name
        elif view.choice(STAGED, {}):
            view.choose(STAGED, {})
            raise NotFound("The file that was handed over is gone.", "Drop it again.")
        title = name or (result.storyboard.title[:200] if result else "")
        if not title and not told:
            raise BadInput("A film needs a name.", "Write one, or drop a storyboard that has one.")
        target = self._typed(folder) if folder else projects.free_folder(title or Path(told).stem)
        if result is None:
            made = projects.create(target, title)
        else:
            made = projects.create_from(result, target, title or Path(told).stem[:200])
        return self._show(view, made, told, result, [token for token, _ in waiting])

    def _show(self, view: View, made: OpenProject, told: str, result: ImportResult | None, tokens: list[str]) -> Reply:
        view.choose(STAGED, {})
        if result is None:
            return Reply(said=t("Made {name}.", name=made.project.name), project=made.id, tab="storyboard")
        remember_notes(made, told, result)
        take_pictures(made, result, self._studio, self._uploads, tokens)
        shots = len(result.storyboard.shots)
        return Reply(
            said=tn("Made {name} with {n} shot.", "Made {name} with {n} shots.", shots, name=made.project.name),
            project=made.id, tab="storyboard",
        )  # fmt: skip

    def _sample(self) -> Reply:
        """A new project with the sample storyboard; its keyframes, clips and film are queued at once."""
        made = self._studio.projects.create_sample()
        try:
            run = self._studio.generation.render(made)
            self._studio.film.make(made, after=tuple(job.id for job in run.jobs) if run else ())
        except NotReady as error:
            return Reply(said=said(str(error)), project=made.id, tab="storyboard")
        return Reply(said=t("{name} is being made.", name=made.project.name), project=made.id, tab="storyboard")

    def _typed(self, text: str) -> Path:
        """A path as typed; a bare name means a folder beside the other projects."""
        text = text.strip().strip("\"'")
        if "\0" in text:
            raise BadInput("That is no path.", "Type the path of a folder.")
        try:
            path = Path(text).expanduser()
        except RuntimeError:
            raise BadInput(f"There is no home folder for {text[:60]!r}.", "Type the whole path.") from None
        return path if path.is_absolute() else self._studio.projects.home() / path

    # -- earlier ones --------------------------------------------------------------------------------------

    def recent(self, view: View) -> PartData:
        """Projects opened before, newest first; those that are gone are not among them."""
        items = []
        for found in self._recent.summaries(self._studio.projects.recent()):
            here = found.folder == view.open.files.root
            items.append(
                {
                    "id": _key(found.folder),
                    "name": found.name,
                    "shots": found.shots,
                    "length": clock(found.frames, found.rate),
                    "rate": rate_words(found.rate),
                    "folder": str(found.folder),
                    "used": found.used,
                    "here": here,
                }
            )
        head: dict[str, Any] = {"count": len(items), "unpacking": self._unpacking(view)}
        return PartData(head=head, items=items)

    def act_recent(self, view: View, action: Action) -> Reply | None:
        """Open a project from the list, by its path, or out of one zip."""
        match action.act:
            case "open":
                for folder in self._studio.projects.recent():
                    if _key(folder) == action.id:
                        return self._open(view, folder)
                raise NotFound("That project is no longer there.", "Reload the page.")
            case "path":
                text = action.text("path", 4000).strip()
                if not text:
                    raise BadInput("No folder was given.", "Type the path of a project folder.")
                path = self._typed(text)
                if is_zip(path.name) and path.is_file():
                    return self._unpack_later(view, path, path.name)
                return self._open(view, path)
            case "unpack":
                return self._unpack(view, handed_over(action))
            case "unpacked":
                return self._unpacked(view)
            case "stop-unpack":
                job = self._job(view)
                if job is not None and not job.ended:
                    self._studio.jobs.stop([job.id])
                view.choose(UNPACKING, {})
        return None

    def _unpack(self, view: View, given: list[tuple[str, str]]) -> Reply:
        """Open a packed project that was dropped, in a new folder beside the other projects."""
        if len(given) != 1:
            raise BadInput("One packed project can be opened at a time.", "Drop one .zip file.")
        token, name = given[0]
        path = self._uploads.known(token)
        if not is_zip(name) or not self._zipped(path).project:
            raise BadInput(f"{name} is no packed project.", "Drop a .zip file that Kinoloom packed.")
        reply = self._unpack_later(view, path, name)
        job = self._job(view)
        if job is not None:
            jobs, wanted = self._studio.jobs, job.id
            project = view.open.id
            self._uploads.lend([token], lambda: all(j.ended for j in jobs.jobs(project) if j.id == wanted))
        return reply

    def _unpack_later(self, view: View, archive: Path, name: str) -> Reply:
        run = self._studio.handover.unpack_later(view.open, archive, name)
        view.choose(UNPACKING, {"job": run.jobs[0].id, "name": name[:200]})
        return Reply(said=t("{name} is being unpacked.", name=name))

    def _job(self, view: View) -> Job | None:
        """The job that unpacks what was dropped last."""
        chosen: dict[str, Any] = view.choice(UNPACKING, {})
        wanted = chosen.get("job")
        return next((job for job in view.jobs if job.id == wanted), None)

    def _unpacking(self, view: View) -> dict[str, Any]:
        """How far unpacking is: "going", "done" or "failed"; empty where nothing is unpacked."""
        job = self._job(view)
        if job is None or not isinstance(job.phase, (Queued, Running, Done, Failed)):
            return {}
        chosen: dict[str, Any] = view.choice(UNPACKING, {})
        found: dict[str, Any] = {"name": str(chosen.get("name", ""))}
        match job.phase:
            case Done():
                return found | {"state": "done"}
            case Failed(message=message, cure=cure):
                return found | {"state": "failed", "why": f"{said(message)} {said(cure)}".strip()}
            case Running(fraction=fraction):
                return found | {"state": "going", "fraction": round(fraction, 3)}
            case _:
                return found | {"state": "going", "fraction": 0}

    def _unpacked(self, view: View) -> Reply | None:
        """Open what was unpacked; the first of the windows that ask for it does."""
        job = self._job(view)
        if job is None or not isinstance(job.phase, Done):
            return None
        view.choose(UNPACKING, {})
        project = self._studio.projects.open(Path(job.phase.result))
        told = t("Unpacked {name} into {folder}.", name=project.project.name, folder=project.files.root)
        return Reply(said=told, project=project.id, tab="storyboard")

    def _open(self, view: View, folder: Path) -> Reply:
        project = self._studio.projects.open(folder)
        if project.id == view.open.id:
            return Reply(said=t("{name} is open already.", name=project.project.name), tab="storyboard")
        return Reply(said=t("Opened {name}.", name=project.project.name), project=project.id, tab="storyboard")


def _summary(result: ImportResult, view: View) -> dict[str, Any]:
    rate = result.rate or view.studio.options().rate
    return {
        "form": result.format,
        "format": named(result.format),
        "title": result.storyboard.title,
        "shots": len(result.storyboard.shots),
        "length": clock(result.storyboard.frames(rate), rate),
        "altered": len(result.notes),
    }


def _key(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:16]
