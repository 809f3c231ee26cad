"""Joining without encoding: when every clip already is what the film needs, its packets are written as they are.

No generation is lost and it is many times faster. It holds for whole H.264 clips of one kind (size, rate, parameter
sets, BT.709 tags), each beginning with an IDR frame; anything else goes through `encoding`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from domain.errors import StudioError
from infrastructure.media import clips, colours
from infrastructure.media.faults import making
from infrastructure.media.runs import Run
from infrastructure.media.sound import Track


class _Kind(NamedTuple):
    """What has to be the same in all clips."""

    extradata: bytes
    width: int
    height: int
    pix_fmt: str


def can_copy(runs: Sequence[Run], width: int, height: int, rate: Fraction) -> bool:
    """Whether the film can be joined from these runs without encoding; reads headers, packets and one frame each."""
    kinds: set[_Kind] = set()
    checked: set[tuple[str, int]] = set()
    for run in runs:
        count = run.whole
        if count is None:
            return False
        if (str(run.path), count) in checked:
            continue
        try:
            kind = _kind(run, count, rate)
        except StudioError:
            return False  # the other way says which shot it is and why
        if kind is None or (kind.width, kind.height, kind.pix_fmt) != (width, height, "yuv420p"):
            return False
        kinds.add(kind)
        checked.add((str(run.path), count))
        if len(kinds) > 1:
            return False
    return bool(kinds)


def copy(
    runs: Sequence[Run], output: OutputContainer, rate: Fraction, track: Callable[[], Track | None],
    report: Callable[[int], None], called: str,
) -> None:  # fmt: skip
    """Write the packets of the whole film and its sound into `output`; `report` gets the frames done after each clip.

    `track` is called once, when the picture's stream is there.

    Raises UnreadableMedia about a clip, or MediaFailed about the film, which errors call `called`.
    """
    delay = max(_delay(run) for run in runs)
    tick = 1 / rate
    stream: VideoStream | None = None
    sound: Track | None = None
    done = 0
    for run in runs:
        with clips.opened(run.path) as (container, source):
            if stream is None:
                stream = output.add_stream_from_template(source)
                stream.time_base = tick
                sound = track()
            packets = [packet for packet in container.demux(source) if packet.size]
            shown_at = {pts: place for place, pts in enumerate(sorted(_pts(packets)))}
            for place, packet in enumerate(packets):
                packet.stream = stream
                assert packet.pts is not None
                pts = done + shown_at[packet.pts]
                packet.time_base = tick
                # counted in frames: pictures at their place in the film, decoding `delay` frames ahead throughout
                packet.pts, packet.dts, packet.duration = pts, done + place - delay, 1
                with making(Path(called)):
                    output.mux_one(packet)
            done += len(packets)
            report(done)
        if sound is not None:
            sound.write(done / rate)
    if sound is not None:
        sound.write()


def _kind(run: Run, count: int, rate: Fraction) -> _Kind | None:
    """The clip's kind; None when it cannot be copied."""
    with clips.opened(run.path) as (container, stream):
        context = stream.codec_context
        tags = (int(context.colorspace), int(context.color_primaries), int(context.color_trc), int(context.color_range))
        wanted = (colours.BT709, colours.BT709, colours.BT709, colours.LIMITED)
        if context.name != "h264" or stream.average_rate != rate or tags != wanted:
            return None
        extradata = context.extradata
        if not extradata or extradata[0] != 1:  # avcC: parameter sets in the header, length-prefixed units
            return None
        packets = [packet for packet in container.demux(stream) if packet.size]
        if len(packets) != count or len(set(_pts(packets))) != count or not packets[0].is_keyframe:
            return None
        if not _is_idr(bytes(packets[0]), (extradata[4] & 3) + 1):
            return None
        container.seek(0)
        first = next(iter(container.decode(stream)), None)
        if first is None or round(first.rotation) % 360:  # a phone's: upright only by a note that is not copied
            return None
        return _Kind(extradata, stream.width, stream.height, stream.pix_fmt or "")


def _delay(run: Run) -> int:
    """By how many frames decoding runs ahead of showing in this clip."""
    with clips.opened(run.path) as (container, stream):
        stamps = _pts(packet for packet in container.demux(stream) if packet.size)
    rank = {pts: place for place, pts in enumerate(sorted(stamps))}
    return max((place - rank[pts] for place, pts in enumerate(stamps)), default=0)


def _pts(packets: Iterable[av.Packet[Any]]) -> list[int]:
    return [packet.pts for packet in packets if packet.pts is not None]


def _is_idr(data: bytes, size: int) -> bool:
    """Whether the first picture in a packet of length-prefixed units is an IDR picture (unit type 5)."""
    place = 0
    while place + size < len(data):
        length = int.from_bytes(data[place : place + size], "big")
        unit = data[place + size] & 0x1F
        if unit in (1, 5):
            return unit == 5
        place += size + length
    return False
