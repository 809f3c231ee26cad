"""Passes over takes on stand-in servers: larger clips and pictures between, before the film is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.errors import NotFound, NotReady
from domain.film import FilmReport
from domain.job import Failed, Job, Run
from domain.quality.acting import QualityRules
from services.projects import OpenProject
from services.quality.films import shot_records
from services.space import clip_bytes
from tests.contracts.video_backend import decoded
from tests.fakes.bench import Bench, phases, shot, words
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_stage import Stage
from tests.fakes.comfy_used import nodes, offered
from tests.fakes.waiting import until

RIFE = "interpolate-rife"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.close()


def with_rife(stage: Stage) -> ComfyStandIn:
    info = nodes()
    offered(info, "RIFE VFI", "ckpt_name").append("rife49.pth")
    stage.servers.append(ComfyStandIn(stage.folder / "server-0", info=info))
    return stage.servers[0]


def without(stage: Stage, *gone: str) -> ComfyStandIn:
    info = nodes()
    for name in gone:
        del info[name]
    stage.servers.append(ComfyStandIn(stage.folder / "server-0", info=info))
    return stage.servers[0]


def film(stage: Stage, *lengths: str, **finish: Any) -> tuple[Bench, OpenProject]:
    """A film with takes of 96×64 at 16 frames a second; after that it is to be twice as large."""
    bench = stage.studio()
    stage.rigs[-1].engine.look()
    until(lambda: all(info.checked for info in stage.rigs[-1].engine.workflows("upscale")))
    project = stage.project(bench, *lengths)
    bench.render(project)
    project.change_project(width=192, height=128)
    if finish:
        bench.studio.cuts.finish(project, **finish)
    return bench, project


def passes(run: Run) -> list[Job]:
    return [job for job in run.jobs if job.kind == "pass"]


def newest(bench: Bench, project: OpenProject) -> FilmReport:
    report = bench.studio.film.newest(project)
    assert report is not None
    return report


def own_workflow(stage: Stage, name: str, source: str, change: dict[str, Any]) -> None:
    """A workflow of the user's: a shipped one with nodes changed."""
    folder = stage.folder / "workflows"
    folder.mkdir(exist_ok=True)
    shipped = Path(__file__).parents[2] / "workflows"
    graph = json.loads((shipped / f"{source}.json").read_text(encoding="utf-8"))
    for place, entry in change.items():
        graph.setdefault(place, {"inputs": {}, "class_type": ""})
        graph[place] = {**graph[place], **entry}
    manifest = (shipped / f"{source}.toml").read_text(encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps(graph), encoding="utf-8")
    (folder / f"{name}.toml").write_text(manifest, encoding="utf-8")


def test_clips_are_enlarged_once_and_the_film_is_made_of_them(stage: Stage) -> None:
    comfy = stage.server("upscale-clip", "pass-through")
    bench, project = film(stage, "1", "6", upscale="server")
    sent = len(comfy.accepted)
    view, size = bench.studio.cuts.view(project), (192, 128)
    wanted = bench.passes.jobs(project, view, size, (), "comfyui")
    takes = project.files.takes()
    pixels = sum(take.info.frames for take in takes) * 192 * 128
    assert bench.passes.room(project, view, size, wanted) == int(clip_bytes(1, takes) * pixels) > 0
    run = bench.film(project)
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    made = {clip.source.sha256: clip for clip in project.files.passes()}
    assert len(passes(run)) == len(takes) == len(comfy.accepted) - sent == 3
    for take in takes:
        clip = made[take.clip.sha256]
        assert (clip.info.frames, clip.info.width, clip.info.height) == (take.info.frames, 192, 128)
        assert Path(clip.clip.path).parent == Path(take.clip.path).parent, "beside the take"
        uploaded = comfy.folders.root / "input" / "kinoloom" / f"{take.clip.sha256[:32]}.mp4"
        assert uploaded.read_bytes() == project.files.path(take.clip).read_bytes()
    used = bench.passes.applied(project, bench.studio.cuts.view(project), (192, 128)).reel.files()
    assert {picked.path for picked in used} == {clip.clip.path for clip in made.values()}
    report = newest(bench, project)
    assert (report.upscaled, report.interpolated, report.frames) == ("upscale-clip", "", 168)
    again = bench.film(project)
    assert phases(again) == ["done"] and len(comfy.accepted) == sent + 3, "nothing is made twice"


