"""The Servers tab without a browser."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from addons import servers
from addons.servers import model
from addons.settings.model import about
from domain.backend import Problem
from domain.errors import BadInput, NotFound, StudioError
from tests.addons.support import Window, bytes_of
from tests.fakes.bench import Bench, running, shot
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

HERE, THERE = "http://127.0.0.1:8188", "http://box:8188"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(tmp_path) as bench:
        yield bench


def opened(bench: Bench) -> Window:
    return Window(bench, bench.project(shot(1)), servers.parts)


def until(told: Callable[[], Any]) -> Any:
    for _ in range(500):
        if found := told():
            return found
        time.sleep(0.01)
    raise AssertionError("it did not happen")


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


def test_a_token_is_kept_and_never_shown(bench: Bench) -> None:
    settings = EngineSettings(servers=HERE)
    with_engine(bench, {HERE: FakeServer()}, settings=settings)
    w = opened(bench)
    w.act("servers.list", "test", url=HERE, token=" hunter2 ")
    until(lambda: not w.head("servers.list")["test"]["busy"])
    assert settings.kept[TOKEN] == "hunter2"
    shown = w.shows("servers.list")
    assert shown.head["token"] is True
    assert "hunter2" not in str(shown)
    w.act("servers.list", "forget-token")
    assert (settings.kept[TOKEN], w.head("servers.list")["token"]) == ("", False)


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
    assert [c[0] for c in head.head["chips"]] == ["all", "video", "image", "upscale"]
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
    assert ["Prompt", ["9.text"]] in head["slots"]
    assert ["Steps", ["13.steps", "14.steps"]] in head["slots"]
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
    form = {slot: places for slot, _, places in head["form"]}
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
    assert head["nodes"] == ["VHS_VideoCombine"]
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
