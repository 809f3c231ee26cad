"""Making the film file, in the worker process: choose the way, write, and count what was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import av

from domain.cut.reel import Reel
from domain.delivery import Delivery
from domain.errors import MediaFailed
from domain.film import Mastered
from domain.sound.subtitles import Caption
from domain.take import MediaInfo
from infrastructure.media import clips
from infrastructure.media.captions import TextTrack, Together
from infrastructure.media.conform import Picture
from infrastructure.media.copying import can_copy, copy
from infrastructure.media.encoders import Wish, choose
from infrastructure.media.faults import making
from infrastructure.media.pipeline import Pipeline
from infrastructure.media.runs import Run, plain_runs
from infrastructure.media.sound import MixedTrack, SilentTrack, Track
from infrastructure.media.writing import (
    count_encoded,
    count_moving,
    picked,
    write_film,
    write_gif,
    write_stills,
)
from infrastructure.stores import atomic

_COPYING, _ENCODING = 0.1, 0.98
"""How much of the time writing takes; the rest goes to counting."""

_TRIES = 2
"""How often a film that came out too large is made again."""


class Task(NamedTuple):
    """What is to be made: the reel, its files by path in the project, size, delivery, sound, and a scratch folder."""

    reel: Reel
    files: Mapping[str, Path]
    width: int
    height: int
    delivery: Delivery
    sound: Path | None
    scratch: Path
    hardware: bool = False
    may_copy: bool = True
    captions: tuple[Caption, ...] = ()

    @property
    def rate(self) -> Fraction:
        """Frames per second of the file."""
        return self.delivery.rate or self.reel.rate

    @property
    def frames(self) -> int:
        """Frames of the file."""
        return self.delivery.frames(self.reel.frames, self.reel.rate)

    @property
    def picture(self) -> Picture:
        """The picture that is worked in; RGB is made of samples with full chroma at the end."""
        pixels = "yuv444p" if self.delivery.pixels == "rgb24" else self.delivery.pixels
        return Picture(self.width, self.height, pixels, self.delivery.fit or self.reel.finish.fit)


def assemble(task: Task, target: Path, report: Callable[[int, int], None], *, called: str = "film.mp4") -> Mastered:
    """Write the film to `target` (any name); what was counted in it.

    `report` gets film frames done, in writing and counting together, and film frames in all. Errors call the film
    `called`. Raises MediaFailed: a clip is missing or too short (its shot is named), or the count is wrong.
    """
    for material in task.reel.materials:
        for source in material.sources:
            if not task.files[source.clip.path].is_file():
                name = Path(source.clip.path).name
                raise MediaFailed(f"Shot {material.shot}: {name} is not there.", "Make this take again.")
    runs = _copied(task)
    share = _ENCODING if runs is None else _COPYING

    def written(done: int) -> None:
        report(min(task.frames - 1, int(done * share)), task.frames)

    def counted(done: int) -> None:
        report(min(task.frames - 1, int(task.frames * share + done * (1 - share))), task.frames)

    if runs is not None:
        with making(Path(called)), _container(target, task.delivery) as output:
            copy(runs, output, task.rate, lambda: _track(task, output), written, called)
        info = clips.probe(target, quick=True, report=counted)
        found = Mastered(info=info, way="copy")
    else:
        found = _encoded(task, target, written, called)
        limit = task.delivery.limit
        for _ in range(_TRIES):
            if limit is None or found.info.size <= limit:
                break
            task = task._replace(delivery=task.delivery.smaller(found.info.size))
            found = _encoded(task, target, written, called)
        if limit is not None and found.info.size > limit:
            raise MediaFailed(
                f"{called} has {found.info.size / 1e6:.1f} MB, more than the {limit / 1e6:.1f} asked for.",
                "Allow more, or choose a smaller size.",
            )
        info = found.info
    if info.frames != task.frames or (info.width, info.height) != (task.width, task.height):
        raise MediaFailed(
            f"The film has {info.frames} frames of {info.width} x {info.height}, not {task.frames} of "
            f"{task.width} x {task.height}; it was not kept.",
            "Make it again; if it happens twice, check the clips.",
        )
    if target.is_file():
        with making(Path(called)):
            atomic.sync_file(target)
    report(task.frames, task.frames)
    return found


def _copied(task: Task) -> list[Run] | None:
    """The runs of a film that can be joined without encoding."""
    if not (task.may_copy and task.delivery.open_to_copies):
        return None
    runs = plain_runs(task.reel, task.files)
    return runs if runs and can_copy(runs, task.width, task.height, task.rate) else None


def _encoded(task: Task, target: Path, written: Callable[[int], None], called: str) -> Mastered:
    delivery = task.delivery
    wish = Wish(delivery, task.picture, task.rate)
    encoder = choose(wish, task.hardware)
    pipeline = Pipeline(task.reel, task.files, task.picture, task.scratch)
    whole = pipeline.frames()
    step = task.reel.rate / task.rate
    frames = islice(whole, task.frames) if step == 1 else picked(whole, task.frames, step)
    try:
        if delivery.codec == "png":
            write_stills(frames, target, written, called)
            made = sum(1 for _ in target.iterdir())
            size = sum(path.stat().st_size for path in target.iterdir())
            return Mastered(info=_info(task, made, size), encoder=encoder)
        if delivery.codec == "gif":
            write_gif(frames, target, wish, written, called)
        else:
            with making(Path(called)), _container(target, delivery) as output:
                write_film(frames, output, wish, encoder, partial(_track, task, output), written, called)
    finally:
        whole.close()  # type: ignore[attr-defined]
    if delivery.codec in ("gif", "webp"):
        return Mastered(info=_info(task, count_moving(target), target.stat().st_size), encoder=encoder)
    return Mastered(info=clips.header(target, count_encoded(target)), encoder=encoder)


def _container(target: Path, delivery: Delivery) -> av.container.OutputContainer:
    form = {".mp4": "mp4", ".mov": "mov", ".webp": "webp"}[delivery.ending]
    options = {"loop": "0"} if form == "webp" else {"movflags": "+faststart"}
    return av.open(str(target), "w", format=form, container_options=options)


def _track(task: Task, output: av.container.OutputContainer) -> Track | None:
    delivery = task.delivery
    if not delivery.audible:
        return None
    pcm = delivery.sound == "pcm"
    sound: Track
    if task.sound is None and not pcm:
        sound = SilentTrack(output, task.frames, task.rate)
    else:
        sound = MixedTrack(output, task.sound, task.frames, task.rate, pcm=pcm, bit_rate=delivery.sound_bit_rate)
    if not task.captions:
        return sound
    shown = [caption for caption in task.captions if caption.end / task.reel.rate <= task.frames / task.rate]
    return Together(sound, TextTrack(output, shown, task.reel.rate))


def _info(task: Task, frames: int, size: int) -> MediaInfo:
    """What is known of files that hold no film stream."""
    return MediaInfo(
        width=task.width, height=task.height, frames=frames, rate=task.rate, codec=task.delivery.codec,
        pix_fmt=task.delivery.pixels, size=size, bit_rate=int(size * 8 * task.rate / max(1, frames)),
    )  # fmt: skip
