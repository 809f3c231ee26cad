"""What was ordered of a clip, a shot and a film, so that a check takes nothing for a defect that was asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from domain.cut.items import GapItem, ShotItem
from domain.cut.reel import Material, Placed, Reel, ShotLayer, Source, Stretch
from domain.film import FilmReport
from domain.quality.values import Expectation, Span
from domain.request import GenerationRequest
from domain.storyboard import Shot, Storyboard
from domain.timing import rate_text
from domain.vocabulary import camera_from_text, motion_amount, shot_camera
from services.cut import CutView
from services.planning import ShotState

_SPLIT = re.compile(r"split[\s_-]?screen|diptych|triptych|side[\s-]by[\s-]side|comic (?:page|panels?)|collage", re.I)
_SOFT = re.compile(
    r"soft[\s-]focus|out[\s-]of[\s-]focus|unfocus|defocus|blurr|bokeh|dream(?:y|like)|\bfogg?y?\b|\bmist|\bhaz[ye]",
    re.I,
)
_BARS = re.compile(r"letter[\s-]?box|black bars|widescreen bars|anamorphic bars", re.I)
_TEXT = re.compile(r"\b(?:title|caption|subtitle|text|lettering|logo|sign|label|watermark)s?\b", re.I)
_FADE_IN = re.compile(r"fad(?:e|es|ing)[\s-](?:up|in)\b|fade from", re.I)
_FADE_OUT = re.compile(r"fad(?:e|es|ing)[\s-](?:out|to)\b|fade away", re.I)
_LIGHT = re.compile(r"explosion|lightning|strobe|flash(?:es|ing|light)?|fireworks|gunfire|muzzle|camera flash", re.I)
_SLOWEST = Fraction(1, 4)
"""Below this step a frame is seen so often that it stands still."""
_STILL = 0.05
"""Motion up to which a shot is to stand still."""


def clip_order(
    state: ShotState, request: GenerationRequest, *, labelled: bool = False, drawn: bool = False
) -> Expectation:
    """One clip of a shot: one picture without a cut, of the request's size, length and rate. `labelled` tells that the
    backend writes a slate into the picture, `drawn` that it draws by rules."""
    shot = state.words.shot
    words = _words(shot)
    return Expectation(
        frames=request.frames, rate=rate_text(request.rate), width=request.width, height=request.height,
        moving=is_moving(shot), cuts=(), shots=(shot.id,), fades=_faded(words, request.frames),
        split_screen=bool(_SPLIT.search(words)), letterbox=bool(_BARS.search(words)),
        overlay=labelled or bool(_TEXT.search(words)), soft=bool(_SOFT.search(words)),
        drawn=(Span(first=0, last=request.frames - 1),) if drawn else (),
    )  # fmt: skip


def chain_order(state: ShotState, material: Material, *, labelled: bool = False) -> Expectation:
    """A finished shot, its clips joined at the model's own rate: the joins between its segments."""
    shot = state.words.shot
    words = _words(shot)
    return Expectation(
        frames=material.count, rate=rate_text(material.rate), moving=is_moving(shot), cuts=(),
        joins=tuple(source.offset for source in material.sources[1:] if source.repeats), shots=(shot.id,),
        fades=_faded(words, material.count), split_screen=bool(_SPLIT.search(words)),
        letterbox=bool(_BARS.search(words)), overlay=labelled or bool(_TEXT.search(words)),
        soft=bool(_SOFT.search(words)),
    )  # fmt: skip


def chain_reel(material: Material) -> Reel:
    """The clips of one shot, one after another at the model's own rate, as they are."""
    layer = ShotLayer(item=material.shot, material=0, start=Fraction(0), step=Fraction(1))
    stretch = Stretch(first=0, frames=material.count, layers=(layer,))
    return Reel(rate=material.rate, frames=material.count, stretches=(stretch,), materials=(material,))


def film_order(view: CutView, board: Storyboard, report: FilmReport, *, labelled: bool = False) -> Expectation:
    """The film of a cut: its cuts and joins, what stands still or fades because somebody asked for it, its sound."""
    reel = view.reel
    shots = {item.item.shot for item in reel.placed if isinstance(item.item, ShotItem)}
    words = [_words(board.shot(shot)) for shot in shots if any(s.id == shot for s in board.shots)]
    size = Fraction(report.width, report.height)
    cuts = tuple(placed.first for placed in reel.placed if placed.first)
    ours = report.rate == reel.rate
    return Expectation(
        frames=report.frames, rate=rate_text(report.rate), width=report.width, height=report.height,
        cuts=cuts if ours else None, joins=tuple(film_joins(reel)) if ours else (),
        fades=tuple(_ordered_stretches(reel, board)) if ours else (),
        shots=tuple(_shot_of(placed) for placed in reel.placed) if ours else (),
        split_screen=any(_SPLIT.search(w) for w in words), soft=any(_SOFT.search(w) for w in words),
        letterbox=(reel.finish.fit == "fit" and _other_shape(view, size)) or any(_BARS.search(w) for w in words),
        overlay=labelled or bool(reel.overlays or reel.captions) or any(_TEXT.search(w) for w in words),
        sound=report.sound is not None and report.sound.measured.true_peak is not None,
        drawn=_joined(_drawn(view)) if ours else (),
    )  # fmt: skip


