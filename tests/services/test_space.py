"""How much room work needs, from what earlier work took."""

from __future__ import annotations

from fractions import Fraction

import pytest

from domain.errors import DiskFull
from domain.project import Picked
from domain.request import GenerationRequest
from domain.take import Keyframe, MediaInfo, Take
from services.space import CLIP_BYTES, PICTURE_BYTES, SpaceKeeper, clip_bytes, picture_bytes
from tests.fakes.bench import Bench, shot

REQUEST = GenerationRequest(
    kind="video", backend="fake", workflow="fake", profile="animatic", seed=1, seed_rule="fixed:1", width=100, height=50,
    frames=10, rate=Fraction(24),
)  # fmt: skip
FILE = Picked(path="x", sha256="0" * 64)


def take(size: int, *, frames: int = 10, last: int = 0) -> Take:
    info = MediaInfo(width=100, height=50, frames=frames, size=size)
    return Take(
        id="t", shot="001", segment=0, clip=FILE, last=FILE, request=REQUEST, fingerprint="", info=info, last_bytes=last
    )


def test_before_the_first_take_a_usual_figure_is_taken() -> None:
    assert clip_bytes(1000, []) == 1000 * CLIP_BYTES
    assert picture_bytes(1000, [], []) == 1000 * PICTURE_BYTES


def test_takes_tell_better_and_scale_with_the_size() -> None:
    takes = [take(50_000), take(150_000, frames=30)]
    assert clip_bytes(5000, takes) == 5000, "200 kB for 40 frames of 5000 pixels: a byte for a pixel"
    assert clip_bytes(20_000, takes) == 20_000


def test_old_sidecars_without_sizes_count_for_nothing() -> None:
    assert clip_bytes(1000, [take(0)]) == 1000 * CLIP_BYTES
    keyframe = Keyframe(name="k", shot="001", image=FILE, width=100, height=50, image_bytes=0)
    assert picture_bytes(1000, [keyframe], [take(1)]) == 1000 * PICTURE_BYTES
    known = keyframe.replace(image_bytes=10_000)
    assert picture_bytes(1000, [known], [take(1, last=5000)]) == 1000 * Fraction(15_000, 10_000)


def test_only_the_newest_count() -> None:
    assert clip_bytes(5000, [take(5_000_000)] * 3 + [take(50_000)] * 50) == 5000


def test_what_fits_is_let_through_and_the_reserve_stays_free(bench: Bench) -> None:
    project = bench.project(shot(1))
    free = project.files.free_bytes()
    SpaceKeeper(bench.studio.projects, bench.studio.jobs, reserve=free // 2).need(project, free // 4, "Rendering")
    with pytest.raises(DiskFull, match="Rendering was not started: it needs about"):
        SpaceKeeper(bench.studio.projects, bench.studio.jobs, reserve=free // 2).need(project, free, "Rendering")


def test_without_work_nothing_is_held(bench: Bench) -> None:
    project = bench.project(shot(1))
    SpaceKeeper(bench.studio.projects, bench.studio.jobs, reserve=2**62).look()
    assert bench.studio.jobs.holds(project.id) == ()


def test_the_watcher_ends_when_it_is_closed(bench: Bench) -> None:
    keeper = SpaceKeeper(bench.studio.projects, bench.studio.jobs, look=0.01)
    keeper.start()
    keeper.close()
    keeper.close()
