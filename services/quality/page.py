"""A report as one HTML page that needs nothing else: pictures inside, no scripts, nothing from elsewhere.

Names and prompts come from anywhere and are escaped; the page's own policy forbids whatever would still be let in.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape as e
from pathlib import Path

from domain.film import FilmReport
from domain.quality.checks import CHECKS
from domain.quality.figures import Sound
from domain.quality.filmcheck import ClipRecord, FilmCheck, ShotRecord, counts_in_words
from domain.quality.values import Finding, QualityReport, Seam
from domain.timing import rate_label, timecode
from services.ports import Media
from services.quality.page_style import STYLE
from services.quality.plots import curve_plot, drift_plot, film_bar, meter

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the page may load: nothing but itself."""

_THUMB, _STRIP, _MOST_STRIPS, _MOST_FINDINGS = 240, 132, 480, 120
_IN_STRIP = 8
FILE_CHECKS = frozenset({
    "decodes", "count", "rate", "even", "length", "size", "shape", "bit_rate", "pixels", "tags", "sound"
})  # fmt: skip
"""Checks that are about the file itself."""
_SEAM_GOOD = 0.5
_CURVES = {
    "step": "Change from frame to frame", "mean": "Brightness", "contrast": "Contrast", "colourful": "Colourfulness",
    "sharpness": "Sharpness", "noise": "Grain and noise", "alike": "Likeness to the shot's first frame",
}  # fmt: skip
_WORDS = {"fail": "Fails", "warn": "Warning", "note": "Note", "off": "Off"}


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
    shown = report.findings[:_MOST_FINDINGS]
    wanted = {_picture_of(f) for f in shown if not is_whole(f, frames)}
    small = {frame for strip in strips for frame in strip}
    pictures = {n: _data(b) for n, b in media.stills(video, sorted(wanted), _THUMB).items()}
    tiny = {n: _data(b) for n, b in media.stills(video, sorted(small), _STRIP).items()}
    rate = report.stream.rate or Fraction(24)
    body = "".join((
        _head(report, title, film, found),
        "<section><h2>The film at a glance</h2>",
        film_bar(frames, found.shots, report.cuts, placed), _legend(), "</section>",
        _findings(shown, len(report.findings), pictures, rate, frames),
        _curves(report, frames, placed),
        _shots(found, placed, spans, strips, tiny, rate),
        _likeness(report),
    ))  # fmt: skip
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><title>{e(title)} · quality</title><style>{STYLE}</style></head><body><main>{body}'
        f"<footer>Made by Kinoloom{e(' · ' + _when(report.made)) if report.made else ''}, in {report.seconds:.1f} s. "
        "What each figure means: docs/quality.md.</footer></main></body></html>"
    ).encode()


# -- the parts ---------------------------------------------------------------------------------------------------------


def _head(report: QualityReport, title: str, film: FilmReport | None, found: FilmCheck) -> str:
    stream, verdict = report.stream, report.verdict
    state = "bad" if not verdict.passed else "warn" if verdict.warnings else "ok"
    mark = {"bad": "Does not pass", "warn": "Passes, with warnings", "ok": "Passes"}[state]
    rate = f"{rate_label(stream.rate)} fps" if stream.rate else "uneven rate"
    sound = stream.sound
    facts = [
        ("Picture", f"{stream.width} × {stream.height}, {rate}"),
        ("Length", f"{stream.frames} frames, {_seconds(stream.seconds)}"),
        ("File", f"{stream.codec}, {stream.pix_fmt}, {stream.bit_rate / 1e6:.1f} Mbit/s, {stream.size / 1e6:.1f} MB"),
        ("Sound", _heard(sound)),
        ("Gate", report.gate),
    ]  # fmt: skip
    if film is not None:
        facts.append(("Made", f"{_when(film.made)}, in {_seconds(film.seconds)}"))
    rows = "".join(f"<div><dt>{e(k)}</dt><dd>{e(v)}</dd></div>" for k, v in facts)
    told = counts_in_words(found.counts)
    return (
        f'<header><p class="kind">Quality report</p><h1>{e(title)}</h1><p class="file">{e(report.file)}</p>'
        f'<div class="verdict {state}"><b>{mark}</b><span>{e(verdict.sentence)}</span></div>'
        f'<dl class="facts">{rows}</dl>{f"<p class=told>{e(told)}</p>" if told else ""}</header>'
    )


