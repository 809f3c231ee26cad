"""Making the film file, in the worker process: choose the way, write, and count what was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import av

from domain.errors import MediaFailed
from domain.take import MediaInfo
from infrastructure.media import clips
from infrastructure.media.copying import can_copy, copy
from infrastructure.media.encoding import Format, encode
from infrastructure.media.faults import making
from infrastructure.media.reel import assemble, total
from infrastructure.stores import atomic
from services.ports import ClipUse


def join(
    uses: Sequence[ClipUse],
    target: Path,
    film: Format,
    report: Callable[[int, int], None],
    *,
    called: str = "film.mp4",
    may_copy: bool = True,
) -> tuple[MediaInfo, str]:
    """Write the film that errors call `called` to `target` (any name; the content is mp4); what was counted in it, and "copy" or "encode".

    Raises MediaFailed: a clip is missing or too short (its shot is named), or the count is not the film's length.
    """
    pieces = assemble(uses, film.rate)
    frames = total(pieces)
    for piece in pieces:
        if not piece.path.is_file():
            raise MediaFailed(f"Shot {piece.shot}: {piece.path.name} is not there.", "Make this take again.")
    way = "copy" if may_copy and can_copy(pieces, film.width, film.height, film.rate) else "encode"
    with (
        making(Path(called)),
        av.open(str(target), "w", format="mp4", container_options={"movflags": "+faststart"}) as output,
    ):
        if way == "copy":
            copy(pieces, output, film.rate, lambda done: report(done, frames), called)
        else:
            encode(pieces, output, film, lambda done: report(done, frames), called)
    info = clips.probe(target, quick=True)
    if info.frames != frames or info.rate != film.rate or (info.width, info.height) != (film.width, film.height):
        raise MediaFailed(
            f"The joined film has {info.frames} frames of {info.width} x {info.height} at {info.rate} per second, "
            f"not {frames} of {film.width} x {film.height} at {film.rate}; it was not kept.",
            "Join again; if it happens twice, check the clips.",
        )
    with making(Path(called)):
        atomic.sync_file(target)
    return info, way
