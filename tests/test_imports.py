"""What importing costs and drags in, asked of a fresh interpreter; a static look cannot see all of it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

HEAVY = {
    "gradio",
    "gradio_client",
    "fastapi",
    "uvicorn",
    "av",
    "cv2",
    "ffmpeg",
    "torch",
    "pandas",
    "openai",
    "instructor",
}

OURS = {"addons", "services", "domain", "infrastructure", "config", "workflows", "app", "tests"}

PYDANTIC = {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}

SHOW = """
import importlib, json, pkgutil, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for each in pkgutil.walk_packages(getattr(module, "__path__", []), name + "."):
        importlib.import_module(each.name)
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


def imported_by(checkout: Path, *names: str) -> set[str]:
    """Top-level names, ours and of other distributions, that are loaded once these and all modules in them are."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *names], cwd=checkout, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout)) & (OURS | packages_distributions().keys())


def test_domain_needs_pydantic_and_the_standard_library_only(checkout: Path) -> None:
    foreign = imported_by(checkout, "domain") - {"domain"} - PYDANTIC
    assert not foreign, f"domain loads {sorted(foreign)}. Move what needs them to services or infrastructure."


def test_config_needs_pydantic_and_yaml_only(checkout: Path) -> None:
    foreign = imported_by(checkout, "config") - {"config", "pydantic_settings", "dotenv", "yaml", "_yaml"} - PYDANTIC
    assert not foreign, f"config loads {sorted(foreign)}. Hand the value in from app.py instead."


def test_services_load_no_window_and_no_media_library(checkout: Path) -> None:
    heavy = imported_by(checkout, "services") & HEAVY
    assert not heavy, f"services load {sorted(heavy)}. Ask for it through a port in services/ports/."


def test_the_command_line_starts_without_the_window(checkout: Path) -> None:
    heavy = imported_by(checkout, "app", "addons.terminal") & HEAVY
    assert not heavy, f"The command line loads {sorted(heavy)}. Import it inside the function that needs it."


def test_infrastructure_can_be_listed_without_a_window(checkout: Path) -> None:
    window = imported_by(checkout, "infrastructure") & {"gradio", "gradio_client", "torch"}
    assert not window, f"infrastructure loads {sorted(window)}."