def _legend() -> str:
    return '<p class="legend"><i class="fail"></i>fails<i class="warn"></i>warning<i class="note"></i>note</p>'


def _findings(
    shown: Sequence[Finding], of: int, pictures: Mapping[int, str], rate: Fraction, frames: int
) -> str:  # fmt: skip
    if not of:
        return '<section><h2>Findings</h2><p class="none">Nothing was found.</p></section>'
    cards = "".join(_finding(f, pictures, rate, frames) for f in shown)
    more = f'<p class="none">and {of - len(shown)} more.</p>' if of > len(shown) else ""
    return f'<section><h2>Findings <small>{of}</small></h2><div class="cards">{cards}</div>{more}</section>'


def _finding(f: Finding, pictures: Mapping[int, str], rate: Fraction, frames: int) -> str:
    where = f"frame {f.first}" if f.first == f.last else f"frames {f.first} to {f.last}"
    at = f"{timecode(f.first, rate)} · {where}" + (f" · shot {f.shot}" if f.shot else "")
    if is_whole(f, frames):
        at = "the whole file"
    picture = pictures.get(_picture_of(f))
    face = f'<img src="{picture}" alt="Frame {_picture_of(f)}">' if picture else ""
    figures = f"{f.value:g} {f.unit}, limit {f.limit:g}" if f.limit or f.value else ""
    return (
        f'<article class="{f.severity}">{face}<div><p class="line"><b class="pill {f.severity}">{_WORDS[f.severity]}'
        f"</b><b>{e(CHECKS[f.check].title if f.check in CHECKS else f.check)}</b></p><p>{e(f.sentence)}</p>"
        f'<p class="cure">{e(f.cure)}</p><p class="at">{e(at)}'
        f"{e(' · ' + figures) if figures else ''}</p></div></article>"
    )


def _curves(report: QualityReport, frames: int, placed: Sequence[Finding]) -> str:
    cells = "".join(
        f"<figure><figcaption><b>{e(_CURVES.get(c.name, c.name))}</b>"
        f"<span>{min(c.values):.3g} to {max(c.values):.3g} {e(c.unit)}</span></figcaption>"
        f"{curve_plot(c, frames, report.cuts, placed)}</figure>"
        for c in report.curves if c.values
    )  # fmt: skip
    return f'<section><h2>Curves</h2><div class="curves">{cells}</div></section>' if cells else ""


def _shots(
    found: FilmCheck, placed: Sequence[Finding], spans: Sequence[tuple[int, int]], strips: Sequence[Sequence[int]],
    tiny: Mapping[int, str], rate: Fraction,
) -> str:  # fmt: skip
    blocks = []
    for place, ((first, count), strip) in enumerate(zip(spans, strips, strict=True)):
        shot = found.shots[place] if found.shots else None
        name = f"Shot {shot.shot}" if shot else f"Part {place + 1}"
        own = [f for f in placed if first <= f.first < first + count and f.severity in ("fail", "warn")]
        pictures = "".join(f'<img src="{tiny[n]}" alt="Frame {n}" title="frame {n}">' for n in strip if n in tiny)
        state = "fail" if any(f.severity == "fail" for f in own) else "warn" if own else "ok"
        said = f"{len(own)} finding{'' if len(own) == 1 else 's'}" if own else "ok"
        blocks.append(
            f'<article class="shot"><h3>{e(name)} <span>{e(shot.title if shot else "")}</span>'
            f'<b class="pill {state}">{said}</b></h3><p class="at">{timecode(first, rate)} · {count} frames</p>'
            f'<div class="strip">{pictures}</div>{"".join(_made(shot)) if shot else ""}'
            f"{_joins(found.report, first, count)}</article>"
        )
    return f"<section><h2>{'Shots' if found.shots else 'Parts'}</h2>{''.join(blocks)}</section>"


