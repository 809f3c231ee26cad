"""Documents that are damaged, cut short, older or newer, and somebody else who writes at the same time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import Conflict, NewerFile, Occupied
from domain.job import Done, Job, Run
from domain.project import Selection, ShotChoice
from infrastructure.processes import PACKAGES
from infrastructure.stores.layout import SCHEMAS
from services.projects import OpenProject
from tests.fakes.bench import Bench, running, shot
from tests.fakes.waiting import until

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "damaged": lambda data: b"\x00" * len(data),
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
}


@pytest.mark.parametrize("name", ["project", "storyboard", "selection"])
@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_document_is_set_aside_and_its_backup_offered(bench: Bench, name: str, how: str) -> None:
    project = bench.project(shot(1))
    project.change_selection(lambda s: s.with_choice("001", ShotChoice(starred=("x",))))
    file = project.files.root / f"{name}.json"
    good = file.read_bytes()
    file.write_bytes(DAMAGE[how](good))
    keeping = bench.studio.keeping
    (standing,) = [s for s in keeping.documents(project.files) if s.problem]
    assert standing.document == name
    assert re.search(
        rf"{name}\.json cannot be read \(.*\); it was set aside as {name}\.json\.damaged-\d+T\d+Z", standing.problem
    )
    assert re.fullmatch(r"A backup of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC can be restored\.", standing.cure)
    (aside,) = project.files.root.glob(f"{name}.json.damaged-*")
    assert aside.read_bytes() == DAMAGE[how](good)
    again = keeping.documents(project.files)
    assert [s.document for s in again if s.problem] == [name], "it stays said, and nothing takes its place"
    keeping.restore(project.files, name)
    assert not [s for s in keeping.documents(project.files) if s.problem]
    assert json.loads(file.read_bytes()) == json.loads(good)


def test_a_newer_document_is_refused_with_both_numbers_and_left_alone(bench: Bench) -> None:
    project = bench.project(shot(1))
    file = project.files.root / "storyboard.json"
    now = SCHEMAS["storyboard"].version
    newer = file.read_text().replace(f'"version": {now}', '"version": 77', 1)
    file.write_text(newer)
    words = (
        rf"storyboard\.json was written by a newer Kinoloom: it has version 77, this one reads up to version {now}\. It"
    )
    with pytest.raises(NewerFile, match=words) as caught:
        _ = project.board
    assert caught.value.cure == "Open it with the newer Kinoloom."
    with pytest.raises(NewerFile):
        bench.studio.storyboards.edit(project, "001", {"title": "x"})
    with pytest.raises(NewerFile):
        bench.studio.keeping.restore(project.files, "storyboard")
    assert file.read_text() == newer


def test_an_older_sidecar_is_read_and_stays_as_it_was(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project)
    (sidecar,) = project.files.root.glob("takes/*/*/*/take.json")
    fields = json.loads(sidecar.read_text())
    assert fields["clip_bytes"] == (sidecar.parent / "clip.mp4").stat().st_size
    assert fields["last_bytes"] == (sidecar.parent / "last.png").stat().st_size
    for key in ("clip_bytes", "last_bytes"):
        del fields[key]
    older = json.dumps(fields | {"version": 1})
    sidecar.write_text(older)
    with running(bench.folder, owner="two") as second:
        (take,) = second.studio.projects.open(project.files.root).files.takes()
        assert (take.clip_bytes, take.last_bytes) == (take.info.size, 0)
        assert second.states(second.studio.projects.open(project.files.root)) == {"001": ["done"]}
    assert sidecar.read_text() == older


def test_a_sync_program_s_own_copy_is_named(bench: Bench) -> None:
    project = bench.project(shot(1))
    for name in (
        "storyboard (conflicted copy 2026-11-21).json",
        "storyboard.sync-conflict-20261121-AB.json",
        "notes.json",
    ):
        (project.files.root / name).write_text("{}")
    assert bench.studio.keeping.strays(project.files) == [
        "storyboard (conflicted copy 2026-11-21).json", "storyboard.sync-conflict-20261121-AB.json",
    ]  # fmt: skip


# -- two writers -----------------------------------------------------------------------------------------------------


RENDERS = """
import sys
from pathlib import Path
from tests.fakes.bench import running
with running(Path(sys.argv[2])) as bench:
    bench.studio.projects.program = "kinoloom render"
    project = bench.studio.projects.open(Path(sys.argv[1]))
    run = bench.studio.generation.render(project)
    print("in", flush=True)
    sys.stdin.readline()
    bench.backend.let_go.set()
    bench.wait(run)
