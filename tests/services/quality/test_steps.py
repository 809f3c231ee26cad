"""A chain that drifts gets a fresh start picture, or is cut in two: decided once, bounded, told, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pytest

from domain.cut.reel import Material, Source
from domain.errors import BadInput
from domain.job import Done, Job, Run
from domain.project import Picked, Selection
from domain.quality.acting import Chain, DriftStep, QualityRules, ShotChecks
from domain.quality.values import Drift
from domain.request import GenerationRequest
from domain.timing import film_frames, native_frames
from infrastructure.animatic.backend import AnimaticBackend
from infrastructure.quality.examiner import FileExaminer
from infrastructure.registry import Entry
from services.cut.material import ShotStock
from services.projects import OpenProject
from services.quality.retakes import read_checks
from services.quality.steps import DriftSteps
from tests.fakes.backend import EDITS, FakeBackend, fake_spec
from tests.fakes.bench import Bench, shot
from tests.fakes.faulty import FaultyBackend


@pytest.fixture(scope="module")
def engine() -> Iterator[AnimaticBackend]:
    made = AnimaticBackend(2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def examiner() -> Iterator[FileExaminer]:
    made = FileExaminer()
    yield made
    made.close()


class Drifting:
    """A studio whose clips grow darker at each join, and whose image maker draws from pictures."""

    def __init__(
        self, folder: Path, engine: AnimaticBackend, examiner: FileExaminer, on_drift: Literal["reanchor", "cut"]
    ) -> None:  # fmt: skip
        self.clips = FaultyBackend(engine, lambda _: "dusk")
        self.pictures = FakeBackend(EDITS)
        more: dict[str, Entry] = {
            "animatic": (self.clips.spec, lambda: self.clips),
            EDITS.id: (self.pictures.spec, lambda: self.pictures),
        }
        rules = QualityRules(retakes=0, on_drift=on_drift)
        self.bench = Bench(folder, more=more, rules=rules, examiner=examiner)
        words = shot(1, "4", prompt="mountains, wide", presets={"camera": "pan_right"}, dialogue="A: Here.")
        self.project = self.bench.project(
            words, backend="animatic", image_backend=EDITS.id, profile="svd-xt", width=128, height=64
        )

    def rendered(self) -> str:
        """Render until nothing goes on any more; the note of the first run's last segment."""
        started = self.bench.studio.generation.render(self.project)
        first = self.bench.wait(started, 120)
        self.settle()
        return note(first)

    def settle(self) -> None:
        """Wait for what follows by itself, and for what follows that."""
        for _ in range(9):
            for run in self.bench.studio.jobs.runs(self.project.id):
                self.bench.wait(run, 120)
            if not self.bench.studio.jobs.busy(self.project.id):
                return
        raise AssertionError("it never ends")

    def close(self) -> None:
        self.bench.close()
        self.pictures.close()


def note(run: Run) -> str:
    phase = [job for job in run.jobs if job.kind == "segment"][-1].phase
    assert isinstance(phase, Done), phase
    return phase.note


def fresh(drifting: Drifting) -> list[GenerationRequest]:
    return [r for r in drifting.pictures.requests("image") if "slot" in r.params]


def test_a_segment_is_drawn_afresh_and_what_follows_is_made_again(
    tmp_path: Path, engine: AnimaticBackend, examiner: FileExaminer
) -> None:
    drifting = Drifting(tmp_path, engine, examiner, "reanchor")
    bench, project = drifting.bench, drifting.project
    try:
        told = drifting.rendered()
        checks = read_checks(project, "001")
        anchors = project.selection.of("001").anchors
        assert anchors and checks.anchored and set(anchors) == set(checks.anchored) and len(anchors) <= 2
        first = checks.anchored[0]
        assert f"Segment {first + 1} begins with a fresh picture" in told

        # drawn from the last frame before it and from the shot's first keyframe, once for each boundary
        drawn = fresh(drifting)
        assert sorted(r.params["slot"] for r in drawn) == [f"mid-{n}" for n in sorted(anchors)]
        takes = project.files.takes("001")
        mine = next(r for r in drawn if r.params["slot"] == f"mid-{first}")
        before = next(t for t in takes if t.segment == first - 1)
        start = bench.studio.generation.state(project, "001").keyframe("start")
        assert start is not None and mine.prompt == "mountains, wide"
        assert [p.sha256 for p in mine.references] == [before.last.sha256, start.sha256]

        # the plan fits again, in the same frames; what came before was not made again, and no take is gone
        planned = bench.plan(project).shot("001")
        assert planned is not None and planned.state == "done"
        kept = [sum(1 for t in takes if t.segment == n) for n in range(len(planned.segments))]
        assert kept[:first] == [1] * first and all(n > 1 for n in kept[first:])
        anchored = planned.segments[first]
        assert anchored.request is not None and anchored.segment.start_slot == f"mid-{first}"
        picture = next(k for k in project.files.keyframes("001") if k.slot == f"mid-{first}")
        assert anchored.request.start is not None and anchored.request.start.sha256 == picture.image.sha256
        assert sum(s.segment.keep for s in planned.segments) == planned.native
        assert checks.chain is not None and checks.chain.done.startswith("Re-anchored at segment")

        # taken back, its first takes fit again
        for n in anchors:
            bench.studio.selection.anchor(project, "001", n, on=False)
        undone = bench.plan(project).shot("001")
        assert undone is not None and undone.state == "done"
        assert [s.take for s in undone.segments] == [min(t.id for t in takes if t.segment == n) for n in range(2)]
    finally:
        drifting.close()


