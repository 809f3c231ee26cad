"""Which of several documents was edited last."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import NotFound
from tests.fakes.bench import running, shot


def test_the_last_edit_of_two_documents_is_found_in_both_directions(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        project = bench.project(shot(1), shot(2))
        names = ("cut", "sound")
        assert project.steps(names) == ("", "")
        bench.studio.cuts.move(project, "002", 0)
        bench.studio.sound.set_line(project, "001", text="Once.")
        bench.studio.cuts.trim(project, "001", first=2)
        undone, redone = [], []
        while name := project.steps(names)[0]:
            (bench.studio.cuts if name == "cut" else bench.studio.sound).undo(project)
            undone.append(name)
        while name := project.steps(names)[1]:
            (bench.studio.cuts if name == "cut" else bench.studio.sound).redo(project)
            redone.append(name)
        assert undone == ["cut", "sound", "cut"] and redone == undone[::-1]
        assert project.steps(names) == ("cut", "")


def test_small_pictures_and_sounds_are_found_by_name_only(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        project = bench.project(shot(1))
        bench.render(project)
        take = project.files.takes("001")[0]
        strip = bench.studio.library.take_strip(project.id, "001", 0, take.id)
        assert strip.suffix == ".webp" and bench.studio.library.take_strip(project.id, "001", 0, take.id) == strip
        for shot_id, take_id in (("001", "../x"), ("002", take.id)):
            with pytest.raises(NotFound):
                bench.studio.library.take_strip(project.id, shot_id, 0, take_id)
        with pytest.raises(NotFound):
            bench.studio.library.sound(project.id, "../../project")
