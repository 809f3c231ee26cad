"""What the services need from the outside, as protocols. Adapters in `infrastructure` implement them.

Paths handed over these ports are absolute; paths inside values are relative to the project (`domain.project.Picked`).
Every method raises only the errors of `domain.errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from domain.backend import BackendEvent, BackendSpec, Readiness
from domain.base import Value
from domain.cut.reel import Reel
from domain.delivery import Delivery
from domain.engine import AddedWorkflow, SentGraph, ServerInfo, WorkflowInfo
from domain.film import Mastered, SheetCell
from domain.fitting import Fit
from domain.interchange.edits import EditFormat, EditList
from domain.job import Run
from domain.keeping import Backup, Occupant, Trashed, TrashKind
from domain.monitor import CardReading
from domain.passes import PassClip
from domain.profile import ModelProfile
from domain.project import Picked
from domain.quality.gate import Gate
from domain.quality.values import Expectation, QualityReport
from domain.request import GenerationRequest
from domain.sound.files import SoundFile, SoundInfo
from domain.sound.mixing import Mix
from domain.sound.report import Measured
from domain.sound.speech import VoiceInfo
from domain.sound.subtitles import Caption
from domain.sound.tracks import Voice
from domain.take import Keyframe, MediaInfo, Take
from domain.workflow import WorkflowEntry, WorkflowReport

V = TypeVar("V", bound=Value)


class VideoBackend(Protocol):
    """Makes pictures and clips. One conformance suite (`tests/contracts`) runs over every implementation."""

    @property
    def spec(self) -> BackendSpec:
        """What this backend can do."""
        ...

    def preflight(self) -> Readiness:
        """Whether it can work now, or what is missing, as data; returns within a few seconds."""
        ...

    def submit(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        """Take the job on and return at once. `inputs` maps "start", "end", "reference-0" … to picture files;
        artefacts are written into the existing folder `out`. The job id was stored before this call. One that is
        worked on raises Conflict; one that has ended may be given again.
        """
        ...

    def events(self, job_id: str) -> Iterator[BackendEvent]:
        """What happens to the job, ending in exactly one terminal event. Blocks between events."""
        ...

    def cancel(self, job_id: str) -> None:
        """Stop the job, queued or running; ours only; without effect when it has ended or is unknown."""
        ...

    def recover(self, job_id: str) -> BackendEvent | None:
        """What became of a job from before a restart; None when the backend knows nothing of it. Sends nothing.
        Raises BackendUnavailable when it cannot be asked now."""
        ...

    def close(self) -> None:
        """End all work and release everything; may be called twice."""
        ...


@runtime_checkable
class GoesOnAlone(Protocol):
    """A backend whose jobs are made elsewhere, so that they need not end when the studio does."""

    def leave(self, job_id: str) -> None:
        """Work on the job no longer, but let it be made: submitting it again under its id takes up what is there."""
        ...

    def withdraw(self, job_id: str) -> None:
        """Stop a job of an earlier process wherever it is made; without effect where it is over or not known. Returns
        at once."""
        ...


@runtime_checkable
class TakesUp(Protocol):
    """A backend that can follow a job of an earlier process without being handed it again. One that costs something
    has to be: what it cannot take up is never sent again by itself."""

    def attach(self, job_id: str, request: GenerationRequest, out: Path) -> None:
        """Follow a job that `recover` knows; `events` then tells its course, and artefacts are written into `out`."""
        ...


class ProjectFiles(Protocol):
    """One project folder. Every write is whole or not at all; every path is kept inside the folder."""

    @property
    def root(self) -> Path:
        """The project's folder."""
        ...

    def read(self, name: str, model: type[V]) -> V | None:
        """The document `name` ("storyboard", "runs/<id>" …), or None when there is none.

        Raises DamagedFile (the file was set aside) and NewerFile (it was left alone).
        """
        ...

    def write(self, name: str, value: Value) -> None:
        """Store the document. Raises Conflict when another process holds it or changed it since it was read here."""
        ...

    def restore(self, name: str, model: type[V], key: str = "") -> V:
        """Put the newest backup in place of a damaged or missing document, or the one of that key in place of any.

        Raises NotFound, NewerFile, and Conflict over a good one without a key.
        """
        ...

    def backups(self, name: str, model: type[Value]) -> list[Backup]:
        """The kept versions of a document, newest first."""
        ...

    def free_bytes(self) -> int:
        """Bytes free on the project's disk."""
        ...

    def occupy(self, program: str, *, take_over: bool = False, look: bool = False) -> None:
        """Become the one process that renders here; without effect for the one that is; with `look` only find out
        whether that can be. Raises Occupied."""
        ...

    def leave(self) -> None:
        """Render here no longer."""
        ...

    def occupant(self) -> Occupant | None:
        """Who renders here; None when nobody does."""
        ...

    def delete(self, kind: TrashKind, title: str, files: Sequence[str]) -> Trashed:
        """Move files of the project (relative paths; what makes them exist comes first) into its trash."""
        ...

    def trash(self) -> list[Trashed]:
        """What was deleted, last first."""
        ...

    def put_back(self, entry_id: str) -> Trashed:
        """Take something out of the trash again. Raises NotFound, and Conflict where its place is taken."""
        ...

    def runs(self) -> list[Run]:
        """All runs, oldest first; unreadable ones are left out."""
        ...

    def keyframes(self, shot: str | None = None) -> list[Keyframe]:
        """Keyframes of a shot, or of all, oldest first."""
        ...

    def takes(self, shot: str | None = None) -> list[Take]:
        """Takes of a shot, or of all, oldest first."""
        ...

    def add_keyframe(self, keyframe: Keyframe, image: Path) -> Keyframe:
        """Move `image` (inside a workspace, or a copy of the user's file) into the project with its sidecar.

        `keyframe.name` is a wish; the result has the final name, path and hash.
        """
        ...

    def add_take(self, take: Take, clip: Path, last: Path) -> Take:
        """Move a finished clip and its last frame into the project with their sidecar; all appear at once."""
        ...

    def passes(self) -> list[PassClip]:
        """Clips that were made of takes' clips, oldest first."""
        ...

    def add_pass(self, made: PassClip, clip: Path) -> PassClip:
        """Move a clip beside the one it was made of (`made.source`), with its sidecar. `made.name` and `made.clip` are
        wishes; the result has the final ones. Raises NotFound when the take is gone."""
        ...

    def sounds(self) -> list[SoundFile]:
        """Sound files, oldest first."""
        ...

    def add_sound(self, sound: SoundFile, source: Path) -> SoundFile:
        """Move a sound (inside a workspace) into the project with its sidecar. What is there already, with the same
        content and fingerprint, is not stored twice. The result has the final name, path, hash and size."""
        ...

    def add_table(self, source: Path, title: str) -> Picked:
        """Copy a colour table (.cube) into the project; the same content is stored once."""
        ...

    def workspace(self, job_id: str) -> Path:
        """A fresh folder in the project for work in progress; on the same file system as the results."""
        ...

    def discard(self, workspace: Path) -> None:
        """Remove a workspace. Never touches anything else."""
        ...

    def path(self, picked: Picked) -> Path:
        """The absolute path of a file of the project. Raises UnsafePath or NotFound."""
        ...

    def film_path(self, name: str) -> Path:
        """Where a film of that name lies or will lie. Raises UnsafePath."""
        ...

    def films(self) -> list[Path]:
        """Finished films, oldest first."""
        ...

    def version(self) -> int:
        """Grows whenever anything in the folder changed, by us or by another process (seen within two seconds)."""
        ...


