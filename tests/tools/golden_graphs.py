"""Writes the graphs that the shipped workflows send: ``python -m tests.tools.golden_graphs``.

tests/workflows/test_shipped.py fails while they differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from domain.workflow import Choices
from infrastructure.comfyui.build import build_prompt
from infrastructure.comfyui.catalogue import Catalogue, Workflow
from tests.tools.golden import write_golden
from tests.workflows.samples import profile_of, ready, values
from tests.workflows.server import defs

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "graphs"


def golden_text(workflow: Workflow) -> str:
    """The graph for sample values, as its file has it."""
    manifest = workflow.manifest
    assert manifest is not None
    choices = Choices(values=values(manifest))
    built = build_prompt(ready(workflow), choices, defs(), "job", profile_of(manifest))
    return json.dumps(built.graph, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write every file anew and remove those of workflows that are gone."""
    graphs = {w.entry.id: golden_text(w) for w in Catalogue().all() if w.data is not None}
    write_golden(GOLDEN, ".json", graphs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
