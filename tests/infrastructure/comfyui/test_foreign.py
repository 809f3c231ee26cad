"""Workflow folders of the "gcv" tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadInput
from infrastructure.comfyui.catalogue import Catalogue
from infrastructure.comfyui.foreign import import_folder, read_models
from infrastructure.comfyui.nodedefs import NodeDefs
from tests.infrastructure.comfyui.test_slots import two_experts

MODELS = """# what may be chosen
[high]
diffusion_models/wan/high_Q8.safetensors   # the better one
unet\\high_Q4.gguf
[low]
diffusion_models/low_Q8.safetensors
[main]
checkpoints/all_in_one.safetensors
loose.safetensors
[sky]
vae/odd.safetensors
"""


def clip_graph() -> dict[str, Any]:
    graph = two_experts()
    for key, role in (("4", "high"), ("5", "low")):
        graph[key]["_meta"] = {"title": f"Load [MODEL:{role}]"}
    return dict(graph)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "config" / "workflow_templates"
    made.mkdir(parents=True)

    def put(name: str, data: Any) -> None:
        (made / name).write_text(json.dumps(data), encoding="utf-8")

    put("gcvfl_wan_2_2.json", clip_graph())
    put("gcvfl_wan_2_2_sage.json", clip_graph())
    (made / "gcvfl_wan_2_2.models").write_text(MODELS, encoding="utf-8")
    put("gcp_nothing.json", {"1": {"class_type": "LoadImage", "inputs": {"image": "x"}}})
    (made / "gcv_broken.json").write_text("{", encoding="utf-8")
    put("other.json", clip_graph())
    put("settings.json", {"port": 8188})
    return made


def test_a_folder_is_taken_over(folder: Path, tmp_path: Path) -> None:
    before = sorted((p.name, p.read_bytes()) for p in folder.iterdir())
    catalogue = Catalogue(tmp_path / "own")
    taken = {t.file: t for t in import_folder(folder, catalogue, NodeDefs())}
    assert sorted((p.name, p.read_bytes()) for p in folder.iterdir()) == before, "the source is left alone"
    theirs = {"gcvfl_wan_2_2.json", "gcvfl_wan_2_2_sage.json", "gcp_nothing.json", "gcv_broken.json"}
    assert set(taken) == theirs | {"other.json"}, "what is no workflow at all is passed over"
    other = catalogue.get(taken["other.json"].id)
    assert other.data == clip_graph() and other.manifest is None, "taken as it is, to be confirmed"
    assert "writes no picture" in taken["gcp_nothing.json"].fault and "no JSON" in taken["gcv_broken.json"].fault
    workflow = catalogue.get("gcvfl_wan_2_2")
    manifest = workflow.manifest
    assert manifest is not None and workflow.entry.source == "own"
    assert (manifest.kind, manifest.needs_end, manifest.title) == ("video", True, "wan 2 2 (first and last frame)")
    assert {"prompt", "seed", "length", "start_image", "end_image", "model:high", "model:low"} <= set(manifest.slots)
    assert [str(p) for p in manifest.slots["model:high"]] == ["4.unet_name"]
    listed = {
        m.name: (m.slot, m.folder)
        for m in manifest.models
        if "Q" in m.name or m.name.startswith(("all", "loose", "odd"))
    }
    assert listed == {
        "wan/high_Q8.safetensors": ("model:high", "diffusion_models"), "high_Q4.gguf": ("model:high", "unet"),
        "low_Q8.safetensors": ("model:low", "diffusion_models"), "loose.safetensors": ("model:main", ""),
        "all_in_one.safetensors": ("model:main", "checkpoints"), "odd.safetensors": ("", "vae"),
    }  # fmt: skip


def test_a_folder_taken_over_again_changes_nothing_and_covers_nothing(folder: Path, tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "own")
    first = [t.id for t in import_folder(folder, catalogue, NodeDefs())]
    manifest = catalogue.get("gcvfl_wan_2_2").manifest
    assert manifest is not None
    catalogue.save(manifest.replace(title="As I like it"))
    before = sorted((p.name, p.read_bytes()) for p in (tmp_path / "own").iterdir())
    again = import_folder(folder, catalogue, NodeDefs())
    assert [t.id for t in again] == first
    assert sorted((p.name, p.read_bytes()) for p in (tmp_path / "own").iterdir()) == before
    assert all("left as it is" in t.notes[0] for t in again if t.id)
    changed = clip_graph()
    changed["1"]["_meta"] = {"title": "Another"}
    (folder / "gcvfl_wan_2_2.json").write_text(json.dumps(changed), encoding="utf-8")
    newer = {t.file: t.id for t in import_folder(folder, catalogue, NodeDefs())}
    assert newer["gcvfl_wan_2_2.json"] == "gcvfl_wan_2_2-2", "another graph under that name gets a name of its own"
    assert catalogue.get("gcvfl_wan_2_2").entry.title == "As I like it"


def test_a_file_named_like_a_shipped_workflow_does_not_take_its_place(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "sdxl.json").write_text(json.dumps(clip_graph()), encoding="utf-8")
    catalogue = Catalogue(tmp_path / "own")
    (taken,) = import_folder(tmp_path / "from", catalogue, NodeDefs())
    assert taken.id == "sdxl-2"
    assert catalogue.get("sdxl").entry.source == "shipped"


def test_the_sage_variant_is_a_switch_of_the_other(folder: Path, tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "own")
    import_folder(folder, catalogue, NodeDefs())
    manifest = catalogue.get("gcvfl_wan_2_2").manifest
    variant = catalogue.get("gcvfl_wan_2_2_sage").manifest
    assert manifest is not None and variant is not None
    assert [(s.id, s.variant) for s in manifest.switches] == [("sage-attention", "gcvfl_wan_2_2_sage")]
    assert not variant.switches and variant.title.endswith("SageAttention)")


def test_folders_without_any(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no workflows in"):
        import_folder(tmp_path, Catalogue(tmp_path / "own"), NodeDefs())
    with pytest.raises(BadInput, match="cannot be read"):
        import_folder(tmp_path / "gone", Catalogue(tmp_path / "own"), NodeDefs())


def test_lists_that_cannot_be_read(tmp_path: Path) -> None:
    manifest = Catalogue().get("sdxl").manifest
    assert manifest is not None
    assert read_models(tmp_path / "x.models", manifest) == []
    (tmp_path / "x.models").write_bytes(b"caf\xe9.safetensors")
    with pytest.raises(BadInput, match="cannot be read"):
        read_models(tmp_path / "x.models", manifest)
