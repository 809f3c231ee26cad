"""What people have done about a join by hand: the same steps as by the rules, said, refused in words, and taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from domain.errors import BadInput, NotReady
from services.quality.remedies import REMEDIES, join_at, known_remedy, segment_at
from tests.fakes.backend import EDITS, FakeBackend, fake_spec, write_png
from tests.fakes.bench import Bench, shot


def takes(bench: Bench) -> list[int]:
    """How many takes each segment has."""
    (project,) = bench.studio.projects.opened()
    found = project.files.takes("001")
    return [sum(1 for take in found if take.segment == n) for n in range(4)]


def settled(bench: Bench) -> None:
    for run in bench.studio.jobs.runs():
        assert {job.phase.kind for job in bench.wait(run).jobs} == {"done"}


def test_each_remedy_does_what_it_says_and_is_taken_back(bench: Bench, tmp_path: Path) -> None:
    studio, do = bench.studio, bench.studio.remedies.do
    project = bench.project(shot(1, "12"), backend="fake", image_backend="edit", profile="svd-xt")
    bench.render(project)
    assert takes(bench) == [1, 1, 1, 1]

    told = do(project, "001", 2, "again")
    settled(bench)
    assert "Segment 3 of shot 001 is made again" in told and "what continues from it" in told
    assert takes(bench) == [1, 1, 2, 2] and set(bench.states(project)["001"]) == {"done"}
    again = [take for take in project.files.takes("001") if take.segment == 2]
    assert again[0].request.seed != again[1].request.seed

    told = do(project, "001", 1, "reanchor")
    settled(bench)
    assert told.startswith("Segment 2 begins with a fresh picture") and takes(bench) == [1, 2, 3, 3]
    assert project.selection.of("001").anchors == (1,)
    state = studio.generation.state(project, "001")
    rows = {one.kind: one.why_not for one in studio.remedies.offers(project, state, 1, "seam")}
    assert set(rows) == set(REMEDIES) and "already" in rows["reanchor"] and not rows["picture"]

    # a picture of one's own goes before any that is drawn, and stays when what comes before is made again
    write_png(tmp_path / "mine.png", np.full((64, 96, 3), 90, np.uint8))
    do(project, "001", 1, "picture", tmp_path / "mine.png")
    settled(bench)
    state = studio.generation.state(project, "001")
    mine = state.keyframe("mid-1")
    newest = [take for take in project.files.takes("001") if take.segment == 1][-1]
    assert mine is not None and newest.request.start == mine and takes(bench) == [1, 3, 4, 4]
    assert list(state.continuing(0)) == [0] and list(state.continuing(1)) == [1, 2, 3]

    # one that the shot has: offered are all but the one it begins with; its own slot keeps it
    write_png(tmp_path / "other.png", np.full((64, 96, 3), 150, np.uint8))
    studio.generation.import_keyframe(project, "001", tmp_path / "other.png", pick=False)
    state = studio.generation.state(project, "001")
    offer = next(o for o in studio.remedies.offers(project, state, 1, "seam") if o.kind == "keyframe")
    assert mine not in [k.image for k in offer.pictures] and {k.slot for k in offer.pictures} == {"start"}
    other = offer.pictures[-1]
    do(project, "001", 1, "keyframe", keyframe=other.name)
    settled(bench)
    state = studio.generation.state(project, "001")
    newest = [take for take in project.files.takes("001") if take.segment == 1][-1]
    begins = newest.request.start
    assert begins is not None and begins.sha256 == other.image.sha256 and state.keyframe("start") != other.image
    assert takes(bench) == [1, 4, 5, 5]
    own = next(k for k in state.keyframes if k.slot == "mid-1" and k.image.sha256 == mine.sha256)
    do(project, "001", 1, "keyframe", keyframe=own.name)
    assert studio.generation.state(project, "001").keyframe("mid-1") == mine
    assert takes(bench) == [1, 4, 5, 5], "takes of that picture are there"
    studio.selection.anchor(project, "001", 1, on=False)
    assert set(bench.states(project)["001"]) == {"done"}, "its earlier takes fit again"

    assert "matches the colours" in do(project, "001", 1, "match") and "already" in do(project, "001", 1, "match")
    studio.cuts.undo(project)
    assert studio.cuts.cut(project).finish.match == "off"

    told = do(project, "001", 2, "split")
    assert "It is cut there" in told and len(project.board.shots) == 2
    assert len(studio.generation.state(project, "001").timing.segments) == 2
    assert project.undo() == "splitting shot 001" and len(project.board.shots) == 1


def test_what_cannot_be_done_says_why_and_changes_nothing(bench: Bench) -> None:
    studio, do = bench.studio, bench.studio.remedies.do
    project = bench.project(shot(1, "9"), shot(2, "0.5"), backend="fake", profile="svd-xt")
    bench.render(project)
    for kind, segment, why in (("reanchor", 1, "words alone"), ("split", 0, "continues"), ("again", 7, "no segment 8")):
        with pytest.raises(NotReady, match=why):
            do(project, "001", segment, known_remedy(kind))
    with pytest.raises(BadInput, match="No picture"):
        do(project, "001", 1, "picture")
    with pytest.raises(BadInput, match="no remedy"):
        known_remedy("burn")
    assert project.selection.of("001").anchors == () and takes(bench)[:2] == [1, 1]
    state = studio.generation.state(project, "002")
    assert [one.kind for one in studio.remedies.offers(project, state, 0, "noise")] == ["again"]

    bench.studio.jobs.pause(project.id)
    studio.generation.render(project, ["002"], again=True)
    assert "being made" in studio.remedies.offers(project, state, 0, "noise")[0].why_not
    with pytest.raises(NotReady, match="being made"):
        do(project, "002", 0, "again")


def test_what_costs_something_is_told_before(tmp_path: Path) -> None:
    pictures = FakeBackend(EDITS.replace(free=False))
    bench = Bench(tmp_path, FakeBackend(fake_spec(free=False)), more={"edit": (pictures.spec, lambda: pictures)})
    try:
        project = bench.project(shot(1, "12"), backend="fake", image_backend="edit", profile="svd-xt")
        state = bench.studio.generation.state(project, "001")
        costs = {one.kind: one.costs for one in bench.studio.remedies.offers(project, state, 2, "drift")}
        title = state.setup.spec.title
        assert costs["reanchor"] == (f"2 clips by {title}", "1 keyframe price not known")
        assert costs["again"] == costs["picture"] == (f"2 clips by {title}",)
        assert costs["split"] == costs["match"] == ()
    finally:
        bench.close()
        pictures.close()


def test_frames_of_the_film_lead_to_segments(bench: Bench) -> None:
    project = bench.project(shot(1, "9"), shot(2, "0.5"), backend="fake", profile="svd-xt")
    bench.render(project)
    studio = bench.studio
    reel, state = studio.cuts.view(project).reel, studio.generation.state(project, "001")
    rate, native = project.project.rate, state.setup.profile.rate
    for segment in state.timing.segments:
        at = -(-segment.first * rate // native)
        assert segment_at(reel, int(at)) == ("001", segment.index) and join_at(state, segment.first) == segment.index
    assert segment_at(reel, reel.frames - 1) == ("002", 0) and segment_at(reel, reel.frames) is None
