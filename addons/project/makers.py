"""What makes the clips and what makes the keyframes: backends, and which workflow of theirs is used."""

from __future__ import annotations

import contextlib
from typing import Any, Literal

from addons.api import Json
from addons.flows import state_of
from addons.session import View
from addons.words import named, said, t
from domain.engine import WorkflowInfo
from domain.errors import BadInput, StudioError
from services.prices import expected
from services.studio import Studio

Kind = Literal["video", "image"]
KINDS: tuple[Kind, ...] = ("video", "image")


def kinds_of(studio: Studio, backend: str) -> frozenset[str]:
    """What a backend makes, with any of its workflows."""
    found: set[str] = set()
    with contextlib.suppress(StudioError):
        found |= studio.backends.spec(backend).kinds
    if studio.engine is not None and studio.engine.backend == backend:
        found |= {flow.kind for flow in studio.engine.workflows()} & {"image", "video"}
    return frozenset(found)


def backends(view: View, kind: Kind, current: str) -> list[dict[str, Json]]:
    """The backends that make this kind; the current one is among them whatever it makes."""
    studio = view.studio
    found: list[dict[str, Json]] = []
    for backend in studio.backends.ids():
        makes = kinds_of(studio, backend)
        if kind not in makes and backend != current:
            continue
        title, free, needs = backend, False, ""
        with contextlib.suppress(StudioError):
            spec = studio.backends.spec(backend)
            title, free, needs = named(spec.title), spec.free, spec.needs
        found.append(
            {"id": backend, "title": title, "on": backend == current, "free": free, "makes": _makes(makes),
             "needs": needs and t("needs a key")}
        )  # fmt: skip
    return found


def fallbacks(view: View) -> list[dict[str, Json]]:
    """The backends that may stand in for the project's own; empty where there is no other one."""
    project, chosen = view.project, view.project.fallback_backend
    others = [b for b in backends(view, "video", chosen) if b["id"] and b["id"] != project.backend]
    return [{"id": "", "title": t("None"), "on": not chosen}, *others] if others else []


def fallback(view: View, backend: str) -> dict[str, Any]:
    """Another backend to stand in, or none. Raises BadInput and NotFound for one that cannot."""
    if backend and "video" not in kinds_of(view.studio, backend):
        raise BadInput(f"{view.studio.backends.spec(backend).title} makes no clips.", "Choose another backend.")
    return {"fallback_backend": backend}


def _makes(kinds: frozenset[str]) -> str:
    names = [word for kind, word in (("image", t("keyframes")), ("video", t("clips"))) if kind in kinds]
    return t(" and ").join(names)


def can_plan(view: View) -> bool:
    """Whether the backends, workflows and models that the project names are all here."""
    try:
        return bool(view.setup)
    except StudioError:
        return False


def keyframe_backend(view: View) -> str:
    """The backend that draws the keyframes; empty when none does."""
    image = view.setup.image_spec
    if "image" in image.kinds:
        return image.id
    return view.project.image_backend


def picture_price(view: View) -> str:
    """What a keyframe costs, in words; empty where it is free."""
    spec = view.setup.image_spec
    if spec.free or "image" not in spec.kinds:
        return ""
    state = next(iter(view.states.values()), None)
    price = None if state is None else expected(view.studio.backends, state.image_request("start"))
    return t("price not known") if price is None else said(price.words)


def used(view: View, kind: Kind) -> str:
    """The workflow that is used for this kind; empty where the backend has none."""
    setup = view.setup
    spec = setup.spec if kind == "video" else setup.image_spec
    return spec.workflow if kind in spec.kinds else ""


def best(flows: list[WorkflowInfo]) -> WorkflowInfo | None:
    """The workflow to begin with: one that can run and makes its results from words, without further pictures."""

    def rank(flow: WorkflowInfo) -> tuple[bool, ...]:
        state = state_of(flow)
        more = any(slot.startswith("reference-") for slot in flow.slots)
        return state == "fault", state == "missing", "prompt" not in flow.slots, more

    return min(flows, key=rank, default=None)


def clips_by(view: View, backend: str) -> dict[str, Any]:
    """Another backend for the clips: with its first workflow and model. What draws the keyframes stays the same where
    the new one would draw none."""
    studio, project = view.studio, view.project
    if "video" not in kinds_of(studio, backend):
        # Raises NotFound for one that there is not.
        raise BadInput(f"{studio.backends.spec(backend).title} makes no clips.", "Choose another backend.")
    same = backend == project.backend
    first = best(studio.engine.workflows("video")) if studio.engine and studio.engine.backend == backend else None
    spec = studio.backends.spec(backend, project.workflow if same else first.id if first else "")
    changes: dict[str, Any] = {
        "backend": backend,
        "profile": project.profile if project.profile in spec.profiles else spec.profiles[0],
    }
    if not same:
        # A workflow belongs to its backend: another one begins with its first.
        changes["workflow"] = spec.workflow
        if not project.image_backend and "image" not in spec.kinds:
            with contextlib.suppress(StudioError):
                if drawn := keyframe_backend(view):
                    changes |= {"image_backend": drawn, "image_workflow": used(view, "image")}
    return changes
