"""Finding slots in graphs of the usual shapes, and how many are found in the editor's own workflows."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infrastructure.comfyui.convert import Converted, to_api
from infrastructure.comfyui.guess import found_manifest
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.slots import SlotFinder, Slots

Json = Any

INFO: dict[str, Json] = {
    name: {"input": {"required": required, "optional": optional}, "output": outputs, "output_node": not outputs}
    for name, required, optional, outputs in (
        ("Loader", {"ckpt_name": [["a.safetensors", "b.safetensors"]]}, {}, ["MODEL", "CLIP", "VAE"]),
        ("UNETLoader", {"unet_name": [["a_high_noise.safetensors", "a_low_noise.safetensors"]]}, {}, ["MODEL"]),
        ("LoraLoaderModelOnly", {"model": ["MODEL"], "lora_name": [["l.safetensors"]], "strength_model": ["FLOAT"]}, {}, ["MODEL"]),
        ("Encode", {"clip": ["CLIP"], "text": ["STRING", {"multiline": True}]}, {}, ["CONDITIONING"]),
        ("EncodeXL", {"text_g": ["STRING"], "text_l": ["STRING"], "width": ["INT"], "height": ["INT"]}, {}, ["CONDITIONING"]),
        ("EncodeBoth", {"prompt": ["STRING"], "negative_prompt": ["STRING"]}, {"image1": ["IMAGE"], "image2": ["IMAGE"]}, ["CONDITIONING", "CONDITIONING"]),
        ("ConditioningZeroOut", {"conditioning": ["CONDITIONING"]}, {}, ["CONDITIONING"]),
        ("FluxGuidance", {"conditioning": ["CONDITIONING"], "guidance": ["FLOAT"]}, {}, ["CONDITIONING"]),
        ("Empty", {"width": ["INT"], "height": ["INT"], "batch_size": ["INT"]}, {}, ["LATENT"]),
        ("EmptyVideo", {"width": ["INT"], "height": ["INT"], "length": ["INT"]}, {}, ["LATENT"]),
        ("EmptySound", {"frames_number": ["INT"], "frame_rate": ["INT"]}, {}, ["LATENT"]),
        ("Join", {"video_latent": ["LATENT"], "audio_latent": ["LATENT"]}, {}, ["LATENT"]),
        ("ImageToVideo", {"positive": ["CONDITIONING"], "negative": ["CONDITIONING"], "width": ["INT"], "height": ["INT"], "length": ["INT"]}, {"start_image": ["IMAGE"], "end_image": ["IMAGE"]}, ["CONDITIONING", "CONDITIONING", "LATENT"]),
        ("Guide", {"positive": ["CONDITIONING"], "negative": ["CONDITIONING"], "latent": ["LATENT"], "image": ["IMAGE"], "frame_idx": ["INT"]}, {}, ["CONDITIONING", "CONDITIONING", "LATENT"]),
        ("KSampler", {"model": ["MODEL"], "seed": ["INT"], "steps": ["INT"], "cfg": ["FLOAT"], "positive": ["CONDITIONING"], "negative": ["CONDITIONING"], "latent_image": ["LATENT"], "denoise": ["FLOAT"]}, {}, ["LATENT"]),
        ("KSamplerAdvanced", {"model": ["MODEL"], "add_noise": [["enable", "disable"]], "noise_seed": ["INT"], "steps": ["INT"], "cfg": ["FLOAT"], "positive": ["CONDITIONING"], "negative": ["CONDITIONING"], "latent_image": ["LATENT"], "start_at_step": ["INT"], "end_at_step": ["INT"]}, {}, ["LATENT"]),
        ("SamplerCustomAdvanced", {"noise": ["NOISE"], "guider": ["GUIDER"], "sigmas": ["SIGMAS"], "latent_image": ["LATENT"]}, {}, ["LATENT"]),
        ("RandomNoise", {"noise_seed": ["INT"]}, {}, ["NOISE"]),
        ("DualCFGGuider", {"model": ["MODEL"], "cond1": ["CONDITIONING"], "cond2": ["CONDITIONING"], "negative": ["CONDITIONING"], "cfg_conds": ["FLOAT"]}, {}, ["GUIDER"]),
        ("BasicGuider", {"model": ["MODEL"], "conditioning": ["CONDITIONING"]}, {}, ["GUIDER"]),
        ("Scheduler", {"steps": ["INT"], "width": ["INT"], "height": ["INT"]}, {}, ["SIGMAS"]),
        ("Decode", {"samples": ["LATENT"], "vae": ["VAE"]}, {}, ["IMAGE"]),
        ("VAEEncode", {"pixels": ["IMAGE"], "vae": ["VAE"]}, {}, ["LATENT"]),
        ("LoadImage", {"image": [["x.png"], {"image_upload": True}]}, {}, ["IMAGE", "MASK"]),
        ("ImageScale", {"image": ["IMAGE"], "width": ["INT"], "height": ["INT"]}, {}, ["IMAGE"]),
        ("GetImageSize", {"image": ["IMAGE"]}, {}, ["INT", "INT", "INT"]),
        ("Resolution", {"aspect": [["16:9"]]}, {}, ["INT", "INT"]),
        ("SimpleMath", {"a": ["INT"], "value": ["STRING"]}, {"b": ["INT"]}, ["INT"]),
        ("PrimitiveInt", {"value": ["INT"]}, {}, ["INT"]),
        ("PrimitiveFloat", {"value": ["FLOAT"]}, {}, ["FLOAT"]),
        ("PrimitiveBoolean", {"value": ["BOOLEAN"]}, {}, ["BOOLEAN"]),
        ("PrimitiveStringMultiline", {"value": ["STRING", {"multiline": True}]}, {}, ["STRING"]),
        ("ComfySwitchNode", {"switch": ["BOOLEAN"], "on_false": ["COMFY_MATCHTYPE_V3"], "on_true": ["COMFY_MATCHTYPE_V3"]}, {}, ["COMFY_MATCHTYPE_V3"]),
        ("StringConcatenate", {"string_a": ["STRING"], "string_b": ["STRING"]}, {}, ["STRING"]),
        ("StringReplace", {"string": ["STRING"], "find": ["STRING"], "replace": ["STRING"]}, {}, ["STRING"]),
        ("Rewriter", {"prompt": ["STRING", {"multiline": True}], "model": ["CLIP"]}, {}, ["STRING"]),
        ("CreateVideo", {"images": ["IMAGE"], "fps": ["FLOAT"]}, {"audio": ["AUDIO"]}, ["VIDEO"]),
        ("SaveVideo", {"video": ["VIDEO"], "filename_prefix": ["STRING"]}, {}, []),
        ("VHS_VideoCombine", {"images": ["IMAGE"], "frame_rate": ["FLOAT"], "filename_prefix": ["STRING"]}, {}, []),
        ("SaveImage", {"images": ["IMAGE"], "filename_prefix": ["STRING"]}, {}, []),
        ("Service", {"prompt": ["STRING", {"multiline": True}], "seed": ["INT"], "duration": ["INT"]}, {"first_frame": ["IMAGE"], "last_frame": ["IMAGE"], "negative_prompt": ["STRING"]}, ["VIDEO"]),
    )
}  # fmt: skip


class Graph(dict[str, Any]):
    """A graph written down in order: `add` gives the node's id."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: dict[str, str] = {}

    def add(self, kind: str, title: str = "", **inputs: Any) -> str:
        key = str(len(self) + 1)
        self[key] = {
            "class_type": kind,
            "inputs": {k: [v, 0] if isinstance(v, str) and v in self else v for k, v in inputs.items()},
        }
        self.titles[key] = title or kind
        return key


