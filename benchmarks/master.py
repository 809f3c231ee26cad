"""Joining and mastering, beside one ffmpeg command that does the same work, and memory against the film's length.

Run as ``python -m benchmarks.master [folder of clips]`` in the checkout. Without a folder it makes four clips of 4 s
in 1280x720 as a server writes them (24 frames per second, BT.601, no tags). Both ways make an H.264 film of them in
1920x1080 at 12 Mbit/s with AAC sound, in turn, three times; the command is the program that comes with imageio-ffmpeg.
Then the film is made from the same clips four times over, and the peaks of memory are compared.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.films import film_of
from domain.delivery import SHIPPED
from infrastructure.media.assembling import Task, assemble
from infrastructure.media.clips import probe

RATE = Fraction(24)
ROUNDS = 3
WEB = next(delivery for delivery in SHIPPED if delivery.id == "web")


def command(clips: list[Path], target: Path, folder: Path) -> list[str]:
    """What an experienced person would type."""
    import imageio_ffmpeg

    listing = folder / "clips.txt"
    listing.write_text("".join(f"file '{clip}'\n" for clip in clips))
    scale = "scale=1920:1080:flags=lanczos+accurate_rnd:in_color_matrix=bt601:out_color_matrix=bt709"
    tags = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv,format=yuv420p"
    rate = str(WEB.bit_rate)
    return [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", str(listing),
        "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo", "-shortest", "-vf", f"{scale},{tags}",
        "-c:v", "libx264", "-preset", WEB.preset, "-profile:v", "high", "-b:v", rate, "-maxrate", rate,
        "-minrate", rate, "-bufsize", rate, "-x264-params", "open-gop=0:nal-hrd=cbr:force-cfr=1", "-g", "48",
        "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", str(target),
    ]  # fmt: skip


def spent(arguments: list[str]) -> tuple[float, float, str]:
    """Seconds by the clock and of the processor that a command takes, and what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, done.stdout


def measured(clips: list[Path], target: Path) -> None:
    """In a process of its own: make the film, and print what it took."""
    with tempfile.TemporaryDirectory() as scratch:
        reel, files = film_of([(clip, probe(clip, quick=True).frames) for clip in clips], RATE)
        began = time.perf_counter()
        task = Task(reel, files, 1920, 1080, WEB, None, Path(scratch))
        found = assemble(task, target, lambda done, of: None)
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    info = found.info
    print(
        json.dumps({"seconds": seconds, "peak": peak, "frames": info.frames, "bits": info.bit_rate, "way": found.way})
    )


def ours(clips: list[Path], target: Path) -> tuple[float, float, dict[str, Any]]:
    """The same as `spent`, for our own way; probing the clips first is not counted, takes have it in their sidecars."""
    arguments = [sys.executable, "-m", "benchmarks.master", "--measure", str(target), *map(str, clips)]
    _, cpu, said = spent(arguments)
    told = json.loads(said)
    return told["seconds"], cpu, told


def sample_clips(folder: Path) -> list[Path]:
    """Moving pictures with fine detail, as a server writes them."""
    import imageio_ffmpeg

    found = []
    for number in range(4):
        path = folder / f"clip-{number:02d}.mp4"
        source = f"mandelbrot=size=1280x720:rate=24:start_x={-0.74 + number / 100}:start_scale={3 / (number + 1)}"
        subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "96",
             "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p", str(path)], check=True,
        )  # fmt: skip
        found.append(path)
    return found


def main(clips: list[Path], folder: Path) -> None:
    """Measure in turn and report."""
    film, typed = folder / "ours.mp4", folder / "typed.mp4"
    rounds = []
    peaks = [0.0, 0.0]
    for _ in range(ROUNDS):
        wall, cpu, _ = spent(command(clips, typed, folder))
        mine, own, told = ours(clips, film)
        rounds.append((wall, cpu, mine, own))
        peaks[0] = max(peaks[0], told["peak"])
        print(f"ffmpeg {wall:6.1f} s ({cpu:6.1f} s of processor)   Kinoloom {mine:6.1f} s ({own:6.1f} s)")
    both = [probe(path, quick=True) for path in (typed, film)]
    print(f"frames: ffmpeg {both[0].frames}, Kinoloom {both[1].frames}; bit rates {both[0].bit_rate / 1e6:.2f} and "
          f"{both[1].bit_rate / 1e6:.2f} Mbit/s")  # fmt: skip
    print(f"ratio of the medians: {median(r[2] for r in rounds) / median(r[0] for r in rounds):.3f} by the clock, "
          f"{median(r[3] for r in rounds) / median(r[1] for r in rounds):.3f} by the processor")  # fmt: skip
    peaks[1] = ours(clips * 4, film)[2]["peak"]
    print(f"peak memory: {peaks[0]:.0f} MiB for {len(clips)} clips, {peaks[1]:.0f} MiB for {4 * len(clips)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measured([Path(clip) for clip in sys.argv[3:]], Path(sys.argv[2]))
    else:
        os.nice(5)  # both ways run so, as the studio's own workers do
        with tempfile.TemporaryDirectory() as place:
            given = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None
            main(sorted(given.glob("*.mp4")) if given else sample_clips(Path(place)), Path(place))
