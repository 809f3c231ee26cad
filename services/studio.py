"""All services of one running Kinoloom, as the addons and the command line get them."""

from __future__ import annotations

from dataclasses import dataclass

from services.casting import CastService
from services.changes import ChangeCounter
from services.cut import CutService
from services.exporting.service import BoardExports
from services.film import FilmService
from services.generation import GenerationService
from services.handover import HandoverService
from services.jobs import JobService
from services.keeping import KeepingService
from services.library import LibraryService
from services.monitor import Monitor
from services.options import CurrentOptions
from services.passes import PassService
from services.ports import Backends, Clock, Engine
from services.projects import ProjectService
from services.quality.films import FilmChecks
from services.quality.remedies import Remedies
from services.settings import SettingsService
from services.sound import SoundService
from services.space import SpaceKeeper
from services.storyboards import StoryboardService
from services.takes import SelectionService
from services.writing import WritingService


@dataclass(frozen=True)
class Studio:
    """The services, built by `app.py` in this order and closed in reverse."""

    changes: ChangeCounter
    clock: Clock
    options: CurrentOptions
    backends: Backends
    projects: ProjectService
    storyboards: StoryboardService
    casting: CastService
    selection: SelectionService
    jobs: JobService
    keeping: KeepingService
    space: SpaceKeeper
    generation: GenerationService
    cuts: CutService
    sound: SoundService
    film: FilmService
    passes: PassService
    handover: HandoverService
    exports: BoardExports
    library: LibraryService
    remedies: Remedies
    settings: SettingsService
    writing: WritingService
    engine: Engine | None = None
    monitor: Monitor | None = None
    checks: FilmChecks | None = None
