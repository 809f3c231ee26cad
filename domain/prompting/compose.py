"""Putting a prompt together, part by part, so that everyone can see what is sent and where it came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from domain.base import Value
from domain.prompting.cast import Present, present, spoken_names
from domain.prompting.wordings import Source, Wording
from domain.prompting.words import CAMERA_WORDS, preset_words
from domain.sound.speeches import speeches
from domain.storyboard import CastKind, Presets, Shot, Storyboard
from domain.vocabulary import SIZE_LABELS, camera_move, shot_size

Kind = Literal["image", "video"]

WRITTEN: frozenset[str] = frozenset({"words", "characters", "objects", "location", "dialogue", "sound", "look"})
"""Parts that are never left out for length: somebody wrote them for this film, word for word."""


class PromptPart(Value):
    """A stretch of a prompt, the source it came from ("words", "camera", "style" …), and whose or which it is."""

    source: str
    text: str
    of: str = ""


class Composition(Value):
    """A prompt as it is sent. `left_out` did not fit into the `budget` of words; `notes` say in sentences what else is
    to be known. `written` tells that somebody wrote the prompt by hand."""

    parts: tuple[PromptPart, ...] = ()
    left_out: tuple[PromptPart, ...] = ()
    negative_parts: tuple[PromptPart, ...] = ()
    notes: tuple[str, ...] = ()
    budget: int = 0
    written: bool = False

    @property
    def prompt(self) -> str:
        """What is sent as prompt."""
        return joined(self.parts)

    @property
    def negative(self) -> str:
        """What is sent as unwanted."""
        return ", ".join(words for part in self.negative_parts if (words := part.text.strip(" ,")))

    @property
    def words(self) -> int:
        """Words in the prompt."""
        return count_words(self.prompt)


def compose(
    kind: Kind, shot: Shot, board: Storyboard, wording: Wording, look: str = "",
    options: Mapping[str, Any] | None = None,
) -> Composition:  # fmt: skip
    """The prompt of the shot's picture or clip for a model. `look` is the project's style for shots that have none,
    `options` what is chosen for the workflow."""
    silent = wording.silent(options or {})
    negative = () if silent else _negative(shot, board, wording)
    notes = [silent] if silent and (shot.negative or board.never or shot.overrides.negative) else []
    own = (shot.overrides.image if kind == "image" else shot.overrides.video).strip()
    if own:
        part = PromptPart(source="written by hand", text=spoken_names(own, board, shot))
        return Composition(
            parts=(part,), negative_parts=negative, notes=tuple(notes), budget=wording.budget, written=True
        )
    parts = _parts(kind, shot, board, wording, look)
    kept, left_out = _fitted(parts, wording.budget)
    if left_out:
        what = ", ".join(dict.fromkeys(part.source for part in left_out))
        notes.append(f"Left out, because this model follows about {wording.budget} words: {what}.")
    elif count_words(joined(kept)) > wording.budget:
        notes.append(f"This is longer than the {wording.budget} words or so that this model follows.")
    return Composition(
        parts=kept, left_out=left_out, negative_parts=negative, notes=tuple(notes), budget=wording.budget
    )


def joined(parts: Iterable[PromptPart]) -> str:
    """The parts one after the other, each ending its sentence or followed by a comma."""
    text = ""
    for part in parts:
        words = part.text.strip()
        if not words:
            continue
        if text:
            text += " " if text[-1] in ".!?;:,。！？、，…" else ", "
        text += words
    return text


def count_words(text: str) -> int:
    """Words in a text; in scripts without blanks two characters count as one."""
    dense = len(re.findall(r"[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]", text))
    rest = re.sub(r"[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]", " ", text)
    return len(re.findall(r"\w[\w'’-]*", rest)) + -(-dense // 2)


def _parts(kind: Kind, shot: Shot, board: Storyboard, wording: Wording, look: str) -> list[PromptPart]:
    there = present(shot, board)
    presets = shot.presets

    def keyed(source: Source, key: str) -> list[PromptPart]:
        preset = source.replace(" ", "_")
        return [PromptPart(source=source, text=preset_words(preset, key), of=key)] if key else []

    def cast(source: Source, of: CastKind) -> list[PromptPart]:
        return [part for p in there if p.kind == of for part in _described(p, source)]

    makers: dict[Source, Callable[[], list[PromptPart]]] = {
        "film style": lambda: _text("film style", board.style),
        "location": lambda: cast("location", "locations"),
        "shot size": lambda: _text("shot size", SIZE_LABELS[shot_size(shot)].lower() + " shot"),
        "composition": lambda: keyed("composition", presets.composition),
        "camera": lambda: _camera(presets, wording),
        "words": lambda: _text("words", spoken_names(shot.prompt, board, shot)),
        "motion": lambda: keyed("motion", presets.motion),
        "characters": lambda: cast("characters", "characters"),
        "objects": lambda: cast("objects", "objects"),
        "time of day": lambda: keyed("time of day", presets.time_of_day),
        "lighting": lambda: keyed("lighting", presets.lighting),
        "mood": lambda: keyed("mood", presets.mood),
        "color grade": lambda: keyed("color grade", presets.color_grade),
        "style": lambda: keyed("style", presets.style or look),
        "look": lambda: cast("look", "looks"),
        "dialogue": lambda: _dialogue(shot, board, wording),
        "sound": lambda: _text("sound", wording.sound.format(shot.sound.strip()) if shot.sound.strip() else ""),
        "quality": lambda: _text("quality", wording.quality),
    }
    return [part for source in wording.order(kind) for part in makers[source]()]


def _text(source: Source, text: str) -> list[PromptPart]:
    return [PromptPart(source=source, text=text)] if text.strip() else []


def _described(who: Present, source: Source) -> list[PromptPart]:
    """Its sentence word for word, behind its name where the shot's words name it; the plain name without one."""
    if not who.description:
        said = () if who.named else (who.name,)
    else:
        said = (f"{who.named}: {who.description}" if who.named and who.kind != "looks" else who.description,)
    texts = (*said, who.clothing, who.entity.style)
    return [PromptPart(source=source, text=text, of=who.name) for text in texts if text.strip()]


