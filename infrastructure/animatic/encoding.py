"""Clips as H.264, every one with the same parameters, so that a film can be joined by copying the streams."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream

from infrastructure.animatic.planes import Pixels

_BT709 = 1
_LIMITED = 1


class ClipWriter:
    """An mp4 being written: BT.709 limited range, constant rate, no B-frames, closed GOPs of about two seconds.

    `seconds` is the time spent converting and encoding so far.
    """

    def __init__(self, path: Path, width: int, height: int, rate: Fraction) -> None:
        """Open `path`; width and height in pixels, even; `rate` in frames per second."""
        self.seconds = 0.0
        self._count = 0
        self._reformat = VideoReformatter()
        self._file = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        stream = self._file.add_stream("libx264", rate=rate)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / rate
        context.thread_count = 1
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED
        gop = max(1, round(rate * 2))
        stream.options = {
            "preset": "superfast",
            "crf": "17",
            "x264-params": f"threads=1:bframes=0:keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0"
            ":rc-lookahead=0:weightp=0:aq-mode=0",
        }
        self._stream = stream
        self._last: VideoFrame | None = None

    def add(self, pixels: Pixels | None) -> None:
        """Append a BGRA frame; None repeats the one before."""
        begun = time.perf_counter()
        if pixels is not None:
            source = VideoFrame.from_ndarray(pixels, format="bgra")
            self._last = self._reformat.reformat(
                source,
                format="yuv420p",
                src_colorspace=Colorspace.ITU709,
                dst_colorspace=Colorspace.ITU709,
                src_color_range=ColorRange.JPEG,
                dst_color_range=ColorRange.MPEG,
            )
        assert self._last is not None
        self._last.pts = self._count
        self._last.time_base = self._stream.codec_context.time_base
        self._count += 1
        for packet in self._stream.encode(self._last):
            self._file.mux(packet)
        self.seconds += time.perf_counter() - begun

    def close(self) -> None:
        """Write what is left and finish the file."""
        begun = time.perf_counter()
        for packet in self._stream.encode(None):
            self._file.mux(packet)
        self._file.close()
        self.seconds += time.perf_counter() - begun

    def __enter__(self) -> ClipWriter:
        """The writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the file, or just let go of it after an error."""
        if kind is None:
            self.close()
        else:
            self._file.close()
