"""Where Kinoloom keeps its files, in one place: the system's usual folders, or all below `KINOLOOM_HOME`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "KINOLOOM_HOME"
"""Environment variable that moves everything Kinoloom keeps below one folder."""


@dataclass(frozen=True)
class Roots:
    """The folders Kinoloom uses, all absolute. Nothing is created until something is stored.

    `config` holds settings, `data` logs, figures and user workflows, `cache` what can be made again, and `documents`
    is where new projects go.
    """

    config: Path
    data: Path
    cache: Path
    documents: Path


def find_roots(environ: Mapping[str, str] | None = None) -> Roots:
    """The folders for this user; `environ` defaults to the process environment."""
    home = (os.environ if environ is None else environ).get(HOME_VARIABLE, "").strip()
    if home:
        base = Path(home).expanduser().absolute()
        return Roots(base / "config", base / "data", base / "cache", base / "projects")
    return Roots(
        config=platformdirs.user_config_path("kinoloom", appauthor=False),
        data=platformdirs.user_data_path("kinoloom", appauthor=False),
        cache=platformdirs.user_cache_path("kinoloom", appauthor=False),
        documents=platformdirs.user_documents_path() / "Kinoloom",
    )
