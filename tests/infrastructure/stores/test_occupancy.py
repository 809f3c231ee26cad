"""One process renders in a project: who it is, when it makes room, and when a person is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Occupied
from infrastructure.processes import PACKAGES, process_started
from infrastructure.stores.occupancy import Occupancy
from infrastructure.stores.owners import me

HOLDER = """
import sys, time
from pathlib import Path
from infrastructure.stores.occupancy import Occupancy
Occupancy(Path(sys.argv[1])).enter("kinoloom render")
print("in", flush=True)
time.sleep(60)
"""


@pytest.fixture
def hidden(tmp_path: Path) -> Path:
    return tmp_path / ".kinoloom"


@pytest.fixture
def ours(hidden: Path) -> Iterator[Occupancy]:
    occupancy = Occupancy(hidden)
    yield occupancy
    occupancy.leave()


def holder(hidden: Path) -> subprocess.Popen[str]:
    """Another process that renders there."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(hidden)], cwd=PACKAGES, text=True, stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": "."},
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "in\n"
    return process


def noted(hidden: Path, **facts: Any) -> Path:
    """A note as another process would have left it."""
    host, pid, started = me()
    known = {
        "schema": "kinoloom/occupant", "version": 1, "host": host, "pid": pid, "started": started, "token": "another",
        "program": "the studio", "user": "anna", "since": "2026-11-21 08:30",
    }  # fmt: skip
    hidden.mkdir(exist_ok=True)
    note = hidden / "occupant.json"
    note.write_text(json.dumps(known | facts))
    return note


def test_a_second_process_is_told_who_renders_and_comes_in_when_that_one_is_gone(hidden: Path, ours: Occupancy) -> None:
    process = holder(hidden)
    try:
        words = (
            rf"This project is open for rendering in kinoloom render on .+ \(.+, process {process.pid}\) since \d{{4}}-"
        )
        with pytest.raises(Occupied, match=words) as caught:
            ours.enter("the studio")
        assert not caught.value.may_take_over and "looking and editing go on here" in caught.value.cure
        with pytest.raises(Occupied):
            ours.enter("the studio", take_over=True)
        who = ours.who()
        assert who is not None and who.pid == process.pid
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert ours.who() is None
    ours.enter("the studio")
    who = ours.who()
    assert who is not None and (who.pid, who.program) == (os.getpid(), "the studio")


def test_two_windows_of_one_process_do_not_shut_each_other_out(hidden: Path, ours: Occupancy) -> None:
    ours.enter("the studio")
    other = Occupancy(hidden)
    other.enter("the studio")
    ours.leave()
    assert other.who() is not None, "who came later stays"
    other.leave()
    assert other.who() is None and not (hidden / "occupant.json").exists()


@pytest.mark.skipif(not process_started(os.getpid()), reason="the system does not say when a process began")
def test_a_number_that_was_given_to_another_process_is_no_owner(hidden: Path, ours: Occupancy) -> None:
    noted(hidden, pid=os.getppid(), started="1")
    ours.enter("the studio")


@pytest.mark.parametrize(("silent", "may"), [(100, False), (3600, True), (-3600, False)])
def test_another_computer_is_replaced_only_after_a_silence_and_a_question(
    hidden: Path, ours: Occupancy, silent: float, may: bool
) -> None:
    """A beat in the future, as after the clock was set back, counts as fresh."""
    note = noted(hidden, host="atelier", pid=4711)
    when = time.time() - silent
    os.utime(note, (when, when))
    with pytest.raises(
        Occupied, match=r"in the studio on atelier \(anna, process 4711\) since 2026-11-21 08:30 UTC\."
    ) as caught:
        ours.enter("kinoloom render")
    assert caught.value.may_take_over is may
    assert ("Nothing was heard of it for 60 minutes." in caught.value.message) is may
    if not may:
        with pytest.raises(Occupied):
            ours.enter("kinoloom render", take_over=True)
        return
    ours.enter("kinoloom render", take_over=True)
    who = ours.who()
    assert who is not None and who.pid == os.getpid()


def test_the_owner_keeps_its_note_fresh_until_somebody_else_took_over(hidden: Path) -> None:
    occupancy = Occupancy(hidden, beat=0.02)
    occupancy.enter("the studio")
    try:
        note = hidden / "occupant.json"
        os.utime(note, (1, 1))
        end = time.monotonic() + 5
        while note.stat().st_mtime < 1000:
            assert time.monotonic() < end, "no beat"
            time.sleep(0.01)
        noted(hidden, host="atelier", token="theirs")
        time.sleep(0.1)  # a beat that is under way ends
        os.utime(note, (1, 1))
        time.sleep(0.1)
        assert note.stat().st_mtime == 1, "their note is not kept fresh by us"
    finally:
        occupancy.leave()
    assert json.loads(note.read_text())["token"] == "theirs", "and not removed by us"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": "kinoloom/occupant", "version": 1, "pid": -4}'])
def test_a_note_that_cannot_be_read_shuts_nobody_out(hidden: Path, ours: Occupancy, content: str) -> None:
    noted(hidden).write_text(content)
    ours.enter("the studio")
    assert ours.who() is not None
