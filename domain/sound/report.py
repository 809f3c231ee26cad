"""What was measured in a finished mix."""

from __future__ import annotations

from pydantic import Field

from domain.base import Value


class Measured(Value):
    """Loudness by EBU R 128: integrated in LUFS (None: too quiet or too short to tell) and true peak in dBTP (None:
    silence)."""

    loudness: float | None = None
    true_peak: float | None = None


class MixReport(Value):
    """The sound of a film as it was measured after it was written. `target` is the loudness that was asked for (None:
    none), `look` a hash of everything that was mixed, `notes` sentences for the user."""

    measured: Measured = Measured()
    target: float | None = None
    look: str = ""
    notes: tuple[str, ...] = Field(default=(), max_length=1000)
