"""The face of the sound adapter: `services.ports.Sounds`. Codecs are loaded inside the methods, when first needed."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import MediaFailed
from domain.sound.files import SoundInfo
from domain.sound.mixing import Mix
from domain.sound.report import Measured
from infrastructure.processes import Message
from infrastructure.stores import atomic
from infrastructure.tasks import Words, done_by

if TYPE_CHECKING:
    from infrastructure.sound.rendering import Stem

log = logging.getLogger(__name__)

_WORDS = Words("mixes the sound", "The sound was stopped before it began.", "The sound was stopped.")
_RENDERING = 0.4
"""The part of the time that summing takes; the rest is mastering."""


class SoundTools:
    """Probing, taking in and mixing. Safe for threads; what takes long runs in processes of its own."""

    def probe(self, path: Path) -> SoundInfo:
        """What is in a sound, or in a video's first sound, found by decoding all of it. Raises UnreadableMedia."""
        from infrastructure.sound import reading

        return reading.probe(path)

    def take_in(self, source: Path, folder: Path) -> Path:
        """The sound of a user's file as it is, as a file in `folder`: a copy, or a video's sound without its picture.

        Raises UnreadableMedia about the source, MediaFailed and DiskFull about the copy.
        """
        from infrastructure.sound import intake

        return intake.take_in(source, folder)

    def join(self, parts: Sequence[Path], pause: Fraction, target: Path) -> None:
        """Write what was spoken one after another into a WAV file, with `pause` seconds of quiet in between, and
        without the silence around each. Raises UnreadableMedia about a part, MediaFailed and DiskFull."""
        from infrastructure.sound import joining

        joining.join(parts, pause, target)

    def mix(
        self,
        mix: Mix,
        files: Mapping[str, Path],
        target: Path,
        *,
        report: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> Measured:
        """Write the mix to `target`, a WAV file of 48 kHz, stereo, 24 bits and exactly `mix.samples` samples; what was
        measured in it. `files` has the path of each of the mix's files by its path in the project.

        `target` lies in a workspace: what else is needed lies beside it for the time. Raises UnreadableMedia,
        MediaFailed, DiskFull, and Cancelled within a second of `stopped()` turning true.
        """
        from infrastructure.sound import mastering

        if mix.samples < 1:
            raise MediaFailed("There is nothing to be heard.", "Put a shot into the cut first.")
        with atomic.storing(f"Mixing {target.name}"), tempfile.TemporaryDirectory(
            prefix="mix-", dir=target.parent, ignore_cleanup_errors=True
        ) as scratch:  # fmt: skip
            folder = Path(scratch)
            stems, level = _rendered(mix, files, folder, lambda done: report(done * _RENDERING), stopped)
            found = mastering.master(
                mix, stems, level, folder, target, lambda done: report(_RENDERING + done * (1 - _RENDERING)), stopped
            )
        log.info("%s mixed: %d parts, %s LUFS, %s dBTP", target.name, len(mix.parts), found.loudness, found.true_peak)
        return found

    def store_text(self, target: Path, text: str) -> None:
        """Write subtitles as UTF-8, whole or not at all. Raises StudioError."""
        with atomic.storing(f"Writing {target.name}"):
            atomic.write_bytes(target, text.encode())


def _rendered(
    mix: Mix, files: Mapping[str, Path], folder: Path, report: Callable[[float], None], stopped: Callable[[], bool]
) -> tuple[dict[Stem, Path], float | None]:
    """Have a worker sum the parts; the stems and the level of speech."""
    task: Message = {
        "kind": "render",
        "mix": mix.to_json(),
        "files": {name: str(path) for name, path in files.items()},
        "folder": str(folder),
    }
    found = done_by("infrastructure.sound.worker", task, _WORDS, lambda told: report(told["done"]), stopped)
    return {name: Path(path) for name, path in found["stems"].items()}, found["level"]
