"""Changing a storyboard by an instruction in words, without a network: what the words below ask for, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from domain.draft import Brief, Draft
from domain.errors import BadInput
from domain.storyboard import CAST, SHOT_FIELDS, Shot, ShotSize, Storyboard
from domain.timing import film_frames, parse_number, parse_seconds
from domain.vocabulary import shot_size
from services.importing.sentences import sentences
from services.writing.framing import time_of_day
from services.writing.languages import LEXICONS, language_of, lexicon_of
from services.writing.timing import readable_step, seconds_of, share_out

_SHORTER = re.compile(
    r"\b(?:shorter|shorten|tighter|kürzer|kürzen|knapper|plus courte?|raccourci\w*|más corto|acort\w+)\b", re.I
)
_LONGER = re.compile(
    r"\b(?:longer|lengthen|slower pace|länger|verläng\w+|plus longu?e?|rallong\w+|más largo|alarg\w+)\b", re.I
)
_LENGTH = re.compile(
    r"\b(\d{1,5}(?:[.,]\d{1,3})?)\s*-?\s*(?:s|sec\w*|sek\w*|segundos?|seconds?|secondes?|(min\w*))\b", re.IGNORECASE
)
_MORE = r"\b(?:more|mehr|plus de|más)\s+"
_FEWER = r"\b(?:fewer|less|no|weniger|keine|moins de|menos|sin)\s+"
_SIZES: tuple[tuple[str, ShotSize], ...] = (
    (r"(?:close[\s-]?ups?|gro(?:ß|ss)aufnahmen?|nahaufnahmen?|gros plans?|primer(?:os)? planos?)", "close_up"),
    (r"(?:wide(?:\s+shots?)?|totalen?|plans? larges?|planos? generales?)", "wide"),
    (r"(?:aerials?(?:\s+shots?)?|drone shots?|luftaufnahmen?|vues? aériennes?|vistas? aéreas?)", "aerial"),
)
_CALMER = re.compile(
    r"\b(?:calmer|less (?:camera )?(?:movement|motion)|static camera|ruhiger|weniger bewegung"
    r"|plus calme|más tranquil\w)\b",
    re.I,
)
_LIVELIER = re.compile(
    r"\b(?:livelier|more (?:camera )?(?:movement|motion)|dynamischer|mehr bewegung|plus de mouvement|más movimiento)\b",
    re.I,
)
_LEAVE_OUT = re.compile(
    r"\b(?:remove|delete|drop|cut out|without|take out|no|entfern\w*|streich\w*|lösch\w*|ohne"
    r"|enlève\w*|supprime\w*|sans|quita\w*"
    r"|elimina\w*|sin)\s+(?:(?:the|a|an|den|die|das|der|le|la|les|el|los"
    r"|las)\s+)?(?P<what>[^.,;!?]{1,80})", re.IGNORECASE,
)  # fmt: skip
_SHOTS = re.compile(r"^(?:shots?|einstellung(?:en)?|plans?|planos?)\s+(?P<ids>[\w, -]{1,80})$", re.IGNORECASE)
_RENAME = re.compile(
    r"\b(?:rename|call|nenne|renomme|llama)\s+(?P<old>.{1,60}?)\s+(?:to|as|in|en|a)\s+(?P<new>[^.,;!?]{1,60})", re.I
)
_LIVELY = ("tracking", "dolly_in", "pan_right", "crane_up", "orbit", "handheld")
_CURE = (
    "Without a model it knows: shorter, longer, 45 seconds, more or fewer close-ups, wide shots or aerials, calmer, "
    "livelier, at night (or another time of day), remove …, rename … to …"
)
Step = Callable[[Storyboard, str, Fraction], Storyboard]


def revise(board: Storyboard, brief: Brief, rate: Fraction) -> Draft:
    """The storyboard changed as the brief's instruction says, to be looked at shot by shot.

    Raises BadInput when there is nothing to change, and when the instruction is not understood.
    """
    words = " ".join(brief.instruction.split())
    if not board.shots:
        raise BadInput("There are no shots to revise yet.", "Write or import a storyboard first.")
    if not words:
        raise BadInput("There is no instruction.", "Say what should change, such as: shorter, more close-ups.")
    after = board
    for step in (_without, _renamed, _framed, _moved, _timed, _lasting):
        after = step(after, words, rate)
    if after == board:
        raise BadInput(f"{words[:80]!r} changes nothing here.", _CURE)
    language = brief.language or language_of("\n".join(s.prompt for s in board.shots))
    return Draft(id="", brief=brief.replace(mode="revise"), before=board, storyboard=after, language=language)


def _lasting(board: Storyboard, words: str, rate: Fraction) -> Storyboard:
    asked = asked_running_time(words)
    now = board.frames(rate)
    if asked is not None:
        frames = film_frames(asked, rate)
    elif _SHORTER.search(words):
        frames = round(now * Fraction(3, 4))
    elif _LONGER.search(words):
        frames = round(now * Fraction(4, 3))
    else:
        return board
    count = len(board.shots)
    if not board.shots or frames < count:
        raise BadInput(f"{count} shots do not fit into {frames} frames.", "Remove some of them first.")
    weights = [Fraction(film_frames(s.seconds, rate)) for s in board.shots]
    shares = share_out(frames, weights, [None] * count, readable_step(rate, frames, count))
    kept = zip(board.shots, shares, weights, strict=True)
    return board.replace(shots=tuple(s if f == w else s.replace(seconds=seconds_of(f, rate)) for s, f, w in kept))


def asked_running_time(words: str) -> Fraction | None:
    """The film's running time in seconds that an instruction asks for; None when it asks for none. Raises BadInput."""
    asked = _LENGTH.search(words)
    if asked is None:
        return None
    number = parse_number(asked[1].replace(",", ".")) * (60 if asked[2] else 1)
    try:
        return parse_seconds(number)
    except ValueError as error:
        raise BadInput(f"The running time: {error}.", "Ask for one such as 45 seconds.") from None


