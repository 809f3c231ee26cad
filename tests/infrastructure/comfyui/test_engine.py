"""The engine over stand-in servers: what it says of servers and workflows, what would be sent, and its quickness."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BackendFailed, BackendUnavailable, BadInput, NotFound
from domain.plan import time_shot
from domain.profiles import profile_for
from domain.project import Picked, Project
from domain.request import GenerationRequest
from domain.storyboard import Entity, Shot, Storyboard
from infrastructure.comfyui.build import Built
from infrastructure.comfyui.nodedefs import NodeDefs
from services.options import Options
from services.ports import Engine
from services.requests import Words, image_request, reaching, video_request
from tests.fakes.comfy_graphs import node, pass_through
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_studio import PASS, Rig, server
from tests.fakes.comfy_used import nodes, shipped
from tests.fakes.waiting import until

FLOWS = sorted(i for i, w in shipped().items() if w.data is not None)
"""The shipped workflows that bring their graph along."""

OF_SHOTS = [i for i in FLOWS if (m := shipped()[i].manifest) is None or not m.takes("clip")]
"""Those that are made of a shot's words and pictures; the others work its clips over (tests/services/test_passes.py)."""


@pytest.fixture(scope="module")
def comfy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyStandIn]:
    """A server that has all that the shipped workflows need."""
    one = server(tmp_path_factory.mktemp("server"), *FLOWS)
    yield one
    one.stop()


@pytest.fixture
def rig(tmp_path: Path, comfy: ComfyStandIn) -> Iterator[Rig]:
    rig = Rig(tmp_path, comfy)
    yield rig
    rig.close()


def looked(rig: Rig) -> Rig:
    """After a look at all servers."""
    rig.engine.look()
    until(lambda: not rig.engine.looking)
    return rig


# -- servers -------------------------------------------------------------------------------------------------------


def test_it_is_what_the_studio_asks_for(rig: Rig) -> None:
    engine: Engine = rig.engine
    assert engine.backend == "comfyui"


def test_servers_are_as_last_seen(rig: Rig, comfy: ComfyStandIn) -> None:
    before = rig.engine.servers()
    assert [(s.url, s.reachable, s.problem) for s in before] == [(comfy.url, False, None)]
    found = looked(rig).engine.servers()[0]
    assert found.reachable and found.version == "0.8.0" and found.nodes == len(comfy.info)
    assert found.devices[0].memory == 24 << 30 and (found.running, found.waiting, found.ours) == (0, 0, 0)
    assert rig.changes >= 2


def test_the_queue_of_a_server_is_told(tmp_path: Path) -> None:
    one = server(tmp_path / "server")
    hold = one.hold("CreateVideo")
    rig = Rig(tmp_path, one)
    try:
        (one.folders.root / "input" / "a.png").write_bytes(PNG)
        for number in range(3):
            one.foreign(pass_through("a.png", str(number)))
        until(lambda: one.core.queues()[0])
        found = looked(rig).engine.servers()[0]
        assert (found.running, found.waiting, found.ours) == (1, 2, 0)
    finally:
        hold.set()
        rig.close()
        one.stop()


def test_a_silent_server_keeps_nobody_from_seeing_the_others(tmp_path: Path, comfy: ComfyStandIn) -> None:
    slow = server(tmp_path / "slow")
    slow.faults.silent = 1.0
    rig = Rig(tmp_path, slow, comfy)
    try:
        rig.engine.look()
        began = time.monotonic()
        until(lambda: rig.engine.servers()[1].reachable)
        assert time.monotonic() - began < 0.9
        assert not rig.engine.servers()[0].reachable
    finally:
        slow.faults.silent = 0
        rig.close()
        slow.stop()


def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    gone = server(tmp_path / "server")
    gone.stop()
    rig = Rig(tmp_path, gone)
    try:
        found = looked(rig).engine.servers()[0]
        assert not found.reachable and found.problem is not None
        assert "nothing answers there" in found.problem.what and "Start ComfyUI" in found.problem.cure
        assert rig.engine.probe(gone.url).problem == found.problem
    finally:
        rig.close()


