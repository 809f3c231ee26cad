"""Reading workflows from files: JSON of either format, and the pictures and clips in which ComfyUI keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import BadInput, NotFound
from domain.jsontext import MAX_LISTED, crowded
from infrastructure.comfyui.convert import Json, is_api, is_editor

MAX_JSON = 64 * 2**20
"""Largest JSON text that is read, in bytes."""

MAX_PIXELS = 64_000_000
"""Largest picture that is looked into, in pixels: what stands behind them is read only with them."""

MAX_MEDIA = 2 * 2**30
"""Largest picture or clip that is looked into, in bytes."""

PICTURES = (".png", ".webp", ".jpg", ".jpeg")
CLIPS = (".mp4", ".webm", ".mkv", ".mov", ".m4v")
_FORMATS = ("PNG", "WEBP", "JPEG")
_DEMUXERS = {".webm": "matroska", ".mkv": "matroska"}
SUFFIXES = (".json", *PICTURES, *CLIPS)
"""Files in which a workflow may be."""

CURE = "Save it with the editor's Save or Export, or give a PNG or mp4 that ComfyUI made."


@dataclass(frozen=True)
class WorkflowFile:
    """What a file holds. `data` is the workflow, in editor format where the file has both; `editor` the editor's own
    graph, `api` the graph as it was sent. `source` says where in the file it was."""

    path: Path
    data: Mapping[str, Json]
    editor: Mapping[str, Json] | None
    api: Mapping[str, Json] | None
    source: str


def read_workflow(path: Path) -> WorkflowFile:
    """The workflow in a file. Raises NotFound when there is no file, BadInput when there is no workflow in it."""
    suffix = path.suffix.lower()
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise BadInput(f"{path} is not a file.", CURE)
        if size > (MAX_MEDIA if suffix in (*PICTURES, *CLIPS) else MAX_JSON):
            raise BadInput(f"{path.name} is too large for a workflow: {size // 2**20} MiB.", CURE)
        if suffix in PICTURES:
            return _chosen(path, dict(_in_picture(path)), "the picture's metadata")
        if suffix in CLIPS:
            return _chosen(path, dict(_in_clip(path)), "the clip's metadata")
        data = parse_json(path.read_bytes(), path.name)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", "Check the path.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.", "Check the file.") from error
    if isinstance(data, Mapping) and not is_api(data) and not is_editor(data):
        # What a client sends, or a history entry: the graph is one level down.
        inner = {name: data[name] for name in ("workflow", "prompt") if isinstance(data.get(name), Mapping)}
        return _chosen(path, inner, "json")
    return _chosen(path, {"workflow" if is_editor(data) else "prompt": data}, "json")


def parse_json(content: bytes | str, name: str) -> Json:
    """JSON as ComfyUI writes it: UTF-8 with or without a mark at its start. Raises BadInput; NaN is no JSON."""
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        if crowded(text, MAX_LISTED):
            raise ValueError(f"it holds more than {MAX_LISTED:,} values")
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name} is no JSON: {error!s:.120}.", "Save the workflow again.") from error


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not a number")


def _chosen(path: Path, found: Mapping[str, Json], source: str) -> WorkflowFile:
    editor, api = found.get("workflow"), found.get("prompt")
    if is_api(editor):  # some tools keep the sent graph under the other name
        editor, api = None, editor
    if not is_editor(editor):
        editor = None
    if not is_api(api):
        api = None
    data = editor if editor is not None else api
    if data is None:
        raise BadInput(f"There is no ComfyUI workflow in {path.name}.", CURE)
    return WorkflowFile(path, data, editor, api, source)


def _texts(metadata: Mapping[Any, Any]) -> Iterator[tuple[str, Json]]:
    """The entries named "workflow" and "prompt", read; names are compared without case."""
    for key, value in metadata.items():
        name = str(key).lower()
        if name in ("workflow", "prompt") and isinstance(value, (str, bytes)):
            yield name, parse_json(value, f"the entry {name}")
        elif name == "comment" and isinstance(value, str) and value.lstrip().startswith("{"):
            # VHS_VideoCombine keeps both in the comment, each as text within the text.
            inner = parse_json(value, "the comment")
            for part in ("workflow", "prompt"):
                held = inner.get(part) if isinstance(inner, Mapping) else None
                if held is not None:
                    yield part, parse_json(held, f"the entry {part}") if isinstance(held, str) else held


def _in_picture(path: Path) -> Iterator[tuple[str, Json]]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError(f"it has {picture.width} x {picture.height} pixels")
            if picture.format == "PNG":
                # Text may stand behind the pixels: only loading reads it.
                picture.load()
            texts = {k: v for k, v in getattr(picture, "text", picture.info).items() if isinstance(v, (str, bytes))}
            exif = [value for value in picture.getexif().values() if isinstance(value, (str, bytes))]
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise BadInput(f"{path.name} is no picture that can be read: {error!s:.100}.", CURE) from error
    yield from _texts(texts)
    for value in exif:
        # In WEBP files each EXIF entry is "workflow:{…}" or "prompt:{…}".
        text = value if isinstance(value, str) else value.decode("utf-8", "replace")
        name, colon, rest = text.partition(":")
        if colon and name.strip().lower() in ("workflow", "prompt"):
            yield name.strip().lower(), parse_json(rest.rstrip("\0"), f"the entry {name}")


def _in_clip(path: Path) -> Iterator[tuple[str, Json]]:
    import av

    try:
        # Read as what the name says: a list of other files or addresses under that name is none.
        kind, only_files = _DEMUXERS.get(path.suffix.lower(), "mov"), {"protocol_whitelist": "file"}
        with av.open(str(path), format=kind, options=only_files, metadata_errors="replace") as container:
            yield from _texts({k: v for k, v in container.metadata.items() if len(v) <= MAX_JSON})
    except (av.FFmpegError, OSError, ValueError) as error:
        raise BadInput(f"{path.name} is no clip that can be read: {error!s:.100}.", CURE) from error