def picture_graph() -> tuple[Graph, str, str, str]:
    """Loader, two encoders; nothing sampled yet."""
    graph = Graph()
    loader = graph.add("Loader", ckpt_name="a.safetensors")
    good = graph.add("Encode", clip=[loader, 1], text="good")
    bad = graph.add("Encode", clip=[loader, 1], text="bad")
    return graph, loader, good, bad


def ended(graph: Graph, sampler: str, vae: str = "1", writer: str = "SaveImage") -> Graph:
    pictures = graph.add("Decode", samples=sampler, vae=[vae, 2])
    if writer == "SaveImage":
        graph.add("SaveImage", images=pictures, filename_prefix="x")
    elif writer == "VHS_VideoCombine":
        graph.add(writer, images=pictures, frame_rate=16.0, filename_prefix="x")
    else:
        video = graph.add("CreateVideo", images=pictures, fps=24.0)
        graph.add("SaveVideo", video=video, filename_prefix="x")
    return graph


def find(graph: Graph, *, server: bool = True) -> Slots:
    found = SlotFinder(Converted(graph, graph.titles), NodeDefs(INFO if server else {})).find()
    assert found is not None
    return found


def places(slots: Slots) -> dict[str, list[str]]:
    return {slot: [str(p) for p in found] for slot, found in slots.places.items() if ":" not in slot}


