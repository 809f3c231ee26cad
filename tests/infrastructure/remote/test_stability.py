"""What Stability's REST API is sent, and what becomes of its answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from domain.project import Picked
from infrastructure.remote.fitting import asked, store
from infrastructure.remote.stability import HIGHEST_SEED, MODELS, StabilityImages, StabilityOptions, seed_for
from tests.fakes.picture_server import StabilityServer
from tests.infrastructure.remote.support import done, failed, picture, request, size_of, stability


def wanted(**values: Any) -> Any:
    return request("stability", **values)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_sent_what_it_takes(model: str, tmp_path: Path) -> None:
    asked = wanted(negative="fog", params={"cfg": 5.5})
    with StabilityServer() as server:
        end = done(stability(server, model=model), tmp_path / "out", asked)
    (taken,) = server.taken
    sd3 = {"model": model, "mode": "text-to-image", "cfg_scale": "5.5"} if model.startswith("sd3") else {}
    unwanted = {} if model.endswith("turbo") else {"negative_prompt": "fog"}
    assert taken.path == f"/v2beta/stable-image/generate/{'sd3' if sd3 else model}"
    assert taken.fields == {
        "prompt": "a boat on the sea", "seed": "7", "output_format": "png", "aspect_ratio": "16:9", **sd3, **unwanted,
    }  # fmt: skip
    assert size_of(tmp_path / "out" / end.image) == (320, 180)
    assert (end.info["model"], end.info["seed"], end.info["aspect_ratio"]) == (model, 7, "16:9")
    assert end.info["price"].endswith("(list of 2026-11-21)")


@pytest.mark.parametrize("model", ["ultra", "sd3.5-medium"])
def test_the_start_picture_arrives_byte_for_byte_with_its_strength(model: str, tmp_path: Path) -> None:
    start = picture(tmp_path / "before.png")
    with StabilityServer() as server:
        end = done(stability(server, model=model), tmp_path / "out", wanted(params={"denoise": 0.35}), start=start)
    (taken,) = server.taken
    assert [(field, content, kind) for field, _, content, kind in taken.files] == [
        ("image", start.read_bytes(), "image/png")
    ]
    assert taken.fields["strength"] == "0.35" and end.info["strength"] == 0.35
    assert ("aspect_ratio" in taken.fields) == (model == "ultra")
    assert size_of(tmp_path / "out" / end.image) == (320, 180)


def told_as(**options: Any) -> dict[str, Any]:
    """What such settings put into each request."""
    return StabilityOptions(**options).params()


SHEET, BEFORE = Picked(path="sheet.png", sha256="a" * 64), Picked(path="before.png", sha256="b" * 64)


@pytest.mark.parametrize(
    ("way", "price", "options", "pictures", "fields"),
    [
        ("style", "0.05", {"fidelity": 80}, ["image"], {"fidelity": "0.8", "aspect_ratio": "16:9"}),
        ("structure", "0.05", {"start": "structure"}, ["image"], {"control_strength": "0.65"}),
        ("sketch", "0.05", {"start": "sketch"}, ["image"], {"control_strength": "0.65"}),
        ("style-transfer", "0.08", {}, ["init_image", "style_image"],
         {"style_strength": "0.5", "composition_fidelity": "0.65", "change_strength": "0.35"}),
    ],
)  # fmt: skip
def test_pictures_that_are_followed_go_to_the_call_that_takes_them(
    way: str, price: str, options: dict[str, Any], pictures: list[str], fields: dict[str, str], tmp_path: Path
) -> None:
    sheet, before = picture(tmp_path / "sheet.png", (100, 100), "red"), picture(tmp_path / "before.png")
    given: dict[str, Any] = {"params": told_as(**options) | {"denoise": 0.35}, "negative": "fog"}
    files: dict[str, Path] = {}
    if way in ("style", "style-transfer"):
        given["references"], files["reference_0"] = (SHEET,), sheet
    if way != "style":
        given["start"], files["start"] = BEFORE, before
    with StabilityServer() as server:
        backend = stability(server)
        expected = backend.price(wanted(**given))
        end = done(backend, tmp_path / "out", wanted(**given), **files)
    (taken,) = server.taken
    assert taken.path == f"/v2beta/stable-image/control/{way}"
    sent = {"prompt": "a boat on the sea", "seed": "7", "output_format": "png", "negative_prompt": "fog"}
    assert taken.fields == sent | fields
    shown = {"image": sheet if way == "style" else before, "init_image": before, "style_image": sheet}
    assert [(f[0], f[2]) for f in taken.files] == [(name, shown[name].read_bytes()) for name in pictures]
    assert expected is not None and f"{expected.dollars:g}" == price
    assert end.info["model"] == f"control/{way}" and end.info["price"].startswith(f"about ${price}")
    assert size_of(tmp_path / "out" / end.image) == (320, 180)


@pytest.mark.parametrize("size", [(400, 60), (300, 100)], ids=["low", "long"])
def test_a_picture_that_cannot_be_followed_is_not_sent(size: tuple[int, int], tmp_path: Path) -> None:
    sheet = picture(tmp_path / "sheet.png", size)
    with StabilityServer() as server:
        end = failed(stability(server), tmp_path / "out", wanted(references=(SHEET,)), reference_0=sheet)
    assert f"cannot follow a picture of {size[0]}x{size[1]}" in end.message and not server.taken


@pytest.mark.parametrize(
    ("options", "left"), [({}, 160), ({"focus_across": 0}, 0), ({"focus_across": 100}, 320), ({"fit": "fit"}, -1)]
)
def test_a_picture_of_another_shape_keeps_what_is_in_focus(
    options: dict[str, int], left: int, tmp_path: Path
) -> None:  # fmt: skip
    """The picture grows brighter from left to right: 640x360 of it as 320x360 shows which part stands."""
    start = tmp_path / "before.png"
    Image.fromarray(np.tile(np.arange(640) * 255 // 639, (360, 1)).astype(np.uint8)).save(start)
    drawn = store(start.read_bytes(), tmp_path, (320, 360), asked(told_as(**options)), "it")
    assert drawn == ("image.png", (640, 360))
    with Image.open(tmp_path / "image.png") as image:
        shown = np.asarray(image.convert("L")).astype(int)
    if left < 0:  # all of it, on black
        assert shown[0].max() == 0 and shown[180, 0] < 6 and shown[180, -1] > 249
    else:
        assert abs(shown[180, 0] - left * 255 / 639) < 4 and abs(shown[180, -1] - (left + 319) * 255 / 639) < 4


@pytest.mark.parametrize(
    ("film", "shape"),
    [((1920, 1080), "16:9"), ((1080, 1920), "9:16"), ((1000, 1000), "1:1"), ((2048, 858), "21:9"), ((1440, 1080), "5:4"),
     ((64, 4000), "9:21")],
)  # fmt: skip
def test_the_shape_nearest_to_the_film_is_asked_for(film: tuple[int, int], shape: str, tmp_path: Path) -> None:
    with StabilityServer() as server:
        end = done(stability(server), tmp_path / "out", wanted(width=film[0], height=film[1]))
    assert server.taken[0].fields["aspect_ratio"] == shape
    assert size_of(tmp_path / "out" / end.image) == film


def test_only_what_has_an_effect_is_among_the_fields_of_a_shot() -> None:
    def fields(model: str) -> frozenset[str]:
        return StabilityImages(lambda: StabilityOptions(model=model)).spec.fields

    assert {"negative", "image.seed"} <= fields("core") and not {"image.cfg", "carry"} & fields("core")
    assert "carry" in fields("ultra") and "image.cfg" not in fields("ultra")
    assert {"carry", "image.cfg", "negative"} <= fields("sd3.5-large")
    assert "negative" not in fields("sd3.5-large-turbo")
    for start in ("structure", "sketch"):
        assert "carry" in StabilityImages(lambda now=start: StabilityOptions(start=now)).spec.fields  # type: ignore[misc]
    for reference, count in (("style", 1), ("none", 0)):
        spec = StabilityImages(lambda now=reference: StabilityOptions(reference=now)).spec  # type: ignore[misc]
        assert spec.references == count and ("references" in spec.fields) == bool(count)


def test_seeds_are_never_the_one_that_means_any() -> None:
    assert [seed_for(s) for s in (1, 7, HIGHEST_SEED)] == [1, 7, HIGHEST_SEED]
    assert seed_for(0) == HIGHEST_SEED and seed_for(HIGHEST_SEED + 1) == 1
    assert all(1 <= seed_for(s) <= HIGHEST_SEED for s in (0, 2**32, 2**63, 2**64 - 1))


def test_a_picture_that_was_held_back_is_thrown_away(tmp_path: Path) -> None:
    with StabilityServer(faults=("filtered",)) as server:
        end = failed(stability(server), tmp_path / "out")
    assert end.fault == "refused" and end.retry and "CONTENT_FILTERED" in end.message
    assert not any((tmp_path / "out").iterdir()) and len(server.taken) == 1


def test_guidance_out_of_range_is_not_sent(tmp_path: Path) -> None:
    with StabilityServer() as server:
        end = failed(stability(server, model="sd3.5-large"), tmp_path / "out", wanted(params={"cfg": 12}))
    assert "1 to 10, not 12" in end.message and not server.taken
