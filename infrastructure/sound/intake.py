"""Taking in sound files: copied as they are, or the sound of a video without its picture, never encoded again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import av

from infrastructure.media.faults import making
from infrastructure.sound.reading import has_picture, opened


def take_in(source: Path, folder: Path) -> Path:
    """The file in `folder` that holds the sound. Raises UnreadableMedia, MediaFailed, DiskFull."""
    with opened(source) as (container, _):
        seen = has_picture(container)
    if seen:
        return _without_picture(source, folder / "sound.mka")
    ending = source.suffix.lower() if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", source.suffix) else ".sound"
    target = folder / f"sound{ending}"
    with making(target):
        shutil.copyfile(source, target)
    return target


def _without_picture(source: Path, target: Path) -> Path:
    """The packets of the first sound, with their times counted from the first picture."""
    with opened(source) as (container, stream):
        picture = container.streams.video[0]
        base: Any = stream.time_base
        began = int((picture.start_time or 0) * (picture.time_base or 0) / base) if base else 0
        with making(target), av.open(str(target), "w", format="matroska") as output:
            copied: Any = output.add_stream_from_template(stream)
            for packet in container.demux(stream):
                if packet.dts is None or packet.pts is None or packet.pts - began < 0:
                    continue
                packet.pts -= began
                packet.dts = packet.pts
                packet.stream = copied
                output.mux(packet)
    return target