@pytest.mark.parametrize("server", [True, False])
def test_text_to_image(server: bool) -> None:
    graph, loader, good, bad = picture_graph()
    size = graph.add("Empty", width=512, height=768, batch_size=1)
    sampler = graph.add(
        "KSampler", model=loader, seed=1, steps=20, cfg=7.0, positive=good, negative=bad, latent_image=size, denoise=1.0
    )
    found = find(ended(graph, sampler), server=server)
    assert places(found) == {
        "prompt": ["2.text"], "negative": ["3.text"], "seed": ["5.seed"], "width": ["4.width"], "height": ["4.height"],
        "steps": ["5.steps"], "cfg": ["5.cfg"],
    }  # fmt: skip
    assert found.kind == "image"
    assert [str(p) for p in found.places["model:main"]] == ["1.ckpt_name"]


def test_every_text_of_an_encoder_takes_the_prompt() -> None:
    graph, loader, _, bad = picture_graph()
    wide = graph.add("EncodeXL", text_g="g", text_l="l", width=1024, height=1024)
    size = graph.add("Empty", width=1024, height=1024, batch_size=1)
    sampler = graph.add(
        "KSampler", model=loader, seed=1, steps=20, cfg=7.0, positive=wide, negative=bad, latent_image=size, denoise=1.0
    )
    found = places(find(ended(graph, sampler)))
    assert found["prompt"] == ["4.text_g", "4.text_l"]
    assert sorted(found["width"]) == ["4.width", "5.width"], "conditioned on the very size of the picture"


def test_the_guidance_of_a_distilled_model() -> None:
    graph, loader, good, _ = picture_graph()
    guided = graph.add("FluxGuidance", conditioning=good, guidance=3.5)
    none = graph.add("ConditioningZeroOut", conditioning=good)
    size = graph.add("Empty", width=512, height=512, batch_size=1)
    sampler = graph.add(
        "KSampler",
        model=loader,
        seed=1,
        steps=20,
        cfg=1.0,
        positive=guided,
        negative=none,
        latent_image=size,
        denoise=1.0,
    )
    found = places(find(ended(graph, sampler)))
    assert found["cfg"] == ["4.guidance"]
    assert "negative" not in found


def test_no_negative_prompt_at_guidance_one() -> None:
    graph, loader, good, bad = picture_graph()
    size = graph.add("Empty", width=512, height=512, batch_size=1)
    sampler = graph.add(
        "KSampler",
        title="x",
        model=loader,
        seed=1,
        steps=4,
        cfg=1.0,
        positive=good,
        negative=bad,
        latent_image=size,
        denoise=1.0,
    )
    found = find(ended(graph, sampler))
    assert not found.has("negative")
    assert any("no effect" in note for note in found.notes)


def test_a_guider_with_two_conditionings() -> None:
    graph, loader, good, bad = picture_graph()
    noise = graph.add("RandomNoise", noise_seed=5)
    guider = graph.add("DualCFGGuider", model=loader, cond1=good, cond2=bad, negative=bad, cfg_conds=5.0)
    size = graph.add("Empty", width=512, height=512, batch_size=1)
    sigmas = graph.add("Scheduler", steps=20, width=512, height=512)
    found = places(
        find(
            ended(
                graph, graph.add("SamplerCustomAdvanced", noise=noise, guider=guider, sigmas=sigmas, latent_image=size)
            )
        )
    )
    assert (found["prompt"], found["negative"], found["seed"]) == (["2.text"], ["3.text"], ["4.noise_seed"])
    assert (found["cfg"], found["steps"]) == (["5.cfg_conds"], ["7.steps"])
    assert sorted(found["width"]) == ["6.width", "7.width"], "a scheduler that is told the size goes along"


