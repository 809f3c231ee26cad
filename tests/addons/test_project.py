"""The Project tab without a browser."""

from __future__ import annotations

import asyncio
import json
import shutil
import zipfile
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from addons.api import Action, AddonContext, Reply
from addons.flows import limits
from addons.imports import notes_head
from addons.project.model import FilmPart
from addons.project.starting import StartingParts
from addons.session import ProjectCache, Session, View
from addons.uploads import Uploads
from domain.errors import BadInput, NotFound, StudioError
from domain.importing import ImportedPicture
from domain.profiles import profile_for
from services.projects import OpenProject
from tests.fakes.backend import FakeBackend, fake_spec, plain, write_png
from tests.fakes.bench import Bench, phases, running, shot

SEGMENTS = {"segments": [{"segment_id": i, "prompt": f"A field, {i}.", "duration_sec": 8} for i in (1, 2)]}


class Window:
    """A window on a project: what it shows, and what is done in it."""

    def __init__(self, bench: Bench, project: OpenProject) -> None:
        self.bench = bench
        self.project = project
        self.session = Session("w", project, project.ui)
        self.uploads = Uploads(bench.folder / "uploads")
        context = AddonContext(bench.studio, self.uploads)
        self.tab, self.starting = FilmPart(context), StartingParts(context)

    @property
    def view(self) -> View:
        return View(self.bench.studio, self.session, ProjectCache())

    def film(self, verb: str, item: str = "", **data: Any) -> Reply:
        return self.tab.act_film(self.view, Action("project.film", verb, item, data)) or Reply()

    def new(self, verb: str, **data: Any) -> Reply:
        return self.starting.act_new(self.view, Action("project.new", verb, "", data)) or Reply()

    def recent(self, verb: str, item: str = "", **data: Any) -> Reply:
        return self.starting.act_recent(self.view, Action("project.recent", verb, item, data)) or Reply()

    def head(self) -> dict[str, Any]:
        return dict(self.tab.film(self.view).head)

    def hand_over(self, name: str, content: bytes | str) -> dict[str, str]:
        async def chunks() -> AsyncIterator[bytes]:
            yield content.encode() if isinstance(content, str) else content

        return {"token": asyncio.run(self.uploads.receive(name, chunks(), 10**7)), "name": name}

    def stage(self, *files: tuple[str, str]) -> None:
        self.new("stage", files=[self.hand_over(*f) for f in files])

    def opened(self, reply: Reply) -> OpenProject:
        return self.bench.studio.projects.get(reply.project)


def window(bench: Bench, *numbers: int, **fields: Any) -> Window:
    return Window(bench, bench.project(*(shot(n) for n in numbers), **fields))


# -- the open film -----------------------------------------------------------------------------------------------


def test_changes_without_finished_work_are_made_at_once(bench: Bench) -> None:
    w = window(bench, 1)
    w.film("size", w="1920", h="1080")
    w.film("rate", value="24000/1001")
    w.film("mode", "keyframe")
    w.film("edit", field="look", value="noir")
    w.film("edit", field="name", value="  The   Lamp ")
    w.film("edit", field="profile", value="wan2.2-14b")
    now = w.project.project
    assert (now.width, now.height, now.rate, now.mode) == (1920, 1080, Fraction(24000, 1001), "keyframe")
    assert (now.look, now.name, now.profile) == ("noir", "The Lamp", "wan2.2-14b")
    head = w.head()
    assert head["pending"] == {}
    assert [r["label"] for r in head["rates"]] == ["23.976", "24", "25", "29.97", "30", "50", "60"]
    assert [r["on"] for r in head["rates"]].index(True) == 0
    assert head["made"].startswith("Wan 2.2 14B makes ")
    w.film("edit", field="backend", value="other")
    assert w.project.project.backend == "other"


