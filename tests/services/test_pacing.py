"""What runs are remembered under, and what is expected of presets that were not used yet."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.engine import QualityInfo, SwitchInfo, WorkflowInfo
from domain.profile import ModelProfile
from domain.profiles import PROFILES
from domain.project import Project
from domain.request import GenerationRequest
from services.pacing import effect, estimate, key_for, key_of
from tests.fakes.backend import fake_spec

SPEC = fake_spec(id="comfyui", workflow="wan", scales={"fast": 0.5})
PROFILE: ModelProfile = PROFILES["wan2.2-14b"]
FLOW = WorkflowInfo(
    id="wan", title="Wan", kind="video", profile=PROFILE.id, values={"steps": 20, "cfg": 3.5},
    qualities=(
        QualityInfo(id="fast", title="Fast", switches={"turbo": True}, scale=0.5),
        QualityInfo(id="high", title="High", switches={"turbo": False}, values={"steps": 20, "cfg": 3.5}),
        QualityInfo(id="ultra", title="Ultra", switches={"turbo": False}, values={"steps": 30, "cfg": 3.5}),
    ),
    switches=(SwitchInfo(id="turbo", title="Turbo", values={"steps": 4, "cfg": 1}), SwitchInfo(id="sage", title="Sage")),
)  # fmt: skip


def film(**options: Any) -> Project:
    return Project(
        id="a" * 12, name="F", width=640, height=384, rate=Fraction(24), created="2026-01-01T00:00:00Z",
        workflow_options={"wan": options} if options else {},
    )  # fmt: skip


def request(project: Project, width: int = 640, height: int = 384, **params: Any) -> GenerationRequest:
    return GenerationRequest(
        kind="video", backend="comfyui", workflow="wan", profile=PROFILE.id, seed=1, seed_rule="fixed:1", width=width,
        height=height, rate=Fraction(16), params={"workflow_options": project.workflow_options.get("wan", {}), **params},
    )  # fmt: skip


def test_each_way_to_render_is_remembered_by_itself() -> None:
    plain = film()
    assert key_of(request(plain)) == key_for(SPEC, PROFILE, plain)
    fast = film(quality="fast", switches={"sage": True, "turbo": False})
    assert key_of(request(fast, 320, 192)) == key_for(SPEC, PROFILE, fast)
    ways = [
        request(plain), request(plain, 320, 192), request(film(quality="high")), request(film(switches={"sage": True})),
        request(film(switches={"sage": False})), request(plain, steps=30), request(plain, cfg=30),
        request(plain).replace(workflow="ltx"), request(plain).replace(profile="ltx"),
        request(plain).replace(backend="other"), request(plain).replace(kind="image"),
    ]  # fmt: skip
    assert len({key_of(way) for way in ways}) == len(ways)
    assert key_of(request(film(models={"model:high": "a"}))) == key_of(request(plain)), "another file is as quick"


def test_what_older_versions_remembered_of_the_built_in_engine_still_counts() -> None:
    built_in = fake_spec(id="animatic")
    assert key_for(built_in, PROFILE, film()) == f"animatic/{PROFILE.id}/640x384"


def test_a_preset_comes_to_what_the_graph_will_have() -> None:
    assert effect(FLOW, {}).model_dump() == {
        "steps": 20, "cfg": 3.5, "scale": 1.0, "switches": {"turbo": False, "sage": False},
    }  # fmt: skip
    fast = effect(FLOW, {"quality": "fast"})
    assert (fast.steps, fast.cfg, fast.scale, fast.switches["turbo"]) == (4, 1, 0.5, True)
    turned = effect(FLOW, {"quality": "ultra", "switches": {"turbo": True}})
    assert (turned.steps, turned.cfg) == (4, 1), "a switch that a person turned goes before the preset's"
    assert effect(FLOW, {"quality": "gone", "switches": "x"}).steps == 20


def known(**seconds: float) -> dict[str, float]:
    return {key_for(SPEC, PROFILE, film(), options={"quality": q}): s for q, s in seconds.items()}


def test_nothing_is_expected_before_the_first_run() -> None:
    assert estimate(dict[str, float]().get, FLOW, SPEC, PROFILE, film()) is None
    assert estimate(known(fast=1).get, None, SPEC, PROFILE, film()) is None, "without its presets nothing is compared"


def test_what_was_seen_is_told_as_it_is() -> None:
    found = estimate(known(high=3.0, fast=1.0).get, FLOW, SPEC, PROFILE, film(quality="high"))
    assert found is not None and (found.seconds, found.about) == (3.0, False)


def test_other_presets_are_scaled_by_their_steps_guidance_and_pixels() -> None:
    found = estimate(known(fast=1.0).get, FLOW, SPEC, PROFILE, film(quality="high"))
    # fast: 4 runs of 320×192; high: 20 steps, twice each for guidance, on 640×384
    assert found is not None and found.about
    assert found.seconds == pytest.approx(1.0 * (20 * 2) / 4 * 4)
    nearest = estimate(known(fast=1.0, high=6.0).get, FLOW, SPEC, PROFILE, film(quality="ultra"))
    assert nearest is not None and nearest.seconds == pytest.approx(9.0), "high is nearer than fast"


def test_where_steps_are_not_known_only_the_size_counts() -> None:
    bare = FLOW.replace(values={}, switches=(), qualities=(QualityInfo(id="fast", title="Fast", scale=0.5),))
    found = estimate(known(fast=1.0).get, bare, SPEC, PROFILE, film())
    assert found is not None and found.seconds == pytest.approx(4.0)


@given(
    st.floats(1e-3, 1e3), st.sampled_from(["", "fast", "high", "ultra"]), st.sampled_from(["", "fast", "high", "ultra"])
)
def test_an_estimate_goes_back_and_forth(seconds: float, seen: str, wanted: str) -> None:
    there = estimate(known(**{seen: seconds}).get, FLOW, SPEC, PROFILE, film(), options={"quality": wanted})
    assert there is not None and there.about == (seen != wanted)
    back = estimate(known(**{wanted: there.seconds}).get, FLOW, SPEC, PROFILE, film(), options={"quality": seen})
    assert back is not None and back.seconds == pytest.approx(seconds)
