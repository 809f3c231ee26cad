"""A film of 300 shots: how much is sent, and how long the window stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.storyboard import Shot
from tests.browser.studio import Studio, Window, Windows, Workshop

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.alone
SHOTS = 300
EDIT_LIMIT = 100_000
"""Bytes that may reach the browser for one edited shot."""

IDLE_LIMIT = 1_000
"""Bytes per second that may reach the browser while nothing happens."""

IDLE_SECONDS = 5
STALL_LIMIT = 1_000
"""Milliseconds for which the window may stand still."""


class Meter:
    """Counts what reaches a page, headers included."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event.get("encodedDataLength", 0))


@pytest.fixture
def window(studio: Studio, workshop: Workshop, windows: Windows) -> Window:
    words = "The keeper climbs the stairs of the lighthouse with a lamp in her hand while the storm rises, number {}."
    shots = [
        Shot(id=f"{n:03d}", title=f"Shot number {n}", prompt=words.format(n) * 3, seconds=3) for n in range(1, SHOTS + 1)
    ]  # fmt: skip
    project = workshop.film(*shots, name="Three hundred")
    for number in range(1, SHOTS + 1, 6):
        workshop.keyframe(project, f"{number:03d}")
    window = windows(f"{studio.url}?project={project.id}")
    window.page.evaluate(
        """() => { window.stalls = [];
        new PerformanceObserver((l) => l.getEntries().forEach((e) => window.stalls.push(e.duration)))
          .observe({type: "longtask", buffered: true}); }"""
    )
    return window


def longest(window: Window) -> float:
    """How long the window stood still at most, in milliseconds."""
    return float(window.page.evaluate("Math.max(0, ...window.stalls)"))


def scroll(page: Page, selector: str) -> None:
    """Scroll to the end and back as fast as pictures come, as an impatient hand does."""
    page.eval_on_selector(
        selector,
        """async (el) => {
          const frame = () => new Promise(requestAnimationFrame);
          for (let i = 1; i <= 20; i++) { el.scrollTop = (el.scrollHeight * i) / 20; await frame(); }
          for (let i = 20; i >= 0; i--) { el.scrollTop = (el.scrollHeight * i) / 20; await frame(); }
        }""",
    )


def test_three_hundred_shots_stay_light(window: Window) -> None:
    from playwright.sync_api import expect

    page = window.page
    window.go("Storyboard")
    cards = window.part("storyboard.cards")
    expect(cards.locator("[role=option]")).to_have_count(SHOTS)
    scroll(page, "[data-part='storyboard.cards'] .kscroll")
    cards.locator("[data-id='007']").click()
    words = window.part("storyboard.inspector").locator("[data-id='007'] [data-field=prompt]")
    expect(words).to_be_visible()
    page.wait_for_load_state("networkidle")

    meter = Meter(page)
    words.fill("Nothing but the sea.")
    words.blur()
    expect(cards.locator("[data-id='007']")).to_contain_text("Nothing but the sea.")
    page.wait_for_timeout(2_500)  # what is measured is what comes until the next look of the window, and the one after
    assert 0 < meter.bytes <= EDIT_LIMIT, f"{meter.bytes} bytes for one edited shot"

    meter.bytes = 0
    page.wait_for_timeout(IDLE_SECONDS * 1_000)
    assert 0 < meter.bytes <= IDLE_LIMIT * IDLE_SECONDS, f"{meter.bytes / IDLE_SECONDS:.0f} bytes in an idle second"
    assert longest(window) <= STALL_LIMIT, f"the window stood still for {longest(window):.0f} ms"
    window.check()


def test_every_tab_of_three_hundred_shots_opens_without_a_stall(window: Window) -> None:
    for tab in ("Keyframes", "Select", "Video", "Film", "Queue", "Storyboard"):
        window.go(tab)
        window.check()
        assert longest(window) <= STALL_LIMIT, f"{tab}: the window stood still for {longest(window):.0f} ms"
