"""`export`, `import-cut`, `pack` and `unpack`: what they print, and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from tests.addons.terminal.support import Call, listing


@pytest.mark.parametrize(("form", "name"), [("otio", "cut.otio"), ("otioz", "cut.otioz"), ("fcpxml", "cut.fcpxml"),
                                            ("fcp7", "cut.xml"), ("edl", "cut.edl")])  # fmt: skip
def test_export_writes_the_cut_and_tells_its_frames(call: Call, made: Path, form: str, name: str) -> None:
    said = call("export", made / "film.kinoloom", "--format", form, "-o", made / name, "--json")
    assert said.code == 0, said.err
    assert said.json == {"file": str(made / name), "format": form, "frames": 19, "items": 2, "notes": []}
    again = call("import-cut", made / "film.kinoloom", made / name)
    assert (again.code, again.out.strip()) == (0, "Nothing differs from the cut."), again.err


def test_an_edited_cut_is_told_first_and_made_when_told_so(call: Call, made: Path) -> None:
    project, path = made / "film.kinoloom", made / "cut.otio"
    assert call("export", project, "--format", "otio", "-o", path).code == 0
    timeline = otio.adapters.read_from_file(str(path))
    assert isinstance(timeline, otio.schema.Timeline)
    first = timeline.video_tracks()[0][0]
    shown = first.source_range
    first.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(3, shown.duration.rate), otio.opentime.RationalTime(5, shown.duration.rate)
    )
    otio.adapters.write_to_file(timeline, str(path))
    before = {name: file for name, file in listing(project).items() if "cut" in name}
    said = call("import-cut", project, path)
    assert said.code == 0 and "Shot 001 shows 3 to 8" in said.out and "--yes" in said.out
    assert {name: file for name, file in listing(project).items() if "cut" in name} == before
    said = call("import-cut", project, path, "--yes", "--json")
    assert said.code == 0 and said.json["applied"] and [c["kind"] for c in said.json["changes"]] == ["trimmed"]
    assert call("import-cut", project, path).out.strip() == "Nothing differs from the cut."
    assert call("export", project, "--format", "edl", "-o", made / "cut.edl", "--json").json["frames"] == 5 + 7


def test_a_project_is_packed_and_opened_elsewhere(call: Call, made: Path) -> None:
    said = call("pack", made / "film.kinoloom", "-o", made / "film.zip", "--json")
    assert said.code == 0 and said.json["bytes"] == (made / "film.zip").stat().st_size, said.err
    said = call("unpack", made / "film.zip", made / "there", "--json")
    assert said.code == 0 and said.json["shots"] == 2 and said.json["project"] == str(made / "there"), said.err
    plan = call("plan", made / "there", "--json").json
    assert {s["state"] for shot in plan["shots"] for s in shot["segments"]} == {"done"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "film.kinoloom", "--format", "avid", "-o", "cut.avid"),
        ("export", "film.kinoloom", "--format", "edl", "-o", "cut.otio"),
        ("export", "film.kinoloom", "--format", "edl"),
        ("import-cut", "film.kinoloom", "film.mp4"),
        ("pack", "film.kinoloom", "-o", "film.tar"),
        ("pack", "film.kinoloom", "-o", "film.kinoloom/film.zip"),
        ("unpack", "film.mp4", "there"),
    ],
)
def test_wrong_use_is_told_and_changes_nothing(
    call: Call, made: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(made)
    before = sorted(p.name for p in made.iterdir())
    said = call(*arguments)
    assert said.code == 2 and said.err.strip() and "Traceback" not in said.err
    assert sorted(p.name for p in made.iterdir()) == before
