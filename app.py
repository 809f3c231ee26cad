"""Kinoloom's composition root: builds every service in order, and tears all down in reverse.

`python app.py …` and the console script `kinoloom …` are the same; the commands are in `addons/terminal`. Results go
to stdout, progress and errors to stderr. Exit codes: 0 done, 1 the work failed, 2 wrong use or bad input, 130
interrupted with everything saved.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import logging
import os
import signal
import sys
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import config.settings
    from addons.terminal.front import Kinoloom
    from domain.job import Run
    from domain.quality.acting import QualityRules
    from domain.retries import QueueRules, RetryPolicy
    from infrastructure.comfyui.pool import ServerConfig
    from infrastructure.language import LanguageOptions
    from infrastructure.logs import Entries
    from infrastructure.paths import Roots
    from infrastructure.quality.likenesses import VisionOptions
    from infrastructure.redaction import Secrets
    from infrastructure.registry import Entry
    from infrastructure.remote import OpenAIOptions, PictureBackend, StabilityOptions
    from infrastructure.sound import SpeechOptions
    from services.guard import GuardLimits
    from services.options import Options
    from services.settings import SettingField

PACKAGES = ("addons", "services", "domain", "infrastructure", "config", "workflows")
"""Our importable folders. Their names are common ones, so that others may ship the same: see `foreign_packages`."""

MISUSED = 2
"""Exit code of wrong use, as in addons/terminal/exits.py: the self-check comes before anything is imported."""

HERE = Path(__file__).resolve().parent


# -- the self-check ------------------------------------------------------------------------------------------------


def foreign_packages(home: Path = HERE) -> list[str]:
    """A sentence for each of our packages that Python would load from somewhere else than `home`."""
    found = []
    for name in PACKAGES:
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            spec = None
        origin = spec.origin if spec is not None else None
        if origin is None:
            found.append(f"The package {name} of Kinoloom is missing in {home}.")
        elif Path(origin).resolve() != home / name / "__init__.py":
            found.append(f"The name {name} leads to {origin} instead of Kinoloom's own in {home / name}.")
    return found


def own_version() -> str:
    """Kinoloom's version. Raises ImportError when another distribution has overwritten our `config`."""
    from config import __version__

    return __version__


