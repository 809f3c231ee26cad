"""Every tab in both window sizes, and texts that are meant to do harm."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.storyboard import Entity, Shot
from tests.browser.studio import TABS, Studio, Window, Windows, Workshop

HOSTILE = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>&quot;\'"${7*7}{{7*7}}'


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080)])
def test_every_tab_opens(
    studio: Studio,
    workshop: Workshop,
    windows: Windows,
    picture: Callable[[Window, str], None],
    width: int,
    height: int,
) -> None:
    project = workshop.sample()
    window = windows(f"{studio.url}?project={project.id}", width, height)
    for tab in TABS:
        window.go(tab)
        window.check()
        tall = window.page.evaluate("document.documentElement.scrollHeight - document.documentElement.clientHeight")
        assert tall <= 0, f"{tab} does not fit the window: {tall} px too tall"
        picture(window, f"{tab.lower()}-{width}")


def test_every_tab_of_an_empty_film_says_what_to_do(studio: Studio, workshop: Workshop, windows: Windows) -> None:
    window = windows(f"{studio.url}?project={workshop.film(name='Empty').id}")
    for tab in TABS:
        window.go(tab)
        window.check()


def test_hostile_words_are_shown_as_words(studio: Studio, workshop: Workshop, windows: Windows) -> None:
    shot = Shot(
        id="001", title=HOSTILE, prompt=HOSTILE, description=HOSTILE, negative=HOSTILE, location=HOSTILE,
        characters=("who",), extras={"note": HOSTILE},
    )  # fmt: skip
    project = workshop.film(shot, Shot(id="002", prompt=HOSTILE), name="Hostile")
    project.change_project(name=HOSTILE[:200])
    project.change_board(
        "cast", lambda b: b.replace(title=HOSTILE, characters=(Entity(id="who", name=HOSTILE, description=HOSTILE),))
    )
    workshop.keyframe(project, "001")
    window = windows(f"{studio.url}?project={project.id}")
    assert window.page.locator(".kfilm b").inner_text() == HOSTILE[:200]
    for tab in TABS:
        window.go(tab)
        window.check()
        assert window.page.evaluate("window.broken") is None, f"{tab} ran what was written in a shot"
        assert window.page.locator("img[src='x'], img[onerror]").count() == 0
    window.go("Storyboard")
    assert HOSTILE in window.part("storyboard.cards").locator("[data-id='001']").inner_text()
