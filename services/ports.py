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
from domain.engine import SentGraph, ServerInfo, WorkflowInfo
from domain.job import Run
from domain.profile import ModelProfile
from domain.project import Picked
from domain.request import GenerationRequest
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
        artefacts are written into the existing folder `out`. The job id was stored before this call.
        """
        ...

    def events(self, job_id: str) -> Iterator[BackendEvent]:
        """What happens to the job, ending in exactly one terminal event. Blocks between events."""
        ...

    def cancel(self, job_id: str) -> None:
        """Stop the job, queued or running; ours only; without effect when it has ended or is unknown."""
        ...

    def recover(self, job_id: str) -> BackendEvent | None:
        """What became of a job from before a restart; None when the backend knows nothing of it."""
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
        """Store the document. Raises Conflict when another process holds it."""
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


class ClipUse(Value):
    """A stretch of a clip in the film: native frames `first` to `first + count - 1` of the file stand for the
    shot's native frames from `offset` on. All clips of one shot share `shot_frames`, its frames in the film."""

    path: Path
    first: int
    count: int
    offset: int
    native_rate: Fraction
    shot: str
    shot_frames: int


class Media(Protocol):
    """Decoding, probing and joining, to the exact frame."""

    def check_image(self, path: Path) -> tuple[int, int]:
        """Width and height of a picture. Raises UnreadableMedia when it is none, damaged, or over the size limit."""
        ...

    def import_image(self, source: Path, target: Path) -> tuple[int, int]:
        """Store a picture of any format as upright 8-bit sRGB PNG at `target`; width and height of it."""
        ...

    def probe(self, path: Path) -> MediaInfo:
        """What is in a clip; frames are counted by decoding all of it. Raises UnreadableMedia."""
        ...

    def last_frame(self, clip: Path, target: Path) -> None:
        """Decode the last frame of a clip into a PNG, with the matrix the clip was written with."""
        ...

    def thumbnail(self, source: Path, target: Path, width: int) -> None:
        """A small WebP of a picture, or of the first frame of a clip, `width` pixels wide."""
        ...

    def join(
        self,
        clips: Sequence[ClipUse],
        target: Path,
        *,
        width: int,
        height: int,
        rate: Fraction,
        quality: str,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> MediaInfo:
        """Conform and join clips into one mp4 (H.264 + AAC silence) of exactly the sum of their film frames.

        Written under a temporary name beside `target`, counted, then renamed. `report` gets frames done and
        frames in all. Raises MediaFailed, and Cancelled when `stopped()` turns true.
        """
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

    def probe(self, url: str) -> ServerInfo:
        """Ask one server, whether it is set up or not; within a few seconds."""
        ...

    def workflows(self, kind: str = "") -> list[WorkflowInfo]:
        """Every workflow (of one kind), with what is missing as far as the servers were asked; returns at once."""
        ...

    def workflow(self, workflow_id: str) -> WorkflowInfo:
        """One workflow. Raises NotFound naming those there are."""
        ...

    def add_workflow(self, source: Path, title: str = "", profile: str = "") -> WorkflowInfo:
        """Take a workflow in (either format, or a picture or clip that carries one); its slots are found, to be
        confirmed. Raises BadInput."""
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
