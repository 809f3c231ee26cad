"""Habits that matter enough to be checked. Each message says what to do instead."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

OURS = ("domain", "services", "infrastructure", "addons", "config", "workflows", "benchmarks", "tests", "app.py")
PROGRAM = ("domain", "services", "infrastructure", "addons", "config", "app.py")

BOUNDARIES = {
    "app.py",  # ends a command
    "addons/shell.py",  # ends an event of the window, and the building of one addon
    "services/workers.py",  # ends a job
    "services/watching.py",  # ends one look at machines, disks or what other processes ask
    "addons/servers/model.py",  # ends the thread that tests an address
    "infrastructure/comfyui/engine.py",  # ends the thread that asks the servers
    "infrastructure/comfyui/backend.py",  # ends the thread that follows a prompt
    "infrastructure/remote/backend.py",  # ends the thread that asks a service for a picture
    "infrastructure/processes.py",  # ends a task in a worker process
    "infrastructure/media/faults.py",  # ends what a media library threw
}
"""Where work ends, and so where a traceback is logged, once."""


def sources(checkout: Path, *tops: str, having: str) -> Iterator[tuple[str, ast.Module]]:
    """Path and syntax tree of every Python file there in whose text the pattern is found: to parse all takes long."""
    for top in tops:
        base = checkout / top
        for file in [base] if base.is_file() else sorted(base.rglob("*.py")):
            if re.search(having, _text(file)):
                yield file.relative_to(checkout).as_posix(), _parsed(file)


@functools.cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@functools.cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(_text(file), filename=str(file))


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        front = dotted(node.value)
        return f"{front}.{node.attr}" if front else ""
    return ""


def calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and module of every import; `from a import b` gives a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_doubles_behave_and_nothing_is_mocked(checkout: Path) -> None:
    found = [
        f"{path}:{line}"
        for path, tree in sources(checkout, "tests", having="mock|responses")
        for line, name in imports(tree)
        if name.startswith(("unittest.mock", "mock.", "pytest_mock", "responses."))
    ]
    assert not found, f"{found}: write a double that implements the port and run the contract suite over it."


def test_tests_replace_no_attributes(checkout: Path) -> None:
    found = [
        f"{path}:{line}"
        for path, tree in sources(checkout, "tests", having="setattr|setitem|syspath_prepend")
        for line, name in calls(tree)
        if name.endswith(("monkeypatch.setattr", "monkeypatch.setitem", "monkeypatch.syspath_prepend"))
    ]
    assert not found, f"{found}: hand the part in as an argument; monkeypatch is for environment variables."


def test_only_the_command_line_prints(checkout: Path) -> None:
    found = [
        f"{path}:{line}"
        for path, tree in sources(checkout, *PROGRAM, having="print|stdout|stderr")
        for line, name in calls(tree)
        if name in {"print", "pprint.pprint", "sys.stdout.write", "sys.stderr.write"}
        and path
        not in ("infrastructure/logs.py", "addons/terminal/output.py", "app.py")  # the ways to stderr and stdout
    ]
    assert not found, f"{found}: return a value or log it; standard output belongs to the command line."


def test_a_traceback_is_logged_only_where_work_ends(checkout: Path) -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources(checkout, *PROGRAM, having="exception|exc_info")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and path not in BOUNDARIES and logs_traceback(node)
    ]
    assert not found, f"{found}: raise a StudioError from it; {sorted(BOUNDARIES)} log the traceback, once."


def logs_traceback(node: ast.Call) -> bool:
    """Whether this is log.exception(…) or log.anything(…, exc_info=…)."""
    name = dotted(node.func)
    is_log = "log" in name.rpartition(".")[0].lower()
    return is_log and (name.endswith(".exception") or any(keyword.arg == "exc_info" for keyword in node.keywords))


def test_nobody_edits_the_import_path(checkout: Path) -> None:
    found = []
    for path, tree in sources(checkout, *OURS, having=r"\bsys\s*\.\s*path|addsitedir"):
        found += [f"{path}:{line}" for line, name in calls(tree) if name.startswith(("sys.path.", "site.addsitedir"))]
        found += [
            f"{path}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, (ast.Assign, ast.AugAssign))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if dotted(target.value if isinstance(target, ast.Subscript) else target) == "sys.path"
        ]
    assert not found, f'{found}: install the checkout with pip install -e ".[dev]" and import by package name.'


def test_broad_excepts_do_not_pass_in_silence(checkout: Path) -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources(checkout, *PROGRAM, having=r"except\s*:|Exception")
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in {"Exception", "BaseException"})
        and all(isinstance(statement, ast.Pass) for statement in node.body)
    ]
    assert not found, f"{found}: name the exception that is expected there, or report it."


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("_log.exception('x')", True),
        ("self._log.warning('x', exc_info=True)", True),
        ("logging.getLogger(__name__).exception('x')", False),  # not a chain of names: the linter's LOG rules see it
        ("future.exception()", False),
        ("_log.warning('x')", False),
    ],
)
def test_the_check_for_tracebacks_can_fail(code: str, forbidden: bool) -> None:
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    assert logs_traceback(call) is forbidden
