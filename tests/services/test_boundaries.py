"""Keyframe mode: pictures that are missing are drawn first, and one boundary is one picture on both of its sides."""

from __future__ import annotations

import pytest

from addons.keyframes.model import parts
from domain.errors import NotReady
from services.projects import OpenProject
from tests.addons.support import Window
from tests.fakes.bench import Bench, shot


def made(bench: Bench, project: OpenProject, shot_id: str = "001") -> list[tuple[str, str]]:
    """The paths of the pictures that each segment's standing take begins and ends with."""
    takes = {take.segment: take for take in project.files.takes(shot_id)}
    return [
        (take.request.start.path if take.request.start else "", take.request.end.path if take.request.end else "")
        for _, take in sorted(takes.items())
    ]


def test_one_boundary_is_one_picture_drawn_once(bench: Bench) -> None:
    project = bench.project(shot(1, "8"), profile="wan2.2-14b", mode="keyframe")
    bench.render(project)
    drawn = [request.params.get("slot", "start") for request in bench.backend.requests("image")]
    assert sorted(drawn) == ["end", "mid-1", "start"]
    first, second = made(bench, project)
    assert first[1] == second[0] and len({*first, *second}) == 3
    bench.wait(bench.studio.generation.draw_keyframes(project, ["001"], 1, "mid-1"))
    other = project.files.keyframes("001")[-1]
    bench.studio.selection.pick_keyframe(project, "001", other.name)
    assert bench.states(project)["001"] == ["stale", "stale"], "both sides of the boundary"
    bench.render(project)
    first, second = made(bench, project)
    assert first[1] == second[0] == other.image.path


def test_a_shot_ends_on_the_picture_with_which_the_next_begins(bench: Bench) -> None:
    project = bench.project(shot(1, "2"), shot(2, "2"), profile="wan2.2-14b", mode="keyframe")
    window = Window(bench, project, parts)
    window.act("keyframes.shots", "select", "001")
    window.act("keyframes.shot", "slot", "001", slot="end")
    assert window.head("keyframes.shot")["behind"] == ""
    with pytest.raises(NotReady, match="next shot"):
        window.act("keyframes.shot", "end-on-next", "001")
    bench.wait(bench.studio.generation.draw_keyframes(project, ["002"], 1, "start"))
    assert window.head("keyframes.shot")["behind"] == "002"
    window.act("keyframes.shot", "end-on-next", "001")
    assert window.head("keyframes.shot")["picked"] and window.head("keyframes.shot")["slot"] == "end"
    bench.render(project)
    [(_, end)], [(start, _)] = made(bench, project), made(bench, project, "002")
    files = [(project.files.root / path).read_bytes() for path in (end, start)]
    assert files[0] == files[1]
    window.act("keyframes.shot", "end-on-next", "001")
    assert len([k for k in project.files.keyframes("001") if k.slot == "end"]) == 1, "the same is stored once"
