"""Files that are broken, huge, strange or malicious: one clear sentence, and nothing else happens."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput, NewerFile, NotFound
from domain.importing import ImportResult
from services.importing import export_gcv, export_segments, import_any, import_file, import_folder, import_text
from services.importing.master_prompt import parse_master_prompt
from services.importing.notes import Notes
from services.importing.reading import MAX_BYTES
from tests.services.importing.boards import gcv, imported, noted, stored


def one(**fields: Any) -> dict[str, Any]:
    """A storyboard of one shot."""
    return {"shots": [{"shot_id": "007", "prompt": "p", "duration": 1} | fields]}


def refusal(data: Any) -> str:
    """The sentence with which the import of a JSON value is refused."""
    with pytest.raises(BadInput) as caught:
        imported(data)
    assert caught.value.cure
    return caught.value.message


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (-1, "-1"), (1e308, "1e+308"), (float("nan"), "'NaN'"), (float("inf"), "'Infinity'"), (86401, "86401"),
     ("soon", "'soon'"), ("1/0", "'1/0'"), ([], "'a list'"), ({}, "'an object'"), (True, "true")],
)  # fmt: skip
def test_an_impossible_duration_names_shot_and_field(value: Any, shown: str) -> None:
    message = refusal(one(duration=value))
    assert message.startswith("Shot 1 (007): duration is ")
    assert shown.strip("'") in message
    assert refusal([{"prompt": "p", "duration_seconds": value}]).startswith(
        "Segment 1 (shot 001): duration_seconds is "
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"shots": 10**9}, "shots is a number, not a list"), ({"shots": None}, "shots is null"), ({"shots": []}, "has no shots"),
        ({"shots": {}}, "shots is an object"), ({"shots": [{}, 5]}, "Shot 2 of board.json is a number"),
        ({"shots": [{}] * 20_001}, "20001 shots; at most 20000"), ([], "has no shots"), ([1], "Shot 1 of board.json is a number"),
        ({"segments": "x"}, "segments is text"), ({}, "an object without shots or segments"), (7, "a number without shots"),
        ("x", "text without shots"), (None, "null without shots"), (one(prompt=[1]), "Shot 1 (007): prompt is a list, not text"),
        ({"3": {"class_type": "KSampler", "inputs": {}}}, "looks like a ComfyUI workflow"), ({"nodes": []}, "ComfyUI workflow"),
        ({"selections": []}, "only says which keyframes were selected"),
        ({"schema": "kinoloom/project", "version": 1}, "is a 'kinoloom/project' document"),
        ({"schema": "kinoloom/storyboard", "version": 1, "shots": [{"id": "../x"}]}, "shots.0.id"),
        ({"schema": "kinoloom/storyboard", "version": "1"}, "no version number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(data: Any, words: str) -> None:
    assert words in refusal(data)


def test_a_storyboard_from_a_newer_kinoloom_is_refused_with_both_numbers() -> None:
    with pytest.raises(NewerFile, match="version 3, this one reads up to 2"):
        imported({"schema": "kinoloom/storyboard", "version": 3})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"), (" \n\t ", "is empty"), ("{", "not valid JSON: Expecting property name"), ('{"shots": [}', "line 1, column 12"),
        ("[" * 100_000, "nested too deeply"), ('{"shots":[' + '{"a":' * 80 + "1" + "}" * 80 + "]}", "nested too deeply"),
        ('{"shots": 1' + "0" * 5000 + "}", "shots is text"),
    ],
)  # fmt: skip
def test_text_that_is_no_json_is_refused_with_the_place(text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        import_text(text, "board.json")
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"flux": {"seed": 10**40}}, "flux.seed"), ({"flux": {"seed": "abc"}}, "flux.seed"), ({"flux": {"seed": True}}, "flux.seed"),
        ({"flux": {"steps": 0}}, "flux.steps"), ({"flux": {"steps": 20.5}}, "flux.steps"), ({"flux": []}, "flux"),
        ({"flux": {"cfg": float("nan")}}, "flux.cfg"), ({"wan": {"motion_strength": -1}}, "wan.motion_strength"),
        ({"presets": "noir"}, "presets"), ({"presets": {"style": "x" * 100}}, "presets.style"), ({"width": 1e9, "height": 3}, "width"),
        ({"characters": [[1]]}, "characters"), ({"description": []}, "description"), ({"prompt": "a\0b"}, "prompt"),
        ({"prompt": "x" * 20_001}, "prompt"), ({"scene": 5.5, "filename_base": {}}, "filename_base"), ({"duration": None}, "duration"),
    ],
)  # fmt: skip
def test_harmless_nonsense_is_noted_and_survives_the_round_trip(fields: dict[str, Any], field: str) -> None:
    source = one(**fields)
    result = imported(source)
    assert field in noted(result)
    assert export_gcv(stored(result.storyboard)) == json.loads(json.dumps(source).replace("NaN", '"NaN"'))


@pytest.mark.parametrize("strength", [0, 0.0, "0"])
def test_zero_is_a_value(strength: Any) -> None:
    assert imported(one(wan={"motion_strength": strength})).storyboard.shots[0].video.motion_strength == 0


def test_keys_that_occur_twice_are_noted() -> None:
    result = import_text('{"shots": [{"duration": 1, "prompt": "a", "prompt": "b"}]}', "a.json")
    assert result.storyboard.shots[0].prompt == "b"
    assert "'prompt' occurs twice" in noted(result)


def test_half_surrogate_pairs_cannot_reach_a_file() -> None:
    result = import_text('{"shots": [{"duration": 1, "prompt": "a\\ud800", "k\\udfff": 1}]}', "a.json")
    assert result.storyboard.shots[0].prompt == "a\ufffd"
    result.storyboard.model_dump_json().encode()
    assert "Broken characters" in noted(result)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_any_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "board.json"
    file.write_bytes(json.dumps(one(prompt="Müller über Öl"), ensure_ascii=False).encode(encoding))
    result = import_file(file)
    assert result.storyboard.shots[0].prompt == "Müller über Öl"
    assert ("Windows-1252" in noted(result)) is (encoding == "cp1252")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n", "is a picture"), (b"PK\x03\x04abc", "is a ZIP archive"), (b"%PDF-1.7", "is a PDF"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "is not a text file"), (b"\xff\xfe{\x00\x00\xd8", "is damaged"), (b"", "is empty"),
    ],
)  # fmt: skip
def test_binary_files_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "board.json"
    file.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        import_any(file)
    assert words in caught.value.message


def test_files_above_the_limit_are_refused_without_being_read(tmp_path: Path) -> None:
    file = tmp_path / "board.json"
    with file.open("wb") as sparse:
        sparse.truncate(MAX_BYTES + 1)
    with pytest.raises(BadInput, match="larger than 32 MiB"):
        import_file(file)
    with pytest.raises(BadInput, match="larger than 32 MiB"):
        import_text("x" * (MAX_BYTES + 1), "a.txt")


def test_paths_that_are_no_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is a folder, not a file"):
        import_file(tmp_path)
    with pytest.raises(NotFound):
        import_file(tmp_path / "nothing.json")
    with pytest.raises(NotFound):
        import_folder(tmp_path / "nothing")
    with pytest.raises(NotFound):
        import_any(Path("a\0b"))
    with pytest.raises(BadInput, match="holds nothing"):
        import_folder(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.json")
        with pytest.raises(BadInput, match="not an ordinary file"):
            import_file(tmp_path / "pipe.json")


# -- anything at all ------------------------------------------------------------------------------------------------

scalar = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["none", "001", "slow_push", "NaN", "1e999", "../x", "24", -1, 0, 2.5, 10**400])
)  # fmt: skip
anything = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
GCV = ["shot_id", "filename_base", "prompt", "description", "negative_prompt", "width", "height", "duration", "presets",
       "flux", "wan", "character_lora", "characters", "camera_movement", "seed", "cfg_scale", "steps", "scene", "character",
       "wan_motion", "kinoloom", "x"]  # fmt: skip
SEGMENT = ["segment_id", "id", "shot_id", "title", "name", "duration_seconds", "duration", "prompt", "text", "camera",
           "characters", "objects", "location", "seed", "transition_to_next", "negative"]  # fmt: skip
inner = st.dictionaries(
    st.sampled_from(["seed", "cfg", "steps", "motion_strength", "type", "strength", "notes", "camera", "style", "size"]),
    anything, max_size=4,
)  # fmt: skip
likely: dict[str, st.SearchStrategy[Any]] = {
    "prompt": st.text(max_size=20), "duration": st.sampled_from([1, 2.5, "3"]), "duration_seconds": st.sampled_from([8, 0.5]),
    "text": st.text(max_size=20), "presets": inner, "flux": inner, "wan": inner, "wan_motion": inner, "kinoloom": inner,
}  # fmt: skip


def objects(keys: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these keys: usually the right kind of value, now and then anything."""
    return st.fixed_dictionaries({}, optional={k: likely.get(k, anything) | anything for k in keys})


