"""The Film tab with hands: trimming, moving, keys, undo, and what a new load leaves as it was."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy
import pytest

from domain.cut.document import Cut
from domain.cut.finish import Grade
from domain.cut.items import ShotItem, Transition
from domain.film import FilmReport, FilmShot
from domain.quality.figures import Stream
from domain.quality.filmcheck import FilmCheck
from domain.quality.own_rules import ProjectRules
from domain.quality.values import Finding, QualityReport, Verdict
from domain.storyboard import Shot
from domain.take import MediaInfo
from infrastructure.media.grading import adaptation
from services.projects import OpenProject
from tests.browser.studio import Studio, Window, Windows, Workshop
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

SECONDS = (2, 3, 2, 3)
FRAMES = 240
BUSY = 1.5
"""Seconds of work that one gesture in a film of 300 items may take in the window, from taking hold to the new cut."""

ITEMS = "Kino.film.items.map((i) => [i.id, i.n])"


@pytest.fixture(scope="module")
def rendered(studio: Studio, browser: Browser, kept_context: BrowserContext) -> OpenProject:
    """Four shots, rendered once for all tests of this file; each begins with the storyboard's cut."""
    from playwright.sync_api import expect

    project = Workshop(studio.home).film(
        *(Shot(id=f"{n:03d}", prompt=f"a lamp on a pier, {n}", seconds=s) for n, s in enumerate(SECONDS, 1)),
        name="Pier",
    )
    windows = Windows(browser, kept_context)
    try:
        window = windows(f"{studio.url}?project={project.id}")
        window.go("Video")
        window.part("video.bar").locator("[data-act=render]").click()
        done = window.part("video.plan").locator("[role=option]").filter(has_text="done")
        expect(done).to_have_count(len(SECONDS), timeout=90_000)
    finally:
        windows.close()
    return project


@pytest.fixture
def window(studio: Studio, rendered: OpenProject, windows: Windows) -> Window:
    rendered.change("cut", Cut, lambda _: Cut(), Cut())
    window = windows(f"{studio.url}?project={rendered.id}")
    window.go("Film")
    window.page.wait_for_function(f"{ITEMS}.length === 4")
    return window


def items(window: Window) -> list[list[Any]]:
    found: list[list[Any]] = window.page.evaluate(ITEMS)
    return found


def clip(window: Window, item: str) -> Locator:
    return window.page.locator(f".fm-clip[data-id='{item}']")


def wait_for(window: Window, wanted: list[list[Any]]) -> None:
    window.page.wait_for_function(
        f"(wanted) => JSON.stringify({ITEMS}) === JSON.stringify(wanted)", arg=wanted, timeout=8_000
    )


def drag(window: Window, item: str, by: float, edge: str = "", let_go: bool = True) -> None:
    """Take an item at its middle or an edge ("l", "r") and pull it `by` pixels."""
    box = clip(window, item).bounding_box()
    assert box is not None
    x = {"l": box["x"] + 3, "r": box["x"] + box["width"] - 4}.get(edge, box["x"] + box["width"] / 2)
    mouse = window.page.mouse
    mouse.move(x, box["y"] + 50)
    mouse.down()
    mouse.move(x + by, box["y"] + 50, steps=6)
    if let_go:
        mouse.up()


def pixels(window: Window) -> float:
    """Pixels of one frame."""
    found: float = window.page.evaluate("parseFloat(document.querySelector('.fm-track').style.getPropertyValue('--p'))")
    return found


