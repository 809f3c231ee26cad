"""How values become documents and back: schema name, version number, and upgrades step by step."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from domain.base import Value
from domain.errors import NewerFile, StudioError
from domain.jsontext import MAX_VALUES, crowded

V = TypeVar("V", bound=Value)
Fields = dict[str, Any]
Upgrade = Callable[[Fields], Fields]

MAX_BYTES = 64 * 2**20
"""Largest document read or written, in bytes."""


class Unreadable(Exception):
    """Raised when bytes are not this document; the text says why in a few words."""


class Schema:
    """The schema "kinoloom/<name>" at `version`; `upgrades[n]` turns the fields of version n into those of n + 1."""

    def __init__(self, name: str, version: int = 1, upgrades: Mapping[int, Upgrade] | None = None) -> None:
        self.name = f"kinoloom/{name}"
        self.version = version
        self._upgrades = dict(upgrades or {})
        missing = set(range(1, version)) - set(self._upgrades)
        if missing:
            raise ValueError(f"{self.name} {version} lacks the upgrade from {min(missing)}")

    def dump(self, value: Value) -> bytes:
        """The document as indented JSON in UTF-8. Raises StudioError above MAX_BYTES."""
        try:
            fields = value.model_dump_json(indent=2)
        except PydanticSerializationError:  # half a surrogate pair, as some importers leave them in extras
            fields = json.dumps(value.to_json(), indent=2)
        head = f'{{\n  "schema": {json.dumps(self.name)},\n  "version": {self.version}'
        data = (head + ("\n}" if fields == "{}" else "," + fields[1:]) + "\n").encode()
        if len(data) > MAX_BYTES:
            raise StudioError(
                f"{self.name} has {len(data) // 2**20} MiB; at most {MAX_BYTES // 2**20} MiB are stored.",
                "Split the film into several projects.",
            )
        return data

    def load(self, data: bytes, model: type[V], called: str = "") -> V:
        """The value in the document `called` so. Raises Unreadable, and NewerFile with both numbers."""
        if crowded(data):
            raise Unreadable(f"it holds more than {MAX_VALUES:,} values")
        try:
            fields = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
        except RecursionError:
            raise Unreadable("it is nested too deeply") from None
        except UnicodeDecodeError:
            raise Unreadable("it is not UTF-8 text") from None
        except json.JSONDecodeError as error:
            raise Unreadable(f"it is not JSON from line {error.lineno} on") from None
        except ValueError as error:
            raise Unreadable(f"it is not JSON: {error}") from None
        if not isinstance(fields, dict):
            raise Unreadable("it holds no document")
        name, version = fields.pop("schema", None), fields.pop("version", None)
        if name != self.name:
            raise Unreadable(f"its schema is {str(name)[:60]!r} instead of {self.name!r}")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise Unreadable("it has no version number")
        if version > self.version:
            raise NewerFile(
                f"{called or self.name} was written by a newer Kinoloom: it has version {version}, this one reads up "
                f"to version {self.version}. It was left as it is.",
                "Open it with the newer Kinoloom.",
            )
        try:
            for number in range(version, self.version):
                fields = self._upgrades[number](fields)
            return model.model_validate(fields)
        except ValidationError as error:
            raise Unreadable(_first_problem(error)) from None
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise Unreadable(f"its version {version} cannot be upgraded: {type(error).__name__}") from error


def peek(data: bytes) -> str | None:
    """The schema name in a document; "" when it names none, None when it does not parse."""
    found = re.match(rb'\s*(?:\xef\xbb\xbf)?\{\s*"schema"\s*:\s*"([^"\\]{1,80})"', data)
    if found:
        return found[1].decode(errors="replace")
    if crowded(data):
        return None
    try:
        fields = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return str(fields["schema"]) if isinstance(fields, dict) and "schema" in fields else ""


def version_of(data: bytes) -> int:
    """The version number of a document that `Schema.load` took."""
    found = re.search(rb'"version"\s*:\s*([0-9]{1,9})', data)
    return int(found[1]) if found else 0


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where or 'its content'}: {first['msg']}"[:300]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
