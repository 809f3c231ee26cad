"""A server is set up, a workflow's slots are picked from lists, and the monitor shows how busy it is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.studio import Studio, Window, Windows
from tests.fakes.comfy_studio import server

if TYPE_CHECKING:
    from playwright.sync_api import Locator

WAN = "wan2.2-14b-i2v"


def test_a_server_is_set_up_its_workflow_corrected_and_its_queue_watched(
    own_studio: Callable[..., Studio], windows: Windows, tmp_path: Path, picture: Callable[[Window, str], None]
) -> None:
    from playwright.sync_api import expect

    studio = own_studio()
    comfy = server(tmp_path / "comfy", WAN)
    with contextlib.ExitStack() as stack:
        stack.callback(comfy.stop)
        window = windows(studio.url)
        window.go("Servers")
        card = add(window, comfy.url)
        expect(card).to_contain_text("reachable")

        # a name, how much may wait there, and a token that is never shown again
        card.locator("[data-act=setup]").click()
        form = window.part("servers.list").locator("#sv-setup")
        form.locator("[name=name]").fill("The quick one")
        form.locator("[name=wait]").select_option("3")
        form.locator("[name=token]").fill("hunter2")
        form.locator("[data-act=save-server]").click()
        expect(card.locator("header b")).to_have_text("The quick one")
        assert "hunter2" not in window.page.content()
        window.check_at_both_widths()

        # the steps of the sampler go to one more input, the prompt to none
        window.part("servers.flows").locator(f"[data-id='{WAN}']").click()
        details = window.part("servers.flow")
        expect(details.locator(".sv-flow")).to_have_attribute("data-id", WAN)
        details.locator("[data-act=edit-slots]").click()
        steps = details.get_by_role("group", name="Steps").locator("select")
        expect(steps).to_have_count(3)
        expect(steps.nth(0).locator("option:checked")).to_contain_text("Sampler, high noise · steps = 20")
        expect(steps.nth(2)).to_be_hidden()
        details.get_by_role("button", name="Steps into another input too").click()
        offered = steps.nth(2).locator("option").all_inner_texts()
        assert any("noise_seed" in text for text in offered) and not any(
            "text" in text.split(" =")[0] for text in offered
        )
        steps.nth(2).select_option(label=next(text for text in offered if "length" in text))
        details.get_by_role("group", name="Negative prompt").locator("select").first.select_option("")
        picture(window, "servers-slots")
        details.locator("[data-act=confirm]").click()
        expect(details.locator("[data-act=edit-slots]")).to_be_visible()
        expect(details).to_contain_text("Image to video · length")
        expect(details.locator("dt", has_text="Negative prompt")).to_have_count(0)

        window.go("Queue")
        tile = window.part("queue.monitor").get_by_role("article", name=comfy.url.partition("://")[2])
        expect(tile).to_contain_text("idle")
        window.check_at_both_widths()
        picture(window, "queue-monitor")
    expect(tile).to_contain_text("not reachable", timeout=60_000)
    window.check()


def add(window: Window, url: str) -> Locator:
    """Test an address, add it, and give its card."""
    form = window.part("servers.list")
    form.locator("#sv-add [name=url]").fill(url)
    form.locator("[data-act=test]").click()
    form.locator(".sv-test .kpill.done").wait_for()
    form.locator("[data-act=add]").click()
    card = form.locator(f"article[data-id='{url}']")
    card.wait_for()
    return card