def _camera(presets: Presets, wording: Wording) -> list[PromptPart]:
    if not presets.camera:
        return _text("camera", wording.static)
    known = camera_move(presets.camera)
    words = wording.camera.get(known[0], CAMERA_WORDS[known[0]]) if known else preset_words("camera", presets.camera)
    text = wording.slowly.format(words) if known and known[1] < 1 else words
    return [PromptPart(source="camera", text=text, of=presets.camera)]


def _dialogue(shot: Shot, board: Storyboard, wording: Wording) -> list[PromptPart]:
    found = []
    for speech in speeches(shot.dialogue, board.mentions):
        name, how = speech.name, speech.how
        if speech.who:
            entity = board.entity("characters", speech.who)
            name, how = entity.name or entity.id, ", ".join(filter(None, (entity.voice, how)))
        elif name in ("", "VOICE"):  # as screenplays have it
            name = "A voice"
        name += f" ({how})" if how else ""
        found.append(PromptPart(source="dialogue", text=wording.speech.format(who=name, line=speech.words), of=name))
    return found


def _negative(shot: Shot, board: Storyboard, wording: Wording) -> tuple[PromptPart, ...]:
    if own := shot.overrides.negative.strip():
        return (PromptPart(source="written by hand", text=own),)
    given = [
        PromptPart(source="words", text=shot.negative),
        *(PromptPart(source="cast", text=p.negative, of=p.name) for p in present(shot, board)),
        PromptPart(source="film", text=board.never),
    ]
    given = [part for part in given if part.text.strip(" ,")]
    # Without words of one's own the workflow keeps its list; with some, the usual ones go along.
    said = {word.strip().casefold() for part in given for word in part.text.split(",")}
    usual = ", ".join(word for word in wording.unwanted.split(", ") if word and word.casefold() not in said)
    return (*given, PromptPart(source="model", text=usual)) if given and usual else tuple(given)


def _fitted(parts: list[PromptPart], budget: int) -> tuple[tuple[PromptPart, ...], tuple[PromptPart, ...]]:
    """What fits, and what was left out, from the last part on."""
    kept, left_out = list(parts), []
    for part in reversed(parts):
        if count_words(joined(kept)) <= budget:
            break
        if part.source not in WRITTEN:
            kept.remove(part)
            left_out.append(part)
    return tuple(kept), tuple(reversed(left_out))
