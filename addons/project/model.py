"""The open film in the Project tab: its format, what makes it, and the question that a change raises."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from addons.api import Action, AddonContext, PartData, Reply
from addons.flows import limits
from addons.format import clock, rate_words
from addons.project import choices, flow_picker, makers
from addons.session import View
from addons.words import named, said, t, tn
from domain.errors import BadInput, NotFound, StudioError
from domain.profile import Mode, ModelProfile
from domain.timing import film_frames, native_frames, parse_rate, rate_label, rate_text
from domain.vocabulary import PRESET_CHOICES

SIZES = ((1920, 1080), (1280, 720), (1080, 1920), (1080, 1080))
RATES = ("24000/1001", "24/1", "25/1", "30000/1001", "30/1", "50/1", "60/1")
MODES: dict[Mode, tuple[str, str]] = {
    "chain": ("Chain", "A long shot is made in segments; each goes on from the last frame of the one before."),
    "keyframe": ("Keyframe", "Every segment runs from one keyframe to the next, so each can be made by itself."),
    "single": ("Single", "One segment a shot. Shots longer than the model makes in one go are left out."),
}
PENDING = "project.pending"
_CHANGES = (
    "width", "height", "rate", "backend", "profile", "mode", "look", "workflow", "image_backend", "image_workflow",
    "workflow_options",
)  # fmt: skip


class FilmPart:
    """The open film. Holds nothing."""

    def __init__(self, context: AddonContext) -> None:
        self._studio = context.studio

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
            note = t(
                "No shot is longer than {title} makes in one go, so chain and single give the same film.",
                title=profile.title,
            )
        size = (project.width, project.height)
        drawn = makers.keyframe_backend(view)
        drawers = makers.backends(view, "image", drawn)
        return {
            "made": _fitted(profile.title, profile.fit_size(*size), size),
            "backends": makers.backends(view, "video", spec.id),
            "flow": flow_picker.picker(view, "video", spec.id, makers.used(view, "video")),
            "fallbacks": makers.fallbacks(view),
            "drawers": drawers if len(drawers) > 1 or drawn != spec.id else [],
            "drawPrice": makers.picture_price(view),
            "drawFlow": flow_picker.picker(view, "image", drawn, makers.used(view, "image")),
            "profiles": [
                {"id": i, "title": named(p.title), "limits": limits(p), "on": i == profile.id}
                for i, p in self._profiles(spec.profiles, spec.id, project.rate)
            ],
            "modes": [
                {"id": m, "title": named(MODES[m][0]), "help": named(MODES[m][1]), "on": m == project.mode}
                for m in modes
            ],
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
            "flow": flow_picker.picker(view, "video", project.backend, project.workflow),
            "drawers": makers.backends(view, "image", drawn) if drawn else [],
            "drawFlow": flow_picker.picker(view, "image", drawn, project.image_workflow) if drawn else {},
            "lost": said(str(error)),
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
                return self._ask_or_change(view, choices.change(view, action))
            case "servers" | "settings":
                return Reply(tab=action.act)
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
                    return Reply(said=t("Changed to {to}.", to=self._to(view, changes)))
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
        words = "" if changes.get("backend") else choices.to_words(view, changes)
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
                tn(
                    "1 shot is rendered and would be stale: the takes stay, but have to be rendered again.",
                    "{n} shots are rendered and would be stale: the takes stay, but have to be rendered again.",
                    len(rendered),
                )
            )
        if drawn:
            said.append(
                tn(
                    "1 drawn keyframe no longer fits and would be drawn again. Pictures you picked or imported stay.",
                    "{n} drawn keyframes no longer fit and would be drawn again. Pictures you picked or imported stay.",
                    len(drawn),
                )
            )
        return " ".join(said)


def looks(current: str) -> list[dict[str, Any]]:
    """The looks to choose from; one that came from elsewhere is kept and marked."""
    known = PRESET_CHOICES["style"]
    found = [
        {"value": "", "label": t("None: each shot its own")},
        *({"value": k, "label": named(_label(k))} for k in known),
    ]
    if current and current not in known:
        found.append({"value": current, "label": t("{key} (imported)", key=current)})
    return [{**f, "on": f["value"] == current} for f in found]


def _fitted(title: str, made: tuple[int, int], film: tuple[int, int]) -> str:
    if made == film:
        return ""
    return t(
        "{title} makes {value}×{value2}; the film is fitted to {value3}×{value4}.",
        title=title,
        value=made[0],
        value2=made[1],
        value3=film[0],
        value4=film[1],
    )


def _label(key: str) -> str:
    return key.replace("_", " ").capitalize()


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
        look = named(_label(str(changes["look"])))
        return t("the look {look}", look=look) if changes["look"] else t("no look")
    if "mode" in changes:
        return t("{mode} mode", mode=named(changes["mode"]))
    return str(changes.get("backend") or changes.get("profile") or t("the new value"))
