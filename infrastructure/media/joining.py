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
    """Write the film to `target` (any name; the content is mp4); what was counted in it, and "copy" or "encode".

    `report` gets film frames done, in writing and counting together, and film frames in all. Errors call the film
    `called`. Raises MediaFailed: a clip is missing or too short (its shot is named), or the count is wrong.
    """
    pieces = assemble(uses, film.rate)
    frames = total(pieces)
    for piece in pieces:
        if not piece.path.is_file():
            raise MediaFailed(f"Shot {piece.shot}: {piece.path.name} is not there.", "Make this take again.")
    way = "copy" if may_copy and can_copy(pieces, film.width, film.height, film.rate) else "encode"
    # how much of the time writing takes; the rest goes to counting
    share = 0.1 if way == "copy" else 0.8

    def written(done: int) -> None:
        report(min(frames - 1, int(done * share)), frames)

    def counted(done: int) -> None:
        report(min(frames - 1, int(frames * share + done * (1 - share))), frames)

    with (
        making(Path(called)),
        av.open(str(target), "w", format="mp4", container_options={"movflags": "+faststart"}) as output,
    ):
        if way == "copy":
            copy(pieces, output, film.rate, written, called)
        else:
            encode(pieces, output, film, written, called)
    info = clips.probe(target, quick=True, report=counted)
    if info.frames != frames or info.rate != film.rate or (info.width, info.height) != (film.width, film.height):
        raise MediaFailed(
            f"The joined film has {info.frames} frames of {info.width} x {info.height} at {info.rate} per second, "
            f"not {frames} of {film.width} x {film.height} at {film.rate}; it was not kept.",
            "Join again; if it happens twice, check the clips.",
        )
    with making(Path(called)):
        atomic.sync_file(target)
    report(frames, frames)
    return info, way
