"""What makes clips and keyframes: the Project tab's pickers, and what the other tabs show for a chosen workflow."""

from __future__ import annotations

from typing import Any

import pytest

from addons import keyframes, project, storyboard, video
from addons.api import Reply
from domain.errors import BadInput, NotFound
from domain.storyboard import Presets
from services.pacing import key_for
from services.projects import OpenProject
from services.requests import reaching
from tests.addons.support import Window
from tests.fakes.backend import fake_spec
from tests.fakes.bench import Bench, shot
from tests.fakes.engine import FakeServer, shipped, with_engine

HERE = "http://127.0.0.1:8188"
WAN, SDXL = "wan2.2-14b-i2v", "sdxl"
EVERY = frozenset(f.name for flow in shipped().values() for f in flow.manifest.models)


def film(bench: Bench, **fields: Any) -> OpenProject:
    given: dict[str, Any] = {"backend": "comfyui", "profile": "wan2.2-14b", "workflow": WAN, "image_backend": "comfyui",
             "image_workflow": SDXL, "width": 128, "height": 128}  # fmt: skip
    return bench.project(shot(1), shot(2), **given | fields)


def opened(project_: OpenProject, bench: Bench, *tabs: Any) -> Window:
    return Window(bench, project_, (tabs or (project,))[0].parts)


def edit(w: Window, field: str, value: object) -> Reply | None:
    return w.act("project.film", "edit", field=field, value=value)


def head(w: Window) -> dict[str, Any]:
    return w.head("project.film")


# -- choosing ----------------------------------------------------------------------------------------------------


def test_other_backends_show_no_workflows(bench: Bench) -> None:
    with_engine(bench)
    w = opened(bench.project(shot(1)), bench)
    shown = head(w)
    assert (shown["flow"], shown["drawFlow"]) == ({}, {})
    assert [b["id"] for b in shown["backends"]] == ["fake", "other", "comfyui"]
    assert next(b for b in shown["backends"] if b["id"] == "comfyui")["makes"] == "keyframes and clips"


def test_the_engine_takes_over_the_clips_and_leaves_the_keyframes_alone(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer(models=EVERY - {"ltx-video-2b-v0.9.5.safetensors"})}, servers=HERE)
    p = bench.project(shot(1))
    w = opened(p, bench)
    bench.wait(bench.studio.generation.draw_keyframes(p))
    edit(w, "backend", "comfyui")
    now = p.project
    assert (now.backend, now.image_backend, now.image_workflow) == ("comfyui", "fake", "")
    flow = bench.studio.engine.workflow(now.workflow)  # type: ignore[union-attr]
    assert (flow.kind, flow.problems, "prompt" in flow.slots) == ("video", (), True)
    assert now.profile == flow.profile
    shown = head(w)
    assert [b["id"] for b in shown["drawers"] if b["on"]] == ["fake"]
    assert shown["flow"]["state"] == "ready"
    assert head(w)["pending"] == {}, "no keyframe became stale"
    edit(w, "image_backend:image", "comfyui")
    assert head(w)["pending"]["words"].startswith("1 drawn keyframe no longer fits")
    w.act("project.film", "go")
    chosen = bench.studio.engine.workflow(p.project.image_workflow)  # type: ignore[union-attr]
    assert (chosen.kind, any(s.startswith("reference") for s in chosen.slots)) == ("image", False)
    edit(w, "backend", "fake")
    assert (p.project.backend, p.project.workflow, p.project.image_backend) == ("fake", "", "comfyui")


