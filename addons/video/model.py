"""What the Video tab shows: the plan in rows, the selected shot with its segments and takes, and what is going on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from addons.api import AddonContext, Json, Part, PartData
from addons.checks import shot_badges, take_badge
from addons.flows import graph_head, is_engines
from addons.format import clock, keyframe_url, rate_words, take_url, wait_words
from addons.sent import sent
from addons.session import View
from addons.variants import short_words, slot_label
from addons.video.actions import GRAPH, act
from addons.video.joins import joins
from addons.words import inline, named, number, said, t
from addons.work import NO_WORK, Work, failures, pace, progress, work_by_shot
from domain.job import Job, JobKind, Running
from domain.plan import PlannedSegment, PlannedShot, Segment
from domain.request import changed_fields
from domain.take import Take
from domain.timing import rate_label
from services.planning import ShotState

KINDS: tuple[JobKind, ...] = ("segment", "keyframe")
MODES = {
    "chain": "chained: each segment goes on from the last frame of the one before",
    "keyframe": "from keyframe to keyframe",
    "single": "in one go",
}
MAX_BARS = 24
"""Segments drawn in a row of the plan; the rest is counted."""


def parts(context: AddonContext) -> Sequence[Part]:
    """The live areas of the tab."""
    mend = partial(act, uploads=context.uploads)
    return (Part("video.bar", bar, act), Part("video.plan", plan, act), Part("video.shot", shot, mend))


# -- sums ----------------------------------------------------------------------------------------------------------


def bar(view: View) -> PartData:
    """Sums of the plan, what can be started, and how far the work is."""
    planned, each = view.plan, pace(view)
    jobs = [j for own in view.jobs_by_shot.values() for j in own if j.kind in KINDS]
    busy = {(j.shot, j.segment) for j in jobs if j.kind == "segment"}
    todo = [(p, s) for p in planned.shots for s in p.segments if s.state not in ("done", "blocked")]
    free = [(p, s) for p, s in todo if (p.shot, s.segment.index) not in busy and p.state != "blocked"]
    stale = [p for p in planned.shots if any(s.state == "stale" for s in p.segments) and p.state != "blocked"]
    states = [p.state for p in planned.shots]
    selected = view.shot.id if view.shot else ""
    return PartData(
        head={
            "shots": len(planned.shots),
            "frames": planned.frames,
            "length": clock(planned.frames, planned.rate),
            "make": sum(s.segment.generate for _, s in todo),
            "time": wait_words(_cost(view, each, [s.segment for _, s in todo])) if todo else "",
            "known": each is not None,
            "price": said(named(planned.price)) or t("not known"),
            "engine": named(view.spec.title),
            "profile": view.setup.profile.title,
            "rate": rate_words(planned.native_rate) if planned.native_rate != planned.rate else "",
            "size": f"{planned.width} × {planned.height}",
            "mode": named(MODES[planned.mode]),
            "done": states.count("done"),
            "blocked": states.count("blocked"),
            "render": len({p.shot for p, _ in free}),
            "renderTime": wait_words(_cost(view, each, [s.segment for _, s in free])) if free else "",
            "stale": len(stale),
            "staleFree": sum(1 for p in stale if any(q is p for q, _ in free)),
            "selected": selected,
            "selectedState": next((p.state for p in planned.shots if p.shot == selected), ""),
            "selectedBusy": any(j.shot == selected for j in jobs if j.kind == "segment"),
            "selectedTakes": len(view.takes.get(selected, ())),
            "running": sum(1 for j in jobs if isinstance(j.phase, Running)),
            "waiting": sum(1 for j in jobs if not isinstance(j.phase, Running)),
            "left": wait_words(_left(view, each, jobs)),
            "percent": _percent(view, jobs),
            "paused": view.studio.jobs.is_paused(view.open.id),
        }
    )


def _cost(view: View, each: float | None, segments: Sequence[Segment]) -> float | None:
    if each is None:
        return None
    return each * sum(s.generate for s in segments) / view.spec.at_once


def _left(view: View, each: float | None, jobs: Sequence[Job]) -> float | None:
    """Seconds until everything that was started is made, by the speed of past runs."""
    if each is None or not jobs:
        return None
    frames = 0.0
    for job in jobs:
        state = view.states.get(job.shot)
        if job.kind == "segment" and state is not None and job.segment < len(state.timing.segments):
            done = job.phase.fraction if isinstance(job.phase, Running) else 0.0
            frames += state.timing.segments[job.segment].generate * (1 - done)
    return frames * each / view.spec.at_once if frames else None


def _percent(view: View, jobs: Sequence[Job]) -> int:
    """How far the runs are that have jobs left."""
    runs = {job.run for job in jobs}
    together = [job for job in view.jobs if job.run in runs]
    done = sum(1.0 if j.ended else j.phase.fraction if isinstance(j.phase, Running) else 0.0 for j in together)
    return int(100 * done / len(together)) if together else 0


# -- the plan ------------------------------------------------------------------------------------------------------


def plan(view: View) -> PartData:
    """One row per shot; only rows with work on them differ from one second to the next."""
    each = pace(view)
    still = view.cached("video.rows", lambda: _rows(view))
    doing, badges = work_by_shot(view.jobs, KINDS), shot_badges(view)
    items = []
    for row, frames in still:
        now = doing.get(row["id"])
        if row["id"] in badges:
            row = row | {"q": badges[row["id"]]}
        item = row if each is None or not frames else row | {"x": wait_words(each * frames / view.spec.at_once)}
        items.append(item if now is None else item | _live(view, now, each, row))
    selected = view.shot.id if view.shot else ""
    return PartData(head={"selected": selected, "media": f"/media/{view.open.id}/"}, items=items)


def _rows(view: View) -> list[tuple[dict[str, Json], int]]:
    """Every row with the frames that are still to be made for it."""
    base = len(f"/media/{view.open.id}/")
    found: list[tuple[dict[str, Json], int]] = []
    for planned in view.plan.shots:
        state = view.states[planned.shot]
        row: dict[str, Json] = {
            "id": planned.shot, "w": short_words(state.words.shot, 56), "f": planned.frames, "n": planned.native,
            "s": planned.state, "g": [_segment_code(s) for s in planned.segments[:MAX_BARS]],
        }  # fmt: skip
        if len(planned.segments) > MAX_BARS:
            row["more"] = len(planned.segments) - MAX_BARS
        reasons = (s.reason for s in planned.segments if s.state == planned.state and s.reason)
        reason = said(planned.problem or next(reasons, ""))
        if reason:
            row["r"] = reason if len(reason) <= 110 else reason[:109] + "…"
        face = _face(view, state, planned)[base:]
        if face:
            row["t"] = face
        found.append((row, sum(s.segment.generate for s in planned.segments if s.state not in ("done", "blocked"))))
    return found


def _segment_code(entry: PlannedSegment) -> list[Json]:
    """Frames made, repeated, kept and over; start k(eyframe), p(revious) or n(one), and end k or n; the state."""
    s = entry.segment
    return [s.generate, s.drop, s.keep, s.surplus, s.start[0] + s.end[0], entry.state[0]]


def _face(view: View, state: ShotState, planned: PlannedShot) -> str:
    """The address of the shot's small picture without its width: its first take's, else its keyframe's."""
    take = _take(state, planned.segments[0]) if planned.segments else None
    if take is not None:
        return take_url(view.open.id, take)
    picked = state.keyframe("start")
    keyframe = next((k for k in state.keyframes if picked is not None and k.image.path == picked.path), None)
    return keyframe_url(view.open.id, keyframe) if keyframe else ""


