"""The Project tab: the open film's format, new projects, imports, and projects opened before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from addons.api import Addon, AddonContext, Part
from addons.project.kept import KeptPart
from addons.project.model import FilmPart
from addons.project.starting import StartingParts


def build(context: AddonContext) -> None:
    """Lay the tab out."""
    from addons.project.view import lay_out

    lay_out()


def parts(context: AddonContext) -> Sequence[Part]:
    """The tab's live areas."""
    film, starting, kept = FilmPart(context), StartingParts(context), KeptPart(context)
    return (
        Part("project.film", film.film, film.act_film),
        Part("project.new", starting.new, starting.act_new),
        Part("project.recent", starting.recent, starting.act_recent),
        Part("project.kept", kept.view, kept.act),
    )


ADDON = Addon(id="project", title="Project", order=10, build=build, parts=parts, assets=Path(__file__).parent)
