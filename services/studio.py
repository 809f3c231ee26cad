"""All services of one running Kinoloom, as the addons and the command line get them."""

from __future__ import annotations

from dataclasses import dataclass

from services.changes import ChangeCounter
from services.film import FilmService
from services.generation import GenerationService
from services.jobs import JobService
from services.library import LibraryService
from services.options import CurrentOptions
from services.ports import Backends, Clock, Engine
from services.projects import ProjectService
from services.settings import SettingsService
from services.storyboards import StoryboardService
from services.takes import SelectionService


@dataclass(frozen=True)
class Studio:
    """The services, built by `app.py` in this order and closed in reverse."""

    changes: ChangeCounter
    clock: Clock
    options: CurrentOptions
    backends: Backends
    projects: ProjectService
    storyboards: StoryboardService
    selection: SelectionService
    jobs: JobService
    generation: GenerationService
    film: FilmService
    library: LibraryService
    settings: SettingsService
    engine: Engine | None = None
