"""Each shipped workflow: complete, valid, and every slot that it claims reaches its graph and nothing else does."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BackendUnavailable, BadInput, NotReady
from domain.workflow import PICTURE_SLOTS, Choices
from infrastructure.comfyui.build import Built, build_prompt
from infrastructure.comfyui.catalogue import Catalogue, Workflow
from infrastructure.comfyui.choosing import fields_of, switches_of
from infrastructure.comfyui.convert import to_api
from infrastructure.comfyui.guess import guess_profile
from infrastructure.comfyui.manifests import read_manifest, write_manifest
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.prepare import prepare
from infrastructure.comfyui.slots import SlotFinder
from infrastructure.comfyui.validate import faults
from tests.tools.golden_graphs import GOLDEN, golden_text
from tests.workflows.samples import profile_of, ready, taken, values
from tests.workflows.server import defs

ALL = {workflow.entry.id: workflow for workflow in Catalogue().all()}
GRAPHS = {name: workflow for name, workflow in ALL.items() if workflow.data is not None}
BOUND = {name: workflow for name, workflow in ALL.items() if workflow.data is None}

FOREIGN = {"interpolate-rife", "interpolate-film"}
"""Those with nodes that are not ComfyUI's own."""

WANTED = {
    "wan2.2-14b-i2v", "wan2.2-5b-i2v", "ltxv-0.9-i2v", "ltx-2-i2v", "hunyuan-1.5-i2v", "svd-xt-i2v", "wan2.2-14b-flf",
    "wan2.1-flf", "z-image-turbo", "qwen-image", "flux-krea", "sdxl", "qwen-image-edit", "flux-kontext",
    "z-image-turbo-i2i", "upscale-model", "minimax-h3", "ltx-2.3-i2v", "ltx-2.5-i2v", "krea-2", "pass-through", "upscale-clip", "resize-clip", *FOREIGN,
}  # fmt: skip

WITHOUT_MODEL = {"pass-through", "resize-clip"}


def built(workflow: Workflow, **choices: Any) -> Built:
    manifest = workflow.manifest
    assert manifest is not None
    given = choices.pop("values", None)
    choices["values"] = values(manifest) if given is None else given
    return build_prompt(ready(workflow), Choices.model_validate(choices), defs(), "job", profile_of(manifest))


def changes(one: Built, other: Built) -> set[tuple[str, str]]:
    """Places that differ between two graphs; a node that only one has differs as a whole."""
    found = set()
    for key in one.graph.keys() | other.graph.keys():
        a, b = one.graph.get(key), other.graph.get(key)
        if a is None or b is None:
            found.add((key, "*"))
            continue
        names = a["inputs"].keys() | b["inputs"].keys()
        found |= {(key, name) for name in names if a["inputs"].get(name) != b["inputs"].get(name)}
        assert a["class_type"] == b["class_type"]
    return found


def test_what_the_studio_promises_is_there() -> None:
    assert set(ALL) >= WANTED
    assert all(not w.entry.fault and w.entry.source == "shipped" and w.entry.confirmed for w in ALL.values())


@pytest.mark.parametrize("name", ALL)
def test_the_manifest_says_what_it_must(name: str, checkout: Path) -> None:
    manifest = ALL[name].manifest
    assert manifest is not None
    assert manifest.description and manifest.title
    assert profile_of(manifest).id == manifest.profile
    assert manifest.licence or name in WITHOUT_MODEL
    text = (checkout / "workflows" / f"{name}.toml").read_text(encoding="utf-8")
    assert read_manifest(name, write_manifest(manifest)) == manifest
    assert read_manifest(name, text) == manifest
    assert "id" not in tomllib.loads(text)
    for model in manifest.models:
        assert model.url.startswith("https://huggingface.co/") and model.url.endswith(model.name)
        assert model.folder and model.size_gb and model.slot in manifest.slots


@pytest.mark.parametrize("name", GRAPHS)
def test_the_manifest_lists_the_nodes_and_models_of_the_graph(name: str) -> None:
    workflow = GRAPHS[name]
    assert workflow.manifest is not None and workflow.data is not None
    assert set(workflow.manifest.nodes) == {entry["class_type"] for entry in workflow.data.values()}
    assert {m.slot for m in workflow.manifest.models} | {
        m.slot for s in workflow.manifest.switches for m in s.models
    } == {slot for slot in workflow.manifest.slots if slot.startswith(("model:", "lora:"))}
    graph = workflow.data
    for model in [*workflow.manifest.models, *(m for s in workflow.manifest.switches for m in s.models)]:
        for place in workflow.manifest.slots[model.slot]:
            assert graph[place.node]["inputs"][place.input] == model.name