boards = st.builds(
    lambda top, shots: top | {"shots": shots},
    objects(["project", "description", "version", "characters", "video_settings", "kinoloom", "y"]),
    st.lists(objects(GCV), min_size=1, max_size=3),
)
lists = st.lists(objects(SEGMENT), min_size=1, max_size=3)
segment_files = lists | st.builds(
    lambda top, s: top | {"segments": s}, objects(["title", "description", "aspect_ratio"]), lists
)


def jsonable(value: Any) -> Any:
    """What is left of a value after JSON, which has no NaN, no infinity, and no half surrogate pairs."""
    plain = import_text(json.dumps({"shots": [{"duration": 1, "z": value}]}), "a.json")
    return plain.storyboard.shots[0].extras["source"]["z"]


@settings(max_examples=200)
@given(anything | boards | segment_files, st.sampled_from(["a.json", "a.txt", "a", ""]))
def test_any_json_is_imported_or_refused_in_words(data: Any, name: str) -> None:
    try:
        result = import_text(json.dumps(data), name)
    except BadInput as error:
        assert 5 < len(error.message) < 400
        assert error.message.isprintable()
        return
    assert isinstance(result, ImportResult)
    board = stored(result.storyboard)
    assert board == result.storyboard
    if result.format.startswith("gcv"):
        assert export_gcv(board) == jsonable(data)
    if result.format == "segment list":
        assert export_segments(board) == jsonable(data)
    export_gcv(board)
    export_segments(board)


