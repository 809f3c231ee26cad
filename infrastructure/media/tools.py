"""The face of the media adapter: `services.ports.Media`. Codecs are loaded inside the methods, when first needed."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

from domain.errors import BadInput, Cancelled, MediaFailed
from domain.take import MediaInfo
from infrastructure.media.quality import QUALITIES
from infrastructure.media.reel import assemble, total
from infrastructure.processes import Message, WorkerGone, WorkerProcess, process_alive, raise_reported
from infrastructure.stores import atomic
from services.ports import ClipUse

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
_CLIP_ENDINGS = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"}


class MediaTools:
    """Decoding, probing and joining, to the exact frame. Safe for threads; joining runs in a process of its own.

    `may_copy` false always encodes, for tests and for films whose clips should all pass one encoder.
    """

    def __init__(self, *, may_copy: bool = True) -> None:
        self._may_copy = may_copy

    def check_image(self, path: Path) -> tuple[int, int]:
        """Width and height of a picture, upright. Raises UnreadableMedia: none, damaged, or over 120 megapixels."""
        from infrastructure.media import pictures

        return pictures.check(path)

    def import_image(self, source: Path, target: Path) -> tuple[int, int]:
        """Store a picture of any format as upright 8-bit sRGB PNG at `target`; width and height of it.

        Raises UnreadableMedia about the source and MediaFailed about the target, which is then as it was.
        """
        from infrastructure.media import pictures

        return pictures.to_png(source, target)

    def probe(self, path: Path) -> MediaInfo:
        """What is in a clip; frames are counted by decoding all of it. `audio_frames` is the length of its sound in
        frames of the picture. Raises UnreadableMedia.
        """
        from infrastructure.media import clips

        return clips.probe(path)

    def last_frame(self, clip: Path, target: Path) -> None:
        """Decode the last frame of a clip into a PNG, with the clip's matrix: BT.601 when it is untagged.

        Raises UnreadableMedia about the clip and MediaFailed about the target.
        """
        from infrastructure.media import clips

        clips.last_frame(clip, target)

    def thumbnail(self, source: Path, target: Path, width: int) -> None:
        """A small WebP of a picture, or of the first frame of a clip, `width` pixels wide; never enlarged.

        Raises UnreadableMedia about the source and MediaFailed about the target.
        """
        from infrastructure.media import clips, pictures

        if source.suffix.lower() in _CLIP_ENDINGS:
            clips.thumbnail(source, target, width)
        else:
            pictures.thumbnail(source, target, width)

    def join(
        self,
        clips: Sequence[ClipUse],
        target: Path,
        *,
        width: int,
        height: int,
        rate: Fraction,
        quality: str,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> MediaInfo:
        """Conform and join clips into one mp4 (H.264 + AAC silence) of exactly the sum of their film frames.

        `width` and `height` are even; `quality` is one of "fast", "standard", "high", "ultra" and counts only where
        something has to be encoded: clips that are all alike and already fit are joined without. Written under a
        temporary name beside `target`, counted, then renamed. `report` gets frames done and frames in all. Raises
        BadInput, MediaFailed, and Cancelled within a second of `stopped()` turning true; `target` is then as it was.
        """
        if quality not in QUALITIES:
            raise BadInput(f"There is no film quality {quality[:40]!r}.", f"Choose one of {', '.join(QUALITIES)}.")
        if width < 2 or height < 2 or width % 2 or height % 2:
            raise BadInput(f"A film cannot have {width} x {height} pixels.", "Choose an even width and height.")
        frames = total(assemble(clips, rate))
        with atomic.storing(f"Making {target.name}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            _remove_left_over(target)
        temporary = atomic.temporary_beside(target)
        try:
            task: Message = {
                "kind": "join",
                "clips": [clip.to_json() for clip in clips],
                "target": str(temporary),
                "called": target.name,
                "width": width,
                "height": height,
                "rate": str(rate),
                "quality": quality,
                "may_copy": self._may_copy,
            }
            report(0, frames)
            answer = _work(task, report, stopped)
            info = MediaInfo.model_validate(answer["info"])
            if info.frames != frames:
                raise MediaFailed(f"{target.name} has {info.frames} frames instead of {frames}; it was not kept.")
            with atomic.storing(f"Finishing {target.name}"):
                atomic.replace(temporary, target)
                atomic.sync_folder(target.parent)
            log.info("%s joined: %d frames, %s", target, frames, answer["way"])
            return info
        finally:
            temporary.unlink(missing_ok=True)


def _work(task: Message, report: Callable[[int, int], None], stopped: Callable[[], bool]) -> Message:
    """Have a worker do it; its last answer. The worker has ended when this returns or raises."""
    if stopped():
        raise Cancelled("The film was stopped before it began.")
    try:
        with WorkerProcess("infrastructure.media.worker") as worker:
            worker.send(task)
            while True:
                message = worker.receive(_LOOK_SECONDS)
                if stopped():
                    raise Cancelled("The film was stopped; the one before it, if any, is untouched.")
                if message is None:
                    continue
                if message["kind"] == "progress":
                    report(message["done"], message["frames"])
                elif message["kind"] == "error":
                    raise_reported(message, MediaFailed)
                else:
                    return message
    except WorkerGone as error:
        log.warning("The joining process ended by itself: %s", error)
        raise MediaFailed(
            "The process that joins the film ended unexpectedly.", "Try again; the log has its last words."
        ) from error


def _remove_left_over(target: Path) -> None:
    """Remove unfinished files of this film whose process is gone (a crash, a power cut)."""
    for path in target.parent.glob(f".{target.name[:80]}.*{atomic.TMP_SUFFIX}"):
        owner = path.name.removesuffix(atomic.TMP_SUFFIX).rpartition(".")[2].partition("-")[0]
        if owner.isascii() and owner.isdigit() and int(owner) != os.getpid() and not process_alive(int(owner)):
            path.unlink(missing_ok=True)
