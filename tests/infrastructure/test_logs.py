"""Logs hold what is needed to find a cause, and never a key."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from infrastructure import logs

SECRETS = [
    "sk-abcdefghijklmnop1234", "Authorization: Bearer abc.def-ghi_jkl", "api_key=SECRETSECRET", "key=AAAAAAAAAA",
    '{"api_key": "SECRETSECRET"}', "https://host/x?key=SECRETSECRET&size=2", "AIzaSyA1234567890abcdefghijklmnop",
    "token: SECRETSECRET", "https://user:SECRETSECRET@host/", "hf_abcdefghijklmnop", "password='SECRETSECRET'",
]  # fmt: skip


@pytest.fixture
def log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[logging.Logger]:
    """A logger whose entries end in tmp_path/kinoloom.log and in the captured stderr."""
    level = logging.getLogger().level
    handlers = logs.start_logging(tmp_path)
    yield logging.getLogger("tests.logs")
    logs.stop_logging(handlers)
    logging.getLogger().setLevel(level)


@pytest.mark.logs_errors("a traceback is what may hold a key")
@pytest.mark.parametrize("secret", SECRETS)
def test_keys_are_hidden_in_messages_arguments_and_tracebacks(
    log: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str], secret: str
) -> None:
    log.warning("plain %s", secret)
    log.warning(secret.replace("%", "%%"))
    try:
        raise ValueError(f"failed with {secret}")
    except ValueError:
        log.exception("it failed")
    text = (tmp_path / "kinoloom.log").read_text() + capsys.readouterr().err
    hidden = [part for part in ("SECRETSECRET", "abcdefghijklmnop", "abc.def-ghi_jkl", "AAAAAAAAAA") if part in secret]
    assert hidden
    assert not any(part in text for part in hidden)
    assert "[hidden]" in text


@pytest.mark.parametrize(
    "text", ["Keyframe 3 of shot 007", "the task-force key light", "monkey business", "sky-blue", "keyframes=12"]
)
def test_ordinary_words_stay(text: str) -> None:
    assert logs.redact(text) == text


def test_the_file_has_everything_and_stderr_warnings_only(
    log: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.info("quiet")
    log.warning("loud")
    shown = capsys.readouterr().err
    assert "loud" in shown
    assert "quiet" not in shown
    text = (tmp_path / "kinoloom.log").read_text()
    assert "quiet" in text
    assert "loud" in text


def test_files_rotate(tmp_path: Path) -> None:
    handlers = logs.start_logging(tmp_path, size=2000)
    for number in range(200):
        logging.getLogger("tests.logs").info("entry %d %s", number, "x" * 50)
    logs.stop_logging(handlers)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files[0] == "kinoloom.log"
    assert 2 <= len(files) <= 5
    assert all(path.stat().st_size <= 2200 for path in tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_no_reason_not_to_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    handlers = logs.start_logging(tmp_path / "file" / "logs")
    logs.stop_logging(handlers)
    assert len(handlers) == 1
    assert "No log file" in capsys.readouterr().err


def test_an_entry_that_cannot_be_written_is_not_shown_either(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = {"name": "tests.logs", "levelno": logging.WARNING, "msg": "%d of them", "args": ("key=SECRETSECRET",)}
    for handler in logging.getLogger().handlers:
        if type(handler).__module__ == logs.__name__:
            handler.handle(logging.makeLogRecord(facts))
    shown = capsys.readouterr().err
    assert "A log entry of tests.logs" in shown
    assert "SECRETSECRET" not in shown


def test_a_closed_stderr_does_no_harm(log: logging.Logger, tmp_path: Path) -> None:
    closed = (tmp_path / "stderr").open("w")
    closed.close()
    for stream in (closed, None):
        with contextlib.redirect_stderr(stream):
            log.warning("still in the file")
    assert (tmp_path / "kinoloom.log").read_text().count("still in the file") == 2
