"""The studio in German: no screen mixes two languages, and every text fits."""

from __future__ import annotations

import re
from collections.abc import Callable

from addons.texts import catalogue
from domain.storyboard import Shot
from tests.browser.studio import READY, TABS, Studio, Window, Windows, Workshop

OUR_ENGLISH = re.compile(r"(?i)\b(the|of|and|with|shots?|is|not|from|this|are|have|has|your)\b")
"""Words that no German text has; a whole English one is hardly without them."""

SEEN = """() => {
  const found = new Set(), own = "q, textarea, code, kbd, pre, bdi";
  const tree = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const skipped = (e) => /SCRIPT|STYLE/.test(e.tagName) || !e.checkVisibility() || e.closest(own);
  while (tree.nextNode()) { const e = tree.currentNode.parentElement; if (!skipped(e)) found.add(tree.currentNode.data); }
  for (const e of document.querySelectorAll("[title],[placeholder],[aria-label],[data-confirm],[data-yes]"))
    if (!skipped(e)) for (const a of ["title", "placeholder", "aria-label", "data-confirm", "data-yes"]) if (e.hasAttribute(a)) found.add(e.getAttribute(a));
  return [...found].map((t) => t.replace(/\\s+/g, " ").trim()).filter((t) => /[A-Za-z]{2}/.test(t));
}"""


def test_a_german_browser_gets_german_on_every_tab_and_english_when_it_is_set(
    own_studio: Callable[..., Studio], windows: Windows, picture: Callable[[Window, str], None]
) -> None:
    studio = own_studio()
    shots = (
        Shot(id="001", title="Leuchtturm", prompt="Ein Leuchtturm am Abend", dialogue="MARA: Es kommt."),
        Shot(id="002", title="Words", prompt="Mara liest"),
    )
    workshop = Workshop(studio.home)
    project = workshop.film(*shots, name="Settings")
    workshop.keyframe(project, "001")
    window = windows.blank(locale="de-AT").open(f"{studio.url}?project={project.id}")
    german = catalogue("de")
    titles = [tab.inner_text() for tab in window.page.locator("#tabs [role=tab]").all()]
    assert titles == [german.names[title] for title in TABS]
    window.go("Storyboard")
    window.page.get_by_role("button", name="Alle Keyframes zeichnen").click()
    tables = (german.texts, german.names)
    otherwise = {en for table in tables for en in table} - {de for table in tables for de in table.values()}
    mixed: dict[str, list[str]] = {}
    for title in titles:
        window.go(title)
        seen = window.page.evaluate(SEEN)
        assert len(seen) > 15, f"{title} shows hardly anything"
        given = {"Settings", "Words"}  # a film and a shot keep the names they were given
        wrong = [text for text in seen if (text in otherwise and text not in given) or english(text)]
        if wrong:
            mixed[title] = wrong
        window.check_at_both_widths()
        picture(window, f"german-{titles.index(title)}")
    assert not mixed
    window.go(titles[TABS.index("Film")])
    window.page.locator("[data-part='film.sides'] [data-id=sound]").click()
    sound = window.part("film.sound")
    sound.get_by_role("button", name="Dialog von 1 Einstellung übernehmen").click()
    sound.get_by_label("Stimme von Mara").wait_for()
    assert sound.locator("[data-id='001'] textarea").input_value() == "MARA: Es kommt."
    assert not [text for text in window.page.evaluate(SEEN) if english(text)]
    window.check()
    assert window.page.locator(".kfilm b").inner_text() == "Settings"
    set_language(window, "Einstellungen", "en")
    window.page.wait_for_function("document.documentElement.lang === 'en'")
    window.page.wait_for_selector(READY)
    assert [tab.inner_text() for tab in window.page.locator("#tabs [role=tab]").all()] == list(TABS)


def set_language(window: Window, tab: str, language: str) -> None:
    window.go(tab)
    window.page.locator("[data-part='settings.form'] select#st-general-language").select_option(language)


def english(text: str) -> bool:
    """Whether it reads as English, whatever paths and names are in it."""
    return bool(OUR_ENGLISH.search(re.sub(r"https?:\S+|/\S+|[\w.]*[._][\w.]+", "", text)))
