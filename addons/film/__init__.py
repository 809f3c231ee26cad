"""The Film tab: cut the film on a timeline, watch it, finish it, make it, and take it along."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from addons.api import Addon, AddonContext, Part
from addons.film import films, inspector, making, player, report, rules, sides, sound, timeline
from addons.film.actions import FilmActions
from addons.film.export import ExportPanel
from addons.film.sound_actions import SoundActions
from addons.film.voices import Voices


def build(context: AddonContext) -> None:
    """Lay the tab out."""
    from addons.film.view import lay_out

    lay_out()


def parts(context: AddonContext) -> Sequence[Part]:
    """The tab's live areas."""
    act, voices, out = FilmActions(context).act, Voices(), ExportPanel(context)
    heard = SoundActions(context, voices).act
    return (
        Part("film.timeline", timeline.view, act),
        Part("film.lanes", sound.lanes, heard),
        Part("film.player", player.view, player.act),
        Part("film.sides", sides.view, act),
        Part("film.make", making.make_view, making.make_act),
        Part("film.list", films.list_view, films.list_act),
        Part("film.report", films.report_view),
        Part("film.clip", inspector.clip, act),
        Part("film.look", inspector.look, act),
        Part("film.sound", sound.SoundPanel(voices).view, heard),
        Part("film.check", report.view, partial(report.act, uploads=context.uploads)),
        Part("film.rules", rules.view, rules.act),
        Part("film.export", out.view, out.act),
    )


ADDON = Addon(id="film", title="Film", order=60, build=build, parts=parts, assets=Path(__file__).parent)
