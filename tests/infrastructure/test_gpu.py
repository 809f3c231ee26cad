"""Reading graphics cards, with a management library that stands in for the driver's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from infrastructure.gpu import AGAIN, NvmlSensors

GIB = 2**30


class Library:
    """NVML as far as it is asked: `cards` by index, each with what it tells; what is missing it does not support."""

    NVML_TEMPERATURE_GPU = 0

    class NVMLError(Exception):
        pass

    def __init__(self, *cards: dict[str, Any]) -> None:
        self.cards = cards
        self.broken = False
        self.started = self.stopped = 0

    def _check(self) -> None:
        if self.broken:
            raise self.NVMLError("driver not loaded")

    def nvmlInit(self) -> None:
        self._check()
        self.started += 1

    def nvmlShutdown(self) -> None:
        self.stopped += 1
        self._check()

    def nvmlDeviceGetCount(self) -> int:
        self._check()
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> dict[str, Any]:
        return self.cards[index]

    def nvmlDeviceGetName(self, card: dict[str, Any]) -> Any:
        return card["name"]

    def _told(self, card: dict[str, Any], name: str) -> Any:
        if name not in card:
            raise self.NVMLError("not supported")
        return card[name]

    def nvmlDeviceGetMemoryInfo(self, card: dict[str, Any]) -> Any:
        return self._told(card, "memory")

    def nvmlDeviceGetUtilizationRates(self, card: dict[str, Any]) -> Any:
        return self._told(card, "rates")

    def nvmlDeviceGetTemperature(self, card: dict[str, Any], sensor: int) -> Any:
        assert sensor == self.NVML_TEMPERATURE_GPU
        return self._told(card, "heat")


def test_cards_tell_heat_memory_and_how_busy_they_are() -> None:
    library = Library(
        {"name": "NVIDIA RTX 6000", "memory": SimpleNamespace(total=140 * GIB, used=3 * GIB), "heat": 41,
         "rates": SimpleNamespace(gpu=97)},
        {"name": b"Quadro K600"},
    )  # fmt: skip
    first, second = NvmlSensors(lambda: library).read()
    assert (first.index, first.name, first.celsius, first.busy) == (0, "NVIDIA RTX 6000", 41, 97)
    assert (first.memory, first.used) == (140 * GIB, 3 * GIB)
    assert (second.index, second.name, second.celsius, second.memory, second.busy) == (1, "Quadro K600", None, 0, None)


def test_without_the_library_nothing_is_read_and_it_is_not_looked_for_all_the_time() -> None:
    asked, now = [], [0.0]

    def missing() -> Any:
        asked.append(now[0])
        raise ImportError("pynvml")

    sensors = NvmlSensors(missing, lambda: now[0])
    for now[0] in (0.0, 3.0, AGAIN - 1, AGAIN + 1):
        assert sensors.read() == []
    assert asked == [0.0, AGAIN + 1]
    sensors.close()


def test_a_driver_that_goes_away_is_tried_again_later() -> None:
    library, now = Library({"name": "A", "heat": 50}), [0.0]
    sensors = NvmlSensors(lambda: library, lambda: now[0])
    assert len(sensors.read()) == 1
    library.broken = True
    assert sensors.read() == []
    library.broken = False
    assert sensors.read() == [], "not at once: a driver that is being replaced needs its time"
    now[0] = AGAIN
    assert len(sensors.read()) == 1
    assert (library.started, library.stopped) == (2, 1)
    sensors.close()
    sensors.close()
    assert library.stopped == 2


def test_a_computer_without_a_card_reads_nothing() -> None:
    """The real library, where it is installed, on whatever this computer has: it never raises."""
    sensors = NvmlSensors()
    for card in sensors.read():
        assert card.name and card.used <= card.memory
    sensors.close()
