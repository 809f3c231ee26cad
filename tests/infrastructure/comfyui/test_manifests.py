from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.workflow import Derived, ModelFile, Quality, Switch, WorkflowManifest
from infrastructure.comfyui.manifests import read_manifest, write_manifest

PLAIN = 'title = "T"\nkind = "image"\nprofile = "image-8"\nwriter = "9"\n[slots]\nprompt = "6.text"\n'

WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
NODES = st.sampled_from(["1", "12:3", "a b", "ä"])
PLACES = st.builds(lambda node, name: {"node": node, "input": name}, NODES, st.sampled_from(["text", "a.b", 'q"x']))
SCALARS = WORDS | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
SLOTS = st.sampled_from(["prompt", "steps", "reference-3", "model:my file", 'lora:"x"', "lora_strength:a"])
MANIFESTS = st.builds(
    WorkflowManifest,
    id=st.just("mine"), title=WORDS, kind=st.sampled_from(["image", "video", "upscale"]), profile=st.just("image-8"),
    description=WORDS, writer=st.just("9"), slots=st.dictionaries(SLOTS, st.lists(PLACES, max_size=3).map(tuple), max_size=3),
    derived=st.dictionaries(st.just("1.x"), st.builds(Derived, slot=st.just("steps"), times=st.floats(0, 9)), max_size=1),
    models=st.lists(st.builds(ModelFile, name=WORDS, size_gb=st.none() | st.floats(0, 99)), max_size=2).map(tuple),
    switches=st.lists(
        st.builds(
            Switch, id=st.sampled_from(["a", "b"]), title=WORDS, on=st.dictionaries(st.just("1.y"), SCALARS, max_size=1),
            models=st.lists(st.builds(ModelFile, name=WORDS), max_size=1).map(tuple),
        ), max_size=2,
    ).map(tuple),
    quality=st.dictionaries(st.sampled_from(["fast", "very good"]), st.builds(Quality, title=WORDS), max_size=2),
)  # fmt: skip


@given(MANIFESTS)
def test_what_is_written_is_read_back(manifest: WorkflowManifest) -> None:
    assert read_manifest("mine", write_manifest(manifest)) == manifest


def test_the_text_is_one_that_a_person_can_edit() -> None:
    manifest = read_manifest("mine", PLAIN).replace(
        slots={"prompt": "6.text", "steps": ["3.steps", "4.steps"], "model:high": "1.unet_name"},
        models=[{"name": "m.safetensors", "slot": "model:high"}],
        quality={"fast": {"title": "Fast", "set": {"steps": 4}}},
    )
    assert write_manifest(manifest) == (
        "# T: where the values of mine.json go. Places are written as node.input.\n"
        'title = "T"\nkind = "image"\nprofile = "image-8"\nwriter = "9"\n'
        '\n[slots]\nprompt = "6.text"\nsteps = ["3.steps", "4.steps"]\n"model:high" = "1.unet_name"\n'
        '\n[[models]]\nname = "m.safetensors"\nslot = "model:high"\n'
        '\n[quality.fast]\ntitle = "Fast"\nset = { steps = 4 }\n'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "no TOML"),
        (PLAIN + 'id = "6.other"', "there is no slot 'id'"),
        ('id = "other"\n' + PLAIN, "another id"),
        (PLAIN.replace('"image"', '"song"'), "kind"),
        (PLAIN.replace("prompt =", "colour ="), "there is no slot 'colour'"),
        (PLAIN.replace("6.text", "text"), "a place is written as node.input"),
        (PLAIN.replace('writer = "9"\n', ""), "writer is missing"),
        (PLAIN.replace("6.text", "@host.text"), "go with a template only"),
        (PLAIN + '[quality.fast]\ntitle = "F"\nset = { steps = 3 }', "which the workflow does not take"),
        (PLAIN + '[quality.fast]\ntitle = "F"\nswitches = { turbo = true }', "no switch of the workflow"),
        (PLAIN + '[derived]\n"5.x" = { slot = "colour" }', "there is no slot 'colour'"),
        (PLAIN + '[derived]\n"x" = { slot = "steps" }', "a place is written"),
        (PLAIN + '[[switches]]\nid = "a"\ntitle = "A"\non = { x = 1 }', "a place is written"),
        (PLAIN + '[[switches]]\nid = "../a"\ntitle = "A"', "switches.0.id"),
        ("colour = 1\n" + PLAIN, "colour"),
        ("x" * (2**20 + 1), "too large"),
        ("a = " + "[" * 5000, "no TOML"),
    ],
)
def test_faults_are_told_with_their_place(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as error:
        read_manifest("mine", text)
    assert "mine.toml" in str(error.value) and len(str(error.value)) < 500


@given(st.dictionaries(WORDS, WORDS, max_size=3))
def test_no_text_breaks_out_of_its_quotes(odd: dict[str, Any]) -> None:
    manifest = read_manifest("mine", PLAIN).replace(description="".join(odd), switches=[{"id": "a", "title": str(odd)}])
    text = write_manifest(manifest)
    assert read_manifest("mine", text) == manifest
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