class ProjectStore(Protocol):
    """Makes, opens and remembers project folders."""

    def create(self, folder: Path) -> ProjectFiles:
        """A new project folder. Raises Conflict when it exists and is not empty."""
        ...

    def open(self, folder: Path) -> ProjectFiles:
        """An existing project folder. Raises NotFound when it has no project.json."""
        ...

    def recent(self) -> list[Path]:
        """Folders opened before, newest first; those that are gone are left out."""
        ...

    def remember(self, folder: Path) -> None:
        """Put the folder first among the recent ones."""
        ...

    def home(self) -> Path:
        """Where new projects go by default."""
        ...


class Media(Protocol):
    """Decoding, probing and assembling, to the exact frame."""

    def check_table(self, path: Path) -> None:
        """Read a .cube colour table. Raises UnreadableMedia when it is none, damaged, or over the size limit."""
        ...

    def check_image(self, path: Path) -> tuple[int, int]:
        """Width and height of a picture. Raises UnreadableMedia when it is none, damaged, or over the size limit."""
        ...

    def import_image(self, source: Path, target: Path) -> tuple[int, int]:
        """Store a picture of any format as upright 8-bit sRGB PNG at `target`; width and height of it."""
        ...

    def fit_image(self, source: Path, target: Path, frame: tuple[int, int], fit: Fit) -> None:
        """Store a picture as PNG of exactly the frame's width and height, undistorted."""
        ...

    def probe(self, path: Path) -> MediaInfo:
        """What is in a clip; frames are counted by decoding all of it. Raises UnreadableMedia."""
        ...

    def is_black(self, path: Path) -> bool:
        """Whether a picture, or every frame of a clip, is black. Raises UnreadableMedia."""
        ...

    def last_frame(self, clip: Path, target: Path) -> None:
        """Decode the last frame of a clip into a PNG, with the matrix the clip was written with."""
        ...

    def thumbnail(self, source: Path, target: Path, width: int) -> None:
        """A small WebP of a picture, or of the first frame of a clip, `width` pixels wide."""
        ...

    def filmstrip(self, clip: Path, target: Path, frames: int, count: int, width: int) -> None:
        """A WebP of `count` frames side by side, each `width` pixels wide, evenly spread over a clip of `frames`."""
        ...

    def assemble(
        self,
        reel: Reel,
        files: Mapping[str, Path],
        target: Path,
        *,
        width: int,
        height: int,
        delivery: Delivery,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
        sound: Path | None = None,
        captions: Sequence[Caption] = (),
        hardware: bool = False,
        scratch_in: Path | None = None,
    ) -> Mastered:
        """Make the film of a reel: one file (a folder for stills) of exactly the frames that the delivery asks for.

        `files` has the absolute path of each of `reel.files()` by its path in the project; `sound` is a finished mix as
        long as the film, `captions` become a track of subtitles where there is sound. Written under a temporary name
        beside `target`, counted, then renamed; what is needed meanwhile lies in `scratch_in`, by default beside
        `target`. `report` gets frames done and frames in all. Raises BadInput, MediaFailed, DiskFull, and Cancelled
        when `stopped()` turns true; `target` is then as it was.
        """
        ...

    def contact_sheet(self, title: str, cells: Sequence[SheetCell], target: Path) -> None:
        """The storyboard on pages, as .pdf, or .png of one long page. Raises BadInput and MediaFailed."""
        ...


