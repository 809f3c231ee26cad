"""`make`, `keyframes`, `render` and `film`: what is made, what is kept, and what is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import app
from domain.film import FilmReport
from domain.quality.own_rules import ProjectRules
from infrastructure.stores.project_files import FolderProjectFiles
from tests.addons.terminal.support import SIZE, STORYBOARD, Call, listing, write_board
from tests.contracts.video_backend import decoded


def test_make_gives_the_film_and_says_what_it_is(rendered: Path) -> None:
    said = json.loads((rendered / "said.json").read_text())
    assert {k: said[k] for k in ("frames", "rate", "width", "height", "made")} == {
        "frames": 19, "rate": "24/1", "width": 96, "height": 64, "made": 2,
    }  # fmt: skip
    assert Path(said["file"]) == rendered / "film.mp4"
    assert len(decoded(rendered / "film.mp4")) == 19
    assert [(s["shot"], s["first"], s["frames"]) for s in said["shots"]] == [("001", 0, 12), ("002", 12, 7)]
    told = (rendered / "told.txt").read_text()
    assert "Shot 001: done" in told and "\r" not in told and "\x1b" not in told, "plain lines when it is no terminal"


def test_make_again_makes_nothing_twice(call: Call, made: Path) -> None:
    takes = listing(made / "film.kinoloom" / "takes")
    said = call("make", made / "board.json", "-o", made / "film.mp4", "--json")
    assert said.code == 0 and said.json["made"] == 0 and said.json["frames"] == 19
    assert said.json["width"] == 96, "the size that was asked for the first time is kept"
    assert listing(made / "film.kinoloom" / "takes") == takes


def test_make_of_a_changed_storyboard_keeps_what_still_fits(call: Call, made: Path) -> None:
    shots = [STORYBOARD["shots"][0], STORYBOARD["shots"][1] | {"duration": 0.4}]
    board = write_board(made, shots=shots)
    said = call("make", board, "-o", made / "film.mp4", "--json")
    assert said.code == 0 and (said.json["made"], said.json["frames"]) == (1, 22), said.err
    assert len(decoded(made / "film.mp4")) == 22


def test_make_does_not_overwrite_what_was_edited_in_the_project(call: Call, made: Path) -> None:
    with app.compose() as kinoloom:
        project = kinoloom.studio.projects.open(made / "film.kinoloom")
        kinoloom.studio.storyboards.edit(project, "001", {"prompt": "mine"})
    board = write_board(made, shots=STORYBOARD["shots"][:1])
    before = listing(made)
    said = call("make", board, "-o", made / "film.mp4")
    assert said.code == 2 and "--project" in said.err
    assert listing(made) == before


def test_make_from_a_prompt(call: Call, tmp_path: Path) -> None:
    film = tmp_path / "one.mp4"
    said = call(
        "make", "--prompt", "a lighthouse", "--character", "Ann Lee", "--frames", "7", "--rate", "30000/1001",
        "--seed", "42", "--size", SIZE, "-o", film, "--json", "--gate", "draft", "--retakes", "0",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert (said.json["frames"], said.json["rate"]) == (7, "30000/1001")
    assert len(decoded(film)) == 7
    files = FolderProjectFiles(tmp_path / "one.kinoloom")
    assert {t.request.seed for t in files.takes()} == {42} == {k.request.seed for k in files.keyframes() if k.request}
    request = files.keyframes()[0].request
    assert request is not None and "Ann Lee" in str(request.params["characters"])
    rules, report = files.read("quality", ProjectRules), files.read("film/a-lighthouse-01.report", FilmReport)
    assert rules is not None and rules.set() == {"film_gate": "draft", "retakes": 0}
    assert report is not None and report.checked is not None and report.checked.report.gate == "draft"
    refused = call("make", "--prompt", "a ship", "-o", tmp_path / "two.mp4", "--gate", "none")
    assert refused.code == 2 and not (tmp_path / "two.kinoloom").exists()


def test_an_old_film_is_replaced_only_by_a_finished_one(call: Call, made: Path) -> None:
    film = made / "film.mp4"
    film.write_text("the old film")
    clip = next((made / "film.kinoloom" / "takes").rglob("clip.mp4"))
    clip.write_text("damaged")
    said = call("make", made / "board.json", "-o", film)
    assert said.code == 1 and len(said.err.splitlines()[-1]) > 10
    assert film.read_text() == "the old film"
    assert sorted(p.name for p in made.iterdir()) == ["board.json", "film.kinoloom", "film.mp4"]


@pytest.mark.corpus
def test_make_on_a_sample_storyboard(call: Call, corpus: Path, tmp_path: Path) -> None:
    board = corpus / "samples" / "cindergrace" / "storyboard-v2.2.json"
    film = tmp_path / "film.mp4"
    said = call("make", board, "-o", film, "--quality", "fast", "--size", SIZE, "--json")
    assert said.code == 0, said.err
    assert said.json["frames"] == 156 + 12 + 288
    assert len(decoded(film)) == 456


def test_render_makes_what_is_missing_then_nothing(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    shutil.rmtree(folder / "takes" / "002")
    said = call("render", folder, "--json")
    assert said.code == 0, said.err
    assert [m["shot"] for m in said.json["made"]] == ["002"] and said.json["reused"] == 1
    again = call("render", folder, "--json")
    assert again.code == 0 and again.json["made"] == [] and again.json["reused"] == 2


def test_render_of_chosen_shots(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    shutil.rmtree(folder / "takes")
    said = call("render", folder, "--shots", "2", "--json", "--seed", "5")
    assert [m["shot"] for m in said.json["made"]] == ["002"]
    assert [t.request.seed for t in FolderProjectFiles(folder).takes()] == [5]


def test_keyframes_makes_variants(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    assert call("keyframes", folder, "--json").json["made"] == []
    said = call("keyframes", folder, "--shots", "001", "--variants", 2, "--json")
    assert [m["shot"] for m in said.json["made"]] == ["001", "001"]
    assert len(FolderProjectFiles(folder).keyframes("001")) == 3


def test_film_goes_into_the_project_or_where_it_is_told(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    inside = call("film", folder, "--quality", "fast", "--json")
    assert inside.code == 0 and Path(inside.json["file"]).parent == folder / "film"
    outside = call("film", folder, "-o", made / "cut.mp4", "--preset", "fast")
    assert outside.code == 0 and "19 frames" in outside.out and str(made / "cut.mp4") in outside.out
    assert len(decoded(made / "cut.mp4")) == 19


def test_film_names_what_is_missing(call: Call, made: Path) -> None:
    shutil.rmtree(made / "film.kinoloom" / "takes" / "001")
    said = call("film", made / "film.kinoloom")
    assert said.code == 1 and "001" in said.err and "render" in said.err.lower()


def test_film_is_written_for_a_purpose(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    said = call("film", folder, "--preset", "prores", "-o", made / "edit.mov", "--json")
    assert said.code == 0, said.err
    assert (said.json["preset"], said.json["encoder"], said.json["frames"]) == ("prores", "prores_ks", 19)
    assert len(decoded(made / "edit.mov")) == 19
    said = call("film", folder, "--preset", "gif", "--json")
    assert said.code == 0 and Path(said.json["file"]).suffix == ".gif" and Path(said.json["file"]).is_file()
    said = call("film", folder, "--preset", "contact-sheet", "-o", made / "sheet.pdf", "--json")
    assert said.code == 0 and said.json["shots"] == 2 and (made / "sheet.pdf").is_file()


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        (("--preset", "cinema"), "hevc-4k"), (("--preset", "prores", "-o", "x.mp4"), ".mov"),
        (("--max-size", "lots"), "500MB"), (("--preset", "dnxhr", "--max-size", "5MB"), "limited"),
        (("--preset", "contact-sheet"), ".pdf"),
    ],
)  # fmt: skip
def test_film_refuses_what_cannot_be_written(call: Call, made: Path, wish: tuple[str, ...], word: str) -> None:
    before = listing(made)
    said = call("film", made / "film.kinoloom", *wish)
    assert said.code == 2 and word in said.err, said.err
    assert listing(made) == before
