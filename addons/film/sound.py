"""The sound of the film: narration shot by shot, music and effects, and how they go together."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

from addons.api import PartData
from addons.film.reading import cut_view, side
from addons.film.voices import Voices
from addons.session import View
from addons.words import choices, named, said, t
from domain.job import Failed
from domain.sound.tracks import Piece, SoundPlan
from services.sound import LineState, PlacedPiece, SoundView, speakers, waiting

_SHOWN = (
    "id", "track", "title", "item", "offset", "start", "loop", "crossfade", "gain", "fade_in", "fade_out", "muted",
)  # fmt: skip

BARS = 160
"""Bars of a waveform in the timeline."""

TRACK_WORDS = {"narration": "Narration", "music": "Music", "effects": "Effects", "clips": "Sound of the clips"}
LOUDNESS_WORDS = {
    "web": "Web, −14 LUFS", "broadcast": "Broadcast, −23 LUFS", "off": "As it is mixed",
}  # fmt: skip
SUBTITLE_WORDS = {
    "none": "None", "track": "In the film, to be switched on", "burn": "In the picture",
    "files": "Files beside the film",
}  # fmt: skip
STATES = {
    "none": ("", ""), "absent": ("not in the film", ""), "unspoken": ("not spoken", "waiting"),
    "fits": ("fits", "done"),
    "moved": ("moved", "stale"), "short": ("shot too short", "failed"),
}  # fmt: skip
"""How a narration stands: in words, and the tone of its pill."""


def sound_view(view: View) -> SoundView:
    """The sound as it would be made now."""
    sound = view.studio.sound
    version = (view.studio.cuts.cut(view.open), sound.plan(view.open), tuple(view.open.files.sounds()))
    return view.cached("film.sound", lambda: sound.view(view.open, cut_view(view)), version)


# -- under the timeline ------------------------------------------------------------------------------------------------


def lanes(view: View) -> PartData:
    """What is heard where, for the timeline: every narration, and every imported sound with its waveform."""
    now = sound_view(view)
    spoken = [_spoken(line) for line in now.lines if line.line is not None and line.window is not None]
    return PartData({"frames": now.frames}, [*spoken, *(_laid(piece) for piece in now.placed)])


def _spoken(state: LineState) -> dict[str, Any]:
    assert state.line is not None
    assert state.window is not None
    unspoken = not state.frames
    first = state.window.first + state.line.offset if unspoken else state.first
    frames = max(1, state.window.end - first) if unspoken else state.frames
    found: dict[str, Any] = {
        "id": f"line {state.shot}", "track": "narration", "shot": state.shot, "f": first, "n": frames,
        "s": state.state, "t": state.line.text[:80],
    }  # fmt: skip
    if state.spoken is not None:
        found["w"] = bars(state.spoken.info.peaks)
    return found | ({"mu": 1} if state.line.muted else {})


def _laid(placed: PlacedPiece) -> dict[str, Any]:
    piece = placed.piece
    found: dict[str, Any] = {
        "id": f"piece {piece.id}", "track": piece.track, "piece": piece.id, "f": placed.first, "n": placed.frames,
        "t": piece.title, "s": "gone" if placed.file is None else "",
    }  # fmt: skip
    if placed.file is not None:
        found["w"] = bars(_heard(piece, placed.file.info.peaks, float(placed.file.info.seconds)))
    return found | ({"mu": 1} if piece.muted else {})


def _heard(piece: Piece, peaks: tuple[int, ...], length: float) -> tuple[int, ...]:
    """The part of a waveform that is heard the first time."""
    if not peaks or length <= 0:
        return peaks
    end = length if piece.seconds is None else min(length, piece.start + piece.seconds)
    return peaks[int(piece.start / length * len(peaks)) : max(1, round(end / length * len(peaks)))]


def bars(peaks: tuple[int, ...]) -> str:
    """A waveform as letters, one for each bar: A is silence, Z as loud as can be."""
    if not peaks:
        return ""
    count = min(BARS, len(peaks))
    edges = [len(peaks) * k // count for k in range(count + 1)]
    return "".join(chr(65 + max(peaks[a:b]) * 25 // 255) for a, b in itertools.pairwise(edges))


# -- the panel ---------------------------------------------------------------------------------------------------------


class SoundPanel:
    """The panel that edits the sound."""

    def __init__(self, voices: Voices) -> None:
        self._voices = voices

    def view(self, view: View) -> PartData:
        """Everything that can be set, with one item for each shot."""
        if side(view) != "sound":
            return PartData()
        now = sound_view(view)
        plan = now.plan
        speaking = [job for job in view.jobs if job.kind == "speech" and not job.ended]
        dialogue = waiting(view.board, plan)
        unspoken = [s.shot for s in now.lines if s.line is not None and not s.line.muted and s.spoken is None]
        head: dict[str, Any] = {
            "loudness": plan.loudness, "louder": choices(LOUDNESS_WORDS), "subtitles": plan.subtitles,
            "written": choices(SUBTITLE_WORDS), "levels": plan.levels.to_json(),
            "tracks": choices(TRACK_WORDS),
            "ducking": plan.ducking.to_json(), "voice": plan.voice.to_json(), "engines": self._voices.engines(view),
            "pieces": [_piece(placed) for placed in now.placed], "items": _anchors(view),
            "notes": [said(note) for note in now.notes[:40]],
            "speaking": len(speaking), "unspoken": len(unspoken),
            "dialogue": len(dialogue), "cast": _cast(view, plan),
            "failed": _failure(view) if unspoken and not speaking else "",
        }  # fmt: skip
        return PartData(head, [_line(view, state, state.shot in dialogue) for state in now.lines])


def _failure(view: View) -> str:
    """Why the last narration was not spoken."""
    last = next((job.phase for job in reversed(view.jobs) if job.kind == "speech"), None)
    return f"{said(last.message)} {said(last.cure)}".strip() if isinstance(last, Failed) else ""


def _cast(view: View, plan: SoundPlan) -> list[list[str]]:
    """Who speaks dialogue: a key, a name, and the voice; empty: the film's."""
    found = []
    for key, name in speakers(view.board, plan).items():
        voice = plan.cast.get(key)
        found.append([key, name, voice.name if voice else ""])
    return found


