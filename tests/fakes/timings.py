from __future__ import annotations


class MemoryTimings:
    """What past runs took, kept as long as the test."""

    def __init__(self) -> None:
        self.learnt: dict[str, list[float]] = {}

    def expect(self, key: str) -> float | None:
        return self.learnt[key][-1] if key in self.learnt else None

    def learn(self, key: str, seconds_per_frame: float) -> None:
        self.learnt.setdefault(key, []).append(seconds_per_frame)
