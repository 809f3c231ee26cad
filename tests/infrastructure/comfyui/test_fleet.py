"""Servers with settings of their own: places, logins, switched off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import BadInput
from infrastructure.comfyui.catalogue import Catalogue
from infrastructure.comfyui.engine import ComfyEngine
from infrastructure.comfyui.logins import login_config
from infrastructure.comfyui.pool import AHEAD, Pool, ServerConfig
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_studio import server


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[ComfyStandIn]:
    """A server that answers only those who have its key."""
    one = server(tmp_path, key=("X-Api-Key", "abc def"))
    yield one
    one.stop()


def engine(tmp_path: Path, *configs: ServerConfig) -> tuple[ComfyEngine, Pool]:
    pool = Pool()
    return ComfyEngine(Catalogue(tmp_path / "own"), pool, lambda: configs, tmp_path / "own", lambda: None), pool


def test_each_server_is_greeted_its_own_way(tmp_path: Path, guarded: ComfyStandIn) -> None:
    bare, _ = engine(tmp_path)
    assert not bare.probe(guarded.url).reachable
    assert not bare.probe(guarded.url, "abc").reachable, "a token is no key"
    assert bare.probe(guarded.url, "X-Api-Key: abc def").reachable
    with pytest.raises(BadInput, match="neither a token"):
        bare.probe(guarded.url, "abc def")
    known, pool = engine(tmp_path, login_config(guarded.url, "X-Api-Key: abc def", title="Big one"))
    assert known.probe(guarded.url).reachable, "one that is set up is asked with its own"
    known.look()
    end = time.monotonic() + 10
    while known.looking:
        assert time.monotonic() < end
        time.sleep(0.01)
    (seen,) = known.servers()
    assert (seen.reachable, seen.title, seen.login, seen.on, seen.queued) == (True, "Big one", True, True, 1)
    assert "abc" not in seen.model_dump_json()
    pool.close()


def test_a_server_gets_as_many_jobs_as_are_set_and_none_while_it_is_off(tmp_path: Path) -> None:
    urls = [f"http://127.0.0.1:{port}" for port in (1, 2, 3)]
    configs = [
        login_config(urls[0], "", waiting=0), login_config(urls[1], "", waiting=3), login_config(urls[2], "", on=False),
    ]  # fmt: skip
    made, pool = engine(tmp_path, *configs)
    assert [(s.url, s.on, s.queued) for s in made.servers()] == [
        (urls[0], True, 0), (urls[1], True, 3), (urls[2], False, 1),
    ]  # fmt: skip
    assert [m.config.url for m in pool.members()] == urls[:2]
    assert pool.lanes() == 1 + 4 + 2 * AHEAD
    seats = [pool.take(f"chain {n}", "flow", lambda: False) for n in range(5)]
    assert sorted(seat.member.config.url for seat in seats if seat) == [urls[0], *([urls[1]] * 4)]
    assert pool.take("one more", "flow", lambda: True) is None
    pool.close()
