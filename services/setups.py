"""What a project is made with: the backends, workflows and model profiles for its clips and its keyframes."""

from __future__ import annotations

from dataclasses import dataclass

from domain.backend import BackendSpec
from domain.errors import BadInput
from domain.profile import Mode
from domain.project import Project
from services.options import Options
from services.planning import PlanSetup
from services.ports import Backends


@dataclass(frozen=True)
class Instead:
    """What to use instead of what the project says; empty fields leave it as it is.

    `backend` alone stands in for both of the project's backends, as far as it makes both.
    """

    backend: str = ""
    profile: str = ""
    mode: Mode | None = None
    workflow: str = ""
    image_backend: str = ""
    image_workflow: str = ""


AS_IT_IS = Instead()


def setup_for(backends: Backends, film: Project, options: Options, instead: Instead = AS_IT_IS) -> PlanSetup:
    """The setup for that project. Raises NotFound for an unknown backend or workflow, BadInput for a model that the
    backend does not make."""
    own = not instead.backend or instead.backend == film.backend
    spec = backends.spec(instead.backend or film.backend, instead.workflow or (film.workflow if own else ""))
    profile = instead.profile or (film.profile if film.profile in spec.profiles else spec.profiles[0])
    if profile not in spec.profiles:
        raise BadInput(f"{spec.title} does not make {profile!r}.", f"It makes: {', '.join(spec.profiles)}.")
    model = backends.profile(spec.id, profile, film.rate)
    image = _image_spec(backends, film, spec, instead, own)
    same = (image.id, image.workflow) == (spec.id, spec.workflow)
    image_model = model if same else backends.profile(image.id, image.profiles[0], film.rate)
    return PlanSetup(spec, model, instead.mode or film.mode, options, image, image_model)


def _image_spec(backends: Backends, film: Project, spec: BackendSpec, instead: Instead, own: bool) -> BackendSpec:
    """What makes the keyframes: as told, else as the project says, else what makes the clips, as far as it can."""
    if instead.image_backend:
        return backends.spec(instead.image_backend, instead.image_workflow)
    if not own and "image" in spec.kinds:
        return spec
    if film.image_backend and film.image_backend != spec.id:
        return backends.spec(film.image_backend, film.image_workflow)
    if film.image_workflow and spec.workflow:
        return backends.spec(spec.id, film.image_workflow)
    usual = spec if own else backends.spec(film.backend, film.workflow)
    return usual if "image" in usual.kinds else spec


WAYS = ("backend", "profile", "mode", "workflow", "image_backend", "image_workflow")
"""What `kept` gives of a setup."""


def kept(setup: PlanSetup) -> dict[str, str | int]:
    """The setup as a job stores it, so that a change in the project meanwhile does not mix two ways in one run."""
    found = {
        "backend": setup.spec.id, "profile": setup.profile.id, "mode": setup.mode, "workflow": setup.spec.workflow,
    }  # fmt: skip
    if setup.image_spec is not setup.spec:
        found |= {"image_backend": setup.image_spec.id, "image_workflow": setup.image_spec.workflow}
    return {name: value for name, value in found.items() if value}


def as_mode(text: str) -> Mode | None:
    """The mode of that name; None when there is none."""
    match text:
        case "chain" | "keyframe" | "single":
            return text
        case _:
            return None