def test_a_film_of_the_clips_size_and_rate_needs_no_pass(stage: Stage) -> None:
    comfy = with_rife(stage)
    bench, project = film(stage, "1", upscale="server", interpolate=RIFE)
    project.change_project(width=96, height=64, rate=Fraction(16))
    sent = len(comfy.accepted)
    assert phases(bench.film(project)) == ["done"] and len(comfy.accepted) == sent
    assert (newest(bench, project).upscaled, newest(bench, project).interpolated) == ("", "")


def test_pictures_between_give_sixteen_to_twenty_four_its_exact_frames(stage: Stage) -> None:
    comfy = with_rife(stage)
    bench, project = film(stage, "1", "6", interpolate=RIFE)
    sent = len(comfy.accepted)
    run = bench.film(project)
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    frames = {take.clip.sha256: take.info.frames for take in project.files.takes()}
    made = project.files.passes()
    assert len(made) == len(comfy.accepted) - sent == 3
    assert all(clip.info.frames == (frames[clip.source.sha256] - 1) * 3 + 1 for clip in made)
    assert newest(bench, project).interpolated == RIFE
    assert len(decoded(project.files.films()[-1])) == newest(bench, project).frames == 24 + 144


def test_the_second_pass_takes_the_larger_clip_of_the_first(stage: Stage) -> None:
    with_rife(stage)
    bench, project = film(stage, "1", upscale="upscale-clip", interpolate="server")
    run = bench.film(project)
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    one, two = passes(run)
    assert two.after == (one.id,)
    larger, denser = project.files.passes()
    assert (larger.kind, denser.kind, denser.source) == ("upscale", "interpolate", larger.clip)
    assert (denser.info.width, denser.info.height) == (192, 128)
    report = newest(bench, project)
    assert (report.upscaled, report.interpolated) == ("upscale-clip", RIFE)


def test_a_changed_workflow_and_a_new_take_are_worked_over_again(stage: Stage) -> None:
    with_rife(stage)
    own_workflow(stage, "mine", "resize-clip", {})
    bench, project = film(stage, "1", upscale="mine")
    assert phases(bench.film(project)) == ["done", "done"]
    before = stage.rigs[-1].engine.spec("mine").version
    own_workflow(stage, "mine", "resize-clip", {"3": {"_meta": {"title": "Changed"}}})
    until(lambda: stage.rigs[-1].engine.spec("mine").version != before)
    run = bench.film(project)
    assert phases(run) == ["done", "done"] and len(project.files.passes()) == 2
    project.change_project(width=96, height=64)
    bench.render(project, "001", again=True)
    project.change_project(width=192, height=128)
    assert phases(bench.film(project)) == ["done", "done"] and len(project.files.passes()) == 3


def test_a_clip_with_other_frames_than_the_takes_is_refused_and_not_kept(stage: Stage) -> None:
    with_rife(stage)
    cut = {"class_type": "ImageFromBatch", "inputs": {"image": ["2", 0], "batch_index": 0, "length": 3}}
    own_workflow(stage, "short", "resize-clip", {"9": cut, "3": {"inputs": {
        "image": ["9", 0], "upscale_method": "lanczos", "width": 1920, "height": 1080, "crop": "center",
    }}})  # fmt: skip
    bench, project = film(stage, "1", upscale="short")
    run = bench.film(project)
    assert isinstance(run.jobs[0].phase, Failed) and run.jobs[1].phase.kind == "cancelled"
    assert "came back with 3 frames instead of 17" in words(run.jobs[0])
    assert project.files.passes() == [] and project.files.films() == []


def test_shots_that_are_still_rendered_are_worked_over_when_they_are_there(stage: Stage) -> None:
    with_rife(stage)
    bench, project = film(stage, "1", interpolate=RIFE)
    project.change_board("more", lambda b: b.with_new(shot(2, "1")))
    project.change_project(width=96, height=64)
    rendering = bench.studio.generation.render(project, ["002"])
    assert rendering is not None
    run = bench.wait(bench.studio.film.make(project, after=tuple(job.id for job in rendering.jobs)))
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    assert {clip.source.path.split("/")[1] for clip in project.files.passes()} == {"001", "002"}