# -- composition ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def compose(
    roots: Roots | None = None, environ: Mapping[str, str] = os.environ, entries: Entries | None = None
) -> Iterator[Kinoloom]:
    """Build all services; on leaving stop work (what is unfinished stays so on disk) and close the backends.

    `roots` says where Kinoloom keeps its files; by default where the system or KINOLOOM_HOME says. `environ` holds
    the variables that stand over the settings file, `entries` makes what is written into the logs.
    """
    from addons.reports import SpokenPages
    from addons.terminal.front import Kinoloom
    from domain.profiles import ANIMATIC
    from infrastructure.animatic.backend import AnimaticBackend
    from infrastructure.clock import SystemClock
    from infrastructure.comfyui.backend import BACKEND as COMFYUI
    from infrastructure.comfyui.backend import ComfyBackend
    from infrastructure.comfyui.catalogue import Catalogue
    from infrastructure.comfyui.engine import ComfyEngine
    from infrastructure.comfyui.pool import Pool
    from infrastructure.comfyui.workflows import FileWorkflows
    from infrastructure.environment import FolderStopRequests, Machine, cores, own_name, owner_alive
    from infrastructure.gpu import NvmlSensors
    from infrastructure.interchange import OtioInterchange, ZipArchives
    from infrastructure.language import EndpointWriter
    from infrastructure.logs import Entries, ProjectLogs, stop_logging
    from infrastructure.media import FileDeliveries, MediaTools
    from infrastructure.paths import find_roots
    from infrastructure.quality.examiner import FileExaminer
    from infrastructure.quality.gates import FileGates
    from infrastructure.quality.likenesses import ConfiguredLikenesses
    from infrastructure.redaction import Secrets, secrets_of
    from infrastructure.registry import BackendRegistry, lane_sizes, third_party
    from infrastructure.remote import OpenAIImages, PictureBackend, StabilityImages
    from infrastructure.sound import SoundTools, SpeechPrograms
    from infrastructure.stores.inventory import FolderInventories
    from infrastructure.stores.project_store import FolderProjectStore
    from infrastructure.stores.timings import JsonTimingStore
    from infrastructure.traces import FolderTraces
    from services.casting import CastService
    from services.changes import ChangeCounter
    from services.commands import Commands
    from services.cut import CutService
    from services.diagnostics import Diagnostics
    from services.doctor import Doctor
    from services.exporting.service import EXPORT_LANE, BoardExports
    from services.film import FILM_LANE, FilmService
    from services.generation import GenerationService
    from services.guard import Guard
    from services.handover import HandoverService
    from services.holds import ProjectHolds
    from services.importing import import_any
    from services.jobs import JobService
    from services.journal import Journal, current
    from services.keeping import KeepingService
    from services.keyframe_imports import IMPORT_LANE
    from services.library import LibraryService
    from services.monitor import Monitor
    from services.passes import PassService
    from services.projects import ProjectService
    from services.quality import QualityService
    from services.quality.chains import ChainChecks, colour_matching
    from services.quality.films import CHECK_LANE, FilmChecks
    from services.quality.remedies import Remedies
    from services.quality.retakes import ClipChecks
    from services.quality.rules import ProjectQuality
    from services.quality.steps import DriftSteps
    from services.rewording import ModelRewriter
    from services.run_commands import StopWatcher
    from services.settings import SettingsService
    from services.sound import SPEECH_LANE, SoundService
    from services.space import SpaceKeeper
    from services.storyboards import StoryboardService
    from services.studio import Studio
    from services.takes import SelectionService
    from services.verification import Verification
    from services.writing import WRITING_LANE, WritingService

    places = roots or find_roots()
    entries = entries or Entries(Secrets(secrets_of(environ)), current)
    settings = Current(places.config, environ)
    writer = EndpointWriter(settings.language)

    class Store(FolderProjectStore):
        """Projects go where the setting says."""

        def home(self) -> Path:
            return settings.projects_folder() or super().home()

    clock, changes, media, stops = SystemClock(), ChangeCounter(), MediaTools(), FolderStopRequests()
    animatic = AnimaticBackend(lambda: settings.drawing_workers(cores()))
    pool, own_workflows = Pool(), places.data / "workflows"

    engine = ComfyEngine(Catalogue(own_workflows), pool, settings.servers, own_workflows, changes.bump)
    hide = entries.secrets.redact
    drawers = [
        PictureBackend(provider, settings.retry, hide)
        for provider in (OpenAIImages(settings.openai_images, hide), StabilityImages(settings.stability, hide))
    ]
    backends = BackendRegistry(
        {
            ANIMATIC: (lambda _: animatic.spec, lambda: animatic),
            COMFYUI: (engine.spec, lambda: ComfyBackend(pool, engine.spec, engine.build, redact=hide)),
            **{drawer.spec.id: _entry_of(drawer) for drawer in drawers},
        },
        third_party,
    )
    store = Store(places)
    projects = ProjectService(store, clock, settings.options, changes)
    journal = Journal()

    def save(run: Run) -> None:
        projects.save_run(run)
        journal.note(run)

    def root_of(project: str) -> Path | None:
        return next((p.files.root for p in projects.opened() if p.id == project), None)

    own_lanes = (FILM_LANE, IMPORT_LANE, SPEECH_LANE, WRITING_LANE, CHECK_LANE, EXPORT_LANE)
    jobs = JobService(
        clock, changes, save=save,
        lane_size=lane_sizes(backends, own_lanes),
        owner=own_name(), alive=owner_alive, rules=settings.queue_rules, holds=ProjectHolds(projects),
    )  # fmt: skip
    space = SpaceKeeper(projects, jobs)
    timings = JsonTimingStore(places.data)
    examiner = FileExaminer()
    likenesses = ConfiguredLikenesses(settings.vision)
    gates = FileGates(places.config / "gates")
    quality = QualityService(examiner, gates, clock, likenesses)
    rules = ProjectQuality(changes, settings.quality_rules, gates)
    chains = ChainChecks(quality, media, clock)
    clip_checks = ClipChecks(quality, backends, clock, rules.of, chains, lambda: monitor.cards())
    pages = SpokenPages(media, lambda: settings.settings().general.language)
    film_checks = FilmChecks(
        quality, projects, jobs, clock, rules, pages, _save_file,
        lambda project: generation.states(project, generation.setup(project)),
    )  # fmt: skip
    generation = GenerationService(
        projects, backends, jobs, media, clock, timings, settings.options, changes, space, clip_checks,
        ModelRewriter(writer),
    )  # fmt: skip
    source = SettingsFile(places.config, environ, entries.secrets)
    sensors = NvmlSensors()
    monitor = Monitor(sensors, engine, clock, changes, lambda: any(not job.ended for job in jobs.jobs()))
    monitor.tell(Guard(jobs, settings.guard_limits, monitor.local_devices, clock).look)
    cuts = CutService(generation, changes)
    chains.match = colour_matching(cuts)
    storyboards = StoryboardService(changes)
    selection = SelectionService(changes)
    steps = chains.steps = DriftSteps(generation, storyboards, selection)
    sound = SoundService(
        projects, storyboards, cuts, jobs, SoundTools(), SpeechPrograms(settings.speech), clock, changes
    )  # fmt: skip
    passes = PassService(projects, generation, cuts, backends, jobs, media, clock, engine, space, rules.of)
    studio = Studio(
        changes=changes, clock=clock, options=settings.options, backends=backends, projects=projects,
        storyboards=storyboards, casting=CastService(changes), selection=selection, jobs=jobs,
        generation=generation, cuts=cuts, sound=sound, film=FilmService(
            projects, generation, cuts, jobs, media, FileDeliveries(places.data / "deliveries"), clock,
            settings.options, changes, space, sound, passes, film_checks,
        ),
        passes=passes, exports=BoardExports(projects, generation, jobs, media, clock, _save_file),
        handover=HandoverService(
            projects, cuts, sound, jobs, media, OtioInterchange(), ZipArchives(), clock, changes,
            space, generation,
        ),
        keeping=KeepingService(store, changes), space=space,
        remedies=Remedies(generation, selection, jobs, backends, steps, chains.match),
        library=LibraryService(projects, media, places.cache), settings=SettingsService(source, changes),
        writing=WritingService(projects, jobs, clock, changes, writer), engine=engine,
        monitor=monitor, checks=film_checks,
    )  # fmt: skip
    commands = Commands(studio, media, stops, import_any)
    folders = [("projects", store.home()), ("data", places.data), ("cache", places.cache)]
    doctor = Doctor(
        Machine(), backends, [*folders, ("settings", places.config)], source.problems, own_version(), writer
    )  # fmt: skip
    verification = Verification(FolderInventories(), media)
    named = {folder: f"<{name} folder>" for name, folder in [*folders, ("settings", places.config)]}
    traces = FolderTraces(places.data / "logs", named)
    diagnostics = Diagnostics(studio, doctor, verification, traces, clock, entries.secrets.redact)
    source.fields()  # so that their secrets are known before anything is logged
    logs = ProjectLogs(entries, root_of)
    logging.getLogger().addHandler(logs)
    with contextlib.ExitStack() as stack:
        stack.callback(stop_logging, [logs])
        stack.callback(pool.close)
        stack.callback(backends.close)
        stack.callback(examiner.close)
        stack.callback(projects.close)
        stack.callback(jobs.close)
        space.start()
        stack.callback(space.close)
        stack.callback(sensors.close)
        monitor.start()
        stack.callback(monitor.close)
        watcher = StopWatcher(studio, stops)
        watcher.start()
        stack.callback(watcher.close)
        workflows = FileWorkflows(Catalogue(own_workflows))
        yield Kinoloom(
            studio, commands, doctor, verification, diagnostics, quality, workflows, places.cache, _save_file
        )  # fmt: skip