def test_a_workflow_brings_its_model_profile_along(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    p = film(bench)
    w = opened(p, bench)
    edit(w, "workflow:video", "wan2.2-5b-i2v")
    assert (p.project.workflow, p.project.profile) == ("wan2.2-5b-i2v", "wan2.2-5b")
    assert head(w)["flow"]["model"].startswith("Wan 2.2 5B: 24 fps, up to 121 frames")
    edit(w, "workflow:image", "qwen-image")
    assert p.project.image_workflow == "qwen-image"
    before = p.project
    for field, value in (
        ("workflow:video", SDXL), ("workflow:image", WAN), ("workflow:video", "gone"), ("workflow:video", ""),
        ("image_backend:image", "nope"), ("backend", "nope"), ("switch:video:nope", True), ("model:video:model:nope", "x"),
        ("nothing:video", "x"), ("nothing", "x"),
    ):  # fmt: skip
        with pytest.raises((BadInput, NotFound)):
            edit(w, field, value)
    with pytest.raises(NotFound):
        w.act("project.film", "quality", **{"for": "video", "value": "nope"})
    assert p.project == before


def test_a_backend_that_makes_only_one_kind_is_offered_only_for_it(bench: Bench) -> None:
    bench.registry._entries["painter"] = (
        fake_spec(id="painter", title="Painter", kinds=frozenset({"image"})), lambda: bench.other,
    )  # fmt: skip
    with_engine(bench)
    w = opened(bench.project(shot(1)), bench)
    shown = head(w)
    assert "painter" not in [b["id"] for b in shown["backends"]]
    assert "painter" in [b["id"] for b in shown["drawers"]]
    with pytest.raises(BadInput, match="makes no clips"):
        edit(w, "backend", "painter")
    edit(w, "image_backend:image", "painter")
    assert w.project.project.image_backend == "painter"


def test_a_fallback_is_named_and_taken_back(bench: Bench) -> None:
    p = bench.project(shot(1))
    w = opened(p, bench)
    assert [b["id"] for b in head(w)["fallbacks"]] == ["", "other"]
    edit(w, "fallback_backend", "other")
    assert p.project.fallback_backend == "other"
    assert [b["id"] for b in head(w)["fallbacks"] if b["on"]] == ["other"]
    with pytest.raises(NotFound):
        edit(w, "fallback_backend", "nothing")
    edit(w, "fallback_backend", "")
    assert p.project.fallback_backend == ""


def test_what_is_missing_is_listed_with_folder_and_link(bench: Bench) -> None:
    low = "wan2.2_i2v_low_noise_14B_fp8_scaled.safetensors"
    turbo = "wan2.2_i2v_lightx2v_4steps_lora_v1_low_noise.safetensors"
    with_engine(bench, {HERE: FakeServer(models=EVERY - {low, turbo})}, servers=HERE)
    flow = head(opened(film(bench), bench))["flow"]
    assert (flow["state"], flow["tone"]) == ("1 missing", "blocked")
    need = {m["name"]: (m["need"], m["folder"]) for m in flow["missing"]}
    assert need[low] == (True, "models/diffusion_models")
    assert need.get(turbo, (False,))[0] is False


def test_nothing_is_said_to_be_missing_while_no_server_answers(bench: Bench) -> None:
    with_engine(bench, servers=HERE)
    flow = head(opened(film(bench), bench))["flow"]
    assert (flow["state"], flow["checked"], flow["problems"], flow["missing"]) == ("not checked", False, [], [])


# -- quality, switches, models -----------------------------------------------------------------------------------


def test_choices_are_stored_by_workflow_and_reach_the_request(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    p = film(bench)
    w = opened(p, bench)
    w.act("project.film", "quality", **{"for": "video", "value": "high"})
    edit(w, "switch:video:turbo", True)
    other = "wan2.2_i2v_lightx2v_4steps_lora_v1_low_noise.safetensors"
    edit(w, "model:video:model:low", other)
    w.act("project.film", "quality", **{"for": "image", "value": bench_quality(bench)})
    want = {"quality": "high", "switches": {"turbo": True}, "models": {"model:low": other}}
    assert p.project.workflow_options[WAN] == want
    assert list(p.project.workflow_options) == [WAN, SDXL] or bench_quality(bench) == ""
    flow = head(w)["flow"]
    assert [q["title"] for q in flow["qualities"] if q["on"]] == ["High"]
    assert flow["switches"][0]["on"] is True
    low = next(loader for loader in flow["loaders"] if loader["slot"] == "model:low")
    assert [f["title"] for f in low["files"] if f["on"]] == [other]
    state = bench.studio.generation.state(p, "001")
    assert state.request(state.timing.segments[0], None).params["workflow_options"] == want


def bench_quality(bench: Bench) -> str:
    assert bench.studio.engine is not None
    return next((q.id for q in bench.studio.engine.workflow(SDXL).qualities), "")


def test_going_back_to_the_workflows_own_leaves_nothing_behind(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    p = film(bench)
    w = opened(p, bench)
    own = next(f.name for f in shipped()[WAN].manifest.models if f.slot == "model:low")
    other = next(f.name for f in shipped()[WAN].manifest.models if f.slot == "model:high")
    for value in ("fast", ""):
        w.act("project.film", "quality", **{"for": "video", "value": value})
    for on in (True, False):
        edit(w, "switch:video:turbo", on)
    for name in (other, own):
        edit(w, "model:video:model:low", name)
    assert p.project.workflow_options == {}
    with pytest.raises(NotFound, match="No server has the model"):
        edit(w, "model:video:model:low", "../evil.safetensors")


def test_what_would_become_stale_is_asked_first(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    p = film(bench)
    w = opened(p, bench)
    bench.render(p, "001")
    w.act("project.film", "quality", **{"for": "video", "value": "high"})
    assert p.project.workflow_options == {}
    pending = head(w)["pending"]
    assert pending["words"].startswith("1 shot is rendered and would be stale")
    assert pending["to"] == "these settings of the workflow"
    w.act("project.film", "keep")
    edit(w, "workflow:video", "wan2.2-5b-i2v")
    assert head(w)["pending"]["to"] == "Wan 2.2 5B, image to video"
    w.act("project.film", "go")
    assert p.project.workflow == "wan2.2-5b-i2v"


def test_a_switch_whose_nodes_no_server_has_is_not_shown(bench: Bench) -> None:
    flows = shipped()
    manifest = flows[WAN].manifest
    flows[WAN].manifest = manifest.replace(
        switches=(*manifest.switches, manifest.switches[0].replace(id="sage", title="Sage", needs=("Sage",)))
    )
    with_engine(bench, {HERE: FakeServer()}, servers=HERE, flows=flows)
    w = opened(film(bench), bench)
    assert [s["id"] for s in head(w)["flow"]["switches"]] == ["turbo"]
    with pytest.raises(NotFound):
        edit(w, "switch:video:sage", True)


def test_odd_stored_options_break_nothing(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    odd = {WAN: {"quality": 7, "switches": ["x"], "models": {"model:low": 3}, "later": "kept"}}
    p = film(bench, workflow_options=odd)
    w = opened(p, bench)
    assert [q["id"] for q in head(w)["flow"]["qualities"] if q["on"]] == [""]
    w.act("project.film", "quality", **{"for": "video", "value": "high"})
    assert p.project.workflow_options[WAN] == {"later": "kept", "quality": "high"}


def test_a_workflow_that_is_gone_leaves_a_way_out(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    p = film(bench, workflow="gone")
    w = opened(p, bench)
    shown = head(w)
    assert "There is no workflow 'gone'" in shown["lost"]
    assert shown["flow"]["flows"][0] == {"id": "", "title": "Choose a workflow", "on": True, "state": ""}
    edit(w, "workflow:video", WAN)
    assert head(w)["lost"] == ""
    p.change_project(backend="uninstalled", workflow="")
    assert "There is no backend 'uninstalled'" in head(w)["lost"]
    edit(w, "backend", "fake")
    assert (head(w)["lost"], p.project.backend) == ("", "fake")


# -- what the other tabs show ------------------------------------------------------------------------------------


def test_only_fields_that_reach_keyframe_or_clip_are_shown(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    p = film(bench, image_workflow="z-image-turbo")
    w = opened(p, bench, storyboard)
    uses = set(w.head("storyboard.inspector")["uses"])
    assert {"prompt", "size", "characters", "camera", "motion", "composition", "negative"} <= uses
    assert {"image.steps", "video.steps", "video.cfg", "image.seed", "video.seed"} <= uses
    assert not {"image.cfg", "title", "label", "motion_strength"} & uses
    p.change_project(workflow="svd-xt-i2v", profile="svd-xt")
    uses = set(w.head("storyboard.inspector")["uses"])
    assert not {"camera", "negative", "motion"} & uses, "this workflow reads no words"
    assert "composition" in uses, "the keyframe's does"
    p.change_project(image_backend="fake", image_workflow="")
    uses = set(w.head("storyboard.inspector")["uses"])
    assert "title" in uses
    assert "image.seed" in uses


EDITS: dict[str, dict[str, Any]] = {
    "prompt": {"prompt": "x"}, "negative": {"negative": "x"}, "title": {"title": "x"}, "size": {"size": "close_up"},
    "characters": {"characters": ("a",)}, "objects": {"objects": ("a",)}, "location": {"location": "a"},
    "camera": {"presets": Presets(camera="pan_left")}, "motion": {"presets": Presets(motion="dynamic")},
    **{n: {"presets": Presets(**{n: "x"})} for n in ("style", "lighting", "mood", "time_of_day", "composition", "color_grade")},
}  # fmt: skip
SAMPLED = {"seed": 7, "steps": 7, "cfg": 7.0, "motion_strength": 1.0}


@pytest.mark.parametrize("reads_text", [True, False])
@pytest.mark.parametrize("kind", ["image", "video"])
def test_what_is_said_to_reach_a_request_changes_it_and_nothing_else_does(
    bench: Bench, kind: str, reads_text: bool
) -> None:
    every = frozenset({*fake_spec().fields, "motion_strength"}) - {"span", "label"}
    spec = fake_spec(fields=every, reads_text=reads_text)
    bench.registry._entries["fake"] = (spec, lambda: bench.backend)

    def fingerprint(**fields: Any) -> str:
        p = bench.project(shot(1, seconds="1", **fields), name=f"p{len(bench.studio.projects.opened())}", width=128)
        state = bench.studio.generation.state(p, "001")
        request = state.image_request("start") if kind == "image" else state.request(state.timing.segments[0], None)
        return request.replace(label="").fingerprint

    plain = fingerprint()
    for field in sorted(every):
        of, dot, name = field.rpartition(".")
        given = EDITS.get(field)
        if given is None:
            given = {of if dot else "video": {name: SAMPLED[name]}}
        reaches = field in reaching(spec, kind)
        assert (fingerprint(**given) != plain) is reaches, field
    assert reaching(spec.replace(kinds=frozenset()), kind) == frozenset()


def test_the_prompt_is_shown_in_parts_as_it_is_sent(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    p = film(bench)
    p.change_board("never", lambda b: b.replace(never="text, logos"))
    w = opened(p, bench, storyboard)
    keyframe, clip = w.items("storyboard.inspector")["001"]["sent"]
    assert (keyframe["to"], clip["to"]) == ("Keyframe", "Clip")
    assert ["words", "a house, 1", ""] in keyframe["parts"]
    assert keyframe["negative"].startswith("text, logos, ")
    state = bench.studio.generation.state(p, "001")
    assert keyframe["text"] == state.image_request("start").prompt
    assert clip["text"] == state.request(state.timing.segments[0], None).prompt
    p.change_project(backend="fake", image_backend="", workflow="", image_workflow="")
    assert w.items("storyboard.inspector")["001"]["sent"] == [], (
        "an engine that knows the fields gets no composed prompt"
    )


def test_the_graph_is_fetched_only_when_it_is_unfolded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    built = engine.sent
    p = film(bench)
    for tab, part in ((keyframes, "keyframes.shot"), (video, "video.shot")):
        w = opened(p, bench, tab)
        del built[:]
        assert w.head(part)["graph"] == {"can": True}
        assert built == []
        w.act(part, "graph")
        shown = w.head(part)["graph"]
        assert "a house, 1" in dict(shown["slots"])["Prompt"]
        assert '"class_type"' in shown["graph"]
        assert shown["server"] == HERE
        w.head(part)
        assert len(built) == 1, "built once, not with every look"
        w.act(part, "graph")
        assert w.head(part)["graph"] == {"can": True}
    assert ["Workflow", WAN] in opened(p, bench, video).head("video.shot")["now"]
    plain = opened(bench.project(shot(1), name="plain"), bench, keyframes)
    assert plain.head("keyframes.shot")["graph"] == {}


def test_a_graph_that_cannot_be_built_says_why(bench: Bench) -> None:
    engine = with_engine(bench, {HERE: FakeServer()}, servers=HERE)

    engine.trouble = BadInput("No server has been asked yet.", "Ask again.")
    w = opened(film(bench), bench, keyframes)
    w.act("keyframes.shot", "graph")
    assert w.head("keyframes.shot")["graph"]["error"] == "No server has been asked yet. Ask again."


def test_chosen_options_are_said_in_words_where_it_is_told_what_is_sent(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    options = {WAN: {"quality": "high", "switches": {"turbo": True}, "models": {"model:low": "x.gguf"}}}
    shown = opened(film(bench, workflow_options=options), bench, video).head("video.shot")["now"]
    assert [row for row in shown if row[0] in ("Quality", "Turbo", "Model: low")] == [
        ["Quality", "High"],
        ["Turbo", "on"],
        ["Model: low", "x.gguf"],
    ]


# -- what a quality changes, and how long it takes -------------------------------------------------------------------


def qualities(w: Window, part: str = "flow") -> dict[str, dict[str, Any]]:
    return {q["id"]: q for q in head(w)[part]["qualities"]}


def test_each_quality_tells_what_it_changes(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer(models=EVERY)}, servers=HERE)
    w = opened(film(bench, width=1280, height=720), bench)
    shown = qualities(w)
    assert list(shown) == ["", "fast", "standard", "high", "ultra"]
    assert shown[""]["facts"] == ["20 steps", "guidance 3.5", "1280×720", "without Turbo"]
    assert shown["fast"]["facts"] == ["4 steps", "no guidance", "832×480", "with Turbo"]
    assert shown["ultra"]["facts"] == ["30 steps", "guidance 3.5", "1280×720", "without Turbo"]
    assert [q["time"] for q in shown.values()] == [["No runs yet"]] * 5
    edit(w, "switch:video:turbo", True)
    assert qualities(w)["ultra"]["facts"][0] == "4 steps", "what a person turned goes before the preset's"
    assert qualities(w, "drawFlow")["fast"]["facts"][0] == "15 steps"


def test_the_time_of_a_quality_comes_from_runs_or_is_worked_out_from_another(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer(models=EVERY)}, servers=HERE)
    p = film(bench, width=1280, height=720)
    w = opened(p, bench)
    setup = bench.studio.generation.setup(p)
    frames = bench.studio.generation.plan(p).shots[0].segments[0].segment.generate
    bench.timings.learn(key_for(setup.spec, setup.profile, p.project, options={"quality": "high"}), 600 / frames)
    shown = qualities(w)
    # two shots, two at once
    assert (shown["high"]["time"], shown["high"]["from"]) == (
        ["10 min a clip", "10 min for the film"], "What the last runs on these servers took."
    )  # fmt: skip
    assert shown["ultra"]["time"] == ["about 15 min a clip", "about 15 min for the film"]
    assert shown["ultra"]["from"] == "Worked out from runs with another preset."
    assert shown["standard"]["time"][0] == "about 1 min a clip", "4 runs of the model instead of 40"
    image = setup.image_spec, setup.image_profile
    bench.timings.learn(key_for(*image, p.project, "image", {"quality": "fast"}), 30)
    assert qualities(w, "drawFlow")["fast"]["time"] == ["30 s a picture"]


def test_a_film_that_cannot_be_planned_shows_its_workflow_all_the_same(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer(models=EVERY)}, servers=HERE)
    w = opened(film(bench, profile="gone", image_backend="nowhere"), bench)
    assert head(w)["lost"] and [q["facts"] for q in head(w)["flow"]["qualities"]] == [[]] * 5
