"""What is made in another way than planned: smaller, or by another backend; and what stands in the take about it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from addons.video.model import parts
from domain.backend import BackendEvent, BackendFailure, Problem
from domain.job import Failed
from domain.profiles import profile_for
from domain.request import GenerationRequest
from services.projects import OpenProject
from services.smaller import smaller_sizes
from tests.addons.support import Window
from tests.contracts.video_backend import decoded
from tests.fakes.backend import FakeBackend, fake_spec
from tests.fakes.bench import Bench, phases, running, shot, words


class SmallCard(FakeBackend):
    """A fake whose memory holds clips of so many pixels, and no larger ones."""

    most = 128 * 64

    def _make(self, job: object) -> BackendEvent:
        request: GenerationRequest = job.request  # type: ignore[attr-defined]
        if request.kind == "video" and request.width * request.height > self.most:
            return BackendFailure(message="The card has no memory left.", cure="Close other programs.", fault="memory")
        return super()._make(job)  # type: ignore[arg-type]


def big(bench: Bench, seconds: str = "0.5") -> OpenProject:
    return bench.project(shot(1, seconds), width=256, height=128)


def failure(bench: Bench, project: OpenProject) -> tuple[str, Failed]:
    run = bench.wait(bench.studio.generation.render(project))
    job = next(job for job in run.jobs if job.kind == "segment")
    assert isinstance(job.phase, Failed)
    return job.id, job.phase


def test_out_of_memory_offers_smaller_sizes_and_the_film_conforms_them(tmp_path: Path) -> None:
    with running(tmp_path, SmallCard()) as bench:
        project = big(bench)
        job_id, failed = failure(bench, project)
        assert failed.fault == "memory"
        assert [(o.id, o.title) for o in failed.offers] == [
            ("size-75", "Make it at 192×96"), ("size-50", "Make it at 128×64")
        ]  # fmt: skip
        assert len(bench.backend.requests("video")) == 1, "the same is not tried again by itself"
        again = bench.studio.jobs.accept(job_id, "size-50")
        bench.wait(bench.studio.jobs.runs(project.id)[-1])
        take = project.files.takes("001")[0]
        assert (take.info.width, take.info.height) == (128, 64) == (take.request.width, take.request.height)
        assert take.instead == "Made at 128×64 instead of 256×128, because memory ran out."
        assert take.backend_info["job"] == again.id
        assert bench.states(project) == {"001": ["done"]}, "it stands for what was asked for"
        assert bench.studio.generation.render(project) is None
        assert phases(bench.film(project)) == ["done"]
        assert decoded(project.files.films()[0])[0].shape == (128, 256, 3)


def test_what_is_too_large_still_is_offered_smaller_again(tmp_path: Path) -> None:
    with running(tmp_path, SmallCard()) as bench:
        project = big(bench)
        job_id, _ = failure(bench, project)
        again = bench.studio.jobs.accept(job_id, "size-75")
        bench.wait(bench.studio.jobs.runs(project.id)[-1])
        phase = bench.studio.jobs.job(again.id).phase
        assert isinstance(phase, Failed)
        assert [o.title for o in phase.offers] == ["Make it at 144×72", "Make it at 96×48"]


def test_offered_sizes_are_those_that_the_model_makes() -> None:
    profile = profile_for("wan2.2-14b", Fraction(24))
    request = GenerationRequest(
        kind="video", backend="x", workflow="x", profile="wan2.2-14b", seed=1, seed_rule="fixed:1", width=1280,
        height=720, frames=81, rate=Fraction(16),
    )  # fmt: skip
    offers = smaller_sizes(request, profile)
    assert [(o.changes["width"], o.changes["height"]) for o in offers] == [(960, 544), (640, 368)]
    assert all(offer.what for offer in offers)
    smallest = request.replace(width=16, height=16)
    assert smaller_sizes(smallest, profile) == ()


def test_the_fallback_makes_what_the_project_s_backend_cannot_for_now(bench: Bench) -> None:
    project = bench.project(shot(1, "12"), profile="wan2.2-14b", image_backend="other", fallback_backend="other")
    bench.backend.problems = (Problem(what="The fake's server is not set up.", cure="Set it up."),)
    run = bench.wait(bench.studio.generation.render(project))
    assert set(phases(run)) == {"done"}, [words(j) for j in run.jobs]
    takes = project.files.takes("001")
    assert {t.request.backend for t in takes} == {"other"} and bench.backend.received == []
    assert {t.instead for t in takes} == {"Made with The other fake instead of fake."}
    assert len(takes) == 3
    facts = Window(bench, project, parts).head("video.shot")["facts"]
    assert "Made with The other fake instead of fake." in facts
    bench.backend.problems = ()
    assert bench.states(project) == {"001": ["done"] * 3}, "what stands is not made again when the first is back"


@pytest.mark.parametrize(
    "fallback",
    [
        fake_spec(id="third", title="The third", kinds=frozenset({"image"})),
        fake_spec(id="third", title="The third", profiles=("animatic",)),
    ],
)
def test_a_fallback_that_cannot_make_it_is_not_asked(tmp_path: Path, fallback: object) -> None:
    third = FakeBackend(fallback)  # type: ignore[arg-type]
    bench = Bench(tmp_path, more={"third": (third.spec, lambda: third)})
    try:
        project = bench.project(shot(1), profile="wan2.2-14b", image_backend="other", fallback_backend="third")
        bench.backend.problems = (Problem(what="The fake's server is not set up."),)
        _, failed = failure(bench, project)
        assert failed.message == "The fake's server is not set up." and third.received == []
    finally:
        bench.close()
        third.close()


def test_what_failed_by_itself_is_no_reason_for_the_fallback(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [fail]"), image_backend="other", fallback_backend="other")
    run = bench.wait(bench.studio.generation.render(project))
    assert phases(run) == ["failed", "cancelled"]


def test_pictures_of_another_maker_start_clips_where_nothing_here_makes_pictures(tmp_path: Path) -> None:
    clips_only = FakeBackend(fake_spec(kinds=frozenset({"video"})))
    with running(tmp_path, clips_only) as bench:
        project = bench.project(shot(1, "12"), profile="wan2.2-14b")
        assert bench.states(project)["001"][0] == "blocked"
        drawn = bench.wait(bench.studio.generation.draw_keyframes(project, variants=2, backend="other"))
        newest = project.files.keyframes("001")[-1]
        assert set(phases(drawn)) == {"done"} and newest.request is not None
        assert newest.request.profile == "animatic", "what a project asks for that draws with it"
        assert bench.studio.generation.state(project, "001").keyframe("start") == newest.image
        assert set(phases(bench.wait(bench.studio.generation.render(project)))) == {"done"}