def _entry_of(drawer: PictureBackend) -> Entry:
    return (lambda _: drawer.spec, lambda: drawer)


def _save_file(path: Path, content: bytes) -> None:
    from infrastructure.stores.atomic import storing, write_bytes

    with storing(f"Writing {path}"):
        write_bytes(path, content)


# -- settings as what the others take ------------------------------------------------------------------------------


class Current:
    """What the settings come to now, from the file in `folder` and the variables in `environ`.

    Every method reads them anew: a change takes effect at once, whoever made it.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ

    def settings(self) -> config.settings.Settings:
        """All of them."""
        import config.settings

        return config.settings.load(self._folder, self._environ).settings

    def options(self) -> Options:
        """What new projects and requests begin with."""
        from infrastructure.remote import OpenAIOptions, StabilityOptions
        from services.options import Options

        now = self.settings()
        return Options(
            width=now.new_project.width, height=now.new_project.height, rate=now.new_project.rate,
            variants=now.new_project.variants, rewordings=now.queue.rewordings,
            quality=now.film.quality, max_upload=now.limits.max_upload_mb * 2**20,
            backend_params={
                "animatic": {"burn_in": now.animatic.burn_in},
                "openai": OpenAIOptions(**now.openai_images.model_dump()).params(),
                "stability": StabilityOptions(**now.stability.model_dump()).params(),
            },
        )  # fmt: skip

    def projects_folder(self) -> Path | None:
        """Where new projects go; None for the usual place."""
        chosen = self.settings().general.projects_folder
        return Path(chosen) if chosen else None

    def queue_rules(self) -> QueueRules:
        """When the queue tries again, and when it stops."""
        from domain.retries import QueueRules, RetryPolicy

        queue = self.settings().queue
        pauses = {"first": queue.first_pause, "longest": max(queue.first_pause, queue.longest_pause)}
        retry = RetryPolicy(attempts=queue.retries, factor=queue.pause_factor, **pauses)
        return QueueRules(retry=retry, hold_after=queue.hold_after)

    def retry(self) -> RetryPolicy:
        """How often, and after which pauses, a request is sent again."""
        return self.queue_rules().retry

    def guard_limits(self) -> GuardLimits:
        """When heat and memory hold the queue."""
        from services.guard import GuardLimits

        now = self.settings().limits
        return GuardLimits(pause_at=now.pause_at_celsius, resume_at=now.resume_at_celsius, memory=now.memory_percent)

    def quality_rules(self) -> QualityRules:
        """What is checked, and what is done about what was found."""
        from domain.quality.acting import QualityRules

        now = self.settings().quality
        return QualityRules(
            clips=now.check == "clips", clip_gate=now.clip_gate, film_gate=now.film_gate, retakes=now.retakes,
            on_drift=now.on_drift, smaller=now.smaller, upscale=now.upscale,
        )  # fmt: skip

    def openai_images(self) -> OpenAIOptions:
        """The picture service with OpenAI's protocol."""
        from infrastructure.remote import OpenAIOptions

        return OpenAIOptions(**self.settings().openai_images.model_dump())

    def stability(self) -> StabilityOptions:
        """The picture service of Stability AI."""
        from infrastructure.remote import StabilityOptions

        return StabilityOptions(**self.settings().stability.model_dump())

    def speech(self) -> SpeechOptions:
        """The programs that speak."""
        from infrastructure.sound import SpeechOptions

        return SpeechOptions(**self.settings().speech.model_dump())

    def language(self) -> LanguageOptions:
        """The language model that writes."""
        from infrastructure.language import LanguageOptions

        return LanguageOptions(**self.settings().language.model_dump())

    def vision(self) -> VisionOptions:
        """The image model that shots are compared by."""
        from infrastructure.quality.likenesses import VisionOptions

        return VisionOptions(**self.settings().vision.model_dump())

    def drawing_workers(self, cores: int) -> int:
        """How many processes draw animatics, 1 to 64; as many as there are `cores` where nothing is set."""
        return min(self.settings().animatic.workers or cores, 64)

    def servers(self) -> list[ServerConfig]:
        """The ComfyUI servers, those that are switched off among them."""
        import config.servers
        from infrastructure.comfyui.logins import login_config

        now = self.settings().comfyui
        logins = config.servers.read_logins(now.logins)
        return [
            login_config(
                entry.url, config.servers.login_for(logins, entry, now.token), title=entry.title, on=entry.on,
                waiting=now.waiting if entry.waiting is None else entry.waiting,
            )
            for entry in config.servers.read_servers(now.servers)
        ]  # fmt: skip


