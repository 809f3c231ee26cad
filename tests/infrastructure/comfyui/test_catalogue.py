"""Shipped workflows with the user's own over them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from domain.errors import BadInput, NotFound, StudioError
from infrastructure.comfyui.catalogue import Catalogue
from infrastructure.comfyui.manifests import read_manifest

GRAPH = {"6": {"class_type": "Encode", "inputs": {"text": ""}}, "9": {"class_type": "SaveImage", "inputs": {}}}
EDITOR = {"nodes": [{"id": 9, "type": "SaveImage"}], "links": []}
TOML = 'title = "Mine"\nkind = "image"\nprofile = "image-8"\nwriter = "9"\n[slots]\nprompt = "6.text"\n'


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.fixture
def catalogue(tmp_path: Path, own: Path) -> Catalogue:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    put(shipped, "sdxl", GRAPH, TOML.replace("Mine", "SDXL"))
    put(shipped, "newer", None, TOML.replace('writer = "9"', 'template = "t"').replace("6.text", "@host.prompt"))
    return Catalogue(own, shipped)


def put(folder: Path, name: str, data: Any = None, toml: str = "") -> None:
    if data is not None:
        (folder / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    if toml:
        (folder / f"{name}.toml").write_text(toml, encoding="utf-8")


def told(catalogue: Catalogue) -> dict[str, tuple[str, str, bool, bool]]:
    return {e.id: (e.title, e.source, e.overrides, e.confirmed) for e in catalogue.entries()}


def test_the_shipped_ones_alone(catalogue: Catalogue, own: Path) -> None:
    assert told(catalogue) == {"newer": ("Mine", "shipped", False, True), "sdxl": ("SDXL", "shipped", False, True)}
    own.rmdir()
    assert len(catalogue.entries()) == 2
    assert {w.entry.source for w in Catalogue().all()} == {"shipped"}


def test_the_same_id_wins_and_says_so(catalogue: Catalogue, own: Path) -> None:
    before = catalogue.get("sdxl").hash
    put(own, "sdxl", {**GRAPH, "7": {"class_type": "X"}}, TOML.replace("Mine", "My SDXL"))
    assert told(catalogue)["sdxl"] == ("My SDXL", "own", True, True)
    assert catalogue.get("sdxl").hash != before, "what was made with the other is stale"
    put(own, "sdxl", GRAPH, TOML.replace("Mine", "SDXL"))
    assert catalogue.get("sdxl").hash == before, "the same workflow is the same wherever it lies"


def test_a_manifest_alone_changes_how_the_shipped_graph_is_used(catalogue: Catalogue, own: Path) -> None:
    put(own, "sdxl", None, TOML.replace("Mine", "Mine over yours"))
    found = catalogue.get("sdxl")
    assert (found.entry.title, found.entry.overrides, found.data) == ("Mine over yours", True, GRAPH)


def test_without_a_manifest_it_is_found_and_not_confirmed(catalogue: Catalogue, own: Path) -> None:
    put(own, "portrait", EDITOR)
    assert told(catalogue)["portrait"] == ("portrait", "own", False, False)
    found = catalogue.get("portrait")
    assert (found.manifest, found.data) == (None, EDITOR)


def test_a_picture_that_comfyui_saved_is_a_workflow(catalogue: Catalogue, own: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("prompt", json.dumps(GRAPH))
    Image.new("RGB", (4, 4)).save(own / "shot.png", pnginfo=info)
    put(own, "shot", None, TOML)
    assert catalogue.get("shot").data == GRAPH
    assert told(catalogue)["shot"] == ("Mine", "own", False, True)


def test_names_that_are_no_ids_get_one(catalogue: Catalogue, own: Path) -> None:
    put(own, "My Käse (2)", EDITOR)
    assert told(catalogue)["my-kase-2"][0] == "My Käse (2)"


@pytest.mark.parametrize(
    ("data", "toml", "said"),
    [
        (None, TOML, "has no graph beside it"),
        ({"a": 1}, "", "no ComfyUI workflow"),
        (GRAPH, "title = ", "no TOML"),
        (GRAPH, TOML.replace("6.text", "nowhere"), "a place is written"),
    ],
)
def test_one_that_is_broken_hides_no_other(catalogue: Catalogue, own: Path, data: Any, toml: str, said: str) -> None:
    put(own, "broken", data, toml)
    put(own, "fine", GRAPH, TOML)
    (own / "latin.toml").write_bytes(b"title = '\xe4'")
    (own / "note.txt").write_text("hello")
    (own / ".hidden.json").write_text("{")
    entries = {e.id: e for e in catalogue.entries()}
    assert set(entries) == {"sdxl", "newer", "broken", "fine", "latin"}
    assert said in entries["broken"].fault and "latin.toml cannot be read" in entries["latin"].fault
    assert not entries["fine"].fault
    with pytest.raises(BadInput, match="Correct or remove"):
        catalogue.get("broken")
    with pytest.raises(NotFound, match="no workflow 'gone'"):
        catalogue.get("gone")


def test_a_broken_file_over_a_shipped_one_is_told_and_not_passed_over(catalogue: Catalogue, own: Path) -> None:
    (own / "sdxl.json").write_text("{")
    entry = {e.id: e for e in catalogue.entries()}["sdxl"]
    assert entry.overrides and "no JSON" in entry.fault


def test_saving_what_was_confirmed(catalogue: Catalogue, own: Path) -> None:
    manifest = read_manifest("portrait", TOML)
    saved = catalogue.save(manifest, EDITOR)
    assert (saved.manifest, saved.data, saved.entry.confirmed) == (manifest, EDITOR, True)
    again = catalogue.save(manifest.replace(title="Other"))
    assert (again.entry.title, again.data) == ("Other", EDITOR)
    assert sorted(p.name for p in own.iterdir()) == ["portrait.json", "portrait.toml"]


def test_saving_a_manifest_of_a_shipped_one_keeps_the_graph_with_it(catalogue: Catalogue, own: Path) -> None:
    manifest = catalogue.get("sdxl").manifest
    assert manifest is not None
    catalogue.save(manifest.replace(title="With my model"))
    assert json.loads((own / "sdxl.json").read_text()) == GRAPH
    assert told(catalogue)["sdxl"] == ("With my model", "own", True, True)


def test_what_cannot_be_saved(catalogue: Catalogue, tmp_path: Path, own: Path) -> None:
    manifest = read_manifest("portrait", TOML)
    with pytest.raises(BadInput, match="no ComfyUI workflow"):
        catalogue.save(manifest, {"a": 1})
    with pytest.raises(BadInput, match="no folder"):
        Catalogue(None).save(manifest, GRAPH)
    own.rmdir()
    own.write_text("in the way")
    with pytest.raises(StudioError, match="failed"):
        catalogue.save(manifest, GRAPH)
    assert len(catalogue.entries()) == 2