def two_experts() -> Graph:
    graph, _, good, bad = picture_graph()
    high = graph.add("UNETLoader", unet_name="a_high_noise.safetensors")
    low = graph.add("UNETLoader", unet_name="a_low_noise.safetensors")
    start, end = graph.add("LoadImage", image="s.png"), graph.add("LoadImage", image="e.png")
    make = graph.add(
        "ImageToVideo", positive=good, negative=bad, width=640, height=480, length=81, start_image=start, end_image=end
    )
    more: dict[str, Any] = {"steps": 20, "cfg": 3.5, "positive": [make, 0], "negative": [make, 1]}
    first = graph.add(
        "KSamplerAdvanced",
        model=high,
        add_noise="enable",
        noise_seed=1,
        latent_image=[make, 2],
        start_at_step=0,
        end_at_step=5,
        **more,
    )
    second = graph.add(
        "KSamplerAdvanced",
        model=low,
        add_noise="disable",
        noise_seed=0,
        latent_image=first,
        start_at_step=5,
        end_at_step=10000,
        **more,
    )
    return ended(graph, second, writer="SaveVideo")


@pytest.mark.parametrize("server", [True, False])
def test_two_experts_with_first_and_last_frame(server: bool) -> None:
    slots = find(two_experts(), server=server)
    found = places(slots)
    assert found["seed"] == ["9.noise_seed"], "only the one that adds noise"
    assert sorted(found["steps"]) == ["10.steps", "9.steps"]
    assert (found["start_image"], found["end_image"]) == (["6.image"], ["7.image"])
    assert (found["length"], found["fps"], found["prompt"], found["negative"]) == (
        ["8.length"],
        ["12.fps"],
        ["2.text"],
        ["3.text"],
    )
    assert {text: (d.slot, d.times) for text, d in slots.derived.items()} == {
        "9.end_at_step": ("steps", 0.25), "10.start_at_step": ("steps", 0.25),
    }  # fmt: skip
    assert [str(p) for s in ("model:high", "model:low") for p in slots.places[s]] == ["4.unet_name", "5.unet_name"]


def test_vhs_writes_with_a_rate_of_its_own() -> None:
    graph, loader, good, bad = picture_graph()
    make = graph.add("EmptyVideo", width=640, height=480, length=33)
    sampler = graph.add(
        "KSampler", model=loader, seed=1, steps=20, cfg=5.0, positive=good, negative=bad, latent_image=make, denoise=1.0
    )
    found = places(find(ended(graph, sampler, writer="VHS_VideoCombine")))
    assert (found["fps"], found["length"]) == (["7.frame_rate"], ["4.length"])


def test_guides_at_the_first_and_the_last_frame_and_sound_that_counts_frames() -> None:
    graph, loader, good, bad = picture_graph()
    start, end = graph.add("LoadImage", image="s.png"), graph.add("LoadImage", image="e.png")
    frames, rate = graph.add("PrimitiveInt", value=121), graph.add("PrimitiveInt", value=24)
    make = graph.add("EmptyVideo", width=640, height=480, length=frames)
    one = graph.add("Guide", positive=good, negative=bad, latent=make, image=end, frame_idx=-1)
    two = graph.add("Guide", positive=[one, 0], negative=[one, 1], latent=[one, 2], image=start, frame_idx=0)
    longer = graph.add("SimpleMath", a=frames, value="a+0")
    sound = graph.add("EmptySound", frames_number=longer, frame_rate=rate)
    both = graph.add("Join", video_latent=[two, 2], audio_latent=sound)
    sampler = graph.add(
        "KSampler",
        model=loader,
        seed=1,
        steps=20,
        cfg=5.0,
        positive=[two, 0],
        negative=[two, 1],
        latent_image=both,
        denoise=1.0,
    )
    found = places(find(ended(graph, sampler, writer="SaveVideo")))
    assert (found["start_image"], found["end_image"]) == (["4.image"], ["5.image"])
    assert set(found["length"]) == {"6.value", "12.frames_number"}, "what is computed gives way to the number itself"
    assert set(found["fps"]) == {"7.value", "16.fps"}


def test_a_size_that_is_halved_enters_before_the_sum() -> None:
    graph, loader, good, bad = picture_graph()
    width, height = graph.add("PrimitiveInt", value=1280), graph.add("PrimitiveInt", value=720)
    half, low = graph.add("SimpleMath", a=width, value="a/2"), graph.add("SimpleMath", a=height, value="a/2")
    make = graph.add("EmptyVideo", width=half, height=low, length=9)
    sampler = graph.add(
        "KSampler", model=loader, seed=1, steps=20, cfg=5.0, positive=good, negative=bad, latent_image=make, denoise=1.0
    )
    found = places(find(ended(graph, sampler, writer="SaveVideo")))
    assert (found["width"], found["height"]) == (["4.value"], ["5.value"])