class SettingsFile:
    """`services.settings.SettingsSource` over the settings file in `folder`; secret values are hidden in `secrets`."""

    def __init__(self, folder: Path, environ: Mapping[str, str], secrets: Secrets) -> None:
        self._folder = folder
        self._environ = environ
        self._secrets = secrets

    def fields(self) -> list[SettingField]:
        """Every setting as it is now. Secret ones are kept out of the logs from here on."""
        import config.servers
        import config.settings
        from services.settings import SettingField

        loaded = config.settings.load(self._folder, self._environ)

        def now(key: str) -> Any:
            section, _, name = key.partition(".")
            return getattr(getattr(loaded.settings, section), name)

        described = config.settings.describe()
        self._secrets.hide(str(now(f.key) or "") for f in described if f.secret)
        self._secrets.hide(config.servers.read_logins(loaded.settings.comfyui.logins).values())
        return [
            SettingField(
                key=f.key, section=f.section_title, title=f.title, help=f.help, choices=f.choices, minimum=f.minimum,
                maximum=f.maximum, kind=f.kind, value=now(f.key),
                default=f.default, origin=loaded.origin[f.key], secret=f.secret,
            )
            for f in described
        ]  # fmt: skip

    def problems(self) -> list[str]:
        """What could not be used."""
        import config.settings

        return config.settings.load(self._folder, self._environ).problems

    def save(self, key: str, value: Any) -> None:
        """Store one setting. Raises BadInput."""
        import config.settings

        with _refusals():
            config.settings.save(self._folder, key, value)
        self.fields()

    def save_login(self, url: str, login: str) -> None:
        """Store what one server is greeted with. Raises BadInput."""
        import config.settings

        with _refusals():
            config.settings.save_login(self._folder, url, login)
        self.fields()

    def reset(self, key: str) -> None:
        """Back to the default. Raises BadInput."""
        import config.settings

        with _refusals():
            config.settings.reset(self._folder, key)

    def place(self) -> str:
        """The settings file."""
        import config.settings

        return str(self._folder / config.settings.FILE_NAME)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    from config.settings import SettingRefused
    from domain.errors import BadInput

    try:
        yield
    except SettingRefused as error:
        raise BadInput(str(error)) from error


