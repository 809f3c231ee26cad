"""Documents: never half written, never overwritten unseen, never silently replaced."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from domain.base import Value
from domain.errors import Conflict, DamagedFile, NewerFile, NotFound, StudioError
from domain.job import Done, Failed, Job, Queued, Run, Running
from domain.project import Picked, Project, Selection, ShotChoice, UiState
from domain.storyboard import Entity, MotionSampling, Shot, Storyboard
from infrastructure.processes import PACKAGES
from infrastructure.stores.documents import JsonFile
from infrastructure.stores.schemas import Schema, Unreadable, peek


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


class Note(Value):
    """A made-up document."""

    text: str = ""
    count: int = Field(default=0, ge=0)


def note_file(folder: Path, schema: Schema | None = None) -> JsonFile[Note]:
    """Another process's or window's view of the same note."""
    return JsonFile(folder / "note.json", schema or Schema("note"), Note, folder / ".kinoloom")


def test_a_document_is_plain_json_with_schema_and_version(tmp_path: Path) -> None:
    note_file(tmp_path).write(Note(text="Straße", count=2))
    text = (tmp_path / "note.json").read_text(encoding="utf-8")
    assert text.startswith('{\n  "schema": "kinoloom/note",\n  "version": 1,\n')
    assert json.loads(text) == {"schema": "kinoloom/note", "version": 1, "text": "Straße", "count": 2}
    assert note_file(tmp_path).read() == Note(text="Straße", count=2)
    assert names(tmp_path) == [".kinoloom", "note.json"], "no litter"
    assert peek((tmp_path / "note.json").read_bytes()) == "kinoloom/note"


def test_nothing_there_is_none_and_reading_makes_nothing(tmp_path: Path) -> None:
    assert note_file(tmp_path).read() is None
    assert names(tmp_path) == []


def test_a_newer_document_is_left_alone_and_both_numbers_named(tmp_path: Path) -> None:
    content = '{"schema": "kinoloom/note", "version": 7, "text": "from the future", "colour": "new"}'
    (tmp_path / "note.json").write_text(content)
    file = note_file(tmp_path)
    for work in (file.read, lambda: file.write(Note(text="mine"))):
        with pytest.raises(NewerFile, match=r"note\.json.*version 7.*version 1"):
            work()
    assert (tmp_path / "note.json").read_text() == content
    assert list(tmp_path.glob("note.json*")) == [tmp_path / "note.json"]


def test_older_documents_are_upgraded_step_by_step(tmp_path: Path) -> None:
    def second(fields: dict[str, Any]) -> dict[str, Any]:
        return {"words": fields["title"].upper()}

    def third(fields: dict[str, Any]) -> dict[str, Any]:
        return {"text": fields["words"] + "!", "count": 3}

    schema = Schema("note", 3, {1: second, 2: third})
    (tmp_path / "note.json").write_text('{"schema": "kinoloom/note", "version": 1, "title": "old"}')
    assert note_file(tmp_path, schema).read() == Note(text="OLD!", count=3)
    (tmp_path / "note.json").write_text('{"schema": "kinoloom/note", "version": 2, "words": "mid"}')
    file = note_file(tmp_path, schema)
    assert file.read() == Note(text="mid!", count=3)
    file.write(Note(text="mid!", count=4))
    assert json.loads((tmp_path / "note.json").read_text())["version"] == 3
    (tmp_path / "note.json").write_text('{"schema": "kinoloom/note", "version": 1}')
    with pytest.raises(DamagedFile, match="cannot be upgraded"):
        note_file(tmp_path, schema).read()
    with pytest.raises(ValueError, match="lacks the upgrade from 2"):
        Schema("note", 3, {1: second})


DAMAGED = {
    "cut": b'{"schema": "kinoloom/note", "version": 1, "te',
    "empty": b"",
    "binary": bytes(range(256)),
    "zeros": bytes(4096),
    "list": b"[1, 2]",
    "deep": b"[" * 100_000,
    "nan": b'{"schema": "kinoloom/note", "version": 1, "count": NaN}',
    "foreign": b'{"name": "some-node-package", "version": "1.0.0"}',
    "other": b'{"schema": "kinoloom/project", "version": 1}',
    "unversioned": b'{"schema": "kinoloom/note"}',
    "boolean": b'{"schema": "kinoloom/note", "version": true}',
    "wrong": b'{"schema": "kinoloom/note", "version": 1, "count": -1}',
    "unknown": b'{"schema": "kinoloom/note", "version": 1, "colour": "red"}',
    "merge": b'<<<<<<< HEAD\n{"schema": "kinoloom/note"}\n=======\n',
    "digits": b'{"schema": "kinoloom/note", "version": 1, "count": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_document_is_set_aside_and_its_backup_can_be_restored(tmp_path: Path, kind: str) -> None:
    file = note_file(tmp_path)
    file.write(Note(text="good"))
    file.write(Note(text="better"))
    (tmp_path / "note.json").write_bytes(DAMAGED[kind])
    with pytest.raises(DamagedFile) as caught:
        file.read()
    (aside,) = tmp_path.glob("note.json.damaged-*")
    assert re.fullmatch(r"note\.json\.damaged-\d{8}T\d{6}Z", aside.name)
    assert aside.read_bytes() == DAMAGED[kind]
    assert aside.name in caught.value.message
    assert re.search(r"A backup of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC can be restored\.", caught.value.cure)
    assert file.backup_time() in caught.value.cure  # type: ignore[operator]
    assert file.read() is None, "nothing took its place"
    assert file.restore() == Note(text="better")
    assert note_file(tmp_path).read() == Note(text="better")
    with pytest.raises(Conflict, match="can be read"):
        file.restore()


def test_writing_over_a_damaged_document_sets_it_aside_too(tmp_path: Path) -> None:
    (tmp_path / "note.json").write_text("broken")
    with pytest.raises(DamagedFile, match="set aside") as caught:
        note_file(tmp_path).write(Note(text="mine"))
    assert caught.value.cure == "There is no backup of it."
    assert [p.read_text() for p in tmp_path.glob("note.json*")] == ["broken"]
    with pytest.raises(NotFound):
        note_file(tmp_path).restore()


def test_two_damages_in_one_second_lose_neither(tmp_path: Path) -> None:
    file = note_file(tmp_path)
    for content in ("one", "two", "three"):
        (tmp_path / "note.json").write_text(content)
        with pytest.raises(DamagedFile):
            file.read()
    assert sorted(p.read_text() for p in tmp_path.glob("note.json.damaged-*")) == ["one", "three", "two"]


def test_a_byte_order_mark_of_an_editor_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "note.json").write_bytes(b'\xef\xbb\xbf{"schema": "kinoloom/note", "version": 1, "text": "edited"}')
    assert note_file(tmp_path).read() == Note(text="edited")


def test_what_another_wrote_is_seen_and_not_overwritten(tmp_path: Path) -> None:
    ours, theirs = note_file(tmp_path), note_file(tmp_path)
    ours.write(Note(text="first"))
    assert theirs.read() == Note(text="first")
    theirs.write(Note(text="theirs"))
    with pytest.raises(Conflict, match="was changed"):
        ours.write(Note(text="ours"))
    with pytest.raises(Conflict):
        ours.write(Note(text="ours, again without looking"))
    ours.write(Note(text="theirs"))  # equal content is no conflict
    assert ours.read() == Note(text="theirs")
    ours.write(Note(text="ours after looking"))
    assert theirs.read() == Note(text="ours after looking")


def test_one_that_appeared_after_we_saw_none_is_not_overwritten(tmp_path: Path) -> None:
    ours = note_file(tmp_path)
    assert ours.read() is None
    note_file(tmp_path).write(Note(text="theirs"))
    with pytest.raises(Conflict):
        ours.write(Note(text="ours"))


def test_one_that_was_deleted_is_written_again(tmp_path: Path) -> None:
    ours = note_file(tmp_path)
    ours.write(Note(text="kept"))
    (tmp_path / "note.json").unlink()
    ours.write(Note(text="kept on"))
    assert note_file(tmp_path).read() == Note(text="kept on")


def test_changes_of_the_same_size_in_the_same_instant_are_seen(tmp_path: Path) -> None:
    ours, theirs = note_file(tmp_path), note_file(tmp_path)
    for number in range(100, 160):
        theirs.read()
        theirs.write(Note(count=number))
        assert ours.read() == Note(count=number)


def test_reading_again_costs_no_parsing(tmp_path: Path) -> None:
    file = note_file(tmp_path)
    file.write(Note(text="x"))
    time.sleep(0.15)
    first = file.read()
    begin = time.perf_counter()
    for _ in range(200):
        assert file.read() is first
    assert (time.perf_counter() - begin) / 200 < 0.002


def test_a_lock_held_by_another_is_a_conflict(tmp_path: Path) -> None:
    file = JsonFile(tmp_path / "note.json", Schema("note"), Note, tmp_path / ".kinoloom", patience=0.1)
    file.write(Note())
    with (
        FileLock(tmp_path / ".kinoloom" / "locks" / "note.json.lock"),
        pytest.raises(Conflict, match="another program"),
    ):
        file.write(Note(text="x"))
    file.write(Note(text="x"))


def test_a_write_that_cannot_finish_leaves_the_old_document(tmp_path: Path) -> None:
    file = note_file(tmp_path)
    file.write(Note(text="old"))
    # a real obstacle: a folder stands where the document would go
    other = JsonFile(tmp_path / "folder.json", Schema("note"), Note, tmp_path / ".kinoloom")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(StudioError, match=r"Saving folder\.json failed"):
        other.write(Note(text="x"))
    assert names(tmp_path) == [".kinoloom", "folder.json", "note.json"], "no temporary file is left"
    assert note_file(tmp_path).read() == Note(text="old")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_in_a_sentence() -> None:
    from infrastructure.stores import atomic

    with (
        pytest.raises(StudioError, match=r"Saving x failed: the disk is full\. Free some space"),
        atomic.storing("Saving x"),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(b"x" * 10)


def test_threads_that_write_and_read_never_see_half_a_document(tmp_path: Path) -> None:
    file = note_file(tmp_path)
    file.write(Note(text="x" * 5000, count=0))
    problems: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        mine = note_file(tmp_path)
        while not stop.is_set():
            try:
                value = mine.read()
                assert value is not None
                assert len(value.text) == 5000
            except BaseException as error:
                problems.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(60):
        file.write(Note(text="x" * 5000, count=number))
    stop.set()
    for reader in readers:
        reader.join()
    assert problems == []


WRITER = """
import sys
from pathlib import Path
from domain.errors import Conflict
from tests.infrastructure.stores.test_documents import Note, note_file
file, done = note_file(Path(sys.argv[1])), 0
while done < 25:
    value = file.read() or Note()
    try:
        file.write(Note(count=value.count + 1, text=value.text + sys.argv[2]))
        done += 1
    except Conflict:
        pass
