"""The sound of a project: every edit as a method with undo, importing, narration, and the mix for the film."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from domain.base import Value, canonical_hash
from domain.cut.items import ShotItem
from domain.errors import BadInput, NotFound, NotReady
from domain.job import Run
from domain.names import free_name, slug
from domain.project import Picked
from domain.sound.files import SoundFile
from domain.sound.mixing import Mix
from domain.sound.report import MixReport
from domain.sound.speech import EngineInfo
from domain.sound.subtitles import Caption, Kind, written
from domain.sound.tracks import LOUDNESS, Line, Piece, SoundPlan, Voice, check_loudness, check_subtitles
from domain.timing import seconds_label
from services.changes import ChangeCounter
from services.cut import CutService, CutView
from services.film_sound import SHARE
from services.job_context import JobContext
from services.jobs import JobService
from services.ports import Clock, Sounds, SpeechEngines
from services.projects import OpenProject, ProjectService
from services.sound.dialogue import Dialogued, cast, narrated, speakers, with_voice
from services.sound.narrator import Narrator
from services.sound.view import SoundView, view_of
from services.storyboards import StoryboardService
from services.undoing import Undoing

DOCUMENT = "sound"
_LAID: dict[str, dict[str, object]] = {
    "music": {"loop": True, "fade_in": 0.5, "fade_out": 3.0},
    "effects": {"loop": False, "fade_in": 0.01, "fade_out": 0.05},
}
"""How an imported sound is laid at first: music is fitted to the film, an effect is heard once."""


class SoundService(Undoing[SoundPlan]):
    """What is heard in a film. Every edit raises BadInput or NotFound in words, and changes nothing then."""

    document, called, empty = DOCUMENT, "The sound", SoundPlan()

    def __init__(
        self, projects: ProjectService, storyboards: StoryboardService, cuts: CutService, jobs: JobService,
        sounds: Sounds, engines: SpeechEngines, clock: Clock, changes: ChangeCounter,
    ) -> None:  # fmt: skip
        super().__init__(changes)
        self._storyboards = storyboards
        self._cuts = cuts
        self._sounds = sounds
        self._engines = engines
        self._clock = clock
        self._narrator = Narrator(projects, jobs, engines, sounds, clock, changes)

    # -- reading -------------------------------------------------------------------------------------------

    def plan(self, project: OpenProject) -> SoundPlan:
        """What is wished for."""
        return project.files.read(DOCUMENT, SoundPlan) or SoundPlan()

    def view(self, project: OpenProject, cut: CutView | None = None) -> SoundView:
        """How the sound stands. `cut` spares finding it out again."""
        return view_of(project, self.plan(project), cut or self._cuts.view(project), self._engines)

    def engines(self) -> list[EngineInfo]:
        """What can speak, and with which voices; may take a second."""
        return self._narrator.engines()

    def subtitles(self, project: OpenProject, kind: Kind = "srt") -> str:
        """The subtitles of the narration, as a file of that kind would have them."""
        return written(self.view(project).captions, project.project.rate, kind)

    # -- narration -----------------------------------------------------------------------------------------

    def set_line(self, project: OpenProject, shot: str, **fields: Any) -> SoundPlan:
        """Change `text`, `offset`, `voice`, `gain`, `muted` or `speakers` of a shot's narration; an empty text removes
        it."""
        project.board.position(shot)
        text = fields.get("text")

        def changed(plan: SoundPlan) -> SoundPlan:
            line = plan.line(shot)
            if text is not None and not str(text).strip():
                return plan.with_line(shot, None)
            if line is None and text is None:
                raise NotFound(f"Shot {shot} has no narration yet.", "Write its words first.")
            checked_fields(Line, fields, "A narration", ("shot", "made"))
            now = Line(shot=shot, **fields) if line is None else line.replace(**fields)
            return plan.with_line(shot, now)

        return self._change(project, f"narrating shot {shot}", changed)

    def from_dialogue(self, project: OpenProject, shots: Sequence[str] | None = None) -> Dialogued:
        """Make narration of what is spoken in all shots or in these, and give each speaker a voice. What a person wrote
        stays; what was made of a dialogue that is another now is made anew. One step of undo. Raises NotFound."""
        for shot in shots or ():
            project.board.position(shot)
        board = project.board
        told = narrated(board, self.plan(project), shots)[1]
        if told.made:
            self._change(
                project, "making narration of dialogue",
                lambda plan: cast(board, narrated(board, plan, shots)[0], self._engines),
            )  # fmt: skip
        return told

    def set_speaker(self, project: OpenProject, speaker: str, voice: str) -> SoundPlan:
        """Choose the voice, of the engine that speaks, of somebody who speaks dialogue; empty is the film's voice."""
        if speaker not in speakers(project.board, self.plan(project)):
            raise NotFound(f"Nobody called {speaker[:60]!r} speaks in the narration.", "Make it of the dialogue first.")

        def changed(plan: SoundPlan) -> SoundPlan:
            return with_voice(plan, speaker, voice, plan.voice.engine or self._engines.default())

        return self._change(project, "choosing a voice", changed)

    def narrate(self, project: OpenProject, shots: Sequence[str] | None = None, *, again: bool = False) -> Run | None:
        """Queue speaking the lines that are not spoken as they are now (with `again` all) of the film or of these
        shots; None when there is nothing to do. Raises NotFound, and NotReady when the engine cannot speak."""
        for shot in shots or ():
            project.board.position(shot)
        view = self.view(project)
        wanted = [
            state
            for state in view.lines
            if state.line is not None and not state.line.muted and (shots is None or state.shot in shots)
            if again or state.spoken is None
        ]
        return self._narrator.start(project, view.plan, wanted)

    def lengthen(self, project: OpenProject, shot: str) -> str:
        """Make a shot long enough for its narration: by what its takes have beyond its end, else by the storyboard's
        length, for which it has to be rendered again. What was done, in a sentence."""
        project.board.position(shot)
        cut = self._cuts.view(project)
        state = self.view(project, cut).line(shot)
        if state.state != "short" or state.window is None:
            return f"Shot {shot} is long enough."
        window, rate = state.window, project.project.rate
        placed = next(p for p in reversed(cut.reel.placed) if p.first < window.end and _shows(p.item, shot))
        assert isinstance(placed.item, ShotItem)
        material = cut.stocks[placed.item.id].material
        end = placed.end + math.ceil((state.frames - window.frames) * placed.item.speed)
        if material.sources and end <= material.film_frames(rate):
            self._cuts.trim(project, placed.item.id, end=end)
            return f"Shot {shot} now ends {end - placed.end} frames later; its takes have them."
        seconds = Fraction(math.ceil(Fraction(end) / rate * 10), 10)
        self._storyboards.edit(project, shot, {"seconds": seconds})
        if placed.item.end is not None:
            self._cuts.trim(project, placed.item.id, end=end)
        return f"Shot {shot} now has {seconds_label(seconds)} in the storyboard; render it again."

    # -- music and effects ---------------------------------------------------------------------------------

    def import_sound(
        self, project: OpenProject, source: Path, track: str = "music", item: str = "", offset: int = 0, title: str = ""
    ) -> str:
        """Copy a sound, or the sound of a video, into the project and lay it into the film; the id of its piece.

        `item` is the item of the cut that it hangs on (empty: the film), `offset` in film frames behind its start. The
        source is not touched. Raises UnreadableMedia, BadInput, DiskFull.
        """
        if track not in _LAID:
            raise BadInput(f"There is no track {track[:40]!r} for imported sounds.", f"Choose {' or '.join(_LAID)}.")
        if item:
            self._cuts.cut(project).item(item)
        called = (title or source.name)[:200]
        work = project.files.workspace(f"sound-{uuid.uuid4().hex[:12]}")
        try:
            path = self._sounds.take_in(source, work)
            info = self._sounds.probe(path)
            new = SoundFile(
                name="new", title=called, file=Picked(path="new", sha256="0" * 64), info=info, made=self._clock.now()
            )
            stored = project.files.add_sound(new, path)
        finally:
            project.files.discard(work)
        made: list[str] = []

        def added(plan: SoundPlan) -> SoundPlan:
            made[:] = [free_name(slug(Path(called).stem, "sound"), {piece.id for piece in plan.pieces})]
            piece = Piece.model_validate(
                {"id": made[0], "track": track, "sound": stored.file, "title": called, "item": item, "offset": offset}
                | _LAID[track]
            )
            return plan.replace(pieces=(*plan.pieces, piece))

        self._change(project, f"adding {called}", added)
        return made[0]

    def edit_piece(self, project: OpenProject, piece: str, **fields: Any) -> SoundPlan:
        """Change fields of an imported sound: where it begins, its gain, fades, loop …"""
        checked_fields(Piece, fields, "A sound", ("id", "sound"))
        return self._change(
            project, "editing a sound", lambda plan: plan.with_piece(plan.piece(piece).replace(**fields))
        )

    def remove_piece(self, project: OpenProject, piece: str) -> SoundPlan:
        """Take an imported sound out of the film; its file stays in the project, so that undo brings it back."""

        def without(plan: SoundPlan) -> SoundPlan:
            plan.piece(piece)
            return plan.replace(pieces=[other for other in plan.pieces if other.id != piece])

        return self._change(project, "removing a sound", without)

    # -- how it goes together ------------------------------------------------------------------------------

    def set_levels(self, project: OpenProject, **fields: Any) -> SoundPlan:
        """Change the gain of tracks (dB), or mute them."""
        return self._part(project, "levels", fields)

    def set_ducking(self, project: OpenProject, **fields: Any) -> SoundPlan:
        """Change how music gives way to speech."""
        return self._part(project, "ducking", fields)

    def set_voice(self, project: OpenProject, **fields: Any) -> SoundPlan:
        """Change who speaks where a line has no voice of its own. With another engine, those who speak dialogue get
        voices of that."""
        checked_fields(Voice, fields, "The voice", ())
        board = project.board

        def changed(plan: SoundPlan) -> SoundPlan:
            now = plan.replace(voice=plan.voice.replace(**fields))
            return cast(board, now, self._engines) if "engine" in fields else now

        return self._change(project, "changing the voice", changed)

    def set_loudness(self, project: OpenProject, loudness: str) -> SoundPlan:
        """Choose how loud films are: web, broadcast or off."""
        wanted = check_loudness(loudness)
        return self._change(project, "choosing the loudness", lambda plan: plan.replace(loudness=wanted))

    def set_subtitles(self, project: OpenProject, subtitles: str) -> SoundPlan:
        """Choose what becomes of the subtitles: none, track, burn or files."""
        wanted = check_subtitles(subtitles)
        return self._change(project, "choosing subtitles", lambda plan: plan.replace(subtitles=wanted))

    # -- for the film --------------------------------------------------------------------------------------

    def mix(
        self, project: OpenProject, cut: CutView, target: Path, context: JobContext, loudness: str = ""
    ) -> MixReport:
        """Write the finished mix to `target` and measure it; nothing is written for a silent film. `loudness` instead
        of the plan's. Raises NotReady when the film would cut a narration off, UnreadableMedia, MediaFailed."""
        view = self.view(project, cut)
        mix = view.mix.replace(loudness=check_loudness(loudness)) if loudness else view.mix
        for state in view.lines:
            over = state.first + state.frames - view.frames
            if state.frames and over > 0 and state.line is not None and not state.line.muted:
                raise NotReady(
                    f"The film ends {over} frames before the narration of shot {state.shot} does.",
                    "Lengthen the shot, put a gap behind it, or say less.",
                )
        report = MixReport(target=LOUDNESS[mix.loudness], look=_look(mix), notes=view.notes)
        if not mix.parts:
            return report
        files = {picked.path: project.files.path(picked) for picked in mix.files()}
        measured = self._sounds.mix(
            mix, files, target, stopped=lambda: context.stopped,
            report=lambda done: context.report(done * SHARE, f"sound, {100 * done:.0f} %"),
        )  # fmt: skip
        return report.replace(measured=measured)

    def captions(self, project: OpenProject, cut: CutView) -> tuple[Caption, ...]:
        """The subtitles of the film."""
        return self.view(project, cut).captions

    def store_captions(self, captions: Sequence[Caption], rate: Fraction, film: Path) -> None:
        """Write the subtitles as .srt and .vtt beside a film. Raises StudioError."""
        for kind in ("srt", "vtt"):
            self._sounds.store_text(film.with_suffix(f".{kind}"), written(captions, rate, kind))

    def look(self, project: OpenProject, cut: CutView) -> str:
        """A hash of everything that is heard in the film as it would be made now, but for its loudness."""
        return _look(self.view(project, cut).mix)

    # -- within --------------------------------------------------------------------------------------------

    def _part(self, project: OpenProject, name: str, fields: dict[str, Any]) -> SoundPlan:
        part: Value = getattr(SoundPlan(), name)
        checked_fields(type(part), fields, f"The {name}", ())
        return self._change(
            project, f"changing the {name}",
            lambda plan: plan.replace(**{name: getattr(plan, name).replace(**fields)}),
        )  # fmt: skip


def checked_fields(model: type[Value], fields: dict[str, Any], called: str, fixed: Sequence[str]) -> None:
    """Raise BadInput about a field that `model` does not have or that stays as it is."""
    unknown = (set(fields) - set(model.model_fields)) | (set(fields) & set(fixed))
    if unknown:
        raise BadInput(f"{called} has no {min(unknown)!r} to change.", f"There are {', '.join(model.model_fields)}.")


def _look(mix: Mix) -> str:
    return canonical_hash(mix.replace(loudness="off").to_json())


def _shows(item: object, shot: str) -> bool:
    return isinstance(item, ShotItem) and item.shot == shot
