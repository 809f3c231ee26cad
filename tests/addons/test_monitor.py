"""The monitor above the queue, and what the queue tells of holds, offers and jobs that are tried again later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from addons.queue import model as queue
from addons.queue.monitor import queue_words
from domain.backend import Problem
from domain.engine import ServerInfo
from domain.errors import BadInput
from domain.job import Failed, Job, JobOffer, Queued, Run, Unsure
from services.guard import Guard, GuardLimits
from services.monitor import Monitor
from tests.addons.support import Window
from tests.fakes.bench import Bench, shot
from tests.fakes.engine import FakeServer, with_engine
from tests.fakes.sensors import FakeSensors, card

HERE, THERE = "http://127.0.0.1:8188", "http://box:8188"


def opened(bench: Bench) -> Window:
    return Window(bench, bench.project(shot(1)), queue.parts)


def watched(bench: Bench, *cards: object) -> FakeSensors:
    """Give the studio a monitor over these cards, looked at once."""
    sensors = FakeSensors(*cards)  # type: ignore[arg-type]
    studio = bench.studio
    monitor = Monitor(sensors, studio.engine, studio.clock, studio.changes, lambda: False)
    monitor.tell(Guard(studio.jobs, GuardLimits, monitor.local_devices, studio.clock).look)
    monitor.look()
    bench.studio = replace(studio, monitor=monitor)
    return sensors


def test_without_servers_and_cards_nothing_is_shown(bench: Bench) -> None:
    shown = opened(bench).shows("queue.monitor")
    assert (list(shown.items), shown.head) == ([], {"clips": 0, "pace": [], "failed": 0, "last": []})


def test_servers_and_cards_have_a_tile_each(bench: Bench) -> None:
    world = {HERE: FakeServer(running=1, waiting=3, ours=2, ahead=1)}
    with_engine(bench, world, servers=f"{HERE}, {THERE}")
    watched(bench, card(81, used=6))
    tiles = opened(bench).items("queue.monitor")
    assert list(tiles) == [HERE, THERE, "card-0"]
    here, there, gpu = tiles.values()
    assert (here["s"], here["q"]) == ("up", ["1 running, 3 waiting", "2 ours, 1 of others before ours"])
    assert here["d"] == [["NVIDIA GeForce RTX 4090", 25, "18.0 GiB of 24.0 GiB free"]]
    assert (there["s"], there["m"]) == ("down", f"Nothing answers at {THERE}.")
    assert (gpu["c"], gpu["hot"], gpu["d"]) == (81, True, [["Memory", 25, "18.0 GiB of 24.0 GiB free"]])


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, ["idle"]),
        ({"running": 1, "ours": 1}, ["1 running, 0 waiting", "all ours"]),
        ({"running": 1, "waiting": 4}, ["1 running, 4 waiting", "none of them ours"]),
        ({"running": 1, "waiting": 4, "ours": 1}, ["1 running, 4 waiting", "1 ours, none before ours"]),
        ({"reachable": False, "problem": Problem(what="x")}, []),
    ],
)
def test_a_queue_says_whose_jobs_come_first(counts: dict[str, object], words: list[str]) -> None:
    assert queue_words(ServerInfo.model_validate({"url": HERE, "reachable": True, **counts})) == words


def test_what_was_made_and_what_failed_is_summed_up(bench: Bench) -> None:
    w = opened(bench)
    bench.render(w.project)
    head = w.head("queue.monitor")
    assert head["clips"] == 1 and head["pace"][0] > 0 and head["failed"] == 0
    phase = Failed(finished="2026-01-02T03:04:05Z", message="The server ran out of memory.")
    bench.studio.jobs.adopt(run_of(w, phase))
    head = w.head("queue.monitor")
    assert (head["failed"], head["last"]) == (1, ["Shot 001", "The server ran out of memory."])
    w.act("queue.monitor", "failed")
    assert w.head("queue.list")["filter"] == "failed"


def run_of(w: Window, phase: object) -> Run:
    job = Job(
        id="j1", run="r1", project=w.project.id, kind="segment", title="Shot 001", shot="001", backend="fake",
        created="2026-01-02T03:04:05Z", phase=phase,
    )  # fmt: skip
    return Run(id="r1", project=w.project.id, title="Video", created="2026-01-02T03:04:05Z", jobs=(job,))


def test_a_card_that_is_too_hot_pauses_the_queue_and_says_why(bench: Bench) -> None:
    sensors = watched(bench, card(90))
    w = opened(bench)
    (told,) = w.head("queue.list")["holds"]
    assert told[0].startswith("NVIDIA GeForce RTX 4090 is too hot (90 °C).") and told[1:] == ["", "temperature"]
    run = bench.studio.generation.render(w.project)
    assert run is not None
    assert {job.phase.kind for job in bench.studio.jobs.jobs(w.project.id)} == {"queued"}
    assert w.head("queue.list")["projects"][0]["paused"] is False, "nobody can resume what is too hot"
    sensors.cards = [card(70)]
    assert bench.studio.monitor is not None
    bench.studio.monitor.look()
    assert w.head("queue.list")["holds"] == []
    bench.wait(run)
    assert {job.phase.kind for job in bench.studio.jobs.jobs(w.project.id)} == {"done"}


def test_a_person_pauses_and_resumes_and_other_holds_give_their_reason(bench: Bench) -> None:
    w = opened(bench)
    w.act("queue.list", "pause", w.project.id)
    head = w.head("queue.list")
    assert head["projects"] == [{"id": w.project.id, "name": w.project.project.name, "paused": True}]
    assert head["holds"] == [], "a person knows why"
    bench.studio.jobs.hold("Three jobs failed in a row.", project=w.project.id, by="failures")
    assert w.head("queue.list")["holds"] == [["Three jobs failed in a row.", "", "failures"]]
    w.act("queue.list", "resume", w.project.id)
    assert (w.head("queue.list")["holds"], w.head("queue.list")["projects"]) == ([], [])


def test_what_is_offered_for_a_job_can_be_taken(bench: Bench) -> None:
    w = opened(bench)
    smaller = JobOffer(id="smaller", title="Make it smaller", what="Half the size.", changes={"scale": 1})
    failed = Failed(finished="2026-01-02T03:04:05Z", message="Out of memory.", offers=(smaller,))
    bench.studio.jobs.adopt(run_of(w, failed))
    row = w.items("queue.list")["j1"]
    assert (row["o"], row["again"]) == ([["smaller", "Make it smaller", "Half the size.", "", ""]], 1)
    with pytest.raises(BadInput):
        w.act("queue.list", "accept", "j1", offer="larger")
    w.act("queue.list", "pause", w.project.id)
    w.act("queue.list", "accept", "j1", offer="smaller")
    (job,) = bench.studio.jobs.jobs(w.project.id)
    assert (job.phase.kind, job.detail) == ("queued", {"scale": 1})


def test_a_job_of_unknown_fate_asks_and_one_that_waits_to_be_tried_again_says_when(bench: Bench) -> None:
    w = opened(bench)
    bench.studio.jobs.pause(w.project.id)
    unsure = Unsure(since="2026-01-02T03:04:05Z", message="Nobody knows what became of it.", cure="Check again.")
    bench.studio.jobs.adopt(run_of(w, unsure))
    row = w.items("queue.list")["j1"]
    assert row["s"] == "unsure" and [offer[0] for offer in row["o"]] == ["check", "again"]
    assert row["m"] == "Nobody knows what became of it."
    later = Queued(not_before="2126-01-02T03:04:05Z", reason="The server did not answer.")
    bench.studio.jobs.adopt(run_of(w, later).replace(id="r2"))
    rows = [r for r in w.items("queue.list").values() if r.get("nb")]
    assert [(r["nb"], r["m"]) for r in rows] == [("2126-01-02T03:04:05Z", "The server did not answer.")]
