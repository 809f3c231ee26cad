"""Files made to fill the memory: each is refused or opened, in a process that stays below one gibibyte."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

MOST = 2**30
SECONDS = 20

BEGIN = """
import pathlib, re, sys, time
from domain.errors import StudioError
file = pathlib.Path(sys.argv[1])
began, said = time.process_time(), "opened"
try:
    {work}
except StudioError as error:
    said = str(error)
most = re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]
print(most, round(time.process_time() - began, 1), said)
"""
IMPORT = "from services.importing import import_any; import_any(file)"
PICTURE = "from infrastructure.media import MediaTools; MediaTools().import_image(file, file.with_name('out.png'))"
THUMB = "from infrastructure.media import MediaTools; MediaTools().thumbnail(file, file.with_name('out.webp'), 320)"
STORE = (
    "from infrastructure.stores.project_files import FolderProjectFiles; from domain.storyboard import Storyboard; "
    "FolderProjectFiles(file.parent).read('storyboard', Storyboard)"
)
SETTINGS = "import config.settings; print(config.settings.load(file.parent, {}).problems, file=sys.stderr)"
FLOW = "from infrastructure.comfyui.files import read_workflow; read_workflow(file)"
CLIP = "from infrastructure.media import MediaTools; MediaTools().probe(file)"


def png(path: Path, width: int, height: int, depth: int = 8, kind: int = 2, text: bytes = b"") -> None:
    """A PNG of one colour that takes next to nothing on the disk."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    row = 1 + width * {0: 1, 2: 3, 6: 4}[kind] * depth // 8
    packed = zeros(row * height)
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    extra = chunk(b"zTXt", text) if text else b""
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", packed) + chunk(b"IEND", b""))


def zeros(count: int) -> bytes:
    """So many zeros, packed. A block behind a full flush (RFC 1950, 1951) may stand there as often as one likes, so that
    one of them is packed for all; the checksum of zeros counts them."""
    packer = zlib.compressobj(9)
    blocks, rest = divmod(count, 2**20)
    begin = packer.flush(zlib.Z_FULL_FLUSH)  # with the header of the stream
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = (packer.compress(bytes(rest)) + packer.flush())[:-4]
    return begin + block * blocks + end + struct.pack(">I", count % 65521 << 16 | 1)


def lists(count: int) -> bytes:
    return b"[" + b"[]," * (count - 1) + b"[]]"


def laughs() -> bytes:
    first = "a: &a [" + ",".join(["x"] * 9) + "]\n"
    return (
        first + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12))
    ).encode()


def written(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


CASES: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "nine million empty lists": ("board.json", IMPORT, lambda p: p.write_bytes(lists(9_000_000))),
    "as many values as may be": ("board.json", IMPORT, lambda p: p.write_bytes(b'{"shots":[' + b'{"a":[]},' * 489_999 + b'{"a":[]}' + b"]}")),
    "thirty megabytes of brackets": ("board.json", IMPORT, written(b"[" * (30 * 2**20))),
    "thirty megabytes of one line": ("board.txt", IMPORT, written(b"a" * (30 * 2**20))),
    "thirty megabytes of lines": ("board.md", IMPORT, written(b"- a\n" * (7 * 2**20))),
    "a table of a million columns": ("board.csv", IMPORT, written(b"shot," * 1_000_000 + b"prompt\n" + b"a," * 1_000_000)),
    "a screenplay of scenes": ("board.fountain", IMPORT, written(b"INT. A - DAY\n\nx\n\n" * 1_000_000)),
    "a storyboard of its own kind": ("storyboard.json", STORE, lambda p: p.write_bytes(b'{"schema":"kinoloom/storyboard","version":1,"shots":' + lists(20_000_000) + b"}")),
    "a billion laughs": ("settings.yaml", SETTINGS, written(laughs())),
    "settings without end": ("settings.yaml", SETTINGS, written(b"a: [" + b"x," * 10_000_000 + b"]")),
    "a workflow of lists": ("flow.json", FLOW, lambda p: p.write_bytes(lists(20_000_000))),
    "a picture of 2.5 thousand megapixels": ("a.png", PICTURE, lambda p: png(p, 50_000, 50_000, kind=0)),
    "the largest picture that is opened": ("a.png", PICTURE, lambda p: png(p, 8_000, 7_990, 16, 6)),
    "the largest picture as a small one": ("a.png", THUMB, lambda p: png(p, 8_000, 7_990, 16, 6)),
    "a picture with a gigabyte of text": ("a.png", FLOW, lambda p: png(p, 8, 8, text=b"workflow\0\0" + zeros(2**30))),
    "a picture as a workflow": ("a.png", FLOW, lambda p: png(p, 10_900, 10_900, 16, 6)),
    "a playlist called a clip": ("a.mp4", CLIP, written(b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n" * 1000)),
}  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the most that a process has taken is told there")
@pytest.mark.parametrize("case", CASES)
def test_memory_stays_below_a_gibibyte(case: str, tmp_path: Path, checkout: Path) -> None:
    name, work, make = CASES[case]
    file = tmp_path / name
    make(file)
    done = subprocess.run(
        [sys.executable, "-c", BEGIN.format(work=work), str(file)], cwd=checkout, capture_output=True, text=True, timeout=300
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    memory, seconds, said = done.stdout.strip().split(" ", 2)
    assert int(memory) * 1024 < MOST, f"{int(memory) // 1024} MiB: {said}"
    assert float(seconds) < SECONDS, f"{seconds} s: {said}"
    assert "Traceback" not in done.stderr
