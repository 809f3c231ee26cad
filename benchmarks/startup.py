"""How long the studio takes to answer, beside what Gradio alone takes to be imported: `python -m benchmarks.startup`.

The two are measured in turn, so that a machine that gets slower or faster disturbs both. Goal: a ratio of at most 1.3.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOAL = 1.3
LIMIT = 120.0
"""Seconds after which a start counts as failed."""


def import_seconds() -> float:
    """A fresh interpreter that imports Gradio and ends."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def start_seconds() -> float:
    """A fresh studio, from the start of the process to the first page that it serves."""
    port = free_port()
    command = [sys.executable, "app.py", "serve", "--no-browser", "--port", str(port)]
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "KINOLOOM_HOME": home}, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            while not answers(port):
                if process.poll() is not None or time.perf_counter() - began > LIMIT:
                    said.seek(0)
                    raise SystemExit(f"The studio did not start.\n{said.read().decode(errors='replace')}")
                time.sleep(0.01)
            return time.perf_counter() - began
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(port: int) -> bool:
    """Whether the first page is there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Measure pairs and print them with the median of their ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="how many pairs are measured (5)")
    pairs = parser.parse_args().pairs
    import_seconds()  # the first reads the files from disk
    start_seconds()
    ratios = []
    print("import gradio   first page   ratio")
    for _ in range(pairs):
        alone, studio = import_seconds(), start_seconds()
        ratios.append(studio / alone)
        print(f"{alone:11.2f} s {studio:10.2f} s {ratios[-1]:7.2f}")
    median = statistics.median(ratios)
    print(f"median ratio {median:.2f}; goal at most {GOAL}: {'met' if median <= GOAL else 'missed'}")


if __name__ == "__main__":
    main()
