"""From a storyboard file to a film that plays, by clicking only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import av

from tests.browser.studio import TABS, Studio, Window, Windows

if TYPE_CHECKING:
    from playwright.sync_api import Page

STORYBOARD = {
    "project": "The Harbour",
    "version": "2.2",
    "shots": [
        {
            "shot_id": f"{number:03d}",
            "filename_base": base,
            "prompt": words,
            "duration": seconds,
            "width": 320,
            "height": 180,
            "presets": {"camera": camera, "time_of_day": "sunset"},
        }
        for number, (base, words, seconds, camera) in enumerate(
            [
                ("harbour", "a small harbour at dusk, boats in a row", 1.5, "pan_left"),
                ("mara", "Mara walks along the pier with a lamp", 2.0, "static"),
                ("lamp", "she hangs the lamp on the last post", 2.5, "dolly_in"),
            ],
            1,
        )
    ],
    "video_settings": {"default_fps": 24},
}
FRAMES = 36 + 84 + 60
"""1.5 s, 3.5 s (as edited) and 2.5 s at 24 frames per second."""

VIDEO_STATE = (
    "(v) => ({ready: v.readyState, seconds: v.duration, at: v.currentTime, error: v.error && v.error.message})"
)


def plays(page: Page, selector: str) -> float:
    """Wait until the video shows pictures and moves; its length in seconds."""
    page.wait_for_function("(s) => document.querySelector(s)?.readyState >= 2", arg=selector)
    before = page.eval_on_selector(selector, VIDEO_STATE)
    assert before["error"] is None
    page.eval_on_selector(selector, "(v) => { v.muted = true; v.play(); }")
    page.wait_for_function("([s, t]) => document.querySelector(s).currentTime > t", arg=[selector, before["at"] + 0.1])
    page.eval_on_selector(selector, "(v) => v.pause()")
    return float(before["seconds"])


def test_from_a_storyboard_to_a_film(
    studio: Studio, windows: Windows, tmp_path: Path, picture: Callable[[Window, str], None]
) -> None:
    from playwright.sync_api import expect

    source = tmp_path / "harbour.json"
    source.write_text(json.dumps(STORYBOARD), encoding="utf-8")
    window = windows(studio.url)
    page = window.page

    # a new film from a file
    window.go("Project")
    form = page.locator("#pj-new")
    with page.expect_file_chooser() as chooser:
        form.locator(".pj-drop").click()
    chooser.value.set_files(source)
    expect(form.locator(".pj-staged")).to_contain_text("3 shots")
    form.get_by_label("Name", exact=True).fill("The Harbour")
    form.locator("[data-act=create]").click()
    expect(page.locator(".kfilm b")).to_have_text("The Harbour")
    expect(page.locator(".kfilm span")).to_have_text("320×180 · 24 fps")
    expect(page.locator(".ktime")).to_have_attribute("title", f"{36 + 48 + 60} frames")
    window.check_at_both_widths()

    # a shot is edited
    window.go("Storyboard")
    cards = window.part("storyboard.cards")
    expect(cards.locator("[data-id]")).to_have_count(3)
    cards.locator("[data-id='002']").click()
    shot = window.part("storyboard.inspector").locator("[data-id='002']")
    expect(shot).to_be_visible()
    shot.locator("[data-field=prompt]").fill("Mara runs along the pier with a burning lamp")
    shot.locator("[data-field=seconds]").fill("3.5")
    page.keyboard.press("Tab")
    shot.locator("[data-field='presets.camera']").select_option("tracking")
    expect(cards.locator("[data-id='002']")).to_contain_text("Mara runs along the pier")
    expect(page.locator(".ktime")).to_have_attribute("title", f"{FRAMES} frames")
    window.check_at_both_widths()

    # keyframes are drawn
    window.go("Keyframes")
    window.part("keyframes.bar").locator("[data-act=draw-missing]").click()
    rows = window.part("keyframes.shots").locator("[role=option]")
    expect(rows.filter(has_text="ready")).to_have_count(3, timeout=40_000)
    window.check_at_both_widths()
    picture(window, "way-keyframes")

    # and picked
    window.go("Select")
    for number in (1, 2, 3):
        row = window.part("select.shots").locator(f"[data-id='{number:03d}']")
        variants = row.locator("[data-act=pick]")
        expect(variants.nth(1)).to_be_visible()
        variants.nth(1).click()
        expect(variants.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(window.part("select.bar")).to_contain_text("3 of 3 picked")
    window.check_at_both_widths()
    picture(window, "way-select")

    # clips are rendered; in the middle the page is loaded anew
    window.go("Video")
    plan = window.part("video.plan")
    plan.locator("[role=option][data-id='003']").click()
    expect(plan.locator("[role=option][data-id='003']")).to_have_attribute("aria-selected", "true")
    work = page.locator(".khead .kwork")
    window.part("video.bar").locator("[data-act=render]").click()
    expect(work).to_contain_text("running")
    work.get_by_role("button", name="Pause", exact=True).click()  # so that the middle lasts long enough to be looked at
    expect(work).to_contain_text("Paused")
    window.reload()
    assert window.tab == "Video"
    expect(work).to_contain_text("Paused")
    expect(work.get_by_role("progressbar")).to_be_visible()
    expect(plan.locator("[role=option][data-id='003']")).to_have_attribute("aria-selected", "true")
    window.check()
    work.get_by_role("button", name="Go on").click()
    expect(plan.locator("[role=option]").filter(has_text="done")).to_have_count(3, timeout=60_000)
    expect(work.locator("*")).to_have_count(0)
    window.check_at_both_widths()

    # the takes play
    for number, frames in ((1, 36), (2, 84), (3, 60)):
        plan.locator(f"[role=option][data-id='{number:03d}']").click()
        player = f".vd-player[data-frames='{frames}'] video"
        page.wait_for_selector(player)
        assert abs(plays(page, player) - frames / 24) < 1 / 48
    picture(window, "way-video")

    # the film is made and plays
    window.go("Film")
    window.part("film.make").get_by_role("button", name="Make the film").click()
    film = ".fm-video video"
    page.wait_for_selector(film, timeout=60_000)
    assert abs(plays(page, film) - FRAMES / 24) < 1 / 48
    expect(window.part("film.make")).to_contain_text("The newest film shows the cut as it is.")
    expect(window.part("film.list")).to_contain_text(f"{FRAMES} counted")

    # the strip leads to the first frame of a shot, exactly
    page.locator(".fm-clip[data-id='003']").click()
    expect(page.locator(".fm-tc")).to_have_text("00:00:05:00")
    expect(page.locator(".fm-frame")).to_have_text(f"frame {36 + 84 + 1} of {FRAMES}")
    page.wait_for_function("(s) => !document.querySelector(s).seeking", arg=film)
    assert abs(page.eval_on_selector(film, "(v) => v.currentTime") - (36 + 84 + 0.5) / 24) < 1e-3
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".fm-tc")).to_have_text("00:00:04:23")
    expect(page.locator(".fm-clip[aria-current]")).to_have_attribute("data-id", "002")
    page.keyboard.press("End")
    expect(page.locator(".fm-frame")).to_have_text(f"frame {FRAMES} of {FRAMES}")
    page.keyboard.press("Home")
    expect(page.locator(".fm-tc")).to_have_text("00:00:00:00")

    # what is on disk is what was planned
    wanted = page.url.rpartition("project=")[2]
    folder = next(path for path in studio.projects if wanted in (path / "project.json").read_text(encoding="utf-8"))
    (file,) = (folder / "film").glob("*.mp4")
    with av.open(str(file)) as container:
        video = container.streams.video[0]
        assert video.average_rate == 24 and (video.width, video.height) == (320, 180)
        assert sum(1 for _ in container.decode(video)) == FRAMES
    stored = json.loads((folder / "storyboard.json").read_text(encoding="utf-8"))
    edited = stored["shots"][1]
    assert (edited["id"], edited["seconds"], edited["presets"]["camera"]) == ("002", 3.5, "tracking")

    # and every tab still stands
    for tab in TABS:
        window.go(tab)
        window.check_at_both_widths()
        picture(window, f"way-end-{tab.lower()}")
