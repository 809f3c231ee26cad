"""The quality rules of the project: what it sets itself, and what the settings say where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addons.api import Action, Json, PartData, Reply
from addons.film.reading import side
from addons.film.report import gates
from addons.session import View
from addons.words import said, t, tn
from domain.errors import BadInput, StudioError
from domain.quality.acting import MOST_RETAKES
from domain.quality.own_rules import RULES
from services.passes import SERVER
from services.quality.films import FilmChecks

Values = Mapping[str, tuple[str, Any]]
"""By what the browser sends: the label, and the rule's value."""


def view(view: View) -> PartData:
    """Every rule as a field whose first choice is: as in Settings."""
    checks = view.studio.checks
    if side(view) != "check" or checks is None:
        return PartData()
    settings = checks.rules.settings.to_json()
    try:
        own, problem = checks.rules.own(view.open).set(), ""
    except StudioError as error:
        own, problem = {}, said(str(error))
    items = [_field(name, _values(view, checks, name, settings[name], own.get(name)), settings, own) for name in RULES]
    told = tn("{n} set here", "{n} set here", len(own)) if own else t("as in Settings")
    return PartData({"told": told, "set": len(own), "problem": problem}, items)


def _field(name: str, values: Values, settings: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Json]:
    labels = {
        "clips": t("What is checked"), "clip_gate": t("Gate for clips"), "film_gate": t("Gate for films"),
        "retakes": t("Retakes by itself, at most"), "on_drift": t("When a shot drifts"),
        "smaller": t("When memory runs out"), "upscale": t("Clips made smaller are enlarged"),
    }  # fmt: skip
    as_set = next((label for label, value in values.values() if value == settings[name]), str(settings[name]))
    chosen = next((key for key, (_, value) in values.items() if name in own and value == own[name]), "")
    offered = [["", t("{what}, as in Settings", what=as_set)], *([key, label] for key, (label, _) in values.items())]
    return {"id": name, "label": labels[name], "choices": offered, "value": chosen}


def _values(view: View, checks: FilmChecks, name: str, *now: Any) -> Values:
    """What can be chosen for a rule; what is chosen `now` is among it, also where it is no longer there."""
    match name:
        case "clips":
            return {"clips": (t("Every clip, and the film"), True), "film": (t("The finished film alone"), False)}
        case "clip_gate" | "film_gate":
            found: dict[str, tuple[str, Any]] = {gate: (label, gate) for gate, label in gates(checks, str(now[0]))}
        case "retakes":
            found = {str(n): (t("never") if n == 0 else str(n), n) for n in range(MOST_RETAKES + 1)}
        case "on_drift":
            return {
                "note": (t("It is told"), "note"), "match": (t("The film matches its colours"), "match"),
                "reanchor": (t("It begins anew with a fresh picture"), "reanchor"),
                "cut": (t("The rest becomes a shot of its own"), "cut"),
            }  # fmt: skip
        case "smaller":
            return {
                "on": (t("The clip is made smaller"), True),
                "off": (t("The clip fails, and sizes are offered"), False),
            }
        case _:
            found = {"film": (t("by the film"), ""), SERVER: (t("by what a server can do"), SERVER)}
            found |= {info.id: (info.title, info.id) for info in view.studio.passes.workflows("upscale")}
    there = [value for _, value in found.values()]
    gone = (str(value) for value in now if value is not None and value not in there)
    return {**found, **{value: (t("{chosen} (not ready)", chosen=value), value) for value in gone}}


def act(view: View, action: Action) -> Reply | None:
    """Set a rule of the project, or let the settings hold again. Raises BadInput and NotFound about the value."""
    checks = view.studio.checks
    if checks is None:
        return None
    rules = checks.rules
    if action.act == "reset":
        rules.set(view.open, **dict.fromkeys(RULES))
        return Reply(said=t("The rules of Settings hold again. Undo brings those of the project back."))
    if action.act != "edit" or action.text("field", 40) not in RULES:
        return None
    name, chosen = action.text("field", 40), action.text("value", 80)
    if not chosen:
        rules.set(view.open, **{name: None})
        return None
    values = _values(view, checks, name, getattr(rules.settings, name))
    if chosen not in values:
        raise BadInput(f"{chosen[:40]!r} cannot be chosen there.", "Reload the page.")
    rules.set(view.open, **{name: values[chosen][1]})
    return None
