"""Our import names are plain words, so it is checked that they are ours, and that the wheel holds them and no more."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

import app
from config import __version__

DATA = {".css", ".js", ".json", ".toml", ".yaml", ".yml", ".svg", ".png", ".ttf", ".otf", ".woff2", ".txt", ".typed"}

COMES_WITH = {"pydantic_core": "pydantic", "starlette": "fastapi"}
"""Names that a declared dependency brings as a part of itself."""

PLUGINS = {"otio-cmx3600-adapter", "otio-fcp-adapter"}
"""Dependencies that nobody imports: OpenTimelineIO loads them when a format of theirs is asked for by name."""


@pytest.fixture(scope="module")
def pyproject(checkout: Path) -> dict[str, Any]:
    return tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def in_wheel(checkout: Path) -> set[str]:
    """Paths in the wheel, as a build would put them there."""
    files = WheelBuilder(str(checkout)).recurse_included_files()
    return {Path(file.distribution_path).as_posix() for file in files}


def importable_folders(checkout: Path) -> list[Path]:
    """Every folder with Python files, outside hidden and built ones."""
    skipped = {"build", "dist", "docs"}
    tops = [p for p in checkout.iterdir() if p.is_dir() and p.name.isidentifier() and p.name not in skipped]
    return sorted({file.parent for top in tops for file in top.rglob("*.py") if "site-packages" not in file.parts})


def test_nobody_else_claims_our_names() -> None:
    claimed = packages_distributions()
    for name in (*app.PACKAGES, "app", "tests"):
        others = set(claimed.get(name, [])) - {"kinoloom"}
        assert not others, (
            f"{sorted(others)} installs a top-level {name!r}, and pip lets it overwrite ours without a word. "
            "Find another dependency; docs/architecture.md tells why the names are what they are."
        )


def test_the_wheel_is_what_app_checks_at_the_start(pyproject: dict[str, Any], in_wheel: set[str]) -> None:
    allowed = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    repair = "Make only-include in pyproject.toml and PACKAGES in app.py name the same folders."
    assert sorted(set(allowed) - {"app.py"}) == sorted(app.PACKAGES), repair
    tops = {PurePosixPath(path).parts[0] for path in in_wheel if ".dist-info" not in path}
    assert tops == set(allowed)


def test_every_data_file_goes_into_the_wheel(checkout: Path, in_wheel: set[str]) -> None:
    if not shutil.which("git"):
        pytest.skip("there is no git here")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *app.PACKAGES],
        cwd=checkout, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    ours = {
        p for p in listed.stdout.splitlines() if PurePosixPath(p).suffix in DATA | {".py"} and (checkout / p).exists()
    }
    assert ours - in_wheel == set(), "These would be missing after pip install. Is a pattern in .gitignore too wide?"


def test_every_folder_python_can_import_says_what_it_is(checkout: Path) -> None:
    folders = importable_folders(checkout)
    assert {checkout / name for name in (*app.PACKAGES, "tests")} <= set(folders)
    for folder in folders:
        init = folder / "__init__.py"
        where = folder.relative_to(checkout)
        assert init.is_file(), f"{where} has no __init__.py: without one, a foreign package of that name wins."
        assert ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))), f"{where}/__init__.py has no docstring."


def test_the_packages_are_marked_as_typed(checkout: Path) -> None:
    missing = [name for name in app.PACKAGES if name != "workflows" and not (checkout / name / "py.typed").is_file()]
    assert not missing, f"Add an empty py.typed to {missing}."


def test_the_change_log_knows_this_version(checkout: Path) -> None:
    heading = re.search(r"^## \[([^\]]+)\]", (checkout / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert heading and heading[1] == __version__, (
        f"The first heading of CHANGELOG.md is {heading and heading[1]!r}, config.__version__ is {__version__!r}."
    )


def test_it_cannot_be_uploaded_by_accident(pyproject: dict[str, Any]) -> None:
    assert "Private :: Do Not Upload" in pyproject["project"]["classifiers"]


def test_every_dependency_is_bounded_on_both_sides(pyproject: dict[str, Any]) -> None:
    project = pyproject["project"]
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        assert re.fullmatch(r"[A-Za-z0-9-]+>=[0-9.]+,<[0-9.]+", requirement), f"{requirement!r} needs >= and <."


def test_every_dependency_is_used_and_every_use_declared(checkout: Path, pyproject: dict[str, Any]) -> None:
    declared = {re.split("[><=]", line)[0].lower() for line in pyproject["project"]["dependencies"]}
    extras = {name: lines for name, lines in pyproject["project"]["optional-dependencies"].items() if name != "dev"}
    optional = {re.split("[><=]", line)[0].lower() for lines in extras.values() for line in lines}
    distributions = {name: {d.lower() for d in found} for name, found in packages_distributions().items()}
    used: dict[str, Path] = {}
    for name in (*app.PACKAGES, "app.py"):
        files = [checkout / name] if name.endswith(".py") else (checkout / name).rglob("*.py")
        for file in files:
            for module in imported_names(file):
                used.setdefault(module, file.relative_to(checkout))
    foreign = {m: file for m, file in used.items() if m in distributions and m not in (*app.PACKAGES, "app")}
    for module, file in foreign.items():
        known = distributions[module] | {COMES_WITH.get(module, "")}
        assert known & (declared | optional), f"{file} imports {module}; declare it in pyproject.toml."
    idle = declared - set().union(*(distributions[m] for m in foreign)) - PLUGINS
    assert not idle, f"{sorted(idle)} is in pyproject.toml and nothing imports it; take it out."


def imported_names(file: Path) -> set[str]:
    """Top-level names a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_the_installed_version_is_that_of_the_source() -> None:
    try:
        installed = importlib.metadata.version("kinoloom")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("kinoloom is not installed here")
    assert installed == __version__, 'Install it again: pip install -e ".[dev]"'
