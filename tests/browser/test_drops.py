"""Files that are dropped: several pictures, a zip of pictures, and a packed project."""

from __future__ import annotations

import base64
import zipfile
from pathlib import Path

from domain.storyboard import Shot
from tests.browser.studio import Studio, Window, Windows, Workshop
from tests.fakes.backend import plain, write_png

DROP = """([selector, files]) => {
  const data = new DataTransfer();
  for (const [name, text] of files)
    data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
  const target = document.querySelector(selector);
  target.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
}"""


def drop(window: Window, selector: str, *files: Path) -> None:
    """Let go of files over a place, as somebody does who drags them there."""
    window.page.wait_for_selector(selector)
    given = [[file.name, base64.b64encode(file.read_bytes()).decode()] for file in files]
    window.page.evaluate(DROP, [selector, given])


def test_pictures_become_shots_and_projects_open_packed_and_by_their_path(
    studio: Studio, workshop: Workshop, windows: Windows, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    pictures = [tmp_path / f"view {number}.png" for number in (1, 2, 3)]
    for number, path in enumerate(pictures):
        write_png(path, plain(320, 180, 40 * number))
    film = workshop.film(Shot(id="001", title="Old", prompt="An old shot"), name="Dropped on")
    window = windows(f"{studio.url}?project={film.id}")
    window.go("Storyboard")
    drop(window, ".sb-scroll", *pictures[:2])
    cards = window.part("storyboard.cards").locator("[data-id]")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("view 1")
    expect(window.part("storyboard.cards").locator("img")).to_have_count(2)
    archive = tmp_path / "views.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in pictures:
            zipped.write(path, path.name)
    drop(window, ".sb-scroll", archive)
    expect(cards).to_have_count(3)
    expect(window.part("storyboard.cards").locator("img")).to_have_count(3)

    root = workshop.film(Shot(id="007", title="Packed", prompt="A packed shot"), name="The packed one").files.root
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as zipped:
        for name in ("project.json", "storyboard.json"):
            zipped.write(root / name, f"film/{name}")
    window.go("Project")
    drop(window, ".pj-zip", packed)
    expect(window.page.locator(".kfilm b")).to_have_text("The packed one")
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text("A packed shot")
    assert window.tab == "Storyboard"

    window.go("Project")
    window.page.locator("#pj-open [name=path]").fill(str(film.files.root))
    window.page.locator("#pj-open [data-act=path]").click()
    expect(window.page.locator(".kfilm b")).to_have_text("Dropped on")
    expect(cards).to_have_count(3)
    window.check()
