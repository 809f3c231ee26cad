"""From a shot to the request a backend gets. Only what the backend says it uses goes in, so nothing else makes a
take stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

from domain.backend import BackendSpec
from domain.base import Value
from domain.colours import THINGS, coloured, worn
from domain.plan import Segment
from domain.profile import ModelProfile
from domain.project import Picked, Project
from domain.prompting import FIELDS, Composition, Kind, compose, present, spoken_names, wording_for
from domain.request import GenerationRequest
from domain.seeds import SeedChoice, shot_seed
from domain.storyboard import CastKind, Presets, Sampling, Shot, Storyboard
from domain.vocabulary import motion_amount, shot_camera, shot_size
from services.options import Options

ANCHOR_DENOISE = 0.4
"""How much of a fresh start picture is drawn anew, 0 to 1: what is seen stays, colour and detail are the model's."""

PICTURE_RATE = Fraction(1)
"""The rate in requests for pictures: always the same, because a picture does not change with the film's rate."""


class Words(Value):
    """What the film as a whole says about a shot."""

    project: Project
    board: Storyboard
    shot: Shot


def _cast(words: Words, kind: CastKind) -> list[dict[str, str]]:
    """Who of that kind is in the shot, for engines that know the fields."""
    there = present(words.shot, words.board)
    return [{"id": p.entity.id, "name": p.name} for p in there if p.kind == kind]


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
    if "location" in fields and (places := _cast(words, "locations")):
        params["location"] = places[0]["name"]
    for kind in ("characters", "objects"):
        if kind in fields and (there := _cast(words, kind)):
            params[kind] = there
        if kind in fields and (colours := _colours(words, kind)):
            params[f"{kind}_colours"] = colours
    presets = _presets(shot, words.project, spec)
    if presets:
        params["presets"] = presets
    return params


def _colours(words: Words, kind: CastKind) -> dict[str, Any]:
    """The colours that words tell, for engines that know the fields: of what each character wears, by part, and of
    things. The shot's own words go before the cast's, and those before what another shot said first."""
    shot, board = words.shot, words.board
    there = [p for p in present(shot, board) if p.kind == kind]
    if kind == "objects":
        texts = [shot.prompt, *(f"{p.description} {p.name}" for p in there)]
        found = [one for text in texts for one in coloured(text) if one.what in THINGS]
        return {one.what: one.colour for one in reversed(found)}
    said = board.worn_in(shot)
    known = {
        p.entity.id: board.first_worn.get(p.entity.id, {})
        | worn((p.clothing, p.description))
        | said.get(p.entity.id, {})
        for p in there
    }  # fmt: skip
    if "" in said and not there:
        known[""] = said[""]
    return {who: parts for who, parts in known.items() if parts}


def _sampling(sampling: Sampling, kind: str, fields: frozenset[str]) -> dict[str, Any]:
    found = {"steps": sampling.steps, "cfg": sampling.cfg}
    return {name: value for name, value in found.items() if value is not None and f"{kind}.{name}" in fields}


def generated_size(
    project: Project, spec: BackendSpec, profile: ModelProfile, options: Mapping[str, Any] | None = None
) -> tuple[int, int]:
    """What to generate for the film's size: fitted to the model, smaller where the chosen quality says so. `options`
    stand in for what the project stores for the workflow."""
    chosen = project.workflow_options.get(spec.workflow, {}) if options is None else options
    quality = chosen.get("quality", "")
    scale = spec.scales.get(str(quality), 1.0)
    return profile.fit_size(max(16, round(project.width * scale)), max(16, round(project.height * scale)))


def composed(words: Words, spec: BackendSpec, profile: ModelProfile, kind: Kind) -> Composition:
    """The prompt as that model gets it, with where each part came from."""
    options = words.project.workflow_options.get(spec.workflow, {})
    wording = wording_for(spec.workflow, profile.id)
    return compose(kind, words.shot, words.board, wording, words.project.look, options)


def _said(words: Words, spec: BackendSpec, profile: ModelProfile, kind: Kind) -> tuple[str, str]:
    """What is sent as prompt and as unwanted: the shot's words alone to an engine that knows the fields, else all
    composed."""
    if spec.reads_text:
        made = composed(words, spec, profile, kind)
        prompt, negative = made.prompt, made.negative
    else:
        prompt, negative = spoken_names(words.shot.prompt, words.board, words.shot), words.shot.negative
    return prompt if "prompt" in spec.fields else "", negative if "negative" in spec.fields else ""


def seed_for(words: Words, kind: Kind) -> SeedChoice:
    """The seed of the shot's picture or clip, and whose it is."""
    return shot_seed(words.project, words.board, words.shot, kind)


