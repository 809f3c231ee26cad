"""Having narration spoken: one job for each line that was not spoken yet as it is now."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from domain.errors import BackendFailed, NotReady
from domain.job import Job, Run
from domain.project import Picked
from domain.sound.files import SoundFile, SoundInfo
from domain.sound.speech import EngineInfo
from domain.sound.tracks import SoundPlan, Voice
from services.changes import ChangeCounter
from services.job_context import JobContext
from services.jobs import JobService
from services.ports import Clock, Sounds, SpeechEngines
from services.projects import OpenProject, ProjectService
from services.sound.view import LineState, Part, Speakers

SPEECH_LANE = "speech"

BETWEEN = Fraction(1, 4)
"""Seconds of quiet between two speeches of a dialogue."""


class Narrator:
    """Speaks lines through the queue, in a lane of its own."""

    def __init__(
        self, projects: ProjectService, jobs: JobService, engines: SpeechEngines, sounds: Sounds, clock: Clock,
        changes: ChangeCounter,
    ) -> None:  # fmt: skip
        self._projects = projects
        self._jobs = jobs
        self._engines = engines
        self._sounds = sounds
        self._clock = clock
        self._changes = changes
        jobs.register("speech", self._speak)

    def engines(self) -> list[EngineInfo]:
        """What can speak, and with which voices; asks the programs, so it may take a second."""
        found = []
        for name in self._engines.ids():
            engine = self._engines.get(name)
            why = engine.ready()
            voices = () if why else tuple(engine.voices())
            found.append(EngineInfo(id=name, title=engine.title, ready=not why, why=why, voices=voices))
        return found

    def start(self, project: OpenProject, plan: SoundPlan, lines: Iterable[LineState]) -> Run | None:
        """Queue speaking these lines, each way of saying the same once; None when there are none.

        Raises NotReady when an engine that is asked for cannot speak.
        """
        jobs: dict[str, Job] = {}
        speakers = Speakers(self._engines, project.board.mentions)
        for state in lines:
            if state.line is None or state.fingerprint in jobs:
                continue
            parts = speakers.parts(state.line, plan)
            for name in dict.fromkeys(part.voice.engine for part in parts):
                engine = self._engines.get(name)
                why = engine.ready()
                if why:
                    raise NotReady(f"{engine.title} cannot speak.", why)
            jobs[state.fingerprint] = Job(
                id=str(uuid.uuid4()), run="", project=project.id, kind="speech", title=f"Narration {state.shot}",
                shot=state.shot, backend=SPEECH_LANE, created=self._clock.now(),
                detail=_noted(parts),
            )  # fmt: skip
        return self._jobs.start(project.id, "Narration", list(jobs.values())) if jobs else None

    def _speak(self, context: JobContext) -> str:
        job = context.job
        project = self._projects.get(job.project)
        parts = _of_job(job)
        text = "\n".join(part.text for part in parts)
        work = project.files.workspace(job.id)
        try:
            path, info = self._spoken(parts, work, context)
            print_ = Speakers(self._engines, project.board.mentions).fingerprint(parts)
            stored = project.files.add_sound(
                SoundFile(
                    name="new", title=f"Narration {job.shot}", file=Picked(path="new", sha256="0" * 64), info=info,
                    fingerprint=print_, text=text, made=self._clock.now(),
                ),
                path,
            )  # fmt: skip
        finally:
            project.files.discard(work)
        self._changes.bump()
        return stored.name

    def _spoken(self, parts: Sequence[Part], work: Path, context: JobContext) -> tuple[Path, SoundInfo]:
        """A sound file with the parts one after another, and what is in it."""
        found: list[tuple[Path, SoundInfo]] = []
        for number, (text, voice) in enumerate(parts):
            engine = self._engines.get(voice.engine)
            context.report(0.1 + 0.8 * number / len(parts), engine.title)
            folder = work / str(number)
            folder.mkdir()
            path = engine.speak(text, voice, folder, lambda: context.stopped)
            context.check()
            info = self._sounds.probe(path)
            if info.end <= info.first:
                raise BackendFailed(f"{engine.title} spoke nothing that can be heard.", "Try another voice or text.")
            found.append((path, info))
        if len(found) == 1:
            return found[0]
        joined = work / "dialogue.wav"
        self._sounds.join([path for path, _ in found], BETWEEN, joined)
        return joined, self._sounds.probe(joined)


def _noted(parts: Sequence[Part]) -> dict[str, str | int]:
    """The parts, for a job's detail."""
    if len(parts) > 1:
        return {"speeches": json.dumps([[part.text, part.voice.to_json()] for part in parts], ensure_ascii=False)}
    ((text, voice),) = parts
    return {"text": text, "engine": voice.engine, "voice": voice.name, "speed": str(voice.speed)}


def _of_job(job: Job) -> list[Part]:
    """The parts, from a job's detail."""
    detail = job.detail
    if "speeches" in detail:
        return [Part(text, Voice.model_validate(voice)) for text, voice in json.loads(str(detail["speeches"]))]
    voice = Voice(engine=str(detail["engine"]), name=str(detail["voice"]), speed=float(detail["speed"]))
    return [Part(str(detail["text"]), voice)]