def test_the_shot_is_cut_in_two_in_one_step_and_the_takes_stay(
    tmp_path: Path, engine: AnimaticBackend, examiner: FileExaminer
) -> None:
    drifting = Drifting(tmp_path, engine, examiner, "cut")
    project = drifting.project
    try:
        whole = project.board.shot("001")
        told = drifting.rendered()
        one, two = project.board.shots
        chain = read_checks(project, "001").chain
        assert chain is not None and chain.step is not None and chain.step.kind == "cut"
        rate = project.project.rate
        assert film_frames(one.seconds, rate) == chain.step.at
        assert film_frames(one.seconds, rate) + film_frames(two.seconds, rate) == film_frames(whole.seconds, rate)
        assert (two.prompt, two.presets, two.dialogue) == (whole.prompt, whole.presets, "")
        assert f"shot {two.id} has the other" in told and chain.done in told
        assert len(project.files.takes("001")) == 2 and not project.files.takes(two.id)
        plan = drifting.bench.plan(project)
        assert len(plan.shots[0].segments) == chain.step.segment and plan.shots[1].state == "ready"
        before = [t for t in project.files.takes("001") if t.segment < chain.step.segment]
        assert [s.take for s in plan.shots[0].segments] == [t.id for t in before]

        # a power cut before the job was noted as done: it is looked at again, and not cut again
        (run,) = drifting.bench.studio.jobs.runs(project.id)
        last = [job for job in run.jobs if job.kind == "segment"][-1]
        again = run.replace(id="0" * 24, owner="gone", jobs=(last.replace(phase={"kind": "queued"}, after=()),))
        assert note(drifting.bench.wait(drifting.bench.studio.jobs.adopt(again), 120)) == told
        assert project.board.shots == (one, two) and len(project.files.takes("001")) == 2
        assert project.undo() == "splitting shot 001" and list(project.board.shots) == [whole]
    finally:
        drifting.close()


# -- without a server ----------------------------------------------------------------------------------------------


def chained(bench: Bench) -> OpenProject:
    """A rendered shot of three segments, whose pictures can be drawn from others."""
    project = bench.project(shot(1, "9"), backend="fake", image_backend="edit", profile="svd-xt")
    bench.render(project)
    assert bench.states(project) == {"001": ["done"] * len(bench.states(project)["001"])}
    return project


@pytest.mark.parametrize(
    ("edits", "clips", "anchored", "decided"),
    [
        ({}, {}, (), 2),
        ({}, {}, (2,), 3),
        ({}, {}, (1, 3), "re-anchored before"),
        ({"references": 0}, {}, (), "draws from words alone"),
        ({"references": 0, "fields": EDITS.fields | {"carry"}}, {}, (), 2),
        ({"free": False}, {}, (), "costs something"),
        ({}, {"free": False}, (), "costs something"),
    ],
)
def test_what_is_decided(
    tmp_path: Path, edits: dict[str, object], clips: dict[str, object], anchored: tuple[int, ...], decided: int | str
) -> None:
    pictures = FakeBackend(EDITS.replace(**edits))
    bench = Bench(tmp_path, FakeBackend(fake_spec(**clips)), more={"edit": (pictures.spec, lambda: pictures)})
    try:
        project, studio = (
            bench.project(shot(1, "13"), backend="fake", image_backend="edit", profile="svd-xt"),
            bench.studio,
        )
        state = studio.generation.state(project, "001")
        joins = [segment.first for segment in state.timing.segments]
        found = ShotStock(state.plan(), (), material(joins), "", False)
        steps = DriftSteps(studio.generation, studio.storyboards, studio.selection)
        drift = Drift(first=0, last=90, points=(), reanchor=joins[2])
        step = steps.decide(project, state, found, drift, ShotChecks(anchored=anchored), "reanchor")
        assert (step.segment if isinstance(step, DriftStep) else str(decided) in step and decided) == decided
        cut = steps.decide(project, state, found, drift, ShotChecks(anchored=anchored), "cut")
        assert isinstance(cut, DriftStep) and cut.segment == 2
        assert native_frames(cut.at, state.setup.profile.rate, project.project.rate) == joins[2]
        assert steps.decide(project, state, found, drift.replace(reanchor=10**6), ShotChecks(), "cut") == ""
    finally:
        bench.close()
        pictures.close()


