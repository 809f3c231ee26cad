"""The Project tab: the open film's format, new projects, imports, and projects opened before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from addons.api import Addon, AddonContext, Part
from addons.project import model
from addons.project.kept import KeptPart


def build(context: AddonContext) -> None:
    """Lay the tab out."""
    from addons.project.view import lay_out

    lay_out()


def parts(context: AddonContext) -> Sequence[Part]:
    """The tab's live areas."""
    tab, kept = model.ProjectTab(context), KeptPart(context)
    return (
        Part("project.film", tab.film, tab.act_film),
        Part("project.new", tab.new, tab.act_new),
        Part("project.recent", tab.recent, tab.act_recent),
        Part("project.kept", kept.view, kept.act),
    )


ADDON = Addon(id="project", title="Project", order=10, build=build, parts=parts, assets=Path(__file__).parent)
