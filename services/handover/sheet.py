"""The storyboard as a contact sheet: what stands in each of its cells."""

from __future__ import annotations

from pathlib import Path

from domain.errors import BadInput
from domain.film import SheetCell
from domain.names import slug
from domain.timing import film_frames, seconds_label, timecode
from services.generation import GenerationService
from services.projects import OpenProject
from services.targets import checked_target

ENDINGS = (".pdf", ".png")


def sheet_target(project: OpenProject, target: Path | None, ending: str) -> Path:
    """Where the sheet is to lie: `target`, or a name of its own in the project's film folder. Raises BadInput."""
    if target is None:
        if ending not in ENDINGS:
            raise BadInput(f"A contact sheet cannot be a {ending[:20]} file.", "Choose .pdf or .png.")
        return project.files.film_path(f"{slug(project.project.name, 'film')}-sheet").with_suffix(ending)
    wanted = target.suffix.lower() if target.suffix.lower() in ENDINGS else ENDINGS[0]
    return checked_target(target, wanted, "Choose a name that ends in .pdf or .png.", "a contact sheet")


def sheet_cells(project: OpenProject, generation: GenerationService) -> list[SheetCell]:
    """A cell for every shot: the picture that stands for its start, its words, where it begins and how long it is."""
    board, rate = project.board, project.project.rate
    states = {s.words.shot.id: s for s in generation.states(project, generation.setup(project))}
    cells: list[SheetCell] = []
    first = 0
    for shot in board.shots:
        picture = states[shot.id].keyframe("start") if shot.id in states else None
        cells.append(
            SheetCell(
                picture="" if picture is None else str(project.files.path(picture)),
                heading=f"{shot.id}  {shot.title}".strip(), words=shot.prompt or shot.description,
                time=f"{timecode(first, rate)}  {seconds_label(shot.seconds)}",
            )
        )  # fmt: skip
        first += film_frames(shot.seconds, rate)
    return cells
