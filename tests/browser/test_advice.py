"""Advice stays folded, leads to its shots, and stays away once it was put away."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from domain.storyboard import Presets, Shot
from tests.browser.studio import Studio, Window, Windows, Workshop


def test_advice_is_unfolded_followed_and_put_away(
    studio: Studio, workshop: Workshop, windows: Windows, picture: Callable[[Window, str], None]
) -> None:
    from playwright.sync_api import expect

    zooming = [
        Shot(id=f"{n:03d}", prompt="The sea.", seconds=Fraction(n, 4), presets=Presets(camera="zoom_in"))
        for n in range(1, 6)
    ]
    film = workshop.film(*zooming)
    window = windows(f"{studio.url}?project={film.id}")
    window.go("Storyboard")
    panel, cards = window.part("storyboard.advice"), window.part("storyboard.cards")
    expect(panel.locator("summary")).to_contain_text("Advice: 1 piece")
    expect(panel.locator(".ad-row")).to_be_hidden()
    expect(cards.locator(".ad-mark")).to_have_count(2)

    panel.locator("summary").click()
    expect(panel.locator(".ad-row")).to_contain_text("have the same camera move: Zoom in.")
    panel.get_by_role("button", name="Go to shot 004").click()
    expect(cards.locator("[data-id='004']")).to_have_attribute("aria-selected", "true")
    expect(panel.locator(".ad-row")).to_be_visible()
    window.check_at_both_widths()
    picture(window, "advice-1280")

    panel.get_by_role("button", name="Put this away").click()
    expect(panel.locator("summary")).to_contain_text("No advice")
    expect(cards.locator(".ad-mark")).to_have_count(0)
    window.reload()
    panel.locator("summary").click()
    panel.get_by_role("button", name="Give 1 piece again").click()
    expect(cards.locator(".ad-mark")).to_have_count(2)
