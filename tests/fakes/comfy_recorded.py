"""The node classes that the shipped workflows use, as a ComfyUI 0.8.0 told them, and those workflows' model files.

`comfy_nodes.json` is what `GET /object_info` gave on a server without any model, cut down to these classes and
without its texts for people.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from infrastructure.comfyui.catalogue import Catalogue, Workflow

FILE = Path(__file__).with_suffix("").with_name("comfy_nodes.json")


@cache
def _nodes() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
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