"""


def test_two_processes_that_write_lose_nothing(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), letter], cwd=PACKAGES, env=os.environ | {"PYTHONPATH": "."}
        )
        for letter in "ab"
    ]
    assert [writer.wait(30) for writer in writers] == [0, 0]
    value = note_file(tmp_path).read()
    assert value is not None
    assert value.count == 50
    assert (value.text.count("a"), value.text.count("b")) == (25, 25)


def test_too_large_a_document_is_refused_both_ways(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="at most 64 MiB"):
        note_file(tmp_path).write(Note(text="x" * (65 * 2**20)))
    with (tmp_path / "note.json").open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(DamagedFile, match="larger than 64 MiB"):
        note_file(tmp_path).read()


texts = st.text(max_size=20)
extras = st.dictionaries(
    texts, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts | st.lists(texts), max_size=3
)
ids = st.from_regex(r"[0-9]{3}[A-Z]?", fullmatch=True)
picked = st.builds(Picked, path=texts, sha256=st.just("ab" * 32))
shots = st.builds(
    Shot, id=ids, title=texts, prompt=texts, extras=extras, characters=st.lists(texts, max_size=2).map(tuple),
    seconds=st.fractions(Fraction(1, 100), 30, max_denominator=1001),
    video=st.builds(MotionSampling, seed=st.none() | st.integers(-1, 2**64 - 1), motion_strength=st.none() | st.floats(0, 10)),
)  # fmt: skip
phases = st.one_of(
    st.just(Queued()), st.builds(Running, started=texts, fraction=st.floats(0, 1)), st.builds(Done, finished=texts),
    st.builds(Failed, finished=texts, message=texts),
)  # fmt: skip
jobs = st.builds(
    Job, id=texts, run=texts, project=texts, kind=st.just("film"), title=texts, created=texts, phase=phases,
    detail=st.dictionaries(texts, texts | st.integers(0, 9), max_size=2),
)  # fmt: skip
values = st.one_of(
    st.builds(Storyboard, title=texts, shots=st.lists(shots, max_size=3, unique_by=lambda s: s.id).map(tuple), extras=extras,
              characters=st.lists(st.builds(Entity, id=ids, name=texts, extras=extras), max_size=2).map(tuple)),
    st.builds(Project, id=ids, name=texts, rate=st.sampled_from([Fraction(24), Fraction(24000, 1001)]), extras=extras),
    st.builds(Selection, shots=st.dictionaries(ids, st.builds(ShotChoice, keyframes=st.dictionaries(texts, picked, max_size=2)), max_size=2)),
    st.builds(UiState, tab=texts, choices=extras),
    st.builds(Run, id=texts, project=texts, title=texts, created=texts, jobs=st.lists(jobs, max_size=2).map(tuple)),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(values)
def test_every_value_comes_back_as_it_was(value: Value) -> None:
    schema = Schema("anything")
    assert schema.load(schema.dump(value), type(value)) == value


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | texts, lambda c: st.lists(c) | st.dictionaries(texts, c)).map(
        lambda v: json.dumps(v).encode()
    )
)
def test_no_bytes_raise_anything_foreign(data: bytes) -> None:
    for prefix in (
        b"",
        b'{"schema": "kinoloom/note", "version": 1, "text": ',
        b'{"schema": "kinoloom/note", "version": ',
    ):
        try:
            Schema("note").load(prefix + data + (b"}" if prefix else b""), Note)
        except (Unreadable, NewerFile):
            pass
        peek(prefix + data)


def test_half_a_surrogate_pair_does_not_stop_a_save(tmp_path: Path) -> None:
    schema = Schema("ui")
    value = UiState(choices={"x": "\ud83d"})
    assert schema.load(schema.dump(value), UiState) == value
