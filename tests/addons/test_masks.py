"""The mask in the Keyframes tab, the export panel and the film's seed in the Storyboard tab, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.keyframes.model import parts as keyframe_parts
from addons.storyboard import parts as storyboard_parts
from domain.errors import BadInput
from services.projects import OpenProject
from tests.addons.support import Window
from tests.fakes.backend import ALL_FIELDS, FakeBackend, fake_spec, plain, write_png
from tests.fakes.bench import Bench, running, shot


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(tmp_path, FakeBackend(fake_spec(fields=ALL_FIELDS | {"carry", "mask"}))) as bench:
        yield bench


@pytest.fixture
def project(bench: Bench) -> OpenProject:
    return bench.project(shot(1), shot(2))


def test_a_mask_is_offered_once_there_is_a_picture_to_mask(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    window = Window(bench, project, keyframe_parts)
    window.act("keyframes.shots", "select", "001")
    assert window.head("keyframes.shot")["masking"] == {}, "nothing comes before the first shot"
    window.act("keyframes.shots", "select", "002")
    assert window.head("keyframes.shot")["masking"] == {"before": "001", "share": 0, "mask": ""}
    bench.studio.storyboards.edit(project, "002", {"carry": 0.3})
    picture = tmp_path / "start.png"
    write_png(picture, plain(64, 48, 1))
    bench.studio.generation.import_keyframe(project, "001", picture)
    shown = window.head("keyframes.shot")["masking"]
    assert shown["share"] == 30 and "/keyframe/001/" in shown["picture"] and not shown["mask"]
    window.act("keyframes.shot", "mask", "002", token=window.hand_over(picture))
    mask = project.board.shot("002").mask
    assert mask is not None and window.head("keyframes.shot")["masking"]["mask"].endswith(mask.sha256)
    window.act("keyframes.shot", "unmask", "002")
    assert project.board.shot("002").mask is None


def test_an_engine_that_takes_no_masks_is_shown_none(tmp_path: Path) -> None:
    with running(tmp_path) as plain_bench:
        project = plain_bench.project(shot(1), shot(2, carry=0.5))
        window = Window(plain_bench, project, keyframe_parts)
        window.act("keyframes.shots", "select", "002")
        assert window.head("keyframes.shot")["masking"] == {}


def test_an_export_says_where_it_lies_and_what_it_cannot_hold(bench: Bench, project: OpenProject) -> None:
    window = Window(bench, project, storyboard_parts)
    part = "storyboard.exports"
    assert window.head(part) == {"open": False}
    window.act(part, "panel")
    assert {form[0] for form in window.head(part)["formats"]} >= {"json", "fdx", "images", "pdf"}
    window.act(part, "export", "fountain")
    written = window.head(part)["written"]
    assert Path(written["place"]).is_file() and any("lengths" in note for note in written["notes"])
    [(name, url)] = written["files"]
    assert url == f"/media/{project.id}/export/{name}"
    window.act(part, "export", "json")
    assert window.head(part)["written"]["notes"] == []
    with pytest.raises(BadInput):
        window.act(part, "export", "docx")
    window.act(part, "export", "pdf")
    bench.wait(bench.studio.jobs.runs(project.id)[-1])
    head = window.head(part)
    assert not head.get("busy") and head["written"]["files"][0][0].endswith(".pdf")
    assert Path(head["written"]["place"]).is_file()
    window.act(part, "close")
    assert window.head(part) == {"open": False}


def test_the_seed_of_the_film_is_a_number_or_none(bench: Bench, project: OpenProject) -> None:
    window = Window(bench, project, storyboard_parts)
    part = "storyboard.inspector"
    assert window.head(part)["seed"] == ""
    window.act(part, "edit", "", field="board.seed", value=" 18446744073709551615 ")
    assert project.board.seed == 2**64 - 1 and window.head(part)["seed"] == "18446744073709551615"
    for wrong in ("-1", "x", "18446744073709551616", "1.5"):
        with pytest.raises(BadInput, match="film's seed"):
            window.act(part, "edit", "", field="board.seed", value=wrong)
    window.act(part, "edit", "", field="board.seed", value="")
    assert project.board.seed is None
