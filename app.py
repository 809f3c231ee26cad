"""Kinoloom's composition root and command line: builds every service in order, and tears all down in reverse.

`python app.py …` and the console script `kinoloom …` are the same. Results go to stdout, progress and errors to
stderr. Exit codes: 0 done, 1 the work failed, 2 wrong use or bad input, 130 interrupted with everything saved.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer

if TYPE_CHECKING:
    from domain.job import Job
    from infrastructure.paths import Roots
    from infrastructure.registry import Entry
    from services.commands import Commands
    from services.doctor import Doctor
    from services.ports import Workflows
    from services.projects import OpenProject
    from services.settings import SettingField
    from services.studio import Studio

PACKAGES = ("addons", "services", "domain", "infrastructure", "config", "workflows")
"""Our importable folders. Their names are common ones, so that others may ship the same: see `foreign_packages`."""

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
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


@dataclass(frozen=True)
class Composed:
    """A running Kinoloom: its services, the steps of the command line, and what examines it."""

    studio: Studio
    commands: Commands
    doctor: Doctor
    roots: Roots
    workflows: Workflows


@contextlib.contextmanager
def compose(roots: Roots | None = None) -> Iterator[Composed]:
    """Build all services; on leaving stop work (what is unfinished stays so on disk) and close the backends.

    `roots` says where Kinoloom keeps its files; by default where the system or KINOLOOM_HOME says.
    """
    import config.settings
    from domain.profiles import ANIMATIC
    from infrastructure.animatic.backend import AnimaticBackend
    from infrastructure.clock import SystemClock
    from infrastructure.comfyui.backend import BACKEND as COMFYUI
    from infrastructure.comfyui.backend import ComfyBackend
    from infrastructure.comfyui.catalogue import Catalogue
    from infrastructure.comfyui.engine import ComfyEngine, parse_servers
    from infrastructure.comfyui.pool import Pool
    from infrastructure.comfyui.workflows import FileWorkflows
    from infrastructure.environment import FolderStopRequests, Machine, cores, own_name, owner_alive
    from infrastructure.media import MediaTools
    from infrastructure.paths import find_roots
    from infrastructure.registry import BackendRegistry
    from infrastructure.stores.project_store import FolderProjectStore
    from infrastructure.stores.timings import JsonTimingStore
    from services.changes import ChangeCounter
    from services.commands import Commands, StopWatcher
    from services.doctor import Doctor
    from services.film import FILM_LANE, FilmService
    from services.generation import IMPORT_LANE, GenerationService
    from services.importing import import_any
    from services.jobs import JobService
    from services.library import LibraryService
    from services.options import Options
    from services.projects import ProjectService
    from services.settings import SettingsService
    from services.storyboards import StoryboardService
    from services.studio import Studio
    from services.takes import SelectionService

    places = roots or find_roots()

    def settings() -> config.settings.Settings:
        # Read anew each time: a change takes effect at once, whoever made it.
        return config.settings.load(places.config).settings

    def options() -> Options:
        now = settings()
        return Options(
            width=now.new_project.width, height=now.new_project.height, rate=now.new_project.rate,
            variants=now.new_project.variants, quality=now.film.quality, max_upload=now.limits.max_upload_mb * 2**20,
            backend_params={"animatic": {"burn_in": now.animatic.burn_in}},
        )  # fmt: skip

    class Store(FolderProjectStore):
        """Projects go where the setting says."""

        def home(self) -> Path:
            chosen = settings().general.projects_folder
            return Path(chosen) if chosen else super().home()

    clock, changes, media, stops = SystemClock(), ChangeCounter(), MediaTools(), FolderStopRequests()
    animatic = AnimaticBackend(lambda: min(settings().animatic.workers or cores(), 64))
    pool, own_workflows = Pool(), places.data / "workflows"

    def servers() -> list[Any]:
        now = settings().comfyui
        return parse_servers(now.servers, now.token)

    engine = ComfyEngine(Catalogue(own_workflows), pool, servers, own_workflows, changes.bump)
    backends = BackendRegistry(
        {
            ANIMATIC: (lambda _: animatic.spec, lambda: animatic),
            COMFYUI: (engine.spec, lambda: ComfyBackend(pool, engine.spec, engine.build)),
        },
        _third_party_backends,
    )
    projects = ProjectService(Store(places), clock, options, changes)
    jobs = JobService(
        clock, changes, save=lambda run: projects.get(run.project).files.write(f"runs/{run.id}", run),
        lane_size=lambda backend: 1 if backend in (FILM_LANE, IMPORT_LANE) else _lane_size(backends, backend),
        owner=own_name(), alive=owner_alive,
    )  # fmt: skip
    timings = JsonTimingStore(places.data)
    generation = GenerationService(projects, backends, jobs, media, clock, timings, options, changes)
    source = _Settings(places.config)
    studio = Studio(
        changes=changes, clock=clock, options=options, backends=backends, projects=projects,
        storyboards=StoryboardService(changes), selection=SelectionService(changes), jobs=jobs, generation=generation,
        film=FilmService(projects, generation, jobs, media, clock, options, changes),
        library=LibraryService(projects, media, places.cache), settings=SettingsService(source, changes), engine=engine,
    )  # fmt: skip
    commands = Commands(studio, media, stops, owner_alive, import_any)
    folders = [("projects", Store(places).home()), ("data", places.data), ("cache", places.cache)]
    doctor = Doctor(Machine(), backends, [*folders, ("settings", places.config)], source.problems, own_version())
    with contextlib.ExitStack() as stack:
        stack.callback(pool.close)
        stack.callback(backends.close)
        stack.callback(jobs.close)
        watcher = StopWatcher(studio, stops)
        watcher.start()
        stack.callback(watcher.close)
        yield Composed(studio, commands, doctor, places, FileWorkflows(Catalogue(own_workflows)))


def _lane_size(backends: Any, backend: str) -> int:
    from domain.errors import NotFound

    try:
        return int(backends.spec(backend).parallel)
    except NotFound:
        return 1  # a job from a backend that is no longer installed: it is started, and fails with that sentence


def _third_party_backends() -> Mapping[str, Entry]:
    """Backends that other distributions register: each entry point names a function that gives spec and factory."""
    from importlib.metadata import entry_points

    found: dict[str, Entry] = {}
    for entry in entry_points(group="kinoloom.backends"):
        try:
            spec, factory = entry.load()()
            found[spec.id] = (spec, factory)
        except Exception as error:
            # Foreign code: one that is broken must not take the others along.
            logging.getLogger(__name__).warning("The backend %s could not be loaded: %r", entry.name, error)
    return found


class _Settings:
    """`services.settings.SettingsSource` over the settings file in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fields(self) -> list[SettingField]:
        """Every setting as it is now."""
        import config.settings
        from services.settings import SettingField

        loaded = config.settings.load(self._folder)

        def now(key: str) -> Any:
            section, _, name = key.partition(".")
            return getattr(getattr(loaded.settings, section), name)

        return [
            SettingField(
                key=f.key, section=f.section_title, title=f.title, help=f.help, choices=f.choices, minimum=f.minimum,
                maximum=f.maximum, kind=f.kind, value=now(f.key),
                default=f.default, origin=loaded.origin[f.key], secret=f.secret,
            )
            for f in config.settings.describe()
        ]  # fmt: skip

    def problems(self) -> list[str]:
        """What could not be used."""
        import config.settings

        return config.settings.load(self._folder).problems

    def save(self, key: str, value: Any) -> None:
        """Store one setting. Raises BadInput."""
        import config.settings

        with _refusals():
            config.settings.save(self._folder, key, value)

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
    import config.settings
    from domain.errors import BadInput

    try:
        yield
    except config.settings.SettingRefused as error:
        raise BadInput(str(error)) from error


