"""What is said to each shipped workflow, and that what we know of it agrees with its files."""

from __future__ import annotations

import pytest

from domain.profiles import PROVIDER_PROFILES
from domain.prompting import WORDINGS, wording_for
from domain.prompting.wordings import PICTURE
from tests.tools.golden_prompts import GOLDEN, golden_text, manifests

MANIFESTS = manifests()


@pytest.mark.parametrize("name", sorted(MANIFESTS))
def test_the_prompts_are_as_recorded(name: str) -> None:
    path = GOLDEN / f"{name}.txt"
    assert path.read_text(encoding="utf-8") == golden_text(name, MANIFESTS[name]), (
        "if it is meant, run python -m tests.tools.golden_prompts and read the difference"
    )


def test_no_record_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(MANIFESTS)


@pytest.mark.parametrize("name", sorted(MANIFESTS))
def test_every_workflow_has_a_wording_of_its_own_that_agrees_with_it(name: str) -> None:
    manifest = MANIFESTS[name]
    wording = wording_for(name, manifest.profile)
    assert wording.id in (name, manifest.profile)
    assert (wording.negative != "no") == manifest.takes("negative")
    turbo = {q for q, preset in manifest.quality.items() if preset.switches.get("turbo")}
    if wording.negative == "turbo":
        assert wording.turbo == turbo
    if manifest.kind == "video":
        assert {"characters", "objects", "location"}.isdisjoint(wording.video), "the picture shows them"
    else:
        assert set(wording.image) == set(PICTURE), "nothing that was filled in is forgotten"


def test_every_wording_belongs_to_something_shipped() -> None:
    used = {wording_for(name, m.profile).id for name, m in MANIFESTS.items()}
    assert set(WORDINGS) == used | set(PROVIDER_PROFILES) | {""}
