"""Workflows out of JSON files, and out of pictures and clips that ComfyUI saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from domain.errors import BadInput, NotFound
from infrastructure.comfyui.files import MAX_JSON, read_workflow

API = {"1": {"class_type": "Keep", "inputs": {"filename_prefix": "ä"}}}
EDITOR = {"nodes": [{"id": 1, "type": "Keep"}], "links": [], "version": 0.4}


def saved(folder: Path, name: str, data: Any, **more: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(data, ensure_ascii=False), **{"encoding": "utf-8", **more})
    return path


def png(path: Path, texts: dict[str, tuple[str, str]]) -> Path:
    info = PngImagePlugin.PngInfo()
    for key, (chunk, text) in texts.items():
        if chunk == "iTXt":
            info.add_itxt(key, text)
        else:
            info.add_text(key, text, zip=chunk == "zTXt")
    Image.new("RGB", (4, 4)).save(path, pnginfo=info)
    return path


def clip(path: Path, metadata: dict[str, str]) -> Path:
    options = {"movflags": "use_metadata_tags"} if path.suffix in (".mp4", ".mov") else {}
    codec = "libvpx" if path.suffix == ".webm" else "libx264"
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update(metadata)
        stream = container.add_stream(codec, rate=8)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (API, "api"), (EDITOR, "editor"), ({"prompt": API, "client_id": "x"}, "api"), ({"workflow": EDITOR}, "editor"),
        ({"prompt": API, "workflow": EDITOR}, "editor"),
    ],
)  # fmt: skip
def test_json_of_either_format(tmp_path: Path, data: Any, kind: str) -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        found = read_workflow(saved(tmp_path, "w.json", data, encoding=encoding))
        assert found.data == (API if kind == "api" else EDITOR)
        assert (found.editor is None) == (kind == "api")
        assert found.source == "json"


@pytest.mark.parametrize("chunk", ["tEXt", "iTXt", "zTXt"])
def test_a_png_carries_both(tmp_path: Path, chunk: str) -> None:
    texts = {"workflow": (chunk, json.dumps(EDITOR)), "prompt": (chunk, json.dumps(API))}
    found = read_workflow(png(tmp_path / "p.png", texts))
    assert (found.data, found.editor, found.api) == (EDITOR, EDITOR, API)
    assert found.source == "the picture's metadata"
    only_sent = read_workflow(png(tmp_path / "q.png", {"prompt": (chunk, json.dumps(API))}))
    assert (only_sent.data, only_sent.editor) == (API, None)


def test_a_webp_carries_them_in_its_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = f"prompt:{json.dumps(API)}"
    exif[0x0110] = f"workflow:{json.dumps(EDITOR)}"
    Image.new("RGB", (4, 4)).save(tmp_path / "p.webp", exif=exif)
    found = read_workflow(tmp_path / "p.webp")
    assert (found.editor, found.api) == (EDITOR, API)


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mkv"])
def test_a_clip_carries_them(tmp_path: Path, suffix: str) -> None:
    texts = {"workflow": json.dumps(EDITOR), "prompt": json.dumps(API, ensure_ascii=False)}
    found = read_workflow(clip(tmp_path / f"c{suffix}", texts))
    assert (found.editor, found.api) == (EDITOR, API)
    assert found.source == "the clip's metadata"


def test_a_clip_with_both_in_its_comment(tmp_path: Path) -> None:
    """As VHS_VideoCombine writes it."""
    comment = json.dumps({"prompt": json.dumps(API), "workflow": EDITOR})
    found = read_workflow(clip(tmp_path / "c.mp4", {"comment": comment}))
    assert (found.editor, found.api) == (EDITOR, API)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "no JSON"), (b"", "no JSON"), (b"\xff\xfe{}", "no JSON"), (b"[]", "no ComfyUI workflow"),
        (b"{}", "no ComfyUI workflow"), (b'{"nodes": 3}', "no ComfyUI workflow"), (b"[" * 200_000, "no JSON"),
        (b'{"1": {"class_type": "Keep", "inputs": {"x": NaN}}}', "NaN is not a number"),
        (b'{"1": {"class_type": "Keep", "inputs": {"x": -Infinity}}}', "Infinity is not a number"),
        (b'{"1": {"inputs": {}}}', "no ComfyUI workflow"),
    ],
)  # fmt: skip
def test_what_is_no_workflow(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "w.json").write_bytes(content)
    with pytest.raises(BadInput, match=said) as error:
        read_workflow(tmp_path / "w.json")
    assert error.value.cure


def test_files_that_are_not_there_not_files_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        read_workflow(tmp_path / "w.json")
    with pytest.raises(BadInput, match="is not a file"):
        read_workflow(tmp_path)
    with (tmp_path / "big.json").open("wb") as file:
        file.truncate(MAX_JSON + 1)
    with pytest.raises(BadInput, match="too large"):
        read_workflow(tmp_path / "big.json")


@pytest.mark.parametrize("name", ["p.png", "p.webp", "c.mp4", "c.webm"])
def test_damaged_media(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind" * 20)
    with pytest.raises(BadInput, match="can be read"):
        read_workflow(tmp_path / name)


def test_media_without_a_workflow(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no ComfyUI workflow"):
        read_workflow(png(tmp_path / "p.png", {"parameters": ("tEXt", "a cat")}))
    with pytest.raises(BadInput, match="no ComfyUI workflow"):
        read_workflow(clip(tmp_path / "c.mp4", {"comment": "hand made"}))
    with pytest.raises(BadInput, match="no JSON"):
        read_workflow(png(tmp_path / "q.png", {"workflow": ("tEXt", "{broken")}))
