"""What was ordered of a film file that lies in a project, and whom its shots are to show alike."""

from __future__ import annotations

from pathlib import Path

from domain.film import FilmReport
from domain.quality.values import Expectation
from services.generation import GenerationService
from services.projects import ProjectService
from services.subjects import subjects_of


def project_order(projects: ProjectService, generation: GenerationService, path: Path) -> Expectation | None:
    """The order of a film in a project's film folder, with its subjects; None for any other file, and for a film that
    has no report. Raises what opening the project raises."""
    path = path.expanduser().absolute()
    folder = path.parent.parent
    if path.parent.name != "film" or not (folder / "project.json").is_file():
        return None
    project = projects.open(folder)
    film = project.files.read(f"film/{path.stem}.report", FilmReport)
    if film is None or film.ordered is None:
        return None
    return film.ordered.replace(subjects=subjects_of(project, generation.states(project, generation.setup(project))))
