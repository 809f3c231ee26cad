"""What a workflow's presets and switches change, as numbers: the steps and the guidance that reach the graph."""

from __future__ import annotations

from collections.abc import Mapping

from domain.engine import QualityInfo, SwitchInfo
from domain.workflow import Scalar, Switch, WorkflowManifest
from infrastructure.comfyui.convert import Graph, Json

NUMBERS = ("steps", "cfg")
"""Slots whose values are told of a preset."""


def own_values(manifest: WorkflowManifest, graph: Graph) -> dict[str, float]:
    """Steps and guidance as the graph has them; a slot without a plain number is left out."""
    found: dict[str, float] = {}
    for slot in NUMBERS:
        for place in manifest.slots.get(slot, ()):
            value = graph.get(place.node, {}).get("inputs", {}).get(place.input)
            if _is_number(value):
                found[slot] = value
                break
    return found


def switch_info(manifest: WorkflowManifest, switch: Switch) -> SwitchInfo:
    """A switch as it can be chosen."""
    return SwitchInfo(
        id=switch.id, title=switch.title, help=switch.help, on=switch.default, values=_by_slot(manifest, switch.on)
    )


def quality_infos(manifest: WorkflowManifest) -> tuple[QualityInfo, ...]:
    """The presets, in the manifest's order."""
    return tuple(
        QualityInfo(
            id=name, title=preset.title, help=preset.help, switches=preset.switches, scale=preset.scale,
            values={slot: v for slot, v in preset.set.items() if slot in NUMBERS and _is_number(v)},
        )
        for name, preset in manifest.quality.items()
    )  # fmt: skip


def _by_slot(manifest: WorkflowManifest, values: Mapping[str, Scalar]) -> dict[str, float]:
    found: dict[str, float] = {}
    for slot in NUMBERS:
        for place in manifest.slots.get(slot, ()):
            value = values.get(str(place))
            if _is_number(value):
                found[slot] = value  # type: ignore[assignment]
                break
    return found


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
