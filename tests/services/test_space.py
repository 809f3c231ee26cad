"""How much room work needs, from what earlier work took."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from domain.delivery import SHIPPED
from domain.errors import DiskFull
from domain.project import Picked
from domain.request import GenerationRequest
from domain.take import Keyframe, MediaInfo, Take
from services.space import CLIP_BYTES, PICTURE_BYTES, SpaceKeeper, clip_bytes, delivery_bytes, picture_bytes
from tests.addons.terminal.support import listing
from tests.fakes.bench import Bench, running, shot

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


HOUR = 3600


@pytest.mark.parametrize(
    ("delivery", "least", "most"),
    [
        ("web", 5.4e9, 5.6e9), ("vertical", 5.4e9, 5.6e9), ("prores", 80e9, 82e9), ("dnxhr", 80e9, 82e9),
        ("png", 358e9, 359e9), ("hevc-4k", 42e9, 44e9), ("gif", 1e5, 2e7),
    ],
)  # fmt: skip
def test_an_hour_of_full_hd_takes_what_its_delivery_takes(delivery: str, least: float, most: float) -> None:
    """12 Mbit/s with 320 kbit/s of sound are 5.5 GB an hour; about 180 Mbit/s of ProRes 422 HQ and its
    sound as it is are 81 GB; and so on."""
    how = next(d for d in SHIPPED if d.id == delivery)
    size = delivery_bytes(how, 24 * HOUR, Fraction(24), (1920, 1080), CLIP_BYTES)
    assert least < size < most
    assert delivery_bytes(how.replace(limit=50_000), 24 * HOUR, Fraction(24), (1920, 1080), CLIP_BYTES) == 50_000


def test_nothing_that_writes_much_begins_without_room(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        project = bench.project(shot(1), shot(2))
        bench.render(project)
        root = project.files.root
    full = Bench(tmp_path, reserve=2**60)
    try:
        project = full.studio.projects.open(root)
        before = listing(tmp_path)
        work: dict[str, Callable[[], object]] = {
            "The film": lambda: full.studio.film.make(project),
            "The film's sound": lambda: full.studio.film.make(project, target=tmp_path / "film.mp4"),
            "The export": lambda: full.studio.handover.export(project, "otio", tmp_path / "cut.otio"),
            "Packing": lambda: full.studio.handover.pack(project, tmp_path / "film.zip"),
        }
        for what, begin in work.items():
            with pytest.raises(DiskFull, match=f"^{what} was not started: it needs about .* and the disk of") as caught:
                begin()
            assert caught.value.cure.startswith("Free some space")
        assert full.studio.jobs.jobs() == [] and listing(tmp_path) == before
    finally:
        full.close()