def _take(state: ShotState, entry: PlannedSegment) -> Take | None:
    """The take that stands for a segment."""
    return next((t for t in state.takes if t.segment == entry.segment.index and t.id == entry.take), None)


def _live(view: View, now: Work, each: float | None, row: Mapping[str, Json]) -> dict[str, Json]:
    if now.running:
        job = now.running[0]
        return {"s": "running", "p": [*progress(view, job, _expected(view, job, each)), job.kind[0]]}
    if now.waiting:
        return {"s": "queued"}
    return {"s": "failed"} if now.failed and row["s"] != "done" else {}


def _expected(view: View, job: Job, each: float | None) -> float | None:
    """Seconds that a segment takes by past runs."""
    state = view.states.get(job.shot)
    if each is None or job.kind != "segment" or state is None or job.segment >= len(state.timing.segments):
        return None
    return each * state.timing.segments[job.segment].generate


# -- the selected shot ---------------------------------------------------------------------------------------------


def shot(view: View) -> PartData:
    """The selected shot: player, segments in a row, each with its takes, errors, and the chosen take's request."""
    if view.shot is None:
        return PartData(head={"shot": ""})
    state, planned = view.states[view.shot.id], view.planned[view.shot.id]
    now = work_by_shot(view.jobs, KINDS).get(view.shot.id, NO_WORK)
    each = pace(view)
    shown = shown_take(view, state, planned)
    head: dict[str, Json] = {
        "shot": view.shot.id,
        "title": view.shot.title,
        "words": view.shot.prompt[:400],
        "state": planned.state,
        "problem": said(planned.problem),
        "frames": planned.frames,
        "native": planned.native,
        "nativeRate": rate_words(state.setup.profile.rate) if state.setup.profile.rate != view.project.rate else "",
        "length": clock(planned.frames, view.project.rate),
        "ratio": [view.project.width, view.project.height],
        "segments": [_segment(view, state, entry, now, each) for entry in planned.segments],
        "work": [*progress(view, now.running[0]), said(now.running[0].title)] if now.running else None,
        "failed": failures(now),
        "joins": joins(view, state, planned),
        "anchors": [s.index + 1 for s in state.timing.segments if state.anchored(s.start_slot) is not None],
        "open": len(now.open),
        "paused": view.studio.jobs.is_paused(view.open.id),
        "play": None if shown is None else _play(view, planned, shown),
    }
    if shown is None:
        face = _face(view, state, planned)
        head["face"] = f"{face}/640" if face else ""
    else:
        head["sent"] = sent(shown.request, view.spec)
        head["facts"] = _facts(view, shown)
    if is_engines(view, view.spec.id):
        head |= _now(view, state, planned, shown)
    items = [_card(view, state, planned, take, shown) for take in reversed(state.takes)]
    return PartData(head=head, items=items)