def _shared(
    words: Words, spec: BackendSpec, profile: ModelProfile, options: Options, kind: Kind, seed: int | None,
    params: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """What requests for pictures and for clips have in common; `seed` overrides the number, not the rule."""
    shot, project = words.shot, words.project
    more = dict(options.backend_params.get(spec.id, {}))
    if spec.workflow and project.workflow_options.get(spec.workflow):
        more["workflow_options"] = project.workflow_options[spec.workflow]
    width, height = generated_size(project, spec, profile)
    prompt, negative = _said(words, spec, profile, kind)
    chosen = seed_for(words, kind)
    return {
        "backend": spec.id, "workflow": spec.workflow or spec.id, "workflow_hash": spec.version, "profile": profile.id,
        "label": shot.id if "label" in spec.fields else "", "prompt": prompt, "negative": negative,
        "seed": chosen.number if seed is None else seed,
        "seed_rule": chosen.rule if f"{kind}.seed" in spec.fields else "unused",
        "width": width, "height": height, "params": {**params, **more},
    }  # fmt: skip


def references(words: Words, spec: BackendSpec) -> tuple[Picked, ...]:
    """The sheets of those in the shot, as many as the workflow takes: characters first."""
    if "sheet" in words.shot.extras:
        return ()  # a sheet is drawn from words; its own pictures would only be drawn again
    there = present(words.shot, words.board)
    return tuple(dict.fromkeys(p.references[0] for p in there if p.references))[: spec.references]


def _loras(words: Words) -> dict[str, float]:
    """The LoRA files of those in the shot, with their strengths. They belong to the model that draws the pictures."""
    there = present(words.shot, words.board)
    return {
        p.entity.lora: 1.0 if p.entity.strength is None else p.entity.strength for p in there if p.entity.lora.strip()
    }


def carries(spec: BackendSpec) -> Literal["amount", "reference", ""]:
    """How the picture of the shot before goes into a picture by that spec; empty when it cannot."""
    return "amount" if "carry" in spec.fields else "reference" if spec.references else ""


def image_request(
    words: Words, spec: BackendSpec, profile: ModelProfile, options: Options, *, slot: str, seed: int | None = None,
    before: Picked | None = None, anchor: Sequence[Picked] = (),
) -> GenerationRequest:  # fmt: skip
    """The picture for a keyframe slot of the shot; `seed` overrides the number, not the rule. `before` is the picked
    start frame of the shot before. `anchor` are the pictures that a fresh one is drawn from, the nearest first: it
    shows what the first shows, as the others look."""
    shot = words.shot
    params = ({} if spec.reads_text else _common(words, spec)) | _sampling(shot.image, "image", spec.fields)
    if "lora" in spec.fields and (loras := _loras(words)):
        params["loras"] = loras
    if slot != "start":
        params["slot"] = slot
    start, mask, shown = None, None, references(words, spec)
    if before is not None and shot.carry and slot == "start":
        if carries(spec) == "amount":
            start, mask = before, shot.mask if "mask" in spec.fields else None
            params["denoise"] = round(1 - shot.carry, 4)
        elif spec.references:
            shown = tuple(dict.fromkeys((before, *shown)))[: spec.references]
    if anchor:
        if carries(spec) == "amount":
            start = anchor[0]
            params["denoise"] = ANCHOR_DENOISE
            anchor = anchor[1:]
        shown = tuple(dict.fromkeys((*anchor, *shown)))[: spec.references]
    return GenerationRequest(
        kind="image", rate=PICTURE_RATE, start=start, mask=mask, references=shown,
        **_shared(words, spec, profile, options, "image", seed, params),
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
        **_shared(words, spec, profile, options, "video", seed, params),
    )  # fmt: skip


_PICTURE = frozenset({"prompt", "negative", "label", "image.seed", "image.steps", "image.cfg"})
_CLIP = frozenset({"prompt", "negative", "label", "motion_strength", "video.seed", "video.steps", "video.cfg"})
_KNOWN_TO_ENGINES: dict[str, frozenset[str]] = {
    "image": frozenset({"title", "size", "characters", "objects", "location", "time_of_day", "lighting", "mood",
                        "composition", "color_grade", "style"}),
    "video": frozenset({"camera", "motion", "size", "span"}),
}  # fmt: skip


def reaching(spec: BackendSpec, kind: str) -> frozenset[str]:
    """The parts of a shot that reach a picture ("image") or a clip ("video") by that spec: of its fields, those that
    requests of this kind carry, as values or as words of the prompt."""
    if kind not in spec.kinds:
        return frozenset()
    plain = _PICTURE if kind == "image" else _CLIP
    if not spec.reads_text:
        return spec.fields & (plain | _KNOWN_TO_ENGINES[kind])
    said = wording_for(spec.workflow, spec.profiles[0]).order("image" if kind == "image" else "video")
    return spec.fields & (plain | {FIELDS[source] for source in said if source in FIELDS})
