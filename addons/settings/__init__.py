"""The Settings tab: every setting with where it comes from, the keys, and what Kinoloom is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from addons.api import Addon, AddonContext, Part
from addons.settings import model


def build(context: AddonContext) -> None:
    """Lay the tab out."""
    from addons.settings.view import lay_out

    lay_out()


def parts(context: AddonContext) -> Sequence[Part]:
    """The tab's live areas."""
    return (Part("settings.form", model.form, model.act), Part("settings.about", model.about))


ADDON = Addon(id="settings", title="Settings", order=80, build=build, parts=parts, assets=Path(__file__).parent)
