"""What commands print: results on stdout, as lines or as one JSON document, and progress on stderr."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from addons.terminal.rewording import agreed

if TYPE_CHECKING:
    from addons.terminal.front import Kinoloom
    from domain.job import Job


def show(as_json: bool, document: Mapping[str, Any], lines: Iterable[str]) -> None:
    """Print the document, or the same as lines for people."""
    if as_json:
        print(as_text(document))
        return
    for line in lines:
        print(line)


def say(line: str) -> None:
    """Print one line of the result."""
    print(line)


def tell(line: str) -> None:
    """Print one line beside the result."""
    print(line, file=sys.stderr, flush=True)


def as_text(document: Any) -> str:
    """JSON as people read it."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def follow(kinoloom: Kinoloom, run_ids: Sequence[str], *, make_again: bool = False) -> list[Job]:
    """Show the runs' progress until they end. Raises StudioError when one of the jobs did not finish."""
    if not run_ids:
        return []
    with progress() as report:
        jobs = kinoloom.commands.follow(run_ids, report, make_again=make_again)
    if agreed(kinoloom.studio.jobs, jobs, tell):
        return follow(kinoloom, run_ids, make_again=make_again)
    kinoloom.commands.raise_unfinished(jobs)
    return jobs


@contextlib.contextmanager
def progress() -> Iterator[Callable[[list[Job]], None]]:
    """Shows jobs on stderr: a live bar on a terminal, else a line for each job that ends."""
    from services.reports import ProgressLines

    lines = ProgressLines()
    if not sys.stderr.isatty():

        def report(jobs: list[Job]) -> None:
            for line in lines.news(jobs):
                tell(line)

        yield report
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def update(jobs: list[Job]) -> None:
            for line in lines.news(jobs):
                bar.console.print(line, markup=False, highlight=False)
            bar.update(task, completed=lines.fraction(jobs), description=lines.now(jobs))

        yield update


@contextlib.contextmanager
def counting(title: str) -> Iterator[Callable[[int, int], None]]:
    """Shows on a terminal how many of how many are done; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


@contextlib.contextmanager
def writing() -> Iterator[Callable[[float, str], None]]:
    """Shows on a terminal how much is done (0 to 1) and words for it; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda fraction, words: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda fraction, words: bar.update(task, completed=fraction, description=words)
