"""What the documents say is so: links lead somewhere, commands exist, nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import click
import pytest
import typer.main

import app
from addons import terminal
from domain import errors

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/settings.md",
    "docs/troubleshooting.md",
    "docs/writing.md",
)


def text(checkout: Path, name: str) -> str:
    return (checkout / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_inside_the_documents_lead_to_files(checkout: Path, name: str) -> None:
    folder = (checkout / name).parent
    for target in re.findall(r"\]\(([^)#\s]+)", text(checkout, name)):
        if "://" not in target:
            assert (folder / target).exists(), f"{name} links to {target}, which is not there."


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paths_named_in_the_documents_exist(checkout: Path, name: str) -> None:
    made_later = {"runs/"}
    tops = "|".join((*app.PACKAGES, "tests", "docs", "benchmarks", "runs", r"\.ci"))
    for path in re.findall(rf"`((?:{tops})/[\w./-]*)`", text(checkout, name)):
        assert path in made_later or (checkout / path).exists(), f"{name} names {path}, which is not there."


def test_the_readme_has_each_command_once_for_a_shell_and_once_for_powershell(checkout: Path) -> None:
    readme = text(checkout, "README.md")
    shell = re.findall(r"```sh\n(.*?)\n```", readme, re.DOTALL)
    windows = re.findall(r"```powershell\n(.*?)\n```", readme, re.DOTALL)
    assert [len(block.splitlines()) for block in (*shell, *windows)] == [1, 1, 1, 1]
    for ours, theirs in zip(shell, windows, strict=True):
        translated = ours.replace("python3 ", "py ").replace(" &&", ";").replace(".venv/bin/", ".venv\\Scripts\\")
        assert theirs == translated
    assert sum("tests.tools.check" in block for block in shell) == 1, ".ci/run looks for this command in the README."


def test_the_readme_lists_the_commands_and_options_there_are(checkout: Path) -> None:
    there = cast(click.Group, typer.main.get_command(terminal.build())).commands
    rows = re.findall(r"^\| ([^|]*`kinoloom ([a-z-]+)[^|]*\|[^|]*)\|", text(checkout, "README.md"), re.MULTILINE)
    assert {command for _, command in rows} == set(there), "README.md and `kinoloom --help` list different commands."
    for row, command in rows:
        options = {option for parameter in there[command].params for option in parameter.opts}
        for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(re.findall(r"`([^`]*)`", row))):
            assert option in options, f"README.md gives `kinoloom {command}` an option {option} that it does not have."


def test_every_folder_has_its_line_in_the_architecture(checkout: Path) -> None:
    page = text(checkout, "docs/architecture.md")
    for name in (*app.PACKAGES, "tests"):
        assert f"| `{name}/` |" in page, f"docs/architecture.md has no line for {name}/."


def test_every_error_is_drawn_in_the_tree_and_documented() -> None:
    tree = errors.__doc__ or ""
    found = [errors.StudioError]
    while found:
        error = found.pop()
        found += [e for e in error.__subclasses__() if e.__module__ == errors.__name__]
        assert re.search(rf"\b{error.__name__} ", tree), f"Draw {error.__name__} at the top of domain/errors.py."
        assert error.__doc__ and error.__doc__.strip(), f"{error.__name__} needs a docstring: when it is raised."


def test_every_marker_is_explained(checkout: Path, pytestconfig: pytest.Config) -> None:
    page = text(checkout, "CONTRIBUTING.md")
    ours = re.search(r"markers = \[(.*?)\n\]", text(checkout, "pyproject.toml"), re.DOTALL)
    assert ours
    for name in re.findall(r'"(\w+)[:(]', ours[1]):
        assert f"| `{name}" in page, f"CONTRIBUTING.md does not explain the marker {name}."
