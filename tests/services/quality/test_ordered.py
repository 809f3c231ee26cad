"""What was ordered: a check goes by the storyboard and by the cut, so that nothing that was asked for is a defect."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.backend import BackendDone, BackendEvent
from domain.cut.items import LowerThird, Transition
from domain.film import FilmReport
from domain.quality.values import Expectation, Span
from domain.take import MediaInfo
from services.projects import OpenProject
from services.quality.ordered import chain_order, chain_reel, clip_order, film_order, is_moving
from tests.fakes.backend import FakeBackend
from tests.fakes.bench import Bench, running, shot


def ordered(bench: Bench, project: OpenProject) -> Expectation:
    view = bench.studio.cuts.view(project)
    film = project.project
    report = FilmReport(
        name="f", width=film.width, height=film.height, rate=film.rate, frames=view.reel.frames, quality="fast",
        made="", shots=(), info=MediaInfo(width=film.width, height=film.height),
    )  # fmt: skip
    return film_order(view, project.board, report)


@pytest.mark.parametrize(
    ("prompt", "camera", "moving"),
    [("a house", "", False), ("a house", "static", False), ("a house", "pan_left", True), ("slow pan right", "", True)],
)
def test_motion_is_expected_where_a_camera_move_was_asked_for(prompt: str, camera: str, moving: bool) -> None:
    assert is_moving(shot(1, prompt=prompt, presets={"camera": camera})) is moving
    still = shot(1, prompt=prompt, presets={"camera": camera}, video={"motion_strength": 0})
    assert not is_moving(still)


def test_a_clip_is_one_picture_of_the_asked_size_with_what_its_words_ask_for(bench: Bench) -> None:
    project = bench.project(
        shot(1, prompt="a split screen of two cooks"), shot(2, prompt="fog, soft focus, black bars; fade out"),
        shot(3, prompt="a shop with a sign"), shot(4),
    )  # fmt: skip
    states = bench.studio.generation.states(project, bench.studio.generation.setup(project))
    found = [clip_order(s, s.request(s.timing.segments[0], None)) for s in states]
    assert all((o.width, o.height, o.frames, o.rate, o.cuts) == (96, 64, 12, "24/1", ()) for o in found)
    assert [o.split_screen for o in found] == [True, False, False, False]
    assert [(o.soft, o.letterbox, len(o.fades)) for o in found] == [
        (False, False, 0), (True, True, 1), (False, False, 0), (False, False, 0),
    ]  # fmt: skip
    assert found[1].fades[0].last == 11 and [o.overlay for o in found] == [False, False, True, False]


def test_the_joins_of_a_shot_are_where_its_segments_go_on(bench: Bench) -> None:
    project = bench.project(shot(1, "12"), profile="ltx-2")
    bench.render(project)
    state = bench.studio.generation.states(project, bench.studio.generation.setup(project))[0]
    stock = bench.studio.cuts.view(project).stocks["001"]
    order = chain_order(state, stock.material)
    offsets = tuple(source.offset for source in stock.material.sources)
    assert len(offsets) == 3 and order.joins == offsets[1:] and order.frames == stock.material.count
    assert chain_reel(stock.material).frames == order.frames
    assert ordered(bench, project).joins == offsets[1:]  # model and film have the same rate


def test_joins_are_found_at_the_film_s_rate(bench: Bench) -> None:
    project = bench.project(shot(1, "0.5"), shot(2, "7"), profile="wan2.1-14b")  # 16 frames a second in a film of 24
    bench.render(project)
    material = bench.studio.cuts.view(project).stocks["002"].material
    (join,) = ordered(bench, project).joins
    assert material.rate == 16 and join == 12 + -(-material.sources[1].offset * 3 // 2)


def test_transitions_cards_and_stills_were_ordered(bench: Bench) -> None:
    project = bench.project(shot(1, "1"), shot(2, "1"), shot(3, "1"))
    bench.render(project)
    cuts = bench.studio.cuts
    plain = ordered(bench, project)
    assert (plain.cuts, plain.fades, plain.shots) == ((24, 48), (), ("001", "002", "003"))
    assert plain.sound is False and not plain.overlay and not plain.letterbox

    cuts.set_transition(project, "002", Transition(kind="dissolve", frames=8))
    cuts.add_gap(project, 12, "002")
    cuts.add_title(project, "The end", "credits", None)
    cuts.set_lower_thirds(project, "003", (LowerThird(text="Ada", first=2, frames=10),))
    cuts.set_speed(project, "003", "1/8")
    found, reel = ordered(bench, project), cuts.view(project).reel
    assert found.overlay and found.frames == reel.frames
    blend = next(s for s in reel.stretches if s.blend is not None)
    assert any(f.first <= blend.first and blend.first + blend.frames - 1 <= f.last for f in found.fades)
    # the gap, the slowed shot and the card touch: one span to the end of the film
    assert found.fades[-1].last == reel.frames - 1 and found.fades[-1].first == 48
    assert found.shots[-1] == "" and len(found.shots) == len(found.cuts or ()) + 1


def test_another_rate_than_the_cut_s_says_nothing_about_frames(bench: Bench) -> None:
    project = bench.project(shot(1, "1"), shot(2, "1"))
    bench.render(project)
    view = bench.studio.cuts.view(project)
    report = FilmReport(
        name="f", width=96, height=64, rate=Fraction(30), frames=60, quality="fast", made="", shots=(),
        info=MediaInfo(width=96, height=64),
    )  # fmt: skip
    found = film_order(view, project.board, report)
    assert (found.cuts, found.joins, found.frames, found.rate) == (None, (), 60, "30/1")


class Drawing(FakeBackend):
    """A fake whose clips are drawn by rules."""

    def _make(self, job: Any) -> BackendEvent:
        made = super()._make(job)
        return made.replace(info={**made.info, "drawn": True}) if isinstance(made, BackendDone) else made


def test_what_was_drawn_by_rules_has_no_faults_of_a_model(tmp_path: Path) -> None:
    with running(tmp_path, Drawing()) as bench:
        project = bench.project(shot(1), shot(2))
        bench.render(project)
        take = project.files.takes("001")[0]
        state = bench.studio.generation.state(project, "001")
        assert take.drawn and not clip_order(state, take.request).drawn
        assert clip_order(state, take.request, drawn=take.drawn).drawn == (Span(first=0, last=11),)
        bench.studio.cuts.add_gap(project, 6, "001")
        assert ordered(bench, project).drawn == (Span(first=0, last=29),)


def test_what_a_model_made_is_judged(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    bench.render(project)
    assert ordered(bench, project).drawn == ()
