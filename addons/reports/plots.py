"""Drawings of a report as SVG: the film as a bar, curves over it, small meters. Every text in them is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from addons.words import named, said, t
from domain.quality.checks import CHECKS
from domain.quality.filmcheck import ShotRecord
from domain.quality.values import Curve, Drift, Finding

WIDTH = 1000
"""Width of a drawing in its own units; it is shown as wide as there is room."""


def title_of(check: str) -> str:
    """A check's name for people."""
    return named(CHECKS[check].title) if check in CHECKS else check


def film_bar(frames: int, shots: Sequence[ShotRecord], cuts: Sequence[int], findings: Sequence[Finding]) -> str:
    """The film from left to right: its shots, or what lies between its cuts, and a mark for each finding."""
    edges = [(s.first, s.frames, s.shot) for s in shots]
    if not edges:
        starts = [0, *[c for c in cuts if 0 < c < frames]]
        edges = [(a, b - a, "") for a, b in zip(starts, [*starts[1:], frames], strict=True)]
    parts = []
    for place, (first, count, _) in enumerate(edges):
        x, w = _x(first, frames), max(1.0, _x(count, frames) - 1.5)
        parts.append(f'<rect class="s{place % 2}" x="{x:.1f}" y="16" width="{w:.1f}" height="26" rx="3"/>')
    for finding in findings:
        x = _x(finding.first, frames)
        w = max(3.0, _x(finding.last + 1, frames) - x)
        words = escape(f"{title_of(finding.check)}: {said(finding.sentence)}")
        parts.append(
            f'<rect class="m {finding.severity}" x="{min(x, WIDTH - w):.1f}" y="{_ROW[finding.severity]}" '
            f'width="{w:.1f}" height="8" rx="2"><title>{words}</title></rect>'
        )
    # Names stand over the drawing, because its own letters would be stretched with it.
    names = "".join(
        f'<span style="left:{_x(first, frames) / 10:.2f}%;width:{_x(count, frames) / 10:.2f}%">{escape(name)}</span>'
        for first, count, name in edges
        if name and _x(count, frames) > 8 * len(name) + 6
    )
    return f'<div class="bar">{_svg(60, parts, t("The film from left to right, with its findings"))}{names}</div>'


_ROW = {"fail": 4, "warn": 46, "note": 50, "off": 50}


def curve_plot(curve: Curve, label: str, frames: int, cuts: Sequence[int], findings: Sequence[Finding]) -> str:
    """A figure over the film, with the frames of its findings behind it."""
    height, values = 92.0, curve.values
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    span = (high - low) or 1.0
    parts = [
        f'<rect class="band {f.severity}" x="{_x(f.first, frames):.1f}" y="0" '
        f'width="{max(2.0, _x(f.last + 1 - f.first, frames)):.1f}" height="{height:.0f}"/>'
        for f in findings if f.severity in ("fail", "warn")
    ]  # fmt: skip
    parts += [f'<line class="cut" x1="{_x(c, frames):.1f}" x2="{_x(c, frames):.1f}" y1="0" y2="92"/>' for c in cuts]
    points = " ".join(
        f"{_x(min(frames, (i + 0.5) * curve.stride), frames):.1f},{84 - 76 * (v - low) / span:.1f}"
        for i, v in enumerate(values)
    )
    parts.append(f'<polyline class="line" points="{points}"/>')
    return _svg(height, parts, t("{curve} over the film", curve=label))


def drift_plot(drift: Drift, limit: float = 1.0) -> str:
    """How far a chain has moved at each of its joins; the line is where a viewer begins to mind. Dashed: how like its
    segments' first frames are to the chain's first."""
    top = max(1.2 * limit, *(point.total for point in drift.points)) or 1.0
    length = max(1, drift.last - drift.first)
    at = [(WIDTH * (p.frame - drift.first) / length, 84 - 76 * p.total / top) for p in drift.points]
    y = 84 - 76 * limit / top
    parts = [f'<line class="limit" x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>']
    if drift.reanchor is not None:
        x = WIDTH * (drift.reanchor - drift.first) / length
        parts.append(f'<line class="anchor" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="92"/>')
    likeness = " ".join(
        f"{x:.1f},{84 - 76 * max(0.0, p.alike):.1f}" for (x, _), p in zip(at, drift.points, strict=True)
    )
    parts.append(f'<polyline class="alike" points="{likeness}"/>')
    parts.append('<polyline class="line" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in at) + '"/>')
    # Of no length and with round ends: a dot that stays round however wide the drawing is.
    parts += [f'<line class="dot" x1="{x:.1f}" x2="{x:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>' for x, y in at]
    return _svg(92, parts, t("Drift along the chain"))


def meter(share: float, good: bool) -> str:
    """A bar that is `share` full, 0 to 1."""
    width = 100 * min(1.0, max(0.0, share))
    return f'<span class="meter {"ok" if good else "bad"}"><i style="width:{width:.0f}%"></i></span>'


def _x(frame: float, frames: int) -> float:
    return WIDTH * frame / max(1, frames)


def _svg(height: float, parts: Sequence[str], label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" preserveAspectRatio="none" role="img" aria-label="{escape(label)}" '
        f'style="height:{height:.0f}px">{"".join(parts)}</svg>'
    )