def test_probing_asks_a_server_that_is_not_set_up(rig: Rig, tmp_path: Path) -> None:
    other = server(tmp_path / "other", version="0.9.1")
    try:
        found = rig.engine.probe(other.url)
        assert found.reachable and found.version == "0.9.1" and found.url == other.url
        assert len(rig.engine.servers()) == 1
    finally:
        other.stop()


@pytest.mark.parametrize("url", ["", "http://", "ftp://x", "http://a b"])
def test_probing_what_is_no_address(rig: Rig, url: str) -> None:
    with pytest.raises(BadInput):
        rig.engine.probe(url)


def test_asking_for_the_same_servers_again_is_no_change(rig: Rig) -> None:
    rig.urls = [rig.urls[0], "http://127.0.0.1:9"]
    rig.engine.servers()
    rig.urls.reverse()
    rig.engine.servers()
    before = rig.changes
    for _ in range(3):
        rig.engine.servers()
        rig.engine.spec(PASS)
    assert rig.changes == before


# -- a clip to try a server ----------------------------------------------------------------------------------------


def test_a_server_is_tried_with_a_real_clip(rig: Rig, comfy: ComfyStandIn) -> None:
    words = rig.engine.try_clip(comfy.url)
    assert words.startswith("9 frames of 192×108 came back in ") and "bit for bit" in words and "making" in words


@pytest.mark.parametrize(("class_type", "name", "value", "words"), [
    ("RepeatImageBatch", "amount", 4, "made 4 frames of 192×108 instead of 9"),
    ("ImageScale", "width", 96, "frames of 96×108 instead"),
    ("ImageFromBatch", "image", None, "is not the picture that was sent"),
])  # fmt: skip
def test_trying_a_server_that_makes_something_else(
    tmp_path: Path, class_type: str, name: str, value: object, words: str
) -> None:
    from tests.fakes.comfy_nodes import Batch

    one = server(tmp_path / "server")
    rig = Rig(tmp_path, one)
    try:
        import numpy as np

        black = Batch.of(np.zeros((108, 192, 3), np.uint8))
        one.script.alters[class_type] = {name: black if value is None else value}
        with pytest.raises(BackendFailed, match=words):
            rig.engine.try_clip(one.url)
    finally:
        rig.close()
        one.stop()


def test_trying_a_server_that_fails_or_is_not_there(tmp_path: Path) -> None:
    one = server(tmp_path / "server")
    rig = Rig(tmp_path, one)
    try:
        one.script.fails["CreateVideo"] = ("RuntimeError", "no")
        with pytest.raises(BackendFailed, match=r"CreateVideo, node 4"):
            rig.engine.try_clip(one.url)
        one.stop()
        with pytest.raises(BackendUnavailable, match="nothing answers there"):
            rig.engine.try_clip(one.url)
        with pytest.raises(BadInput):
            rig.engine.try_clip("http://")
    finally:
        rig.close()
        one.stop()


# -- workflows -----------------------------------------------------------------------------------------------------


def test_workflows_without_any_server(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    try:
        found = {w.id: w for w in rig.engine.workflows()}
        assert set(FLOWS) < set(found) and all(not w.checked and not w.problems for w in found.values())
        assert {w.kind for w in rig.engine.workflows("image")} == {"image"}
        wan = rig.engine.workflow("wan2.2-14b-i2v")
        assert {"model:high", "model:low"} <= set(wan.slots) and wan.qualities and wan.places["prompt"] == ("9.text",)
        with pytest.raises(NotFound):
            rig.engine.workflow("none")
        with pytest.raises(NotFound):
            rig.engine.spec("none")
    finally:
        rig.close()


def test_what_a_server_lacks_is_told_per_workflow(tmp_path: Path) -> None:
    rich, poor = server(tmp_path / "rich", "sdxl"), server(tmp_path / "poor")
    rig = Rig(tmp_path, poor, rich)
    try:
        looked(rig)
        assert not rig.engine.workflow("sdxl").problems, "one that has it is enough"
        assert rig.engine.workflow("sdxl").choices["model:main"][-1] == "sd_xl_base_1.0.safetensors"
        wan = rig.engine.workflow("wan2.2-5b-i2v")
        assert wan.checked and len(wan.problems) == 3 and all(not m.installed for m in wan.models)
        later = rig.engine.workflow("krea-2")
        assert later.checked and "does not have" in later.problems[0].what
    finally:
        rig.close()
        rich.stop()
        poor.stop()


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)