def test_only_what_a_server_has_the_nodes_for_is_offered(stage: Stage) -> None:
    without(stage, "RIFE VFI")
    bench, project = film(stage, "1", interpolate=RIFE)
    assert RIFE not in [info.id for info in bench.passes.workflows("interpolate")]
    assert "upscale-clip" in [info.id for info in bench.passes.workflows("upscale")]
    run = bench.film(project)
    assert "RIFE VFI" in words(run.jobs[0])
    bench.studio.cuts.finish(project, interpolate="", upscale="no-such")
    with pytest.raises(NotFound):
        bench.studio.film.make(project)
    bench.studio.cuts.finish(project, upscale="pass-through")
    with pytest.raises(NotReady, match="does not upscale clips"):
        bench.studio.film.make(project)


def test_without_servers_it_is_said_and_lanczos_stays(bench: Bench) -> None:
    project = bench.project(shot(1, "0.5"))
    bench.render(project)
    bench.studio.cuts.finish(project, upscale="server")
    with pytest.raises(NotReady, match="No server can enlarge clips now"):
        bench.studio.film.make(project)
    bench.studio.cuts.finish(project, upscale="")
    assert phases(bench.film(project)) == ["done"]


def test_a_deleted_take_takes_its_clips_along_and_brings_them_back(stage: Stage) -> None:
    with_rife(stage)
    bench, project = film(stage, "1", upscale="server")
    bench.film(project)
    take = project.files.takes()[0]
    gone = bench.studio.keeping.delete_take(project, take.shot, take.segment, take.id)
    assert project.files.passes() == []
    bench.studio.keeping.put_back(project, gone.id)
    assert [clip.source for clip in project.files.passes()] == [take.clip]


def test_clips_that_memory_made_smaller_are_enlarged_where_the_rules_say_so(stage: Stage) -> None:
    comfy = stage.server("upscale-clip", "pass-through")
    bench = stage.studio()
    stage.rigs[-1].engine.look()
    until(lambda: all(info.checked for info in stage.rigs[-1].engine.workflows("upscale")))
    project = stage.project(bench, "1", "1")
    bench.render(project, "001")
    comfy.script.fails["CreateVideo"] = ("torch.OutOfMemoryError", "CUDA out of memory.")
    run = bench.wait(bench.studio.generation.render(project))
    (phase,) = [job.phase for job in run.jobs if isinstance(job.phase, Failed)]
    comfy.script.fails.clear()
    failed = next(job for job in run.jobs if job.phase == phase)
    bench.studio.jobs.accept(failed.id, phase.offers[-1].id)
    bench.wait(run)
    (small,) = project.files.takes("002")
    assert small.smaller_than == (96, 64) and small.info.width < 96 and bench.passes.enlarger(project) == ""
    assert bench.passes.jobs(project, bench.studio.cuts.view(project), (96, 64), (), "comfyui") == []

    bench.quality_rules = QualityRules(upscale="server")
    assert bench.passes.enlarger(project) == "upscale-clip"
    run = bench.film(project)
    assert set(phases(run)) == {"done"} and len(passes(run)) == 1
    (made,) = project.files.passes()
    assert made.source == small.clip and (made.info.width, made.info.height) == (96, 64)
    assert newest(bench, project).upscaled == "upscale-clip"
    told = [clip.enlarged for shot in shot_records(project, newest(bench, project)) for clip in shot.clips]
    assert told == ["", "It was enlarged for the film by the workflow upscale-clip."]

    # where it cannot be had the film is made all the same, and says that it scaled the clip up
    bench.quality_rules = QualityRules(upscale="no-such")
    assert phases(bench.film(project)) == ["done"]
    told = [clip.enlarged for shot in shot_records(project, newest(bench, project)) for clip in shot.clips]
    assert told == ["", f"The film scaled it up from {small.info.width}×{small.info.height}."]
