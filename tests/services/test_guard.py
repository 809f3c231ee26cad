"""The guard holds the queue by what the cards tell, and lets it go on by itself."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.engine import DeviceInfo
from domain.monitor import CardReading
from services.guard import BACK, SILENT_SECONDS, Guard, GuardLimits, others
from tests.fakes.clock import FakeClock
from tests.fakes.sensors import GIB, card


class HeldQueue:
    """A queue that remembers why it is held, and everything that was asked of it."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.asked: list[str] = []

    def hold(self, reason: str, *, by: str) -> None:
        self.asked.append(f"hold {by}")
        self.held[by] = reason

    def release(self, *, by: str) -> None:
        self.asked.append(f"release {by}")
        del self.held[by]


class World:
    """A guard with everything around it."""

    def __init__(self, **limits: int) -> None:
        self.queue, self.clock, self.limits = HeldQueue(), FakeClock(), GuardLimits(**limits)
        self.devices: Sequence[DeviceInfo] = ()
        self.guard = Guard(self.queue, lambda: self.limits, lambda: self.devices, self.clock)

    def look(self, *cards: CardReading) -> dict[str, str]:
        self.guard.look(cards)
        return self.queue.held


def test_a_hot_card_holds_the_queue_until_it_is_cool() -> None:
    world = World()
    assert world.look(card(84)) == {}
    held = world.look(card(40, index=1), card(85))
    assert held == {
        "temperature": "NVIDIA GeForce RTX 4090 is too hot (85 °C). Work goes on by itself when it has cooled down to 80 °C."
    }
    assert world.look(card(91)) == held, "the reason stays as it was first told"
    assert world.look(card(81)) == held
    assert world.look(card(80)) == {}
    assert world.look(card(84)) == {}
    assert world.queue.asked == ["hold temperature", "release temperature"]


def test_limits_can_be_changed_and_turned_off_while_held() -> None:
    world = World()
    world.look(card(90))
    world.limits = GuardLimits(pause_at=95)
    assert world.look(card(90)) != {}, "it is not cool yet"
    world.limits = GuardLimits(pause_at=0)
    assert world.look(card(90)) == {}
    world.limits = GuardLimits(pause_at=70, resume_at=90)
    assert "cooled down to 69 °C" in world.look(card(70))["temperature"], "going on always lies below"
    assert world.look(card(69)) == {}


def test_cards_that_tell_nothing_hold_nothing_and_a_silent_one_lets_go_after_a_while() -> None:
    world = World()
    assert world.look() == {} and world.look(card(None)) == {}
    world.look(card(90))
    world.clock.step(SILENT_SECONDS - 1)
    assert world.look() != {}, "a driver may miss a question"
    world.clock.step(1)
    assert world.look() == {}
    world.look(card(90))
    assert world.look(card(90)) != {}, "and it holds again as soon as it is told"


def test_memory_that_other_programs_hold_counts_and_our_own_does_not() -> None:
    world = World(memory=50)
    own = DeviceInfo(name="cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync", memory=24 * GIB, own=20 * GIB)
    assert world.look(card(used=12)) == {}, "at the limit"
    world.devices = [own]
    assert world.look(card(used=22)) == {}, "ComfyUI holds its models: that is no reason"
    world.devices = []
    held = world.look(card(used=18))
    assert held["memory"].startswith("Other programs hold 75 % of the memory of NVIDIA GeForce RTX 4090.")
    assert f"{50 - BACK} % or less" in held["memory"]
    assert world.look(card(used=11)) != {}, "46 %: not enough yet"
    assert world.look(card(used=10)) == {}


def test_two_cards_of_one_name_are_told_apart_by_their_number() -> None:
    cards = [card(used=20, index=0), card(used=20, index=1)]
    devices = [DeviceInfo(name="cuda:1 NVIDIA GeForce RTX 4090 : native", own=19 * GIB)]
    assert [others(c, cards, devices) for c in cards] == [20 * GIB, GIB]
    assert others(cards[1], cards[1:], [DeviceInfo(name="cuda:0 NVIDIA GeForce RTX 4090", own=30 * GIB)]) == 0


@pytest.mark.parametrize("memory", [0, 100])
def test_memory_without_a_limit_holds_nothing(memory: int) -> None:
    assert World(memory=memory).look(card(used=24)) == {}


@given(st.lists(st.integers(20, 110), max_size=40), st.integers(1, 110), st.integers(0, 110))
def test_the_queue_is_never_held_while_cool_nor_running_while_hot(heats: list[int], pause: int, resume: int) -> None:
    world = World(pause_at=pause, resume_at=resume)
    for heat in heats:
        held = bool(world.look(card(heat)))
        assert held or heat < pause
        assert not held or heat > min(resume, pause - 1)
    asked = world.queue.asked
    assert all(a != b for a, b in itertools.pairwise(asked)), "held once, let go once"
