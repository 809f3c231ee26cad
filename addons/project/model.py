"""What the Project tab shows and does."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from addons.api import Action, AddonContext, PartData, Reply
from addons.flows import limits
from addons.format import clock, rate_words
from addons.imports import (
    ACCEPTED,
    PICTURES,
    dismiss_notes,
    handed_over,
    is_page,
    notes_head,
    read_files,
    remember_notes,
)
from addons.project import makers
from addons.session import View
from domain.errors import BadInput, NotFound, NotReady, StudioError
from domain.importing import ImportResult
from domain.profile import Mode, ModelProfile
from domain.timing import film_frames, native_frames, parse_rate, rate_label, rate_text
from domain.vocabulary import PRESET_CHOICES
from services.importing import import_any
from services.projects import OpenProject
from services.recent import RecentProjects

SIZES = ((1920, 1080), (1280, 720), (1080, 1920), (1080, 1080))
RATES = ("24000/1001", "24/1", "25/1", "30000/1001", "30/1", "50/1", "60/1")
MODES: dict[Mode, tuple[str, str]] = {
    "chain": ("Chain", "A long shot is made in segments; each goes on from the last frame of the one before."),
    "keyframe": ("Keyframe", "Every segment runs from one keyframe to the next, so each can be made by itself."),
    "single": ("Single", "One segment a shot. Shots longer than the model makes in one go are left out."),
}
STAGED, PENDING = "project.staged", "project.pending"
_CHANGES = (
    "width", "height", "rate", "backend", "profile", "mode", "look", "workflow", "image_backend", "image_workflow",
    "workflow_options",
)  # fmt: skip


class ProjectTab:
    """The three parts of the tab. Holds nothing but a cache of summaries."""

    def __init__(self, context: AddonContext) -> None:
        self._studio = context.studio
        self._uploads = context.uploads
        self._recent = RecentProjects()

    # -- the open film -------------------------------------------------------------------------------------

    def film(self, view: View) -> PartData:
        """Format and defaults of the open project, and the question that a change raised."""
        try:
            made = self._made(view)
        except StudioError as error:
            made = self._lost(view, error)
        project = view.project
        size = (project.width, project.height)
        frames = view.board.frames(project.rate)
        rates = list(RATES)
        if rate_text(project.rate) not in rates:
            rates = sorted([*rates, rate_text(project.rate)], key=Fraction)
        return PartData(
            head={
                "name": project.name,
                "folder": str(view.open.files.root),
                "shots": len(view.board.shots),
                "length": clock(frames, project.rate),
                "frames": frames,
                "size": f"{size[0]}×{size[1]}",
                "width": size[0],
                "height": size[1],
                "sizes": [{"w": w, "h": h, "on": (w, h) == size} for w, h in SIZES],
                "rates": [
                    {"value": r, "label": rate_label(Fraction(r)), "on": Fraction(r) == project.rate} for r in rates
                ],
                "pending": self._pending(view),
            }
            | made
        )  # fmt: skip

    def _made(self, view: View) -> dict[str, Any]:
        """What makes the film: backends, workflows, model, mode and look."""
        project, spec, profile = view.project, view.spec, view.setup.profile
        longest = max((native_frames(film_frames(s.seconds, project.rate), profile.rate, project.rate)
                       for s in view.board.shots), default=0)  # fmt: skip
        modes = [m for m in MODES if m in profile.modes and (m != "keyframe" or spec.takes_end)]
        if project.mode not in modes:
            modes.append(project.mode)
        note = ""
        if longest and longest <= profile.longest and "chain" in modes and "single" in modes:
            note = f"No shot is longer than {profile.title} makes in one go, so chain and single give the same film."
        size = (project.width, project.height)
        drawn = makers.keyframe_backend(view)
        drawers = makers.backends(view, "image", drawn)
        return {
            "made": _fitted(profile.title, profile.fit_size(*size), size),
            "backends": makers.backends(view, "video", spec.id),
            "flow": makers.picker(view, "video", spec.id, makers.used(view, "video")),
            "fallbacks": makers.fallbacks(view),
            "drawers": drawers if len(drawers) > 1 or drawn != spec.id else [],
            "drawFlow": makers.picker(view, "image", drawn, makers.used(view, "image")),
            "profiles": [
                {"id": i, "title": p.title, "limits": limits(p), "on": i == profile.id}
                for i, p in self._profiles(spec.profiles, spec.id, project.rate)
            ],
            "modes": [{"id": m, "title": MODES[m][0], "help": MODES[m][1], "on": m == project.mode} for m in modes],
            "note": note,
            "look": project.look,
            "looks": looks(project.look) if "style" in view.fields else [],
            "lost": "",
        }

    def _lost(self, view: View, error: StudioError) -> dict[str, Any]:
        """The same where the project names a backend, workflow or model that is not here: what is wrong, and the
        choice of another."""
        project = view.project
        drawn = project.image_backend
        return {
            "made": "", "profiles": [], "modes": [], "note": "", "look": project.look, "looks": [], "fallbacks": [],
            "backends": makers.backends(view, "video", project.backend),
            "flow": makers.picker(view, "video", project.backend, project.workflow),
            "drawers": makers.backends(view, "image", drawn) if drawn else [],
            "drawFlow": makers.picker(view, "image", drawn, project.image_workflow) if drawn else {},
            "lost": str(error),
        }  # fmt: skip

    def _profiles(self, ids: tuple[str, ...], backend: str, rate: Fraction) -> list[tuple[str, ModelProfile]]:
        found = []
        for profile_id in ids:
            with contextlib.suppress(NotFound):
                found.append((profile_id, self._studio.backends.profile(backend, profile_id, rate)))
        return found

    def _pending(self, view: View) -> dict[str, Any]:
        """The question that is open, worded anew from the plan as it is now."""
        changes: dict[str, Any] = view.choice(PENDING, {})
        if not changes:
            return {}
        try:
            words = self._words(view, _checked_changes(changes))
        except StudioError:
            return {}
        return {"words": words, "to": self._to(view, changes)} if words else {}

    def act_film(self, view: View, action: Action) -> Reply | None:
        """Change the open project; what would make finished work stale is asked first."""
        match action.act:
            case "edit" if action.text("field") == "name":
                name = " ".join(action.text("value", 400).split())
                if not name:
                    raise BadInput("A film needs a name.", "The name was left as it is.")
                self._change(view, {"name": name})
            case "edit" if action.text("field") == "look":
                return self._ask_or_change(view, {"look": action.text("value", 80)})
            case "edit" if action.text("field") == "backend":
                return self._ask_or_change(view, makers.clips_by(view, action.text("value", 80)))
            case "edit" if action.text("field") == "fallback_backend":
                self._change(view, makers.fallback(view, action.text("value", 80)))
            case "edit" if action.text("field") == "profile":
                return self._ask_or_change(view, self._profile(view, action.text("value", 80)))
            case "edit" | "quality":
                return self._ask_or_change(view, makers.change(view, action))
            case "servers":
                return Reply(tab="servers")
            case "size":
                width, height = action.number("w"), action.number("h")
                if width is None or height is None:
                    raise BadInput("Width and height are whole numbers of pixels.", "Write both, such as 1920 and 800.")
                return self._ask_or_change(view, {"width": width, "height": height})
            case "rate":
                try:
                    return self._ask_or_change(view, {"rate": rate_text(parse_rate(action.text("value", 40)))})
                except ValueError as error:
                    raise BadInput(f"That is no frame rate: {error}.", "Choose one of those shown.") from None
            case "mode":
                if action.id not in MODES:
                    raise BadInput(f"There is no mode {action.id[:40]!r}.", "Choose chain, keyframe or single.")
                return self._ask_or_change(view, {"mode": action.id})
            case "go":
                changes = _checked_changes(view.choice(PENDING, {}))
                if changes:
                    self._change(view, changes)
                    return Reply(said=f"Changed to {self._to(view, changes)}.")
            case "keep":
                view.choose(PENDING, {})
        return None

    def _profile(self, view: View, value: str) -> dict[str, Any]:
        if value not in view.spec.profiles:
            raise BadInput(
                f"{view.spec.title} does not make {value[:40]!r}.", f"It makes: {', '.join(view.spec.profiles)}."
            )
        return {"profile": value}

    def _to(self, view: View, changes: dict[str, Any]) -> str:
        """What a change leads to, in words."""
        words = "" if changes.get("backend") else makers.to_words(view, changes)
        if not words and changes.get("backend"):
            with contextlib.suppress(NotFound):
                words = self._studio.backends.spec(str(changes["backend"])).title
        return words or _to_words(changes)

    def _ask_or_change(self, view: View, changes: dict[str, Any]) -> Reply | None:
        project = view.project
        if all(_same(getattr(project, key), value) for key, value in changes.items()):
            view.choose(PENDING, {})
            return None
        if self._words(view, changes):
            view.choose(PENDING, changes)
            return Reply(focus="[data-part='project.film'] [data-act=go]")
        self._change(view, changes)
        return None

    def _change(self, view: View, changes: Mapping[str, Any]) -> None:
        view.open.change_project(**changes)
        view.choose(PENDING, {})
        self._studio.changes.bump()

    def _words(self, view: View, changes: Mapping[str, Any]) -> str:
        """What the change makes stale, counted from the plan; empty when nothing is."""
        if not makers.can_plan(view):
            return ""  # what it is made with is not here: nothing counts as finished, and another choice is the cure
        rendered, drawn = self._studio.generation.consequences(view.open, **changes)
        said = []
        if rendered:
            said.append(
                f"{_shots(len(rendered))} rendered and would be stale: the takes stay, but have to be rendered again."
            )
        if drawn:
            are = "keyframe no longer fits" if len(drawn) == 1 else "keyframes no longer fit"
            said.append(f"{len(drawn)} drawn {are} and would be drawn again. Pictures you picked or imported stay.")
        return " ".join(said)

    # -- a new one -----------------------------------------------------------------------------------------

    def new(self, view: View) -> PartData:
        """The form for a new project, what waits to be imported, and what the last import altered."""
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
        pictures = [name for _, name in given if Path(name).suffix.lower() in PICTURES]
        if pictures:
            raise BadInput(
                f"{pictures[0]} is a picture, not a storyboard.",
                "Type the path of the folder with the pictures instead.",
            )
        before = self._waiting(view)
        # A newly dropped storyboard takes the place of the one before; a master prompt and a storyboard join.
        if any(not is_page(name) for _, name in given):
            before = [(t, n) for t, n in before if is_page(n)]
        if any(is_page(name) for _, name in given):
            before = [(t, n) for t, n in before if not is_page(n)]
        files = [*before, *given]
        result = read_files([self._path(token) for token, _ in files])
        view.choose(STAGED, {"files": [list(f) for f in files], **_summary(result, view)})
        return None

    def _path(self, token: str) -> Path:
        found = self._uploads.waiting(token)
        if found is None:
            raise NotFound("The file that was handed over is gone.", "Drop it again.")
        return found

    def _create(self, view: View, name: str, source: str, folder: str) -> Reply:
        projects = self._studio.projects
        name, source, folder = " ".join(name.split()), source.strip(), folder.strip()
        waiting = self._waiting(view)
        if waiting and source:
            raise BadInput("Both a dropped file and a folder were given to import.", "Take one of them away.")
        result: ImportResult | None = None
        told = ""
        if waiting:
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
        return self._show(view, made, told, result)

    def _show(self, view: View, made: OpenProject, told: str, result: ImportResult | None) -> Reply:
        view.choose(STAGED, {})
        if result is None:
            return Reply(said=f"Made {made.project.name}.", project=made.id, tab="storyboard")
        remember_notes(made, told, result)
        self._studio.generation.import_pictures(made, result.pictures)
        shots = len(result.storyboard.shots)
        return Reply(
            said=f"Made {made.project.name} with {shots} {'shot' if shots == 1 else 'shots'}.",
            project=made.id, tab="storyboard",
        )  # fmt: skip

    def _sample(self) -> Reply:
        """A new project with the sample storyboard; its keyframes, clips and film are queued at once."""
        made = self._studio.projects.create_sample()
        try:
            run = self._studio.generation.render(made)
            self._studio.film.make(made, after=tuple(job.id for job in run.jobs) if run else ())
        except NotReady as error:
            return Reply(said=str(error), project=made.id, tab="storyboard")
        return Reply(said=f"{made.project.name} is being made.", project=made.id, tab="storyboard")

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
        return PartData(head={"count": len(items)}, items=items)

    def act_recent(self, view: View, action: Action) -> Reply | None:
        """Open a project from the list, or by its path."""
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
                return self._open(view, self._typed(text))
        return None

    def _open(self, view: View, folder: Path) -> Reply:
        project = self._studio.projects.open(folder)
        if project.id == view.open.id:
            return Reply(said=f"{project.project.name} is open already.", tab="storyboard")
        return Reply(said=f"Opened {project.project.name}.", project=project.id, tab="storyboard")


def looks(current: str) -> list[dict[str, Any]]:
    """The looks to choose from; one that came from elsewhere is kept and marked."""
    known = PRESET_CHOICES["style"]
    found = [{"value": "", "label": "None: each shot its own"}, *({"value": k, "label": _label(k)} for k in known)]
    if current and current not in known:
        found.append({"value": current, "label": f"{current} (imported)"})
    return [{**f, "on": f["value"] == current} for f in found]


def _fitted(title: str, made: tuple[int, int], film: tuple[int, int]) -> str:
    if made == film:
        return ""
    return f"{title} makes {made[0]}×{made[1]}; the film is fitted to {film[0]}×{film[1]}."


def _label(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _shots(count: int) -> str:
    return "1 shot is" if count == 1 else f"{count} shots are"


def _same(now: object, wanted: object) -> bool:
    return rate_text(now) == wanted if isinstance(now, Fraction) else now == wanted


def _checked_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Remembered choices come back from disk: only fields of a project count."""
    return {k: v for k, v in changes.items() if k in _CHANGES}


def _to_words(changes: Mapping[str, Any]) -> str:
    if "width" in changes and "height" in changes:
        return f"{changes['width']}×{changes['height']}"
    if "rate" in changes:
        with contextlib.suppress(ValueError):
            return rate_words(parse_rate(changes["rate"]))
    if "look" in changes:
        return f"the look {_label(str(changes['look']))}" if changes["look"] else "no look"
    if "mode" in changes:
        return f"{changes['mode']} mode"
    return str(changes.get("backend") or changes.get("profile") or "the new value")


def _summary(result: ImportResult, view: View) -> dict[str, Any]:
    rate = result.rate or view.studio.options().rate
    return {
        "format": result.format,
        "title": result.storyboard.title,
        "shots": len(result.storyboard.shots),
        "length": clock(result.storyboard.frames(rate), rate),
        "altered": len(result.notes),
    }


def _key(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:16]
