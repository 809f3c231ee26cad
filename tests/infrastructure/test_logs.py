"""Logs hold what is needed to find a cause, and never a key."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infrastructure import logs
from infrastructure.redaction import Secrets

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


# -- entries -----------------------------------------------------------------------------------------------------

JOB = "0f5b3a52-6a4e-4d0c-9a53-0c9d7a8b1c2d"


def entries_in(file: Path) -> list[dict[str, Any]]:
    """Every line of a log, each of which must be one JSON object."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.logs_errors("a traceback is looked for")
def test_each_line_is_one_entry_with_its_facts_and_traceback(log: logging.Logger, tmp_path: Path) -> None:
    log.info("two\nlines %s", "\u2028", extra={"shot": "001", "server": "http://me:S3CR3TS3CR3T@host"})
    try:
        raise ValueError("no")
    except ValueError:
        log.exception("it failed")
    first, second = entries_in(tmp_path / "kinoloom.log")
    assert first["message"] == "two\nlines \u2028" and first["shot"] == "001" and first["level"] == "INFO"
    assert first["server"] == "http://[hidden]@host"
    assert first["time"].endswith("Z") and "trace" not in first
    assert "ValueError: no" in second["trace"] and "test_logs.py" in second["trace"]


def test_an_entry_that_names_a_job_says_whose_it_is(log: logging.Logger, tmp_path: Path) -> None:
    log.info("begun", extra={"project": "p1", "run": "r1", "job": JOB, "shot": "001", "state": "running"})
    log.info("the worker of job %s ended", JOB)
    log.info("somebody else's %s", JOB.replace("0", "1"))
    _, named, other = entries_in(tmp_path / "kinoloom.log")
    assert {k: named.get(k) for k in logs.FACTS} == {
        "project": "p1", "run": "r1", "job": JOB, "shot": "001",
        "kind": None, "segment": None, "backend": None, "server": None, "state": None,
    }  # fmt: skip
    assert "project" not in other


def test_an_entry_is_about_what_its_thread_works_on(tmp_path: Path) -> None:
    entries = logs.Entries(Secrets(), lambda: {"project": "p1", "job": JOB, "shot": "001"})
    record = logging.makeLogRecord({"name": "x", "msg": "decoding"})
    other = logging.makeLogRecord({"name": "x", "msg": "queued", "project": "p2", "job": "another"})
    assert [entries.of(record).get(k) for k in ("project", "job", "shot")] == ["p1", JOB, "001"]
    assert [entries.of(other).get(k) for k in ("project", "job", "shot")] == ["p2", "another", None]


# -- the logs of projects ----------------------------------------------------------------------------------------


@pytest.fixture
def project_log(tmp_path: Path) -> Iterator[logging.Logger]:
    """A logger whose entries go to the projects p0, p1 … in folders of these names."""
    handler = logs.ProjectLogs(
        logs.Entries(Secrets(["orange-juice"])), lambda p: tmp_path / p if p.startswith("p") else None, size=2000
    )
    logger = logging.getLogger("tests.projects")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)
    handler.close()


@pytest.mark.logs_errors("a traceback is looked for")
def test_a_project_has_its_own_log_without_secrets(project_log: logging.Logger, tmp_path: Path) -> None:
    for name in ("p1", "p2"):
        (tmp_path / name).mkdir()
    project_log.info("queued", extra={"project": "p1", "job": JOB})
    project_log.info("of nobody")
    project_log.info("queued", extra={"project": "p2"})
    try:
        raise ValueError("with orange-juice and api_key=S3CR3TS3CR3T")
    except ValueError:
        project_log.exception("%s ended unexpectedly", JOB)
    text = (tmp_path / "p1" / "log" / "kinoloom.log").read_text()
    assert "orange" not in text and "S3CR3T" not in text
    entries = entries_in(tmp_path / "p1" / "log" / "kinoloom.log")
    assert [e["message"] for e in entries] == ["queued", f"{JOB} ended unexpectedly"]
    assert "ValueError: with [hidden]" in entries[1]["trace"]
    assert len(entries_in(tmp_path / "p2" / "log" / "kinoloom.log")) == 1


def test_the_log_of_a_project_rotates(project_log: logging.Logger, tmp_path: Path) -> None:
    (tmp_path / "p1").mkdir()
    for number in range(100):
        project_log.info("entry %d", number, extra={"project": "p1"})
    files = sorted(path.name for path in (tmp_path / "p1" / "log").iterdir())
    assert files == ["kinoloom.log", "kinoloom.log.1", "kinoloom.log.2"]


def test_many_projects_and_folders_that_go(
    project_log: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(20):
        (tmp_path / f"p{number}").mkdir()
        project_log.info("here", extra={"project": f"p{number}"})
    (tmp_path / "p19" / "log" / "kinoloom.log").unlink()
    (tmp_path / "p19" / "log").rmdir()
    project_log.info("again", extra={"project": "p19"})
    project_log.info("again", extra={"project": "p0"})
    project_log.info("nowhere", extra={"project": "p99"})
    assert [e["message"] for e in entries_in(tmp_path / "p19" / "log" / "kinoloom.log")] == ["again"]
    assert [e["message"] for e in entries_in(tmp_path / "p0" / "log" / "kinoloom.log")] == ["here", "again"]
    assert not (tmp_path / "p99").exists(), "a project that is gone is not made anew by its log"
    assert capsys.readouterr().err == ""