print("out", flush=True)
sys.stdin.readline()
"""


def test_two_programs_one_renders_and_both_edit(bench: Bench, tmp_path: Path) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"), shot(2))
    (tmp_path / "other").mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", RENDERS, str(project.files.root), str(tmp_path / "other")], cwd=PACKAGES, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(PACKAGES)},
    ) as other:  # fmt: skip
        assert other.stdin is not None and other.stdout is not None
        assert other.stdout.readline() == "in\n"
        words = rf"This project is open for rendering in kinoloom render on .* \(.*, process {other.pid}\) since \d{{4}}-\d\d-\d\d \d\d:\d\d UTC\."
        with pytest.raises(Occupied, match=words) as caught:
            bench.studio.generation.render(project)
        assert caught.value.cure == "Wait for its end or stop it there; looking and editing go on here."
        assert bench.studio.jobs.jobs() == [], "nothing was queued"
        bench.studio.storyboards.describe(project, title="edited meanwhile")
        assert project.board.title == "edited meanwhile"
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == "out\n"
        bench.backend.let_go.set()
        until(lambda: len(project.files.takes()) == 2)
        assert len(project.files.runs()) == 1
        bench.render(project, again=True)
        other.stdin.write("\n")
        other.stdin.flush()
    assert project.files.occupant() is None


def test_a_program_that_was_killed_makes_room(bench: Bench, tmp_path: Path) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"))
    (tmp_path / "other").mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", RENDERS, str(project.files.root), str(tmp_path / "other")], cwd=PACKAGES, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(PACKAGES)},
    ) as other:  # fmt: skip
        assert other.stdout is not None and other.stdout.readline() == "in\n"
        other.kill()
    bench.backend.let_go.set()
    bench.render(project)


def test_another_computer_that_went_silent_is_asked_about(bench: Bench) -> None:
    project = bench.project(shot(1))
    note = project.files.root / ".kinoloom" / "occupant.json"
    note.write_text(
        json.dumps({"schema": "kinoloom/occupant", "version": 1, "host": "atelier", "pid": 9, "started": "1", "token": "t",
                    "program": "the studio", "user": "anna", "since": "2026-11-21 08:30"})
    )  # fmt: skip
    with pytest.raises(Occupied, match=r"the studio on atelier \(anna, process 9\) since 2026-11-21 08:30 UTC"):
        bench.studio.projects.take_over(project)
    long_ago = time.time() - 3600
    os.utime(note, (long_ago, long_ago))
    with pytest.raises(
        Occupied, match=r"Nothing was heard of it for 60 minutes\. If that computer works on it no longer, take"
    ):
        bench.studio.generation.render(project)
    bench.studio.generation.replace_silent(project)
    bench.render(project)
    assert project.files.occupant() is None


def test_what_another_computer_left_unfinished_is_closed_or_taken_up_once_it_is_put_aside(bench: Bench) -> None:
    project = bench.project(shot(1))
    job = Job(
        id="j", run="0" * 24, project=project.id, kind="segment", title="Shot 001", shot="001", created="2026-11-21"
    )
    left = Run(id=job.run, project=project.id, title="Render", created=job.created, owner="9@atelier:1", jobs=(job,))
    project.files.write(f"runs/{left.id}", left)
    with running(bench.folder, owner="two") as second:
        second.alive.add("9@atelier:1")
        again = second.studio.projects.open(project.files.root)
        with pytest.raises(Conflict, match=r"worked on by another Kinoloom, process 9@atelier"):
            second.commands.claim(again)
        second.studio.generation.replace_silent(again)
        assert second.commands.claim(again) == []
        assert {j.phase.kind for r in again.files.runs() for j in r.jobs if r.id == left.id} == {"cancelled"}


def test_what_two_programs_edit_apart_is_both_kept_and_the_same_field_is_not_taken_back(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    with running(bench.folder, owner="two") as second:
        theirs = second.studio.projects.open(project.files.root)
        bench.studio.storyboards.edit(project, "001", {"title": "ours"})
        second.studio.storyboards.edit(theirs, "002", {"title": "theirs"})
        second.studio.storyboards.edit(theirs, "001", {"prompt": "theirs"})
        bench.studio.storyboards.undo(project)
        assert [(s.title, s.prompt) for s in project.board.shots] == [("", "theirs"), ("theirs", "a house, 2")]
        bench.studio.storyboards.edit(project, "001", {"title": "ours"})
        second.studio.storyboards.edit(theirs, "001", {"title": "theirs"})
        with pytest.raises(
            Conflict, match="Shot 001: title was changed in two places at once, so neither change was made"
        ):
            bench.studio.storyboards.undo(project)
        assert project.board.shot("001").title == "theirs"


def test_a_document_that_changed_underneath_is_never_written_over_unseen(bench: Bench) -> None:
    project = bench.project(shot(1))
    with running(bench.folder, owner="two") as second:
        theirs = second.studio.projects.open(project.files.root)
        assert theirs.selection == project.selection == Selection()
        theirs.change_selection(lambda s: s.with_choice("001", ShotChoice(starred=("a",))))
        with pytest.raises(
            Conflict, match=r"selection\.json was changed by another program or window since it was read here"
        ):
            project.files.write("selection", Selection(shots={"002": ShotChoice()}))
        project.change_selection(lambda s: s.with_choice("002", ShotChoice(starred=("b",))))
        assert set(theirs.selection.shots) == {"001", "002"}


# -- time --------------------------------------------------------------------------------------------------------------


def _latest(project: OpenProject) -> Run:
    return project.files.runs()[-1]


def test_a_clock_that_was_set_back_stops_nothing(bench: Bench) -> None:
    """Work that began before goes on, waits keep their length, and what is newest stays newest where it counts."""
    project = bench.project(shot(1))
    bench.render(project)
    bench.clock.step(-3 * 86_400)
    for turn in range(2):
        bench.render(project, again=True)
        assert len(project.files.takes()) == 2 + turn
    bench.studio.storyboards.describe(project, title="after")
    assert project.files.backups("storyboard", type(project.board))[0].key.startswith("0000")
    names = sorted(t.id for t in project.files.takes())
    assert [name[:3] for name in names] == ["001", "002", "003"], "numbers do not depend on the clock"
    assert bench.states(project) == {"001": ["done"]}
    assert all(job.phase.seconds >= 0 for job in _latest(project).jobs if isinstance(job.phase, Done))
    film = bench.film(project)
    assert film.jobs[0].phase.kind == "done"
