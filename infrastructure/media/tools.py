"""The face of the media adapter: `services.ports.Media`. Codecs are loaded inside the methods, when first needed."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from domain.cut.reel import Reel
from domain.delivery import Delivery
from domain.errors import BadInput, MediaFailed
from domain.film import Mastered, SheetCell
from domain.fitting import Fit
from domain.importing import Zipped
from domain.sound.subtitles import Caption
from domain.take import MediaInfo
from infrastructure.processes import Message, process_alive
from infrastructure.stores import atomic
from infrastructure.tasks import Words, done_by

log = logging.getLogger(__name__)

_WORDS = Words(
    "joins the film", "The film was stopped before it began.",
    "The film was stopped; the one before it, if any, is untouched.",
)  # fmt: skip
_CLIP_ENDINGS = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"}


class MediaTools:
    """Decoding, probing and assembling, to the exact frame. Safe for threads; assembling runs in a process of its own.

    `may_copy` false always encodes, for tests and for films whose clips should all pass one encoder.
    """

    def __init__(self, *, may_copy: bool = True) -> None:
        self._may_copy = may_copy

    def check_table(self, path: Path) -> None:
        """Read a .cube colour table. Raises UnreadableMedia: none, damaged, or over 100 MB."""
        from infrastructure.media.grading import read_cube

        read_cube(path)

    def check_image(self, path: Path) -> tuple[int, int]:
        """Width and height of a picture, upright. Raises UnreadableMedia: none, damaged, or over 64 megapixels."""
        from infrastructure.media import pictures

        return pictures.check(path)

    def import_image(self, source: Path, target: Path) -> tuple[int, int]:
        """Store a picture of any format as upright 8-bit sRGB PNG at `target`; width and height of it.

        Raises UnreadableMedia about the source and MediaFailed about the target, which is then as it was.
        """
        from infrastructure.media import pictures

        return pictures.to_png(source, target)

    def zipped(self, path: Path) -> Zipped:
        """What a zip file holds, told without unpacking it. Raises BadInput when it is none."""
        from infrastructure.media import zipped

        return zipped.look(path)

    def from_zip(self, path: Path, name: str, target: Path) -> None:
        """Write the picture of that name in a zip file to `target`. Raises BadInput, MediaFailed and DiskFull."""
        from infrastructure.media import zipped

        zipped.take_out(path, name, target)

    def fit_image(self, source: Path, target: Path, frame: tuple[int, int], fit: Fit) -> None:
        """Store a picture as PNG of exactly the frame's width and height, undistorted. Raises UnreadableMedia about the
        source and MediaFailed about the target."""
        from infrastructure.media import pictures

        pictures.to_frame(source, target, frame, fit)

    def probe(self, path: Path) -> MediaInfo:
        """What is in a clip; frames are counted by decoding all of it. `audio_frames` is the length of its sound in
        frames of the picture. Raises UnreadableMedia.
        """
        from infrastructure.media import clips

        return clips.probe(path)

    def is_black(self, path: Path) -> bool:
        """Whether a picture, or every frame of a clip, is black. Raises UnreadableMedia."""
        from infrastructure.media import black

        return black.clip_is_black(path) if path.suffix.lower() in _CLIP_ENDINGS else black.picture_is_black(path)

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

    def filmstrip(self, clip: Path, target: Path, frames: int, count: int, width: int) -> None:
        """A WebP of `count` frames side by side, each `width` pixels wide, evenly spread over a clip of `frames`.

        Raises UnreadableMedia about the clip and MediaFailed about the target.
        """
        from infrastructure.media import clips

        clips.filmstrip(clip, target, frames, count, width)

    def stills(self, clip: Path, frames: Sequence[int], width: int) -> dict[int, bytes]:
        """Small WebP pictures of these frames of a clip, at most `width` pixels wide, by their numbers (0-based); those
        it does not have are left out. Raises UnreadableMedia."""
        from infrastructure.media import stills

        return stills.stills(clip, frames, width)

    def contact_sheet(
        self, title: str, cells: Sequence[SheetCell], target: Path, *, across: int = 4, down: int = 3
    ) -> None:  # fmt: skip
        """The storyboard on A4 pages of `across` by `down` cells in a .pdf, or on one long page in a .png.

        Raises BadInput, and MediaFailed about `target`, which is then as it was.
        """
        from infrastructure.media import sheet

        sheet.contact_sheet(title, cells, target, across, down)

    def assemble(
        self,
        reel: Reel,
        files: Mapping[str, Path],
        target: Path,
        *,
        width: int,
        height: int,
        delivery: Delivery,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
        sound: Path | None = None,
        captions: Sequence[Caption] = (),
        hardware: bool = False,
        scratch_in: Path | None = None,
    ) -> Mastered:
        """Make the film of a reel: one file (a folder for stills) of exactly the frames that the delivery asks for.

        `files` has the absolute path of each of `reel.files()` by its path in the project. `width` and `height` are
        even. `sound` is a finished mix as long as the film; without one the film is silent. `captions` become a track
        of subtitles where there is sound. Clips that are all alike and already fit are joined without encoding, where
        the delivery leaves that open. Written under a temporary name beside `target`, counted, then renamed; what is
        needed meanwhile lies in `scratch_in`, by default beside `target`. `report` gets frames done and frames in all.
        Raises BadInput, MediaFailed, DiskFull, and Cancelled within a second of `stopped()` turning true; `target` is
        then as it was.
        """
        if width < 2 or height < 2 or width % 2 or height % 2:
            raise BadInput(f"A film cannot have {width} x {height} pixels.", "Choose an even width and height.")
        if not reel.frames:
            raise MediaFailed("There is nothing in the cut.", "Put a shot into it first.")
        if reel.missing:
            raise MediaFailed(f"Shot {reel.missing[0]} has no take yet.", "Render it, then make the film.")
        if not delivery.ending and target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise BadInput(f"{target.name} is there already and is no empty folder.", "Choose another name.")
        with atomic.storing(f"Making {target.name}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            _remove_left_over(target)
        temporary = atomic.temporary_beside(target)
        try:
            with _scratch(scratch_in or target.parent, target.name) as scratch:
                task: Message = {
                    "kind": "assemble",
                    "reel": reel.to_json(),
                    "files": {name: str(path) for name, path in files.items()},
                    "target": str(temporary),
                    "called": target.name,
                    "width": width,
                    "height": height,
                    "delivery": delivery.to_json(),
                    "sound": str(sound) if sound else "",
                    "scratch": str(scratch),
                    "hardware": hardware,
                    "may_copy": self._may_copy,
                    "captions": [caption.to_json() for caption in captions],
                }
                report(0, delivery.frames(reel.frames, reel.rate))
                answer = _work(task, report, stopped)
            found = Mastered.model_validate(answer["found"])
            with atomic.storing(f"Finishing {target.name}"):
                if not delivery.ending and target.is_dir():
                    target.rmdir()
                atomic.replace(temporary, target)
                atomic.sync_folder(target.parent)
            log.info("%s made: %d frames, %s", target, found.info.frames, found.encoder or found.way)
            return found
        finally:
            _remove(temporary)


@contextmanager
def _scratch(folder: Path, called: str) -> Iterator[Path]:
    """A folder in `folder` for what is needed while the film is made. Raises DiskFull where there is no room."""
    with atomic.storing(f"Making room for {called}"):
        scratch = Path(tempfile.mkdtemp(prefix=".kinoloom-", dir=folder))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _work(task: Message, report: Callable[[int, int], None], stopped: Callable[[], bool]) -> Message:
    """Have a worker do it; its last answer."""
    return done_by(
        "infrastructure.media.worker", task, _WORDS, lambda told: report(told["done"], told["frames"]), stopped
    )


def _remove_left_over(target: Path) -> None:
    """Remove unfinished files of this film whose process is gone (a crash, a power cut)."""
    for path in target.parent.glob(f".{target.name[:80]}.*{atomic.TMP_SUFFIX}"):
        owner = path.name.removesuffix(atomic.TMP_SUFFIX).rpartition(".")[2].partition("-")[0]
        if owner.isascii() and owner.isdigit() and int(owner) != os.getpid() and not process_alive(int(owner)):
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
