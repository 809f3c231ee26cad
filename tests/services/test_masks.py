"""The mask of a shot: stored once, sent with the picture of the shot before, and part of what a keyframe is made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from domain.errors import NotFound, UnreadableMedia
from infrastructure.comfyui.backend import BACKEND
from services.projects import OpenProject
from tests.fakes.backend import ALL_FIELDS, FakeBackend, fake_spec, plain, write_png
from tests.fakes.bench import Bench, running, shot
from tests.fakes.comfy_stage import Stage


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(tmp_path, FakeBackend(fake_spec(fields=ALL_FIELDS | {"carry", "mask"}))) as bench:
        yield bench


@pytest.fixture
def project(bench: Bench, tmp_path: Path) -> OpenProject:
    """Two shots; the first has a picked keyframe, the second carries a quarter of it over."""
    project = bench.project(shot(1), shot(2, carry=0.25))
    picture = tmp_path / "start.png"
    write_png(picture, plain(64, 48, 1))
    bench.studio.generation.import_keyframe(project, "001", picture)
    return project


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    painted = np.zeros((48, 64, 3), np.uint8)
    painted[:, 32:] = 255
    path = tmp_path / "mask.png"
    write_png(path, painted)
    return path


def pixels(path: Path) -> npt.NDArray[np.uint8]:
    with av.open(str(path)) as container:
        return np.asarray(next(container.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)


def drawn(bench: Bench, project: OpenProject) -> dict[str, str]:
    """The hashes of what the second shot's newest picture was made of."""
    bench.wait(bench.studio.generation.draw_keyframes(project, ["002"], 1, "start"))
    return bench.backend.received[-1][1]


def test_it_goes_with_the_picture_before_and_counts_for_the_keyframe(
    bench: Bench, project: OpenProject, mask: Path
) -> None:
    generation = bench.studio.generation
    without = drawn(bench, project)
    assert set(without) == {"start"} and bench.backend.received[-1][0].params["denoise"] == 0.75
    stored = generation.set_mask(project, "002", mask)
    assert stored is not None and project.board.shot("002").mask == stored
    states = {s.words.shot.id: s for s in generation.states(project, generation.setup(project))}
    assert states["002"].keyframe("start") is None, "what was drawn without it is of older words"
    assert drawn(bench, project) == {**without, "mask": stored.sha256}
    assert generation.set_mask(project, "002", mask) == stored
    assert len(list((project.files.root / "masks").iterdir())) == 1
    generation.set_mask(project, "002", None)
    assert drawn(bench, project) == without
    bench.studio.storyboards.undo(project)
    assert project.board.shot("002").mask == stored and bench.studio.library.mask(project.id, stored.sha256).is_file()


def test_a_shot_that_carries_nothing_over_has_no_use_for_it(bench: Bench, project: OpenProject, mask: Path) -> None:
    bench.studio.generation.set_mask(project, "002", mask)
    bench.studio.storyboards.edit(project, "002", {"carry": None})
    assert drawn(bench, project) == {}


def test_what_is_no_picture_changes_nothing(bench: Bench, project: OpenProject, tmp_path: Path, mask: Path) -> None:
    wrong = tmp_path / "words.png"
    wrong.write_text("no picture")
    before = project.board
    with pytest.raises(UnreadableMedia):
        bench.studio.generation.set_mask(project, "002", wrong)
    with pytest.raises(NotFound):
        bench.studio.generation.set_mask(project, "009", mask)
    with pytest.raises(NotFound):
        bench.studio.library.mask(project.id, "0" * 64)
    assert project.board == before and not (project.files.root / "masks").exists()


def test_a_server_gets_picture_and_mask_and_gives_a_picture_back(tmp_path: Path, mask: Path) -> None:
    stage = Stage(tmp_path / "stage")
    try:
        comfy = stage.server("z-image-turbo-i2i")
        bench = stage.studio()
        project = stage.project(
            bench, "0.5", "0.5", backend="fake", workflow="", image_backend=BACKEND, image_workflow="z-image-turbo-i2i"
        )
        generation = bench.studio.generation
        bench.wait(generation.draw_keyframes(project, ["001"], 1, "start"))
        [first] = project.files.keyframes("001")
        assert first.request is not None and first.request.start is None and "denoise" not in first.request.params
        bench.studio.selection.pick_keyframe(project, "001", first.name)
        bench.studio.storyboards.edit(project, "002", {"carry": 0.5})
        generation.set_mask(project, "002", mask)
        bench.wait(generation.draw_keyframes(project, ["002"], 1, "start"))
        [second] = project.files.keyframes("002")
        assert second.request is not None and second.request.mask is not None and second.request.start == first.image
        graphs = [comfy.core.history[job]["prompt"][2] for job in comfy.accepted]
        kinds = [{entry["class_type"] for entry in graph.values()} for graph in graphs]
        assert ["LoadImageMask" in found for found in kinds] == [False, True]
        assert ["LoadImage" in found for found in kinds] == [False, True]
        [sampler] = [entry["inputs"] for entry in graphs[1].values() if entry["class_type"] == "KSampler"]
        assert sampler["denoise"] == 0.5
        before, after = (pixels(project.files.path(keyframe.image)) for keyframe in (first, second))
        middle = before.shape[1] // 2
        assert (before[:, : middle - 2] == after[:, : middle - 2]).all(), "outside of the mask it is the same"
        assert (before[:, middle + 2 :] != after[:, middle + 2 :]).any()
    finally:
        stage.close()
