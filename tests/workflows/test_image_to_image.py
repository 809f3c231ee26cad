"""The shipped graph that begins with a picture: with a mask, without one, and without any picture."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import BadInput
from domain.workflow import Choices
from infrastructure.comfyui.build import Built, build_prompt
from infrastructure.comfyui.catalogue import Catalogue
from infrastructure.comfyui.manifests import read_manifest, write_manifest
from tests.workflows.samples import profile_of, ready, values
from tests.workflows.server import defs

FLOW = next(w for w in Catalogue().all() if w.entry.id == "z-image-turbo-i2i")


def built(*leave_out: str) -> Built:
    manifest = FLOW.manifest
    assert manifest is not None
    given = {slot: value for slot, value in values(manifest).items() if slot not in leave_out}
    return build_prompt(ready(FLOW), Choices(values=given), defs(), "job", profile_of(manifest))


def behind(made: Built, node: str, name: str) -> tuple[str, dict[str, Any]]:
    entry = made.graph[made.graph[node]["inputs"][name][0]]
    return entry["class_type"], entry["inputs"]


def sampler(made: Built) -> str:
    return next(key for key, entry in made.graph.items() if entry["class_type"] == "KSampler")


def test_within_a_mask_only_that_is_sampled_and_the_rest_is_put_back_pixel_for_pixel() -> None:
    made = built()
    kind, latent = behind(made, sampler(made), "latent_image")
    assert kind == "SetLatentNoiseMask" and made.graph[latent["mask"][0]]["inputs"]["channel"] == "red"
    kind, put = behind(made, made.writer, "images")
    assert kind == "ImageCompositeMasked" and put["mask"] == latent["mask"]
    assert made.graph[put["destination"][0]]["class_type"] == "ImageScale"
    assert made.graph[sampler(made)]["inputs"]["denoise"] == 0.5
    assert not made.faults


def test_without_a_mask_all_of_the_picture_is_sampled() -> None:
    made = built("mask")
    assert behind(made, sampler(made), "latent_image")[0] == "VAEEncode"
    assert behind(made, made.writer, "images")[0] == "VAEDecode"
    assert "LoadImageMask" not in {entry["class_type"] for entry in made.graph.values()}
    assert not made.faults


def test_without_a_picture_it_is_drawn_from_words_alone() -> None:
    made = built("start_image", "mask", "denoise")
    kinds = {entry["class_type"] for entry in made.graph.values()}
    assert "LoadImage" not in kinds and "EmptyImage" in kinds
    assert made.graph[sampler(made)]["inputs"]["denoise"] == 1.0
    assert not made.faults
    assert built("start_image", "mask").graph[sampler(made)]["inputs"]["denoise"] == 0.5, "what is asked for stays"


def test_what_stands_in_for_a_picture_is_part_of_the_manifest() -> None:
    assert FLOW.manifest is not None
    text = write_manifest(FLOW.manifest)
    assert read_manifest(FLOW.entry.id, text) == FLOW.manifest and FLOW.manifest.without["mask"]
    for wrong in ('without = { prompt = { "8.denoise" = 1.0 } }\n', 'without = { mask = { "8" = 1.0 } }\n'):
        with pytest.raises(BadInput, match="cannot be used"):
            read_manifest("x", wrong + "\n".join(line for line in text.splitlines() if not line.startswith("without")))