# -- the command line ----------------------------------------------------------------------------------------------

cli = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Turns a storyboard into a finished film. Without a command the studio is started.",
)  # fmt: skip

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Shots = Annotated[str | None, typer.Option(metavar="1,3-5", help="Only these shots: ids, or places and ranges.")]
Backend = Annotated[str | None, typer.Option(metavar="ID", help="What draws and renders; by default the project's.")]
Quality = Annotated[
    str | None, typer.Option("--quality", "--preset", metavar="ID", help="fast, standard, high or ultra.")
]
Size = Annotated[str | None, typer.Option(metavar="1920x1080", help="Size of the film in pixels.")]
FilmRate = Annotated[str | None, typer.Option(metavar="24", help="Frames per second, such as 24 or 24000/1001.")]


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"kinoloom {own_version()}")
        raise typer.Exit


@cli.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Add the traceback to errors.")] = False,
) -> None:
    """Options that go with every command; `--verbose` is read before, so that it may stand anywhere."""


@cli.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any that is free.")] = None,
    project: Annotated[Path | None, typer.Option(metavar="DIR", help="The project to show first.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
) -> None:
    """Start the studio."""
    with _running(serving=True) as kinoloom:
        import config.settings

        serve_studio = context.obj or _web_server()
        now = config.settings.load(kinoloom.roots.config).settings
        studio = kinoloom.studio
        studio.projects.on_open(lambda opened: _go_on(studio, opened))
        first = studio.projects.open(project).id if project else ""
        serve_studio(
            studio, lambda wanted: studio.projects.for_window(wanted or first), kinoloom.roots.cache,
            host=now.server.host if host is None else host, port=now.server.port if port is None else port,
            open_browser=now.general.open_browser and not no_browser, look=now.appearance.theme,
            on_stop=studio.jobs.close,
        )  # fmt: skip


def _web_server() -> Callable[..., None]:
    from addons.web import serve as web_server

    return web_server


def _go_on(studio: Studio, project: OpenProject) -> None:
    """Resume what a crash or a power cut left unfinished, where that costs nothing."""
    from domain.errors import StudioError

    try:
        studio.generation.resume(project, free_only=True)
    except StudioError as error:
        logging.getLogger(__name__).warning("Unfinished work could not be resumed: %s", error)


@cli.command()
def new(
    folder: Folder,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE-OR-FOLDER", help="Storyboard, list, screenplay or pictures.")
    ] = None,
    size: Size = None,
    rate: FilmRate = None,
    as_json: AsJson = False,
) -> None:
    """Make a project, empty or from what you have."""
    from domain.timing import rate_text
    from services.commands import parse_size, read_rate

    width, height = parse_size(size) if size else (None, None)
    exact = read_rate(rate) if rate else None
    with _running() as kinoloom:
        project, result = kinoloom.commands.new(folder, source, width=width, height=height, rate=exact)
        now, shots = project.project, len(project.board.shots)
        notes = result.notes if result else ()
        frames = kinoloom.commands.film_frames(project) if shots else 0
        document = {
            "project": str(project.files.root), "id": project.id, "name": now.name, "shots": shots, "frames": frames,
            "rate": rate_text(now.rate), "width": now.width, "height": now.height,
            "format": result.format if result else "", "notes": [note.to_json() for note in notes],
        }  # fmt: skip
        head = f"{project.files.root}: {shots} shots, {frames} frames, {now.width}×{now.height}"
        _print(as_json, document, [head, *(f"  {note}" for note in notes)])


