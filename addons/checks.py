"""What the checks of a shot's clips come to, as a badge on its card: ok, warnings, made again, does not pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from addons.session import View
from addons.words import said, t
from domain.quality.acting import Attempt, ShotChecks
from domain.take import Take
from services.quality.retakes import ended_words, read_checks

Badge = list[str]
"""Tone, label, and the words on hover."""


def shot_badges(view: View) -> dict[str, Badge]:
    """The badge of every shot whose standing clips were checked."""
    version = view.open.files.version()
    known = view.cached("checks.known", lambda: {i: read_checks(view.open, i) for i in view.planned}, version)
    return view.cached("checks.badges", lambda: _badges(view, known), tuple(known.values()))


def take_badge(view: View, take: Take) -> Badge | None:
    """What a take's own check said; None when it was never checked."""
    attempt = read_checks(view.open, take.shot).of_take(take.segment, take.id)
    if attempt is None:
        return None
    words = " ".join(said(finding.sentence) for finding in attempt.findings)[:600]
    if not attempt.passed:
        return ["failed", t("does not pass"), words]
    warnings = sum(finding.severity == "warn" for finding in attempt.findings)
    return ["stale", _warned(warnings), words] if warnings else ["done", t("checked"), words]


def _warned(number: int) -> str:
    return t("1 warning") if number == 1 else t("{n} warnings", n=number)


def _badges(view: View, known: Mapping[str, ShotChecks]) -> dict[str, Badge]:
    found = {}
    for shot_id, planned in view.planned.items():
        takes = [(entry.segment.index, entry.take) for entry in planned.segments if entry.take]
        badge = _badge(known[shot_id], takes) if takes and shot_id in known else None
        if badge is not None:
            found[shot_id] = badge
    return found


def _badge(checks: ShotChecks, takes: Sequence[tuple[int, str]]) -> Badge | None:
    standing = [a for number, take in takes for a in [checks.of_take(number, take)] if a is not None]
    if not standing:
        return None
    chain = checks.chain if checks.chain is not None and checks.chain.takes == tuple(t for _, t in takes) else None
    joins = [f for f in (chain.findings if chain else ()) if f.severity in ("warn", "fail")]
    warnings = [said(f.sentence) for a in standing for f in a.findings if f.severity == "warn"]
    warnings += [said(f.sentence) for f in joins]
    retakes = sum(len(checks.of_job(a.job)) - 1 for a in standing)
    words = [*dict.fromkeys(said(_words(checks, a)) for a in standing), *dict.fromkeys(warnings)]
    words += [said(chain.done)] if chain else []
    told = " ".join(word for word in words if word)[:600]
    if any(not a.passed for a in standing):
        return ["failed", t("does not pass"), told]
    again = t("retaken {n}×", n=retakes) if retakes else ""
    if warnings:
        label = _warned(len(warnings))
        return ["stale", f"{label}, {again}" if again else label, told]
    return ["done", again or t("checked"), told or t("Checked: nothing was found.")]


def _words(checks: ShotChecks, attempt: Attempt) -> str:
    return ended_words(checks.of_job(attempt.job), attempt)