def test_a_size_that_is_measured_is_that_of_the_scaled_picture() -> None:
    graph, loader, good, bad = picture_graph()
    scaled = graph.add("ImageScale", image=graph.add("LoadImage", image="s.png"), width=1024, height=512)
    size = graph.add("GetImageSize", image=scaled)
    make = graph.add("EmptyVideo", width=[size, 0], height=[size, 1], length=9)
    sampler = graph.add(
        "KSampler", model=loader, seed=1, steps=20, cfg=5.0, positive=good, negative=bad, latent_image=make, denoise=1.0
    )
    found = places(find(ended(graph, sampler, writer="SaveVideo")))
    assert (found["width"], found["height"]) == (["5.width"], ["5.height"])


def test_a_size_out_of_an_unknown_node_is_set_where_it_is_used() -> None:
    graph, loader, good, bad = picture_graph()
    chosen = graph.add("Resolution", aspect="16:9")
    make = graph.add("EmptyVideo", width=[chosen, 0], height=[chosen, 1], length=9)
    sampler = graph.add(
        "KSampler", model=loader, seed=1, steps=20, cfg=5.0, positive=good, negative=bad, latent_image=make, denoise=1.0
    )
    found = places(find(ended(graph, sampler, writer="SaveVideo")))
    assert (found["width"], found["height"]) == (["5.width"], ["5.height"])


@pytest.mark.parametrize("rewrites", [False, True])
def test_a_prompt_past_constants_joins_and_switches(rewrites: bool) -> None:
    graph, loader, _, bad = picture_graph()
    words = graph.add("PrimitiveStringMultiline", value="a hill")
    rewritten = graph.add("Rewriter", prompt=words, model=[loader, 1])
    chosen = graph.add(
        "ComfySwitchNode", switch=graph.add("PrimitiveBoolean", value=rewrites), on_false=words, on_true=rewritten
    )
    wrapped = graph.add("StringReplace", string="system: {x}", find="{x}", replace=chosen)
    joined = graph.add("StringConcatenate", string_a="style. ", string_b=wrapped)
    good = graph.add("Encode", clip=[loader, 1], text=joined)
    size = graph.add("Empty", width=512, height=512, batch_size=1)
    sampler = graph.add(
        "KSampler", model=loader, seed=1, steps=20, cfg=7.0, positive=good, negative=bad, latent_image=size, denoise=1.0
    )
    found = places(find(ended(graph, sampler)))
    # A model that rewrites the words is not written through: what is set replaces what it would say.
    assert found["prompt"] == (["8.replace"] if rewrites else ["4.value"])


def test_pictures_of_an_edit_are_references() -> None:
    graph, loader, _, _ = picture_graph()
    one, two = graph.add("LoadImage", image="1.png"), graph.add("LoadImage", image="2.png")
    both = graph.add("EncodeBoth", prompt="p", negative_prompt="n", image1=two, image2=one)
    latent = graph.add("VAEEncode", pixels=one, vae=[loader, 2])
    sampler = graph.add(
        "KSampler",
        model=loader,
        seed=1,
        steps=20,
        cfg=4.0,
        positive=[both, 0],
        negative=[both, 1],
        latent_image=latent,
        denoise=1.0,
    )
    found = places(find(ended(graph, sampler)))
    assert (found["reference-1"], found["reference-2"]) == (["5.image"], ["4.image"]), "as the encoder numbers them"
    assert (found["prompt"], found["negative"]) == (["6.prompt"], ["6.negative_prompt"])
    assert "start_image" not in found


def test_a_picture_that_is_painted_over_is_the_start() -> None:
    graph, loader, good, bad = picture_graph()
    latent = graph.add("VAEEncode", pixels=graph.add("LoadImage", image="1.png"), vae=[loader, 2])
    sampler = graph.add(
        "KSampler",
        model=loader,
        seed=1,
        steps=20,
        cfg=4.0,
        positive=good,
        negative=bad,
        latent_image=latent,
        denoise=0.6,
    )
    found = places(find(ended(graph, sampler)))
    assert (found["start_image"], found["denoise"]) == (["4.image"], ["6.denoise"])


def test_a_node_that_makes_all_by_itself() -> None:
    graph = Graph()
    first, last = graph.add("LoadImage", image="1.png"), graph.add("LoadImage", image="2.png")
    video = graph.add(
        "Service", prompt="p", seed=1, duration=5, first_frame=first, last_frame=last, negative_prompt="n"
    )
    graph.add("SaveVideo", video=video, filename_prefix="x")
    found = places(find(graph))
    assert found == {
        "prompt": ["3.prompt"], "negative": ["3.negative_prompt"], "seed": ["3.seed"], "start_image": ["1.image"],
        "end_image": ["2.image"],
    }  # fmt: skip


