"""Foreign project folders and folders of pictures: everything found, nothing outside touched."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadInput
from domain.importing import ImportResult
from domain.storyboard import Shot, Storyboard
from services.importing import import_any, import_file, import_folder
from services.importing.folders import inside, natural
from services.importing.gcv_folder import split_name
from tests.services.importing.boards import gcv, noted, segments

PNG = b"\x89PNG\r\n\x1a\n"


def picture(path: Path) -> Path:
    """A file that is a picture by its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(PNG)
    return path


def document(path: Path, data: Any, *, age: int = 0) -> Path:
    """A JSON file written `age` seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), "utf-8")
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    return path


def selection(**entry: Any) -> dict[str, Any]:
    """A selection file for one shot of the storyboard of generation 2.1."""
    return {
        "project": "Kiln",
        "total_shots": 2,
        "selections": [{"shot_id": "001", "filename_base": "hands_v2"} | entry],
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of these tools: one storyboard, three keyframes, one of them selected, no project.json."""
    folder = tmp_path / "kiln"
    document(folder / "storyboards" / "kiln.json", gcv("2.1"))
    picture(folder / "keyframes" / "hands_v2_v1_00001_.png")
    picture(folder / "keyframes" / "hands_v2_v2_00001_.png")
    picture(folder / "keyframes" / "fire_v1_00001_.png")
    picture(folder / "selected" / "hands_v2_v2_00001_.png")
    stale = "/home/somebody/ComfyUI/output/kiln/selected/hands_v2_v2_00001_.png"
    entry = {
        "selected_variant": 2,
        "selected_file": "hands_v2_v2_00001_.png",
        "source_path": stale,
        "export_path": stale,
    }
    document(folder / "selected" / "selected_keyframes.json", selection(**entry))
    return folder


def found(result: ImportResult, root: Path) -> list[tuple[str, str, bool, int | None]]:
    """Shot, path in the folder, whether selected, and variant of each picture."""
    return [(p.shot, p.path.relative_to(root).as_posix(), p.selected, p.variant) for p in result.pictures]


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    """Time and content of every file below `root`."""
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in sorted(root.rglob("*")) if p.is_file()}


def test_keyframes_go_to_their_shots_and_the_selected_one_is_marked(project: Path) -> None:
    before = everything(project)
    result = import_any(project)
    assert found(result, project) == [
        ("002", "keyframes/fire_v1_00001_.png", False, 1),
        ("001", "keyframes/hands_v2_v1_00001_.png", False, 1),
        ("001", "selected/hands_v2_v2_00001_.png", True, 2),
    ]
    assert all(p.path.is_absolute() and p.slot == "start" for p in result.pictures)
    assert result.format == "gcv 2.1"
    assert everything(project) == before


def test_a_storyboard_or_selection_inside_the_project_finds_the_same_pictures(project: Path) -> None:
    whole = import_folder(project).pictures
    assert import_file(project / "storyboards" / "kiln.json").pictures == whole
    result = import_file(project / "selected" / "selected_keyframes.json")
    assert result.pictures == whole
    assert "kiln.json: is the storyboard that selected_keyframes.json belongs to." in noted(result)


def test_the_keyframes_folder_stands_in_for_the_selected_one(project: Path) -> None:
    (project / "selected" / "hands_v2_v2_00001_.png").unlink()
    assert ("001", "keyframes/hands_v2_v2_00001_.png", True, 2) in found(import_folder(project), project)
    (project / "keyframes" / "hands_v2_v2_00001_.png").unlink()
    result = import_folder(project)
    assert not any(p.selected for p in result.pictures)
    assert "shot 001: The selected keyframe 'hands_v2_v2_00001_.png' is not in the folder" in noted(result)


def test_a_path_that_still_holds_inside_the_folder_is_used(project: Path) -> None:
    kept = picture(project / "selected" / "moved" / "x_v9_00001_.png")
    document(project / "selected" / "selected_keyframes.json", selection(export_path=str(kept)))
    assert ("001", "selected/moved/x_v9_00001_.png", True, 9) in found(import_folder(project), project)


@pytest.mark.parametrize("field", ["source_path", "export_path", "selected_file"])
def test_pictures_outside_the_folder_are_never_taken(project: Path, field: str) -> None:
    outside = picture(project.parent / "secret" / "private_v1_00001_.png")
    for path in (str(outside), "../secret/private_v1_00001_.png", f"selected/../../secret/{outside.name}"):
        document(project / "selected" / "selected_keyframes.json", selection(**{field: path}))
        result = import_folder(project)
        assert all(p.path.is_relative_to(project) and not p.selected for p in result.pictures)
        assert "private_v1_00001_.png" in noted(result)


