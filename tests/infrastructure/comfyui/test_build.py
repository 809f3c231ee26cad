"""From a request to the graph that is sent."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from domain.errors import BadInput, NotReady
from domain.profiles import PROFILES
from domain.project import Picked
from domain.request import GenerationRequest
from domain.workflow import Choices, WorkflowManifest
from infrastructure.comfyui.build import Built, _alike, build_prompt
from infrastructure.comfyui.choosing import (
    Prepared,
    choices_of,
    model_choices,
    read_choices,
    switches_of,
    variant_of,
)  # fmt: skip
from infrastructure.comfyui.convert import Converted, to_api
from infrastructure.comfyui.grafts import with_loras
from infrastructure.comfyui.nodedefs import NodeDefs
from tests.infrastructure.comfyui.test_graph import MORE, entry

PACKED: dict[str, Any] = {
    **MORE,
    "UNETLoader": {
        "input": {"required": {"unet_name": [["wan\\A_high_noise.safetensors"]], "weight_dtype": [["default"]]}},
        "output": ["MODEL"],
    },
    "Interpolate": {"input": {"required": {"images": ["IMAGE"], "times": ["INT"]}}, "output": ["IMAGE"],
                    "python_module": "custom_nodes.ComfyUI-Frame-Interpolation"},
    "Tiny": {"input": {"required": {"seed": ["INT", {"max": 2147483647}], "rate": ["INT"], "on": ["BOOLEAN"]}},
             "output": ["IMAGE"]},
}  # fmt: skip
DEFS = NodeDefs(PACKED)
PLAIN = NodeDefs({k: v for k, v in PACKED.items() if k not in ("PathchSageAttentionKJ", "UnetLoaderGGUF")})

GRAPH = {
    "1": entry("UNETLoader", unet_name="a_high_noise.safetensors", weight_dtype="default"),
    "2": entry("Loader", ckpt_name="a.safetensors"),
    "3": entry("Encode", clip=["2", 1], text="theirs"),
    "4": entry("LoadImage", image="s.png"),
    "5": entry("ImageToVideo", positive=["3", 0], negative=["3", 0], width=["14", 0], height=480, length=81, start_image=["4", 0]),
    "6": entry("KSampler", model=["1", 0], positive=["5", 0], negative=["5", 1], latent_image=["5", 2], seed=1, steps=20, cfg=5.0, denoise=1.0),
    "7": entry("Decode", samples=["6", 0], vae=["2", 2]),
    "8": entry("Interpolate", images=["7", 0], times=2),
    "9": entry("CreateVideo", images=["8", 0], fps=16.0),
    "10": entry("SaveVideo", video=["9", 0], filename_prefix="theirs"),
    "11": entry("SaveImage", images=["4", 0], filename_prefix="theirs too"),
    "14": entry("Resolution", aspect="16:9"),
}  # fmt: skip
MANIFEST = WorkflowManifest.model_validate(
    {
        "id": "mine", "title": "Mine", "kind": "video", "profile": "wan2.2-14b", "writer": "10",
        "slots": {
            "prompt": "3.text", "seed": "6.seed", "width": "5.width", "height": "5.height", "length": "5.length",
            "fps": "9.fps", "start_image": "4.image", "end_image": "5.end_image", "steps": "6.steps", "cfg": "6.cfg",
            "model:main": "1.unet_name",
        },
        "switches": [
            {"id": "smooth", "title": "Smooth", "default": True, "bypass": ["8"]},
            {"id": "turbo", "title": "Turbo", "on": {"6.steps": 4, "6.cfg": 1.0}},
            {"id": "warp", "title": "Warp", "needs": ["WarpNode"]},
        ],
        "quality": {"high": {"title": "High", "set": {"steps": 30, "cfg": 6.0}}},
        "models": [{"name": "a_high_noise.safetensors", "folder": "diffusion_models", "url": "https://example.org/a",
                    "slot": "model:main", "size_gb": 14.3}],
    }
)  # fmt: skip
VALUES: dict[str, Any] = {"prompt": "ours", "seed": 7, "width": 1280, "height": 720, "length": 81, "fps": Fraction(16),
                          "start_image": "kinoloom/k.png"}  # fmt: skip


def prepared(manifest: WorkflowManifest = MANIFEST, graph: Any = GRAPH) -> Prepared:
    return Prepared(manifest, to_api(graph, DEFS))


def build(defs: NodeDefs = DEFS, manifest: WorkflowManifest = MANIFEST, **choices: Any) -> Built:
    choices.setdefault("values", VALUES)
    return build_prompt(prepared(manifest), Choices.model_validate(choices), defs, "job-1", PROFILES["wan2.2-14b"])


# -- from a request ------------------------------------------------------------------------------------------------


def request(**more: Any) -> GenerationRequest:
    fields: dict[str, Any] = {
        "kind": "video", "backend": "comfyui", "workflow": "mine", "profile": "wan2.2-14b", "prompt": "ours", "seed": 7,
        "seed_rule": "fixed:7", "width": 1280, "height": 720, "frames": 81, "rate": Fraction(16),
        "start": Picked(path="a.png", sha256="0" * 64),
    }  # fmt: skip
    return GenerationRequest.model_validate(fields | more)


def test_a_request_becomes_choices() -> None:
    asked = request(
        params={"steps": 12, "workflow_options": {"quality": "high", "switches": {"turbo": False}, "models": {"model:main": "m"}}},
        references=(Picked(path="r.png", sha256="1" * 64),), end=Picked(path="e.png", sha256="2" * 64),
    )  # fmt: skip
    names = {"start": "k/s.png", "end": "k/e.png", "reference-0": "k/r.png"}
    made = choices_of(asked, MANIFEST, names)
    assert (made.quality, made.switches, made.models) == ("high", {"turbo": False}, {"model:main": "m"})
    assert made.values == {
        "steps": 12, "prompt": "ours", "seed": 7, "width": 1280, "height": 720, "length": 81, "fps": Fraction(16),
        "start_image": "k/s.png", "end_image": "k/e.png", "reference-1": "k/r.png",
    }  # fmt: skip


def test_a_picture_to_be_edited_is_the_first_reference() -> None:
    edit = MANIFEST.replace(kind="image", slots={"prompt": "3.text", "reference-1": "4.image"}, quality={})
    made = choices_of(request(kind="image", seed_rule="unused"), edit, {"start": "k/s.png"})
    assert made.values == {"prompt": "ours", "reference-1": "k/s.png"}, "its size follows the picture's"


def test_motion_counts_normal_as_one() -> None:
    assert choices_of(request(params={"motion_strength": 0.5}), MANIFEST, {"start": "x"}).values["motion"] == 1.0


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"params": {"camera": "pan_left"}}, BadInput, "does not use camera"),
        ({"params": {"workflow_options": {"switches": {"a": "perhaps"}}}}, BadInput, "option switches.a cannot be used"),
        ({"params": {"workflow_options": {"colour": 1}}}, BadInput, "option colour"),
        ({"end": Picked(path="e.png", sha256="2" * 64)}, NotReady, "picture end was not handed"),
    ],
)  # fmt: skip
def test_what_a_request_may_not_hold(more: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        choices_of(request(**more), MANIFEST, {"start": "x"})


def test_options_that_are_empty_are_none() -> None:
    assert read_choices({"quality": "", "switches": {}}) == read_choices(None) == Choices()


def test_a_switch_that_is_another_workflow() -> None:
    manifest = MANIFEST.replace(switches=[{"id": "sage", "title": "S", "variant": "mine_sage"}])
    assert variant_of(manifest, Choices(switches={"sage": True})) == "mine_sage"
    assert variant_of(manifest, Choices()) == variant_of(MANIFEST, Choices(switches={"turbo": True})) == ""


# -- the graph -----------------------------------------------------------------------------------------------------


def test_values_arrive_and_the_rest_is_cut_away() -> None:
    made = build()
    assert set(made.graph) == {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "kinoloom_last", "kinoloom_last_save"}
    inputs = {key: node["inputs"] for key, node in made.graph.items()}
    assert (inputs["3"]["text"], inputs["6"]["seed"], inputs["4"]["image"]) == ("ours", 7, "kinoloom/k.png")
    assert (inputs["5"]["width"], inputs["5"]["length"], inputs["9"]["fps"]) == (1280, 81, 16.0)
    assert isinstance(inputs["9"]["fps"], float) and "end_image" not in inputs["5"]
    assert inputs["10"]["filename_prefix"] == "kinoloom/job-1/clip"
    assert inputs["kinoloom_last_save"]["filename_prefix"] == "kinoloom/job-1/last"
    assert (made.writer, made.last_frame) == ("10", "kinoloom_last_save")
    assert made.workflow is not None and to_api(made.workflow, DEFS).graph.keys() >= {"10"}, "it opens in the editor"
    assert made.titles["kinoloom_last"] == "Last frame" and made.titles["6"] == "KSampler"
    assert made.values["fps"] == 16.0 and made.switches["smooth"]
    assert not made.faults


def test_the_last_frame_is_that_of_the_writer_after_whatever_comes_before_it() -> None:
    assert build().graph["kinoloom_last"]["inputs"]["image"] == ["8", 0]
    assert build(switches={"smooth": False}).graph["kinoloom_last"]["inputs"]["image"] == ["7", 0]


def test_files_are_written_as_the_server_writes_them() -> None:
    made = build()
    assert made.graph["1"]["inputs"]["unet_name"] == "wan\\A_high_noise.safetensors"
    needed = {m.name: m for m in made.models}
    high = needed["wan\\A_high_noise.safetensors"]
    assert (high.installed, high.folder, high.url, high.size_gb, high.slot) == (
        True, "diffusion_models", "https://example.org/a", 14.3, "model:main",
    )  # fmt: skip
    assert needed["a.safetensors"].folder == "checkpoints"


def test_custom_nodes_are_named_with_their_pack() -> None:
    assert [(f.class_type, f.pack, f.installed) for f in build().foreign] == [
        ("Interpolate", "ComfyUI-Frame-Interpolation", True)
    ]
    assert not build(switches={"smooth": False}).foreign
    lacking = NodeDefs({k: v for k, v in PACKED.items() if k != "Interpolate"})
    converted = Converted(GRAPH, packs={"8": "frame-interpolation"})
    made = build_prompt(Prepared(MANIFEST, converted), Choices(values=VALUES), lacking, "j")
    assert [(f.class_type, f.pack, f.installed) for f in made.foreign] == [
        ("Interpolate", "frame-interpolation", False)
    ]
    assert made.problems[0].what == "The server has no node 'Interpolate'."
    assert "Install the custom nodes frame-interpolation" in made.problems[0].cure


def test_a_missing_model_is_told_once_with_what_to_do() -> None:
    made = build(models={"model:main": "gone.safetensors"})
    assert [(p.what, p.cure) for p in made.problems] == [
        ("The server does not have the model gone.safetensors.", "Put it into models/diffusion_models of ComfyUI, or choose another file.")
    ]  # fmt: skip


def test_presets_switches_and_a_shots_own_values() -> None:
    def sampled(**choices: Any) -> tuple[Any, Any]:
        inputs = build(**choices).graph["6"]["inputs"]
        return inputs["steps"], inputs["cfg"]

    assert sampled() == (20, 5.0)
    assert sampled(quality="high") == (30, 6.0)
    assert sampled(switches={"turbo": True}) == (4, 1.0)
    assert sampled(quality="high", switches={"turbo": True}) == (4, 1.0), "turbo with a preset's 30 steps helps nobody"
    assert sampled(quality="high", values={**VALUES, "steps": 9}) == (9, 6.0)
    assert sampled(switches={"turbo": True}, values={**VALUES, "steps": 9}) == (9, 1.0)


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"quality": "best"}, "has no quality 'best'.*It has: high"),
        ({"switches": {"warp": True}}, "Warp needs nodes that the server lacks: WarpNode"),
        ({"switches": {"zoom": True}}, "has no switch 'zoom'"),
        ({"models": {"model:other": "x"}}, "loads nothing for 'model:other'"),
        ({"models": {"prompt": "x"}}, "loads nothing for 'prompt'"),
        ({"values": {**VALUES, "negative": "n"}}, "takes no negative"),
        ({"values": {**VALUES, "reference-1": "r.png"}}, "takes no reference-1"),
        ({"values": {**VALUES, "length": 82}}, "does not make clips of 82 frames.*4k\\+1, from 5 to 81"),
        ({"values": {**VALUES, "height": 722}}, "does not make a height of 722 pixels.*multiples of 16"),
        ({"values": {**VALUES, "steps": 4.5}}, "takes a whole number at 6.steps"),
        ({"values": {**VALUES, "steps": "many"}}, "takes a number at 6.steps"),
        ({"values": {**VALUES, "prompt": 5}}, "takes text at 3.text"),
    ],
)
def test_nothing_is_ignored(choices: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        build(**choices)


def test_a_workflow_that_needs_its_pictures() -> None:
    needy = MANIFEST.replace(needs_start=True)
    without_start = {k: v for k, v in VALUES.items() if k != "start_image"}
    assert "4" not in build(values=without_start).graph
    with pytest.raises(NotReady, match="needs a start image"):
        build(manifest=needy, values=without_start)


def test_a_picture_without_a_loader_gets_one() -> None:
    made = build(values={**VALUES, "end_image": "e.png"}).graph
    loader = made["5"]["inputs"]["end_image"][0]
    assert made[loader]["class_type"] == "LoadImage" and made[loader]["inputs"] == {"image": "e.png"}


def test_types_follow_the_input() -> None:
    graph = {**GRAPH, "4": entry("Tiny", seed=1, rate=24, on=True)}
    manifest = MANIFEST.replace(
        slots={"seed": "4.seed", "fps": ["9.fps", "4.rate"]}, quality={},
        switches=[{"id": "off", "title": "O", "on": {"4.on": False}}],
    )  # fmt: skip
    values = {"seed": 2**63 + 5, "fps": Fraction(24000, 1001)}
    made = build_prompt(prepared(manifest, graph), Choices(values=values, switches={"off": True}), DEFS, "j").graph
    assert made["4"]["inputs"] == {"seed": (2**63 + 5) % 2**31, "rate": 24, "on": False}
    assert made["9"]["inputs"]["fps"] == pytest.approx(23.976, abs=1e-3)
    with pytest.raises(BadInput, match="takes true or false"):
        wrong = manifest.replace(switches=[{"id": "off", "title": "O", "on": {"4.on": 1}}])
        build_prompt(prepared(wrong, graph), Choices(values=values, switches={"off": True}), DEFS, "j")


def test_without_a_server_types_follow_what_is_there() -> None:
    made = build_prompt(Prepared(MANIFEST, Converted(GRAPH)), Choices(values=VALUES), NodeDefs(), "j")
    assert made.graph["9"]["inputs"]["fps"] == 16.0 and not made.faults
    assert [m.installed for m in made.models] == [None, None]


def test_a_clip_that_comes_finished_has_no_frame_before_the_encoder() -> None:
    graph = {"1": entry("Service", prompt="p", seed=1, duration=5), "2": entry("SaveVideo", video=["1", 0])}
    manifest = MANIFEST.replace(writer="2", slots={"prompt": "1.prompt"}, switches=[], quality={}, models=[])
    made = build_prompt(prepared(manifest, graph), Choices(values={"prompt": "x"}), DEFS, "j")
    assert made.last_frame == "" and any("decoded from the clip" in note for note in made.notes)


def test_a_server_too_old_for_it_gets_no_branch_for_the_last_frame() -> None:
    old = NodeDefs({k: v for k, v in PACKED.items() if k != "ImageFromBatch"})
    made = build(old)
    assert made.last_frame == "" and not made.faults


# -- SageAttention and GGUF ----------------------------------------------------------------------------------------


def test_switches_are_offered_where_the_server_has_the_nodes() -> None:
    assert [s.id for s in switches_of(prepared(), DEFS)] == ["smooth", "turbo", "sage-attention", "gguf"]
    assert [s.id for s in switches_of(prepared(), PLAIN)] == ["smooth", "turbo"]
    with pytest.raises(BadInput, match="needs the node PathchSageAttentionKJ"):
        build(PLAIN, switches={"sage-attention": True})
    assert build(PLAIN, switches={"sage-attention": False, "gguf": False}).graph == build(PLAIN).graph


def test_sage_attention_is_grafted_behind_the_loader() -> None:
    made = build(switches={"sage-attention": True})
    assert made.graph["6"]["inputs"]["model"] == ["kinoloom_sage_1", 0]
    assert made.graph["kinoloom_sage_1"]["inputs"]["model"] == ["1", 0]
    assert not made.faults
    assert not any("sage" in key for key in build().graph)


def test_a_gguf_file_brings_its_loader_along() -> None:
    assert model_choices(prepared(), DEFS) == {
        "model:main": ("wan\\A_high_noise.safetensors", "sub/A-high_noise-Q8_0.gguf", "b.gguf")
    }
    made = build(models={"model:main": "b.gguf"})
    assert made.graph["1"]["inputs"] == {"unet_name": "b.gguf"}
    assert made.graph["1"]["class_type"] == "UnetLoaderGGUF" and not made.faults
    assert {m.name: m.folder for m in made.models}["b.gguf"] == "diffusion_models"
    with pytest.raises(BadInput, match=r"cannot load b\.gguf"):
        build(PLAIN, models={"model:main": "b.gguf"})


def test_the_gguf_switch_takes_the_file_of_the_same_model() -> None:
    made = build(switches={"gguf": True})
    assert made.graph["1"]["class_type"] == "UnetLoaderGGUF"
    assert made.graph["1"]["inputs"]["unet_name"] == "sub/A-high_noise-Q8_0.gguf"
    files = (
        "wan2.2_i2v_high_noise_14B_Q8_0.gguf",
        "wan2.2_i2v_low_noise_14B_Q8_0.gguf",
        "x_Q4_K_M.gguf",
        "x-q8_0.gguf",
    )
    assert _alike("wan/wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors", files) == files[0]
    assert _alike("wan2.2_t2v_high_noise_14B_fp8_scaled.safetensors", files) is None
    assert _alike("x_bf16.safetensors", files) is None, "two of it: somebody has to choose"
    other = {**GRAPH, "1": entry("UNETLoader", unet_name="other_model.safetensors", weight_dtype="default")}
    with pytest.raises(BadInput, match="no one GGUF file for other_model"):
        build_prompt(prepared(graph=other), Choices(values=VALUES, switches={"gguf": True}), DEFS, "j")


# -- LoRAs of those in the shot --------------------------------------------------------------------------------------

WITH_LORAS = NodeDefs({
    **PACKED,
    "LoraLoaderModelOnly": {
        "input": {"required": {"model": ["MODEL"], "lora_name": [["ann.safetensors", "bo.safetensors"]],
                               "strength_model": ["FLOAT", {"default": 1.0}]}},
        "output": ["MODEL"],
    },
})  # fmt: skip


def test_loras_stand_one_behind_the_other_behind_the_loader() -> None:
    made = build(WITH_LORAS, loras={"ann.safetensors": 0.75, "bo.safetensors": 1.0})
    first, second = made.graph["kinoloom_lora_1_1"]["inputs"], made.graph["kinoloom_lora_1_2"]["inputs"]
    assert first == {"model": ["1", 0], "lora_name": "ann.safetensors", "strength_model": 0.75}
    assert second == {"model": ["kinoloom_lora_1_1", 0], "lora_name": "bo.safetensors", "strength_model": 1.0}
    assert made.graph["6"]["inputs"]["model"] == ["kinoloom_lora_1_2", 0]
    assert not made.faults
    assert build(WITH_LORAS).graph == build(WITH_LORAS, loras={}).graph


def test_a_lora_that_the_server_lacks_is_told_with_its_name() -> None:
    made = build(WITH_LORAS, loras={"gone.safetensors": 1.0})
    assert any("gone.safetensors" in problem.what for problem in made.problems)


def test_a_graph_without_a_known_loader_refuses_a_lora() -> None:
    nothing = NodeDefs({k: v for k, v in PACKED.items() if "Loader" not in k})
    with pytest.raises(BadInput, match="no place for the LoRA"):
        with_loras({"1": entry("Anything")}, {"ann.safetensors": 1.0}, nothing)
