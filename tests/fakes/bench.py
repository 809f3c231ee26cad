"""All services over real project folders and real media, with the fake backend, one call per usual step."""

from __future__ import annotations

import atexit
import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from addons.reports import SpokenPages
from domain.job import Job, Run
from domain.monitor import CardReading
from domain.plan import GenerationPlan
from domain.quality.acting import QualityRules
from domain.retries import QueueRules, RetryPolicy
from domain.storyboard import Shot, Storyboard
from infrastructure.environment import FolderStopRequests
from infrastructure.interchange import OtioInterchange, ZipArchives
from infrastructure.media import FileDeliveries, MediaTools
from infrastructure.paths import Roots
from infrastructure.quality.examiner import FileExaminer
from infrastructure.quality.gates import FileGates
from infrastructure.registry import BackendRegistry, Entry
from infrastructure.sound import SoundTools
from infrastructure.stores.atomic import write_bytes
from infrastructure.stores.project_store import FolderProjectStore
from services.casting import CastService
from services.changes import ChangeCounter
from services.commands import Commands
from services.cut import CutService
from services.exporting.service import EXPORT_LANE, BoardExports
from services.film import FILM_LANE, FilmService
from services.generation import GenerationService
from services.handover import HandoverService
from services.holds import ProjectHolds
from services.importing import import_any
from services.jobs import JobService
from services.keeping import KeepingService
from services.keyframe_imports import IMPORT_LANE
from services.library import LibraryService
from services.options import Options
from services.passes import PassService
from services.ports import Engine, Writer
from services.projects import OpenProject, ProjectService
from services.quality import QualityService
from services.quality.chains import ChainChecks, colour_matching
from services.quality.films import CHECK_LANE, FilmChecks
from services.quality.remedies import Remedies
from services.quality.retakes import ClipChecks
from services.quality.rules import ProjectQuality
from services.quality.steps import DriftSteps
from services.settings import SettingField, SettingsService
from services.sound import SPEECH_LANE, SoundService
from services.space import SpaceKeeper
from services.storyboards import StoryboardService
from services.studio import Studio
from services.takes import SelectionService
from services.writing import WRITING_LANE, WritingService
from tests.fakes.backend import FakeBackend, fake_spec
from tests.fakes.clock import FakeClock
from tests.fakes.speech import FakeSpeech
from tests.fakes.timings import MemoryTimings

WIDTH, HEIGHT = 96, 64


class NoSettings:
    """Settings of which there are none."""

    def fields(self) -> list[SettingField]:
        return []

    def problems(self) -> list[str]:
        return []

    def save(self, key: str, value: Any) -> None:
        raise AssertionError(key)

    def save_login(self, url: str, login: str) -> None:
        raise AssertionError(url)

    def reset(self, key: str) -> None:
        raise AssertionError(key)

    def place(self) -> str:
        return ""


@functools.cache
def shared_examiner() -> FileExaminer:
    """One for all benches of a test run: its worker takes longer to start than most films here to be checked."""
    examiner = FileExaminer()
    atexit.register(examiner.close)
    return examiner


