"""How far a chain of segments has moved from its beginning: as a curve, and join by join."""

from __future__ import annotations

from html import escape as e

from addons.reports.figures import graded, signed
from addons.reports.plots import drift_plot
from addons.words import t
from domain.quality.values import Drift

_EACH = 40
"""Rows of the table at most; a longer chain shows every second join, or fewer."""


def drifting(drift: Drift, of_clips: bool) -> str:
    """The curve and the table of a chain; `of_clips` tells that frames are counted in the shot's clips."""
    words = t("at most {worst} of 1", worst=graded(max(point.total for point in drift.points)))
    if drift.reanchor is not None and of_clips:
        words += t(", fresh picture due from frame {n} of the shot’s clips", n=drift.reanchor)
    elif drift.reanchor is not None:
        words += t(", fresh picture due from frame {n}", n=drift.reanchor)
    legend = t("dashed: likeness to the shot’s first frame, 1 at the top and 0 at the bottom")
    return (
        f"<figure><figcaption><b>{e(t('Drift along the chain'))}</b><span>{e(words)}</span></figcaption>"
        f'{drift_plot(drift)}<p class="at">{e(legend)}</p></figure>{_table(drift)}'
    )


def _table(drift: Drift) -> str:
    """What has moved at each join since the chain's beginning."""
    every = -(-len(drift.points) // _EACH)
    rows = "".join(
        f"<tr><td>{e(t('frame {n}', n=p.frame))}</td><td>{graded(p.total)}</td><td>{signed(p.mean, 1)}</td>"
        f"<td>{signed(p.contrast, 2)}</td><td>{signed(p.cb, 1)} {signed(p.cr, 1)}</td><td>{signed(p.hue, 1)}°</td>"
        f"<td>{signed(p.saturation, 2)}</td><td>{signed(p.sharpness, 2)}</td><td>{signed(p.noise, 2)}</td>"
        f"<td>{graded(p.alike)}</td></tr>"
        for p in drift.points[1:][::every]
    )
    names = (
        t("Join"), t("Drift"), t("Brightness"), t("Contrast"), t("Colour"), t("Hue"), t("Saturation"), t("Sharpness"),
        t("Grain"), t("Likeness"),
    )  # fmt: skip
    head = "".join(f"<th>{e(name)}</th>" for name in names)
    return f'<div class="wide"><table class="joins"><tr>{head}</tr>{rows}</table></div>'