def film_joins(reel: Reel) -> Iterable[int]:
    """The film frames at which a segment goes on from the one before it, where a single layer is seen."""
    for stretch in reel.stretches:
        layer = stretch.layers[0]
        if len(stretch.layers) > 1 or not isinstance(layer, ShotLayer) or layer.step <= 0:
            continue
        for source in _continued(reel.materials[layer.material].sources):
            frame = math.ceil((source.offset - layer.start) / layer.step)
            if 2 <= frame < stretch.frames:
                yield stretch.first + frame


def is_moving(shot: Shot) -> bool:
    """Whether a camera move was asked for, so that a picture that stands still is a defect."""
    camera = shot_camera(shot)[0] if shot.presets.camera else camera_from_text(shot.prompt)
    return camera not in ("", "static") and motion_amount(shot) > _STILL


def _words(shot: Shot) -> str:
    return " ".join((shot.title, shot.description, shot.prompt, *shot.presets.to_json().values()))


def _faded(words: str, frames: int) -> tuple[Span, ...]:
    """Where the words ask for a fade or for flashing light: nothing is known of the frames, so at most half a clip."""
    if _LIGHT.search(words):
        return (Span(first=0, last=frames - 1),)
    half, found = max(1, frames // 2), []
    if _FADE_IN.search(words):
        found.append(Span(first=0, last=half - 1))
    if _FADE_OUT.search(words):
        found.append(Span(first=frames - half, last=frames - 1))
    return tuple(found)


def _continued(sources: Sequence[Source]) -> Sequence[Source]:
    return [source for source in sources[1:] if source.repeats or source.start is None]


def _shot_of(placed: Placed) -> str:
    return placed.item.shot if isinstance(placed.item, ShotItem) else ""


def _ordered_stretches(reel: Reel, board: Storyboard) -> Iterable[Span]:
    """Transitions, cards, gaps, slow motion and held frames, and what the words of a shot ask for; what touches is one
    span."""
    spans: list[tuple[int, int]] = []
    for stretch in reel.stretches:
        last = stretch.first + stretch.frames - 1
        if stretch.blend is not None or not isinstance(stretch.layers[0], ShotLayer):
            spans.append((stretch.first, last))
            continue
        spans += _held(reel, stretch, stretch.layers[0])
    known = {shot.id: shot for shot in board.shots}
    for placed in reel.placed:
        if isinstance(placed.item, ShotItem) and placed.item.shot in known:
            spans += [
                (placed.first + span.first, placed.first + span.last)
                for span in _faded(_words(known[placed.item.shot]), placed.frames)
            ]
        elif isinstance(placed.item, GapItem):
            spans.append((placed.first, placed.first + placed.frames - 1))
    return _joined(spans)


def _drawn(view: CutView) -> Iterable[tuple[int, int]]:
    """What no model made: cards, gaps, and shots whose clips were drawn by rules."""
    for placed in view.reel.placed:
        found = view.stocks.get(placed.item.id) if isinstance(placed.item, ShotItem) else None
        if found is None or (found.takes and all(take.drawn for take in found.takes)):
            yield placed.first, placed.first + placed.frames - 1


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
    """In order; what overlaps or touches is one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(Span(first=first, last=last) for first, last in joined)


def _held(reel: Reel, stretch: Stretch, layer: ShotLayer) -> Iterable[tuple[int, int]]:
    """Frames of a stretch that show one picture again and again: slow motion by repetition, and held ends."""
    if abs(layer.step) < _SLOWEST and (reel.finish.retime == "repeat" or layer.step == 0):
        yield stretch.first, stretch.first + stretch.frames - 1
        return
    material = reel.materials[layer.material]
    alive = [n for n in range(stretch.frames) if 0 <= layer.position(n) < _end(material)]
    if not alive:
        yield stretch.first, stretch.first + stretch.frames - 1
        return
    if alive[0] > 0:
        yield stretch.first, stretch.first + alive[0]
    if alive[-1] < stretch.frames - 1:
        yield stretch.first + alive[-1], stretch.first + stretch.frames - 1


def _end(material: Material) -> int:
    last = material.sources[-1] if material.sources else None
    return material.count - (last.hold if last else 0)


def _other_shape(view: CutView, wanted: Fraction) -> bool:
    """Whether a clip has another shape than the film."""
    takes = [take for stock in view.stocks.values() for take in stock.takes]
    return any(abs(Fraction(t.info.width, t.info.height) / wanted - 1) > Fraction(1, 100) for t in takes)
