"""`services.ports.Interchange` over files: which module writes and reads which format."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from domain.errors import BadInput, NotFound
from domain.interchange.edits import FORMATS, EditFormat, EditList
from domain.jsontext import crowded
from infrastructure.interchange import edl, fcp7, fcpxml
from infrastructure.interchange.timeline import as_timeline, from_timeline
from infrastructure.stores import atomic

MAX_BYTES = 64 * 2**20
"""Largest edit list that is read."""

MAX_DEPTH = 200
"""How deeply one may be nested; its parser falls over at some thousands."""

_WRITERS: Mapping[EditFormat, Callable[[EditList], str]] = {
    "fcpxml": fcpxml.write, "fcp7": fcp7.write, "edl": edl.write,
}  # fmt: skip
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"|[][{}]')
_UNREADABLE = (ValueError, ArithmeticError, AttributeError, TypeError, KeyError, RuntimeError)
_CONTENT, _VERSION = "content.otio", "version.txt"


class OtioInterchange:
    """Writes and reads edit lists."""

    def write(
        self, edits: EditList, target: Path, form: EditFormat, media: Mapping[str, Path],
        report: Callable[[int, int], None],
    ) -> None:  # fmt: skip
        """See the port."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic.storing(f"Writing {target}"):
            if form == "otioz":
                _bundle(edits, target, media, report)
            else:
                text = _json(edits) if form == "otio" else _WRITERS[form](edits)
                atomic.write_bytes(target, text.encode("utf-8"))

    def copy(self, source: Path, target: Path) -> None:
        """See the port."""
        with atomic.storing(f"Copying {source.name} to {target}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = atomic.temporary_beside(target)
            try:
                shutil.copyfile(source, temporary)
                atomic.sync_file(temporary)
                atomic.replace(temporary, target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise

    def read(self, path: Path, rate: Fraction, form: EditFormat | None = None) -> EditList:
        """See the port."""
        kind = form or guess(path)
        text = _bundled(path) if kind == "otioz" else _text(path)
        try:
            return _parsed(text, kind, rate)
        except (*_UNREADABLE, otio.exceptions.OTIOError) as error:
            raise BadInput(f"{path.name} cannot be read: {str(error)[:160]}.", "Export it again.") from error


def _parsed(text: str, kind: EditFormat, rate: Fraction) -> EditList:
    match kind:
        case "fcpxml":
            return fcpxml.read(text, rate)
        case "fcp7":
            # both kinds of XML may end in .xml: what is in it decides
            return fcpxml.read(text, rate) if "<fcpxml" in text[:2000] else fcp7.read(text, rate)
        case "edl":
            return edl.read(text, rate)
        case _:
            _check_json(text)
            return from_timeline(otio.adapters.read_from_string(text, "otio_json"), rate)


def _check_json(text: str) -> None:
    """Raise BadInput for what OpenTimelineIO's parser, which is not Python's, would fall over."""
    if crowded(text):
        raise BadInput("That OpenTimelineIO file holds too much.", "Export the sequence alone.")
    if "SerializableObjectRef" in text:
        raise BadInput("That OpenTimelineIO file refers to itself.", "Export it again.")
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > MAX_DEPTH:
            raise BadInput("That OpenTimelineIO file is nested too deeply.", "Export the sequence alone.")


def guess(path: Path) -> EditFormat:
    """The format that a file's name tells. Raises BadInput."""
    ending = path.suffix.lower()
    found = next((form.id for form in FORMATS if form.ending == ending), None)
    if found is None:
        known = ", ".join(form.ending for form in FORMATS)
        raise BadInput(f"{path.name} is no edit list that can be read.", f"Give one of: {known}.")
    return found


def _json(edits: EditList) -> str:
    return str(otio.adapters.write_to_string(as_timeline(edits), "otio_json"))


def _text(path: Path) -> str:
    try:
        with atomic.storing(f"Reading {path.name}"):
            return atomic.read_bytes(path, MAX_BYTES).decode("utf-8-sig", "replace")
    except ValueError as error:
        raise BadInput(f"{path.name} cannot be read: {error}.", "Export the sequence alone.") from error


def _bundle(edits: EditList, target: Path, media: Mapping[str, Path], report: Callable[[int, int], None]) -> None:
    """Everything in one file, the takes that could be shown instead as well (which OpenTimelineIO's own writer leaves
    behind). Media are stored, not squeezed."""
    text = _json(edits)
    temporary = atomic.temporary_beside(target)
    try:
        with zipfile.ZipFile(temporary, "x", allowZip64=True) as bundle:
            bundle.writestr(_VERSION, "1.0.0", zipfile.ZIP_DEFLATED)
            bundle.writestr(_CONTENT, text, zipfile.ZIP_DEFLATED)
            for number, (name, path) in enumerate(media.items()):
                report(number, len(media))
                if not path.is_file():
                    raise NotFound(f"{path.name} is not there any more.", "Make this take again.")
                bundle.write(path, name, zipfile.ZIP_STORED)
        atomic.sync_file(temporary)
        atomic.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _bundled(path: Path) -> str:
    """The edit list in a bundle; nothing else of it is read."""
    try:
        with atomic.storing(f"Reading {path.name}"), zipfile.ZipFile(path) as bundle:
            if bundle.getinfo(_CONTENT).file_size > MAX_BYTES:
                raise BadInput(f"The edit list in {path.name} is too large.", "Export the sequence alone.")
            with bundle.open(_CONTENT) as content:
                return content.read(MAX_BYTES + 1)[:MAX_BYTES].decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError, RuntimeError) as error:
        raise BadInput(f"{path.name} is no .otioz file.", "Export it again.") from error
