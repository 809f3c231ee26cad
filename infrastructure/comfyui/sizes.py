"""Finding where a graph takes its width, height, number of frames and frame rate."""

from __future__ import annotations

from domain.workflow import SlotPlace
from infrastructure.comfyui.view import GraphView, depth

LENGTHS = ("length", "video_frames", "num_frames", "frames_number", "frame_count", "max_frames")
FRAME_RATES = ("fps", "frame_rate")
SIDES = {
    "width": ("width", "resize_type.width", "target_width"),
    "height": ("height", "resize_type.height", "target_height"),
}
PICTURES = frozenset({"IMAGE", "COMFY_MATCHTYPE_V3"})
"""Types of outputs that give pictures; the second is a node's that takes pictures or masks."""

REPEATERS = {"RepeatImageBatch": "amount"}


class SizeFinder:
    """Looks at the nodes that the writer needs."""

    def __init__(self, view: GraphView, needed: set[str], samplers: list[str]) -> None:
        self._view = view
        self._needed = sorted(needed, key=depth)
        self._within = needed
        self._samplers = samplers

    def find(self) -> dict[str, list[SlotPlace]]:
        """Places of width, height, length and fps; a slot that was not found is not there."""
        found: dict[str, list[SlotPlace]] = {}
        latents = [key for key in self._needed if self._makes_latent(key)]
        for key in latents:
            for side in SIDES:
                found.setdefault(side, []).extend(self._enters(key, side))
        if not latents:
            self._by_scaling(found)
        self._same_size(found, latents)
        for key in self._needed:
            view = self._view
            if "LATENT" in view.outputs(key) or key in latents or self._counts_frames(key):
                for name in LENGTHS:
                    if name in view.inputs(key) and not view.is_sampler(key):
                        found.setdefault("length", []).append(self._held(key, name))
            if not self._samplers and view.kind(key) in REPEATERS:
                found.setdefault("length", []).append(self._held(key, REPEATERS[view.kind(key)]))
            for name in FRAME_RATES:
                if name in view.inputs(key) and self._is_rate(key, name):
                    found.setdefault("fps", []).append(self._held(key, name))
        return {slot: list(dict.fromkeys(places)) for slot, places in found.items() if places}

    def _makes_latent(self, key: str) -> bool:
        view = self._view
        inputs = view.inputs(key)
        sized = "width" in inputs and "height" in inputs
        return sized and "LATENT" in view.outputs(key) and not view.is_sampler(key) and "samples" not in inputs

    def _counts_frames(self, key: str) -> bool:
        """Whether a node that makes conditioning (a first frame for a video model) counts frames."""
        return "CONDITIONING" in self._view.outputs(key) and "width" in self._view.inputs(key)

    def _is_rate(self, key: str, name: str) -> bool:
        """Whether the input is a rate of ours: SVD's conditioning says by it how fast things move, and a clip that is
        worked over keeps its own."""
        source = self._view.source(key, name)
        keeps = source is not None and self._view.kind(source[0]) == "GetVideoComponents"
        return not keeps and not (name == "fps" and "CONDITIONING" in self._view.outputs(key))

    def _held(self, key: str, name: str) -> SlotPlace:
        """The input, or the node of constants that feeds it. What is computed gives way to the value itself."""
        view, seen = self._view, set()
        while (key, name) not in seen:
            seen.add((key, name))
            source = view.source(key, name)
            held = view.holds(source[0]) if source is not None else None
            if source is None or held is None:
                break
            key, name = source[0], held
        return SlotPlace(node=key, input=name)

    def _enters(self, key: str, side: str, name: str = "") -> list[SlotPlace]:
        """Where a side of the picture enters: through constants, through sums (the first of two stages works at half
        the size), and through pictures whose size is measured."""
        view, name = self._view, name or side
        for _ in range(len(view.graph)):
            if name not in view.inputs(key):
                return []
            source = view.source(key, name)
            if source is None:
                return [SlotPlace(node=key, input=name)]
            held = view.holds(source[0])
            if held is not None:
                key, name = source[0], held
                continue
            if view.kind(source[0]) == "GetImageSize":
                scaler = self._scaler(source[0], side)
                return self._enters(scaler[0], side, scaler[1]) if scaler is not None else []
            linked = [n for n in view.inputs(source[0]) if view.source(source[0], n) is not None]
            if len(linked) != 1 or "Math" not in view.kind(source[0]):
                return view.uses(source, self._within)
            key, name = source[0], linked[0]
        return []

    def _scaler(self, key: str, side: str) -> tuple[str, str] | None:
        """The node behind `key` that gives a picture its size, and its input for the side."""
        view = self._view
        for node in view.back_from(key):
            for name in SIDES[side]:
                if node != key and name in view.inputs(node) and PICTURES & set(view.outputs(node)):
                    return node, name
        return None

    def _by_scaling(self, found: dict[str, list[SlotPlace]]) -> None:
        """Without an empty latent the size is that of a picture: of the last node that scales it to a size."""
        view = self._view
        for key in sorted(self._needed, key=depth, reverse=True):
            inputs = view.inputs(key)
            names = {side: next((n for n in SIDES[side] if n in inputs), None) for side in SIDES}
            if not PICTURES & set(view.outputs(key)) or None in names.values() or view.texts(key):
                continue
            for side, name in names.items():
                found.setdefault(side, []).extend(self._enters(key, side, name or ""))
            return

    def _same_size(self, found: dict[str, list[SlotPlace]], latents: list[str]) -> None:
        """Schedulers and scalers that are set to the very size of the latent go along with it."""
        view = self._view
        sizes = [(view.value(k, "width"), view.value(k, "height")) for k in latents]
        for key in self._needed:
            inputs = view.inputs(key)
            if key in latents or "width" not in inputs or "height" not in inputs:
                continue
            if (view.value(key, "width"), view.value(key, "height")) in sizes and isinstance(inputs["width"], int):
                for side in SIDES:
                    found.setdefault(side, []).append(self._held(key, side))
