"""Workflows as JSON documents and as lines of text, for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from domain.engine import AddedWorkflow
from domain.workflow import NeededModel, WorkflowEntry, WorkflowReport, by_pack

_THERE = {True: "installed", False: "missing", None: "no server was asked"}


def entries_document(entries: Sequence[WorkflowEntry]) -> dict[str, Any]:
    """The catalogue as `workflow list --json` prints it."""
    return {"workflows": [entry.to_json() for entry in entries]}


def entry_lines(entries: Sequence[WorkflowEntry]) -> Iterator[str]:
    """The catalogue for people."""
    width = max((len(entry.id) for entry in entries), default=0)
    for entry in entries:
        marks: list[str] = [entry.source]
        if entry.overrides:
            marks.append("in place of the shipped one")
        if entry.template:
            marks.append(f"from the server's template {entry.template}")
        if not entry.confirmed and not entry.fault:
            marks.append("found, not confirmed")
        what = f"{entry.kind}, {entry.profile}" if entry.profile else "not looked into"
        yield f"{entry.id:<{width}}  {entry.title} ({what}; {', '.join(marks)})"
        if entry.fault:
            yield f"{'':<{width}}  PROBLEM: {entry.fault}"


def added_document(added: Sequence[AddedWorkflow]) -> dict[str, Any]:
    """What was taken in as `workflow add --json` prints it."""
    return {"added": [one.to_json() for one in added]}


def added_lines(added: Sequence[AddedWorkflow]) -> Iterator[str]:
    """What was taken in, for people."""
    for one in added:
        yield f"{one.id}  {one.title} (from {one.file})" if one.id else f"PROBLEM {one.file}: {one.fault}"
        yield from (f"  Note: {note}" for note in one.notes)


def report_lines(report: WorkflowReport) -> Iterator[str]:
    """What was found in a workflow, for people."""
    kinds = {"upscale": "a larger picture or clip", "interpolate": "a clip with more frames"}
    made = {"video": "a clip", "image": "a picture", **kinds}.get(report.kind, report.kind)
    state = "confirmed by its manifest" if report.confirmed else "found by looking at the graph, not confirmed"
    yield f"{report.title}: makes {made} by the profile {report.profile} ({report.format} format, from {report.source})"
    yield f"Slots, {state}:"
    width = max((len(slot) for slot in report.slots), default=0)
    for slot, places in report.slots.items():
        yield f"  {slot:<{width}}  {', '.join(places)}"
    yield f"Result: node {report.writer}" + (f", last frame: node {report.last_frame}" if report.last_frame else "")
    others = [node for node in report.outputs if node not in (report.writer, report.last_frame)]
    if others:
        yield f"Other outputs, not run: {', '.join(others)}"
    for name, listed in (("Switches", report.switches), ("Presets", report.quality)):
        if listed:
            yield f"{name}: {', '.join(listed)}"
    if report.models:
        yield "Models:"
        yield from (f"  {_model(model)}" for model in report.models)
    for pack, nodes in by_pack(report.foreign).items():
        yield f"Runs code of {pack or 'an unknown pack'} ({len(nodes)} {'node' if len(nodes) == 1 else 'nodes'}):"
        for node in nodes:
            yield f"  {node.class_type}: {_THERE[node.installed]}"
    yield from (f"PROBLEM {problem}" for problem in report.problems)
    yield from (f"Note: {note}" for note in report.notes)


def _model(model: NeededModel) -> str:
    there = {True: "installed", False: "MISSING  ", None: "not asked"}[model.installed]
    where = f"models/{model.folder}/{model.name}" if model.folder else model.name
    size = f" {model.size_gb:g} GB" if model.size_gb else ""
    return f"{there}  {where}{size}" + (f"  {model.url}" if model.url and not model.installed else "")
