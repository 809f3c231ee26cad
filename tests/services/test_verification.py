"""Verifying a project: what is whole, missing, damaged, newer, orphaned or left over, and what tidying does."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from domain.condition import Condition
from domain.cut.finish import Grade
from domain.errors import Conflict, NotFound
from domain.project import Picked, Selection, ShotChoice
from infrastructure.media import MediaTools
from infrastructure.stores.inventory import FolderInventories
from infrastructure.stores.occupancy import Occupancy
from infrastructure.stores.project_files import FolderProjectFiles
from services.verification import Verification, condition_document, condition_lines
from tests.addons.terminal.support import listing
from tests.fakes.bench import running, shot
from tests.infrastructure.sound import tones

VERIFICATION = Verification(FolderInventories(), MediaTools())
GONE = 2**31 - 2
"""A process number that no process has."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two shots, their takes and a film."""
    folder = tmp_path_factory.mktemp("whole")
    with running(folder) as bench:
        project = bench.project(shot(1), shot(2))
        bench.render(project)
        bench.film(project)
        return project.files.root


@pytest.fixture
def project(whole: Path, tmp_path: Path) -> Path:
    """A copy of it that may be changed."""
    return Path(shutil.copytree(whole, tmp_path / "film"))


def first(root: Path, pattern: str) -> Path:
    return sorted(root.glob(pattern))[0]


def kinds(condition: Condition) -> list[tuple[str, str]]:
    return [(found.kind, Path(found.path).name) for found in condition.irregular]


def test_a_whole_project_is_well_and_stays_as_it_is(project: Path) -> None:
    before, counted = listing(project), list[tuple[int, int]]()
    condition = VERIFICATION.examine(project, lambda done, of: counted.append((done, of)))
    assert condition.well and not condition.irregular
    assert (condition.pictures, condition.clips, condition.films) == (4, 2, 1)
    assert condition.documents >= 9
    assert counted[0] == (0, 7) and counted[-1] == (7, 7)
    assert listing(project) == before


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def make_newer(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 99}))


@pytest.mark.parametrize(
    ("pattern", "harm", "kind", "words"),
    [
        ("takes/001/0/*/clip.mp4", cut_short, "damaged", "bytes instead of"),
        ("takes/001/0/*/clip.mp4", flip_a_byte, "damaged", "not what was stored"),
        ("takes/001/0/*/clip.mp4", Path.unlink, "missing", "is missing"),
        ("takes/002/0/*/last.png", Path.unlink, "missing", "last frame is missing"),
        ("takes/002/0/*/last.png", flip_a_byte, "damaged", "not what was stored"),
        ("takes/002/0/*/take.json", cut_short, "damaged", "cannot be read"),
        ("takes/002/0/*/take.json", make_newer, "newer", "newer Kinoloom"),
        ("keyframes/001/*.png", cut_short, "damaged", "Shot 001"),
        ("keyframes/001/*.png", Path.unlink, "missing", "Shot 001"),
        ("film/*.mp4", Path.unlink, "missing", "Film"),
        ("film/*.mp4", cut_short, "damaged", "bytes instead of"),
        ("film/*.report.json", make_newer, "newer", "newer Kinoloom"),
        ("storyboard.json", cut_short, "damaged", "cannot be read"),
        ("project.json", make_newer, "newer", "newer Kinoloom"),
        ("runs/*.json", cut_short, "damaged", "cannot be read"),
    ],
)
def test_harm_is_named_with_its_file_and_changes_nothing(
    project: Path, pattern: str, harm: Callable[[Path], None], kind: str, words: str
) -> None:
    file = first(project, pattern)
    harm(file)
    before = listing(project)
    condition = VERIFICATION.examine(project)
    assert not condition.well
    found = condition.irregular[0]
    assert (found.kind, project / found.path) == (kind, file) and words in found.what and found.cure
    assert listing(project) == before


def test_a_file_that_never_was_what_its_sidecar_says(project: Path) -> None:
    """The hash is right, the content is not: only decoding shows it."""
    sidecar = first(project, "keyframes/001/*.json")
    Image.new("RGB", (32, 32)).save(sidecar.with_suffix(".png"))
    data = json.loads(sidecar.read_text())
    data["image"]["sha256"] = FolderInventories().measure(project, data["image"]["path"])[1]  # type: ignore[index]
    data["image_bytes"] = 0
    sidecar.write_text(json.dumps(data))
    (found,) = VERIFICATION.examine(project).irregular
    assert found.kind == "damaged" and "32×32 pixels instead of 96×64" in found.what


