"""Gates as files: the shipped ones, and the user's own, which stand over them by id (`services.ports.Gates`)."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from domain.errors import BadInput, NotFound
from domain.names import is_safe_name
from domain.quality.gate import Gate, read_gate

_LARGEST = 100_000
"""Bytes of a gate file that is read."""


class FileGates:
    """`<id>.toml` in the package and in `folder`. Read anew each time: a change takes effect at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ids(self) -> list[str]:
        """Ids of all gates, from lenient to strict, the user's own last."""
        own = sorted(path.stem for path in self._folder.glob("*.toml") if is_safe_name(path.stem))
        return [*SHIPPED, *(gate for gate in own if gate not in SHIPPED)]

    def get(self, gate_id: str) -> Gate:
        """One gate. Raises NotFound naming those there are, and BadInput about a file that cannot be used."""
        if gate_id not in self.ids():
            raise NotFound(f"There is no gate {gate_id[:60]!r}.", f"Choose one of {', '.join(self.ids())}.")
        own = self._folder / f"{gate_id}.toml"
        if own.is_file():
            return _read(gate_id, own)
        return _parse(gate_id, (_PACKAGE / f"{gate_id}.toml").read_text(encoding="utf-8"), f"{gate_id}.toml")


SHIPPED = ("draft", "web", "production")
"""Ids of the gates that come with Kinoloom."""

_PACKAGE = files("infrastructure.quality") / "gates"


def _read(gate_id: str, path: Path) -> Gate:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"The gate {path.name} cannot be used: it is too large.", "A gate is a short TOML file.")
        return _parse(gate_id, path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The gate {path.name} cannot be read: {error}.", "Mend or remove the file.") from error


def _parse(gate_id: str, text: str, source: str) -> Gate:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"The gate {source} cannot be used: {error}.", "Mend the TOML there.") from error
    return read_gate(gate_id, data, source)
