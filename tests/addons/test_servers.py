"""The Servers tab without a browser."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from addons import servers
from addons.servers import model, slots
from addons.settings.model import about
from domain.backend import Problem
from domain.engine import WorkflowInfo
from domain.errors import BadInput, NotFound, StudioError
from tests.addons.support import Window, bytes_of
from tests.fakes.bench import Bench, shot
from tests.fakes.comfy_graphs import pass_through, sampled
from tests.fakes.engine import (
    SERVERS,
    TOKEN,
    EngineSettings,
    FakeEngine,
    FakeServer,
    TryingEngine,
    shipped,
    with_engine,
)
from tests.fakes.waiting import until

HERE, THERE = "http://127.0.0.1:8188", "http://box:8188"


def opened(bench: Bench) -> Window:
    return Window(bench, bench.project(shot(1)), servers.parts)


# -- servers -----------------------------------------------------------------------------------------------------


def test_without_an_engine_the_tab_says_so(bench: Bench) -> None:
    w = opened(bench)
    assert w.head("servers.list")["engine"] is False
    assert w.head("servers.flows") == {"engine": False}
    assert w.head("servers.flow") == {"id": ""}
    for part, verb in (("servers.list", "add"), ("servers.flows", "select"), ("servers.flow", "remove")):
        with pytest.raises(BadInput, match="without ComfyUI"):
            w.act(part, verb, url=HERE)


def test_a_server_is_tested_added_and_removed_without_a_restart(bench: Bench) -> None:
    settings = EngineSettings()
    engine = with_engine(bench, {HERE: FakeServer(running=1, waiting=3, ours=2)}, settings=settings)
    w = opened(bench)
    head = w.head("servers.list")
    assert (head["count"], head["usual"], head["test"]) == (0, HERE, {})
    w.act("servers.list", "test", url=" 127.0.0.1:8188/ ")
    test = until(lambda: (t := w.head("servers.list")["test"]) and not t["busy"] and t)
    assert (test["url"], test["ok"], test["version"]) == (HERE, True, "0.8.0")
    assert settings.kept[SERVERS] == "", "a test stores nothing"
    w.act("servers.list", "add", url="127.0.0.1:8188")
    assert settings.kept[SERVERS] == HERE
    card = w.items("servers.list")[HERE]
    assert card["queue"] == [1, 3, 2]
    assert card["devices"] == [["NVIDIA GeForce RTX 4090", 25, "18.0 GiB of 24.0 GiB free"]]
    assert w.head("servers.list")["test"] == {}, "the test made room for the card"
    with pytest.raises(BadInput, match="set up already"):
        w.act("servers.list", "add", url=HERE)
    w.act("servers.list", "add", url="https://gpu.example.net/comfy/")
    assert settings.urls() == [HERE, "https://gpu.example.net/comfy"]
    down = w.items("servers.list")["https://gpu.example.net/comfy"]
    assert (down["ok"], down["problem"][1]) == (False, "Start ComfyUI there, or correct the address.")
    w.act("servers.list", "remove", HERE)
    assert settings.urls() == ["https://gpu.example.net/comfy"]
    with pytest.raises(NotFound):
        w.act("servers.list", "remove", HERE)
    asked = engine.looked
    w.act("servers.list", "look")
    assert engine.looked == asked + 1


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "ftp://box", "http://", "http://box:0", "http://box:99999", "http://user:secret@box", "http://a b", "a,b",
     "http://box/?x=1", "http://box#x", "javascript:alert(1)", 'http://"box"', "http://[::1"],
)  # fmt: skip
def test_addresses_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        model.address(typed)
    assert "secret" not in str(refused.value)


def test_addresses_are_stored_in_one_spelling() -> None:
    assert model.address("Box:8188/\n") == "http://box:8188"
    assert model.address("https://GPU.example.net/Comfy/") == "https://gpu.example.net/Comfy"
    assert model.address("[::1]:8188") == "http://[::1]:8188"


def test_a_slow_server_holds_no_click_up_and_a_newer_question_wins(bench: Bench) -> None:
    engine = with_engine(bench, {HERE: FakeServer()})
    engine.slow.clear()
    w = opened(bench)
    began = time.monotonic()
    w.act("servers.list", "test", url=HERE)
    w.act("servers.list", "test", url=HERE)
    assert time.monotonic() - began < 0.5
    assert w.head("servers.list")["test"] == {"url": HERE, "busy": True}
    until(lambda: engine.probed)
    assert engine.probed == [HERE], "asked once, however often it is clicked"
    w.act("servers.list", "test", url=THERE)
    engine.slow.set()
    test = until(lambda: (t := w.head("servers.list")["test"]) and not t["busy"] and t)
    assert (test["url"], test["ok"]) == (THERE, False)
    assert w.refreshed().head("servers.list")["test"] == {}, "another window asked nothing"


@pytest.mark.logs_errors("the engine breaks while it asks")
def test_an_engine_that_breaks_is_said(bench: Bench) -> None:
    engine = with_engine(bench)
    w = opened(bench)
    for error, words in ((BadInput("No.", "Yes."), "No."), (ZeroDivisionError("x"), "That did not work")):
        engine.trouble = error
        w.act("servers.list", "test", url=HERE)
        test = until(lambda: (t := w.head("servers.list")["test"]) and not t["busy"] and t)
        assert test["problem"][0].startswith(words)


def test_a_token_is_tried_kept_for_its_server_alone_and_never_shown(bench: Bench) -> None:
    settings = EngineSettings()
    engine = with_engine(bench, {HERE: FakeServer(), THERE: FakeServer()}, settings=settings)
    w = opened(bench)
    w.act("servers.list", "test", url=HERE, token=" hunter2 ")
    until(lambda: not w.head("servers.list")["test"]["busy"])
    assert (engine.greeted, settings.logins) == (["hunter2"], {}), "a test stores nothing"
    w.act("servers.list", "add", url=HERE, token=" hunter2 ")
    w.act("servers.list", "add", url=THERE)
    assert settings.logins == {HERE: "hunter2"} and settings.kept[TOKEN] == ""
    cards = w.items("servers.list")
    assert (cards[HERE]["login"], cards[THERE]["login"]) == (True, False)
    assert "hunter2" not in str(w.shows("servers.list"))
    w.act("servers.list", "forget-login", HERE)
    assert settings.logins == {} and w.items("servers.list")[HERE]["login"] is False
    settings.logins[THERE] = "X-Key: abc"
    w.act("servers.list", "remove", THERE)
    assert settings.logins == {}, "nothing is kept of a server that is no longer used"


def test_the_token_for_all_servers_can_be_forgotten(bench: Bench) -> None:
    settings = EngineSettings(servers=HERE)
    settings.kept[TOKEN] = "old"
    with_engine(bench, {HERE: FakeServer()}, settings=settings)
    w = opened(bench)
    assert w.head("servers.list")["token"] is True
    w.act("servers.list", "forget-token")
    assert (settings.kept[TOKEN], w.head("servers.list")["token"]) == ("", False)


def test_a_server_gets_a_name_a_limit_and_is_switched_off(bench: Bench) -> None:
    settings = EngineSettings(servers=f"{HERE}, {THERE}")
    engine = with_engine(bench, {HERE: FakeServer(), THERE: FakeServer()}, settings=settings)
    w = opened(bench)
    w.act("servers.list", "setup", HERE)
    assert [i["id"] for i in w.items("servers.list").values() if i.get("setup")] == [HERE]
    asked = engine.looked
    w.act("servers.list", "save-server", HERE, name=" The  big one ", wait="3", token="abc")
    assert settings.kept[SERVERS] == f"{HERE} | title=The big one | waiting=3, {THERE}"
    assert settings.logins == {HERE: "abc"} and engine.looked == asked + 1
    card = w.items("servers.list")[HERE]
    assert (card["name"], card["wait"], card["on"], "setup" in card) == ("The big one", 3, True, False)
    w.act("servers.list", "switch", HERE)
    w.act("servers.list", "save-server", THERE, name="", wait="1")
    assert settings.kept[SERVERS] == f"{HERE} | title=The big one | waiting=3 | off, {THERE}"
    assert settings.logins == {HERE: "abc"}, "no token typed: the kept one stays"
    reply = w.act("servers.list", "switch", HERE)
    assert reply is not None and reply.said.startswith("The big one is on.")
    w.act("servers.list", "setup", HERE)
    w.act("servers.list", "setup", HERE)
    assert not [i for i in w.items("servers.list").values() if i.get("setup")]


@pytest.mark.parametrize(
    "given",
    [
        {"name": "a,b"},
        {"name": "a|off"},
        {"name": "a=b"},
        {"name": "x" * 61},
        {"wait": "9"},
        {"wait": "-1"},
        {"wait": ""},
    ],
)
def test_what_cannot_be_set_for_a_server_changes_nothing(bench: Bench, given: dict[str, str]) -> None:
    settings = EngineSettings(servers=HERE)
    with_engine(bench, {HERE: FakeServer()}, settings=settings)
    w = opened(bench)
    with pytest.raises(BadInput):
        w.act("servers.list", "save-server", HERE, **{"name": "", "wait": "1", "token": "t", **given})
    assert (settings.kept[SERVERS], settings.logins) == (HERE, {})
    for verb in ("save-server", "switch", "setup", "forget-login"):
        with pytest.raises(NotFound):
            w.act("servers.list", verb, THERE, name="", wait="1")


def test_what_the_environment_sets_is_not_changed_here(bench: Bench) -> None:
    settings = EngineSettings(servers=HERE, origin="environment")
    with_engine(bench, {HERE: FakeServer()}, settings=settings)
    w = opened(bench)
    assert w.head("servers.list")["fixed"] is True
    for verb in ("add", "remove"):
        with pytest.raises(BadInput, match="KINOLOOM_COMFYUI__SERVERS"):
            w.act("servers.list", verb, HERE, url=THERE)
    assert settings.urls() == [HERE]


def test_a_server_is_tried_with_a_clip_where_the_engine_can(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    w = opened(bench)
    assert w.head("servers.list")["tries"] is False
    with pytest.raises(BadInput, match="cannot try"):
        w.act("servers.list", "clip", HERE)
    engine = with_engine(bench, {HERE: FakeServer()}, engine=TryingEngine, servers=f"{HERE}, {THERE}")
    engine.slow.clear()
    w = Window(bench, bench.project(shot(1), name="two"), servers.parts)
    assert w.head("servers.list")["tries"] is True
    w.act("servers.list", "clip", HERE)
    assert w.items("servers.list")[HERE]["clip"] == [True, "", False]
    engine.slow.set()
    clip = until(lambda: (c := w.items("servers.list")[HERE]["clip"]) and not c[0] and c)
    assert clip == [False, "24 frames came back in 1.9 s; the last frame is lossless.", False]
    w.act("servers.list", "clip", THERE)
    clip = until(lambda: (c := w.items("servers.list")[THERE].get("clip")) and not c[0] and c)
    assert clip[2] is True
    with pytest.raises(NotFound):
        w.act("servers.list", "clip", "http://other")


def test_a_server_that_asks_for_something_says_what(bench: Bench) -> None:
    refused = FakeServer(problem=Problem(what="It asks for a token.", cure="Type it."))
    with_engine(bench, {HERE: refused}, servers=HERE)
    card = opened(bench).items("servers.list")[HERE]
    assert (card["ok"], card["asked"], card["problem"]) == (False, True, ["It asks for a token.", "Type it."])


def test_settings_name_where_things_are_sent(bench: Bench) -> None:
    assert about(opened(bench).view).head["servers"] == []
    with_engine(bench, servers=f"{HERE}, {THERE}")
    assert about(opened_again(bench).view).head["servers"] == [[HERE, True], [THERE, False]]


def opened_again(bench: Bench) -> Window:
    return Window(bench, bench.project(shot(1), name="again"), servers.parts)


# -- workflows ---------------------------------------------------------------------------------------------------


def test_every_workflow_is_a_row_with_its_state(bench: Bench) -> None:
    every = {f.name for flow in shipped().values() for f in flow.manifest.models}
    lacking = frozenset(every - {"z_image_turbo_bf16.safetensors"})
    engine = with_engine(bench, {HERE: FakeServer(models=lacking)})
    w = opened(bench)
    rows = w.items("servers.flows")
    assert set(rows) == set(shipped())
    assert {row["s"] for row in rows.values()} == {"not checked"}
    w.act("servers.list", "add", url=HERE)
    rows = w.items("servers.flows")
    assert (rows["z-image-turbo"]["s"], rows["z-image-turbo"]["c"]) == ("1 missing", "blocked")
    assert (rows["sdxl"]["s"], rows["sdxl"]["k"], rows["sdxl"]["o"]) == ("ready", "keyframes", "shipped")
    assert rows["wan2.2-14b-i2v"]["p"] == "Wan 2.2 14B"
    assert max(bytes_of(list(rows.values()))) <= 400
    w.act("servers.flows", "filter", value="image")
    head = w.shows("servers.flows")
    assert {i["k"] for i in head.items} == {"keyframes"}
    assert [c[0] for c in head.head["chips"]] == ["all", "video", "image", "upscale", "interpolate"]
    w.act("servers.flows", "filter", value="nonsense")
    assert w.head("servers.flows")["filter"] == "all"
    assert engine.looked == 2


def test_the_details_tell_everything_that_is_known(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer(models=frozenset())}, servers=HERE)
    w = opened(bench)
    w.act("servers.flows", "select", "wan2.2-14b-i2v")
    head = w.head("servers.flow")
    assert (head["title"], head["kind"], head["licence"]) == ("Wan 2.2 14B, image to video", "clips", "Apache-2.0")
    assert head["limits"] == "16 fps, up to 81 frames = 5.06 s a segment"
    assert ["Prompt", [["9.text", "Prompt · text"]]] in head["slots"]
    assert ["Steps", [["13.steps", "Sampler, high noise · steps"], ["14.steps", "Sampler, low noise · steps"]]] in head[
        "slots"
    ]
    low = next(m for m in head["models"] if m["slot"] == "Model: low")
    assert (low["folder"], low["size"], low["there"]) == ("models/diffusion_models", "14.3 GB", False)
    assert low["url"].startswith("https://huggingface.co/")
    assert len(head["problems"]) == 4
    assert [q[0] for q in head["qualities"]] == ["Fast", "Standard", "High", "Ultra"]
    assert head["switches"][0][0] == "Turbo (4 steps)"
    assert w.act("servers.flow", "project").tab == "project"  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        w.act("servers.flows", "select", "../../etc/passwd")


def test_a_workflow_is_taken_in_corrected_and_removed(bench: Bench, tmp_path: Path) -> None:
    engine = with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    w = opened(bench)
    file = tmp_path / "My Picture.json"
    file.write_text(json.dumps(sampled("x")))
    w.act("servers.flows", "filter", value="video")
    reply = w.act("servers.flows", "import", token=w.hand_over(file), name=file.name)
    assert reply is not None
    assert "look whether they are right" in reply.said
    assert w.head("servers.flows")["filter"] == "all", "the new one can be seen"
    head = w.head("servers.flow")
    assert (head["id"], head["own"], head["state"], head["editing"]) == ("my-picture", True, "slots to confirm", True)
    form = {slot["id"]: ", ".join(slot["now"]) for slot in head["form"]["slots"]}
    assert form["prompt"] == "6.text, 7.text"
    assert form["negative"] == ""
    assert [p for p in head["profiles"] if p[2]] == [["image-16", "Picture, sides in steps of 16", True]]
    fields = {f"slot.{slot}": places for slot, places in form.items()}
    with pytest.raises(BadInput, match=r"9\.nothing is no input"):
        w.act("servers.flow", "confirm", "my-picture", **fields | {"slot.prompt": "9.nothing"})
    assert w.head("servers.flow")["editing"] is True
    w.act(
        "servers.flow", "confirm", "my-picture", title=" Mine ", profile="image-8",
        **fields | {"slot.prompt": "6.text", "slot.negative": "7.text", "slot.evil": "1.x", "slot.cfg": ""},
    )  # fmt: skip
    flow = engine.workflow("my-picture")
    assert (flow.title, flow.profile, flow.confirmed) == ("Mine", "image-8", True)
    assert (flow.places["prompt"], flow.places["negative"]) == (("6.text",), ("7.text",))
    assert "cfg" not in flow.slots
    assert "evil" not in flow.slots
    assert w.head("servers.flow")["editing"] is False
    with pytest.raises(BadInput, match="cannot be empty"):
        w.act("servers.flow", "confirm", "my-picture", title="  ")
    w.act("servers.flow", "remove", "my-picture")
    assert "my-picture" not in w.items("servers.flows")
    assert engine.removed == ["my-picture"]


def test_slots_are_picked_from_the_inputs_that_fit(bench: Bench, tmp_path: Path) -> None:
    engine = with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    w = opened(bench)
    file = tmp_path / "Mine.json"
    file.write_text(json.dumps(sampled("x")))
    w.act("servers.flows", "import", token=w.hand_over(file), name=file.name)
    form = w.head("servers.flow")["form"]
    kinds = {slot["id"]: slot["kinds"] for slot in form["slots"]}
    offered = {slot: [place for place, kind, _ in form["inputs"] if kind in kinds[slot]] for slot in kinds}
    assert offered["prompt"] == [
        "3.sampler_name",
        "3.scheduler",
        "4.ckpt_name",
        "6.text",
        "7.text",
        "9.filename_prefix",
    ]
    assert {"3.seed", "3.steps", "5.width"} <= set(offered["steps"]) and "3.cfg" not in offered["steps"]
    assert {"3.cfg", "3.denoise", "3.steps"} <= set(offered["cfg"])
    assert [title for place, _, title in form["inputs"] if place == "3.steps"] == ["The sampler · steps = 4 (3)"]
    w.act(
        "servers.flow", "confirm", "mine",
        **{"slot.prompt#0": "7.text", "slot.prompt#1": "", "slot.prompt#2": "6.text", "slot.prompt#10": "7.text",
           "slot.steps#0": "", "slot.cfg#0": "3.cfg"},
    )  # fmt: skip
    places = engine.workflow("mine").places
    assert places["prompt"] == ("7.text", "6.text"), "in the order of the lists, each once"
    assert "steps" not in places and places["cfg"] == ("3.cfg",)
    assert places["seed"] == ("3.seed",), "what the form does not name stays"


def test_a_further_reference_can_be_named_and_a_graph_nobody_can_read_is_typed() -> None:
    flow = WorkflowInfo(
        id="x", title="X", kind="image", profile="image-16", slots=("reference-1", "reference-2", "model:main"),
        places={"reference-1": ("4.image",)},
    )  # fmt: skip
    shown = slots.form(flow)
    assert shown["inputs"] == []
    names = [slot["id"] for slot in shown["slots"]]
    assert names.count("reference-1") == 1 and {"reference-3", "model:main"} <= set(names)
    assert slots.changed(flow, {"slot.reference-1": "4.image", "slot.model:main": "1.a, 2.a", "slot.seed#0": None}) == {
        "model:main": "1.a, 2.a"
    }


def test_a_shipped_workflow_is_corrected_over_itself_and_stays(bench: Bench) -> None:
    engine = with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    w = opened(bench)
    with pytest.raises(BadInput, match="comes with Kinoloom"):
        w.act("servers.flow", "remove", "sdxl")
    w.act("servers.flows", "select", "sdxl")
    w.act("servers.flow", "edit-slots", "sdxl")
    assert w.head("servers.flow")["editing"] is True
    w.act("servers.flow", "leave")
    assert w.head("servers.flow")["editing"] is False
    w.act("servers.flow", "confirm", "sdxl", title="Mine")
    row = w.items("servers.flows")["sdxl"]
    assert (row["o"], row["ov"]) == ("yours", True)
    reply = w.act("servers.flow", "remove", "sdxl")
    assert reply is not None
    assert "the shipped one is used again" in reply.said
    assert engine.workflow("sdxl").title == "SDXL"


@pytest.mark.parametrize("content", ["{nope", "[]", json.dumps({"1": {"inputs": {}}})])
def test_a_file_without_a_workflow_is_refused(bench: Bench, tmp_path: Path, content: str) -> None:
    engine = with_engine(bench)
    w = opened(bench)
    file = tmp_path / "x.json"
    file.write_text(content)
    with pytest.raises(StudioError):
        w.act("servers.flows", "import", token=w.hand_over(file))
    with pytest.raises(NotFound):
        w.act("servers.flows", "import", token="gone")
    assert len(engine.workflows()) == len(shipped())


def test_custom_nodes_are_named(bench: Bench, tmp_path: Path) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    graph = pass_through("a.png", "x")
    graph["5"]["class_type"] = "VHS_VideoCombine"
    file = tmp_path / "combine.json"
    file.write_text(json.dumps(graph))
    w = opened(bench)
    w.act("servers.flows", "import", token=w.hand_over(file))
    head = w.head("servers.flow")
    assert head["nodes"] == [["of an unknown pack (1 node)", "VHS_VideoCombine"]]
    assert (head["kind"], head["state"]) == ("clips", "1 missing")


def test_what_the_film_uses_is_marked(bench: Bench) -> None:
    with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    project = bench.project(shot(1), backend="comfyui", profile="wan2.2-14b", workflow="wan2.2-14b-i2v",
                            image_backend="comfyui", image_workflow="sdxl")  # fmt: skip
    w = Window(bench, project, servers.parts)
    rows = w.items("servers.flows")
    assert (rows["wan2.2-14b-i2v"]["u"], rows["sdxl"]["u"]) == ("clips of this film", "keyframes of this film")
    assert w.head("servers.flow")["id"] == "wan2.2-14b-i2v", "the film's own is shown first"
    project.change_project(workflow="gone")
    assert {r["u"] for r in w.items("servers.flows").values()} == {""}


def test_the_engine_of_these_tests_is_one() -> None:
    from services.ports import Engine

    fake: type[Engine] = FakeEngine  # mypy looks whether it implements the port
    assert fake is FakeEngine


def test_a_folder_is_typed_and_what_is_no_path_is_refused(bench: Bench, tmp_path: Path) -> None:
    engine = with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    w = opened(bench)
    file = tmp_path / "Mine.json"
    file.write_text(json.dumps(sampled("x")))
    reply = w.act("servers.flows", "folder", path=f' "{file}" ')
    assert reply is not None and "Mine is taken in" in reply.said
    assert engine.workflow("mine").origin == "yours" and w.head("servers.flow")["id"] == "mine"
    for bad in ("", "workflows", "~nobody-of-this-name/x", "/a\0b"):
        with pytest.raises(BadInput):
            w.act("servers.flows", "folder", path=bad)
