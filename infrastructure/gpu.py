"""The graphics cards of this computer, by NVIDIA's management library: `services.ports.Sensors`.

The library comes with the driver, its Python side with the optional `nvidia-ml-py`. Without either, or on other
cards, nothing is read and nothing fails.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from domain.monitor import CardReading

log = logging.getLogger(__name__)

AGAIN = 300.0
"""Seconds until a library that could not be started is tried again: a driver may be updated meanwhile."""


def _library() -> Any:
    return importlib.import_module("pynvml")


class NvmlSensors:
    """Reads the cards. `load` gives the library, raising ImportError where it is not installed."""

    def __init__(self, load: Callable[[], Any] = _library, now: Callable[[], float] = time.monotonic) -> None:
        self._load, self._now = load, now
        self._lock = threading.Lock()
        self._nvml: Any = None
        self._rests_until = float("-inf")

    def read(self) -> list[CardReading]:
        """The cards now; empty where there are none or nobody can tell."""
        with self._lock:
            nvml = self._started()
            if nvml is None:
                return []
            try:
                return list(self._cards(nvml))
            except nvml.NVMLError as error:
                # The driver went away, as after an update: begin anew later.
                log.warning("The graphics cards can no longer be read: %s", error)
                self._stop()
                return []

    def close(self) -> None:
        """Let go of the library; may be called twice."""
        with self._lock:
            self._stop()

    def _started(self) -> Any:
        if self._nvml is None and self._now() >= self._rests_until:
            self._rests_until = self._now() + AGAIN
            try:
                nvml = self._load()
            except ImportError:
                return None
            with contextlib.suppress(nvml.NVMLError):
                nvml.nvmlInit()
                self._nvml = nvml
        return self._nvml

    def _stop(self) -> None:
        nvml, self._nvml = self._nvml, None
        self._rests_until = self._now() + AGAIN
        if nvml is not None:
            with contextlib.suppress(nvml.NVMLError):
                nvml.nvmlShutdown()

    def _cards(self, nvml: Any) -> Iterator[CardReading]:
        for index in range(nvml.nvmlDeviceGetCount()):
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
            name = nvml.nvmlDeviceGetName(handle)
            memory = _told(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
            rates = _told(nvml, nvml.nvmlDeviceGetUtilizationRates, handle)
            heat = _told(nvml, nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU)
            yield CardReading(
                index=index,
                name=name.decode() if isinstance(name, bytes) else str(name),
                celsius=None if heat is None else int(heat),
                memory=0 if memory is None else int(memory.total),
                used=0 if memory is None else int(memory.used),
                busy=None if rates is None else max(0, min(100, int(rates.gpu))),
            )


def _told(nvml: Any, ask: Callable[..., Any], *of: Any) -> Any:
    """What the driver tells; None for what this card does not have, or a driver of this age does not know."""
    try:
        return ask(*of)
    except nvml.NVMLError:
        return None
