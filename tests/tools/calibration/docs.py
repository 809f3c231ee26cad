"""The page docs/quality.md: its list of checks comes from the code, its table from the evaluation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from domain.quality.checks import CHECKS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "quality.md"
_TABLE = re.compile(r"(<!-- evaluation -->\n).*?(<!-- end of evaluation -->)", re.DOTALL)
_CHECKS = re.compile(r"(<!-- checks -->\n).*?(<!-- end of checks -->)", re.DOTALL)


def with_table(page: str, rows: Sequence[str], summary: str) -> str:
    """The page with another evaluation in it, and with the list of checks as it is now."""
    text = "\n".join([summary, "", *rows, ""])
    return with_checks(_TABLE.sub(lambda found: found[1] + text + found[2], page))


def with_checks(page: str) -> str:
    """The page with the list of checks as it is now."""
    text = "\n".join([*checks(), ""])
    return _CHECKS.sub(lambda found: found[1] + text + found[2], page)


def checks() -> list[str]:
    """The list of checks as a table in Markdown."""
    rows = ["| id | what | measured by | limits as shipped | severity |", "|---|---|---|---|---|"]
    for name, check in CHECKS.items():
        limits = "; ".join(
            f"`{key}` {limit.value:g}{f' {limit.unit}' if limit.unit else ''}" for key, limit in check.limits.items()
        )
        rows.append(f"| `{name}` | {check.title} | {check.source} | {limits} | {check.severity} |")
    return rows


if __name__ == "__main__":
    PAGE.write_text(with_checks(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