def _now(view: View, state: ShotState, planned: PlannedShot, shown: Take | None) -> dict[str, Json]:
    """What would be sent now for the segment in the player, else for the first one."""
    index = shown.segment if shown is not None else 0
    entry = next((s for s in planned.segments if s.segment.index == index), None)
    if entry is None:
        return {}
    start = shown.request.start if shown is not None else None
    request = entry.request or state.request(entry.segment, start)
    return {"now": sent(request, view.spec, planned=True), "graph": graph_head(view, request, GRAPH)}


def take_key(take: Take) -> str:
    """The name by which the window knows a take of the selected shot."""
    return f"{take.segment}/{take.id}"


def shown_take(view: View, state: ShotState, planned: PlannedShot) -> Take | None:
    """The take in the player: what this window chose to see, else the first that stands, else the newest."""
    for take in state.takes:
        if take_key(take) == view.ui.take:
            return take
    for entry in planned.segments:
        take_there = _take(state, entry)
        if take_there is not None:
            return take_there
    return state.takes[-1] if state.takes else None


def _segment(view: View, state: ShotState, entry: PlannedSegment, now: Work, each: float | None) -> dict[str, Json]:
    s = entry.segment
    jobs = [j for j in now.open if j.kind == "segment" and j.segment == s.index]
    running = next((j for j in jobs if isinstance(j.phase, Running)), None)
    found: dict[str, Json] = {
        "i": s.index, "make": s.generate, "drop": s.drop, "keep": s.keep, "over": s.surplus,
        "from": start_words(s), "to": inline(slot_label(s.end_slot)) if s.end_slot else "",
        "s": "running" if running else "queued" if jobs else entry.state, "r": said(entry.reason), "take": entry.take,
    }  # fmt: skip
    if running is not None:
        found["p"] = progress(view, running, _expected(view, running, each))
    return found