@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_found_by_looking_is_what_the_manifest_says(name: str) -> None:
    workflow = GRAPHS[name]
    manifest = workflow.manifest
    assert manifest is not None
    converted = to_api(workflow.data, defs())
    found = SlotFinder(converted, defs()).find()
    assert found is not None and (found.kind, found.writer) == (manifest.kind, manifest.writer)
    for slot, places in manifest.slots.items():
        if not slot.startswith(("model:", "lora:")):
            assert set(found.places.get(slot, ())) == set(places), slot
    extra = {s for s in found.places if not s.startswith(("model:", "lora"))} - set(manifest.slots)
    assert extra <= {"cfg"}, "only the guidance of distilled models is left out on purpose"
    profile = guess_profile(converted, found, defs())
    assert profile == manifest.profile, "a copy of it by a user would get another profile"
    mine = {text: d for text, d in manifest.derived.items() if d.slot in found.places}
    assert mine == dict(found.derived)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_graph_is_what_a_server_takes(name: str) -> None:
    made = built(GRAPHS[name])
    assert not made.faults and not made.problems and not made.foreign
    assert made.writer in made.graph
    assert all(model.installed and model.spelled == model.name for model in made.models)


@pytest.mark.parametrize("name", GRAPHS)
def test_every_slot_reaches_the_graph_and_nothing_else_does(name: str) -> None:
    workflow = GRAPHS[name]
    manifest = workflow.manifest
    assert manifest is not None
    first, second = values(manifest), values(manifest, other=True)
    before = built(workflow)
    for slot in taken(manifest):
        after = built(workflow, values={**first, slot: second[slot]})
        wanted = {(p.node, p.input) for p in manifest.slots.get(slot, ())}
        wanted |= {tuple(text.split(".", 1)) for text, d in manifest.derived.items() if d.slot == slot}  # type: ignore[misc]
        assert changes(before, after) == wanted, slot
        for place in manifest.slots.get(slot, ()):
            value = after.graph[place.node]["inputs"][place.input]
            assert value == second[slot] and type(value) is type(before.graph[place.node]["inputs"][place.input])
    assert built(workflow, values=first).graph == before.graph, "the same values give the same graph"


@pytest.mark.parametrize("name", GRAPHS)
def test_every_model_can_be_chosen(name: str) -> None:
    workflow = GRAPHS[name]
    manifest = workflow.manifest
    assert manifest is not None
    on = {switch.id: True for switch in manifest.switches}
    before = built(workflow, switches=on)
    for slot, places in manifest.slots.items():
        if slot.startswith(("model:", "lora:")):
            after = built(workflow, switches=on, models={slot: "mine/other.safetensors"})
            assert changes(before, after) == {(p.node, p.input) for p in places}
            assert {f.kind for f in after.faults} == {"not_in_list"}
            assert after.problems[0].what.endswith("the model mine/other.safetensors.")


@pytest.mark.parametrize("name", GRAPHS)
def test_presets_and_switches_build_graphs_that_differ_and_are_valid(name: str) -> None:
    workflow = GRAPHS[name]
    manifest = workflow.manifest
    assert manifest is not None
    free = {s: v for s, v in values(manifest).items() if s not in ("steps", "cfg")}
    graphs = [built(workflow, values=free, quality=q) for q in manifest.quality]
    assert not any(made.faults for made in graphs)
    told = {
        (json.dumps(m.graph, sort_keys=True), manifest.quality[q].scale)
        for m, q in zip(graphs, manifest.quality, strict=True)
    }
    assert len(told) == len(manifest.quality), "two presets do the same"
    for quality, made in zip(manifest.quality.values(), graphs, strict=True):
        for slot, value in quality.set.items():
            for place in manifest.slots[slot]:
                assert made.graph[place.node]["inputs"][place.input] == value
    for switch in manifest.switches:
        off, on = (built(workflow, values=free, switches={switch.id: state}) for state in (False, True))
        assert not off.faults and not on.faults and changes(off, on)
        assert {m.name for m in on.models} - {m.name for m in off.models} == {m.name for m in switch.models}
        assert not set(off.graph) & set(switch.bypass) and set(on.graph) >= set(switch.bypass)
    assert [s.id for s in switches_of(ready(workflow), defs())] == [s.id for s in manifest.switches]


@pytest.mark.parametrize("name", GRAPHS)
def test_clips_come_with_a_lossless_last_frame(name: str) -> None:
    made, manifest = built(GRAPHS[name]), GRAPHS[name].manifest
    assert manifest is not None
    if manifest.kind != "video":
        assert made.last_frame == ""
        return
    save = made.graph[made.last_frame]
    cut = made.graph[save["inputs"]["images"][0]]
    assert (save["class_type"], cut["class_type"]) == ("SaveImage", "ImageFromBatch")
    maker = made.graph[made.graph[made.writer]["inputs"]["video"][0]]
    assert cut["inputs"]["image"] == maker["inputs"]["images"], "the model's own pictures, before any encoder"
    assert save["inputs"]["filename_prefix"] == "kinoloom/job/last"
    assert made.graph[made.writer]["inputs"]["filename_prefix"] == "kinoloom/job/clip"
    assert made.graph[made.writer]["inputs"]["codec"] == "h264"


