"""Reports about films as pages of their own, in the language of whoever asked for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from addons.reports.page import POLICY, film_page
from addons.words import LANGUAGES, speaking, spoken
from domain.film import FilmReport
from domain.quality.filmcheck import FilmCheck
from services.ports import Media

__all__ = ["POLICY", "SpokenPages", "film_page"]


class SpokenPages:
    """`services.ports.ReportPages` by our catalogue. `setting` gives the language of the settings, as it is now."""

    def __init__(self, media: Media, setting: Callable[[], str]) -> None:
        self._media, self._setting = media, setting

    def language(self) -> str:
        """The language that is set, else that of the window in which this is asked; English elsewhere."""
        setting = self._setting()
        return setting if setting in LANGUAGES else spoken()

    def page(
        self, video: Path, found: FilmCheck, title: str, film: FilmReport | None = None, language: str = ""
    ) -> bytes:
        """The page about a film, or about any file, in UTF-8. Raises UnreadableMedia about the video."""
        with speaking(language or self.language()):
            return film_page(self._media, video, found, title, film)
