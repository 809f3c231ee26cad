"""How much of a graph's work is done, as one number: nodes weighted by what they usually cost, steps inside them.

The steps of the samplers are nearly all the work, so they carry nearly all the weight; what the server has still from
an earlier run carries none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from infrastructure.comfyui.messages import NodeState

WEIGHTS: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"UpscaleWithModel|Interpolat|VFI|TextGenerate"), 60.0),
    (re.compile(r"Loader"), 20.0),
    (re.compile(r"VAE.*Decode|VAE.*Encode"), 15.0),
    (re.compile(r"TextEncode|ClipVision|CLIPVision|ToVideo|ToLatent|ImgToVideo"), 8.0),
    (re.compile(r"Save|Video|WEBM|Combine"), 4.0),
)
STEP = 10.0
"""Weight of one sampler step."""

USUAL_STEPS = 20
MOST = 0.99
"""As far as it goes before the results are fetched."""


def is_sampler(class_type: str) -> bool:
    """Whether a node of this class runs sampler steps."""
    return class_type.startswith(("KSampler", "SamplerCustom")) and not class_type.endswith("Select")


def steps_of(graph: Mapping[str, Any], node: str) -> int:
    """How many steps a sampler will run, as far as the graph tells."""
    inputs = _inputs(graph, node)
    steps = _number(inputs.get("steps"))
    if steps is None:
        for name in ("sigmas", "steps", "scheduler"):
            link = inputs.get(name)
            if isinstance(link, (list, tuple)) and link:
                steps = _number(_inputs(graph, str(link[0])).get("steps"))
                if steps is not None:
                    break
    steps = USUAL_STEPS if steps is None else steps
    first, end = _number(inputs.get("start_at_step")) or 0, _number(inputs.get("end_at_step"))
    return max(1, min(steps, steps if end is None else end) - first)


def weight_of(graph: Mapping[str, Any], node: str) -> float:
    """What a node's work weighs."""
    entry = graph.get(node)
    kind = str(entry.get("class_type") or "") if isinstance(entry, Mapping) else ""
    if is_sampler(kind):
        return STEP * steps_of(graph, node)
    return next((weight for pattern, weight in WEIGHTS if pattern.search(kind)), 1.0)


class Meter:
    """The progress of one prompt. Never goes back, and stays below one."""

    def __init__(self, graph: Mapping[str, Any]) -> None:
        self._weights = {str(node): weight_of(graph, str(node)) for node in graph}
        self._done: dict[str, float] = {}
        self._cached: set[str] = set()
        self.fraction = 0.0

    def cached(self, nodes: Collection[str]) -> None:
        """These nodes need not be run."""
        self._cached |= set(nodes)

    def state(self, nodes: Mapping[str, NodeState]) -> float:
        """All nodes that have begun; the fraction of the whole."""
        for node, state in nodes.items():
            self._note(node, 1.0 if state.state == "finished" else _part(state.value, state.max))
        return self._sum()

    def step(self, node: str, value: float, most: float) -> float:
        """A step inside a node; the fraction of the whole."""
        self._note(node, _part(value, most))
        return self._sum()

    def _note(self, node: str, part: float) -> None:
        # Nodes that a node made for itself ("12.0.0.3") count as nothing of their own.
        if node in self._weights:
            self._done[node] = max(part, self._done.get(node, 0.0))

    def _sum(self) -> float:
        total = sum(w for node, w in self._weights.items() if node not in self._cached)
        done = sum(self._weights[n] * part for n, part in self._done.items() if n not in self._cached)
        if total > 0:
            self.fraction = max(self.fraction, min(MOST, done / total))
        return self.fraction


def _part(value: float, most: float) -> float:
    return min(1.0, max(0.0, value / most)) if most > 0 else 0.0


def _inputs(graph: Mapping[str, Any], node: str) -> Mapping[str, Any]:
    entry = graph.get(node)
    inputs = entry.get("inputs") if isinstance(entry, Mapping) else None
    return inputs if isinstance(inputs, Mapping) else {}


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
