"""What the Storyboard tab shows."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from addons.api import PartData
from addons.checks import Badge, shot_badges
from addons.format import clock, keyframe_url, rate_words, take_url
from addons.imports import ACCEPTED, notes_head
from addons.session import View
from addons.storyboard.advice import marks
from addons.storyboard.status import KINDS, Status, Statuses
from addons.words import choices, inline, named, number, said, t, tn
from domain.backend import BackendSpec
from domain.profile import ModelProfile
from domain.prompting import Composition, Kind, PromptPart, wording_for
from domain.storyboard import Entity, Presets, Sampling, Shot, ShotSize, Storyboard
from domain.timing import film_frames, rate_label, seconds_label
from domain.vocabulary import CAMERA_LABELS, PRESET_CHOICES, SIZE_LABELS, camera_move, shot_camera, shot_size
from services.requests import carries, composed, reaching

FILTER, SEARCH = "storyboard.filter", "storyboard.search"
_CARD_WORDS = 110
_THUMB = 320
PRESET_LABELS = {
    "style": "Style", "lighting": "Light", "mood": "Mood", "time_of_day": "Time of day", "composition": "Composition",
    "color_grade": "Colour grade",
}  # fmt: skip


# -- toolbar -------------------------------------------------------------------------------------------------------


def toolbar(view: View) -> PartData:
    """Filters with counts, the search, how much of the film is shown, and the next step of the whole film."""
    shots, rate = view.board.shots, view.project.rate
    kinds = _kinds(view)
    chosen, search = view.choice(FILTER, "all"), view.choice(SEARCH, "")
    shown = matching(view, kinds)
    frames = sum(film_frames(shot.seconds, rate) for shot in shots if shot.id in shown)
    counts = {kind: sum(1 for k in kinds.values() if k == kind) for kind in KINDS}
    chips = [{"id": "all", "label": t("All"), "count": len(shots), "on": chosen == "all"}]
    chips += [
        {"id": kind, "label": named(KINDS[kind]), "count": count, "on": chosen == kind}
        for kind, count in counts.items()
        if count or chosen == kind
    ]
    return PartData(
        head={
            "chips": chips,
            "search": search,
            "shots": len(shots),
            "shown": len(shown),
            "length": clock(frames, rate),
            "partly": len(shown) != len(shots),
            "accept": ACCEPTED,
            "next": _next(view, counts),
        }
    )


def _next(view: View, counts: Mapping[str, int]) -> dict[str, str]:
    """The one step that brings the whole film on."""
    if not view.board.shots:
        return {}
    draws = view.setup.draws
    if counts["draft"] and draws:
        lacking = counts["draft"]
        variants = view.setup.options.variants
        each = t("1 variant") if variants == 1 else t("{variants} variants", variants=variants)
        words = t("{each} for each of the {lacking} shots without a keyframe", each=each, lacking=lacking)
        return {
            "act": "draw-all",
            "label": t("Draw all keyframes"),
            "title": words if lacking > 1 else t("For the one shot without"),
        }
    if counts["draft"]:
        return {
            "act": "keyframes",
            "label": t("Bring keyframes"),
            "title": t("{title} makes no pictures", title=named(view.spec.title)),
        }
    todo = counts["keyframe"] + counts["stale"]
    if todo:
        shots = t("1 shot") if todo == 1 else t("{todo} shots", todo=todo)
        return {
            "act": "render-all",
            "label": t("Render {shots}", shots=shots),
            "title": t("Those that are missing or stale"),
        }
    if counts["done"] == len(view.board.shots):
        return {"act": "film", "label": t("Go to the film"), "title": t("Every shot is rendered")}
    return {}


def _kinds(view: View) -> dict[str, str]:
    statuses = Statuses(view)
    return {shot.id: statuses.of(shot.id).kind for shot in view.board.shots}


def matching(view: View, kinds: Mapping[str, str]) -> set[str]:
    """Ids of the shots that pass filter and search."""
    chosen, words = view.choice(FILTER, "all"), view.choice(SEARCH, "").casefold().split()
    board = view.board
    names = {e.id: e.name for e in (*board.characters, *board.objects, *board.locations)}
    found = set()
    for shot in board.shots:
        if chosen != "all" and kinds.get(shot.id) != chosen:
            continue
        if words:
            text = " ".join(
                (shot.id, shot.title, shot.prompt, shot.description, shot.location, names.get(shot.location, ""),
                 *(f"{i} {names.get(i, '')}" for i in (*shot.characters, *shot.objects)))
            ).casefold()  # fmt: skip
            if not all(word in text for word in words):
                continue
        found.add(shot.id)
    return found


def notes(view: View) -> PartData:
    """What the last import altered, until it is dismissed."""
    return PartData(head=notes_head(view))


# -- cards ---------------------------------------------------------------------------------------------------------


def cards(view: View) -> PartData:
    """A small item for every shot. Which ones the filter hides is told in the head, so that filtering sends little."""
    statuses = Statuses(view)
    states = {shot.id: statuses.of(shot.id) for shot in view.board.shots}
    shown = matching(view, {i: s.kind for i, s in states.items()})
    selected, advised = view.shot, marks(view)
    badges = shot_badges(view)
    return PartData(
        head={
            "selected": selected.id if selected else "",
            "hidden": [shot.id for shot in view.board.shots if shot.id not in shown],
            "ratio": f"{view.project.width}/{view.project.height}",
            "base": f"/media/{view.open.id}/",
            "accept": ACCEPTED,
        },
        items=[
            _with_status(base, states[base["id"]], advised.get(base["id"], ""), badges.get(base["id"]))
            for base in view.cached("storyboard.cards", lambda: _bare_cards(view))
        ],
    )


def _bare_cards(view: View) -> list[dict[str, Any]]:
    """The cards without how they stand; short keys and no empty values, because a film has hundreds of these."""
    statuses, fields, found = Statuses(view), view.fields, []
    for shot in view.board.shots:
        size = shot_size(shot)
        item = {
            "id": shot.id,
            "w": _short(shot.prompt or shot.title, _CARD_WORDS),
            "s": seconds_label(shot.seconds),
            "c": _about(shot, fields, size),
            "z": size,
            "i": _thumb(view, statuses, shot.id),
        }
        found.append({key: value for key, value in item.items() if value or key == "id"})
    return found


def _with_status(base: Mapping[str, Any], state: Status, advice: str, badge: Badge | None) -> dict[str, Any]:
    item = {**base, "k": state.label, "t": state.tone} | ({"q": badge} if badge else {})
    if advice:
        item["a"] = _short(advice, 400)
    if state.step:
        item |= {"p": state.step, "b": state.button}
    if state.why:
        item["y"] = _short(state.why, 120)
    return item


def _thumb(view: View, statuses: Statuses, shot_id: str, width: int = _THUMB) -> str:
    """The small picture's address below the project's media: the standing keyframe, else the newest take."""
    base = f"/media/{view.open.id}/"
    keyframe = statuses.picture(shot_id)
    if keyframe is not None:
        return keyframe_url(view.open.id, keyframe, width).removeprefix(base)
    take = statuses.take(shot_id)
    return take_url(view.open.id, take, width).removeprefix(base) if take else ""


def _about(shot: Shot, fields: frozenset[str], size: ShotSize) -> str:
    said = []
    if "camera" in fields:
        said.append(named(CAMERA_LABELS[shot_camera(shot)[0]]))
    if "size" in fields:
        said.append(named(SIZE_LABELS[size]))
    return " · ".join(said)


def _short(text: str, limit: int) -> str:
    text = " ".join(text[: limit * 4].split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


# -- timeline ------------------------------------------------------------------------------------------------------


def strip(view: View) -> PartData:
    """The shots side by side, as wide as they are long."""
    statuses, rate, selected = Statuses(view), view.project.rate, view.shot
    first = 0
    place = ""
    items = []
    for shot in view.board.shots:
        frames = film_frames(shot.seconds, rate)
        if selected is not None and shot.id == selected.id:
            place = t("{time} to {time2}", time=clock(first, rate), time2=clock(first + frames, rate))
        item = {"id": shot.id, "f": frames, "t": statuses.of(shot.id).tone, "i": _thumb(view, statuses, shot.id, 160)}
        items.append({key: value for key, value in item.items() if value or key == "id"})
        first += frames
    return PartData(
        head={
            "selected": selected.id if selected else "",
            "place": place,
            "length": clock(first, rate),
            "fps": float(rate),
            "base": f"/media/{view.open.id}/",
        },
        items=items,
    )


# -- inspector -----------------------------------------------------------------------------------------------------


def inspector(view: View) -> PartData:
    """The selected shot with everything that can be edited, as one item named after it; in the head the choices."""
    board, fields = view.board, view.fields
    head: dict[str, Any] = {
        "title": board.title,
        "description": board.description,
        "sizes": choices(SIZE_LABELS),
        "cameras": choices(CAMERA_LABELS) if "camera" in fields else [],
        "presets": {
            name: [[key, label_of(key)] for key in PRESET_CHOICES[name]]
            for name in (*PRESET_LABELS, "motion")
            if name in fields
        },
        "labels": {**dict(choices(PRESET_LABELS)), "motion": t("Motion")},
        "uses": sorted(fields),
        "backend": named(view.spec.title),
        "locations": [entity.name or entity.id for entity in board.locations],
        "looks": [[entity.id, entity.name or entity.id] for entity in board.looks],
        "style": board.style,
        "never": board.never,
        "seed": "" if board.seed is None else str(board.seed),
        "silent": _silent(view),
        "carries": carries(view.setup.image_spec),
        "reads": view.setup.spec.reads_text or view.setup.image_spec.reads_text,
    }
    shot = view.shot
    return PartData(head=head, items=() if shot is None else (_inspected(view, shot),))


def _inspected(view: View, shot: Shot) -> dict[str, Any]:
    board, fields, rate = view.board, view.fields, view.project.rate
    state = Statuses(view).of(shot.id)
    place = board.position(shot.id)
    framed = shot_size(shot.replace(size=None))
    return {
        "id": shot.id,
        "first": place == 0,
        "last": place == len(board.shots) - 1,
        "state": {"label": state.label, "tone": state.tone, "why": state.why},
        "prompt": shot.prompt,
        "title": shot.title,
        "notes": shot.description,
        "negative": shot.negative,
        "seconds": exact_text(shot.seconds),
        "frames": frames_words(shot.seconds, rate),
        "segments": _segment_words(view, shot.id),
        "size": shot.size or "",
        "framed": named(SIZE_LABELS[framed]),
        "camera": shot.presets.camera,
        "odd": {name: words for name in Presets.model_fields if (words := _unknown(name, shot))},
        "presets": {name: getattr(shot.presets, name) for name in (*PRESET_LABELS, "motion")},
        "strength": shot.video.motion_strength,
        "characters": _chips(shot.characters, board.characters),
        "objects": _chips(shot.objects, board.objects),
        "location": _location(shot, board),
        "look": shot.look,
        "carry": shot.carry,
        "dialogue": shot.dialogue,
        "sound": shot.sound,
        "overrides": shot.overrides.to_json(),
        "seeds": {
            kind: seed_words(sampling)
            for kind, sampling in (("image", shot.image), ("video", shot.video))
            if f"{kind}.seed" in fields
        },
        "sampling": {
            f"{kind}.{name}": getattr(sampling, name)
            for kind, sampling in (("image", shot.image), ("video", shot.video))
            for name in ("steps", "cfg")
            if f"{kind}.{name}" in fields
        },
        "sent": _prompts(view, shot),
    }  # fmt: skip


def _prompts(view: View, shot: Shot) -> list[dict[str, Any]]:
    """The prompts as they are sent, in parts that say where each came from, to what reads text."""
    setup, words = view.setup, view.states[shot.id].words
    kinds: tuple[tuple[Kind, str, BackendSpec, ModelProfile], ...] = (
        ("image", t("Keyframe"), setup.image_spec, setup.image_profile),
        ("video", t("Clip"), setup.spec, setup.profile),
    )  # fmt: skip
    return [
        _composed(kind, title, composed(words, spec, profile, kind), "negative" in spec.fields)
        for kind, title, spec, profile in kinds
        if spec.reads_text and "prompt" in reaching(spec, kind)
    ]


def _silent(view: View) -> str:
    """Why unwanted things have no effect, neither in keyframes nor in clips; empty when they have in one of them."""
    setup, told = view.setup, []
    for spec, profile, kind in ((setup.image_spec, setup.image_profile, "image"), (setup.spec, setup.profile, "video")):
        if "negative" in reaching(spec, kind):
            options = view.project.workflow_options.get(spec.workflow, {})
            told.append(wording_for(spec.workflow, profile.id).silent(options) if spec.reads_text else "")
    return told[0] if told and all(told) else ""


def _composed(kind: Kind, title: str, made: Composition, takes_negative: bool) -> dict[str, Any]:
    return {
        "kind": kind, "to": title, "text": made.prompt, "written": made.written,
        "negative": made.negative if takes_negative else "",
        "parts": [_part(part) for part in made.parts],
        "unwanted": [_part(part) for part in made.negative_parts] if takes_negative else [],
        "left": [_part(part) for part in made.left_out],
        "notes": [said(note) for note in made.notes], "words": made.words, "budget": made.budget,
    }  # fmt: skip


def _part(part: PromptPart) -> list[str]:
    """A part of a prompt: its source in words, its text, and whose it is where that tells more than the source."""
    return [named(part.source), part.text, "" if part.source == "written by hand" else part.of]


def label_of(key: str) -> str:
    """A preset key in words."""
    return named("3D render" if key == "3d_render" else key.replace("_", " ").capitalize())


def exact_text(seconds: Fraction) -> str:
    """A length as it may be edited without losing anything: "3.1", or "10/3" where no decimal is exact."""
    rest = seconds.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{seconds.numerator}/{seconds.denominator}"
    digits = 0
    while (seconds * 10**digits).denominator != 1:
        digits += 1
    return f"{float(seconds):.{digits}f}" if digits else str(seconds.numerator)


def frames_words(seconds: Fraction, rate: Fraction) -> str:
    """ "3.1 s = 74 frames at 24 fps", and the rounding where there is any."""
    frames, exact = film_frames(seconds, rate), seconds * rate
    length = number(seconds_label(seconds))
    one, many = "{length} = {n} frame at {rate}", "{length} = {n} frames at {rate}"
    words = tn(one, many, frames, length=length, rate=rate_words(rate))
    if exact != frames:
        words += t(
            " (rounded from {exact}: {seconds} s in the film)",
            exact=number(f"{float(exact):.2f}"),
            seconds=number(f"{float(frames / rate):.3f}"),
        )
    return words


def _segment_words(view: View, shot_id: str) -> str:
    planned = view.planned[shot_id]
    count = len(planned.segments)
    if count < 2:
        return ""
    lengths = " + ".join(str(s.segment.generate) for s in planned.segments[:6]) + (" + …" if count > 6 else "")
    return t(
        "Made in {count} segments of {lengths} frames at {rate} fps.",
        count=count,
        lengths=lengths,
        rate=rate_label(view.plan.native_rate),
    )


def _unknown(name: str, shot: Shot) -> str:
    """How a key from elsewhere is listed, so that it stays selectable; empty for known ones."""
    value = getattr(shot.presets, name)
    if not value:
        return ""
    if name == "camera":
        if value in CAMERA_LABELS:
            return ""
        move = camera_move(value)
        means = t("as {what}", what=inline(named(CAMERA_LABELS[move[0]]))) if move else t("not known: static")
        return t("{value} (imported, {means})", value=value, means=means)
    return "" if value in PRESET_CHOICES[name] else t("{key} (imported)", key=value)


def _chips(there: tuple[str, ...], known: tuple[Entity, ...]) -> list[dict[str, Any]]:
    chips = [{"id": e.id, "name": e.name or e.id, "on": e.id in there, "about": e.description[:200]} for e in known]
    ids = {e.id for e in known}
    return chips + [
        {"id": i, "name": i, "on": True, "about": t("Not in the storyboard's cast")} for i in there if i not in ids
    ]


def _location(shot: Shot, board: Storyboard) -> str:
    found = next((e for e in board.locations if e.id == shot.location), None)
    return (found.name or found.id) if found else shot.location


def seed_words(sampling: Sampling) -> dict[str, Any]:
    """A seed as mode and number."""
    if sampling.seed is None:
        return {"mode": "auto", "seed": ""}
    if sampling.seed < 0:
        return {"mode": "random", "seed": ""}
    # As text: seeds go beyond what a number in the browser holds exactly.
    return {"mode": "fixed", "seed": str(sampling.seed)}
