"""Tells how many examples were tried, where somebody asked for many."""

from __future__ import annotations

import pytest

from tests.fuzz.hostile import LENGTH, TRIED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each kind of nonsense."""
    if LENGTH and TRIED:
        terminalreporter.section("examples tried")
        for name, count in sorted(TRIED.items()):
            terminalreporter.line(f"{count:8}  {name}")
        terminalreporter.line(f"{sum(TRIED.values()):8}  in all")