def test_links_that_lead_out_are_not_followed(project: Path) -> None:
    outside = picture(project.parent / "secret" / "p.png")
    (project / "keyframes" / "fire_v7_00001_.png").symlink_to(outside)
    (project / "selected" / "link_v1_00001_.png").symlink_to(outside)
    document(project / "selected" / "selected_keyframes.json", selection(selected_file="link_v1_00001_.png"))
    result = import_folder(project)
    assert {p.path.name for p in result.pictures} == {
        "fire_v1_00001_.png", "hands_v2_v1_00001_.png", "hands_v2_v2_00001_.png",
    }  # fmt: skip
    assert not any(p.selected for p in result.pictures)


@pytest.mark.parametrize("content", [[], {"selections": 5}, {"selections": [5, {}, {"shot_id": []}]}, {"x": 1}, "text"])
def test_a_selection_that_makes_no_sense_selects_nothing(project: Path, content: Any) -> None:
    document(project / "selected" / "selected_keyframes.json", content)
    assert not any(p.selected for p in import_folder(project).pictures)
    (project / "selected" / "selected_keyframes.json").write_bytes(b"{")
    assert "selected_keyframes.json: could not be used" in noted(import_folder(project))


def test_a_selection_of_another_project_counts_only_by_name(tmp_path: Path) -> None:
    file = document(tmp_path / "board.json", gcv("2.1"))
    picture(tmp_path / "a.png")
    other = selection(selected_file="a.png", filename_base="elsewhere") | {"project": "Other"}
    document(tmp_path / "selected_keyframes.json", other)
    assert import_file(file).pictures == ()
    document(tmp_path / "selected_keyframes.json", selection(selected_file="a.png") | {"project": "Other"})
    assert [(p.shot, p.path.name) for p in import_file(file).pictures] == [("001", "a.png")]


def test_a_lone_selection_finds_the_storyboard_of_its_project_beside_it(tmp_path: Path) -> None:
    document(tmp_path / "new.json", gcv("2.2"))
    document(tmp_path / "old.json", gcv("2.1"), age=100)
    picture(tmp_path / "selected" / "a_v3_00001_.png")
    file = document(tmp_path / "selected_keyframes.json", selection(selected_file="a_v3_00001_.png"))
    result = import_file(file)
    assert result.storyboard.title == "Kiln"
    assert found(result, tmp_path) == [("001", "selected/a_v3_00001_.png", True, 3)]
    (tmp_path / "new.json").unlink()
    (tmp_path / "old.json").unlink()
    with pytest.raises(BadInput, match="no storyboard lies beside it"):
        import_file(file)


def test_the_newest_of_several_storyboards_is_taken_and_the_others_are_named(project: Path) -> None:
    document(project / "storyboards" / "z-old.json", gcv("2.0"), age=500)
    document(project / "storyboards" / "broken.json", [1], age=-500)
    result = import_folder(project)
    assert result.storyboard.title == "Kiln"
    assert (
        "kiln.json: is the newest storyboard in the folder. Import one of these by itself instead: z-old.json"
        in noted(result)
    )
    assert "broken.json: is no storyboard" in noted(result)


def test_keyframes_without_a_storyboard_become_shots(tmp_path: Path) -> None:
    for name in ("b_v1_00001_.png", "a10_v1_00001_.png", "a2_v2_v1_00001_.png", "a2_v2_v2_00001_.png"):
        picture(tmp_path / "keyframes" / name)
    result = import_folder(tmp_path)
    assert [shot.title for shot in result.storyboard.shots] == ["a2_v2", "a10", "b"]
    assert len(result.pictures) == 4
    assert "no storyboard in the folder" in noted(result)


def test_keyframes_that_fit_no_shot_are_named(project: Path) -> None:
    picture(project / "keyframes" / "stray_v1_00001_.png")
    assert "keyframes/stray_v1_00001_.png: fits no shot" in noted(import_folder(project))


