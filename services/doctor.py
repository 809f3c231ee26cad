"""Looks whether everything that Kinoloom needs is there and works, and says what to do where it does not."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from domain.backend import BackendDone, BackendFailure
from domain.base import Value
from domain.errors import StudioError
from domain.profiles import ANIMATIC
from domain.request import GenerationRequest
from services.ports import Backends, Writer

NEEDED = {"av": "PyAV", "opencv-python-headless": "OpenCV", "pillow": "Pillow", "numpy": "NumPy", "gradio": "Gradio"}
"""Distributions that Kinoloom does not work without, and what they are called."""

ENCODERS = {"libx264": "films and clips are written with it", "aac": "the sound of films is written with it"}
LOW_DISK = 2 * 2**30
"""Bytes below which the disk counts as too full for a film."""

_INSTALL = "Install Kinoloom again: python -m pip install --force-reinstall kinoloom"


class Finding(Value):
    """One thing that was looked at. `needed` tells that Kinoloom does not work while it is not `ok`."""

    check: str
    ok: bool
    found: str
    cure: str = ""
    needed: bool = True


class Surroundings(Protocol):
    """What can be asked of the machine."""

    def python(self) -> tuple[str, str]:
        """Version of Python, and the system it runs on."""
        ...

    def version(self, distribution: str) -> str | None:
        """Version of an installed distribution."""
        ...

    def media_libraries(self) -> dict[str, str]:
        """Versions of the FFmpeg libraries. Raises ImportError or OSError when they do not load."""
        ...

    def has_encoder(self, name: str) -> bool:
        """Whether FFmpeg can encode with that encoder."""
        ...

    def why_not_writable(self, folder: Path) -> str:
        """Why nothing can be stored in a folder; empty when it can."""
        ...

    def free_bytes(self, folder: Path) -> int:
        """Bytes free on the disk of the folder. Raises OSError."""
        ...


class Doctor:
    """Examines the machine, the folders, the settings and the built-in engine. Each check can fail alone."""

    def __init__(
        self, machine: Surroundings, backends: Backends, folders: Sequence[tuple[str, Path]],
        settings_problems: Callable[[], list[str]], version: str, writer: Writer | None = None,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._machine = machine
        self._backends = backends
        self._folders = folders
        self._settings_problems = settings_problems
        self._version = version

    def examine(self) -> list[Finding]:
        """Every finding, in the order of the checks; takes a few seconds."""
        found: list[Finding] = []
        checks = (
            self._versions, self._media, self._places, self._settings, self._engine, self._providers, self._language,
        )  # fmt: skip
        for check in checks:
            try:
                found += check()
            except Exception as error:
                # A check that breaks is a finding, and the others are still made.
                words = str(error) or type(error).__name__
                found.append(Finding(check=check.__name__.strip("_"), ok=False, found=words[:300], cure=_INSTALL))
        return found

    def _versions(self) -> Iterator[Finding]:
        python, system = self._machine.python()
        numbers = tuple(int(part) for part in python.split(".")[:2])
        cure = "" if numbers >= (3, 11) else "Install Python 3.11 or newer."
        yield Finding(check="python", ok=not cure, found=f"{python} on {system}", cure=cure)
        yield Finding(check="kinoloom", ok=True, found=self._version)
        for distribution, title in NEEDED.items():
            version = self._machine.version(distribution)
            yield Finding(
                check=distribution, ok=version is not None, found=version or f"{title} is not installed",
                cure="" if version else _INSTALL,
            )  # fmt: skip

    def _media(self) -> Iterator[Finding]:
        try:
            libraries = self._machine.media_libraries()
        except (ImportError, OSError) as error:
            yield Finding(check="ffmpeg", ok=False, found=f"FFmpeg does not load: {error}", cure=_INSTALL)
            return
        yield Finding(check="ffmpeg", ok=True, found=", ".join(f"{k} {v}" for k, v in libraries.items()))
        for name, use in ENCODERS.items():
            there = self._machine.has_encoder(name)
            cure = "" if there else "Install PyAV from PyPI: its wheels contain it."
            found = "can encode" if there else f"missing: {use}"
            yield Finding(check=f"encoder {name}", ok=there, found=found, cure=cure)

    def _places(self) -> Iterator[Finding]:
        for name, folder in self._folders:
            why = self._machine.why_not_writable(folder)
            cure = f"Allow writing there, or choose another place with {_variable(name)}." if why else ""
            found = f"{folder}: {why}" if why else str(folder)
            yield Finding(check=f"{name} folder", ok=not why, found=found, cure=cure)
        name, folder = self._folders[0]
        free = self._machine.free_bytes(folder)
        low = free < LOW_DISK
        yield Finding(
            check="disk", ok=not low, found=f"{free / 2**30:.1f} GiB free for {name}", needed=False,
            cure=f"Free some space: a film needs some {LOW_DISK // 2**30} GiB." if low else "",
        )  # fmt: skip

    def _settings(self) -> Iterator[Finding]:
        problems = self._settings_problems()
        if not problems:
            yield Finding(check="settings", ok=True, found="all can be used")
        for problem in problems:
            cure = "Correct it, or reset it in Settings."
            yield Finding(check="settings", ok=False, found=problem, cure=cure, needed=False)

    def _engine(self) -> Iterator[Finding]:
        """A panel is really drawn: that needs the worker process, the fonts and the libraries together."""
        backend = self._backends.get(ANIMATIC)
        readiness = backend.preflight()
        if not readiness.ready:
            for problem in readiness.problems:
                yield Finding(check="animatic engine", ok=False, found=problem.what, cure=problem.cure)
            return
        request = GenerationRequest(
            kind="image", backend=ANIMATIC, workflow=ANIMATIC, profile=ANIMATIC, prompt="a lighthouse", seed=1,
            seed_rule="fixed:1", width=160, height=90, rate=Fraction(1),
        )  # fmt: skip
        words, cure = "it ended without a picture", "Look into the log, then install Kinoloom again."
        with tempfile.TemporaryDirectory(prefix="kinoloom-doctor-") as folder:
            job = f"doctor-{uuid.uuid4().hex[:12]}"
            try:
                backend.submit(job, request, {}, Path(folder))
                for event in backend.events(job):
                    if isinstance(event, BackendDone) and (Path(folder) / event.image).is_file():
                        yield Finding(check="animatic engine", ok=True, found="drew a picture")
                        return
                    if isinstance(event, BackendFailure):
                        words, cure = event.message, event.cure or cure
            except StudioError as error:
                words, cure = error.message, error.cure or cure
        yield Finding(check="animatic engine", ok=False, found=words, cure=cure)

    def _providers(self) -> Iterator[Finding]:
        """How the services are set up that charge for what they make. They are not asked."""
        for name in self._backends.ids():
            spec = self._backends.spec(name)
            if not spec.place:
                continue
            if spec.needs:
                words = f"not set up: needs {spec.needs}, in Settings under {spec.place}"
                yield Finding(check=name, ok=True, found=words, needed=False)
                continue
            problems = self._backends.get(name).preflight().problems
            for problem in problems:
                yield Finding(check=name, ok=False, found=problem.what, cure=problem.cure, needed=False)
            if not problems:
                yield Finding(check=name, ok=True, found="set up; it charges for each picture", needed=False)

    def _language(self) -> Iterator[Finding]:
        """Whether the model that writes storyboards answers, where one is set up; within a few seconds."""
        model = self._writer.model() if self._writer is not None else ""
        if self._writer is not None and model:
            why = self._writer.check()
            cure = "Correct it in Settings, under Writing model, or leave its address empty." if why else ""
            found = why or f"{model} can be reached"
            yield Finding(check="writing model", ok=not why, found=found, cure=cure, needed=False)


def _variable(name: str) -> str:
    return "the setting general.projects_folder" if name == "projects" else "the environment variable KINOLOOM_HOME"
