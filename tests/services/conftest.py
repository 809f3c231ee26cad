from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.bench import Bench, running
from tests.fakes.desk import Desk


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A studio over real folders and media with the fake backend."""
    with running(tmp_path) as bench:
        yield bench


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A job service alone; at the end everything that waits for a gate goes on."""
    desk = Desk()
    yield desk
    for gate in desk.gates.values():
        gate.set()
    desk.service.close()
