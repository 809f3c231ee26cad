"""Several windows, none, one that is loaded anew, and a studio that goes away: the work goes on, all show the truth."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from domain.storyboard import Shot
from tests.browser.studio import READY, Studio, Windows, Workshop

TWO_SECONDS = 2_000
"""Within how many milliseconds every window shows a change."""


def short(number: int, seconds: str = "1") -> Shot:
    return Shot.model_validate({"id": f"{number:03d}", "prompt": f"a boat at sea, {number}", "seconds": seconds})


def test_an_edit_in_one_window_is_seen_in_the_other(studio: Studio, workshop: Workshop, windows: Windows) -> None:
    from playwright.sync_api import expect

    project = workshop.film(short(1), short(2), short(3))
    url = f"{studio.url}?project={project.id}"
    one, two = windows(url), windows(url)
    for window in (one, two):
        window.go("Storyboard")
        window.part("storyboard.cards").locator("[data-id='002']").click()
        expect(window.part("storyboard.inspector").locator("[data-field=prompt]")).to_have_value("a boat at sea, 2")

    # somebody is in the middle of a word in the second window
    typed = two.part("storyboard.inspector").locator("[data-field=title]")
    typed.click()
    two.page.keyboard.type("The st", delay=5)

    field = one.part("storyboard.inspector").locator("[data-field=prompt]")
    field.fill("a boat in a storm")
    field.blur()
    card = two.part("storyboard.cards").locator("[data-id='002']")
    expect(card).to_contain_text("a boat in a storm", timeout=TWO_SECONDS + 1_000)  # a second to send it
    expect(two.part("storyboard.inspector").locator("[data-field=prompt]")).to_have_value("a boat in a storm")

    expect(typed).to_be_focused()
    two.page.keyboard.type("orm", delay=5)
    expect(typed).to_have_value("The storm")
    typed.blur()
    first = one.part("storyboard.inspector").locator("[data-field=title]")
    expect(first).to_have_value("The storm", timeout=TWO_SECONDS + 1_000)
    one.check()
    two.check()


def test_work_goes_on_without_any_window(studio: Studio, workshop: Workshop, windows: Windows) -> None:
    from playwright.sync_api import expect

    project = workshop.film(*(short(n, "3") for n in (1, 2, 3)))
    url = f"{studio.url}?project={project.id}"
    window = windows(url)
    window.go("Video")
    window.part("video.bar").locator("[data-act=render]").click()
    expect(window.page.locator(".khead .kwork")).to_contain_text("running")
    windows.close()

    end = time.monotonic() + 60
    while len(project.files.takes()) < 3:
        assert time.monotonic() < end, "the work did not go on"
        time.sleep(0.05)
    window = windows(url)
    assert window.tab == "Video"
    rows = window.part("video.plan").locator("[role=option]")
    expect(rows.filter(has_text="done")).to_have_count(3)
    expect(window.page.locator(".khead .kwork *")).to_have_count(0)
    window.go("Queue")
    expect(window.part("queue.list")).to_contain_text("6 of 6 jobs done")
    window.check()


def test_a_new_load_changes_nothing(studio: Studio, workshop: Workshop, windows: Windows) -> None:
    from playwright.sync_api import expect

    project = workshop.film(*(short(n) for n in (1, 2, 3)))
    for shot in ("001", "002"):
        workshop.keyframe(project, shot)
    window = windows(f"{studio.url}?project={project.id}")
    page = window.page

    window.go("Storyboard")
    window.part("storyboard.cards").locator("[data-id='003']").click()
    expect(window.part("storyboard.cards").locator("[data-id='003']")).to_have_attribute("aria-selected", "true")
    window.go("Keyframes")
    window.part("keyframes.bar").locator("[data-act=filter][data-value=missing]").click()
    chosen = window.part("keyframes.bar").locator("[data-act=filter][aria-pressed=true]")
    expect(chosen).to_have_attribute("data-value", "missing")
    window.go("Film")
    window.part("film.make").locator("[data-act=quality][data-id=high]").click()
    expect(window.part("film.make").locator("[aria-pressed=true]")).to_have_attribute("data-id", "high")
    page.locator(".fm-clip[data-id='002']").click()
    expect(page.locator(".fm-clip[aria-current]")).to_have_attribute("data-id", "002")
    window.go("Queue")
    window.part("queue.list").locator("[data-act=filter][data-id=failed]").click()
    expect(window.part("queue.list").locator("[aria-pressed=true]")).to_have_attribute("data-id", "failed")

    window.reload()
    assert window.tab == "Queue" and f"project={project.id}" in page.url
    expect(window.part("queue.list").locator("[aria-pressed=true]")).to_have_attribute("data-id", "failed")
    window.go("Film")
    expect(window.part("film.make").locator("[aria-pressed=true]")).to_have_attribute("data-id", "high")
    expect(page.locator(".fm-clip[aria-current]")).to_have_attribute("data-id", "002")
    window.go("Keyframes")
    expect(chosen).to_have_attribute("data-value", "missing")
    window.reload()
    assert window.tab == "Keyframes"
    expect(chosen).to_have_attribute("data-value", "missing")
    window.check()


def test_the_studio_comes_back_after_a_power_cut(own_studio: Callable[[], Studio], windows: Windows) -> None:
    from playwright.sync_api import expect

    studio = own_studio()
    project = Workshop(studio.home).film(*(short(n, "3") for n in (1, 2, 3)))
    window = windows(f"{studio.url}?project={project.id}")
    window.go("Video")
    window.part("video.bar").locator("[data-act=render]").click()
    expect(window.page.locator(".khead .kwork")).to_contain_text("running")
    window.page.evaluate("window.fromBefore = true")

    studio.stop(hard=True)
    (run,) = (project.files.root / "runs").glob("*.json")
    kinds = {job["phase"]["kind"] for job in json.loads(run.read_text(encoding="utf-8"))["jobs"]}
    assert kinds & {"running", "queued"}, "the render was over before the power was cut"
    studio.start()

    # the window loads itself again, and shows the work that went on
    window.page.wait_for_function(f"!window.fromBefore && document.querySelector('{READY}')", timeout=40_000)
    rows = window.part("video.plan").locator("[role=option]")
    expect(rows.filter(has_text="done")).to_have_count(3, timeout=60_000)
    assert window.tab == "Video"
    expect(window.page.locator(".khead .kwork *")).to_have_count(0)
    window.wrong.clear()  # a browser says in its console that nobody answered
    window.reload()
    window.check()
    assert len(project.files.takes()) == 3, "something was rendered twice"


def test_an_answer_that_another_covers_is_not_lost(studio: Studio, workshop: Workshop, windows: Windows) -> None:
    """Gradio shows only the last of several answers that reach it in one frame."""
    project = workshop.film(short(1), short(2))
    window = windows(f"{studio.url}?project={project.id}")
    window.go("Storyboard")
    covers = """(next) => {
      const shown = Kino.receive;
      Kino.receive = (message) => { Kino.receive = shown; Kino.act("shell", "tab", { id: next }); };
    }"""
    for tab, next_one in (("Keyframes", "select"), ("Video", "film")):
        window.page.evaluate(covers, next_one)
        window.go(tab)
    window.check()