@cli.command()
def plan(
    folder: Folder,
    profile: Annotated[str | None, typer.Option(metavar="ID", help="Model to plan for.")] = None,
    mode: Annotated[str | None, typer.Option(metavar="chain|keyframe|single", help="How long shots are made.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what would be made, what is there, and what is stale and why. Contacts no server."""
    from domain.errors import BadInput
    from services.generation import as_mode
    from services.reports import plan_document, plan_lines

    way = as_mode(mode or "")
    if mode is not None and way is None:
        raise BadInput(f"There is no mode {mode[:40]!r}.", "Choose chain, keyframe or single.")
    with _running() as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        found = kinoloom.studio.generation.plan(project, profile=profile, mode=way)
        _print(as_json, plan_document(found), plan_lines(found))


@cli.command()
def keyframes(
    folder: Folder,
    shots: Shots = None,
    variants: Annotated[int | None, typer.Option(metavar="N", help="Pictures per shot.")] = None,
    backend: Backend = None,
    as_json: AsJson = False,
) -> None:
    """Make keyframes for the shots that lack them, or for these shots."""
    from domain.job import Done

    with _working(folder) as (kinoloom, project):
        run = kinoloom.studio.generation.draw_keyframes(project, _chosen(project, shots), variants, backend=backend)
        jobs = _follow(kinoloom, [run.id] if run else [])
        made = [
            {"shot": j.shot, "slot": j.slot, "name": j.phase.result} for j in jobs if isinstance(j.phase, Done)
        ]  # fmt: skip
        _print(as_json, {"made": made}, [f"{len(made)} keyframes made." if made else "Every shot has its keyframes."])


@cli.command()
def render(
    folder: Folder,
    shots: Shots = None,
    backend: Backend = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of what is made now.")] = None,
    server: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="ComfyUI servers instead of those set up.")
    ] = None,
    workflow: Annotated[str | None, typer.Option(metavar="ID", help="Workflow to render with.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make what is missing or stale; interrupt it at any time and run it again."""
    from domain.errors import BadInput, NotReady
    from domain.job import Done
    from services.reports import plan_counts

    if server:
        os.environ["KINOLOOM_COMFYUI__SERVERS"] = ",".join(server)
    with _working(folder) as (kinoloom, project):
        generation = kinoloom.studio.generation
        if (server or workflow) and not generation.setup(project, backend).spec.workflow:
            title = generation.setup(project, backend).spec.title
            raise BadInput(f"{title} takes no --server and no --workflow.", "Leave them out, or add --backend comfyui.")
        only = _chosen(project, shots)
        before = plan_counts(generation.plan(project, backend, only=only, workflow=workflow))
        run = generation.render(project, only, backend=backend, seed=seed, workflow=workflow)
        jobs = _follow(kinoloom, [run.id] if run else [])
        made = [
            {"shot": j.shot, "segment": j.segment, "take": j.phase.result}
            for j in jobs
            if j.kind == "segment" and isinstance(j.phase, Done)
        ]
        after = plan_counts(generation.plan(project, backend, only=only, workflow=workflow))
        document = {"made": made, "reused": before["done"], "counts": after}
        _print(as_json, document, [f"{len(made)} segments made, {before['done']} were there already."])
        if after["blocked"]:
            raise NotReady(f"{after['blocked']} segments cannot be made yet.", f"See: kinoloom plan {folder}")


@cli.command()
def film(
    folder: Folder,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="An .mp4 file.")] = None,
    quality: Quality = None,
    as_json: AsJson = False,
) -> None:
    """Conform, join and master the film."""
    from services.commands import check_film_file, check_quality

    target = check_film_file(output) if output else None
    check_quality(quality)
    with _working(folder) as (kinoloom, project):
        run = kinoloom.studio.film.make(project, target=target, quality=quality)
        _print_film(as_json, project, target, _follow(kinoloom, [run.id]))


@cli.command()
def make(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The film, an .mp4 file.")],
    storyboard: Annotated[Path | None, typer.Argument(metavar="STORYBOARD", help="File or folder to film.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What is to be seen, instead of a storyboard.")] = None,
    character: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Who is in it; may be repeated.")] = None,
    duration: Annotated[str | None, typer.Option(metavar="S", help="Length in seconds.")] = None,
    frames: Annotated[int | None, typer.Option(metavar="N", help="Length in film frames.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="Seed of picture and clip.")] = None,
    camera: Annotated[str, typer.Option(metavar="MOVE", help="Such as pan_left or dolly_in.")] = "",
    backend: Backend = None,
    quality: Quality = None,
    size: Size = None,
    rate: FilmRate = None,
    project_folder: Annotated[
        Path | None, typer.Option("--project", metavar="DIR", help="By default beside the film.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a film of a storyboard or a prompt in one go, in a project beside the file; run again, it goes on."""
    from domain.errors import BadInput
    from services import commands as steps

    target = steps.check_film_file(output)
    steps.check_quality(quality)
    width, height = steps.parse_size(size) if size else (None, None)
    exact = steps.read_rate(rate) if rate else None
    seconds = steps.read_seconds(duration) if duration is not None else None
    if (storyboard is None) == (prompt is None):
        raise BadInput("A film is made of a storyboard or of a --prompt.", "Give one of them.")
    if storyboard is not None and (character or camera or seed is not None or seconds or frames is not None):
        raise BadInput("--character, --camera, --duration, --frames and --seed go with --prompt.", "Leave them out.")
    with _running() as kinoloom:
        if storyboard is not None:
            result = kinoloom.commands.read(storyboard)
        else:
            result = steps.prompt_board(
                prompt or "", rate=exact or kinoloom.studio.options().rate, characters=character or (),
                seconds=seconds, frames=frames, seed=seed, camera=camera,
            )  # fmt: skip
        place = project_folder or target.with_name(target.stem + steps.PROJECT_SUFFIX)
        project = kinoloom.commands.project_for(
            result, place, width=width, height=height, rate=exact, backend=backend
        )  # fmt: skip
        for note in result.notes:
            print(f"  {note}", file=sys.stderr)
        kinoloom.commands.claim(project)
        kinoloom.commands.check_makeable(project)
        run = kinoloom.studio.generation.render(project)
        after = tuple(job.id for job in run.jobs) if run else ()
        last = kinoloom.studio.film.make(project, target=target, quality=quality, after=after)
        _print_film(as_json, project, target, _follow(kinoloom, [*([run.id] if run else []), last.id]))


@cli.command()
def status(folder: Folder, as_json: AsJson = False) -> None:
    """Show the project's jobs and how they stand."""
    from services.reports import status_lines

    with _running() as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        runs = kinoloom.commands.status(project)
        _print(as_json, {"project": str(project.files.root), "runs": runs}, status_lines(runs))


@cli.command()
def cancel(
    folder: Folder,
    jobs: Annotated[list[str] | None, typer.Argument(metavar="[JOB]...", help="Ids or their beginnings.")] = None,
    as_json: AsJson = False,
) -> None:
    """Stop all jobs of the project, or these; whichever Kinoloom does them."""
    from domain.errors import StudioError
    from services.reports import job_document

    with _running() as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        found = kinoloom.commands.cancel(project, jobs or [])
        open_still = [job for job in found if not job.ended]
        document = {"jobs": [job_document(job) for job in found]}
        _print(as_json, document, [f"{len(found) - len(open_still)} jobs stopped." if found else "Nothing to stop."])
        if open_still:
            raise StudioError(
                f"{len(open_still)} jobs were asked to stop, but their process has not answered.",
                "Try again in a moment.",
            )


@cli.command()
def doctor(as_json: AsJson = False) -> None:
    """Look whether everything needed is there and works."""
    from services.reports import finding_lines

    with _running() as kinoloom:
        found = kinoloom.doctor.examine()
        well = all(finding.ok for finding in found if finding.needed)
        _print(as_json, {"ok": well, "findings": [f.to_json() for f in found]}, finding_lines(found))
    if not well:
        raise typer.Exit(FAILED)


# -- workflows -----------------------------------------------------------------------------------------------------

workflow_cli = typer.Typer(help="Look at ComfyUI workflows and convert them.", no_args_is_help=True)
cli.add_typer(workflow_cli, name="workflow")

ObjectInfo = Annotated[
    Path | None, typer.Option("--object-info", metavar="FILE", help="A server's answer to GET /object_info.")
]
OneServer = Annotated[str, typer.Option("--server", metavar="URL", help="A ComfyUI that is asked for its nodes.")]


@workflow_cli.command("convert")
def workflow_convert(
    source: Annotated[Path, typer.Argument(metavar="IN.json", help="A workflow, or a picture or clip with one.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT.json", help="By default printed.")
    ] = None,
    object_info: ObjectInfo = None,
    server: OneServer = "",
) -> None:
    """Turn a workflow of the editor's format into the API format; API format passes through."""
    from infrastructure.stores.atomic import storing, write_bytes

    with _running() as kinoloom:
        graph = kinoloom.workflows.convert(source, object_info, server)
    text = json.dumps(graph, indent=2, ensure_ascii=False)
    if output is None:
        print(text)
        return
    with storing(f"Writing {output}"):
        write_bytes(output, f"{text}\n".encode())
    print(f"{output}: {len(graph)} nodes")


@workflow_cli.command("inspect")
def workflow_inspect(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A workflow file, or the id of a workflow.")],
    object_info: ObjectInfo = None,
    server: OneServer = "",
    as_json: AsJson = False,
) -> None:
    """Show a workflow's slots, outputs, nodes and models, and what of it is missing."""
    from services.workflow_reports import report_lines

    with _running() as kinoloom:
        report = kinoloom.workflows.inspect(source, object_info, server)
        _print(as_json, report.to_json(), report_lines(report))


@workflow_cli.command("list")
def workflow_list(as_json: AsJson = False) -> None:
    """List the shipped workflows and your own, each with its profile."""
    from services.workflow_reports import entries_document, entry_lines

    with _running() as kinoloom:
        entries = kinoloom.workflows.entries()
        _print(as_json, entries_document(entries), entry_lines(entries))


# -- what the commands share ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def _running(*, serving: bool = False) -> Iterator[Composed]:
    """A composed Kinoloom with its log. Ctrl-C and SIGTERM stop its jobs for good before they go on; those of the
    studio (`serving`) stay unfinished on disk, and go on when it is started again."""
    from infrastructure.logs import start_logging, stop_logging
    from infrastructure.paths import find_roots

    roots = find_roots()
    handlers = start_logging(roots.data / "logs", verbose=_verbose())
    if not (serving or _verbose()):
        handlers[0].setLevel(logging.CRITICAL + 1)  # errors are one line, and it is printed by `run`
    before = None
    with contextlib.suppress(ValueError):  # only the main thread may, and only there does it matter
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with compose(roots) as kinoloom:
            try:
                yield kinoloom
            except KeyboardInterrupt:
                if not serving:
                    kinoloom.commands.stop_all()
                raise
    finally:
        stop_logging(handlers)
        if before is not None:
            signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _working(folder: Path) -> Iterator[tuple[Composed, OpenProject]]:
    """The same with a project on which no other Kinoloom works."""
    with _running() as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        kinoloom.commands.claim(project)
        yield kinoloom, project


def _chosen(project: OpenProject, shots: str | None) -> list[str] | None:
    from services.commands import choose_shots

    return None if shots is None else choose_shots(project.board, shots)


def _follow(kinoloom: Composed, run_ids: Sequence[str]) -> list[Job]:
    """Show the runs' progress until they end. Raises StudioError when one of the jobs did not finish."""
    if not run_ids:
        return []
    with _progress() as show:
        jobs = kinoloom.commands.follow(run_ids, show)
    kinoloom.commands.raise_unfinished(jobs)
    return jobs


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[list[Job]], None]]:
    """Shows jobs on stderr: a live bar on a terminal, else a line for each job that ends."""
    from services.reports import ProgressLines

    lines = ProgressLines()
    if not sys.stderr.isatty():

        def tell(jobs: list[Job]) -> None:
            for line in lines.news(jobs):
                print(line, file=sys.stderr, flush=True)

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def show(jobs: list[Job]) -> None:
            for line in lines.news(jobs):
                bar.console.print(line, markup=False, highlight=False)
            bar.update(task, completed=lines.fraction(jobs), description=lines.now(jobs))

        yield show


def _print(as_json: bool, document: Mapping[str, Any], lines: Any) -> None:
    if as_json:
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for line in lines:
        print(line)


def _print_film(as_json: bool, project: OpenProject, target: Path | None, jobs: Sequence[Job]) -> None:
    from domain.film import FilmReport
    from domain.job import Done
    from services.reports import film_document, film_line

    phase = jobs[-1].phase
    name = phase.result if isinstance(phase, Done) else ""
    report = cast("FilmReport", project.files.read(f"film/{name}.report", FilmReport))
    file = str(target or project.files.film_path(name))
    made = sum(1 for job in jobs if job.kind == "segment")
    document = film_document(report, file) | {"project": str(project.files.root), "made": made}
    _print(as_json, document, [film_line(report, file)])


def _verbose() -> bool:
    return "--verbose" in _arguments


_arguments: list[str] = []


def run(arguments: Sequence[str], server: Callable[..., None] | None = None) -> int:
    """Do what the command line asks; the exit code. `server` runs the studio instead of `addons.web.serve`."""
    from domain.errors import BadInput, DamagedFile, NewerFile, NotFound, StudioError

    _arguments[:] = arguments
    words = [word for word in arguments if word != "--verbose"]
    if not words or (words[0].startswith("-") and words[0] not in ("--help", "--version")):
        words = ["serve", *words]
    usage = cast("type[Exception]", typer.BadParameter.__mro__[2])  # ClickException, wherever typer keeps it
    try:
        code = typer.main.get_command(cli).main(words, prog_name="kinoloom", standalone_mode=False, obj=server)
        if code == INTERRUPTED:  # typer's own answer to Ctrl-C
            raise KeyboardInterrupt
        return code if isinstance(code, int) else DONE
    except (KeyboardInterrupt, typer.Abort):
        return _fail("Interrupted; what was done is saved, and running it again goes on.", INTERRUPTED)
    except usage as error:
        return _fail(f"{error.format_message()} Try: kinoloom --help", MISUSED)  # type: ignore[attr-defined]
    except (BadInput, NotFound, DamagedFile, NewerFile) as error:
        return _fail(str(error), MISUSED)
    except StudioError as error:
        return _fail(str(error), FAILED)
    except Exception as error:
        logging.getLogger(__name__).exception("The command ended unexpectedly")
        words = [str(error) or type(error).__name__, "--verbose shows where; the log has the details."]
        return _fail(f"Something unexpected went wrong: {' '.join(words)}", FAILED)


def _fail(sentence: str, code: int) -> int:
    """Say in one line on stderr what went wrong."""
    print(" ".join(sentence.split()), file=sys.stderr)
    if _verbose() and sys.exc_info()[0] is not None:
        traceback.print_exc()
    return code


def main() -> NoReturn:
    """The console script `kinoloom`."""
    strangers = foreign_packages()
    if strangers:
        cure = "Install Kinoloom in an environment of its own: python -m pip install --force-reinstall kinoloom"
        sys.exit(_fail(f"{' '.join(strangers)} {cure}", MISUSED))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that lacks a letter must not end the work
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