def own(rig: Rig, name: str, graph: dict[str, Any]) -> Path:
    path = rig.own.parent / name
    path.write_text(json.dumps(graph))
    return path


def test_a_workflow_is_taken_in_confirmed_and_removed(rig: Rig) -> None:
    looked(rig)
    source = own(rig, "My film.json", pass_through("x.png", "mine", 5, (64, 48)))
    (taken,) = rig.engine.add_workflow(source)
    added = rig.engine.workflow(taken.id)
    assert (added.origin, added.confirmed, added.kind) == ("yours", False, "video")
    assert added.places["start_image"] == ("1.image",) and added.id == "my-film"
    (again,) = rig.engine.add_workflow(source)
    assert again.id != added.id
    stored = rig.engine.confirm_workflow(added.id, {"title": "Mine", "profile": "wan2.2-14b", "length": "3.amount"})
    assert stored.confirmed and stored.title == "Mine" and stored.profile == "wan2.2-14b"
    assert rig.engine.spec(added.id).profiles == ("wan2.2-14b",)
    for changes in ({"length": "3"}, {"length": "3."}, {"nonsense": "3.amount"}, {"length": "99.amount"}):
        with pytest.raises(BadInput):
            rig.engine.confirm_workflow(added.id, changes)
    with pytest.raises(NotFound):
        rig.engine.confirm_workflow(added.id, {"profile": "none"})
    assert rig.engine.workflow(added.id).title == "Mine", "what cannot be stored changes nothing"
    rig.engine.remove_workflow(added.id)
    with pytest.raises(NotFound):
        rig.engine.workflow(added.id)
    assert {p.name for p in (rig.own / "trash").rglob("*") if p.is_file()} == {"my-film.json", "my-film.toml"}
    with pytest.raises(BadInput, match="belongs to Kinoloom"):
        rig.engine.remove_workflow("sdxl")
    with pytest.raises(NotFound):
        rig.engine.remove_workflow("none")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"1": {"class_type": "X"}}', '{"nodes": 5, "links": []}', "null"])
def test_broken_files_hide_nothing_and_say_what_is_wrong(rig: Rig, text: str) -> None:
    rig.own.mkdir()
    (rig.own / "broken.json").write_text(text)
    (rig.own / "odd.toml").write_text("title = 3")
    looked(rig)
    found = {w.id: w for w in rig.engine.workflows()}
    assert set(FLOWS) < set(found)
    broken, odd = found["broken"], found["odd"]
    assert odd.fault and (broken.fault or broken.problems)
    with pytest.raises(BadInput):
        rig.engine.spec("odd")
    assert rig.engine.spec(PASS).workflow == PASS
    rig.engine.remove_workflow("broken")


def test_a_file_of_the_user_takes_effect_without_a_restart(rig: Rig) -> None:
    before = rig.engine.spec(PASS)
    rig.own.mkdir()
    (rig.own / f"{PASS}.json").write_text(json.dumps(pass_through("x.png", "mine")))
    now = until(lambda: spec if (spec := rig.engine.spec(PASS)).version != before.version else None, 5)
    assert now.workflow == PASS and rig.engine.workflow(PASS).overrides


def test_a_spec_is_quick_and_asks_nobody(tmp_path: Path) -> None:
    one = server(tmp_path / "server")
    rig = Rig(tmp_path, one)
    try:
        rig.own.mkdir()
        (rig.own / "mine.json").write_text(json.dumps(pass_through("x.png", "mine")))
        for flow in (*FLOWS, "mine"):
            rig.engine.spec(flow)
        began = time.perf_counter()
        for _ in range(20):
            for flow in (*FLOWS, "mine"):
                rig.engine.spec(flow)
        each = (time.perf_counter() - began) / 20 / (len(FLOWS) + 1)
        assert each < 0.001
        assert one.requests == []
        began = time.perf_counter()
        rig.engine.workflows()
        assert time.perf_counter() - began < 0.1
        assert one.requests == []
    finally:
        rig.close()
        one.stop()


