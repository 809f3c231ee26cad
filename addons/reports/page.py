"""A report as one HTML page that needs nothing else: pictures inside, no scripts, nothing from elsewhere.

Names and prompts come from anywhere and are escaped; the page's own policy forbids whatever would still be let in.
Who calls says the language, as everywhere in the window (addons/words.py).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape as e
from pathlib import Path

from addons.reports.figures import amount, colours, decimal, heard, measured, moment, seconds, sentence
from addons.reports.making import drifts, joins, made
from addons.reports.plots import curve_plot, film_bar, meter, title_of
from addons.reports.style import STYLE
from addons.words import named, number, said, spoken, t, tn
from domain.film import FilmReport
from domain.quality.filmcheck import FilmCheck, counts_in_words
from domain.quality.values import Finding, Likeness, QualityReport, Severity
from domain.timing import rate_label, timecode
from services.ports import Media

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may load: nothing but itself."""

_THUMB, _STRIP, _MOST_STRIPS, _MOST_FINDINGS = 240, 132, 480, 120
_IN_STRIP = 8
FILE_CHECKS = frozenset({
    "decodes", "count", "rate", "even", "length", "size", "shape", "bit_rate", "pixels", "tags", "sound"
})  # fmt: skip
"""Checks that are about the file itself."""
_GRAVITY: dict[Severity, int] = {"fail": 0, "warn": 1, "note": 2, "off": 3}