# -- the way in ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def running(
    *, serving: bool = False, settings: Mapping[str, str] | None = None, verbose: bool = False
) -> Iterator[Kinoloom]:
    """`addons.terminal.front.Running`: a composed Kinoloom with its log, for one command."""
    from addons.terminal import exits
    from infrastructure.logs import Entries, start_logging, stop_logging
    from infrastructure.paths import find_roots
    from infrastructure.redaction import Secrets, secrets_of
    from services.journal import current

    roots = find_roots()
    given = {f"KINOLOOM_{key.replace('.', '__').upper()}": text for key, text in (settings or {}).items() if text}
    entries = Entries(Secrets(secrets_of(os.environ)), current)
    handlers = start_logging(roots.data / "logs", entries=entries, verbose=verbose)
    if not (serving or verbose):
        handlers[0].setLevel(logging.CRITICAL + 1)  # errors are one line, and it is printed where the command ends
    before = None
    with contextlib.suppress(ValueError):  # only the main thread may, and only there does it matter
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with compose(roots, ChainMap(given, os.environ), entries) as kinoloom:
            if not serving:
                gc.enable()  # the studio goes on loading; it does so itself
            kinoloom.studio.projects.program = "the studio" if serving else "the command line"
            try:
                yield kinoloom
            except KeyboardInterrupt:
                if not serving:
                    kinoloom.commands.stop_all()
                raise
    except Exception as error:
        if not exits.is_meant(error):
            logging.getLogger(__name__).exception("The command ended unexpectedly")
        raise
    finally:
        stop_logging(handlers)
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _web_server(*arguments: Any, **options: Any) -> None:
    from addons.web import serve

    serve(*arguments, **options)


def run(arguments: Sequence[str], server: Callable[..., None] | None = None) -> int:
    """Do what the command line asks; the exit code. `server` runs the studio instead of `addons.web.serve`."""
    from addons.terminal import exits
    from addons.terminal.front import Front

    verbose = "--verbose" in arguments
    return exits.run(Front(own_version(), partial(running, verbose=verbose), server or _web_server, verbose), arguments)


def main() -> NoReturn:
    """The console script `kinoloom`."""
    gc.disable()  # what a start loads stays: looking through it again and again takes a fifth of the start
    strangers = foreign_packages()
    if strangers:
        cure = "Install Kinoloom in an environment of its own: python -m pip install --force-reinstall kinoloom"
        print(*strangers, cure, file=sys.stderr)
        sys.exit(MISUSED)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that lacks a letter must not end the work
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