def test_many_threads_at_once(rig: Rig) -> None:
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for i in range(10):
                rig.engine.look()
                assert rig.engine.spec(FLOWS[(number + i) % len(FLOWS)]).workflow
                assert rig.engine.workflows() and rig.engine.servers()
                if number == 0:
                    rig.urls = rig.urls[:1] if i % 2 else [rig.urls[0], f"http://127.0.0.1:{9 + i}"]
                if number == 1:
                    rig.engine.add_workflow(own(rig, f"w{i}.json", pass_through("x.png", str(i))))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed, failed
    until(lambda: not rig.engine.looking)


# -- every field of the storyboard that is shown has its effect -----------------------------------------------------

CHANGES: dict[str, dict[str, Any]] = {
    "prompt": {"prompt": "another thing entirely"},
    "negative": {"negative": "no birds"},
    "title": {"title": "Another title"},
    "size": {"size": "close_up"},
    "location": {"location": "sea"},
    "characters": {"characters": ["ann"]},
    "objects": {"objects": ["cup"]},
    "camera": {"presets": {"camera": "pan_left"}},
    "motion": {"presets": {"motion": "high"}},
    "look": {"look": "ink"},
    "dialogue": {"dialogue": "Ann: Look!"},
    "sound": {"sound": "rain on a roof"},
    **{
        name: {"presets": {name: value}}
        for name, value in {
            "style": "noir", "lighting": "low_key", "mood": "tense", "time_of_day": "night",
            "composition": "symmetrical", "color_grade": "sepia",
        }.items()
    },
    "motion_strength": {"video": {"motion_strength": 0.9}},
    **{
        f"{kind}.{name}": {kind: {name: value}}
        for kind in ("image", "video")
        for name, value in {"seed": 77, "steps": 13, "cfg": 3.25}.items()
    },
}  # fmt: skip
"""A change of a shot for each field."""

PICTURE = Picked(path="a.png", sha256="a" * 64)
BOARD = Storyboard(
    characters=(Entity(id="ann", name="Ann", description="a tall woman"),),
    objects=(Entity(id="cup", name="Cup", description="a red cup"),),
    locations=(Entity(id="sea", name="Sea", description="a grey sea"),),
    looks=(Entity(id="ink", name="Ink", description="drawn in ink"),),
)


def request_for(rig: Rig, flow: str, shot: Shot, **project: Any) -> GenerationRequest:
    """What the studio would ask of that workflow for a shot."""
    spec = rig.engine.spec(flow)
    film = Project.model_validate({
        "id": "p", "name": "P", "width": 640, "height": 360, "rate": 24,
        "backend": "comfyui", "workflow": flow, "profile": spec.profiles[0], **project,
    })  # fmt: skip
    words = Words(project=film, board=BOARD.replace(shots=(shot,)), shot=shot)
    profile = profile_for(spec.profiles[0], Fraction(24))
    if "image" in spec.kinds:
        return image_request(words, spec, profile, Options(), slot="start")
    timing = time_shot(shot.id, Fraction(1, 2), film.rate, profile, "chain", has_end=spec.takes_end)
    segment = timing.segments[0]
    end = PICTURE if spec.takes_end else None
    return video_request(words, spec, profile, Options(), segment, timing.native, start=PICTURE, end=end)


def built(rig: Rig, comfy: ComfyStandIn, request: GenerationRequest) -> Built:
    """The graph that would be sent."""
    names = {"start": "kinoloom/a.png", "end": "kinoloom/b.png"}
    if request.start is None and shipped()[request.workflow].manifest is not None:
        request = with_references(request)
        names |= {f"reference-{i}": f"kinoloom/{i}.png" for i in range(3)}
    return rig.engine.build_for(request, "job", names, NodeDefs(comfy.info), None)


def with_references(request: GenerationRequest) -> GenerationRequest:
    manifest = shipped()[request.workflow].manifest
    assert manifest is not None
    if manifest.needs_start or manifest.kind == "upscale":
        request = request.replace(start=PICTURE)
    return request.replace(references=(PICTURE,) * min(1, manifest.references))


