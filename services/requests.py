"""From a shot to the request a backend gets. Only what the backend says it uses goes in, so nothing else makes a
take stale."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from domain.backend import BackendSpec
from domain.base import Value
from domain.plan import Segment
from domain.profile import ModelProfile
from domain.project import Picked, Project
from domain.prompting import PromptPart, image_prompt, joined, negative_prompt, video_prompt
from domain.request import GenerationRequest
from domain.storyboard import Entity, Presets, Sampling, Shot, Storyboard
from domain.vocabulary import motion_amount, shot_camera, shot_size
from services.options import Options

PICTURE_RATE = Fraction(1)
"""The rate in requests for pictures: always the same, because a picture does not change with the film's rate."""


class Words(Value):
    """What the film as a whole says about a shot."""

    project: Project
    board: Storyboard
    shot: Shot


def auto_seed(project: Project, shot: Shot, kind: str) -> int:
    """The seed of a shot whose seed is left to Kinoloom: stable for the shot, different between shots."""
    text = f"{project.seed}:{shot.id}:{kind}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def seed_rule(project: Project, sampling: Sampling) -> str:
    """What the user asked for, as the fingerprint sees it."""
    if sampling.seed is None:
        return f"auto:{project.seed}"
    return "random" if sampling.seed < 0 else f"fixed:{sampling.seed}"


def _named(ids: tuple[str, ...], known: tuple[Entity, ...]) -> list[dict[str, str]]:
    names = {e.id: e.name or e.id for e in known}
    return [{"id": i, "name": names.get(i, i)} for i in ids]


def _presets(shot: Shot, project: Project, spec: BackendSpec) -> dict[str, str]:
    found = {
        name: getattr(shot.presets, name)
        for name in Presets.model_fields
        if name in spec.fields and name not in ("camera", "motion")
    }
    if project.look and "style" in spec.fields and not found.get("style"):
        found["style"] = project.look
    return {k: v for k, v in found.items() if v}


def _common(words: Words, spec: BackendSpec) -> dict[str, Any]:
    shot, fields = words.shot, spec.fields
    params: dict[str, Any] = {}
    if "title" in fields and shot.title:
        params["title"] = shot.title
    if "size" in fields:
        params["size"] = shot_size(shot)
    if "location" in fields and shot.location:
        params["location"] = _named((shot.location,), words.board.locations)[0]["name"]
    if "characters" in fields and shot.characters:
        params["characters"] = _named(shot.characters, words.board.characters)
    if "objects" in fields and shot.objects:
        params["objects"] = _named(shot.objects, words.board.objects)
    presets = _presets(shot, words.project, spec)
    if presets:
        params["presets"] = presets
    return params


def _sampling(sampling: Sampling, kind: str, fields: frozenset[str]) -> dict[str, Any]:
    found = {"steps": sampling.steps, "cfg": sampling.cfg}
    return {name: value for name, value in found.items() if value is not None and f"{kind}.{name}" in fields}


def _size(project: Project, spec: BackendSpec, profile: ModelProfile) -> tuple[int, int]:
    """What to generate for the film's size: fitted to the model, smaller where the chosen quality says so."""
    quality = project.workflow_options.get(spec.workflow, {}).get("quality", "")
    scale = spec.scales.get(str(quality), 1.0)
    return profile.fit_size(max(16, round(project.width * scale)), max(16, round(project.height * scale)))


def _prompt(words: Words, spec: BackendSpec, compose: Callable[..., tuple[PromptPart, ...]]) -> str:
    """What is sent as prompt: the words alone to an engine that knows the fields, else all composed."""
    if "prompt" not in spec.fields:
        return ""
    if not spec.reads_text:
        return words.shot.prompt
    return joined(compose(words.shot, words.board, words.project.look))


def _negative(words: Words, spec: BackendSpec) -> str:
    if "negative" not in spec.fields:
        return ""
    return negative_prompt(words.shot, words.board) if spec.reads_text else words.shot.negative


