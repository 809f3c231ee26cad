"""Settings as the studio shows and changes them; where they are stored is an adapter's affair."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from domain.base import Value
from services.changes import ChangeCounter


class SettingField(Value):
    """One setting: its dotted key, its words, what it may be, and its value now with where that comes from."""

    key: str
    section: str
    title: str
    help: str = ""
    kind: Literal["text", "number", "switch", "choice"]
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    value: Any = None
    default: Any = None
    origin: Literal["default", "file", "environment"] = "default"
    secret: bool = False


class SettingsSource(Protocol):
    """Where settings live."""

    def fields(self) -> list[SettingField]:
        """Every setting as it is now, in the order in which they are shown."""
        ...

    def problems(self) -> list[str]:
        """What could not be used, in sentences."""
        ...

    def save(self, key: str, value: Any) -> None:
        """Store one setting. Raises BadInput when it cannot be."""
        ...

    def save_login(self, url: str, login: str) -> None:
        """Store what one server is greeted with, a token or "Header: value"; empty forgets it. Raises BadInput."""
        ...

    def reset(self, key: str) -> None:
        """Take a stored value back to its default."""
        ...

    def place(self) -> str:
        """The file they are stored in."""
        ...


class SettingsService:
    """Reads and changes settings; a change takes effect at once."""

    def __init__(self, source: SettingsSource, changes: ChangeCounter) -> None:
        self._source = source
        self._changes = changes
        self._values: dict[str, Any] | None = None

    def fields(self) -> list[SettingField]:
        """Every setting as it is now."""
        return self._source.fields()

    def value(self, key: str, default: Any = None) -> Any:
        """One setting, remembered until something is changed here; for what is asked for many times a second."""
        if self._values is None:
            self._values = {field.key: field.value for field in self._source.fields()}
        return self._values.get(key, default)

    def problems(self) -> list[str]:
        """What in the file or the environment could not be used."""
        return self._source.problems()

    def place(self) -> str:
        """The file they are stored in."""
        return self._source.place()

    def save(self, key: str, value: Any) -> None:
        """Change one setting. Raises BadInput when the value cannot be."""
        self._source.save(key, value)
        self._values = None
        self._changes.bump()

    def save_login(self, url: str, login: str) -> None:
        """Change what one server is greeted with, a token or "Header: value"; empty forgets it. It can be written and
        never read. Raises BadInput."""
        self._source.save_login(url, login)
        self._values = None
        self._changes.bump()

    def reset(self, key: str) -> None:
        """Back to the default."""
        self._source.reset(key)
        self._values = None
        self._changes.bump()