@pytest.mark.parametrize("name", GRAPHS)
def test_missing_pictures_are_told_or_left_out(name: str) -> None:
    workflow = GRAPHS[name]
    manifest = workflow.manifest
    assert manifest is not None
    plain = {s: v for s, v in values(manifest).items() if not PICTURE_SLOTS.fullmatch(s)}
    if manifest.needs_start or manifest.needs_end or manifest.takes("clip"):
        with pytest.raises(NotReady, match="needs a"):
            built(workflow, values=plain)
    else:
        made = built(workflow, values=plain)
        assert not made.faults
        assert not any(entry["class_type"] == "LoadImage" for entry in made.graph.values())


@pytest.mark.parametrize("name", GRAPHS)
def test_what_it_does_not_take_is_refused(name: str) -> None:
    workflow = GRAPHS[name]
    manifest = workflow.manifest
    assert manifest is not None
    for slot, value in {"prompt": "x", "negative": "x", "end_image": "e.png", "motion": 1.0, "length": 9}.items():
        if not manifest.takes(slot):
            with pytest.raises(BadInput, match="takes no"):
                built(workflow, values={**values(manifest), slot: value})
    for word in ({"quality": "best"}, {"switches": {"warp": True}}, {"models": {"model:warp": "x"}}):
        with pytest.raises(BadInput):
            built(workflow, **word)


@pytest.mark.parametrize("name", GRAPHS)
def test_lengths_and_sizes_off_the_grid_are_refused(name: str) -> None:
    workflow = GRAPHS[name]
    manifest = workflow.manifest
    assert manifest is not None
    profile = profile_of(manifest)
    wrong: dict[str, Any] = {"width": profile.size_multiple * 20 + 1} if manifest.takes("width") else {}
    if manifest.takes("length"):
        wrong["length"] = profile.longest + 1
    for slot, value in wrong.items():
        with pytest.raises(BadInput, match="does not make"):
            built(workflow, values={**values(manifest), slot: value})


@pytest.mark.parametrize("name", GRAPHS)
def test_the_graph_that_is_sent_is_the_golden_one(name: str) -> None:
    file = GOLDEN / f"{name}.json"
    repair = "python -m tests.tools.golden_graphs writes them anew; read the difference before you keep it."
    assert file.exists(), repair
    assert file.read_text(encoding="utf-8") == golden_text(GRAPHS[name]), repair


def test_there_is_no_golden_graph_too_many() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(GRAPHS)


@pytest.mark.parametrize("name", BOUND)
def test_those_bound_to_a_template_say_so_when_the_server_has_none(name: str) -> None:
    with pytest.raises(BackendUnavailable, match=r"uses the template .* which this server does not have"):
        prepare(BOUND[name], defs(), lambda _: None)
    manifest = BOUND[name].manifest
    assert manifest is not None and not manifest.writer
    assert {"prompt", "seed", "width", "height"} <= set(manifest.slots)


def test_the_fields_of_a_shot_that_reach_it() -> None:
    def fields(name: str) -> frozenset[str]:
        manifest = ALL[name].manifest
        assert manifest is not None
        return fields_of(manifest)

    assert fields("wan2.2-14b-i2v") == {"prompt", "negative", "video.seed", "video.steps", "video.cfg"}
    assert fields("svd-xt-i2v") == {"video.seed", "video.steps", "video.cfg", "motion_strength"}
    assert fields("z-image-turbo") == {"prompt", "image.seed", "image.steps"}
    assert fields("pass-through") == fields("upscale-model") == frozenset()


@pytest.mark.corpus
@pytest.mark.parametrize("name", sorted(GRAPHS.keys() - FOREIGN))
def test_the_recorded_server_would_take_it_but_for_the_models(name: str, corpus: Path) -> None:
    text = (corpus / "comfyui" / "object_info-0.8.0.json").read_text(encoding="utf-8")
    server, workflow = NodeDefs(json.loads(text)), GRAPHS[name]
    manifest = workflow.manifest
    assert manifest is not None
    prepared = prepare(workflow, server)
    for quality in ("", *manifest.quality):
        choices = Choices(quality=quality, values=values(manifest))
        made = build_prompt(prepared, choices, server, "job", profile_of(manifest))
        assert {f.kind for f in faults(made.graph, server)} <= {"not_in_list"}
        missing = {(f.node, f.input) for f in made.faults}
        files = {(m.node, m.input) for m in made.models}
        assert files <= missing
        assert {made.graph[n]["inputs"][i] for n, i in missing} == {m.name for m in made.models}
        assert all("models/" in p.cure and "https://" in p.cure for p in made.problems)
