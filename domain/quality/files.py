"""What the file itself says: counts, times, size, colour tags, sound."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from domain.quality.figures import Sound, Stream
from domain.quality.tracking import Found, Order
from domain.timing import parse_rate, rate_label

_PLAYABLE = {"yuv420p", "yuvj420p", "nv12"}
_NO_MATRIX = "rgb", "bgr", "gbr", "gray", "pal"
_HDR = {"pq": "PQ, SMPTE ST 2084", "hlg": "HLG, ARIB STD-B67"}


def judge_file(stream: Stream, order: Order) -> Iterator[Found]:
    """Everything that is wrong with the file rather than with a frame."""
    yield from _counted(stream, order)
    yield from _timed(stream, order)
    yield from _shaped(stream, order)
    yield from _encoded(stream, order)
    yield from _heard(stream, order)


def _about(stream: Stream, check: str, value: float, limit: float, unit: str, sentence: str) -> Found:
    return Found(check, 0, max(0, stream.frames - 1), value, limit, unit, sentence)


def _counted(stream: Stream, order: Order) -> Iterator[Found]:
    if stream.broken_at is not None:
        last = max(0, stream.broken_at - 1)
        yield Found(
            "decodes", last, last, stream.broken_at, stream.claimed, "frames",
            f"From about frame {stream.broken_at} on the file cannot be read as a whole: {stream.broken_why}.",
        )  # fmt: skip
    for first, last in stream.unsound:
        yield Found(
            "decodes", first, last, last - first + 1, 0, "frames",
            f"Something between frames {first} and {last} is not as it was written: the file's own checksum is wrong.",
        )  # fmt: skip
    allowed = order.limit("count", "off")
    for wanted, who in ((stream.claimed, "are told by the file"), (order.expectation.frames, "were ordered")):
        if wanted and abs(stream.frames - wanted) > allowed:
            yield _about(
                stream, "count", stream.frames, wanted, "frames",
                f"{stream.frames} frames were counted; {wanted} {who}.",
            )  # fmt: skip


def _timed(stream: Stream, order: Order) -> Iterator[Found]:
    fixed = order.limit("rate", "fps")
    wanted: Fraction | None = None
    if fixed:
        wanted = parse_rate(f"{fixed:g}")
    elif order.expectation.rate:
        wanted = parse_rate(order.expectation.rate)
    if wanted is not None and stream.rate != wanted and stream.frames > 1:
        has = rate_label(stream.rate) if stream.rate else "no steady number of"
        yield _about(
            stream, "rate", float(stream.rate or 0), float(wanted), "frames/s",
            f"It has {has} frames per second; exactly {rate_label(wanted)} are asked for.",
        )  # fmt: skip
    if stream.uneven_count > order.limit("even", "frames"):
        first = stream.uneven[0]
        yield Found(
            "even", first, stream.uneven[-1], stream.uneven_count, order.limit("even", "frames"), "frames",
            f"{stream.uneven_count} frames are shown too early or too late, the first of them frame {first}.",
        )  # fmt: skip
    least = order.limit("length", "seconds")
    if stream.seconds < least - 1e-6:
        yield _about(
            stream, "length", stream.seconds, least, "s", f"It is {stream.seconds:.2f} s long; at least {least:g} s "
            "are asked for.",
        )  # fmt: skip


def _shaped(stream: Stream, order: Order) -> Iterator[Found]:
    wide, high = order.limit("size", "width"), order.limit("size", "height")
    upright = stream.height > stream.width
    width, height = (stream.height, stream.width) if upright else (stream.width, stream.height)
    if width < wide or height < high:
        yield _about(
            stream, "size", stream.height if height < high else stream.width, high if height < high else wide, "px",
            f"It has {stream.width} x {stream.height} pixels; at least {wide:g} x {high:g} are asked for.",
        )  # fmt: skip
    ordered = order.expectation
    if ordered.width and ordered.height and (stream.width, stream.height) != (ordered.width, ordered.height):
        yield _about(
            stream, "size", stream.width, ordered.width, "px",
            f"It has {stream.width} x {stream.height} pixels; {ordered.width} x {ordered.height} were ordered.",
        )  # fmt: skip
    pixel = Fraction(stream.aspect)
    aspect = float(pixel) * stream.width / stream.height
    wanted = ordered.width / ordered.height if ordered.width and ordered.height else stream.width / stream.height
    off = abs(aspect / wanted - 1)
    if off > order.limit("shape", "off"):
        yield _about(
            stream, "shape", off, order.limit("shape", "off"), "share",
            f"Its picture is {aspect:.2f} wide to 1 high instead of {wanted:.2f}.",
        )  # fmt: skip


def _encoded(stream: Stream, order: Order) -> Iterator[Found]:
    least, has = order.limit("bit_rate", "mbit"), stream.bit_rate / 1e6
    if has < least:
        yield _about(
            stream, "bit_rate", has, least, "Mbit/s",
            f"Its picture has {has:.1f} Mbit/s; at least {least:g} are asked for.",
        )  # fmt: skip
    if order.limit("pixels", "only_420") and stream.pix_fmt not in _PLAYABLE:
        yield _about(stream, "pixels", 0, 0, "", f"Its pixels are {stream.pix_fmt}; many players show only yuv420p.")
    yield from _coloured(stream)


def _coloured(stream: Stream) -> Iterator[Found]:
    if stream.transfer in _HDR:
        yield _about(
            stream, "tags", 0, 0, "",
            f"Its light is coded for HDR ({_HDR[stream.transfer]}); a player that does not know it shows it pale.",
        )  # fmt: skip
    if stream.pix_fmt.startswith(_NO_MATRIX):
        return
    if not stream.matrix:
        yield _about(stream, "tags", 0, 0, "", "It does not say how its colours are meant; players will guess.")
    elif not (stream.primaries and stream.transfer):
        yield _about(
            stream, "tags", 0, 0, "",
            "It names its colour matrix, but not both primaries and transfer; some players will guess.",
        )  # fmt: skip


def _heard(stream: Stream, order: Order) -> Iterator[Found]:
    sound, wanted = stream.sound, order.expectation.sound
    if sound is None:
        if wanted or (wanted is None and order.limit("sound", "needed")):
            yield _about(stream, "sound", 0, 0, "", "It has no sound.")
        return
    yield from _in_step(stream, sound, order)
    clipped = order.limit("sound", "clipped")
    if sound.clipped > clipped:
        yield _about(stream, "sound", sound.clipped, clipped, "share", f"{sound.clipped:.2%} of its sound is clipped.")
    silent = order.limit("sound", "silent")
    if silent and sound.silent_seconds > silent:
        yield _about(
            stream, "sound", sound.silent_seconds, silent, "s", f"It is silent for {sound.silent_seconds:.1f} s."
        )
    elif wanted is not False and sound.peak < 0.001:
        yield _about(stream, "sound", sound.peak, 0.001, "of full scale", "Its sound is silence.")


def _in_step(stream: Stream, sound: Sound, order: Order) -> Iterator[Found]:
    limit = order.limit("sound", "out_of_step")
    # encoders pad the last block, so that sound may be a little longer
    ends = sound.begins + sound.seconds - stream.seconds
    worst = max((sound.begins, ends), key=abs)
    if abs(worst) > limit:
        where = "begins" if worst is sound.begins else "ends"
        yield _about(
            stream, "sound", abs(worst), limit, "s",
            f"Its sound {where} {abs(worst):.2f} s {'after' if worst > 0 else 'before'} the picture.",
        )  # fmt: skip


def judge_damage(first: int, last: int, count: int) -> Found:
    """Frames that the decoder had to make up."""
    return Found(
        "decodes",
        first,
        last,
        count,
        0,
        "frames",
        f"{count} frames between {first} and {last} are damaged in the file.",
    )
