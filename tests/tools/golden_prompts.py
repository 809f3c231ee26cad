"""Writes the prompts that a sample storyboard gives for each shipped workflow: ``python -m tests.tools.golden_prompts``.

tests/workflows/test_prompts.py fails while they differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from domain.project import Project
from domain.prompting import Composition, Kind, PromptPart, compose, wording_for
from domain.seeds import shot_seed
from domain.workflow import WorkflowManifest
from infrastructure.comfyui.catalogue import Catalogue
from tests.tools.golden import write_golden
from tests.workflows.board import BOARD

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "prompts"


def manifests() -> dict[str, WorkflowManifest]:
    """The shipped workflows that take words."""
    found = {w.entry.id: w.manifest for w in Catalogue().all()}
    return {name: m for name, m in found.items() if m is not None and m.takes("prompt")}


def golden_text(name: str, manifest: WorkflowManifest) -> str:
    """The prompts of every shot of the sample, as its file has them."""
    kind: Kind = "video" if manifest.kind == "video" else "image"
    wording = wording_for(name, manifest.profile)
    negative = manifest.takes("negative")
    lines = [f"{name}: {manifest.title}", f"{'clips' if kind == 'video' else 'pictures'}, about {wording.budget} words"]
    for shot in BOARD.shots:
        made = compose(kind, shot, BOARD, wording, "noir")
        seed = shot_seed(Project(id="p", name="P"), BOARD, shot, kind)
        lines += ["", f"== {shot.id} · seed {seed.number} ({seed.rule})", made.prompt or "(nothing)"]
        if negative:
            lines.append(f"not wanted: {made.negative or '(the list of the workflow)'}")
        lines += _parts(made, negative)
    return "\n".join(lines) + "\n"


def _parts(made: Composition, negative: bool) -> Iterable[str]:
    groups = [
        ("", made.parts),
        ("left out: ", made.left_out),
        ("not wanted: ", made.negative_parts if negative else ()),
    ]
    for before, parts in groups:
        yield from (f"   {before}{_source(part)} = {part.text}" for part in parts)
    yield from (f"   note: {note}" for note in made.notes)


def _source(part: PromptPart) -> str:
    return f"{part.source} [{part.of}]" if part.of else part.source


def main() -> int:
    """Write every file anew and remove those of workflows that are gone."""
    write_golden(GOLDEN, ".txt", {name: golden_text(name, manifest) for name, manifest in manifests().items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
