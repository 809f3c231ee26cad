"""The panel that tells how good the film is: the verdict, every finding with its frame, and the curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from addons import remedies
from addons.api import Action, PartData, Reply
from addons.film.reading import cut_view, shown_film, side
from addons.reports.page import is_whole
from addons.session import View
from addons.uploads import Uploads
from addons.words import named, number, said, t, tn
from domain.errors import NotFound, StudioError
from domain.film import FilmReport
from domain.job import Failed, Job, Running
from domain.quality.acting import faults
from domain.quality.checks import CHECKS
from domain.quality.filmcheck import Counts, FilmCheck
from domain.quality.values import Curve, Finding
from domain.timing import timecode
from services.quality.films import FilmChecks
from services.quality.remedies import ABOUT_JOINS, segment_at

GATE = "film.gate"
SHOWN = 60
"""Findings that are listed."""
_POINTS = 120
"""Points of a curve that are sent."""


def view(view: View) -> PartData:
    """How the film that is shown stands, or that it was not checked yet."""
    checks = view.studio.checks
    if side(view) != "check" or checks is None:
        return PartData()
    film = shown_film(view)
    job = check_job(view)
    chosen = gate(view, checks)
    head: dict[str, Any] = {
        "film": film.name if film else "", "gates": gates(checks, chosen), "gate": chosen, "job": job_head(job),
        "failed": _failed(view) if job is None else "",
    }  # fmt: skip
    if film is None or film.checked is None:
        return PartData(head)
    found = film.checked
    head |= _told(view, film, found)
    head["again"] = failing(film)
    return PartData(head, [_item(view, n, f, film) for n, f in enumerate(found.report.findings[:SHOWN])])


def _told(view: View, film: FilmReport, found: FilmCheck) -> dict[str, Any]:
    report = found.report
    state = "bad" if not report.verdict.passed else "warn" if report.verdict.warnings else "ok"
    return {
        "state": state, "sentence": said(report.verdict.sentence), "by": report.gate, "made": report.made,
        "frames": report.stream.frames, "more": max(0, len(report.findings) - SHOWN), "counts": counts(found.counts),
        "curves": [curve(c) for c in report.curves if c.values], "cuts": list(report.cuts)[:400],
        "marks": [
            [f.severity, f.first, f.last]
            for f in report.findings[:SHOWN]
            if f.severity in ("fail", "warn") and not is_whole(f, report.stream.frames)
        ],
        "seam": min((s.score for s in report.seams), default=None), "seams": len(report.seams),
        "url": f"/media/{quote(view.open.id)}/report/{quote(film.name)}",
    }  # fmt: skip


def counts(found: Counts) -> str:
    """How the film's clips came to be, in words; empty where none was checked."""
    if not found.checked:
        return ""
    words = t("{clips} of {all} clips checked, {tries} made", clips=found.checked, all=found.clips, tries=found.tries)
    if found.retakes:
        words += t(", {n} of them retakes", n=found.retakes)
    return words + (t("; {n} in the film do not pass.", n=found.failing) if found.failing else ".")


def curve(found: Curve) -> list[Any]:
    """A curve as the window draws it: id, label, unit, lowest, highest, and at most 120 values as 0 to 1."""
    labels = {
        "step": t("Change from frame to frame"), "mean": t("Brightness"), "contrast": t("Contrast"),
        "colourful": t("Colourfulness"), "sharpness": t("Sharpness"), "noise": t("Grain and noise"),
        "alike": t("Likeness to the shot’s first frame"),
    }  # fmt: skip
    values = _fewer(found.values)
    low, high = min(found.values), max(found.values)
    span = (high - low) or 1.0
    return [
        found.name, labels.get(found.name, found.name), named(found.unit), number(f"{low:.3g}"), number(f"{high:.3g}"),
        [round((v - low) / span, 3) for v in values],
    ]  # fmt: skip


def _fewer(values: Sequence[float]) -> Sequence[float]:
    if len(values) <= _POINTS:
        return values
    each = len(values) / _POINTS
    parts = (values[int(n * each) : max(int(n * each) + 1, int((n + 1) * each))] for n in range(_POINTS))
    return [sum(part) / len(part) for part in parts]


