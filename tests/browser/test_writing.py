"""An idea becomes a storyboard by clicking: by the rules, and with a language model that streams."""

from __future__ import annotations

from collections.abc import Callable

from config.settings import save
from infrastructure.paths import find_roots
from tests.browser.studio import Studio, Window, Windows, Workshop
from tests.fakes.llm import LanguageServer, Reply, answer

IDEA = "An old woman climbs the stairs of a lighthouse. She looks out over the stormy sea. A ship is in distress."


def test_an_idea_becomes_shots_by_rules_and_by_a_model(
    studio: Studio, workshop: Workshop, windows: Windows, picture: Callable[[Window, str], None]
) -> None:
    from playwright.sync_api import expect

    film = workshop.film(name="Light")
    window = windows(f"{studio.url}?project={film.id}")
    window.go("Storyboard")
    window.part("storyboard.toolbar").get_by_role("button", name="Write").click()
    panel, cards = window.part("storyboard.write"), window.part("storyboard.cards")
    expect(panel.get_by_role("button", name="Set up a model")).to_be_visible()
    panel.locator("textarea[name=text]").fill(IDEA)
    panel.locator("[name=seconds]").fill("12")
    panel.get_by_role("button", name="Write", exact=True).click()
    expect(panel.locator(".wr-shot")).to_have_count(3)
    expect(panel.locator(".wr-draft")).to_contain_text("3 shots, 0:12")
    picture(window, "write-1280")
    window.check_at_both_widths()
    panel.get_by_role("button", name="Take all").click()
    expect(cards.locator("[data-id]")).to_have_count(3)
    expect(cards).to_contain_text("An old woman climbs the stairs of a lighthouse.")

    folder = find_roots({"KINOLOOM_HOME": str(studio.home)}).config
    with LanguageServer(Reply(answer(4), stall_after=8), Reply(answer(4), usage=(1200, 640))) as server:
        for name, value in {"url": server.url, "model": "m", "price_in": "2.5", "price_out": "10"}.items():
            save(folder, f"language.{name}", value)
        window.part("storyboard.toolbar").get_by_role("button", name="Write").click()
        panel.get_by_label("With").select_option("model")
        panel.get_by_label("Write in").select_option("de")
        panel.get_by_role("button", name="Write", exact=True).click()
        expect(panel.locator(".wr-far")).to_contain_text("tokens")
        picture(window, "write-progress")
        panel.get_by_role("button", name="Cancel").click()
        expect(panel.get_by_role("button", name="Write", exact=True)).to_be_enabled()
        panel.get_by_role("button", name="Write", exact=True).click()
        expect(panel.locator(".wr-shot")).to_have_count(4)
        expect(panel.locator(".wr-cost")).to_have_text("m: 1\u202f840 tokens, 0.0094 US dollars")
        window.page.set_viewport_size({"width": 1920, "height": 1080})
        picture(window, "write-1920")
        panel.get_by_role("button", name="Replace the storyboard").click()
        expect(cards.locator("[data-id]")).to_have_count(4)
        expect(cards).to_contain_text("Mara climbs step 4 of the lighthouse.")
        assert "in German" in server.told[-1]["messages"][0]["content"]
    window.check()