def material(joins: list[int]) -> Material:
    clip = Picked(path="clip.mp4", sha256="0" * 64)
    sources = [Source(segment=n, take="a", clip=clip, first=0, count=1, offset=at) for n, at in enumerate(joins)]
    return Material(shot="001", frames=1, rate=Fraction(8), sources=tuple(sources))


def test_an_anchor_follows_the_segment_before_it(bench: Bench) -> None:
    project = chained(bench)
    count = len(bench.states(project)["001"])
    assert count >= 3
    bench.studio.selection.anchor(project, "001", 2)
    assert bench.states(project)["001"] == ["done", "done", *["stale"] * (count - 2)]
    assert bench.reason(project, segment=2) == "it begins with a fresh picture; draws a keyframe first"
    bench.render(project)
    assert set(bench.states(project)["001"]) == {"done"}

    # another take before it: the picture is drawn again after that one, in the same run
    made = len([k for k in project.files.keyframes("001") if k.slot == "mid-2"])
    bench.render(project, again=True)
    assert set(bench.states(project)["001"]) == {"done"}
    assert len([k for k in project.files.keyframes("001") if k.slot == "mid-2"]) == made + 1

    # what is brought by hand stands, whatever comes before
    bench.studio.selection.pick_keyframe(project, "001", project.files.keyframes("001")[0].name)
    bench.studio.selection.anchor(project, "001", 2, on=False)
    assert project.selection.of("001").anchors == ()
    with pytest.raises(BadInput):
        bench.studio.selection.anchor(project, "001", 0)


def test_an_anchor_is_blocked_where_pictures_are_drawn_from_words_alone(bench: Bench) -> None:
    project = chained(bench)
    project.change_project(image_backend="fake")
    bench.render(project)
    bench.studio.selection.anchor(project, "001", 1)
    assert bench.states(project)["001"][1] == "blocked" and "mid-1" in bench.reason(project, segment=1)
    assert bench.studio.generation.draw_keyframes(project) is not None  # as ever: the slot is one of the shot's


def test_a_workflow_that_takes_a_start_picture_gets_the_last_frame_before(tmp_path: Path) -> None:
    pictures = FakeBackend(EDITS.replace(references=1, fields=EDITS.fields | {"carry"}))
    bench = Bench(tmp_path, more={"edit": (pictures.spec, lambda: pictures)})
    try:
        project = chained(bench)
        bench.studio.selection.anchor(project, "001", 1)
        bench.render(project)
        (drawn,) = [r for r in pictures.requests("image") if "slot" in r.params]
        before = next(t for t in project.files.takes("001") if t.segment == 0)
        start = bench.studio.generation.state(project, "001").keyframe("start")
        assert drawn.start == before.last and drawn.references == (start,)
        assert 0 < drawn.params["denoise"] < 1
    finally:
        bench.close()
        pictures.close()


def test_an_older_selection_has_no_anchors() -> None:
    read = Selection.model_validate({"shots": {"001": {"takes": {"0": "a"}}}})
    assert read.of("001").anchors == () and ShotChecks().anchored == ()
    assert Chain(takes=("a",), gate="draft").step is None


@pytest.mark.parametrize("kind", ["cut", "reanchor"])
def test_a_step_that_was_interrupted_is_taken_once(bench: Bench, kind: str) -> None:
    project = chained(bench)
    studio = bench.studio
    steps = DriftSteps(studio.generation, studio.storyboards, studio.selection)
    frames = film_frames(Fraction(9), project.project.rate)
    step = DriftStep.model_validate({"kind": kind, "segment": 1, "at": 90, "frames": frames})
    said = [steps.take(project, "001", step) for _ in range(2)]
    assert said[0] == said[1]
    if kind == "cut":
        assert len(project.board.shots) == 2 and "the other" in said[0]
        return
    runs = studio.jobs.runs(project.id)
    for run in runs:
        bench.wait(run)
    made = [j for run in runs for j in run.jobs if is_picture(j)]
    assert len(made) == 1 and project.selection.of("001").anchors == (1,)
    assert [sum(1 for t in project.files.takes("001") if t.segment == n) for n in (0, 1)] == [1, 2]


def is_picture(job: Job) -> bool:
    return job.kind == "keyframe" and job.slot == "mid-1"


def test_a_split_needs_a_frame_on_both_sides(bench: Bench) -> None:
    project = bench.project(shot(1, "1", carry=0.5), shot(2))
    for at in (0, film_frames(Fraction(1), project.project.rate)):
        with pytest.raises(BadInput):
            bench.studio.storyboards.split(project, "001", at)
    assert len(project.board.shots) == 2
    rest = bench.studio.storyboards.split(project, "001", 1)
    assert [s.id for s in project.board.shots] == ["001", rest.id, "002"] and rest.carry is None
    assert project.board.shot("001").seconds == 1 / project.project.rate
