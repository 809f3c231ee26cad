"""How the segments of the selected shot join, and what can be done where a join shows or the chain drifts."""

from __future__ import annotations

from addons.api import Json
from addons.remedies import offered
from addons.session import View
from addons.words import said
from domain.plan import PlannedShot
from domain.quality.values import Finding
from services.planning import ShotState
from services.quality.remedies import join_at
from services.quality.retakes import read_checks


def joins(view: View, state: ShotState, planned: PlannedShot) -> list[dict[str, Json]]:
    """What the check of the takes that stand found at their joins: by segment, each with its remedies."""
    chain = read_checks(view.open, planned.shot).chain
    if chain is None or chain.takes != tuple(entry.take for entry in planned.segments):
        return []
    found: dict[int, list[Finding]] = {}
    for one in chain.findings:
        if one.severity in ("warn", "fail"):
            found.setdefault(join_at(state, one.first), []).append(one)
    return [
        {
            "n": segment + 1, "s": "fail" if any(one.severity == "fail" for one in ours) else "warn",
            "m": [said(one.sentence) for one in ours], "do": offered(view, state, segment, ours[0].check),
        }
        for segment, ours in sorted(found.items())
    ]  # fmt: skip
