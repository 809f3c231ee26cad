"""A mask is painted over the picture of the shot before, and the storyboard is taken along in another format."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import av

from domain.storyboard import Entity, Shot
from tests.browser.studio import Studio, Window, Windows, Workshop


def test_a_mask_is_painted_inverted_and_taken_away(
    studio: Studio, workshop: Workshop, windows: Windows, picture: Callable[[Window, str], None]
) -> None:
    from playwright.sync_api import expect

    film = workshop.film(
        Shot(id="001", prompt="An empty quay.", seconds=Fraction(1)),
        Shot(id="002", prompt="A boat arrives.", seconds=Fraction(1), carry=0.4),
        backend="comfyui", workflow="wan2.2-5b-i2v", image_workflow="z-image-turbo-i2i", profile="wan2.2-5b",
    )  # fmt: skip
    workshop.keyframe(film, "001")
    window = windows(f"{studio.url}?project={film.id}")
    window.go("Keyframes")
    window.part("keyframes.shots").locator("[data-id='002']").click()
    pane = window.part("keyframes.shot").locator(".kf-mask")
    expect(pane).to_contain_text("40 % is carried over, everywhere.")
    pane.get_by_role("button", name="Paint a mask").click()
    paint = window.page.get_by_role("dialog", name="Paint a mask")
    box = paint.locator("canvas").bounding_box()
    assert box is not None
    mouse = window.page.mouse
    mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.5)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.5, steps=4)
    mouse.up()
    picture(window, "mask-painting-1280")
    paint.get_by_role("button", name="Invert").click()
    paint.get_by_role("button", name="Back").click()
    paint.get_by_role("button", name="Use this mask").click()
    expect(paint).to_have_count(0)
    expect(pane.locator("img.kf-veil")).to_have_count(1)
    window.check_at_both_widths()
    picture(window, "mask-1280")
    masks = list((film.files.root / "masks").iterdir())
    assert len(masks) == 1
    with av.open(str(masks[0])) as container:
        grey = next(container.decode(video=0)).to_ndarray(format="gray")
    height, width = grey.shape
    assert grey[height // 2, width // 3] > 240 and grey[height // 2, width * 9 // 10] == 0 and grey[2, width // 3] == 0
    window.page.set_viewport_size({"width": 1920, "height": 1080})
    picture(window, "mask-1920")
    pane.get_by_role("button", name="No mask").click()
    expect(pane.locator("img.kf-veil")).to_have_count(0)


def test_the_storyboard_is_exported_with_what_it_loses_and_downloaded(
    studio: Studio, workshop: Workshop, windows: Windows, picture: Callable[[Window, str], None]
) -> None:
    from playwright.sync_api import expect

    film = workshop.film(
        Shot(id="001", prompt="Nora looks out.", seconds=Fraction(3), size="wide", dialogue="NORA: There!"),
        Shot(id="002", prompt="The tide is out.", seconds=Fraction(2)),
    )  # fmt: skip
    film.change_board("cast", lambda b: b.replace(characters=(Entity(id="nora", name="Nora", description="A girl."),)))
    window = windows(f"{studio.url}?project={film.id}")
    window.go("Storyboard")
    window.part("storyboard.toolbar").get_by_role("button", name="Export").click()
    panel = window.part("storyboard.exports")
    panel.get_by_role("button", name="Final Draft screenplay").click()
    expect(panel.locator("li").first).to_contain_text("Of the shots, this format does not keep: titles")
    with window.page.expect_download() as got:
        panel.get_by_role("link", name="Download").click()
    assert "THERE" in got.value.path().read_text(encoding="utf-8").upper()
    for width, height in ((1280, 800), (1920, 1080)):
        window.page.set_viewport_size({"width": width, "height": height})
        picture(window, f"export-{width}")
    window.check_at_both_widths()
    inspector = window.part("storyboard.inspector")
    inspector.locator(".sb-film summary").click()
    seed = inspector.get_by_label("Seeds of the film begin at")
    seed.fill("7000")
    seed.blur()
    expect(seed).to_have_value("7000")
    window.page.set_viewport_size({"width": 1280, "height": 800})
    seed.scroll_into_view_if_needed()
    picture(window, "film-seed-1280")
    panel.get_by_role("button", name="Close").click()
    expect(panel.locator(".ex-panel")).to_have_count(0)
