"""Earlier versions of a document: enough of them, never too many, in their own order."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from domain.base import Value
from domain.errors import Conflict, DamagedFile, NewerFile, NotFound
from infrastructure.stores.backups import DAYS, HOURS, NEWEST, Backups
from infrastructure.stores.documents import JsonFile
from infrastructure.stores.schemas import Schema


class Note(Value):
    """A made-up document."""

    text: str = ""
    count: int = Field(default=0, ge=0)


def note(folder: Path, schema: Schema | None = None) -> JsonFile[Note]:
    return JsonFile(
        folder / "note.json", schema or Schema("note"), Note, folder / ".kinoloom",
        backups=Backups(folder / "backups" / "note"), precious=True,
    )  # fmt: skip


def texts(folder: Path) -> list[str]:
    """What the kept versions say, oldest first."""
    return [json.loads(p.read_text())["text"] for p in sorted((folder / "backups" / "note").iterdir())]


def test_every_good_version_is_kept_once(tmp_path: Path) -> None:
    file = note(tmp_path)
    for text in ("a", "b", "b", "c"):
        file.write(Note(text=text))
    assert texts(tmp_path) == ["a", "b", "c"]
    assert [b.key[:6] for b in file.backups("note")] == ["000003", "000002", "000001"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", b.when) and b.size for b in file.backups("note"))


def test_what_another_program_wrote_is_kept_before_it_is_written_over(tmp_path: Path) -> None:
    file = note(tmp_path)
    file.write(Note(text="ours"))
    Path(tmp_path / "note.json").write_text('{"schema": "kinoloom/note", "version": 1, "text": "synced"}')
    assert file.read() == Note(text="synced")
    file.write(Note(text="ours again"))
    assert texts(tmp_path) == ["ours", "synced", "ours again"]


def test_nothing_is_written_over_what_was_never_read(tmp_path: Path) -> None:
    note(tmp_path).write(Note(text="there"))
    with pytest.raises(Conflict, match=r"note\.json was changed by another program or window"):
        note(tmp_path).write(Note(text="blind"))
    assert note(tmp_path).read() == Note(text="there")


def test_any_version_can_be_put_back_and_what_it_replaces_is_kept(tmp_path: Path) -> None:
    file = note(tmp_path)
    for text in ("a", "b", "c"):
        file.write(Note(text=text))
    oldest = file.backups("note")[-1].key
    with pytest.raises(Conflict, match="can be read"):
        file.restore()
    assert file.restore(oldest) == Note(text="a") == note(tmp_path).read()
    assert texts(tmp_path) == ["a", "b", "c", "a"]
    with pytest.raises(NotFound):
        file.restore("000099-20260101T000000Z")
    assert file.read() == Note(text="a")


def test_the_newest_version_that_can_be_read_comes_back(tmp_path: Path) -> None:
    file = note(tmp_path)
    for text in ("a", "b"):
        file.write(Note(text=text))
    newest = sorted((tmp_path / "backups" / "note").iterdir())[-1]
    newest.write_text("{damaged too")
    (tmp_path / "note.json").write_text("{")
    with pytest.raises(DamagedFile, match=r"set aside as note\.json\.damaged-.* A backup of .* UTC can be restored"):
        file.read()
    assert file.restore() == Note(text="a")


def test_a_document_that_is_lost_is_not_begun_anew(tmp_path: Path) -> None:
    file = note(tmp_path)
    assert file.read() is None, "there never was one"
    file.write(Note(text="a"))
    (tmp_path / "note.json").unlink()
    for reader in (file, note(tmp_path)):
        with pytest.raises(DamagedFile, match=r"note\.json is not there any more\. A backup of"):
            reader.read()
    assert file.restore() == Note(text="a") == file.read()


def test_a_newer_one_is_not_replaced_by_a_backup(tmp_path: Path) -> None:
    file = note(tmp_path)
    file.write(Note(text="a"))
    newer = '{"schema": "kinoloom/note", "version": 9}'
    (tmp_path / "note.json").write_text(newer)
    for key in ("", file.backups("note")[0].key):
        with pytest.raises(NewerFile, match="version 9, this one reads up to version 1"):
            file.restore(key)
    assert (tmp_path / "note.json").read_text() == newer


def test_the_original_of_an_upgraded_document_stays_for_good(tmp_path: Path) -> None:
    schema = Schema("note", 2, {1: lambda fields: {"text": fields["title"]}})
    original = '{"schema": "kinoloom/note", "version": 1, "title": "old"}'
    (tmp_path / "note.json").write_text(original)
    file = note(tmp_path, schema)
    assert file.read() == Note(text="old")
    assert (tmp_path / "note.json").read_text() == original, "reading changes nothing"
    for number in range(3 * NEWEST):
        file.write(Note(text="new", count=number))
    (kept,) = (tmp_path / "backups" / "note").glob("*-version-1.json")
    assert kept.read_text() == original
    assert file.backups("note")[-1].note == "as version 1 wrote it"
    assert file.restore(kept.stem) == Note(text="old")


@settings(max_examples=30)
@given(st.lists(st.integers(-3 * 86_400, 3 * 86_400), min_size=1, max_size=60))
def test_versions_are_thinned_and_the_newest_stay(tmp_path_factory: pytest.TempPathFactory, steps: list[int]) -> None:
    """Whatever the clock did meanwhile: steps are seconds between two versions, also backwards."""
    folder = tmp_path_factory.mktemp("versions")
    when = datetime(2026, 6, 1, tzinfo=UTC)
    for number, step in enumerate(steps, 1):
        when += timedelta(seconds=step)
        (folder / f"{number:06d}-{when:%Y%m%dT%H%M%S}Z.json").write_text(str(number))
    backups = Backups(folder)
    backups.keep(b"now")
    backups.keep(b"now")
    kept = [int(data) if data != b"now" else len(steps) + 1 for _, data in backups.contents()]
    assert kept == sorted(kept, reverse=True)
    assert kept[:NEWEST] == list(range(len(steps) + 1, 0, -1))[:NEWEST]
    assert len(kept) <= NEWEST + HOURS + DAYS


def test_only_our_names_count(tmp_path: Path) -> None:
    (tmp_path / "000001-20260101T000000Z.json").write_text("ours")
    (tmp_path / "000002-20260101T000000Z (conflicted copy).json").write_text("a sync program's")
    (tmp_path / "notes.txt").write_text("the user's")
    backups = Backups(tmp_path, many=False)
    backups.keep(b"new")
    assert [data for _, data in backups.contents()] == [b"new"]
    assert (tmp_path / "notes.txt").exists() and len(list(tmp_path.iterdir())) == 3