def start_words(segment: Segment) -> str:
    """What a segment begins with."""
    if segment.start == "previous":
        return t("the last frame of segment {n}", n=segment.index)
    return t("the {slot}", slot=inline(slot_label(segment.start_slot))) if segment.start_slot else t("the words alone")


def older_inputs(state: ShotState, planned: PlannedShot, take: Take) -> list[str]:
    """What differs between what the take was made from and what would be sent now; empty when nothing does."""
    entry = next((s for s in planned.segments if s.segment.index == take.segment), None)
    if entry is None:
        return [t("length: the shot has fewer segments now")]
    request = entry.request
    if request is None:
        # What it continues from is not known yet, so only the rest can be compared.
        request = state.request(entry.segment, take.request.start)
    if request.fingerprint == take.fingerprint:
        return []
    changed = changed_fields(take.request, request) or ["inputs"]
    if entry.segment.start == "previous":
        changed = ["the frame it continues from" if word == "start frame" else word for word in changed]
    return [named(word) for word in changed]


def _play(view: View, planned: PlannedShot, take: Take) -> dict[str, Json]:
    entry = next((s for s in planned.segments if s.segment.index == take.segment), None)
    rate = take.info.rate or take.request.rate
    return {
        "key": take_key(take), "url": take_url(view.open.id, take), "poster": take_url(view.open.id, take, 640),
        "frames": take.info.frames, "rate": [rate.numerator, rate.denominator], "fps": rate_label(rate),
        "drop": entry.segment.drop if entry else 0,
        "over": max(0, take.info.frames - entry.segment.drop - entry.segment.keep) if entry else 0,
        "segment": take.segment + 1, "of": len(planned.segments),
    }  # fmt: skip


def _facts(view: View, take: Take) -> str:
    info = take.info
    rate = t(" at {rate}", rate=rate_words(info.rate)) if info.rate else ""
    spent = t(" · made in {seconds} s", seconds=number(f"{take.seconds:.1f}")) if take.seconds else ""
    codec = f" · {info.codec}" if info.codec else ""
    instead = " ".join(filter(None, (said(take.instead), _enlarged(view, take))))
    return t(
        "{frames} frames{rate} · {width} × {height}{codec}{spent}{instead}",
        frames=info.frames,
        rate=rate,
        width=info.width,
        height=info.height,
        codec=codec,
        spent=spent,
        instead=f" · {instead}" if instead else "",
    )


def _enlarged(view: View, take: Take) -> str:
    """How a clip that memory made smaller comes to the film's size, as it is set now."""
    if take.smaller_than is None:
        return ""
    workflow = view.studio.passes.enlarger(view.open)
    return t("{workflow} enlarges it for the film.", workflow=workflow) if workflow else t("The film scales it up.")


def _card(view: View, state: ShotState, planned: PlannedShot, take: Take, shown: Take | None) -> dict[str, Json]:
    entry = next((s for s in planned.segments if s.segment.index == take.segment), None)
    number = 1 + [t.id for t in state.takes if t.segment == take.segment].index(take.id)
    check = take_badge(view, take)
    return {
        "id": take_key(take), "g": take.segment, "n": number, "made": take.made, "seed": str(take.request.seed),
        "frames": take.info.frames, "older": older_inputs(state, planned, take),
        "stands": entry is not None and entry.take == take.id,
        "chosen": state.choice.takes.get(str(take.segment)) == take.id,
        "shown": shown is not None and take_key(shown) == take_key(take),
        "url": take_url(view.open.id, take, 320), **({"q": check} if check else {}),
    }  # fmt: skip