def _shared(
    words: Words, spec: BackendSpec, profile: ModelProfile, options: Options, sampling: Sampling, kind: str,
    seed: int | None, params: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """What requests for pictures and for clips have in common; `seed` overrides the number, not the rule."""
    shot, project = words.shot, words.project
    more = dict(options.backend_params.get(spec.id, {}))
    if spec.workflow and project.workflow_options.get(spec.workflow):
        more["workflow_options"] = project.workflow_options[spec.workflow]
    width, height = _size(project, spec, profile)
    own = sampling.seed
    return {
        "backend": spec.id, "workflow": spec.workflow or spec.id, "workflow_hash": spec.version, "profile": profile.id,
        "label": shot.id if "label" in spec.fields else "", "negative": _negative(words, spec),
        "seed": seed if seed is not None else own if own is not None and own >= 0 else auto_seed(project, shot, kind),
        "seed_rule": seed_rule(project, sampling) if f"{kind}.seed" in spec.fields else "unused",
        "width": width, "height": height, "params": {**params, **more},
    }  # fmt: skip


def image_request(
    words: Words, spec: BackendSpec, profile: ModelProfile, options: Options, *, slot: str, seed: int | None = None
) -> GenerationRequest:
    """The picture for a keyframe slot of the shot; `seed` overrides the number, not the rule."""
    shot = words.shot
    params = ({} if spec.reads_text else _common(words, spec)) | _sampling(shot.image, "image", spec.fields)
    if slot != "start":
        params["slot"] = slot
    return GenerationRequest(
        kind="image", rate=PICTURE_RATE, prompt=_prompt(words, spec, image_prompt),
        **_shared(words, spec, profile, options, shot.image, "image", seed, params),
    )  # fmt: skip


def video_request(
    words: Words, spec: BackendSpec, profile: ModelProfile, options: Options, segment: Segment, shot_native: int,
    *, start: Picked | None, end: Picked | None, seed: int | None = None,
) -> GenerationRequest:  # fmt: skip
    """The clip for one segment of the shot. `shot_native` is the shot's length in native frames, so that an engine
    that knows the camera can spread one move over all segments."""
    shot = words.shot
    camera, speed = shot_camera(shot)
    params = _sampling(shot.video, "video", spec.fields)
    if "camera" in spec.fields and not spec.reads_text:
        params |= {"camera": camera, "camera_speed": speed}
    if "motion" in spec.fields and not spec.reads_text:
        params["motion"] = round(motion_amount(shot), 4)
    if "size" in spec.fields and not spec.reads_text:
        params["size"] = shot_size(shot)
    amount = "motion" in spec.fields and not spec.reads_text  # it has the strength in it
    if "motion_strength" in spec.fields and not amount and shot.video.motion_strength is not None:
        params["motion_strength"] = shot.video.motion_strength
    if "span" in spec.fields:
        params["span"] = [segment.first - segment.drop if segment.index else 0, shot_native]
    return GenerationRequest(
        kind="video", frames=segment.generate, rate=profile.rate, start=start, end=end,
        prompt=_prompt(words, spec, video_prompt),
        **_shared(words, spec, profile, options, shot.video, "video", seed, params),
    )  # fmt: skip


_PICTURE = frozenset(
    {"prompt", "negative", "label", "size", "characters", "objects", "location", "time_of_day", "lighting", "mood",
     "composition", "color_grade", "style", "image.seed", "image.steps", "image.cfg"}
)  # fmt: skip
_CLIP = frozenset(
    {"prompt", "negative", "label", "camera", "motion", "motion_strength", "video.seed", "video.steps", "video.cfg"}
)


def reaching(spec: BackendSpec, kind: str) -> frozenset[str]:
    """The parts of a shot that reach a picture ("image") or a clip ("video") by that spec: of its fields, those that
    requests of this kind carry."""
    if kind not in spec.kinds:
        return frozenset()
    if kind == "image":
        return spec.fields & (_PICTURE if spec.reads_text else _PICTURE | {"title"})
    if spec.reads_text:
        composed = {"lighting", "mood", "time_of_day", "color_grade", "style"}
        return spec.fields & (_CLIP | composed)
    return spec.fields & (_CLIP | {"size", "span"})
