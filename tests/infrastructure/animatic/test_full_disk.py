"""The animatic engine on a disk without room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infrastructure.animatic.jobs import work


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_as_one(tmp_path: Path) -> None:
    """The queue waits then for room, where it would give up on other failures."""
    (tmp_path / "image.png").symlink_to("/dev/full")
    told: list[tuple[str, dict[str, Any]]] = []
    request = {
        "kind": "image",
        "label": "",
        "prompt": "a house",
        "seed": 1,
        "width": 160,
        "height": 90,
        "frames": 1,
        "params": {},
    }
    order = {"request": request, "out": str(tmp_path), "inputs": {}, "rate": [24, 1]}
    work(order, lambda event, **values: told.append((event, values)))
    event, values = told[-1]
    assert event == "failed" and values["fault"] == "disk", told[-1]
    assert values["message"] == "The animatic engine could not write its files: the disk is full."
    assert values["cure"] == "Free some space and start again."
