"""Room on the disk: looked at before a run, with an estimate of what it makes, and watched while work goes on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from domain.delivery import Delivery
from domain.errors import DiskFull, StudioError
from domain.take import Keyframe, Take
from services.holds import DISK
from services.jobs import JobService
from services.projects import OpenProject, ProjectService
from services.watching import Watcher

_log = logging.getLogger(__name__)

RESERVE = 256 * 2**20
"""Bytes that stay free for documents, the system and other programs; below them no work begins."""

LOOK_SECONDS = 5.0
"""How often the disks of projects with work are looked at, in seconds."""

CLIP_BYTES, PICTURE_BYTES = Fraction(6, 100), Fraction(2)
"""Bytes for a pixel of a clip's frame (H.264 at high quality) and of a PNG, until takes tell better."""

EDITING_BITS = Fraction(36, 10)
"""Bits for a pixel of a frame in ProRes 422 HQ and DNxHR HQ: both take about 176 Mbit/s for 1920×1080 at 24 frames per
second (Apple ProRes white paper; Avid DNxHR codec bandwidth specifications)."""

_LATEST = 50


def clip_bytes(pixels: int, takes: Sequence[Take]) -> Fraction:
    """Bytes for each frame of `pixels` pixels, by the newest takes."""
    told = [t for t in takes if t.info.size and t.info.frames][-_LATEST:]
    shown = sum(t.info.frames * t.info.width * t.info.height for t in told)
    return pixels * (Fraction(sum(t.info.size for t in told), shown) if shown else CLIP_BYTES)


def picture_bytes(pixels: int, keyframes: Sequence[Keyframe], takes: Sequence[Take]) -> Fraction:
    """Bytes of a PNG of `pixels` pixels, by the newest keyframes and last frames."""
    told = [(k.image_bytes, k.width * k.height) for k in keyframes[-_LATEST:] if k.image_bytes]
    told += [(t.last_bytes, t.info.width * t.info.height) for t in takes[-_LATEST:] if t.last_bytes]
    shown = sum(area for _, area in told)
    return pixels * (Fraction(sum(size for size, _ in told), shown) if shown else PICTURE_BYTES)


def delivery_bytes(how: Delivery, frames: int, rate: Fraction, size: tuple[int, int], each: Fraction) -> int:
    """Bytes of a film of `frames` frames at `rate`, of width and height `size`, as that delivery, its sound included.
    `each` is bytes for a pixel where the codec alone decides."""
    written = how.frames(frames, rate)
    seconds = written / (how.rate or rate)
    wide, high = how.size(*size)
    pixels = written * wide * high
    if how.bit_rate is not None:
        picture = how.bit_rate * seconds / 8
    elif how.codec in ("prores", "dnxhr"):
        picture = pixels * EDITING_BITS / 8
    else:
        picture = pixels * (PICTURE_BYTES if how.codec == "png" else each)
    rates = {"aac": Fraction(how.sound_bit_rate, 8), "pcm": Fraction(48_000 * 2 * 3), "none": Fraction(0)}
    total = int(picture + rates[how.sound] * seconds)
    return total if how.limit is None else min(total, how.limit)


class SpaceKeeper(Watcher):
    """Refuses work that will not fit, and holds the queue of a project whose disk runs full until there is room.

    `reserve` is in bytes. `close` ends the thread that `start` begins.
    """

    def __init__(
        self, projects: ProjectService, jobs: JobService, reserve: int = RESERVE, look: float = LOOK_SECONDS
    ) -> None:
        super().__init__("the disks", look)
        self._projects = projects
        self._jobs = jobs
        self._reserve = reserve

    def clips(self, project: OpenProject, lengths: Sequence[int]) -> int:
        """Bytes that clips of these frames will take, each with its last frame."""
        each = clip_bytes(_pixels(project), project.files.takes())
        return int(each * sum(lengths)) + self.pictures(project, len(lengths))

    def pictures(self, project: OpenProject, count: int) -> int:
        """Bytes that so many keyframes will take."""
        return int(picture_bytes(_pixels(project), project.files.keyframes(), project.files.takes()) * count)

    def film(self, project: OpenProject, frames: int) -> int:
        """Bytes that a film of so many frames will take."""
        return int(clip_bytes(_pixels(project), project.files.takes()) * frames)

    def worked_over(self, project: OpenProject, pixels: int) -> int:
        """Bytes that clips with that many pixels in all their frames together will take."""
        return int(clip_bytes(1, project.files.takes()) * pixels)

    def delivered(self, project: OpenProject, how: Delivery, frames: int, rate: Fraction, size: tuple[int, int]) -> int:
        """Bytes that `frames` film frames at `rate`, of that width and height, will take as that delivery."""
        return delivery_bytes(how, frames, rate, size, clip_bytes(1, project.files.takes()))

    def need(self, project: OpenProject, size: int, what: str, where: Path | None = None) -> None:
        """Raise DiskFull when `what` needs `size` bytes on the project's disk, or on that of the folder `where`, and
        they are not there."""
        free = project.files.free_bytes(where)
        if free < size + self._reserve:
            raise DiskFull(
                f"{what} was not started: it needs about {_spoken(size)}, and the disk of "
                f"{where or project.files.root} has {_spoken(free)} free, of which {_spoken(self._reserve)} stay free.",
                "Free some space, or make fewer shots at once." if where is None
                else "Free some space, or choose another disk.",
            )  # fmt: skip

    def look(self) -> None:
        """Hold the queues of projects whose disk has run full; let those go on where there is room again."""
        for project in self._projects.opened():
            held = any(hold.by == DISK for hold in self._jobs.holds(project.id))
            if not held and not self._jobs.busy(project.id):
                continue
            try:
                free = project.files.free_bytes()
            except StudioError as error:
                _log.warning("The free space of %s is not known: %s", project.files.root, error)
                continue
            if free < self._reserve:
                self._jobs.hold(
                    f"The disk of {project.files.root} is almost full: {_spoken(free)} are free. Free some space; the "
                    f"queue then goes on by itself.",
                    project=project.id, by=DISK,
                )  # fmt: skip
            elif held and free >= 2 * self._reserve:
                self._jobs.release(project=project.id, by=DISK)


def _pixels(project: OpenProject) -> int:
    return project.project.width * project.project.height


def _spoken(size: int) -> str:
    """A number of bytes as people say it: "3.4 GiB"."""
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.0f} MiB"
