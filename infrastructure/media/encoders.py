"""Video encoders by delivery, in software, or in hardware where that is wished for and shown to work."""

from __future__ import annotations

import logging
import math
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, cast

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from domain.delivery import BUFFER_SECONDS, Delivery
from infrastructure.media import colours
from infrastructure.media.conform import Picture

log = logging.getLogger(__name__)

_SOFTWARE = {
    "h264": "libx264", "hevc": "libx265", "prores": "prores_ks", "dnxhr": "dnxhd", "gif": "gif", "webp": "libwebp_anim",
    "png": "png",
}  # fmt: skip
_HARDWARE = {"h264": ("h264_nvenc", "h264_videotoolbox", "h264_qsv"),
             "hevc": ("hevc_nvenc", "hevc_videotoolbox", "hevc_qsv")}  # fmt: skip
_PRORES = {"proxy": 0, "lt": 1, "standard": 2, "hq": 3}
_GOP_SECONDS = 2


class Wish(NamedTuple):
    """What has to be encoded: the delivery, the picture of its frames, and the rate."""

    delivery: Delivery
    picture: Picture
    rate: Fraction


def choose(wish: Wish, hardware: bool) -> str:
    """The encoder: a piece of hardware that just encoded one frame of this kind, if wished for, else software."""
    codec = wish.delivery.codec
    if hardware:
        for name in _HARDWARE.get(codec, ()):
            if works(name, wish.picture.width, wish.picture.height, wish.picture.pixels):
                return name
        log.info("No hardware encoder for %s works here; it is encoded in software.", codec)
    return _SOFTWARE[codec]


@lru_cache(maxsize=64)
def works(name: str, width: int, height: int, pixels: str) -> bool:
    """Whether this encoder encodes one frame of that kind on this machine."""
    try:
        context: Any = av.CodecContext.create(name, "w")
        context.width, context.height, context.pix_fmt = width, height, _taken(name, pixels)
        context.time_base, context.framerate = Fraction(1, 24), Fraction(24)
        frame = av.VideoFrame(width, height, "yuv420p").reformat(format=context.pix_fmt)
        frame.pts, frame.time_base = 0, Fraction(1, 24)
        return bool([*context.encode(frame), *context.encode(None)])
    except Exception as error:  # drivers that are missing fail in every way there is
        log.debug("%s does not work here: %s", name, error)
        return False


def open_stream(output: OutputContainer, wish: Wish, name: str) -> VideoStream:
    """A stream of that encoder, set up for the delivery. Frames are to be in `stream.pix_fmt`."""
    delivery, picture = wish.delivery, wish.picture
    options = _software(wish) if name == _SOFTWARE[delivery.codec] else _hardware(delivery)
    stream = cast(VideoStream, output.add_stream(name, rate=wish.rate, options=options))
    stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, _taken(name, picture.pixels)
    context = stream.codec_context
    context.time_base = 1 / wish.rate
    if delivery.compressed:
        context.gop_size = max(1, math.ceil(wish.rate * _GOP_SECONDS))
        if delivery.bit_rate is not None:
            context.bit_rate = delivery.bit_rate
    if delivery.codec == "hevc":
        context.codec_tag = "hvc1"  # what Apple's players ask for
    if delivery.codec not in ("gif", "png"):
        context.colorspace = context.color_primaries = context.color_trc = colours.BT709
        context.color_range = colours.LIMITED
    return stream


def _taken(name: str, pixels: str) -> str:
    """The pixel format that this encoder takes instead."""
    if name == "gif":
        return "pal8"
    if name.endswith("_qsv") and pixels == "yuv420p":
        return "nv12"
    if name.endswith(("_qsv", "_nvenc")) and pixels == "yuv420p10le":
        return "p010le"
    return pixels


def _software(wish: Wish) -> dict[str, str]:
    delivery = wish.delivery
    match delivery.codec:
        case "h264":
            options = {"preset": delivery.preset, "x264-params": "open-gop=0"}
            if delivery.profile:
                options["profile"] = delivery.profile
            if delivery.crf is not None:
                options["crf"] = f"{delivery.crf:g}"
                if delivery.max_rate:
                    options |= {"maxrate": str(delivery.max_rate), "bufsize": str(delivery.max_rate * BUFFER_SECONDS)}
            elif delivery.bit_rate is not None:
                # filler where the picture needs less, so that the rate is what was asked for
                options["x264-params"] += ":nal-hrd=cbr:force-cfr=1"
                options |= {k: str(delivery.bit_rate) for k in ("maxrate", "minrate", "bufsize")}
            return options
        case "hevc":
            params = ["log-level=error", "open-gop=0", "info=0"]
            if delivery.crf is not None:
                params.append(f"crf={delivery.crf:g}")
            ceiling = delivery.max_rate or delivery.bit_rate
            if ceiling:
                params += [f"vbv-maxrate={ceiling // 1000}", f"vbv-bufsize={ceiling * BUFFER_SECONDS // 1000}"]
            options = {"preset": delivery.preset, "x265-params": ":".join(params)}
            return options | ({"profile": delivery.profile} if delivery.profile else {})
        case "prores":
            return {"profile": str(_PRORES.get(delivery.profile, 3)), "vendor": "apl0"}
        case "dnxhr":
            return {"profile": delivery.profile or "dnxhr_hq"}
        case "webp":
            return {"quality": "75", "loop": "0"}
        case _:
            return {}


def _hardware(delivery: Delivery) -> dict[str, str]:
    """Options that the hardware encoders share; quality by bit rate, or by their own constant quality."""
    if delivery.bit_rate is not None:
        return {"maxrate": str(delivery.bit_rate), "bufsize": str(delivery.bit_rate)}
    options = {"cq": f"{delivery.crf or 19:g}", "global_quality": f"{delivery.crf or 19:g}", "q": "65"}
    return options | ({"maxrate": str(delivery.max_rate)} if delivery.max_rate else {})
