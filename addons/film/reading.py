"""What all parts of the Film tab read: the cut with its material, the films there are, and words for them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from addons.format import rate_words
from addons.session import View
from addons.words import t, tn
from domain.cut.items import Item
from domain.film import FilmReport
from services.cut import CutView
from services.film_contents import CutShot, shots_of

LIST_LIMIT = 8
"""Shots named one by one before the rest is counted."""

SIDE, SELECTED, SOURCE = "film.side", "film.item", "film.source"
"""Choices of a window: which panel is open, which item is selected, and what the player shows."""

SIDES = {"film": "Film", "clip": "Clip", "look": "Look", "sound": "Sound", "check": "Quality", "out": "Export"}
"""The panels beside the player."""


def cut_view(view: View) -> CutView:
    """The cut as it is now, resolved."""
    cuts = view.studio.cuts
    return view.cached(
        "film.cut", lambda: cuts.view(view.open, view.setup, view.states.values()), cuts.cut(view.open)
    )  # fmt: skip


def cut_shots(view: View) -> list[CutShot]:
    """The shot items of the film as it would be made now."""
    return view.cached("film.shots", lambda: shots_of(cut_view(view)), view.studio.cuts.cut(view.open))


def selected(view: View) -> Item | None:
    """The item that this window edits: the one it chose, else the first."""
    items = cut_view(view).cut.items
    chosen = view.choice(SELECTED, "")
    return next((item for item in items if item.id == chosen), items[0] if items else None)


def side(view: View) -> str:
    """The panel that is open."""
    chosen = view.choice(SIDE, "film")
    return chosen if chosen in SIDES else "film"


def films(view: View) -> list[FilmReport]:
    """The films there are, newest first."""
    return view.cached("film.reports", lambda: view.studio.film.reports(view.open)[::-1], view.open.files.version())


def shown_film(view: View) -> FilmReport | None:
    """The film this window chose, else the newest."""
    found = films(view)
    return next((f for f in found if f.name == view.ui.film), found[0] if found else None)


def changed_since(view: View, film: FilmReport) -> list[str]:
    """The shots, titles and gaps of the cut that are not in the film as they are now."""
    outdated = view.studio.film.outdated
    version = (film, view.studio.cuts.cut(view.open))
    return view.cached(f"film.changed.{film.name}", lambda: outdated(view.open, film, cut_shots(view)), version)


def older(view: View, film: FilmReport) -> str:
    """In one sentence how the film differs from the cut as it is now; empty when it does not."""
    project = view.project
    if film.rate != project.rate or (film.width, film.height) != (project.width, project.height):
        was = f"{film.width}×{film.height}, {rate_words(film.rate)}"
        return t(
            "Made at {was}; the project is {width}×{height}, {rate} now.",
            was=was,
            width=project.width,
            height=project.height,
            rate=rate_words(project.rate),
        )
    changed = changed_since(view, film)
    if changed:
        return t("Older than the cut: {which} changed.", which=named(changed))
    return t("Older than the sound, which changed since.") if _sounds_otherwise(view, film) else ""


def _sounds_otherwise(view: View, film: FilmReport) -> bool:
    studio = view.studio
    version = (film, studio.cuts.cut(view.open), studio.sound.plan(view.open), tuple(view.open.files.sounds()))
    return view.cached(
        f"film.sounds.{film.name}", lambda: studio.film.sounds_otherwise(view.open, film), version
    )  # fmt: skip


def named(shots: Sequence[str]) -> str:
    """Shots in words: "shot 003", "shots 003 and 007", and the rest counted where there are many."""
    if len(shots) == 1:
        return t("shot {value}", value=shots[0])
    if len(shots) <= LIST_LIMIT:
        return t("shots {which} and {value}", which=", ".join(shots[:-1]), value=shots[-1])
    return t("shots {which} and {count} more", which=", ".join(shots[:LIST_LIMIT]), count=len(shots) - LIST_LIMIT)


def counted(shots: Sequence[str]) -> str:
    """How many: "1 shot", "3 shots"."""
    return tn("{n} shot", "{n} shots", len(shots))


def exact_seconds(frames: int, rate: Fraction) -> str:
    """A length as exact as it can be written: "30 s", "30.03 s", "10010/333 s"."""
    seconds = frames / rate
    thousandths = seconds * 1000
    if thousandths.denominator == 1:
        return f"{float(seconds):.3f}".rstrip("0").rstrip(".") + " s"
    return f"{float(seconds):.3f} s ({seconds.numerator}/{seconds.denominator} s)"