class Busy:
    """How long a window's main thread worked, in seconds of its own: what other programs take does not count."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._before = self._worked()

    def _worked(self) -> float:
        found = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in found if each["name"] == "TaskDuration"))

    def lap(self) -> float:
        """Since it was made, or since the last lap."""
        before, self._before = self._before, self._worked()
        return self._before - before


PLAIN = [["001", 48], ["002", 72], ["003", 48], ["004", 72]]


def test_trimming_by_hand_to_the_frame(window: Window, rendered: OpenProject) -> None:
    drag(window, "002", -24 * pixels(window), "r")
    wait_for(window, [["001", 48], ["002", 48], ["003", 48], ["004", 72]])
    drag(window, "002", 12 * pixels(window), "l")
    wait_for(window, [["001", 48], ["002", 36], ["003", 48], ["004", 72]])
    cut = rendered.files.read("cut", Cut)
    assert cut is not None
    item = cut.item("002")
    assert isinstance(item, ShotItem) and (item.first, item.end) == (12, 48)
    # back beyond what there is: it stops at the last frame of the takes
    drag(window, "002", 600, "r")
    wait_for(window, [["001", 48], ["002", 60], ["003", 48], ["004", 72]])
    window.check()


def test_escape_lets_go_of_a_trim(window: Window) -> None:
    from playwright.sync_api import expect

    drag(window, "002", -100, "r", let_go=False)
    tip = window.page.locator(".fm-tip")
    expect(tip).to_contain_text("left behind")
    expect(window.page.locator(".fm-ghost")).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    window.page.mouse.up()
    window.page.wait_for_timeout(500)
    assert items(window) == PLAIN


def test_moving_by_hand_and_taking_it_back(window: Window) -> None:
    from playwright.sync_api import expect

    box, first = clip(window, "003").bounding_box(), clip(window, "001").bounding_box()
    assert box is not None and first is not None
    drag(window, "003", first["x"] - box["x"] - 10)
    wait_for(window, [["003", 48], ["001", 48], ["002", 72], ["004", 72]])
    expect(window.page.locator(".khead [data-act=undo]")).to_have_attribute("title", "Undo moving in the cut")
    window.page.keyboard.press("Control+z")
    wait_for(window, PLAIN)
    window.page.keyboard.press("Control+y")
    wait_for(window, [["003", 48], ["001", 48], ["002", 72], ["004", 72]])
    window.check()


def test_keys_play_step_and_cut(window: Window) -> None:
    from playwright.sync_api import expect

    page = window.page
    at, frame = page.locator(".fm-tc"), page.locator(".fm-frame")
    clip(window, "002").click()
    expect(at).to_have_text("00:00:02:00")
    for key, shown in (("ArrowRight", "00:00:02:01"), ("Shift+ArrowRight", "00:00:03:01"), ("ArrowLeft", "00:00:03:00"),
                       ("Shift+ArrowLeft", "00:00:02:00"), ("ArrowDown", "00:00:05:00"), ("ArrowUp", "00:00:02:00"),
                       ("End", "00:00:09:23"), ("Home", "00:00:00:00")):  # fmt: skip
        page.keyboard.press(key)
        expect(at).to_have_text(shown)
    expect(frame).to_have_text(f"frame 1 of {FRAMES}")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.wait_for_function("Kino.film.here() > 12")
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()

    # in and out of the item under the playhead, to the frame
    clip(window, "002").click()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("i")
    wait_for(window, [["001", 48], ["002", 66], ["003", 48], ["004", 72]])
    expect(at).to_have_text("00:00:02:00")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("o")
    wait_for(window, [["001", 48], ["002", 10], ["003", 48], ["004", 72]])
    page.keyboard.press(".")
    wait_for(window, [["001", 48], ["002", 11], ["003", 48], ["004", 72]])
    page.keyboard.press("[")
    wait_for(window, [["002", 11], ["001", 48], ["003", 48], ["004", 72]])
    page.keyboard.press("Delete")
    wait_for(window, [["001", 48], ["003", 48], ["004", 72]])
    page.locator(".fm-tray").get_by_role("button", name="Put back").click()
    window.page.wait_for_function(f"{ITEMS}.length === 4")
    page.keyboard.press("?")
    expect(page.locator("dialog.kask")).to_contain_text("In and out of the item under the playhead")
    page.keyboard.press("Escape")
    window.check_at_both_widths()


def test_a_frame_of_the_cut_is_the_frame_of_the_take(window: Window) -> None:
    page = window.page
    clip(window, "003").click()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "(() => { const v = document.querySelector('.fm-cut video.on'); "
        "return v && !v.seeking && Math.abs(v.currentTime - 5.5 / 24) < 1e-3 && v.src.includes('/take/003/'); })()"
    )


def test_a_new_load_keeps_cut_place_zoom_and_panel(window: Window) -> None:
    from playwright.sync_api import expect

    page = window.page
    drag(window, "004", -24 * pixels(window), "r")
    cut = [["001", 48], ["002", 72], ["003", 48], ["004", 48]]
    wait_for(window, cut)
    clip(window, "003").dblclick()
    note = window.part("film.clip").locator("[data-id='003'] [data-field=note]")
    note.fill("hold on the lamp")
    note.blur()
    page.locator(".fm-clips").hover()
    page.keyboard.press("+")
    page.wait_for_function(
        "document.querySelector('.fm-scroll').scrollWidth > document.querySelector('.fm-scroll').clientWidth"
    )
    zoom = pixels(window)
    window.reload()
    wait_for(window, cut)
    expect(clip(window, "003")).to_have_attribute("aria-pressed", "true")
    expect(note).to_have_value("hold on the lamp")
    expect(page.locator(".fm-tc")).to_have_text("00:00:05:00")
    assert abs(pixels(window) - zoom) < 0.01
    window.check()


def test_words_that_are_being_typed_stay(window: Window, rendered: OpenProject) -> None:
    from playwright.sync_api import expect

    clip(window, "002").dblclick()
    note = window.part("film.clip").locator("[data-id='002'] [data-field=note]")
    note.click()
    window.page.keyboard.type("half a sen")
    # meanwhile another window trims the same item
    window.page.evaluate("Kino.act('film.timeline', 'trim', {id: '002', end: 60})")
    wait_for(window, [["001", 48], ["002", 60], ["003", 48], ["004", 72]])
    window.page.keyboard.type("tence")
    expect(note).to_have_value("half a sentence")
    expect(window.part("film.clip").locator("[data-field=end]")).to_have_value("60")


def test_three_hundred_items_are_dragged_without_a_stall(studio: Studio, windows: Windows) -> None:
    project = Workshop(studio.home).film(
        *(Shot(id=f"{n:03d}", prompt="the sea", seconds=3) for n in range(1, 301)), name="Long"
    )
    window = windows(f"{studio.url}?project={project.id}")
    window.go("Film")
    window.page.wait_for_function(f"{ITEMS}.length === 300")
    clip(window, "002").click()
    for _ in range(6):
        window.page.keyboard.press("+")
    busy = Busy(window.page)
    drag(window, "003", -60, "r")
    window.page.wait_for_function("Kino.film.items[2].n < 72")
    trimmed = busy.lap()
    drag(window, "003", -300)
    window.page.wait_for_function("Kino.film.items[2].id !== '003'")
    moved = busy.lap()
    assert max(trimmed, moved) < BUSY, f"{trimmed:.2f} s of work for a trim, {moved:.2f} s for a move"
    window.check()


def test_the_preview_shows_transitions_and_grades(window: Window, rendered: OpenProject) -> None:
    """In the middle of a dissolve both shots are seen, the second at its part; a grade is a filter."""
    page = window.page
    shown = "[...document.querySelectorAll('.fm-cut video.on, .fm-cut video.also')]"

    def cut(now: Cut) -> Cut:
        items = [ShotItem(id=f"{n:03d}", shot=f"{n:03d}") for n in range(1, 5)]
        items[1] = items[1].replace(into=Transition(frames=9), grade=Grade(exposure=0.5, saturation=0.5))
        items[2] = items[2].replace(into=Transition(kind="wipe", frames=9, direction="left"))
        items[3] = items[3].replace(into=Transition(kind="fade_white", frames=9))
        return now.replace(items=tuple(items), order=tuple(item.shot for item in items))

    rendered.change("cut", Cut, cut, Cut())
    page.reload()
    window.go("Film")
    page.wait_for_function("Kino.film.items.length === 4 && Kino.film.items[1].tr")
    for place, (style, wanted) in {48: ("opacity", "0.5"), 120: ("clipPath", "inset(0px 0px 0px 50%)")}.items():
        first = page.evaluate(f"(() => {{ const i = Kino.film.at({place}); return i.f - i.tr[1]; }})()")
        page.evaluate(f"Kino.film.seek({first + 4})")
        page.wait_for_function(
            f"({shown}).length === 2 && ({shown}).some((v) => v.style.{style} === {wanted!r} && !v.seeking)"
        )
    page.evaluate("(() => { const i = Kino.film.at(168); Kino.film.seek(i.f - i.tr[1] + 4); })()")
    page.wait_for_function("getComputedStyle(document.querySelector('.fm-veil')).opacity === '1'")
    page.evaluate("Kino.film.seek(80)")
    page.wait_for_function("document.querySelector('.fm-cut video.on')?.style.filter.startsWith('url(')")
    page.wait_for_function("document.querySelector('.fm-veil').hidden")
    page.evaluate("Kino.film.seek(40)")
    page.keyboard.press("l")
    page.wait_for_function("Kino.film.here() > 70")
    page.keyboard.press("k")
    adapted = page.evaluate("Kino.film.adaptation(6504, 5500)")
    assert numpy.abs(numpy.array(adapted) - adaptation(6504, 5500)).max() < 1e-4, "as the film has it"


def test_a_finding_is_acted_on_and_the_project_sets_its_own_rules(window: Window, rendered: OpenProject) -> None:
    from playwright.sync_api import expect

    files, rate = rendered.files, rendered.project.rate
    (take,) = files.takes("002")
    noise = Finding(
        check="noise", severity="fail", first=60, last=70, shot="002", value=0.1, limit=0.4, unit="share",
        sentence="There is only noise in frames 60 to 70.", cure="", action="retake",
    )  # fmt: skip
    stream = Stream(
        name="f", size=1, container="mp4", codec="h264", pix_fmt="yuv420p", width=16, height=16, frames=FRAMES, rate=rate,
        seconds=10,
    )  # fmt: skip
    verdict = Verdict(passed=False, failures=1, warnings=0, sentence='It does not pass "Web": one thing fails.')
    found = QualityReport(file="f", gate="web", stream=stream, verdict=verdict, findings=(noise,))
    film = FilmReport(
        name="pier-01", width=16, height=16, rate=rate, frames=FRAMES, quality="fast", made="2026-01-02T03:04:05Z",
        info=MediaInfo(width=16, height=16), checked=FilmCheck(report=found),
        shots=(FilmShot(shot="002", item="002", first=48, frames=72, takes=(take.id,)),),
    )  # fmt: skip
    (files.root / "film").mkdir(exist_ok=True)
    shutil.copyfile(files.path(take.clip), files.root / "film" / "pier-01.mp4")
    files.write("film/pier-01.report", film)
    window.part("film.sides").locator("[data-id=check]").click()
    card = window.part("film.check").locator(".fm-found")
    expect(card).to_have_count(1)

    rules = window.part("film.rules")
    rules.locator("summary").click()
    rules.locator("[data-field=on_drift]").select_option("match")
    expect(rules.locator("summary small")).to_have_text("1 set here")
    assert (files.read("quality", ProjectRules) or ProjectRules()).set() == {"on_drift": "match"}
    window.page.locator("[data-act=undo]").click()
    expect(rules.locator("summary small")).to_have_text("as in Settings")
    window.check_at_both_widths()

    card.locator(".kremedies summary").click()
    card.get_by_role("button", name="Make segment 1 again").click()
    expect(window.page.locator(".ktoast").last).to_contain_text("Segment 1 of shot 002 is made again")
    until(lambda: len(files.takes("002")) == 2, 60)
    expect(card.locator(".kremedies")).to_have_count(0)  # the film shows another take than the one that stands
