"""How the sound of a film stands: every shot's narration with its place, and every imported sound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from domain.base import canonical_hash
from domain.cut.items import ShotItem
from domain.cut.reel import Reel
from domain.errors import StudioError
from domain.mentions import Mentions
from domain.sound.files import SoundFile
from domain.sound.mixing import SAMPLE_RATE, Mix, laid, mix_of
from domain.sound.narration import Fitted, Window, fingerprint, fitted, heard, windows
from domain.sound.speeches import speeches
from domain.sound.subtitles import Caption, Spoken, captions, too_fast
from domain.sound.tracks import Line, Piece, SoundPlan, Voice
from domain.timing import seconds_label
from services.cut import CutView
from services.ports import SpeechEngines
from services.projects import OpenProject

Standing = Literal["none", "absent", "unspoken", "fits", "moved", "short"]


@dataclass(frozen=True)
class LineState:
    """The narration of one shot.

    `state`: it has none, its shot is not in the film, it was not spoken yet, it fits, it was moved to fit, or its shot
    is too short for it. `first` and `frames` are where it is heard in the film (0 frames: it is not spoken yet);
    `needed` is how long the shot has to be in the film, seconds, when it is too short. `says` is that in a sentence.
    """

    shot: str
    line: Line | None
    state: Standing
    window: Window | None = None
    first: int = 0
    frames: int = 0
    needed: Fraction = Fraction(0)
    spoken: SoundFile | None = None
    fingerprint: str = ""
    says: str = ""

    @property
    def may_lengthen(self) -> bool:
        """Whether lengthening the shot would help."""
        return self.state == "short"


@dataclass(frozen=True)
class PlacedPiece:
    """An imported sound in the film, in film frames; `frames` 0: it is not heard. `file` None: it is gone."""

    piece: Piece
    first: int
    frames: int
    file: SoundFile | None


@dataclass(frozen=True)
class SoundView:
    """The sound of the film as it would be made now. `lines` has every shot of the storyboard, in its order."""

    plan: SoundPlan
    lines: tuple[LineState, ...]
    placed: tuple[PlacedPiece, ...]
    mix: Mix
    captions: tuple[Caption, ...]
    notes: tuple[str, ...]
    frames: int

    def line(self, shot: str) -> LineState:
        """The narration of that shot; KeyError when the storyboard has none of that id."""
        return next(state for state in self.lines if state.shot == shot)


class Part(NamedTuple):
    """Words in one voice."""

    text: str
    voice: Voice


class Speakers:
    """Who speaks, as it is set up now: each engine is asked once. `mentions` finds who of the cast a name means."""

    def __init__(self, engines: SpeechEngines, mentions: Mentions) -> None:
        self._engines = engines
        self._mentions = mentions
        self._default = ""
        self._makers: dict[Voice, str] = {}

    def parts(self, line: Line, plan: SoundPlan) -> list[Part]:
        """What is said, and who speaks it, with the engine by name: one part, or one for each speech of a dialogue."""
        whole = line.voice or plan.voice
        if not line.speakers:
            return [Part(line.text, self._named(whole))]
        said = speeches(line.text, self._mentions)
        return [Part(speech.words, self._named(plan.cast.get(speech.speaker, whole))) for speech in said]

    def fingerprint(self, parts: Sequence[Part]) -> str:
        """The fingerprint of words in their voices; one that nothing has where an engine is not there."""
        prints = [fingerprint(part.text, part.voice, self._maker(part.voice)) for part in parts]
        return prints[0] if len(prints) == 1 else canonical_hash({"speeches": prints})

    def read(self, line: Line) -> str:
        """The words of a line as they are read: without names, each speech behind a dash where there are several."""
        if not line.speakers:
            return line.text
        said = [speech.words for speech in speeches(line.text, self._mentions)]
        return said[0] if len(said) == 1 else " ".join(f"– {words}" for words in said)

    def _named(self, voice: Voice) -> Voice:
        if voice.engine:
            return voice
        self._default = self._default or self._engines.default()
        return voice.replace(engine=self._default)

    def _maker(self, voice: Voice) -> str:
        if voice not in self._makers:
            try:
                self._makers[voice] = self._engines.get(voice.engine).maker(voice)
            except StudioError:
                self._makers[voice] = ""
        return self._makers[voice]


def view_of(project: OpenProject, plan: SoundPlan, cut: CutView, engines: SpeechEngines) -> SoundView:
    """How the sound stands over that cut."""
    reel = cut.reel
    sounds = project.files.sounds()
    by_print = {sound.fingerprint: sound for sound in sounds if sound.fingerprint}
    by_path = {sound.file.path: sound for sound in sounds}
    speakers = Speakers(engines, project.board.mentions)
    prints = {line.shot: speakers.fingerprint(speakers.parts(line, plan)) for line in plan.lines}
    spoken = {shot: by_print[found] for shot, found in prints.items() if found in by_print}
    lengths = {shot: end - first for shot, sound in spoken.items() for first, end in [heard(sound.info)]}
    places = windows(reel)
    fits = {found.line.shot: found for found in fitted(plan.lines, places, lengths, reel.rate)}
    lines = tuple(
        _state(shot.id, plan.line(shot.id), places.get(shot.id), fits.get(shot.id), prints, spoken, reel.rate)
        for shot in project.board.shots
    )
    placed = tuple(_placed(piece, reel, by_path.get(piece.sound.path)) for piece in plan.pieces)
    mix = mix_of(
        plan, reel, {item: stock.material for item, stock in cut.stocks.items()}, _audible(cut), by_path,
        [(found, spoken[shot]) for shot, found in fits.items()],
    )  # fmt: skip
    cues = tuple(captions(_read(lines, speakers), reel.rate, reel.frames))
    return SoundView(
        plan, lines, placed, mix, cues, tuple(_notes(lines, placed, cues, reel)), reel.frames
    )  # fmt: skip


def _state(
    shot: str, line: Line | None, window: Window | None, found: Fitted | None, prints: Mapping[str, str],
    spoken: Mapping[str, SoundFile], rate: Fraction,
) -> LineState:  # fmt: skip
    if line is None:
        return LineState(shot, None, "none", window)
    sound, print_ = spoken.get(shot), prints[shot]
    if window is None:
        return LineState(
            shot, line, "absent", None, spoken=sound, fingerprint=print_, says="This shot is not in the film."
        )
    if found is None or sound is None:
        says = "Not spoken yet."
        return LineState(shot, line, "unspoken", window, fingerprint=print_, says=says)
    length = seconds_label(_tenths(found.frames / rate))
    needed = Fraction(0)
    if found.fit == "short":
        needed = _tenths(found.frames / rate)
        says = (
            f"It takes {length}, but the shot has {seconds_label(_tenths(window.frames / rate))} in the film. "
            "It runs on over what follows: lengthen the shot, or say less."
        )
    elif found.fit == "moved":
        ahead = window.first + line.offset - found.first
        way = "earlier" if ahead > 0 else "later"
        says = f"It takes {length} and begins {abs(ahead)} frames {way} than wished, to be heard whole."
    else:
        says = f"It takes {length} and fits."
    return LineState(
        shot, line, found.fit, window, found.first, found.frames, needed, sound, print_, says
    )  # fmt: skip


def _placed(piece: Piece, reel: Reel, file: SoundFile | None) -> PlacedPiece:
    place = laid(piece, reel, file) if file is not None else None
    if place is None:
        return PlacedPiece(piece, 0, 0, file)
    first, last = (math.floor(s * reel.rate / SAMPLE_RATE + Fraction(1, 2)) for s in (place.first, place.last))
    return PlacedPiece(piece, first, max(1, last - first), file)


def _audible(cut: CutView) -> set[str]:
    """The clips of the cut that have a sound."""
    return {take.clip.path for stock in cut.stocks.values() for take in stock.takes if take.info.audio}


def _read(lines: Iterable[LineState], speakers: Speakers) -> list[Spoken]:
    """What is read: what is spoken while it is spoken, and other lines while their shot is seen."""
    found = []
    for state in lines:
        if state.line is None or state.window is None:
            continue
        if state.frames:
            found.append(Spoken(speakers.read(state.line), state.first, state.frames))
        else:
            first = min(state.window.first + state.line.offset, state.window.end - 1)
            found.append(Spoken(speakers.read(state.line), first, state.window.end - first))
    return sorted(found, key=lambda spoken: spoken.first)


def _notes(
    lines: Iterable[LineState], placed: Iterable[PlacedPiece], cues: Iterable[Caption], reel: Reel
) -> Iterable[str]:
    """What the user should know about the sound, in sentences."""
    for state in lines:
        if state.line is not None and not state.line.muted and state.state in ("unspoken", "moved", "short"):
            yield f"Narration of shot {state.shot}: {state.says}"
    for piece in placed:
        if piece.file is None:
            yield f"The sound {piece.piece.title or piece.piece.id} is no longer in the project; it is not heard."
        elif not piece.frames:
            yield f"The sound {piece.piece.title or piece.piece.id} is not heard: what it hangs on is not in the film."
    quick = too_fast(tuple(cues), reel.rate)
    if quick:
        at = sorted({shot for cue in quick for shot in [_shot_at(reel, cue.first)] if shot})
        yield f"{len(quick)} subtitles are too quick to be read along, in shots {', '.join(at[:8])}."


def _shot_at(reel: Reel, frame: int) -> str:
    placed = reel.at(frame)
    return placed.item.shot if placed is not None and isinstance(placed.item, ShotItem) else ""


def _tenths(seconds: Fraction) -> Fraction:
    """Rounded up to a tenth of a second."""
    return Fraction(math.ceil(seconds * 10), 10)