def _line(view: View, state: LineState, dialogue: bool) -> dict[str, Any]:
    words, tone = named(STATES[state.state][0]), STATES[state.state][1]
    found: dict[str, Any] = {"id": state.shot, "text": "", "state": words, "tone": tone, "says": said(state.says)}
    shot = view.board.shot(state.shot)
    found["hint"] = (shot.title or shot.prompt)[:80]
    if dialogue:
        found["dialogue"] = True
    if state.line is not None:
        line = state.line
        found |= {
            "text": line.text, "offset": line.offset, "gain": line.gain, "muted": line.muted, "speakers": line.speakers,
            "longer": state.may_lengthen, "spoken": state.spoken is not None,
        }  # fmt: skip
    if state.spoken is not None:
        found["url"] = f"/media/{quote(view.open.id)}/sound/{quote(state.spoken.name)}"
    return found


def _piece(placed: PlacedPiece) -> dict[str, Any]:
    piece = placed.piece
    names = (
        "id",
        "track",
        "title",
        "item",
        "offset",
        "start",
        "loop",
        "crossfade",
        "gain",
        "fade_in",
        "fade_out",
        "muted",
    )
    found: dict[str, Any] = {name: getattr(piece, name) for name in names}
    length = float(placed.file.info.seconds) if placed.file is not None else 0
    return found | {
        "seconds": "" if piece.seconds is None else f"{piece.seconds:g}", "length": round(length, 2),
        "gone": placed.file is None, "frames": placed.frames,
    }  # fmt: skip


def _anchors(view: View) -> list[list[str]]:
    """What a sound may hang on: the film, and every item of the cut."""
    found = [["", t("The film")]]
    for item in cut_view(view).cut.items:
        shot = getattr(item, "shot", "")
        same = not shot or item.id == shot
        found.append(
            [
                item.id,
                (t("Shot {shot}", shot=shot) if shot else item.id.capitalize()) + ("" if same else f" ({item.id})"),
            ]
        )
    return found