def test_what_is_picked_must_be_there(project: Path) -> None:
    take, keyframe = first(project, "takes/002/0/*"), first(project, "keyframes/001/*.png")
    picked = Picked(path=keyframe.relative_to(project).as_posix(), sha256="0" * 64)
    choices = {
        "001": ShotChoice(keyframes={"start": picked}),
        "002": ShotChoice(takes={"0": take.name}),
        "gone": ShotChoice(takes={"0": "001-00000000"}),
    }
    FolderProjectFiles(project).write("selection", Selection(shots=choices))
    assert VERIFICATION.examine(project).well, "a shot that was deleted needs nothing"
    shutil.rmtree(take)
    keyframe.unlink()
    keyframe.with_suffix(".json").unlink()
    found = VERIFICATION.examine(project).irregular
    assert [(f.kind, f.path) for f in found] == [
        ("missing", picked.path), ("missing", f"takes/002/0/{take.name}/clip.mp4"),
    ]  # fmt: skip
    assert "the start picture that was picked" in found[0].what and "segment 1" in found[1].what


def leave_things_behind(project: Path) -> None:
    """Every kind of thing that nothing needs, as a crash or a sync client would leave it."""
    shutil.copy(first(project, "keyframes/001/*.png"), project / "keyframes/001/start_007_00000000.png")
    (project / "takes/001/0/009-00000000").mkdir()
    shutil.copy(first(project, "takes/001/0/*/clip.mp4"), project / "takes/001/0/009-00000000")
    (project / f"film/.film-01.mp4.{GONE}-abcd1234.kinoloom-tmp").write_bytes(b"half")
    (project / f"film/.film-02.mp4.{os.getpid()}-abcd1234.kinoloom-tmp").write_bytes(b"being written")
    (project / "runs/00000000.cancel").write_text("")
    work = project / ".kinoloom/work"
    (work / "old").mkdir(parents=True)
    (work / "old/half.mp4").write_bytes(b"half")
    owner = {"host": os.uname().nodename if hasattr(os, "uname") else "", "pid": GONE, "started": "1"}
    (work / "old.owner.json").write_text(json.dumps(owner))
    (project / "ui.json.damaged-20260101T000000Z").write_text("{")
    shutil.copy(first(project, "film/*.mp4"), project / "film/mine.mp4")
    (project / "notes.txt").write_text("mine")
    (project / "notes.json").write_text("{ mine")


LEFT = [
    ("orphan", "start_007_00000000.png"), ("orphan", "009-00000000"), ("leftover", "00000000.cancel"),
    ("leftover", f".film-01.mp4.{GONE}-abcd1234.kinoloom-tmp"), ("leftover", "old"),
]  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "uname"), reason="the name of the computer is asked in another way there")
def test_what_nothing_needs_is_named_and_takes_nothing_away(project: Path) -> None:
    leave_things_behind(project)
    condition = VERIFICATION.examine(project)
    assert condition.well, condition.irregular
    stays = [("orphan", "mine.mp4"), ("set aside", "ui.json.damaged-20260101T000000Z")]
    assert sorted(kinds(condition)) == sorted([*LEFT, *stays])
    assert {Path(f.path).name for f in condition.irregular if f.may_move} == {name for _, name in LEFT}


@pytest.mark.skipif(not hasattr(os, "uname"), reason="the name of the computer is asked in another way there")
def test_tidying_moves_just_that_into_the_trash(project: Path) -> None:
    leave_things_behind(project)
    before = listing(project)
    condition = VERIFICATION.examine(project)
    moved = VERIFICATION.tidy(condition)
    assert {Path(each.path).name for each in moved} == {name for _, name in LEFT}
    after = listing(project)
    for each in moved:
        assert each.path not in after and each.to.startswith("trash/")
        assert after[each.to] == before[each.path]
    gone = {path for path in before if any(path == m.path or path.startswith(f"{m.path}/") for m in moved)}
    assert {p: h for p, h in after.items() if not p.startswith("trash") and "locks" not in p} == {
        p: h for p, h in before.items() if p not in gone and "locks" not in p
    }
    assert not any(found.may_move for found in VERIFICATION.examine(project).irregular), "the trash is left alone"
    assert VERIFICATION.tidy(VERIFICATION.examine(project)) == []
    files = FolderProjectFiles(project)
    (entry,) = [e for e in files.trash() if e.kind == "leftover"]
    files.put_back(entry.id)
    assert {p: h for p, h in listing(project).items() if "locks" not in p and p != "trash"} == {
        p: h for p, h in before.items() if "locks" not in p and p != "trash"
    }


def test_nothing_is_tidied_while_somebody_renders(project: Path) -> None:
    shutil.copy(first(project, "keyframes/001/*.png"), project / "keyframes/001/start_007_00000000.png")
    condition = VERIFICATION.examine(project)
    occupancy = Occupancy(project / ".kinoloom")
    occupancy.enter("a test")
    try:
        with pytest.raises(Conflict, match="a test"):
            VERIFICATION.tidy(condition)
    finally:
        occupancy.leave()
    assert (project / "keyframes/001/start_007_00000000.png").exists()
    assert len(VERIFICATION.tidy(condition)) == 1


