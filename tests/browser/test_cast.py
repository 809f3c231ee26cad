"""The cast is edited beside a shot whose prompt follows, and pictures and takes go into the trash after asking."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from domain.storyboard import Shot
from tests.browser.studio import Studio, Window, Windows, Workshop
from tests.fakes.backend import plain, write_png


def test_somebody_is_added_named_in_a_shot_and_drawn(
    studio: Studio, workshop: Workshop, windows: Windows, picture: Callable[[Window, str], None]
) -> None:
    from playwright.sync_api import expect

    film = workshop.film(
        Shot(id="001", prompt="An empty quay.", seconds=Fraction(1)),
        Shot(id="002", prompt="The tide is out.", seconds=Fraction(1)),
        backend="comfyui", workflow="wan2.2-5b-i2v", image_workflow="qwen-image-edit", profile="wan2.2-5b",
    )  # fmt: skip
    window = windows(f"{studio.url}?project={film.id}")
    window.go("Storyboard")
    window.part("storyboard.toolbar").get_by_role("button", name="Cast").click()
    panel, inspector = window.part("storyboard.cast"), window.part("storyboard.inspector")
    expect(window.part("storyboard.cards")).to_be_hidden()
    panel.get_by_label("Add a character by name").fill("Nora")
    panel.get_by_label("Add a character by name").press("Enter")
    one = panel.locator(".cs-edit")
    expect(one.locator("h2")).to_have_text("Nora")
    one.locator("textarea[data-field='cast.description']").fill("A girl of nine in a red cardigan.")
    one.get_by_label("Also called (with commas)").fill("the girl")
    one.get_by_label("Also called (with commas)").blur()
    one.locator("[data-field='cast.seeds']").select_option("stepped")
    expect(one.locator("[data-field='cast.seed']")).to_have_value("1000")
    inspector.locator(".sb-words").fill("@nora looks for crabs.")
    inspector.locator(".sb-sent summary").click()
    expect(inspector.locator(".sb-sent")).to_contain_text("Nora: A girl of nine in a red cardigan.")
    expect(panel.locator(".cs-who").first).to_contain_text("1 shot")
    one.get_by_role("button", name="Add a state").click()
    state = one.locator(".cs-state")
    state.locator("[data-field='cast.first']").select_option("001")
    state.locator("textarea[data-field='cast.description']").fill("A girl of nine, soaked to the skin.")
    expect(inspector.locator(".sb-sent")).to_contain_text("soaked to the skin")
    window.check_at_both_widths()
    picture(window, "cast-1280")
    window.reload()
    expect(panel.locator(".cs-edit h2")).to_have_text("Nora")
    expect(panel.locator(".cs-state textarea").first).to_have_value("A girl of nine, soaked to the skin.")
    inspector.locator(".sb-sent summary").click()
    inspector.locator("[data-act=byhand]").first.click()
    hand = inspector.locator(".sb-hand")
    hand.fill("Nora, seen from far away.")
    expect(inspector.locator("[data-act=composed]")).to_be_visible()
    inspector.locator("[data-act=composed]").click()
    expect(inspector.locator(".sb-hand")).to_have_count(0)
    panel.get_by_role("button", name="Back to the shots").click()
    expect(window.part("storyboard.cards")).to_be_visible()
    window.check()


def test_a_variant_goes_into_the_trash_only_when_that_is_confirmed(
    studio: Studio, workshop: Workshop, windows: Windows, picture: Callable[[Window, str], None]
) -> None:
    from playwright.sync_api import expect

    film = workshop.film(Shot(id="001", prompt="A quay.", seconds=Fraction(1)), name="Trash")
    workshop.keyframe(film, "001")
    window = windows(f"{studio.url}?project={film.id}")
    for tab, part, card in (
        ("Keyframes", "keyframes.shot", ".kf-card"),
        ("Select", "select.shots", ".sl-card .sl-pic"),
    ):
        window.go(tab)
        area = window.part(part)
        expect(area.locator(card)).to_have_count(1)
        if tab == "Select":
            area.locator(".sl-card").hover()
        area.locator("[data-act=delete]").click()
        dialog = window.page.locator("dialog.kask")
        expect(dialog).to_contain_text("into the trash? It is the picked one.")
        if tab == "Keyframes":
            picture(window, "trash-keyframe")
            window.page.keyboard.press("Escape")
            expect(area.locator(card)).to_have_count(1)
        else:
            dialog.get_by_role("button", name="Move to the trash").click()
            expect(area.locator(card)).to_have_count(0)
    assert len(film.files.trash()) == 1
    window.check()


def test_a_picture_of_another_shape_is_fitted_around_what_matters(
    studio: Studio, workshop: Workshop, windows: Windows, picture: Callable[[Window, str], None], tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    film = workshop.film(Shot(id="001", prompt="A quay.", seconds=Fraction(1)), name="Fit")
    write_png(tmp_path / "square.png", plain(200, 200, 90))
    window = windows(f"{studio.url}?project={film.id}")
    window.go("Keyframes")
    area = window.part("keyframes.shot")
    area.get_by_label("Import picture").set_input_files(tmp_path / "square.png")
    expect(area.locator(".kf-fit")).to_contain_text("Your picture is 200 × 200, the film 320 × 180.")
    area.get_by_role("button", name="Fill", exact=True).click()
    expect(area.locator(".kf-fit")).to_contain_text("Fitted to 320 × 180.")
    area.get_by_role("button", name="top centre").click()
    expect(area.get_by_role("button", name="top centre")).to_have_attribute("aria-pressed", "true")
    assert [k.width for k in film.files.keyframes("001")] == [200, 320, 320]
    picture(window, "fit")
    window.check_at_both_widths()