def graph_of(rig: Rig, comfy: ComfyStandIn, flow: str, shot: Shot, **project: Any) -> Any:
    return built(rig, comfy, request_for(rig, flow, shot, **project)).graph


@pytest.mark.parametrize("flow", OF_SHOTS)
def test_every_field_that_is_shown_changes_what_is_sent_and_no_other_does(
    rig: Rig, comfy: ComfyStandIn, flow: str
) -> None:
    spec = rig.engine.spec(flow)
    kind = "image" if "image" in spec.kinds else "video"
    shown = set(reaching(spec, kind)) - {"label"}
    assert shown <= set(CHANGES), f"add a change for {shown - set(CHANGES)}"
    shot = Shot(id="001", prompt="a house on a hill")
    before = graph_of(rig, comfy, flow, shot)
    assert graph_of(rig, comfy, flow, shot) == before
    for field, change in CHANGES.items():
        changed = Shot.model_validate({"id": "001", "prompt": "a house on a hill"} | change)
        after = graph_of(rig, comfy, flow, changed)
        if field in shown:
            assert after != before, f"{field} is shown and has no effect"
        else:
            assert after == before, f"{field} is not shown and changes {difference(before, after)}"


def difference(before: Any, after: Any) -> list[str]:
    return [
        f"{key}.{name}" for key, entry in after.items() for name, value in entry["inputs"].items()
        if before.get(key, {}).get("inputs", {}).get(name) != value
    ]  # fmt: skip


@pytest.mark.parametrize("flow", OF_SHOTS)
def test_every_quality_changes_what_is_sent(rig: Rig, comfy: ComfyStandIn, flow: str) -> None:
    manifest = shipped()[flow].manifest
    assert manifest is not None
    shot = Shot(id="001", prompt="a house on a hill")
    graphs = {}
    for name, preset in manifest.quality.items():
        request = request_for(rig, flow, shot, workflow_options={flow: {"quality": name}})
        plain = request_for(rig, flow, shot)
        if preset.scale != 1:
            assert (request.width < plain.width) == (preset.scale < 1)
        graphs[name] = json.dumps(built(rig, comfy, request).graph, sort_keys=True)
    assert len(set(graphs.values())) == len(graphs), "two qualities are the same"


@pytest.mark.parametrize("flow", OF_SHOTS)
def test_every_switch_and_every_choice_of_a_model_changes_what_is_sent(
    rig: Rig, comfy: ComfyStandIn, flow: str
) -> None:
    manifest = shipped()[flow].manifest
    assert manifest is not None
    shot = Shot(id="001", prompt="a house on a hill")
    before = graph_of(rig, comfy, flow, shot)
    for switch in manifest.switches:
        options: dict[str, Any] = {flow: {"switches": {switch.id: not switch.default}}}
        assert graph_of(rig, comfy, flow, shot, workflow_options=options) != before, switch.id
    for slot in manifest.slots:
        if slot.startswith("model:"):
            options = {flow: {"models": {slot: "another.safetensors"}}}
            after = graph_of(rig, comfy, flow, shot, workflow_options=options)
            named = [str(p) for p in manifest.slots[slot]]
            assert difference(before, after) == named, slot


def test_an_option_that_cannot_be_is_refused_in_words(rig: Rig, comfy: ComfyStandIn) -> None:
    shot = Shot(id="001", prompt="a house on a hill")
    for options in ({"quality": "best"}, {"switches": {"x": True}}, {"models": {"model:x": "a"}}, {"colour": 3}):
        with pytest.raises(BadInput):
            graph_of(rig, comfy, "sdxl", shot, workflow_options={"sdxl": options})


# -- what would be sent ---------------------------------------------------------------------------------------------


