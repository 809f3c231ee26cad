"""Every importer: a storyboard or one sentence, and not a look outside the folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from domain.errors import StudioError
from domain.importing import ImportResult
from domain.storyboard import Storyboard
from infrastructure.stores.schemas import Schema
from services.importing import export_gcv, export_segments, import_any, import_file, import_text
from services.importing.master_prompt import parse_master_prompt
from services.importing.notes import Notes
from tests.fakes.backend import plain, write_png
from tests.fuzz.hostile import fuzz, paths, spoiled, torn, trees, tried, words
from tests.services.importing import boards

STORYBOARD = Schema("storyboard")
OWN = json.loads(STORYBOARD.dump(Storyboard.model_validate({"shots": [{"id": "1", "prompt": "p", "seconds": "2"}]})))
SEGMENTS = [
    {
        "segment_id": 1,
        "shot_id": "1",
        "prompt": "a house",
        "duration_seconds": 3,
        "seed": 1,
        "camera": "pan",
        "characters": ["a"],
    }
]
BOARDS = [*(boards.gcv(version) for version in ("2.0", "2.1", "2.2")), OWN, SEGMENTS, {"segments": SEGMENTS}]
TEXTS = (
    b"Title: Ferry\n\nINT. DECK - NIGHT\n\nA deck. /* note */ [[x]]\n\nANNA\n(softly)\nHello.\n\n> CUT TO:\n\n.FORCED\n\n@mcNEIL\nYes.\n",
    b"shot,prompt,duration,camera\n1,a house,5 s,pan\n2,\"a, b\",0:05,\n",
    b"| Shot | Action | Dur |\n|---|---|---|\n| 1 | a \\| b | 5 |\n| 2 | c | 1,5 |\n",
    b"# Story\n\nOne morning.\n\n- a house\n- a road\n\n1. first\n2. second\n",
    *(json.dumps(board).encode() for board in BOARDS),
)  # fmt: skip
ENDINGS = (".json", ".fountain", ".spmd", ".fdx", ".csv", ".tsv", ".md", ".txt", "")
KEYS = st.sampled_from(
    [
        "shots",
        "segments",
        "shot_id",
        "id",
        "prompt",
        "duration",
        "duration_seconds",
        "seed",
        "flux",
        "wan",
        "presets",
        "characters",
        "character_lora",
        "video_settings",
        "width",
        "height",
        "selections",
        "selected_file",
        "filename_base",
        "schema",
        "version",
        "motion_strength",
        "style",
        "strength",
        "project",
        "title",
        "seconds",
        "extras",
        "look",
        "image",
        "video",
    ]
)


def checked(result: ImportResult) -> None:
    """What came in can be stored, read back and written out again."""
    data = STORYBOARD.dump(result.storyboard)
    stored = STORYBOARD.load(data, Storyboard)
    for export in (export_gcv, export_segments):
        try:
            json.dumps(export(stored), allow_nan=False)
        except StudioError:
            pass


@fuzz(st.one_of([spoiled(board, KEYS) for board in BOARDS]))
def test_boards_with_nonsense_in_them(value: Any) -> None:
    tried("storyboards as JSON")
    try:
        checked(import_text(json.dumps(value), "board.json"))
    except StudioError as error:
        assert error.message and "Traceback" not in str(error)


@fuzz(trees(KEYS))
def test_json_of_any_shape(value: Any) -> None:
    tried("JSON of any shape")
    try:
        checked(import_text(json.dumps(value), "board.json"))
    except StudioError as error:
        assert error.message


@fuzz(st.tuples(st.one_of([torn(text) for text in TEXTS]), st.sampled_from(ENDINGS)))
def test_files_that_are_torn(tmp_path_factory: pytest.TempPathFactory, value: tuple[bytes, str]) -> None:
    tried("torn files")
    data, ending = value
    file = _folder(tmp_path_factory) / f"board{ending}"
    file.write_bytes(data)
    try:
        checked(import_file(file))
    except StudioError as error:
        assert error.message


@fuzz(st.tuples(words, st.one_of(words, paths)))
def test_pasted_words_under_any_name(value: tuple[str, str]) -> None:
    tried("pasted words")
    try:
        checked(import_text(*value))
    except StudioError as error:
        assert error.message


@fuzz(
    torn(
        b"# Master prompt\n\n## Style\n\nnoir, 35mm\n\n## Characters\n\n- **Anna**: tall\n- Bo: small\n\n## Negative\n\nblur\n"
    )
)
def test_master_prompts(data: bytes) -> None:
    tried("master prompts")
    parse_master_prompt(data.decode("utf-8", "replace"), "master.md", Notes())


_PLACES: dict[int, Path] = {}


def _folder(factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of all tests: making one each takes longer than the test."""
    if 0 not in _PLACES:
        _PLACES[0] = factory.mktemp("importing")
    return _PLACES[0]


GCV_SELECTION = {"selections": [{"shot_id": "001", "selected_file": "keyframes/001_a.png", "filename_base": "a", "selected_variant": 1}],
                 "total_shots": 1}  # fmt: skip


@fuzz(st.tuples(spoiled(GCV_SELECTION, KEYS), spoiled(boards.gcv("2.1"), KEYS), paths), share=0.5)
def test_folders_lead_nowhere_else(tmp_path_factory: pytest.TempPathFactory, value: tuple[Any, Any, str]) -> None:
    tried("project folders")
    selection, board, name = value
    root = _folder(tmp_path_factory) / "gcv"
    if not root.is_dir():
        for inner in ("keyframes", "storyboards", "selected"):
            (root / inner).mkdir(parents=True)
        write_png(root / "keyframes" / "001_a.png", plain(8, 8, 1))
        write_png(root.parent / "out.png", plain(8, 8, 2))
        (root / "link").symlink_to(root.parent)
        (root / "keyframes" / "002_b.png").symlink_to(root.parent / "out.png")
    if isinstance(selection, dict) and isinstance(selection.get("selections"), list) and selection["selections"]:
        first = selection["selections"][0]
        if isinstance(first, dict):
            first["selected_file"] = name
    (root / "selected" / "selected_keyframes.json").write_text(json.dumps(selection), "utf-8", "replace")
    (root / "storyboards" / "board.json").write_text(json.dumps(board), "utf-8", "replace")
    (root / "board.json").write_text(json.dumps(board), "utf-8", "replace")
    for path in (root, root / "selected" / "selected_keyframes.json", root / "storyboards" / "board.json"):
        try:
            result = import_any(path)
        except StudioError as error:
            assert error.message
            continue
        checked(result)
        for picture in result.pictures:
            assert picture.path.resolve().is_relative_to(root.resolve()), picture.path
