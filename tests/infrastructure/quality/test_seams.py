"""Seams of real clips: a lossless continuation, one through a lossy file, and a hard cut."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np

from domain.quality.values import Expectation, Seam
from tests.tools.calibration.clips import Encoding, judge, write
from tests.tools.calibration.scenes import Pixels, Shape, pan

JOINS = (24, 48, 72)


def through_video(frame: Pixels, folder: Path) -> Pixels:
    """The frame as it comes out of an untagged, lossy clip, read as ComfyUI's own nodes would."""
    path = folder / "hop.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=24, options={"crf": "23", "preset": "veryfast"})
        stream.height, stream.width = frame.shape[:2]
        stream.pix_fmt = "yuv420p"
        output.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")))
        output.mux(stream.encode(None))
    with av.open(str(path)) as source:
        return np.asarray(next(source.decode(video=0)).to_ndarray(format="bgr24"), np.uint8)


def seams(frames: list[Pixels], path: Path) -> tuple[Seam, ...]:
    outcome, _ = judge(write(path, frames, Encoding(crf=16)), Expectation(cuts=(), joins=JOINS))
    return outcome.seams


def test_the_score_separates_lossless_lossy_and_cut(tmp_path: Path) -> None:
    shape = Shape(480, 272, 96, 21)
    clean = list(pan(shape))
    other = list(pan(Shape(480, 272, 96, 22)))
    lossy = []
    for i, frame in enumerate(clean):
        for _ in range(i // 24):  # every segment starts from what the one before was encoded to
            frame = through_video(frame, tmp_path)
        lossy.append(frame)
    cut = [other[i] if i // 24 % 2 else frame for i, frame in enumerate(clean)]

    good, worse, worst = (
        seams(frames, tmp_path / f"{name}.mp4") for name, frames in (("clean", clean), ("lossy", lossy), ("cut", cut))
    )

    assert min(seam.score for seam in good) > 0.9
    assert max(seam.score for seam in worse) < min(seam.score for seam in good)
    assert max(seam.score for seam in worst) < 0.1 < min(seam.score for seam in worse)


def test_drift_of_a_blurring_hop_is_seen_in_sharpness(tmp_path: Path) -> None:
    frames = []
    for i, frame in enumerate(pan(Shape(480, 272, 160, 21))):
        for _ in range(i // 20):
            frame = np.asarray(cv2.GaussianBlur(frame, (0, 0), 0.6), np.uint8)
        frames.append(frame)
    path = write(tmp_path / "blur.mp4", frames, Encoding(crf=16))

    outcome, _ = judge(path, Expectation(cuts=(), joins=tuple(range(20, 160, 20))))

    (drift,) = outcome.drift
    assert drift.points[-1].sharpness < -0.3
    assert drift.reanchor is not None