def film_page(
    media: Media, video: Path, found: FilmCheck, title: str, film: FilmReport | None = None
) -> bytes:  # fmt: skip
    """The page about a film, or about any file, in UTF-8. Raises UnreadableMedia about the video."""
    report = found.report
    frames = max(1, report.stream.frames)
    placed = [f for f in report.findings if not is_whole(f, frames)]
    spans = _spans(found, frames)
    each = max(2, min(_IN_STRIP, _MOST_STRIPS // max(1, len(spans))))
    strips = [_spread(first, count, each) for first, count in spans]
    shown = sorted(report.findings, key=lambda f: (_GRAVITY[f.severity], f.first))[:_MOST_FINDINGS]
    wanted = {_picture_of(f) for f in shown if not is_whole(f, frames)}
    small = {frame for strip in strips for frame in strip}
    pictures = {n: _data(b) for n, b in media.stills(video, sorted(wanted), _THUMB).items()}
    tiny = {n: _data(b) for n, b in media.stills(video, sorted(small), _STRIP).items()}
    rate = report.stream.rate or Fraction(24)
    body = "".join((
        _head(report, title, film, found),
        f"<section><h2>{e(t('The film at a glance'))}</h2>",
        film_bar(frames, found.shots, report.cuts, placed), _legend(), "</section>",
        _findings(shown, len(report.findings), pictures, rate, frames),
        _curves(report, frames, placed),
        _shots(found, placed, spans, strips, tiny, rate),
        _likeness(report),
    ))  # fmt: skip
    return (
        f'<!doctype html><html lang="{spoken()}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><title>{e(title)} · {e(t("quality"))}</title><style>{STYLE}</style></head>'
        f"<body><main>{body}<footer>{e(_foot(report))}</footer></main></body></html>"
    ).encode()


# -- the parts ---------------------------------------------------------------------------------------------------------


def _head(report: QualityReport, title: str, film: FilmReport | None, found: FilmCheck) -> str:
    stream, verdict = report.stream, report.verdict
    state = "bad" if not verdict.passed else "warn" if verdict.warnings else "ok"
    mark = {"bad": t("Does not pass"), "warn": t("Passes, with warnings"), "ok": t("Passes")}[state]
    rate = t("{rate} fps", rate=number(rate_label(stream.rate))) if stream.rate else t("uneven rate")
    length = t("{n} frames, {time}", n=stream.frames, time=seconds(stream.seconds))
    facts = [
        (t("Picture"), f"{stream.width} × {stream.height}, {rate}"),
        (t("Length"), length),
        (t("File"), ", ".join((
            stream.codec, stream.pix_fmt, f"{decimal(stream.bit_rate / 1e6, 1)} Mbit/s",
            f"{decimal(stream.size / 1e6, 1)} MB",
        ))),
        (t("Colour"), colours(stream)),
        (t("Sound"), heard(stream.sound)),
        (t("Gate"), named(report.gate.capitalize()) if report.gate in _GATES else report.gate),
    ]  # fmt: skip
    if film is not None:
        facts.append((t("Made"), t("{when}, in {time}", when=moment(film.made), time=seconds(film.seconds))))
    spent = sum(clip.spent for shot in found.shots for clip in shot.clips)
    if spent:
        facts.append((t("Clips rendered in"), seconds(spent)))
    rows = "".join(f"<div><dt>{e(k)}</dt><dd>{e(v)}</dd></div>" for k, v in facts)
    told = said(counts_in_words(found.counts))
    return (
        f'<header><p class="kind">{e(t("Quality report"))}</p><h1>{e(title)}</h1><p class="file">{e(report.file)}</p>'
        f'<div class="verdict {state}"><b>{e(mark)}</b><span>{e(said(verdict.sentence))}</span></div>'
        f'<dl class="facts">{rows}</dl>{f"<p class=told>{e(told)}</p>" if told else ""}</header>'
    )


_GATES = frozenset({"draft", "web", "production"})


def _legend() -> str:
    marks = (("fail", t("fails")), ("warn", t("warning")), ("note", t("note")))
    return f'<p class="legend">{"".join(f"<span><i class={kind}></i>{e(word)}</span>" for kind, word in marks)}</p>'


def _findings(
    shown: Sequence[Finding], of: int, pictures: Mapping[int, str], rate: Fraction, frames: int
) -> str:  # fmt: skip
    title = e(t("Findings"))
    if not of:
        return f'<section><h2>{title}</h2><p class="none">{e(t("Nothing was found."))}</p></section>'
    cards = "".join(_finding(f, pictures, rate, frames) for f in shown)
    rest = e(t("and {n} more.", n=of - len(shown)))
    more = f'<p class="none">{rest}</p>' if of > len(shown) else ""
    return f'<section><h2>{title} <small>{of}</small></h2><div class="cards">{cards}</div>{more}</section>'


def _finding(f: Finding, pictures: Mapping[int, str], rate: Fraction, frames: int) -> str:
    words = {"fail": t("fails"), "warn": t("warning"), "note": t("note")}
    at = t("the whole file") if is_whole(f, frames) else f"{timecode(f.first, rate)} · {_frames(f)}"
    if f.shot and not is_whole(f, frames):
        at += " · " + t("shot {value}", value=f.shot)
    picture = pictures.get(_picture_of(f))
    face = f'<img src="{picture}" alt="{e(t("Frame {n}", n=_picture_of(f)))}">' if picture else ""
    figures = measured(f)
    return (
        f'<article class="{f.severity}">{face}<div><p class="line"><b class="pill {f.severity}">'
        f"{e(words.get(f.severity, f.severity))}</b><b>{e(title_of(f.check))}</b></p><p>{e(sentence(f.sentence))}</p>"
        f'<p class="cure">{e(said(f.cure))}</p><p class="at">{e(at)}'
        f"{e(' · ' + figures) if figures else ''}</p></div></article>"
    )


def _frames(f: Finding) -> str:
    return t("frame {n}", n=f.first) if f.first == f.last else t("frames {a} to {b}", a=f.first, b=f.last)


def _curves(report: QualityReport, frames: int, placed: Sequence[Finding]) -> str:
    labels = {
        "step": t("Change from frame to frame"), "mean": t("Brightness"), "contrast": t("Contrast"),
        "colourful": t("Colourfulness"), "sharpness": t("Sharpness"), "noise": t("Grain and noise"),
        "alike": t("Likeness to the shot’s first frame"),
    }  # fmt: skip
    cells = "".join(
        f"<figure><figcaption><b>{e(labels.get(c.name, c.name))}</b><span>"
        f"{e(t('{low} to {high}', low=amount(min(c.values), ''), high=amount(max(c.values), c.unit)))}"
        f"</span></figcaption>{curve_plot(c, labels.get(c.name, c.name), frames, report.cuts, placed)}</figure>"
        for c in report.curves if c.values
    )  # fmt: skip
    return f'<section><h2>{e(t("Curves"))}</h2><div class="curves">{cells}</div></section>' if cells else ""


def _shots(
    found: FilmCheck, placed: Sequence[Finding], spans: Sequence[tuple[int, int]], strips: Sequence[Sequence[int]],
    tiny: Mapping[int, str], rate: Fraction,
) -> str:  # fmt: skip
    blocks = []
    for place, ((first, count), strip) in enumerate(zip(spans, strips, strict=True)):
        shot = found.shots[place] if found.shots else None
        name = t("Shot {id}", id=shot.shot) if shot else t("Part {n}", n=place + 1)
        own = [f for f in placed if first <= f.first < first + count and f.severity in ("fail", "warn")]
        pictures = "".join(
            f'<img src="{tiny[n]}" alt="{e(t("Frame {n}", n=n))}" title="{e(t("frame {n}", n=n))}">'
            for n in strip if n in tiny
        )  # fmt: skip
        state = "fail" if any(f.severity == "fail" for f in own) else "warn" if own else "ok"
        told = tn("{n} finding", "{n} findings", len(own)) if own else t("nothing found")
        blocks.append(
            f'<article class="shot"><h3>{e(name)} <span>{e(shot.title if shot else "")}</span>'
            f'<b class="pill {state}">{e(told)}</b></h3><p class="at">{timecode(first, rate)} · '
            f'{e(tn("{n} frame", "{n} frames", count))}</p><div class="strip">{pictures}</div>'
            f"{''.join(made(shot)) if shot else ''}{joins(found.report, first, count)}"
            f"{'' if shot and shot.chain and shot.chain.drift else drifts(found.report, first, count)}</article>"
        )
    title = t("Shots") if found.shots else t("Parts")
    return f"<section><h2>{e(title)}</h2>{''.join(blocks)}</section>"


def _likeness(report: QualityReport) -> str:
    if not report.likeness:
        return ""
    rows = "".join(
        f"<tr><td>{e(k.subject)}</td><td>{e(named(k.kind))}</td><td>{e(k.shot or '–')}</td><td>{meter(k.score, True)} "
        f"{amount(k.score, 'share')}</td><td>{e(named(k.method))}{_why(k)}</td>"
        f"<td>{amount(k.confidence, 'share')}</td></tr>"
        for k in report.likeness
    )
    names = (t("Who or what"), t("Kind"), t("Shot"), t("Keeps"), t("Told by"), t("Confidence"))
    head = f"<tr>{''.join(f'<th>{e(name)}</th>' for name in names)}</tr>"
    title = e(named("Continuity"))
    return f'<section><h2>{title}</h2><div class="wide"><table>{head}{rows}</table></div></section>'


def _why(likeness: Likeness) -> str:
    return f'<p class="at">{e(said(likeness.reason))}</p>' if likeness.reason else ""


def _foot(report: QualityReport) -> str:
    time = seconds(report.seconds)
    if report.made:
        words = t("Checked by Kinoloom on {when}, in {time}.", when=moment(report.made), time=time)
    else:
        words = t("Checked by Kinoloom in {time}.", time=time)
    return words + " " + t("What each figure means: docs/quality.md.")


# -- frames ------------------------------------------------------------------------------------------------------------


def _spans(found: FilmCheck, frames: int) -> list[tuple[int, int]]:
    """First frame and length of each shot, or of what lies between the cuts."""
    if found.shots:
        return [(shot.first, shot.frames) for shot in found.shots]
    starts = [0, *[cut for cut in found.report.cuts if 0 < cut < frames]]
    return [(a, b - a) for a, b in zip(starts, [*starts[1:], frames], strict=True)]


def _spread(first: int, count: int, pictures: int) -> list[int]:
    """Frames in the middle of equal parts, each once."""
    return list(dict.fromkeys(first + count * (2 * k + 1) // (2 * pictures) for k in range(pictures)))


def is_whole(finding: Finding, frames: int) -> bool:
    """Whether a finding is about the file rather than about some of its frames."""
    return finding.first == 0 and finding.last >= frames - 1 and finding.check in FILE_CHECKS


def _picture_of(finding: Finding) -> int:
    return (finding.first + finding.last) // 2


def _data(picture: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"
