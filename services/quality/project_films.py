"""What was ordered of a film file that lies in a project, whom its shots are to show alike, and by which gate it is
checked."""

from __future__ import annotations

from pathlib import Path

from domain.film import FilmReport
from domain.quality.values import Expectation
from services.generation import GenerationService
from services.projects import OpenProject, ProjectService
from services.quality.rules import ProjectQuality
from services.subjects import subjects_of


def project_order(projects: ProjectService, generation: GenerationService, path: Path) -> Expectation | None:
    """The order of a film in a project's film folder, with its subjects; None for any other file, and for a film that
    has no report. Raises what opening the project raises."""
    project = project_of(projects, path)
    film = project.files.read(f"film/{path.stem}.report", FilmReport) if project is not None else None
    if project is None or film is None or film.ordered is None:
        return None
    return film.ordered.replace(subjects=subjects_of(project, generation.states(project, generation.setup(project))))


def project_gate(projects: ProjectService, rules: ProjectQuality, path: Path) -> str:
    """The gate for films of the project in whose film folder the file lies; empty for any other file. Raises what
    opening the project raises."""
    project = project_of(projects, path)
    return "" if project is None else rules.of(project).film_gate


def project_of(projects: ProjectService, path: Path) -> OpenProject | None:
    """The project in whose film folder the file lies; None for any other file. Raises what opening it raises."""
    path = path.expanduser().absolute()
    folder = path.parent.parent
    if path.parent.name != "film" or not (folder / "project.json").is_file():
        return None
    return projects.open(folder)