def _made(shot: ShotRecord) -> Iterator[str]:
    """How the clips of a shot came to be."""
    if not shot.clips:
        return
    head = "<tr><th>Clip</th><th>Take</th><th>Seed</th><th>Model</th><th>Size</th><th>Made in</th><th>Tries</th></tr>"
    yield f'<div class="wide"><table>{head}{"".join(_row(clip) for clip in shot.clips)}</table></div>'
    for clip in shot.clips:
        if len(clip.tries) > 1 or any(not a.passed for a in clip.tries):
            yield f'<ol class="tries" start="1"><li class="what">Segment {clip.segment + 1}, what was tried</li>'
            for a in clip.tries:
                how = "passes" if a.passed else a.why or "does not pass"
                place = "stands" if a.stands else "kept" if a.take else "could not be kept"
                yield (
                    f'<li class="{"ok" if a.passed else "bad"}"><b>Try {a.number + 1}</b> seed {a.seed} · {e(how)} · '
                    f"score {a.score:.2f} · {place}</li>"
                )
            yield "</ol>"
    if shot.chain is not None:
        if shot.chain.done:
            yield f'<p class="told">{e(shot.chain.done)}</p>'
        for drift in shot.chain.drift:
            worst = max(point.total for point in drift.points)
            again = f", fresh picture due from frame {drift.reanchor}" if drift.reanchor is not None else ""
            yield (
                f"<figure><figcaption><b>Drift along the chain</b><span>at most {worst:.2f} of 1{again}</span>"
                f"</figcaption>{drift_plot(drift)}</figure>"
            )


def _row(clip: ClipRecord) -> str:
    model = " · ".join(dict.fromkeys(filter(None, (clip.backend, clip.workflow, clip.model))))
    cells = (
        str(clip.segment + 1), clip.take, str(clip.seed), model, f"{clip.width} × {clip.height}, {clip.frames} frames",
        _seconds(clip.spent) + (f" · {clip.card}" if clip.card else ""),
        str(len(clip.tries)) if clip.tries else "not checked",
    )  # fmt: skip
    row = "".join(f"<td>{e(cell)}</td>" for cell in cells)
    return f"<tr>{row}</tr>" + (
        f'<tr><td></td><td colspan="6" class="cure">{e(clip.instead)}</td></tr>' if clip.instead else ""
    )


def _joins(report: QualityReport, first: int, count: int) -> str:
    seams = [seam for seam in report.seams if first <= seam.frame < first + count]
    if not seams:
        return ""
    rows = "".join(
        f"<tr><td>frame {s.frame}</td><td>{meter(s.score, s.score >= _SEAM_GOOD)} {s.score:.2f}</td>"
        f"<td>{e(_seam_words(s))}</td></tr>"
        for s in seams
    )
    return f'<div class="wide"><table><tr><th>Join</th><th>Score</th><th>What it adds</th></tr>{rows}</table></div>'


def _seam_words(seam: Seam) -> str:
    told = [w for w, is_so in (("a frame twice", seam.repeated), ("a frame missing", seam.dropped),
                               ("motion turns round", seam.reversed)) if is_so]  # fmt: skip
    told.append(f"picture {seam.picture:.1f}, brightness {seam.mean:+.1f}, contrast {seam.contrast:+.2f}")
    told.append(f"colour {seam.cb:+.1f} {seam.cr:+.1f}, sharpness {seam.sharpness:+.2f}")
    return ", ".join(told)


def _likeness(report: QualityReport) -> str:
    if not report.likeness:
        return ""
    rows = "".join(
        f"<tr><td>{e(k.subject)}</td><td>{e(k.kind)}</td><td>{e(k.shot or '–')}</td><td>{meter(k.score, True)} "
        f"{k.score:.0%}</td><td>{e(k.method)}</td><td>{k.confidence:.0%}</td></tr>"
        for k in report.likeness
    )
    head = "<tr><th>Who or what</th><th>Kind</th><th>Shot</th><th>Keeps</th><th>Told by</th><th>Confidence</th></tr>"
    return f'<section><h2>Continuity</h2><div class="wide"><table>{head}{rows}</table></div></section>'


# -- frames and words --------------------------------------------------------------------------------------------------


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


def _heard(sound: Sound | None) -> str:
    if sound is None:
        return "none"
    if sound.peak <= 0:
        return "silence"
    mean, peak = (20 * math.log10(max(level, 1e-6)) for level in (sound.loudness, sound.peak))
    return f"mean {mean:.1f} dBFS, peak {peak:.1f} dBFS"


def _picture_of(finding: Finding) -> int:
    return (finding.first + finding.last) // 2


def _data(picture: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"


def _when(made: str) -> str:
    return made.replace("T", " ").replace("Z", " UTC")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"
