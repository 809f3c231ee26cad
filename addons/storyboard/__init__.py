"""The Storyboard tab: shot cards or the cast, the inspector that edits one of them in place, and the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from addons.api import Addon, AddonContext, Part
from addons.storyboard import actions, advice, cast, exports, model, writing


def build(context: AddonContext) -> None:
    """Lay the tab out."""
    from addons.storyboard.view import lay_out

    lay_out()


def parts(context: AddonContext) -> Sequence[Part]:
    """The tab's live areas; but for advice, the cast and Write, every action works from every one of them."""
    act = actions.StoryboardActions(context).act
    return (
        Part("storyboard.toolbar", model.toolbar, act),
        Part("storyboard.exports", exports.panel, exports.ExportActions(context).act),
        Part("storyboard.notes", model.notes, act),
        Part("storyboard.advice", advice.panel, advice.AdviceActions(context).act),
        Part("storyboard.cards", model.cards, act),
        Part("storyboard.cast", cast.panel, cast.CastActions(context).act),
        Part("storyboard.write", writing.panel, writing.WritingActions(context).act),
        Part("storyboard.inspector", model.inspector, act),
        Part("storyboard.strip", model.strip, act),
    )


ADDON = Addon(id="storyboard", title="Storyboard", order=20, build=build, parts=parts, assets=Path(__file__).parent)
