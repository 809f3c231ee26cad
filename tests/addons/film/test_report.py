"""The panel about the film's quality, its page behind the studio's door, and the badges of shots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from addons import film, select, storyboard, undo, video
from addons.checks import shot_badges
from addons.film.reading import SIDE
from addons.guard import Guard, Hosts
from addons.routes import Assets, add_routes
from domain.errors import BadInput, NotFound
from domain.film import FilmReport
from domain.quality.acting import Attempt, Chain, QualityRules, ShotChecks
from domain.quality.own_rules import RULES, ProjectRules
from domain.quality.values import Finding
from services.quality.remedies import REMEDIES
from tests.addons.support import Window
from tests.fakes.backend import write_png
from tests.fakes.bench import Bench, shot


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, rules=QualityRules(clips=False, film_gate="draft"))
    try:
        yield bench
    finally:
        bench.close()


@pytest.fixture
def window(bench: Bench) -> Window:
    project = bench.project(shot(1), shot(2))
    bench.render(project)
    window = Window(bench, project, film.parts)
    window.view.choose(SIDE, "check")
    return window


def test_a_film_is_checked_when_it_is_made_and_by_another_gate_when_asked(window: Window) -> None:
    bench, project = window.bench, window.project
    before = window.head("film.check")
    assert before["film"] == "" and ("web", "Web") in before["gates"] and before["gate"] == "draft"
    run = bench.film(project)
    assert [(j.kind, j.phase.kind) for j in run.jobs] == [("film", "done"), ("check", "done")]

    head = window.head("film.check")
    assert head["film"] == "film-01" and head["by"] == "draft" and head["frames"] == 24
    assert head["state"] == "bad" and head["cuts"] and head["curves"]  # the fake's clips are of one colour
    items = list(window.items("film.check").values())
    plain = next(i for i in items if i["shot"] == "001")
    assert (plain["s"], plain["f"]) == ("fail", 0) and plain["m"]
    assert head["again"] == ["001", "002"]

    window.act("film.check", "edit", field="gate", value="web")
    assert window.head("film.check")["gate"] == "web"
    window.act("film.check", "check")
    window.finish()
    report = project.files.read("film/film-01.report", FilmReport)
    assert report is not None and report.checked is not None and report.checked.report.gate == "web"
    assert any(i["t"] == "Picture size" and "shot" not in i for i in window.items("film.check").values())
    with pytest.raises(NotFound):
        window.act("film.check", "edit", field="gate", value="none")
    assert window.head("film.check")["gate"] == "web"


def test_other_panels_send_nothing_about_quality(window: Window) -> None:
    window.view.choose(SIDE, "film")
    assert window.head("film.check") == {}


def test_the_page_is_shown_but_nothing_in_it_is_run(window: Window) -> None:
    bench, project = window.bench, window.project
    bench.film(project)
    app = FastAPI()
    add_routes(app, bench.studio, window.uploads, Assets([]))
    client = TestClient(Guard(app, Hosts("127.0.0.1", ["testserver"]), ()))
    window.view.choose(SIDE, "check")
    url = window.head("film.check")["url"]
    answer = client.get(url)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"] == "no-cache"

    page = project.files.root / "film" / "film-01.report.html"
    for wrong in ("none", "..%2fproject", "film-01.report"):
        assert client.get(url.replace("film-01", wrong)).status_code == 404
    secret = bench.folder / "secret.html"
    secret.write_text("secret")
    page.unlink()
    assert client.get(url).status_code == 404
    page.symlink_to(secret)
    assert client.get(url).status_code == 404


def test_badges_tell_how_the_standing_clips_were_checked(window: Window) -> None:
    bench, project = window.bench, window.project
    takes = {take.shot: take.id for take in project.files.takes()}
    warning = Finding(
        check="softer", severity="warn", first=0, last=3, value=1, limit=0, unit="", sentence="It is soft.", cure=""
    )

    def put(name: str, *tries: Attempt, chain: Chain | None = None) -> None:
        project.change(f"checks/{name}", ShotChecks, lambda _: ShotChecks(attempts=tries, chain=chain), ShotChecks())

    def tried(number: int, take: str, *, passed: bool = True, found: tuple[Finding, ...] = ()) -> Attempt:
        why = "" if passed else "The picture is black"
        return Attempt(
            job="j", number=number, segment=0, take=take, seed=number, passed=passed, why=why, findings=found
        )

    assert shot_badges(window.view) == {}
    put("001", tried(0, takes["001"]))
    put("002", tried(0, "gone", passed=False), tried(1, takes["002"], found=(warning,)))
    found = shot_badges(window.view)
    assert found["001"][:2] == ["done", "checked"]
    assert found["002"][:2] == ["stale", "1 warning, retaken 1×"]
    assert "The picture is black" in found["002"][2] and "It is soft." in found["002"][2]
    put("001", tried(0, takes["001"], passed=False))
    assert shot_badges(window.view)["001"][:2] == ["failed", "does not pass"]

    for addon, part, key in ((storyboard, "storyboard.cards", "q"), (video, "video.plan", "q")):
        shown = Window(bench, project, addon.ADDON.parts).items(part)
        assert [shown[name][key][0] for name in ("001", "002")] == ["failed", "stale"]
    rows = Window(bench, project, select.ADDON.parts).items("select.shots")
    assert rows["002"]["q"][1] == "1 warning, retaken 1×"

    window.view.remember(shot="001")
    takes_shown = Window(bench, project, video.ADDON.parts).items("video.shot")
    assert next(iter(takes_shown.values()))["q"][:2] == ["failed", "does not pass"]


def test_the_project_sets_its_own_rules_over_those_of_settings(window: Window) -> None:
    bench, project = window.bench, window.project
    rules = bench.film_checks.rules
    fields = window.items("film.rules")
    assert set(fields) == set(RULES) and all(field["value"] == "" for field in fields.values())
    assert fields["film_gate"]["choices"][0] == ["", "Draft, as in Settings"]
    assert fields["clips"]["choices"][0][1] == "The finished film alone, as in Settings"
    assert fields["retakes"]["choices"][0][1] == "2, as in Settings"
    assert window.head("film.rules")["told"] == "as in Settings"

    for field, value in (
        ("clips", "clips"),
        ("film_gate", "web"),
        ("retakes", "0"),
        ("smaller", "on"),
        ("upscale", "server"),
    ):
        window.act("film.rules", "edit", field=field, value=value)
    assert rules.of(project) == QualityRules(
        clips=True, clip_gate="draft", film_gate="web", retakes=0, on_drift="note", smaller=True, upscale="server"
    )
    assert window.head("film.check")["gate"] == "web" and window.head("film.rules")["set"] == 5
    assert window.items("film.rules")["retakes"]["value"] == "0"
    for field, value in (("film_gate", "none"), ("retakes", "11"), ("on_drift", "burn")):
        with pytest.raises(BadInput):
            window.act("film.rules", "edit", field=field, value=value)

    # what a later Kinoloom wrote stays, also through an edit; other projects keep to the settings
    project.change("quality", ProjectRules, lambda now: ProjectRules.model_validate({**now.to_json(), "later": [1]}))
    window.act("film.rules", "edit", field="retakes", value="")
    stored = json.loads((project.files.root / "quality.json").read_text("utf-8"))
    assert "later" in json.dumps(stored) and rules.of(project).retakes == 2
    assert rules.of(bench.project(name="other")) == rules.settings

    window.view.remember(tab="film")
    window.act("film.rules", "reset")
    assert rules.of(project) == rules.settings and undo.history(window.view)[0] == "quality rules"
    undo.undo(window.view)
    assert rules.of(project).film_gate == "web"

    # while they cannot be read those of the settings hold, and the panel says so
    (project.files.root / "quality.json").write_text("{", "utf-8")
    assert rules.of(project) == rules.settings
    assert "quality.json" in window.head("film.rules")["problem"]


def test_findings_offer_what_can_be_done_and_failing_shots_are_made_again(window: Window) -> None:
    bench, project = window.bench, window.project
    bench.film(project)
    plain = next(i for i in window.items("film.check").values() if i.get("shot") == "001" and i["s"] == "fail")
    assert [row[:3] for row in plain["do"]] == [["again", 1, "Make segment 1 again"]]
    assert plain["do"][0][4:] == ["", "", []]
    answer = window.act("film.check", "remedy", plain["id"], shot="001", segment=1, kind="again")
    assert answer is not None and answer.said.startswith("Segment 1 of shot 001 is made again with another seed")
    window.finish()
    assert [len(project.files.takes(name)) for name in ("001", "002")] == [2, 1]
    # the film is older than the shot now: what it shows there is not what would be mended
    assert all("do" not in i for i in window.items("film.check").values() if i.get("shot") == "001")
    window.act("film.check", "again")  # what fails, by one button
    window.finish()
    assert [len(project.files.takes(name)) for name in ("001", "002")] == [3, 2]
    with pytest.raises(BadInput):
        window.act("film.check", "remedy", shot="001", segment=1, kind="burn")
    with pytest.raises(NotFound):
        window.act("film.check", "remedy", shot="009", segment=1, kind="again")


def test_a_join_is_mended_beside_the_shot(bench: Bench, tmp_path: Path) -> None:
    project = bench.project(shot(1, "9"), profile="svd-xt")
    bench.render(project)
    window = Window(bench, project, video.ADDON.parts)
    assert window.head("video.shot")["joins"] == []
    drift = Finding(
        check="drift", severity="warn", first=25, last=70, value=1.4, limit=1, unit="", cure="",
        sentence="The picture drifts away from its beginning; take a fresh one from frame 25 on.",
    )  # fmt: skip
    takes = tuple(take.id for take in project.files.takes("001"))
    chain = Chain(takes=takes, gate="draft", findings=(drift,))
    project.change("checks/001", ShotChecks, lambda _: ShotChecks(chain=chain), ShotChecks())
    (join,) = window.head("video.shot")["joins"]
    assert join["n"] == 2 and join["m"] == [drift.sentence]
    rows = {row[0]: row for row in join["do"]}
    assert list(rows) == list(REMEDIES) and rows["reanchor"][4] and not rows["picture"][4]
    assert [place for _, place, _ in rows["keyframe"][6]] == ["Start frame"] and not rows["keyframe"][4]
    with pytest.raises(NotFound):
        window.act("video.shot", "remedy", shot="001", segment=2, kind="keyframe", name="nothing")
    write_png(tmp_path / "mine.png", np.full((64, 96, 3), 90, np.uint8))
    answer = window.give("video.shot", "remedy", tmp_path / "mine.png", shot="001", segment=2, kind="picture")
    assert answer.said.startswith("Segment 2 begins with a fresh picture")
    window.finish()
    assert window.head("video.shot")["anchors"] == [2] and window.head("video.shot")["joins"] == []