def test_what_would_become_stale_is_counted_and_asked_first(bench: Bench) -> None:
    w = window(bench, 1, 2)
    bench.render(w.project, "001")
    w.film("size", w="192", h="128")
    assert w.project.project.width == 96
    pending = w.head()["pending"]
    assert pending["to"] == "192×128"
    assert pending["words"].startswith("1 shot is rendered and would be stale")
    assert "1 drawn keyframe no longer fits" in pending["words"]
    w.film("keep")
    assert w.head()["pending"] == {}
    w.film("rate", value="25/1")
    assert w.project.project.rate == 24
    w.film("go")
    assert w.project.project.rate == 25
    assert w.head()["pending"] == {}


def test_going_back_to_what_is_set_takes_the_question_away(bench: Bench) -> None:
    w = window(bench, 1)
    bench.render(w.project)
    w.film("rate", value="25/1")
    assert w.head()["pending"]
    w.film("rate", value="24/1")
    assert w.head()["pending"] == {}


@pytest.mark.parametrize(
    ("verb", "item", "data"),
    [
        ("size", "", {"w": 1281, "h": 720}), ("size", "", {"w": "", "h": 720}), ("size", "", {"w": 10**9, "h": 720}),
        ("size", "", {"w": -2, "h": -2}), ("rate", "", {"value": "nan"}), ("rate", "", {"value": "0"}),
        ("rate", "", {"value": "1/0"}), ("mode", "wild", {}), ("edit", "", {"field": "backend", "value": "nope"}),
        ("edit", "", {"field": "profile", "value": "nope"}), ("edit", "", {"field": "name", "value": "  "}),
        ("mode", "", {}),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_refused_and_nothing_changes(
    bench: Bench, verb: str, item: str, data: dict[str, Any]
) -> None:
    w = window(bench, 1)
    before = w.project.project
    with pytest.raises(StudioError):
        w.film(verb, item, **data)
    assert w.project.project == before
    assert w.head()["pending"] == {}


def test_limits_are_said_in_words() -> None:
    assert limits(profile_for("wan2.2-14b", Fraction(24))) == "16 fps, up to 81 frames = 5.06 s a segment"
    assert limits(profile_for("animatic", Fraction(24))) == "any length in one go, at the film's own rate"


def test_a_look_from_elsewhere_stays_selectable(bench: Bench) -> None:
    w = window(bench, 1, look="sepia dream")
    assert w.head()["looks"][-1] == {"value": "sepia dream", "label": "sepia dream (imported)", "on": True}


# -- a new one ---------------------------------------------------------------------------------------------------


def test_an_empty_project_needs_only_a_name(bench: Bench) -> None:
    w = window(bench, 1)
    reply = w.new("create", name="My film", folder="", source="")
    made = w.opened(reply)
    assert (made.project.name, made.board.shots, reply.tab) == ("My film", (), "storyboard")
    assert made.files.root.name == "my-film"
    with pytest.raises(BadInput, match="needs a name"):
        w.new("create")


def test_a_segment_list_and_its_master_prompt_may_come_one_after_the_other(bench: Bench) -> None:
    w = window(bench, 1)
    w.stage(("list.json", json.dumps(SEGMENTS)))
    staged = w.starting.new(w.view).head["staged"]
    assert (staged["files"], staged["shots"], staged["format"]) == (["list.json"], 2, "segment list")
    w.stage(("notes.md", "# Apple\n\n**Style.** Soft light.\n"))
    assert w.starting.new(w.view).head["staged"]["files"] == ["list.json", "notes.md"]
    reply = w.new("create", name="Apple")
    made = w.opened(reply)
    assert made.board.style == "Soft light."
    assert reply.said == "Made Apple with 2 shots."
    # the list of what was altered stays with the new project until it is dismissed
    there = Window(bench, made)
    assert notes_head(there.view)["source"] == "list.json + notes.md"
    there.new("dismiss")
    assert notes_head(Window(bench, made).view) == {}
    assert w.starting.new(Window(bench, w.project).view).head["staged"] == {}


def test_another_storyboard_takes_the_place_of_the_one_dropped_before(bench: Bench) -> None:
    w = window(bench, 1)
    w.stage(("one.json", json.dumps(SEGMENTS)))
    w.stage(("two.csv", "shot,prompt,seconds\n1,A boat,2\n"))
    assert w.starting.new(w.view).head["staged"]["files"] == ["two.csv"]
    w.new("unstage")
    assert w.starting.new(w.view).head["staged"] == {}


def test_a_file_that_is_no_use_is_told_at_the_drop(bench: Bench) -> None:
    w = window(bench, 1)
    for files in ([("bad.json", "{nope")], [("shot.png", "x"), ("a.json", "[]")], [("a.json", "[]"), ("b.json", "[]")]):
        with pytest.raises(BadInput):
            w.stage(*files)
    assert w.starting.new(w.view).head["staged"] == {}


def test_a_file_that_is_gone_is_told_instead_of_making_an_empty_project(bench: Bench) -> None:
    w = window(bench, 1)
    w.stage(("one.json", json.dumps(SEGMENTS)))
    shutil.rmtree(bench.folder / "uploads")
    known = len(bench.studio.projects.opened())
    with pytest.raises(NotFound):
        w.new("create", name="X")
    assert len(bench.studio.projects.opened()) == known


def test_a_folder_of_pictures_becomes_shots_with_their_keyframes(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in (1, 2):
        write_png(folder / f"{number}.png", plain(96, 64, number))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    w = window(bench, 1)
    made = w.opened(w.new("create", name="Harbour", source=str(folder)))
    run = bench.wait(bench.studio.jobs.runs(made.id)[-1])
    assert phases(run) == ["done"]
    assert sorted(made.selection.shots) == [s.id for s in made.board.shots]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("zipped", [False, True])
def test_pictures_that_are_dropped_become_shots_with_their_keyframes(
    bench: Bench, tmp_path: Path, zipped: bool
) -> None:
    names = ["shot 2.png", "shot 10.png", "shot 1.png"]
    for number, name in enumerate(names):
        write_png(tmp_path / name, plain(96, 64, number))
    w = window(bench, 1)
    if zipped:
        with zipfile.ZipFile(tmp_path / "Harbour.zip", "w") as archive:
            for name in names:
                archive.write(tmp_path / name, f"pictures/{name}")
            archive.writestr("__MACOSX/._shot 1.png", b"x")
            archive.writestr("read me.txt", b"x")
        w.new("stage", files=[w.hand_over("Harbour.zip", (tmp_path / "Harbour.zip").read_bytes())])
    else:
        w.new("stage", files=[w.hand_over(name, (tmp_path / name).read_bytes()) for name in names[:2]])
        w.new("stage", files=[w.hand_over(names[2], (tmp_path / names[2]).read_bytes())])
    staged = w.starting.new(w.view).head["staged"]
    assert (staged["shots"], staged["form"], staged["title"]) == (3, "images", "Harbour" if zipped else "Pictures")
    made = w.opened(w.new("create"))
    assert [shot.title for shot in made.board.shots] == ["shot 1", "shot 2", "shot 10"]
    assert phases(bench.wait(bench.studio.jobs.runs(made.id)[-1])) == ["done"]
    assert sorted(made.selection.shots) == sorted(shot.id for shot in made.board.shots)
    assert made.files.keyframes(made.board.shots[0].id)[0].source.startswith("shot")
    w.starting.new(w.view)
    assert not [path for path in (bench.folder / "uploads").rglob("*") if path.is_file()], "they were only lent"


@pytest.mark.logs_errors("one of the pictures is none")
def test_one_bad_picture_keeps_no_other_out_and_trying_again_takes_none_twice(bench: Bench, tmp_path: Path) -> None:
    write_png(tmp_path / "good.png", plain(96, 64, 1))
    (tmp_path / "bad.png").write_text("no picture")
    project = bench.project(shot(1), shot(2))
    pictures = [
        ImportedPicture(shot=f"00{n}", path=tmp_path / f"{name}.png", selected=True)
        for n, name in ((1, "bad"), (2, "good"))
    ]
    run = bench.wait(bench.studio.generation.import_pictures(project, pictures))
    assert phases(run) == ["failed"]
    assert "1 of 2 pictures could not be taken in: bad.png" in str(getattr(run.jobs[0].phase, "message", ""))
    assert list(project.selection.shots) == ["002"]
    write_png(tmp_path / "bad.png", plain(96, 64, 2))
    bench.studio.jobs.retry(run.jobs[0].id)
    bench.wait(run)
    assert [len(project.files.keyframes(i)) for i in ("001", "002")] == [1, 1]
    assert bench.studio.generation.import_pictures(project, []) is None


def test_the_sample_film_is_queued_to_its_end(tmp_path: Path) -> None:
    with running(tmp_path, FakeBackend(fake_spec(id="animatic"))) as bench:
        w = Window(bench, bench.project(shot(1), backend="animatic"))
        reply = w.new("sample")
        made = w.opened(reply)
        jobs = bench.studio.jobs.jobs(made.id)
        bench.studio.jobs.stop_project(made.id)
        assert [job.kind for job in jobs].count("segment") == len(made.board.shots) == 8
        assert jobs[-1].kind == "film"
        assert set(jobs[-1].after) == {job.id for job in jobs[:-1]}
        assert (reply.tab, reply.said) == ("storyboard", "The Keeper's Lamp is being made.")


# -- earlier ones ------------------------------------------------------------------------------------------------


def test_earlier_projects_are_listed_and_opened_and_gone_ones_are_not(bench: Bench) -> None:
    w = window(bench, 1, 2)
    other = bench.project(shot(1, seconds="90"), name="second")
    items = list(w.starting.recent(w.view).items)
    assert [i["name"] for i in items] == ["second", "film"]
    assert [i["here"] for i in items] == [False, True]
    assert (items[0]["shots"], items[0]["length"], items[0]["folder"]) == (1, "1:30.0", str(other.files.root))
    assert w.recent("open", items[0]["id"]).project == other.id
    shutil.rmtree(other.files.root)
    assert [i["name"] for i in w.starting.recent(w.view).items] == ["film"]
    with pytest.raises(NotFound):
        w.recent("open", items[0]["id"])


def test_a_folder_is_opened_by_its_path(bench: Bench, tmp_path: Path) -> None:
    w = window(bench, 1)
    assert "is open already" in w.recent("path", path=str(w.project.files.root)).said
    for bad in ("", "  ", str(tmp_path / "nothing"), "/dev/null", "a\0b", "~nobody-of-that-name/x"):
        with pytest.raises(StudioError):
            w.recent("path", path=bad)


def test_looking_at_damaged_projects_repairs_and_moves_nothing(bench: Bench) -> None:
    w = window(bench, 1)
    other = bench.project(shot(1), name="second")
    file = other.files.root / "storyboard.json"
    file.write_text('{"shots": [{"seconds": "x"}, 5, {"seconds": 2}]}')
    item = next(i for i in w.starting.recent(w.view).items if i["name"] == "second")
    assert (item["shots"], item["length"]) == (2, "0:02.0")
    (other.files.root / "project.json").write_text("{nope")
    assert [i["name"] for i in w.starting.recent(w.view).items] == ["film"]
    assert file.exists()
    assert (other.files.root / "project.json").read_text() == "{nope"


def packed(bench: Bench, project: OpenProject) -> Path:
    target = bench.folder / "The lamp.zip"
    assert phases(bench.wait(bench.studio.handover.pack(project, target))) == ["done"]
    return target


def unpacked(w: Window) -> Reply:
    """Wait until what was dropped is unpacked, and open it as the window does by itself."""
    run = w.bench.wait(w.bench.studio.jobs.runs(w.project.id)[-1])
    assert phases(run) == ["done"]
    assert w.starting.recent(w.view).head["unpacking"]["state"] == "done"
    reply = w.recent("unpacked")
    assert w.starting.recent(w.view).head["unpacking"] == {} and w.recent("unpacked") == Reply()
    return reply


@pytest.mark.logs_errors("what was typed is no zip")
def test_unpacking_that_is_stopped_or_fails_leaves_nothing(bench: Bench) -> None:
    w = window(bench, 1, name="The lamp")
    archive = packed(bench, w.project)
    home = bench.studio.projects.home()
    bench.studio.jobs.pause(w.project.id)
    w.recent("path", path=str(archive))
    assert w.starting.recent(w.view).head["unpacking"] == {"name": "The lamp.zip", "state": "going", "fraction": 0}
    w.recent("stop-unpack")
    bench.studio.jobs.resume(w.project.id)
    assert phases(bench.wait(bench.studio.jobs.runs(w.project.id)[-1])) == ["cancelled"]
    assert w.starting.recent(w.view).head["unpacking"] == {}
    archive.write_bytes(archive.read_bytes()[:-200])
    w.recent("path", path=str(archive))
    assert phases(bench.wait(bench.studio.jobs.runs(w.project.id)[-1])) == ["failed"]
    shown = w.starting.recent(w.view).head["unpacking"]
    assert shown["state"] == "failed" and "The lamp.zip" in shown["why"]
    assert not home.exists() or not [path for path in home.iterdir() if path != w.project.files.root]
    assert archive.exists(), "it is the user's own"


@pytest.mark.parametrize("part", ["recent", "new"])
def test_a_packed_project_is_opened_where_it_is_dropped(bench: Bench, part: str) -> None:
    w = window(bench, 1, 2, name="The lamp")
    archive = packed(bench, w.project)
    given = [w.hand_over("The lamp.zip", archive.read_bytes())]
    reply = w.recent("unpack", files=given) if part == "recent" else w.new("stage", files=given)
    assert reply.said == "The lamp.zip is being unpacked." and not reply.project
    opened = w.opened(unpacked(w))
    assert opened.files.root != w.project.files.root and opened.board == w.project.board
    assert opened.files.root.parent == bench.studio.projects.home()
    w.recent("path", path=str(archive))
    typed = w.opened(unpacked(w))
    assert typed.files.root not in (opened.files.root, w.project.files.root) and typed.board == w.project.board
    w.starting.new(w.view)
    assert not [path for path in (bench.folder / "uploads").rglob("*") if path.is_file()]


def test_what_is_no_packed_project_is_told_and_leaves_nothing(bench: Bench) -> None:
    w = window(bench, 1)
    before = sorted(bench.studio.projects.home().parent.rglob("*"))
    wrong = {"broken.zip": b"PK\x03\x04 cut short", "empty.zip": b"PK\x05\x06" + bytes(18), "notes.txt": b"words"}
    for name, content in wrong.items():
        with pytest.raises(BadInput, match=name):
            w.recent("unpack", files=[w.hand_over(name, content)])
    with pytest.raises(BadInput, match="One packed project"):
        w.recent("unpack", files=[])
    with pytest.raises(NotFound):
        w.recent("unpack", files=[{"token": "x" * 20, "name": "a.zip"}])
    after = [path for path in sorted(bench.studio.projects.home().parent.rglob("*")) if "uploads" not in path.parts]
    assert after == [path for path in before if "uploads" not in path.parts]


def test_a_zip_over_the_upload_limit_is_refused_on_its_way(bench: Bench) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(2**20)

    w = window(bench, 1)
    with pytest.raises(BadInput, match="larger than the limit of 2 MB"):
        asyncio.run(w.uploads.receive("film.zip", chunks(), 2 * 2**20))