def test_titles_in_brackets_say_it() -> None:
    graph, loader, good, bad = picture_graph()
    graph.titles |= {loader: "Checkpoint [MODEL:high]", bad: "[NEGATIVE]"}
    other = graph.add("Encode", title="[PROMPT] here", clip=[loader, 1], text="other")
    mixed = graph.add("EncodeBoth", prompt="p", negative_prompt="n")
    size = graph.add("Empty", width=512, height=512, batch_size=1)
    sampler = graph.add(
        "KSampler",
        model=loader,
        seed=1,
        steps=20,
        cfg=4.0,
        positive=[mixed, 0],
        negative=bad,
        latent_image=size,
        denoise=1.0,
    )
    graph[good]["inputs"]["clip"] = [other, 0]
    graph["7"]["inputs"]["positive"] = [other, 0]
    slots = find(ended(graph, sampler))
    assert places(slots)["prompt"] == ["4.text"]
    assert [str(p) for p in slots.places["model:high"]] == ["1.ckpt_name"]


def test_loras_and_loaders_that_name_the_same_file() -> None:
    graph, loader, good, bad = picture_graph()
    again = graph.add("Loader", ckpt_name="a.safetensors")
    lora = graph.add("LoraLoaderModelOnly", model=again, lora_name="l.safetensors", strength_model=0.8)
    size = graph.add("Empty", width=512, height=512, batch_size=1)
    sampler = graph.add(
        "KSampler", model=lora, seed=1, steps=20, cfg=4.0, positive=good, negative=bad, latent_image=size, denoise=1.0
    )
    slots = find(ended(graph, sampler))
    assert [str(p) for p in slots.places["model:main"]] == ["1.ckpt_name", "4.ckpt_name"]
    assert [str(p) for s in ("lora:1", "lora_strength:1") for p in slots.places[s]] == [
        "5.lora_name",
        "5.strength_model",
    ]
    assert loader == "1"


def test_a_graph_that_writes_nothing() -> None:
    graph, _, _, _ = picture_graph()
    assert SlotFinder(Converted(graph), NodeDefs(INFO)).find() is None
    assert found_manifest("x", "X", Converted(graph), NodeDefs(INFO)) is None


@pytest.mark.corpus
def test_what_is_found_in_the_editors_own_workflows(corpus: Path) -> None:
    """Open ones (that run on the server alone), both editor versions."""
    folder = corpus / "comfyui"
    defs = NodeDefs(json.loads((folder / "object_info-0.8.0.json").read_text(encoding="utf-8")))
    found: Counter[tuple[str, str]] = Counter()
    for path in sorted((folder / "ui-to-api").glob("*.ui.json")):
        converted = to_api(json.loads(path.read_text(encoding="utf-8")), defs)
        slots = SlotFinder(converted, defs).find()
        kinds = {entry["class_type"] for entry in converted.graph.values()}
        ours = not any("api_nodes" in str((d := defs.get(k)) and d.raw.get("python_module")) for k in kinds)
        if slots is None or not ours:
            continue
        found[slots.kind, "all"] += 1
        for slot in (
            "prompt",
            "seed",
            "width",
            "length",
            "fps",
            "start_image",
            "end_image",
            "reference-1",
            "steps",
            "clip",
        ):
            found[slots.kind, slot] += slots.has(slot)
        made = found_manifest("x", path.name[:60], converted, defs)
        assert made is not None and made[0].writer == slots.writer
    video = {slot: number for (k, slot), number in found.items() if k == "video"}
    image = {slot: number for (k, slot), number in found.items() if k == "image"}
    sys.stdout.write(f"\nclips {video}\npictures {image}\n")
    # One template lacks the link to its writer; one more clip is enlarged and not generated.
    assert video["all"] == 24
    assert found["upscale", "clip"] == 1 and video["clip"] == 0
    assert {video[s] for s in ("prompt", "seed", "width", "length", "fps")} == {23}
    # The pictures without a size are edits whose size follows their first reference.
    assert (image["all"], image["prompt"], image["seed"], image["width"]) == (36, 36, 36, 22)
    assert image["reference-1"] == 18