lines = st.sampled_from(
    ["INT. ROOM - DAY", "EXT", ".X", "", "BOB", "@me (V.O.)", "Hello there.", "| shot | prompt |", "|--|--|", "| 1 | a |",
     "shot,prompt,duration", "1,abc,5", '"', "**Style.** x", "- a: b", "# T", "[[", "/*", "*/", "Title: x", "1. a", "a;b", "{", "[1"]
)  # fmt: skip


@settings(max_examples=200)
@given(
    st.text(max_size=60) | st.lists(lines | st.text(max_size=9), max_size=12).map("\n".join),
    st.sampled_from(["a.txt", "a.md", "a.csv", "a.tsv", "a.fountain", "a.fdx", "a.json", "", "..", "a/b\\c.txt", "\0"]),
)
def test_any_text_is_imported_or_refused_in_words(text: str, name: str) -> None:
    try:
        result = import_text(text, name)
    except BadInput as error:
        assert 5 < len(error.message) < 400
        return
    assert stored(result.storyboard) == result.storyboard


@given(st.binary(max_size=80), st.sampled_from([".json", ".txt", ".csv", ".fountain", ".fdx"]))
def test_any_bytes_are_imported_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    file = tmp_path_factory.mktemp("bytes") / f"file{suffix}"
    file.write_bytes(data)
    try:
        result = import_file(file)
    except BadInput:
        return
    assert result.storyboard.shots


def test_the_fuzzing_reaches_the_importers() -> None:
    assert imported(gcv("2.0")).format == "gcv 2.0"
    assert imported([{"prompt": "p", "duration_seconds": 8}]).format == "segment list"


# A pattern that looks back over the whole file for every character takes hours on these, and a moment if it does not.
TIRING = [
    "INT. A\n\n" + "/*" * 300_000, "INT. A\n\n" + "[[" * 300_000, "INT. A\n\n" + "*a " * 300_000, "INT. A" + " " * 300_000 + "x",
    "INT. A\n\n" + "A " * 300_000 + "\nx", "INT. A\n\n" + "(" * 300_000 + "\nx", "| a |\n" + " " * 300_000 + "|x", "|" + "-" * 300_000 + "|x",
    "prompt,s\nx,5" + " " * 100_000 + "y", "# " + "#" * 300_000 + "x", "- " * 300_000, "." * 300_000 + "x", "\n" * 300_000 + "x",
    " " * 300_000 + "x", "**" * 300_000, "a|" * 300_000 + "\n|--|", "1." * 300_000, "Title: " + "x\n" * 300_000,
]  # fmt: skip


@pytest.mark.parametrize("text", TIRING, ids=lambda t: repr(t[:12]))
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.md", "a.fountain", "a.fdx", "a.json"])
def test_no_text_keeps_the_importer_busy(text: str, name: str) -> None:
    try:
        result = import_text(text, name)
    except BadInput:
        return
    assert result.storyboard.shots


@pytest.mark.parametrize(
    "line", ["# " + "#" * 300_000 + "x", "- " + " " * 300_000 + "x", "**" + "a" * 300_000, "Seeds from " * 30_000]
)
def test_no_master_prompt_keeps_the_importer_busy(line: str) -> None:
    found = parse_master_prompt(f"## Characters\n- a: b\n{line}", "master.md", Notes())
    assert found.characters[0].name == "a"


def test_a_million_names_are_cut_to_a_hundred() -> None:
    result = imported(one(characters=[str(i) for i in range(1_000_000)]))
    assert len(result.storyboard.shots[0].characters) == 100
    assert "more than 100 names" in noted(result)


def test_a_screenplay_of_too_many_scenes_is_refused_at_once() -> None:
    with pytest.raises(BadInput, match=r"a\.fountain has too many scenes; at most 20000 can be imported"):
        import_text("INT. A - DAY\n\nx\n\n" * 20_001, "a.fountain")
