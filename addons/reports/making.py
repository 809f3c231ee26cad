"""How the clips of a shot came to be, and how they join: seeds, models, times, tries, drift, seams."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as e

from addons.reports.drifting import drifting
from addons.reports.figures import added, card_words, graded, seconds, sentence
from addons.reports.plots import meter
from addons.words import said, t
from domain.quality.acting import Attempt
from domain.quality.filmcheck import ClipRecord, ShotRecord
from domain.quality.values import QualityReport

_SEAM_GOOD = 0.5


def made(shot: ShotRecord) -> Iterator[str]:
    """The clips of a shot, what was tried, and its drift."""
    if not shot.clips:
        return
    cards = any(clip.card for clip in shot.clips)
    names = [t("Segment"), t("Take"), t("Seed"), t("Model"), t("Size"), t("Made in"), t("Tries")]
    names += [t("Graphics card")] if cards else []
    head = f"<tr>{''.join(f'<th>{e(name)}</th>' for name in names)}</tr>"
    rows = "".join(_row(clip, cards) for clip in shot.clips)
    yield f'<div class="wide"><table class="clips">{head}{rows}</table></div>'
    for clip in shot.clips:
        if len(clip.tries) > 1 or any(not a.passed for a in clip.tries):
            what = t("Segment {n}, what was tried", n=clip.segment + 1)
            yield f'<ol class="tries"><li class="what">{e(what)}</li>{"".join(map(_try, clip.tries))}</ol>'
    if shot.chain is None:
        return
    if shot.chain.done:
        yield f'<p class="told">{e(sentence(shot.chain.done))}</p>'
    for drift in shot.chain.drift:
        yield drifting(drift, of_clips=True)


def _try(a: Attempt) -> str:
    why = "; ".join(said(f"{part}.").rstrip(".") for part in a.why.split("; ") if part)
    how = t("passes") if a.passed else why or t("does not pass")
    place = t("stands") if a.stands else t("kept") if a.take else t("could not be kept")
    words = t("seed {seed} · {how} · score {score} · {place}", seed=a.seed, how=how, score=graded(a.score), place=place)
    title = t("Try {n}", n=a.number + 1)
    return f'<li class="{"ok" if a.passed else "bad"}"><b>{e(title)}</b> {e(words)}</li>'


def _row(clip: ClipRecord, cards: bool) -> str:
    model = " · ".join(dict.fromkeys(filter(None, (clip.backend, clip.workflow, clip.model))))
    size = t("{width} × {height}, {n} frames", width=clip.width, height=clip.height, n=clip.frames)
    cells = [
        str(clip.segment + 1), clip.take, str(clip.seed), model, size, seconds(clip.spent) if clip.spent else "–",
        str(len(clip.tries)) if clip.tries else t("not checked"),
    ]  # fmt: skip
    cells += [card_words(clip.card) or "–"] if cards else []
    row = "".join(f"<td>{e(cell)}</td>" for cell in cells)
    told = " ".join(sentence(words) for words in (clip.instead, clip.enlarged) if words)
    return f"<tr>{row}</tr>" + (
        f'<tr class="why"><td></td><td colspan="{len(cells) - 1}" class="cure">{e(told)}</td></tr>' if told else ""
    )


def joins(report: QualityReport, first: int, count: int) -> str:
    """The seams of a film between these frames."""
    seams = [seam for seam in report.seams if first <= seam.frame < first + count]
    if not seams:
        return ""
    rows = "".join(
        f"<tr><td>{e(t('frame {n}', n=s.frame))}</td><td>{meter(s.score, s.score >= _SEAM_GOOD)} "
        f"{graded(s.score)}</td><td>{e(added(s))}</td></tr>"
        for s in seams
    )
    head = "".join(f"<th>{e(name)}</th>" for name in (t("Join"), t("Score"), t("What it adds")))
    return f'<div class="wide"><table class="joins"><tr>{head}</tr>{rows}</table></div>'


def drifts(report: QualityReport, first: int, count: int) -> str:
    """The chains of a film that begin between these frames."""
    return "".join(drifting(drift, of_clips=False) for drift in report.drift if first <= drift.first < first + count)
