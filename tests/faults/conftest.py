from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.bench import Bench, running
from tests.fakes.comfy_stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Stand-in servers, and studios that render on them."""
    stage = Stage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A studio over real folders and media with the fake backend."""
    with running(tmp_path) as bench:
        yield bench