def test_an_unsafe_base_name_still_finds_its_keyframes(tmp_path: Path) -> None:
    document(tmp_path / "storyboards" / "b.json", gcv("2.0"))
    picture(tmp_path / "keyframes" / "deck wide.v2_v4_00001_.png")
    picture(tmp_path / "keyframes" / "deck_wide_v2_v5_00001_.png")
    assert [(p.shot, p.variant) for p in import_folder(tmp_path).pictures] == [("001", 4), ("001", 5)]


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("fire_v1_00001_", ("fire", 1)), ("hands_v2_v10_00001_", ("hands_v2", 10)), ("a_v3", ("a", 3)), ("plain", ("plain", None)),
     ("_v2_00001_", ("_v2_00001_", None)), ("x_v999999999999_00001_", ("x_v999999999999_00001_", None))],
)  # fmt: skip
def test_the_last_version_mark_of_a_name_is_the_variant(stem: str, expected: tuple[str, int | None]) -> None:
    assert split_name(stem) == expected


@pytest.mark.parametrize(
    "name", ["", "..", ".", "a\0b", "../x.png", "//host/share/x", "\\\\host\\share\\x", "x" * 5000, "/etc/passwd"]
)
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path, name) is None


def test_a_way_out_and_back_in_is_no_way_in(project: Path) -> None:
    (project.parent / "back").symlink_to(project / "keyframes")
    assert inside(project, "../back/fire_v1_00001_.png") is None
    assert inside(project, "keyframes/../keyframes/fire_v1_00001_.png") == project / "keyframes" / "fire_v1_00001_.png"


@pytest.mark.corpus
def test_the_samples_are_found_as_folders_and_by_their_selection(corpus: Path) -> None:
    samples = corpus / "samples"
    result = import_file(samples / "cindergrace" / "selected_keyframes.json")
    assert result.storyboard.title == "The Clockmaker"
    assert "'workshop_v2_00001_.png' is not in the folder" in noted(result)
    assert import_any(samples / "cindergrace").format.startswith("gcv 2.")
    assert import_any(samples / "apfelbaum").storyboard.never.startswith("Text, subtitles")


# -- other folders --------------------------------------------------------------------------------------------------


def test_a_folder_of_pictures_gives_a_shot_for_each_in_natural_order(tmp_path: Path) -> None:
    for name in ("10 end.png", "2.JPG", "1.webp", "note.pdf", ".hidden.png"):
        picture(tmp_path / name)
    result = import_any(tmp_path)
    assert result.format == "images"
    assert [(s.id, s.title) for s in result.storyboard.shots] == [("1", "1"), ("2", "2"), ("10-end", "10 end")]
    assert [(p.shot, p.path.name, p.selected) for p in result.pictures] == [
        ("1", "1.webp", True), ("2", "2.JPG", True), ("10-end", "10 end.png", True),
    ]  # fmt: skip


def test_a_folder_with_one_storyboard_gives_that(tmp_path: Path) -> None:
    document(tmp_path / "list.json", segments())
    (tmp_path / "master.md").write_text("**Style.** Grey.", "utf-8")
    picture(tmp_path / "mood.png")
    result = import_folder(tmp_path)
    assert (result.format, result.storyboard.style) == ("segment list", "Grey.")


def test_a_folder_with_several_storyboards_gives_the_newest_and_names_the_others(tmp_path: Path) -> None:
    document(tmp_path / "a.json", segments(), age=9)
    document(tmp_path / "b.json", gcv("2.0"))
    result = import_folder(tmp_path)
    assert result.format == "gcv 2.0"
    assert "b.json: is the newest storyboard" in str(result.notes[0]) and "a.json" in str(result.notes[0])


def test_a_folder_whose_only_storyboard_is_broken_says_why(tmp_path: Path) -> None:
    document(tmp_path / "b.json", {"shots": [{"duration": -1}]})
    with pytest.raises(BadInput, match="duration is -1"):
        import_folder(tmp_path)


def test_a_project_of_our_own_gives_its_storyboard(tmp_path: Path) -> None:
    board = Storyboard(title="Mine", shots=(Shot(id="001", seconds="1/3"),))
    document(tmp_path / "project.json", {"schema": "kinoloom/project", "version": 1})
    document(tmp_path / "storyboard.json", {"schema": "kinoloom/storyboard", "version": 1} | board.to_json())
    picture(tmp_path / "keyframes" / "001" / "1.png")
    result = import_folder(tmp_path)
    assert (result.format, result.storyboard) == ("kinoloom", board)
    assert import_file(document(tmp_path / "x" / "b.json", board.to_json())).storyboard == board


def test_natural_order_never_fails() -> None:
    names = ["a", "1", "", "a1b", "²", "1" * 50, "a01", "A1"]
    assert sorted(sorted(names, key=natural), key=natural) == sorted(names[::-1], key=natural)
    assert sorted(["shot 10", "shot 9"], key=natural) == ["shot 9", "shot 10"]
