"""Having narration spoken: one job for each line that was not spoken yet as it is now."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from domain.errors import BackendFailed, NotReady
from domain.job import Job, Run
from domain.project import Picked
from domain.sound.files import SoundFile
from domain.sound.speech import EngineInfo
from domain.sound.tracks import SoundPlan, Voice
from services.changes import ChangeCounter
from services.job_context import JobContext
from services.jobs import JobService
from services.ports import Clock, Sounds, SpeechEngines
from services.projects import OpenProject, ProjectService
from services.sound.view import LineState, Speakers

SPEECH_LANE = "speech"


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
        speakers = Speakers(self._engines)
        for state in lines:
            if state.line is None or state.fingerprint in jobs:
                continue
            voice = speakers.voice(state.line, plan)
            engine = self._engines.get(voice.engine)
            why = engine.ready()
            if why:
                raise NotReady(f"{engine.title} cannot speak.", why)
            jobs[state.fingerprint] = Job(
                id=str(uuid.uuid4()), run="", project=project.id, kind="speech", title=f"Narration {state.shot}",
                shot=state.shot, backend=SPEECH_LANE, created=self._clock.now(),
                detail={
                    "text": state.line.text, "engine": voice.engine, "voice": voice.name, "speed": str(voice.speed),
                },
            )  # fmt: skip
        return self._jobs.start(project.id, "Narration", list(jobs.values())) if jobs else None

    def _speak(self, context: JobContext) -> str:
        job = context.job
        project = self._projects.get(job.project)
        text = str(job.detail["text"])
        voice = Voice(
            engine=str(job.detail["engine"]), name=str(job.detail["voice"]), speed=float(job.detail["speed"])
        )  # fmt: skip
        engine = self._engines.get(voice.engine)
        work = project.files.workspace(job.id)
        try:
            context.report(0.1, engine.title)
            path = engine.speak(text, voice, work, lambda: context.stopped)
            context.check()
            info = self._sounds.probe(path)
            if info.end <= info.first:
                raise BackendFailed(f"{engine.title} spoke nothing that can be heard.", "Try another voice or text.")
            stored = project.files.add_sound(
                SoundFile(
                    name="new", title=f"Narration {job.shot}", file=Picked(path="new", sha256="0" * 64), info=info,
                    fingerprint=Speakers(self._engines).fingerprint(text, voice), text=text, made=self._clock.now(),
                ),
                path,
            )  # fmt: skip
        finally:
            project.files.discard(work)
        self._changes.bump()
        return stored.name
