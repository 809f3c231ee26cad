"""Looking at cards and servers, and counting what was made."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from domain.monitor import CardReading, Throughput
from domain.project import Picked
from domain.request import GenerationRequest
from domain.take import MediaInfo, Take
from services.monitor import HOUR, WATCHED_SECONDS, Monitor, is_here, throughput
from tests.fakes.bench import Bench
from tests.fakes.engine import FakeEngine, FakeServer, with_engine
from tests.fakes.sensors import FakeSensors, card

HERE, THERE = "http://127.0.0.1:8188", "http://box:8188"
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Watch:
    """A monitor over fakes; `work` tells whether something is being made."""

    def __init__(self, bench: Bench, engine: FakeEngine | None) -> None:
        self.bench, self.sensors, self.work = bench, FakeSensors(card(50)), False
        self.seen: list[tuple[CardReading, ...]] = []
        studio = bench.studio
        self.monitor = Monitor(self.sensors, engine, bench.clock, studio.changes, lambda: self.work)
        self.monitor.tell(self.seen.append)

    def looks(self) -> int:
        """Look once; how often that counted as a change."""
        before = self.bench.studio.changes.value
        self.monitor.look()
        return self.bench.studio.changes.value - before


def test_the_guard_is_told_always_and_servers_are_asked_only_when_it_matters(bench: Bench) -> None:
    engine = with_engine(bench, {HERE: FakeServer()}, servers=HERE)
    watch = Watch(bench, engine)
    assert watch.looks() == 0 and engine.pulsed == 0 and len(watch.seen) == 1
    watch.work = True
    watch.looks()
    assert engine.pulsed == 1, "something is being made"
    watch.work = False
    assert watch.monitor.cards() == (card(50),)
    watch.looks()
    assert engine.pulsed == 2, "somebody looks"
    bench.clock.step(WATCHED_SECONDS)
    assert watch.looks() == 0 and engine.pulsed == 2
    assert len(watch.seen) == 4


def test_a_window_that_stays_open_is_asked_to_look_again_before_the_monitor_sleeps(bench: Bench) -> None:
    watch = Watch(bench, None)
    watch.looks()
    watch.monitor.cards()
    assert watch.looks() == 0, "nothing changed"
    watch.sensors.cards = [card(60)]
    assert watch.looks() == 1
    bench.clock.step(WATCHED_SECONDS / 2)
    assert watch.looks() == 1, "who is still there?"
    assert watch.monitor.cards() == (card(60),)
    assert watch.looks() == 0


def test_only_servers_of_this_computer_are_local(bench: Bench) -> None:
    engine = with_engine(bench, {HERE: FakeServer(), THERE: FakeServer()}, servers=f"{HERE},{THERE}")
    assert [d.name for d in Watch(bench, engine).monitor.local_devices()] == ["NVIDIA GeForce RTX 4090"]
    assert Watch(bench, None).monitor.local_devices() == ()
    assert is_here("http://[::1]:8188") and is_here("https://localhost") and not is_here(THERE)


@pytest.mark.logs_errors("a guard that breaks")
def test_the_thread_goes_on_whatever_happens_and_ends_when_told(bench: Bench) -> None:
    sensors, again = FakeSensors(card(50)), threading.Event()
    monitor = Monitor(sensors, None, bench.clock, bench.studio.changes, lambda: False, every=0.005)

    def broken(cards: tuple[CardReading, ...]) -> None:
        if sensors.read_count > 2:
            again.set()
        raise ZeroDivisionError

    monitor.tell(broken)
    monitor.start()
    assert again.wait(10)
    monitor.close()
    monitor.close()
    assert not [t for t in threading.enumerate() if t.name == "the machines"]


def take(minutes_ago: float, frames: int = 48, seconds: float = 60.0) -> Take:
    made = (NOW - timedelta(minutes=minutes_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    clip = Picked(path="clip.mp4", sha256="0" * 64)
    request = GenerationRequest(
        kind="video", backend="b", workflow="w", profile="p", seed=1, seed_rule="auto:1", width=64, height=64,
        rate=Fraction(16),
    )  # fmt: skip
    return Take(
        id="t", shot="1", segment=0, clip=clip, last=clip, request=request, fingerprint="0" * 64, made=made,
        info=MediaInfo(width=64, height=64, frames=frames, rate=Fraction(16), codec="h264"), seconds=seconds,
    )  # fmt: skip


def test_throughput_counts_the_last_hour_from_when_its_first_clip_was_begun() -> None:
    now = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert throughput([], now) == throughput([take(61)], now) == Throughput()
    fresh = throughput([take(90), take(9, seconds=60), take(2)], now)
    # begun ten minutes ago: two clips, 96 frames
    assert (fresh.clips, fresh.frames) == (2, 96)
    assert fresh.clips_per_hour == pytest.approx(12) and fresh.frames_per_minute == pytest.approx(9.6)
    long = throughput([take(55, seconds=HOUR)], now)
    assert long.clips_per_hour == pytest.approx(1), "never over more than the hour"
    assert throughput([take(0, seconds=0)], now).clips_per_hour == pytest.approx(60), "nor over less than a minute"
    odd = take(1).replace(made="yesterday")
    assert throughput([odd, take(-5)], now) == Throughput(), "neither what is not dated nor what lies ahead"
