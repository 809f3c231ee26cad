"""A language model's words as shots: in our vocabulary, with what it left open filled in by the rules, and as long as
was asked for, to the frame."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from domain.errors import BadInput
from domain.storyboard import MAX_TEXT, Shot, ShotSize
from domain.timing import film_frames
from services.importing.estimate import estimated_seconds
from services.importing.sentences import sentences
from services.writing import framing
from services.writing.company import Company
from services.writing.lexicon import Lexicon
from services.writing.planner import short_title
from services.writing.shapes import DraftShot
from services.writing.timing import readable_step, seconds_of, share_out

_SHORTEST, _LONGEST = Fraction(1), Fraction(20)
"""Seconds of a shot where no running time is asked for."""


def shot_of(answer: DraftShot, shot_id: str, company: Company) -> Shot:
    """A shot with what the model said of it; its length is still open."""
    place = company.ids("locations", [answer.location])
    shot = Shot(
        id=shot_id, title=short_title(answer.prompt), prompt=answer.prompt[:MAX_TEXT], description=answer.picture,
        size=answer.size or None, characters=company.ids("characters", answer.characters),
        objects=company.ids("objects", answer.objects), location=place[0] if place else "", dialogue=answer.dialogue,
        sound=answer.sound,
    )  # fmt: skip
    presets = shot.presets.replace(camera=answer.camera, time_of_day=answer.time_of_day)
    return shot.replace(presets=presets)


def filled(shots: Sequence[Shot], company: Company, lexicon: Lexicon) -> list[Shot]:
    """The shots with a size, a camera and a still picture each: those that the model left open by the rules."""
    sizes: list[ShotSize] = []
    moves: list[str] = []
    found: list[Shot] = []
    for index, shot in enumerate(shots):
        opens = not index or shots[index - 1].location != shot.location
        size = shot.size or framing.size_for(shot.prompt, lexicon, sizes, opens=opens, speaks=bool(shot.dialogue))
        ends = index == len(shots) - 1
        move = shot.presets.camera or framing.move_for(shot.prompt, lexicon, moves, ends=ends)
        sizes.append(size)
        moves.append(move)
        shot = shot.replace(size=size, presets=shot.presets.replace(camera=move))
        if not shot.description:
            first = next(iter(sentences(shot.prompt[:2000])), "")
            place = company.name("locations", shot.location) if shot.location else ""
            shot = shot.replace(description=framing.keyframe_words(shot, place, first, lexicon))
        found.append(shot)
    return found


def timed(
    shots: Sequence[Shot], wanted: Sequence[float | None], seconds: Fraction | None, rate: Fraction
) -> list[Shot]:
    """The shots with lengths: `wanted` are the model's own in seconds. With a running time of `seconds` they only say
    how it is shared out, and add up to it to the frame. Raises BadInput when there are more shots than frames."""
    weights = [
        Fraction(str(w)) if w is not None else estimated_seconds(s.prompt, s.dialogue)
        for s, w in zip(shots, wanted, strict=True)
    ]
    if seconds is None:
        return [
            s.replace(seconds=max(_SHORTEST, min(_LONGEST, Fraction(round(w * 2), 2))))
            for s, w in zip(shots, weights, strict=True)
        ]
    frames = film_frames(seconds, rate)
    if len(shots) > frames:
        cure = "Ask for a longer film, or for fewer shots."
        raise BadInput(f"{len(shots)} shots do not fit into {frames} frames.", cure)
    shared = share_out(frames, weights, [None] * len(shots), readable_step(rate, frames, len(shots)))
    return [s.replace(seconds=seconds_of(f, rate)) for s, f in zip(shots, shared, strict=True)]
