from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.bench import Bench, running


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A studio over real folders and media with the fake backend."""
    with running(tmp_path) as bench:
        yield bench
