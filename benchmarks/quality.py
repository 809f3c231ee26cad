"""How fast a film is checked, beside a bare decode of the same file, and whether memory grows with its length.

Run as ``python -m benchmarks.quality [FILE]`` in the checkout. Without a file, a 1080p clip is made: detailed, moving,
about 12 Mbit/s. Each measurement runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import av
import cv2

from domain.quality.gate import Gate
from domain.quality.values import Expectation
from infrastructure.quality.worker import examine_file
from tests.tools.calibration.clips import Encoding, write
from tests.tools.calibration.scenes import Shape, grain

SECONDS = 8
LONGER = 6
"""How many times as long the long file is."""


def decode(path: Path) -> int:
    """Frames of a bare decode on all cores, nothing done with them."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def check(path: Path) -> int:
    """Frames of a whole examination, as the worker does it."""
    cv2.setNumThreads(1)
    gate = Gate(id="shipped", title="As shipped")
    return examine_file(path, gate, Expectation(), lambda done, of: None).stream.frames


def _measured(what: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.quality", "--only", what, str(path)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def _only(what: str, path: Path) -> None:
    begun = time.perf_counter()
    frames = {"decode": decode, "check": check}[what](path)
    taken = time.perf_counter() - begun
    print(json.dumps({"frames": frames, "seconds": taken, "busy": time.process_time(), "peak_mib": _peak()}))


def _peak() -> float:
    """Most memory this process had at a time, MiB; 0 where the system does not tell."""
    status = Path("/proc/self/status")  # getrusage would tell the parent's where that was larger
    if not status.is_file():
        return 0.0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def _repeated(path: Path, target: Path, times: int) -> Path:
    """The same packets several times, without encoding again."""
    with av.open(str(target), "w") as output:
        stream: Any = None
        offset = 0
        for _ in range(times):
            with av.open(str(path)) as source:
                video = source.streams.video[0]
                stream = stream or output.add_stream_from_template(video)
                end = 0
                for packet in source.demux(video):
                    if packet.dts is None or packet.pts is None:
                        continue
                    end = max(end, packet.pts + (packet.duration or 0))
                    packet.pts, packet.dts, packet.stream = packet.pts + offset, packet.dts + offset, stream
                    output.mux(packet)
                offset += end
    return target


def main(given: list[str]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        if given:
            short = Path(given[0])
        else:
            shape = Shape(1920, 1080, SECONDS * 24, 1)
            short = write(Path(folder) / "short.mp4", grain(shape), Encoding(crf=24))
        long = _repeated(short, Path(folder) / "long.mp4", LONGER)
        with av.open(str(short)) as container:
            stream = container.streams.video[0]
            rate = float(stream.average_rate or 24)
            print(f"{stream.width} x {stream.height}, {rate:g} fps, {(container.bit_rate or 0) / 1e6:.1f} Mbit/s")
        bare, checked, checked_long = _measured("decode", short), _measured("check", short), _measured("check", long)
    for name, figures in (("bare decode", bare), ("check", checked), (f"check, {LONGER} x as long", checked_long)):
        fps = figures["frames"] / figures["seconds"]
        print(
            f"{name}: {figures['frames']} frames in {figures['seconds']:.2f} s, {fps:.1f} frames/s, "
            f"{fps / rate:.2f} x real time, {figures['peak_mib']:.0f} MiB at most, "
            f"{figures['busy']:.1f} s of processor time"
        )
    ratio = (checked["seconds"] / checked["frames"]) / (bare["seconds"] / bare["frames"])
    print(f"the check takes {ratio:.1f} times as long as the bare decode")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--only"]:
        _only(sys.argv[2], Path(sys.argv[3]))
    else:
        main(sys.argv[1:])
