"""Foreign bytes into text and JSON: any encoding, any size, any nonsense, and one clear sentence when it is no use."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

from domain.errors import BadInput, NotFound
from domain.jsontext import MAX_VALUES, crowded
from services.importing.notes import Notes

MAX_BYTES = 32 * 2**20
"""Largest file that is read, in bytes."""

MAX_DEPTH = 60
"""Deepest nesting of lists and objects; the formats need six, and JSON writers give up at a few hundred."""

_MAX_DIGITS = 300
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"RIFF", "a picture or clip"),
    (b"PK\x03\x04", "a ZIP archive or office document"), (b"%PDF", "a PDF"), (b"\x1f\x8b", "a compressed file"),
)  # fmt: skip
_SURROGATES = re.compile("[\ud800-\udfff]")


def read_bytes(path: Path) -> bytes:
    """The whole file. Raises NotFound when it is not there and BadInput for folders, devices and files too large."""
    name = printable(path.name) or "The path"
    try:
        if path.is_dir():
            raise BadInput(f"{name} is a folder, not a file.", "Choose a file in it, or import it as a folder.")
        if not path.exists():
            raise NotFound(f"There is no file {printable(str(path))}.", "Check the path.")
        if not path.is_file():
            raise BadInput(f"{name} is not an ordinary file.", "Choose a storyboard file.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{name} cannot be read: {reason}.", "Check the path and its permissions.") from None
    if len(data) > MAX_BYTES:
        raise BadInput(
            f"{name} is larger than {MAX_BYTES // 2**20} MiB.", "A storyboard is far smaller; choose another file."
        )
    return data


def read_text(path: Path, notes: Notes) -> str:
    """The file's text in whatever encoding it is. Raises BadInput, NotFound."""
    return decode(read_bytes(path), printable(path.name), notes)


def decode(data: bytes, name: str, notes: Notes) -> str:
    """Text of `data`: by its byte order mark, else UTF-8, else Windows-1252 with a note. BadInput for binaries."""
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise BadInput(
                f"{name} is {what}, not a storyboard.", "Choose a JSON, Fountain, FDX, CSV, Markdown or text file."
            )
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "")
    if not encoding and b"\0" in data[:4096]:
        # Two-byte text without a mark has a zero in every second place; anything else with zeros is no text.
        even, odd = data[:4096:2].count(0), data[1:4096:2].count(0)
        many = len(data[:4096]) // 4
        encoding = "utf-16-le" if odd > many >= even else "utf-16-be" if even > many >= odd else ""
        if not encoding and b"\0" in data[:64]:
            raise BadInput(f"{name} is not a text file.", "Choose a JSON, Fountain, FDX, CSV, Markdown or text file.")
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding:
            raise BadInput(f"{name} is damaged: it does not decode as {encoding}.", "Save it again as UTF-8.") from None
        text = data.decode("cp1252", errors="replace")
        notes.add("is not UTF-8; it was read as Windows-1252, so check its accented letters.", part="file")
    return clean(text, notes)


def clean(text: str, notes: Notes) -> str:
    """`text` without the halves of surrogate pairs, which no file can hold."""
    if _SURROGATES.search(text):
        notes.add("Broken characters (half surrogate pairs) were replaced by \ufffd.", part="file")
        text = _SURROGATES.sub("\ufffd", text)
    return text


def parse_json(text: str, name: str, notes: Notes) -> Any:
    """The JSON value in `text`. Raises BadInput with the place of the mistake.

    What JSON allows and files cannot carry on is made harmless with a note: keys that occur twice, NaN and
    infinity, numbers with hundreds of digits, half surrogate pairs.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            seen: set[str] = set()
            twice = next(key for key, _ in items if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            notes.add(f"The key {printable(twice)!r} occurs twice in one object; the last one was used.", part="file")
        return found

    def constant(word: str) -> str:
        notes.add(f"{word} is not a number in JSON; it was kept as text.", part="file")
        return word

    def real(digits: str) -> float | str:
        number = float(digits)
        return number if abs(number) != float("inf") else constant(digits[:40])

    def whole(digits: str) -> int | str:
        return int(digits) if len(digits) <= _MAX_DIGITS else constant(f"{digits[:20]}…")

    if not text.strip():
        raise BadInput(f"{name} is empty.", "Choose a file with a storyboard in it.")
    if crowded(text):
        raise BadInput(
            f"{name} holds more than {MAX_VALUES:,} values.", "A storyboard holds far fewer; choose another file."
        )
    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=real, parse_int=whole)
        return _plain(value, name, notes, MAX_DEPTH)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{name} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            "Correct that place, or export the file again.",
        ) from None
    except RecursionError:
        raise BadInput(
            f"{name} is nested too deeply.", "A storyboard nests about six levels; choose another file."
        ) from None


def plain_json(value: Any, name: str, notes: Notes) -> Any:
    """A value made in Python as JSON would have given it. Raises BadInput for what JSON cannot hold."""
    try:
        return parse_json(json.dumps(value), name, notes)
    except (TypeError, ValueError, RecursionError):
        raise BadInput(
            f"{name} holds something that JSON cannot.", "Give it lists, objects, text and numbers."
        ) from None


def _plain(value: Any, name: str, notes: Notes, depth: int) -> Any:
    if isinstance(value, str):
        return clean(value, notes)
    if not isinstance(value, (list, dict)):
        return value
    if depth == 0:
        raise RecursionError
    if isinstance(value, list):
        return [_plain(item, name, notes, depth - 1) for item in value]
    return {clean(key, notes): _plain(item, name, notes, depth - 1) for key, item in value.items()}


def printable(text: str, limit: int = 80) -> str:
    """A foreign name as it may stand in a message."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else "?" for c in short)
