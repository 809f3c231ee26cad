"""What lies in a folder that somebody else is working in."""

from __future__ import annotations

import os
from pathlib import Path


def files_below(root: Path) -> list[Path]:
    """All files at any depth. What comes or goes meanwhile is there or not; `Path.rglob` would raise."""
    return [Path(folder, name) for folder, _, names in os.walk(root) for name in names]
