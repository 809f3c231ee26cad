"""The settings file as text: read with care, changed in one place without losing comments, written all or nothing."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 2**20
"""Largest settings file, in bytes."""

MAX_REFERENCES = 20
"""Most references (*name) in it."""

MAX_DEPTH = 20
"""Most brackets within each other."""

_lock = threading.Lock()


class Unreadable(ValueError):
    """Raised when the file is there but is no settings file: one sentence that names it and the reason."""


class _Few(yaml.SafeLoader):
    """Takes few references (*name): a hundred of them, one within the other, stand for billions of values."""

    references = 0

    def fetch_flow_collection_start(self, token: Any) -> None:
        """As usual, until brackets lie too deep: what opens a thousand of them takes seconds to be found no key."""
        if self.flow_level >= MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=f"it has more than {MAX_DEPTH} brackets within each other")
        super().fetch_flow_collection_start(token)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """As usual, until there are too many."""
        self.references += self.check_event(yaml.AliasEvent)
        if self.references > MAX_REFERENCES:
            raise yaml.MarkedYAMLError(problem=f"it has more than {MAX_REFERENCES} references (*name)")
        return super().compose_node(parent, index)


def read(path: Path) -> dict[str, Any]:
    """What the file says; empty when there is none. Raises Unreadable."""
    try:
        return _parse(path, _bytes(path))
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror or error}.") from None


def check_sections(path: Path, data: dict[str, Any], sections: set[str]) -> None:
    """Raise Unreadable when one of the sections holds something other than names with values."""
    for name in sections & data.keys():
        if data[name] is not None and not isinstance(data[name], dict):
            raise Unreadable(f"{path} has {data[name]!r:.60} where the section {name!r} should be.")


def change(path: Path, section: str, name: str, value: str | int | bool | None, sections: set[str]) -> None:
    """Set `section.name`, or take it out when `value` is None. A file that cannot be read is set aside first.

    Raises OSError when it cannot be read or written; the file is then as it was.
    """
    with _lock:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            raw = _bytes(path)
            data = _parse(path, raw)
            check_sections(path, data, sections)
        except Unreadable:
            _set_aside(path)
            raw, data = b"", {}
        wanted = _changed(data, section, name, value)
        if wanted != data:
            edited = _edited(_decoded(raw), section, name, value)
            if _same(edited, wanted):
                _replace(path, edited)
            else:  # written in a way that cannot be edited in place, such as {a: {b: c}}: whole, without its comments
                _replace(path, yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return b""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"{path} cannot be read: it is larger than a settings file.")
    return data


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8-sig")


def _parse(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        data = yaml.load(_decoded(raw), Loader=_Few)
    except UnicodeDecodeError:
        raise Unreadable(f"{path} cannot be read: it is not UTF-8 text.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" in line {mark.line + 1}" if mark else ""
        raise Unreadable(f"{path} cannot be read: {error.problem or 'it is not YAML'}{where}.") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unreadable(f"{path} cannot be read: it is not YAML.") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise Unreadable(f"{path} cannot be read: it holds no sections.")
    return data


def _changed(data: dict[str, Any], section: str, name: str, value: str | int | bool | None) -> dict[str, Any]:
    """The data as it should be afterwards."""
    if value is None and name not in (data.get(section) or {}):
        return data
    inner = {k: v for k, v in (data.get(section) or {}).items() if k != name or value is not None}
    if value is not None:
        inner[name] = value
    return data | {section: inner}


def _edited(text: str, section: str, name: str, value: str | int | bool | None) -> str:
    """The text with that one line changed, added or taken out. Whether it came out right, the caller checks."""
    end = "\r\n" if "\r\n" in text else "\n"
    root = yaml.compose(text)
    found = _entry(root, section)
    if found is None:
        gap = "" if not text or text.endswith(("\n", "\r")) else end
        return f"{text}{gap}{section}:{end}  {_line(name, value)}{end}"
    inner = found[1]
    entry = _entry(inner, name)
    if entry is None:
        at = inner.start_mark.index
        if isinstance(inner, yaml.MappingNode):
            return f"{text[:at]}{_line(name, value)}{end}{' ' * inner.start_mark.column}{text[at:]}"
        return f"{text[:at]}{end}  {_line(name, value)}{text[at:]}"
    start, stop = entry[1].start_mark.index, entry[1].end_mark.index
    if value is not None:
        return text[:start] + _scalar(value) + text[stop:]
    line_start = text.rfind("\n", 0, entry[0].start_mark.index) + 1
    line_end = text.find("\n", stop)
    return text[:line_start] + (text[line_end + 1 :] if line_end >= 0 else "")


def _entry(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value node of the last entry of that name, as the reader takes the last."""
    entries = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((k, v) for k, v in reversed(entries) if k.value == key), None)


def _line(name: str, value: str | int | bool | None) -> str:
    return f"{name}: {_scalar(value)}"


def _scalar(value: str | int | bool | None) -> str:
    """One value as YAML on one line, quoted where it would otherwise be read as something else."""
    return yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=2**31).strip()[1:-1]


def _same(text: str, wanted: dict[str, Any]) -> bool:
    try:
        found = yaml.safe_load(text)
        return isinstance(found, dict) and _full(found) == _full(wanted)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False


def _full(data: dict[str, Any]) -> dict[str, Any]:
    """The data with empty sections spelled alike."""
    return {k: {} if v is None else v for k, v in data.items()}


def _set_aside(path: Path) -> None:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    target = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    path.rename(target)


def _replace(path: Path, text: str) -> None:
    """Write the whole file or leave it as it was: a temporary file beside it, flushed to disk, takes its place."""
    target = path.resolve()  # a link stays a link
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