class Bench:
    """One running studio on `folder`. A second one on the same folder is what comes after a crash."""

    def __init__(
        self, folder: Path, backend: FakeBackend | None = None, owner: str = "one",
        more: Mapping[str, Entry] | None = None, engine: Engine | None = None, rules: QualityRules | None = None,
        reserve: int = 0, writer: Writer | None = None, examiner: FileExaminer | None = None,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.writer = writer
        self.backend = backend or FakeBackend()
        self.other = FakeBackend(fake_spec(id="other", title="The other fake"))
        self.clock = FakeClock()
        self.timings = MemoryTimings()
        self.media = MediaTools()
        self.speech = FakeSpeech()
        self.options = Options(width=WIDTH, height=HEIGHT, variants=1, quality="fast")
        self.alive: set[str] = set()
        self.rules = QueueRules(retry=RetryPolicy(attempts=0))
        self.saved: list[Run] = []
        changes = ChangeCounter()
        self.registry = BackendRegistry(
            {b.spec.id: (b.spec, lambda b=b: b) for b in (self.backend, self.other)},  # type: ignore[misc]
            lambda: more or {},
        )
        roots = Roots(*(folder / name for name in ("config", "data", "cache", "documents")))
        store = FolderProjectStore(roots)
        projects = ProjectService(store, self.clock, lambda: self.options, changes)
        jobs = JobService(
            self.clock, changes, self._save,
            lambda backend: 1 if backend in (FILM_LANE, IMPORT_LANE, SPEECH_LANE, WRITING_LANE, CHECK_LANE, EXPORT_LANE) else self.registry.spec(backend).parallel,
            owner, lambda who: who in self.alive, lambda: self.rules, ProjectHolds(projects),
        )  # fmt: skip
        space = SpaceKeeper(projects, jobs, reserve=reserve)
        self.quality_rules = rules
        self.cards: tuple[CardReading, ...] = ()
        self.examiner = examiner or shared_examiner()
        gates = FileGates(folder / "config" / "gates")
        self.quality = QualityService(self.examiner, gates, self.clock)
        self.language = "en"
        own_rules = ProjectQuality(changes, lambda: self.quality_rules or QualityRules(), gates)
        chains = ChainChecks(self.quality, self.media, self.clock)
        checks = ClipChecks(
            self.quality,
            self.registry,
            self.clock,
            own_rules.of,
            chains,
            lambda: self.cards,
        )
        generation = GenerationService(
            projects,
            self.registry,
            jobs,
            self.media,
            self.clock,
            self.timings,
            lambda: self.options,
            changes,
            space,
            None if rules is None else checks,
        )
        cuts = CutService(generation, changes)
        chains.match = colour_matching(cuts)
        storyboards = StoryboardService(changes)
        selection = SelectionService(changes)
        steps = chains.steps = DriftSteps(generation, storyboards, selection)
        self.film_checks = FilmChecks(
            self.quality, projects, jobs, self.clock, own_rules, SpokenPages(self.media, lambda: self.language), write_bytes,
            lambda project: generation.states(project, generation.setup(project)),
        )  # fmt: skip
        sound = SoundService(projects, storyboards, cuts, jobs, SoundTools(), self.speech, self.clock, changes)
        self.passes = PassService(
            projects, generation, cuts, self.registry, jobs, self.media, self.clock, engine, space, own_rules.of
        )
        self.studio = Studio(
            changes=changes, clock=self.clock, options=lambda: self.options, backends=self.registry, projects=projects,
            storyboards=storyboards, casting=CastService(changes), selection=selection, jobs=jobs,
            remedies=Remedies(generation, selection, jobs, self.registry, steps, chains.match),
            passes=self.passes, exports=BoardExports(projects, generation, jobs, self.media, self.clock, write_bytes),
            handover=HandoverService(
                projects, cuts, sound, jobs, self.media, OtioInterchange(), ZipArchives(), self.clock, changes,
                space, generation,
            ),
            keeping=KeepingService(store, changes), space=space,
            generation=generation,
            cuts=cuts,
            sound=sound,
            film=FilmService(
                projects, generation, cuts, jobs, self.media, FileDeliveries(folder / "deliveries"), self.clock,
                lambda: self.options, changes, space, sound, self.passes, None if rules is None else self.film_checks,
            ),
            library=LibraryService(projects, self.media, folder / "cache"),
            settings=SettingsService(NoSettings(), changes), checks=None if rules is None else self.film_checks,
            writing=WritingService(projects, jobs, self.clock, changes, writer),
        )  # fmt: skip
        self.stops = FolderStopRequests()
        self.commands = Commands(self.studio, self.media, self.stops, import_any)

    def _save(self, run: Run) -> None:
        self.studio.projects.save_run(run)
        self.saved.append(run)

    def close(self) -> None:
        self.backend.let_go.set()
        self.studio.jobs.close()
        self.studio.projects.close()
        self.registry.close()
        self.backend.close()
        self.other.close()

    # -- usual steps -------------------------------------------------------------------------------------------

    def project(self, *shots: Shot, name: str = "film", **fields: Any) -> OpenProject:
        """A new project with these shots, on the fake backend."""
        fields = {"backend": "fake"} | fields
        project = self.studio.projects.create(self.folder / name, **fields)
        if shots:
            project.change_board("shots", lambda board: Storyboard(title="Film", shots=shots))
        return project

    def plan(self, project: OpenProject, **how: Any) -> GenerationPlan:
        return self.studio.generation.plan(project, **how)

    def states(self, project: OpenProject, **how: Any) -> dict[str, list[str]]:
        """The states of every segment, by shot."""
        return {s.shot: [x.state for x in s.segments] for s in self.plan(project, **how).shots}

    def reason(self, project: OpenProject, shot: str = "001", segment: int = 0) -> str:
        found = self.plan(project).shot(shot)
        assert found is not None
        return found.segments[segment].reason

    def wait(self, run: Run | None, seconds: float = 30) -> Run:
        assert run is not None, "nothing was started"
        ended = self.studio.jobs.wait(run.id, seconds)
        assert ended.ended, f"not ended after {seconds} s: {[j.phase for j in ended.jobs]}"
        return ended

    def wait_a_little(self, run: Run) -> Run:
        """The run as it is in a moment, ended or not."""
        return self.studio.jobs.wait(run.id, 0.02)

    def render(self, project: OpenProject, *shots: str, **how: Any) -> Run:
        """Render to the end, which must be a good one."""
        run = self.wait(self.studio.generation.render(project, list(shots) or None, **how))
        bad = [job.phase for job in run.jobs if job.phase.kind != "done"]
        assert not bad, bad
        return run

    def film(self, project: OpenProject, **how: Any) -> Run:
        return self.wait(self.studio.film.make(project, **how))


def phases(run: Run) -> list[str]:
    """How the jobs of a run stand."""
    return [job.phase.kind for job in run.jobs]


def words(job: Job) -> str:
    """What a job says about its end."""
    return str(getattr(job.phase, "message", ""))


@contextlib.contextmanager
def running(folder: Path, backend: FakeBackend | None = None, owner: str = "one") -> Iterator[Bench]:
    """A bench that is closed afterwards."""
    bench = Bench(folder, backend, owner)
    try:
        yield bench
    finally:
        bench.close()


def shot(number: int = 1, seconds: str = "0.5", **fields: Any) -> Shot:
    """A short shot: half a second."""
    return Shot.model_validate({"id": f"{number:03d}", "prompt": f"a house, {number}", "seconds": seconds} | fields)
