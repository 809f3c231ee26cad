"""A task done by a worker: its progress and answer, its errors, its death, and stopping it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadInput, Cancelled, MediaFailed
from infrastructure.processes import process_alive
from infrastructure.tasks import Words, done_by

CHILD = """
import os, time
from infrastructure.processes import serve
from domain.errors import BadInput

def handle(message, reply):
    for number in range(3):
        reply({"kind": "progress", "done": number, "pid": os.getpid()})
    if message["do"] == "fail":
        raise BadInput("No such thing.", "Try another.")
    if message["do"] == "die":
        os._exit(3)
    if message["do"] == "sleep":
        time.sleep(60)
    reply({"kind": "done", "words": message["do"]})

if __name__ == "__main__":
    serve(handle)
"""
WORDS = Words("counts", "It was stopped before it began.", "It was stopped.")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module to run as worker."""
    (tmp_path / "counting_worker.py").write_text(CHILD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "counting_worker"


def test_progress_comes_on_the_way_and_the_answer_at_the_end(module: str) -> None:
    told: list[Any] = []
    found = done_by(module, {"do": "this"}, WORDS, lambda message: told.append(message["done"]), lambda: False)
    assert told == [0, 1, 2] and found["words"] == "this"


def test_what_the_worker_reports_is_raised_and_its_death_is_told(module: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(BadInput, match="No such thing"):
        done_by(module, {"do": "fail"}, WORDS, lambda message: None, lambda: False)
    with caplog.at_level(logging.WARNING), pytest.raises(MediaFailed, match="The process that counts ended unexp"):
        done_by(module, {"do": "die"}, WORDS, lambda message: None, lambda: False)
    assert "The process that counts ended by itself" in caplog.text


def test_stopping_ends_the_process(module: str) -> None:
    told: list[int] = []
    with pytest.raises(Cancelled, match=r"It was stopped\."):
        done_by(module, {"do": "sleep"}, WORDS, lambda message: told.append(message["pid"]), lambda: bool(told))
    assert told and not process_alive(told[0])
    with pytest.raises(Cancelled, match="before it began"):
        done_by("no_such_module", {}, WORDS, lambda message: None, lambda: True)