def _item(view: View, number: int, found: Finding, film: FilmReport) -> dict[str, Any]:
    item = {
        "id": str(number), "s": found.severity,
        "t": named(CHECKS[found.check].title) if found.check in CHECKS else found.check,
        "m": said(found.sentence), "c": said(found.cure), "f": found.first, "n": found.last - found.first + 1,
        "at": timecode(found.first, film.rate),
    }  # fmt: skip
    if is_whole(found, film.frames):
        return item | {"at": t("whole file")}
    return item | ({"shot": found.shot} if found.shot else {}) | _doing(view, found, film)


def _doing(view: View, found: Finding, film: FilmReport) -> dict[str, Any]:
    """What can be done about a finding, where the film still shows the takes that stand, at their place in the cut."""
    mends = found.check in ABOUT_JOINS or (found.severity in ("fail", "warn") and found.action == "retake")
    if not mends or found.shot not in view.states:
        return {}
    now = cut_view(view)
    seen = next((one for one in film.shots if one.first <= found.first < one.first + one.frames), None)
    same = seen is not None and any(
        (one.item.id, one.first, one.frames) == (seen.item, seen.first, seen.frames)
        and tuple(take.id for take in now.stocks[one.item.id].takes) == seen.takes
        for one in now.reel.placed
        if one.item.id in now.stocks
    )
    place = segment_at(now.reel, found.first) if same else None
    if place is None or place[0] != found.shot:
        return {}
    return {"do": remedies.offered(view, view.states[found.shot], place[1], found.check)}


def failing(film: FilmReport) -> list[str]:
    """The shots of a film that fail and that another seed may mend, in film order."""
    bad = faults(film.checked.report.findings) if film.checked is not None else ()
    found = (
        placed.shot
        for placed in film.shots
        if any(f.first < placed.first + placed.frames and placed.first <= f.last for f in bad)
    )
    return list(dict.fromkeys(found))


def gates(checks: FilmChecks, chosen: str) -> list[tuple[str, str]]:
    """The gates there are; one that cannot be read shows as itself."""
    try:
        return [(found.id, named(found.title)) for found in checks.quality.gates()]
    except StudioError:
        return [(chosen, chosen)]


def gate(view: View, checks: FilmChecks) -> str:
    """The gate chosen for this film's checks, else the one for films in this project."""
    return str(view.choice(GATE, "")) or checks.rules.of(view.open).film_gate


def check_job(view: View) -> Job | None:
    """The check that is made or waited for."""
    return next((job for job in view.jobs if job.kind == "check" and not job.ended), None)


def job_head(job: Job | None) -> dict[str, Any] | None:
    """How far a check is."""
    if job is None:
        return None
    if isinstance(job.phase, Running):
        return {"id": job.id, "fraction": round(job.phase.fraction, 3), "detail": said(job.phase.detail)}
    return {"id": job.id, "fraction": 0, "detail": t("waiting for its turn")}


def _failed(view: View) -> str:
    last = next((job.phase for job in reversed(view.jobs) if job.kind == "check"), None)
    return f"{said(last.message)} {said(last.cure)}".strip() if isinstance(last, Failed) else ""


def act(view: View, action: Action, uploads: Uploads) -> Reply | None:
    """Check the film now, by another gate, or stop checking it; do something about a finding."""
    checks = view.studio.checks
    if checks is None:
        return None
    match action.act:
        case "edit" if action.text("field", 20) == "gate":
            wanted = action.text("value", 60)
            checks.quality.gate(wanted)
            view.choose(GATE, wanted)
        case "check":
            film = shown_film(view)
            if film is None:
                raise NotFound("There is no film to check yet.", "Make it first.")
            checks.start(view.open, film.name, gate(view, checks))
            return Reply(said=t("The film is checked."))
        case "again":
            film = shown_film(view)
            shots = failing(film) if film is not None else []
            there = [shot for shot in shots if any(shot == one.id for one in view.board.shots)]
            if there and view.studio.generation.render(view.open, there, again=True) is not None:
                return Reply(said=tn("{n} shot is made again.", "{n} shots are made again.", len(there)))
        case remedies.ACT:
            return remedies.act(view, action, uploads)
        case "stop":
            job = check_job(view)
            if job is not None:
                view.studio.jobs.stop([job.id])
    return None
