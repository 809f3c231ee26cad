"""Finding where a graph takes its start frame, end frame and reference pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from domain.workflow import SlotPlace
from infrastructure.comfyui.view import GraphView, depth

START = re.compile(
    r"(?:.*[._])?(?:start|first|init)_?(?:image|frame|img)|image_start|start_frame_image|first_frame_image"
)
END = re.compile(r"(?:.*[._])?(?:end|last)_?(?:image|frame|img)|image_end|image_tail|last_frame_image")
REFERENCE = re.compile(
    r"(?:.*[._])?(?:ref(?:erence)?_?images?|subject_?images?|style_?images?|character)(?:[._].*)?_?\d*"
)
ANY = re.compile(r"images?|pixels|input_image|image_?\d+|images?\..+")


class PictureFinder:
    """Looks at the nodes that the writer needs, nearest to the loaders of pictures."""

    def __init__(
        self, view: GraphView, needed: set[str], kind: str, samplers: Sequence[str],
        found: Mapping[str, Sequence[SlotPlace]],
    ) -> None:  # fmt: skip
        self._view = view
        self._needed = sorted(needed, key=depth)
        self._kind = kind
        self._samplers = samplers
        self._taken = [place for places in found.values() for place in places]
        self._found: dict[str, list[SlotPlace]] = {}
        self._references: list[SlotPlace] = []

    def find(self) -> dict[str, list[SlotPlace]]:
        """Places of start_image, end_image, mask and reference-1 …; only those that were found."""
        loaders = [SlotPlace(node=k, input="image") for k in self._needed if self._view.loads_picture(k)]
        if self._kind == "video":
            self._guides()
            self._named(END, "end_image")
            self._named(START, "start_image")
            self._start_by_place()
        if not self._samplers and len(loaders) == 1:
            self._take("start_image" if self._kind != "image" else "reference-1", loaders[0])
        self._masked()
        if self._kind == "image" and self._redraws():
            self._take("start_image", self._redraws())
        self._in_order(loaders)
        for number, place in enumerate(self._references, 1):
            self._found[f"reference-{number}"] = [place]
        return self._found

    def _take(self, slot: str, place: SlotPlace | None) -> None:
        if place is None or place in self._taken:
            return
        if slot.startswith("reference-"):
            self._references.append(place)
        elif slot in self._found:
            return
        else:
            self._found[slot] = [place]
        self._taken.append(place)

    def _makes(self, key: str) -> bool:
        return bool({"LATENT", "CONDITIONING", "VIDEO"} & set(self._view.outputs(key))) or not self._view.outputs(key)

    def _guides(self) -> None:
        """LTX guides sit at a frame: 0 is the first, -1 the last."""
        for key in self._needed:
            at = self._view.value(key, "frame_idx")
            source = self._view.source(key, "image")
            if source is not None and at in (0, -1) and not isinstance(at, bool):
                self._take("start_image" if at == 0 else "end_image", self._view.picture_behind(source[0]))

    def _named(self, pattern: re.Pattern[str], slot: str) -> None:
        for key in self._needed:
            if not self._makes(key):
                continue
            for name in self._view.inputs(key):
                source = self._view.source(key, name)
                if source is not None and pattern.fullmatch(name) and "clip_vision" not in name:
                    self._take(slot, self._view.picture_behind(source[0]))

    def _start_by_place(self) -> None:
        """A node that makes the latent of a clip from a picture starts with it, whatever the input is called."""
        for key in self._needed:
            outputs = self._view.outputs(key)
            if self._view.is_encoder(key) and "VIDEO" not in outputs:
                continue
            if not {"LATENT", "VIDEO"} & set(outputs):
                continue
            for name in ("image", "pixels", "input_image") if "VIDEO" in outputs else ("image", "images", "pixels"):
                source = self._view.source(key, name)
                if source is not None and "start_image" not in self._found:
                    self._take("start_image", self._view.picture_behind(source[0]))

    def _masked(self) -> None:
        """A picture of its own that says where a latent is drawn anew."""
        for key in self._needed:
            source = self._view.source(key, "mask")
            if source is not None and "LATENT" in self._view.outputs(key):
                place = self._view.picture_behind(source[0])
                if place is not None and self._view.kind(place.node) == "LoadImageMask":
                    self._take("mask", place)

    def _redraws(self) -> SlotPlace | None:
        """The picture that a sampler starts from without forgetting it, in a graph that makes pictures."""
        for sampler in self._samplers:
            denoise = self._view.value(sampler, "denoise")
            latent = self._view.source(sampler, "latent_image")
            if isinstance(denoise, float) and denoise < 1.0 and latent is not None:
                for node in self._view.back_from(latent[0]):
                    if self._view.is_sampler(node):
                        break  # the second of two passes: the first one made the picture
                    source = self._view.source(node, "pixels")
                    if source is not None:
                        return self._view.picture_behind(source[0])
        return None

    def _in_order(self, loaders: Sequence[SlotPlace]) -> None:
        """The other pictures, as encoders number them (image1, image2 …), then in the order of the nodes."""
        numbered: list[tuple[tuple[int, int, str], SlotPlace]] = []
        for key in self._needed:
            for name in self._view.inputs(key):
                source = self._view.source(key, name)
                if source is None or not (REFERENCE.fullmatch(name) or ANY.fullmatch(name)):
                    continue
                place = self._view.picture_behind(source[0])
                if place is not None:
                    digits = re.findall(r"\d+", name)
                    first = 0 if self._view.is_encoder(key) or REFERENCE.fullmatch(name) else 1
                    numbered.append(((first, int(digits[-1]) if digits else 0, name), place))
        for _, place in sorted(numbered, key=lambda pair: (pair[0], depth(pair[1].node))):
            self._take("reference-", place)
        for place in loaders:
            if self._kind != "video" or "start_image" in self._found:
                self._take("reference-", place)