class Sounds(Protocol):
    """Probing, taking in and mixing sound, to the sample."""

    def probe(self, path: Path) -> SoundInfo:
        """What is in a sound, or in a video's first sound, found by decoding all of it. Raises UnreadableMedia."""
        ...

    def take_in(self, source: Path, folder: Path) -> Path:
        """The sound of a user's file as it is, as a file in `folder`: a copy, or a video's sound without its picture.

        Raises UnreadableMedia about the source, MediaFailed and DiskFull about the copy.
        """
        ...

    def mix(
        self,
        mix: Mix,
        files: Mapping[str, Path],
        target: Path,
        *,
        report: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> Measured:
        """Write the mix to `target`, in a workspace: a WAV file of 48 kHz, stereo and exactly `mix.samples` samples;
        what was measured in it. `files` has the path of each of the mix's files by its path in the project.

        Raises UnreadableMedia, MediaFailed, DiskFull, and Cancelled when `stopped()` turns true.
        """
        ...

    def store_text(self, target: Path, text: str) -> None:
        """Write subtitles, whole or not at all. Raises StudioError."""
        ...


class Speech(Protocol):
    """Speaks narration."""

    @property
    def id(self) -> str:
        """Its name among the engines."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    def ready(self) -> str:
        """Why it cannot speak now and what to do about it, in sentences; empty when it can. Returns at once."""
        ...

    def voices(self) -> list[VoiceInfo]:
        """Its voices; may take a second."""
        ...

    def maker(self, voice: Voice) -> str:
        """What speaks, as far as it changes the sound; returns at once."""
        ...

    def speak(self, text: str, voice: Voice, folder: Path, stopped: Callable[[], bool]) -> Path:
        """A sound file in `folder` with the words. Raises BadInput, BackendUnavailable, BackendFailed, and Cancelled
        when `stopped()` turns true."""
        ...


class SpeechEngines(Protocol):
    """The speech engines there are."""

    def default(self) -> str:
        """Id of the engine that is set up."""
        ...

    def ids(self) -> list[str]:
        """Ids of all engines."""
        ...

    def get(self, engine: str) -> Speech:
        """That engine; empty is the one that is set up. Raises NotFound naming those there are."""
        ...


class Interchange(Protocol):
    """Writes and reads edit lists of editing programs."""

    def write(
        self,
        edits: EditList,
        target: Path,
        form: EditFormat,
        media: Mapping[str, Path],
        report: Callable[[int, int], None],
    ) -> None:
        """Write the list, whole or not at all; a format that bundles takes in `media`, files by their target in the
        list. `report` gets files done and in all. Raises BadInput where the format cannot hold the film's rate."""
        ...

    def read(self, path: Path, rate: Fraction, form: EditFormat | None = None) -> EditList:
        """The list in a file, counted at the film's `rate`; without `form` its name tells. Raises BadInput."""
        ...

    def copy(self, source: Path, target: Path) -> None:
        """Copy a clip to where a list refers to it, whole or not at all; folders are made."""
        ...


class Archives(Protocol):
    """Projects as one file."""

    def files(self, root: Path) -> list[str]:
        """Paths of a project's files that may be packed, with forward slashes; no hidden files and no links."""
        ...

    def pack(
        self,
        root: Path,
        names: Sequence[str],
        target: Path,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Write these files of `root` as one zip, whole or not at all. `report` gets bytes done and in all. Raises
        Cancelled when `stopped()` turns true."""
        ...

    def unpack(self, archive: Path, folder: Path, report: Callable[[int, int], None]) -> None:
        """Unpack a project into `folder`, which is empty or does not exist; it then holds all of it, or is as it was.

        Raises BadInput (no packed project, damaged, unsafe or too large), Conflict, NotFound, DiskFull.
        """
        ...


class Deliveries(Protocol):
    """What films can be written as: the shipped deliveries, with the user's own over them."""

    def all(self) -> list[Delivery]:
        """Every delivery, the shipped ones first."""
        ...

    def problems(self) -> list[str]:
        """Files of the user's that could not be used, in sentences."""
        ...


class Examiner(Protocol):
    """Measures what is in a clip or film."""

    def examine(
        self,
        path: Path,
        gate: Gate,
        expectation: Expectation,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> QualityReport:
        """Every finding about one file; `report` gets frames done and frames in all (0: unknown).

        Raises UnreadableMedia, MediaFailed, and Cancelled when `stopped()` turns true.
        """
        ...


class Gates(Protocol):
    """The quality gates there are."""

    def ids(self) -> list[str]:
        """Ids of all gates, from lenient to strict, the user's own last."""
        ...

    def get(self, gate_id: str) -> Gate:
        """One gate. Raises NotFound naming those there are, and BadInput about a file that cannot be used."""
        ...


class Clock(Protocol):
    """Time of day and elapsed time."""

    def now(self) -> str:
        """UTC, ISO 8601 with seconds and Z."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...


class TimingStore(Protocol):
    """What past runs took, to tell how long the next will."""

    def expect(self, key: str) -> float | None:
        """Seconds per frame seen lately for this backend, profile and size; None before the first run."""
        ...

    def learn(self, key: str, seconds_per_frame: float) -> None:
        """Remember one more run."""
        ...


class Sensors(Protocol):
    """What this computer's driver tells of its graphics cards."""

    def read(self) -> Sequence[CardReading]:
        """The cards now; empty where there are none or nobody can tell. Returns within a moment and never raises."""
        ...


class StopRequests(Protocol):
    """Requests to stop jobs, from one process to the one that owns their run. `root` is the project's folder."""

    def ask(self, root: Path, run_id: str, job_ids: Sequence[str]) -> None:
        """Leave a request; no job ids mean the whole run."""
        ...

    def take(self, root: Path, run_ids: Iterable[str]) -> dict[str, list[str]]:
        """The requests for these runs, removed: job ids by run."""
        ...

    def withdraw(self, root: Path, run_id: str) -> None:
        """Take a request back that nobody will answer."""
        ...


@runtime_checkable
class Backends(Protocol):
    """The backends there are, by id."""

    def get(self, backend_id: str) -> VideoBackend:
        """That backend, started when first asked for. Raises NotFound naming those there are."""
        ...

    def ids(self) -> list[str]:
        """Ids of all backends, the built-in ones first."""
        ...

    def spec(self, backend_id: str, workflow: str = "") -> BackendSpec:
        """What that backend can do, without starting it; with a workflow (empty: its first) where it has several."""
        ...

    def profile(self, backend_id: str, profile_id: str, film_rate: Fraction) -> ModelProfile:
        """The model profile to plan with. Raises NotFound."""
        ...


class Engine(Protocol):
    """A backend with servers and workflows of its own, as the studio shows and sets it up."""

    @property
    def backend(self) -> str:
        """Id of the backend."""
        ...

    def servers(self) -> list[ServerInfo]:
        """The servers as they were last seen; asks none of them and returns at once."""
        ...

    def look(self) -> None:
        """Ask all servers again, in the background; `servers` and `workflows` tell what came of it."""
        ...

    def pulse(self) -> None:
        """Ask all servers for their memory and queue alone, in the background; cheap enough for every few seconds."""
        ...

    def probe(self, url: str, login: str = "") -> ServerInfo:
        """Ask one server, whether it is set up or not; within a few seconds. `login` is a token or "Header: value";
        without it one that is set up is asked with its own. Raises BadInput."""
        ...

    def workflows(self, kind: str = "") -> list[WorkflowInfo]:
        """Every workflow (of one kind), with what is missing as far as the servers were asked; returns at once."""
        ...

    def workflow(self, workflow_id: str) -> WorkflowInfo:
        """One workflow. Raises NotFound naming those there are."""
        ...

    def add_workflow(self, source: Path, title: str = "", profile: str = "") -> list[AddedWorkflow]:
        """Take a workflow in (either format, or a picture or clip that carries one), or every one of a folder; slots
        are found, to be confirmed. Of a folder, what could not be taken is listed with its fault. Raises BadInput."""
        ...

    def confirm_workflow(self, workflow_id: str, changes: Mapping[str, str]) -> WorkflowInfo:
        """Store a workflow's slots as they are, with `changes` ("title", "profile", or slot → "node.input, …";
        empty takes a slot away). Raises BadInput."""
        ...

    def remove_workflow(self, workflow_id: str) -> None:
        """Move a workflow of the user's to the trash folder beside it. Shipped ones are refused with BadInput."""
        ...

    def would_send(self, request: GenerationRequest) -> SentGraph:
        """What would be sent for a request, built for a server that can run it. Raises BadInput, NotFound."""
        ...


class Workflows(Protocol):
    """Workflow files and the catalogue, for the command line. `object_info` is a file with a server's list of nodes,
    `server` the address of one that is asked for it; without both, files in the editor's format cannot be read."""

    def entries(self) -> list[WorkflowEntry]:
        """Every workflow there is, shipped ones and the user's own, those that cannot be used too."""
        ...

    def convert(self, source: Path, object_info: Path | None = None, server: str = "") -> dict[str, Any]:
        """The graph of a file in API format. Raises BadInput, NotFound, BackendUnavailable."""
        ...

    def inspect(self, source: Path, object_info: Path | None = None, server: str = "") -> WorkflowReport:
        """What is in a workflow file, or in the workflow of that id. Raises BadInput, NotFound, BackendUnavailable."""
        ...
