"""A studio with a password, as a person meets it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.studio import READY, Studio, Windows


def test_the_password_is_asked_for_once_and_again_after_signing_out(
    own_studio: Callable[..., Studio], windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINOLOOM_SERVER__PASSWORD", "correct horse battery")
    studio = own_studio()
    window = windows.blank()
    page = window.page
    page.goto(f"{studio.url}?project=none")
    page.get_by_label("Password of this studio").fill("something else")
    page.get_by_role("button", name="Open the studio").click()
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    window.wrong.clear()  # the browser notes the refusal
    page.get_by_label("Password of this studio").fill("correct horse battery")
    page.get_by_role("button", name="Open the studio").click()
    page.wait_for_selector(READY)
    window.check()
    window.reload()
    window.go("Video")
    window.check()

    studio.stop()
    studio.start()
    window.open(studio.url)  # a restart signs nobody out
    window.wrong.clear()
    page.evaluate("fetch('/logout')")
    expect(page.get_by_label("Password of this studio")).to_be_visible()