def _framed(board: Storyboard, words: str, rate: Fraction) -> Storyboard:
    for names, size in _SIZES:
        if re.search(_MORE + names, words, re.IGNORECASE):
            board = _more_of(board, size)
        elif re.search(_FEWER + names, words, re.IGNORECASE):
            board = board.replace(
                shots=tuple(_other_size(s, i) if shot_size(s) == size else s for i, s in enumerate(board.shots))
            )
    return board


def _more_of(board: Storyboard, size: ShotSize) -> Storyboard:
    """About a quarter of the shots more, none beside another of the same size where that can be."""
    sizes = [shot_size(s) for s in board.shots]
    wanted = max(1, len(sizes) // 4)
    for loose in (False, True):
        for index in range(len(sizes)):
            beside = size in sizes[max(0, index - 1) : index + 2]
            if wanted and sizes[index] != size and (loose or not beside):
                sizes[index] = size
                wanted -= 1
    return board.replace(
        shots=tuple(s if shot_size(s) == z else s.replace(size=z) for s, z in zip(board.shots, sizes, strict=True))
    )


def _other_size(shot: Shot, index: int) -> Shot:
    others: tuple[ShotSize, ...] = ("medium", "medium_wide", "full")
    return shot.replace(size=others[index % len(others)])


def _moved(board: Storyboard, words: str, rate: Fraction) -> Storyboard:
    def with_move(shot: Shot, move: str) -> Shot:
        return shot.replace(presets=shot.presets.replace(camera=move))

    if _CALMER.search(words):
        return board.replace(shots=tuple(with_move(s, "static") for s in board.shots))
    if _LIVELIER.search(words):
        still = ("", "static")
        return board.replace(
            shots=tuple(
                with_move(s, _LIVELY[i % len(_LIVELY)]) if s.presets.camera in still else s
                for i, s in enumerate(board.shots)
            )
        )
    return board


def _timed(board: Storyboard, words: str, rate: Fraction) -> Storyboard:
    lexicon = lexicon_of(language_of(words) or language_of("\n".join(s.prompt for s in board.shots)))
    time = time_of_day(words, lexicon)
    if not time:
        return board
    return board.replace(shots=tuple(s.replace(presets=s.presets.replace(time_of_day=time)) for s in board.shots))


def _without(board: Storyboard, words: str, rate: Fraction) -> Storyboard:
    for match in _LEAVE_OUT.finditer(words):
        what = match["what"].strip()
        shots = _SHOTS.match(what)
        if shots:
            ids = {i.strip() for i in re.split(r"[, ]+", shots["ids"])}
            gone = [s.id for s in board.shots if s.id in ids or (s.id.lstrip("0") or "0") in ids]
            board = board.without(gone) if gone else board
            continue
        framing_word = any(re.match(rf"{names}$", what, re.IGNORECASE) for names, _ in _SIZES)
        if framing_word or any(what.casefold() in lexicon.common_words for lexicon in LEXICONS.values()):
            continue
        board = _leaving_out(board, what)
    return board


def _leaving_out(board: Storyboard, what: str) -> Storyboard:
    """Without someone or something: not in the cast, and no sentence that names it; shots that were about nothing
    else go."""
    named = {(m.kind, m.id) for m in board.mentions.find(what)}
    word = re.compile(rf"(?<!\w){re.escape(what)}(?!\w)", re.IGNORECASE)

    def names_it(text: str) -> bool:
        return bool(word.search(text)) or any((m.kind, m.id) in named for m in board.mentions.find(text))

    gone, kept = [], {}
    for shot in board.shots:
        pieces = sentences(shot.prompt)
        left = [p for p in pieces if not names_it(p)]
        if pieces and not left:
            gone.append(shot.id)
        elif len(left) < len(pieces):
            kept[shot.id] = shot.replace(prompt=" ".join(left))
    if len(gone) == len(board.shots):
        raise BadInput(f"Every shot is about {what[:60]!r}.", "Write another storyboard instead.")
    after = board.replace(shots=tuple(kept.get(s.id, s) for s in board.shots)).without(gone)
    for kind in CAST:
        for entity in board.entities(kind):
            if (kind, entity.id) in named and SHOT_FIELDS[kind] != "location":
                after = after.without_entity(kind, entity.id)
    return after


def _renamed(board: Storyboard, words: str, rate: Fraction) -> Storyboard:
    match = _RENAME.search(words)
    if not match:
        return board
    new = match["new"].strip()
    for mention in board.mentions.find(match["old"]):
        for kind in CAST:
            if mention.kind != kind:
                continue
            entity = board.entity(kind, mention.id)
            aliases = tuple(dict.fromkeys((entity.name, *entity.aliases)))[:50] if entity.name else entity.aliases
            board = board.with_entity(kind, entity.replace(name=new, aliases=aliases))
    return board
