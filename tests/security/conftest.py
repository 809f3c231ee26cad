"""An open studio and one with a password, each for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.door import PASSWORD, Door, opened


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A studio as most have it: on this computer alone, without a password."""
    with opened(tmp_path_factory.mktemp("door")) as found:
        yield found


@pytest.fixture(scope="package")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A studio with a password, on a network, behind a proxy called film.example.org."""
    folder = tmp_path_factory.mktemp("locked")
    with opened(folder, password=PASSWORD, bound="0.0.0.0", names=("film.example.org",)) as found:
        yield found


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A studio with a password for one test alone."""
    with opened(tmp_path_factory.mktemp("fresh"), password=PASSWORD) as found:
        yield found
