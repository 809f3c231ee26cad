"""Writing folders of expected texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_golden(folder: Path, ending: str, wanted: Mapping[str, str]) -> None:
    """Write every text anew, by the name of its file without `ending`, and remove the files that are no longer wanted."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        (folder / f"{name}{ending}").write_text(text, encoding="utf-8")
    for path in folder.glob(f"*{ending}"):
        if path.stem not in wanted:
            path.unlink()
    print(f"{len(wanted)} files in {folder}")
