"""The whole loop on the animatic engine with planted faults: caught, made again, the best kept, told, resumed."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pytest

from domain.film import FilmReport
from domain.job import Done, Failed, Run
from domain.monitor import CardReading
from domain.quality.acting import QualityRules, ShotChecks
from domain.quality.filmcheck import FilmCheck
from domain.request import GenerationRequest
from infrastructure.animatic.backend import AnimaticBackend
from infrastructure.quality.examiner import FileExaminer
from services.projects import OpenProject
from services.quality.retakes import read_checks
from tests.addons.reports.test_page import english_in
from tests.fakes.bench import Bench, shot
from tests.fakes.faulty import FaultyBackend

Fault = Callable[[GenerationRequest], str]


class Studio(Protocol):
    def __call__(
        self, folder: Path, faults: Mapping[int, str] | Fault, owner: str = "one", rules: QualityRules | None = None,
        **spec: object,
    ) -> AbstractContextManager[tuple[Bench, FaultyBackend]]: ...  # fmt: skip


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    """Makes benches on the animatic engine whose clips have these faults, by seed; its processes serve all of them."""
    engine, examiner = AnimaticBackend(2), FileExaminer()

    @contextlib.contextmanager
    def make(
        folder: Path, faults: Mapping[int, str] | Fault, owner: str = "one", rules: QualityRules | None = None,
        **spec: object,
    ) -> Iterator[tuple[Bench, FaultyBackend]]:  # fmt: skip
        fault = faults if callable(faults) else lambda request: faults.get(request.seed, "")
        backend = FaultyBackend(engine, fault, **spec)
        more = {"animatic": (backend.spec, lambda: backend)}
        bench = Bench(folder, owner=owner, more=more, rules=rules or QualityRules(), examiner=examiner)
        try:
            yield bench, backend
        finally:
            bench.close()

    yield make
    examiner.close()
    engine.close()


def filmed(bench: Bench, *seeds: int, seconds: str = "0.6", words: str = "mountains, wide") -> OpenProject:
    """A project with a shot for each seed."""
    shots = [
        shot(n, seconds, prompt=words, presets={"camera": "pan_right"}, video={"seed": seed})
        for n, seed in enumerate(seeds, 1)
    ]
    return bench.project(*shots, backend="animatic", width=320, height=192)


def rendered(bench: Bench, project: OpenProject) -> Run:
    return bench.wait(bench.studio.generation.render(project), 120)


def note(run: Run, shot_id: str) -> str:
    phase = next(job.phase for job in run.jobs if job.kind == "segment" and job.shot == shot_id)
    assert isinstance(phase, Done), phase
    return phase.note


def test_bad_clips_are_caught_made_again_and_told(studio: Studio, tmp_path: Path) -> None:
    faults = {100: "blink", 101: "grid", 200: "noise", 201: "noise", 202: "noise", 300: "small", 400: ""}
    with studio(tmp_path, faults) as (bench, backend):
        project = filmed(bench, 100, 200, 300, 400, words="<img src=x onerror=alert(1)> mountains, wide")
        run = rendered(bench, project)

        # mended by the third try, and every try is kept
        first = read_checks(project, "001")
        assert [(a.number, a.seed, a.passed, a.stands) for a in first.attempts] == [
            (0, 100, False, False), (1, 101, False, False), (2, 102, True, True),
        ]  # fmt: skip
        assert "black" in first.attempts[0].why and "divided" in first.attempts[1].why
        assert len(project.files.takes("001")) == 3
        assert note(run, "001").startswith("Made again 2 times") and note(run, "001").endswith(
            "Try 3 passes and stands."
        )
        standing = bench.plan(project).shot("001")
        assert standing is not None and standing.segments[0].take == first.attempts[2].take
        made = next(t for t in project.files.takes("001") if t.id == first.attempts[2].take)
        assert made.request.seed == 102 and "retake 2" in made.instead

        # never mended: no more than two retakes, and the best stands
        second = read_checks(project, "002")
        best = max(second.attempts, key=lambda a: a.score)
        assert len(second.attempts) == 3 and not any(a.passed for a in second.attempts)
        assert [a.take for a in second.attempts if a.stands] == [best.take]
        assert "None passes" in note(run, "002")
        standing = bench.plan(project).shot("002")
        assert standing is not None and standing.segments[0].take == best.take

        # what cannot be kept is a try all the same
        third = read_checks(project, "003")
        assert [a.take == "" for a in third.attempts] == [True, False] and third.attempts[1].passed
        assert note(run, "004") == "" and len(read_checks(project, "004").attempts) == 1
        assert len(backend.made) == 3 + 3 + 2 + 1

        # the film's own check tells it all, and the counts add up
        bench.language = "de"
        film = bench.wait(bench.studio.film.make(project), 120)
        assert [job.kind for job in film.jobs] == ["film", "check"]
        report = project.files.read("film/film-01.report", FilmReport)
        assert report is not None and report.checked is not None
        checked = report.checked
        assert_adds_up(checked, tries=9, retakes=5, unusable=1, failing=1)
        assert any(f.check == "noise" and f.shot == "002" for f in checked.report.findings)
        assert not checked.report.verdict.passed and not [c for c in checked.report.findings if c.check == "cut"]
        ended = film.jobs[1].phase
        assert isinstance(ended, Done) and "5 retakes" in ended.note
        page = (project.files.root / "film" / "film-01.report.html").read_text("utf-8")
        assert "Versuch 3" in page and "Seed 102" in page and "konnte nicht behalten werden" in page
        assert english_in(page) == []
        assert "<img src=x" not in page and "&lt;img src=x" in page


def assert_adds_up(checked: FilmCheck, tries: int, retakes: int, unusable: int, failing: int) -> None:
    counts = checked.counts
    assert (counts.tries, counts.retakes, counts.unusable, counts.failing) == (tries, retakes, unusable, failing)
    assert counts.tries == counts.kept + counts.unusable == counts.checked + counts.retakes
    assert counts.clips == counts.checked + counts.unchecked


def test_after_a_power_cut_the_loop_goes_on_with_the_right_counts(studio: Studio, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    project: list[OpenProject] = []
    copied: list[int] = []

    def fault(request: GenerationRequest) -> str:
        if request.seed == 101 and not copied:
            # what is on the disk now is what is there after a power cut while the retake is made
            copied.append(1)
            shutil.copytree(project[0].files.root, after / "film", ignore=shutil.ignore_patterns("*.lock"))
        return {100: "blink", 101: "noise"}.get(request.seed, "")

    with studio(before, fault) as (bench, _):
        project.append(filmed(bench, 100))
        rendered(bench, project[0])
        assert [a.number for a in read_checks(project[0], "001").attempts] == [0, 1, 2]

    with studio(after, fault, "two") as (bench, backend):
        again = bench.studio.projects.open(after / "film")
        assert [a.number for a in read_checks(again, "001").attempts] == [0]
        assert bench.studio.generation.resume(again) == 1
        run = bench.wait(bench.studio.jobs.runs(again.id)[0], 120)
        tries = read_checks(again, "001")
        assert [(a.number, a.seed, a.passed, a.stands) for a in tries.attempts] == [
            (0, 100, False, False), (1, 101, False, False), (2, 102, True, True),
        ]  # fmt: skip
        assert tries.retakes() == 2 and len(again.files.takes("001")) == 3
        assert [request.seed for request in backend.made] == [101, 102]
        assert note(run, "001").endswith("Try 3 passes and stands.")


def test_a_take_that_was_stored_but_not_checked_is_checked_and_not_made_again(studio: Studio, tmp_path: Path) -> None:
    with studio(tmp_path, {}) as (bench, backend):
        bench.cards = (CardReading(index=0, name="A card", celsius=71, memory=16 * 2**30, used=11 * 2**30),)
        project = filmed(bench, 100)
        run = rendered(bench, project)
        assert project.files.takes("001")[0].backend_info["card"] == "A card, 11.0 of 16.0 GiB, 71 °C"
        project.change("checks/001", ShotChecks, lambda _: ShotChecks())
        job = next(j for j in run.jobs if j.kind == "segment")
        again = run.replace(id="0" * 24, owner="gone", jobs=(job.replace(phase={"kind": "queued"}),))
        bench.wait(bench.studio.jobs.adopt(again), 120)
        assert [a.number for a in read_checks(project, "001").attempts] == [0]
        assert len(backend.made) == 1


def test_what_costs_something_is_never_made_again_by_itself(studio: Studio, tmp_path: Path) -> None:
    with studio(tmp_path, {100: "blink", 200: "black"}, free=False) as (bench, backend):
        project = filmed(bench, 100, 200)
        run = rendered(bench, project)
        assert "costs something" in note(run, "001") and "black" in note(run, "001")
        failed = next(j.phase for j in run.jobs if j.kind == "segment" and j.shot == "002")
        assert isinstance(failed, Failed) and "black" in failed.message
        assert len(backend.made) == 2


def test_the_rules_say_how_far_it_goes_and_the_very_same_clip_is_not_tried_for_ever(
    studio: Studio, tmp_path: Path
) -> None:
    with studio(tmp_path, lambda _: "blink") as (bench, backend):
        project = filmed(bench, 100, 200, 300)
        for name, rules, tries in (
            ("001", QualityRules(clips=False), 0), ("002", QualityRules(retakes=0), 1), ("003", QualityRules(retakes=9), 2),
        ):  # fmt: skip
            bench.quality_rules = rules
            backend.made.clear()
            run = bench.wait(bench.studio.generation.render(project, [name]), 120)
            assert len(read_checks(project, name).attempts) == tries
            assert len(backend.made) == max(1, tries)
            assert bool(note(run, name)) == (tries > 0)
            assert ("the very same clip" in note(run, name)) == (tries == 2)


def test_a_shot_made_again_by_hand_has_its_own_retakes(studio: Studio, tmp_path: Path) -> None:
    with studio(tmp_path, lambda r: "black" if r.seed < 103 else "") as (bench, backend):
        project = filmed(bench, 100)
        run = rendered(bench, project)
        job = next(j for j in run.jobs if j.kind == "segment")
        assert isinstance(job.phase, Failed) and "made 3 times" in job.phase.message
        fresh = bench.studio.jobs.retry(job.id)
        assert fresh.retake == 0
        bench.wait(bench.studio.jobs.runs(project.id)[0], 120)
        assert [r.seed for r in backend.made] == [100, 101, 102] * 2


def test_memory_that_ran_out_goes_on_smaller_where_that_was_chosen(studio: Studio, tmp_path: Path) -> None:
    rules = QualityRules(smaller=True)
    with studio(tmp_path, lambda r: "memory" if r.width > 200 else "", rules=rules) as (bench, backend):
        project = filmed(bench, 100)
        rendered(bench, project)
        take = project.files.takes("001")[0]
        assert [r.width for r in backend.made] == [320, 240, 160] and take.info.width == 160
        assert "because memory ran out" in take.instead
        film = bench.wait(bench.studio.film.make(project), 120)
        report = project.files.read("film/film-01.report", FilmReport)
        assert [j.phase.kind for j in film.jobs] == ["done", "done"] and report is not None
        assert (report.width, report.height) == (320, 192) and take.smaller_than == (320, 192)
        assert report.checked is not None
        assert report.checked.shots[0].clips[0].enlarged == "The film scaled it up from 160×96."


def test_a_chain_that_drifts_is_told_and_its_colours_are_matched_where_that_was_chosen(
    studio: Studio, tmp_path: Path
) -> None:
    with studio(tmp_path, lambda _: "dim", rules=QualityRules(retakes=0, on_drift="match")) as (bench, _):
        words = shot(1, "11", prompt="mountains, wide", presets={"camera": "pan_right"}, video={"seed": 100})
        project = bench.project(words, backend="animatic", profile="svd-xt", width=320, height=192)
        run = rendered(bench, project)
        chain = read_checks(project, "001").chain
        assert chain is not None and len(chain.takes) == 4 and len(chain.seams) == 3
        assert all(seam.mean < -3 for seam in chain.seams)  # darker at each join
        (drift,) = chain.drift
        totals = [point.total for point in drift.points]
        assert totals == sorted(totals) and totals[-1] > 1 and drift.reanchor is not None
        assert "matches the colours" in chain.done and bench.studio.cuts.cut(project).finish.match == "previous"
        last = [job for job in run.jobs if job.kind == "segment"][-1].phase
        assert isinstance(last, Done) and "drift" in last.note and chain.done in last.note
        takes = {take.id for take in project.files.takes("001")}
        assert set(chain.takes) == takes