def test_a_picture_that_got_its_sidecar_meanwhile_stays(project: Path) -> None:
    picture = project / "keyframes/001/start_007_00000000.png"
    shutil.copy(first(project, "keyframes/001/*.png"), picture)
    condition = VERIFICATION.examine(project)
    shutil.copy(first(project, "keyframes/001/*.json"), picture.with_suffix(".json"))
    assert VERIFICATION.tidy(condition) == []
    assert picture.exists()


def test_a_take_in_the_wrong_place_is_no_orphan(project: Path) -> None:
    take = first(project, "takes/001/0/*")
    take.rename(take.with_name("777-00000000"))
    found = VERIFICATION.examine(project).irregular
    assert [(f.kind, f.may_move) for f in found if "777" in f.path] == [("damaged", False)]


def test_a_project_whose_first_document_was_set_aside(project: Path) -> None:
    (project / "project.json").rename(project / "project.json.damaged-20260101T000000Z")
    condition = VERIFICATION.examine(project)
    assert not condition.well and ("missing", "project.json") in kinds(condition)


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no Kinoloom project"):
        VERIFICATION.examine(tmp_path)


def test_the_condition_as_document_and_as_lines(project: Path) -> None:
    first(project, "film/*.mp4").unlink()
    shutil.copy(first(project, "keyframes/001/*.png"), project / "keyframes/001/start_007_00000000.png")
    condition = VERIFICATION.examine(project)
    document = condition_document(condition)
    assert document["ok"] is False and document["checked"] == {
        "documents": condition.documents, "pictures": 4, "clips": 2, "films": 1, "sounds": 0,
        "tables": 0,
    }  # fmt: skip
    assert json.loads(json.dumps(document)) == document
    text = "\n".join(condition_lines(condition))
    assert "MISSING" in text and "1 file is missing" in text and "--tidy" in text
    moved = VERIFICATION.tidy(condition)
    text = "\n".join(condition_lines(condition, moved))
    assert f"to {moved[0].to}" in text and "--tidy" not in text


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with music, a spoken line and a colour table."""
    folder = tmp_path_factory.mktemp("furnished")
    with running(folder) as bench:
        project = bench.project(shot(1))
        bench.studio.sound.import_sound(project, tones.write(folder / "music.wav", tones.noise(0.5, 0.1)))
        bench.studio.sound.set_line(project, "001", text="One two")
        bench.wait(bench.studio.sound.narrate(project))
        table = folder / "warm.cube"
        table.write_text("LUT_3D_SIZE 2\n" + "".join(f"{r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1)))
        mask = folder / "mask.png"
        Image.new("L", (96, 64), 255).save(mask)
        kept = project.files.add_mask(mask)
        project.change_board("masking", lambda b: b.with_shot(b.shot("001").replace(mask=kept)))
        bench.studio.cuts.finish(project, grade=Grade(lut=bench.studio.film.add_table(project, table, "warm.cube")))
        return project.files.root


HARMS: list[tuple[str, Callable[[Path], None], str, str]] = [
    ("sounds/*.wav", Path.unlink, "missing", "is missing"),
    ("sounds/*.wav", flip_a_byte, "damaged", "not what was stored"),
    ("sounds/*.json", cut_short, "damaged", "cannot be read"),
    ("tables/*.cube", cut_short, "damaged", "not what was stored"),
    ("tables/*.cube", Path.unlink, "missing", "colour table"),
    ("masks/*.png", flip_a_byte, "damaged", "not what was stored"),
    ("masks/*.png", Path.unlink, "missing", "the mask"),
    ("sound.json", cut_short, "damaged", "cannot be read"),
    ("cut.json", make_newer, "newer", "newer Kinoloom"),
]


def test_sounds_and_colour_tables_are_looked_at_too(furnished: Path, tmp_path: Path) -> None:
    condition = VERIFICATION.examine(furnished)
    assert condition.well and not condition.irregular and (condition.sounds, condition.tables) == (2, 1)
    for number, (pattern, harm, kind, words) in enumerate(HARMS):
        project = Path(shutil.copytree(furnished, tmp_path / str(number)))
        harm(first(project, pattern))
        found = VERIFICATION.examine(project).irregular
        assert (found[0].kind, words in found[0].what, bool(found[0].cure)) == (kind, True, True), (pattern, found)
        assert not any(f.may_move for f in found), "what may be of use is never moved away"
    project = Path(shutil.copytree(furnished, tmp_path / "orphan"))
    (project / "sounds/0123456789abcdef.wav").write_bytes(b"RIFF")
    condition = VERIFICATION.examine(project)
    assert condition.well and [(f.kind, f.may_move) for f in condition.irregular] == [("orphan", True)]
    assert [m.path for m in VERIFICATION.tidy(condition)] == ["sounds/0123456789abcdef.wav"]
