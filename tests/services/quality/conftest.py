"""A studio whose pictures can be drawn from others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.backend import EDITS, FakeBackend
from tests.fakes.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    pictures = FakeBackend(EDITS)
    made = Bench(tmp_path, more={EDITS.id: (EDITS, lambda: pictures)})
    yield made
    made.close()
    pictures.close()
