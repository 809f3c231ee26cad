"""The node classes that the shipped workflows use, read off their graphs, and those workflows' model files."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from infrastructure.comfyui.catalogue import Catalogue, Workflow
from infrastructure.comfyui.loaders import FILE_INPUT
from tests.fakes.comfy_info import object_info as stand_in_info
from tests.workflows.server import object_info as read_off


@cache
def _nodes() -> dict[str, Any]:
    """The stand-in's own nodes as it describes them, the others as the graphs use them, without any model file."""
    own = stand_in_info({}, [])
    found = copy.deepcopy(read_off())
    for entry in found.values():
        for section in entry["input"].values():
            for name, spec in section.items():
                if isinstance(spec[0], list) and FILE_INPUT.fullmatch(name):
                    section[name] = [[], *spec[1:]]
    for name, entry in own.items():
        seen = found.get(name, {"input": {}})["input"].values()
        used = {key: spec for section in seen for key, spec in section.items()}
        for section in entry["input"].values():
            for key, spec in section.items() if isinstance(section, dict) else ():
                more = used.get(key, [None])[0]
                if isinstance(spec[0], list) and isinstance(more, list):
                    spec[0].extend(choice for choice in more if choice not in spec[0])
        found[name] = entry
    return found


@cache
def shipped() -> dict[str, Workflow]:
    """The workflows that Kinoloom ships, by id."""
    return {workflow.entry.id: workflow for workflow in Catalogue().all()}


def nodes(*workflows: str) -> dict[str, Any]:
    """The node classes of a server that has the model files of these workflows (none: of all)."""
    info = copy.deepcopy(_nodes())
    for workflow in shipped().values():
        manifest = workflow.manifest
        if manifest is None or workflow.data is None or (workflows and workflow.entry.id not in workflows):
            continue
        files = [*manifest.models, *(m for switch in manifest.switches for m in switch.models)]
        for file in files:
            for place in manifest.slots.get(file.slot, ()):
                listed = offered(info, workflow.data[place.node]["class_type"], place.input)
                if file.name not in listed:
                    listed.append(file.name)
    return info


def offered(info: dict[str, Any], class_type: str, name: str) -> list[str]:
    """The list of values that an input offers, to be added to."""
    sections = info[class_type]["input"]
    spec = next(sections[s][name] for s in ("required", "optional") if name in sections.get(s, {}))
    found: list[str] = spec[0] if isinstance(spec[0], list) else spec[1]["options"]
    return found