def test_what_would_be_sent_is_shown(rig: Rig, comfy: ComfyStandIn) -> None:
    request = request_for(rig, "wan2.2-14b-i2v", Shot(id="001", prompt="a house on a hill"))
    without = rig.engine.would_send(request)
    assert without.graph and not without.server and "No server was reached" in without.problems[0].what
    looked(rig)
    sent = rig.engine.would_send(request)
    assert sent.server == comfy.url and not sent.problems
    assert "a house on a hill" in sent.slots["prompt"] and sent.slots["length"] == str(request.frames)
    assert sent.graph["9"]["inputs"]["text"] == sent.slots["prompt"]
    assert comfy.accepted == [] or "preview" not in comfy.accepted


def test_of_several_servers_the_one_that_can_do_it_is_shown(tmp_path: Path, comfy: ComfyStandIn) -> None:
    poor = server(tmp_path / "poor")
    rig = Rig(tmp_path, poor, comfy)
    try:
        looked(rig)
        sent = rig.engine.would_send(request_for(rig, "sdxl", Shot(id="001", prompt="x")))
        assert sent.server == comfy.url and not sent.problems
        comfy_gone = rig.engine.would_send(request_for(rig, "krea-2", Shot(id="001", prompt="x")))
        assert comfy_gone.problems
    finally:
        rig.close()
        poor.stop()


# -- writers of other formats ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("writer", "inputs"), [
    ("SaveWEBM", {"codec": "vp9", "fps": 16.0, "crf": 32.0, "filename_prefix": "x"}),
    ("SaveAnimatedWEBP", {"fps": 16.0, "lossless": True, "quality": 80, "method": "default", "filename_prefix": "x"}),
])  # fmt: skip
def test_a_workflow_that_writes_another_format_gives_an_mp4(
    rig: Rig, comfy: ComfyStandIn, writer: str, inputs: dict[str, Any]
) -> None:
    graph = {
        "1": node("LoadImage", "Start", image="x.png"),
        "2": node("ImageScale", image=["1", 0], upscale_method="lanczos", width=64, height=48, crop="center"),
        "3": node("RepeatImageBatch", image=["2", 0], amount=5),
        "4": node(writer, images=["3", 0], **inputs),
    }
    looked(rig)
    (added,) = rig.engine.add_workflow(own(rig, f"{writer}.json", graph), profile=PASS)
    request = GenerationRequest(
        kind="video", backend="comfyui", workflow=added.id, profile=PASS, seed=0, seed_rule="unused", width=96, height=64,
        frames=7, rate=Fraction(12), start=PICTURE,
    )  # fmt: skip
    made = rig.engine.build_for(request, "job", {"start": "kinoloom/a.png"}, NodeDefs(comfy.info), None)
    assert made.graph[made.writer]["class_type"] == "SaveVideo" and "4" not in made.graph and not made.problems
    video = made.graph[made.graph[made.writer]["inputs"]["video"][0]]
    assert video["inputs"] == {"images": ["3", 0], "fps": 12.0} and made.graph["3"]["inputs"]["amount"] == 7
    assert made.last_frame in made.graph
    old = {k: v for k, v in nodes().items() if k != "CreateVideo"}
    with pytest.raises(BadInput, match=f"writes its clip with {writer}"):
        rig.engine.build_for(request, "job", {"start": "kinoloom/a.png"}, NodeDefs(old), None)


@pytest.mark.parametrize("flow", [f for f in FLOWS if shipped()[f].entry.kind == "image"])
def test_the_lora_of_somebody_in_the_shot_reaches_every_workflow_for_pictures(
    rig: Rig, comfy: ComfyStandIn, flow: str
) -> None:
    spec = rig.engine.spec(flow)
    assert "lora" in spec.fields
    film = Project(id="p", name="P", backend="comfyui", workflow=flow)
    ann = BOARD.characters[0].replace(lora="ann.safetensors", strength=0.5)
    shot = Shot(id="001", prompt="@ann waits.")
    words = Words(project=film, board=BOARD.replace(shots=(shot,), characters=(ann,)), shot=shot)
    request = image_request(words, spec, profile_for(spec.profiles[0], Fraction(24)), Options(), slot="start")
    added = [e for e in built(rig, comfy, request).graph.values() if e["inputs"].get("lora_name") == "ann.safetensors"]
    assert [e["inputs"]["strength_model"] for e in added] == [0.5]
