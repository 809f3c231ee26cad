"""Reels of clips made in a test, resolved from a cut as the services do it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from domain.cut.document import Cut
from domain.cut.finish import Finish
from domain.cut.items import Item, ShotItem
from domain.cut.reel import Material, Reel, Source
from domain.cut.resolve import resolve
from domain.delivery import Delivery, film_delivery
from domain.film import Mastered
from domain.project import Picked
from infrastructure.media import MediaTools
from infrastructure.media.assembling import Task, assemble
from tests.infrastructure.media import synth

FILM = Fraction(24)


def picked(path: Path) -> Picked:
    """The path as a file of a project; its hash is that of its name, for clips are made anew in each test."""
    return Picked(path=path.name, sha256=hashlib.sha256(path.name.encode()).hexdigest())


@dataclass
class Stock:
    """Clips by shot, and the files behind them."""

    materials: dict[str, Material] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)

    def shot(
        self, name: str, frames: int, clips: Sequence[tuple[Path, int, int]], rate: Fraction = FILM,
        starts: Sequence[Path | None] = (),
    ) -> Stock:  # fmt: skip
        """A shot of `frames` planned frames from clips of (file, first frame, frames); later ones continue."""
        sources: list[Source] = []
        offset = 0
        for index, (path, first, count) in enumerate(clips):
            start = starts[index] if index < len(starts) else None
            self.files[path.name] = path
            if start is not None:
                self.files[start.name] = start
            sources.append(
                Source(
                    segment=index, take=path.stem, clip=picked(path), first=first, count=count, offset=offset,
                    repeats=first if index else 0, start=picked(start) if start else None,
                )
            )  # fmt: skip
            offset += count
        self.materials[name] = Material(shot=name, frames=frames, rate=rate, sources=tuple(sources))
        return self

    def reel(self, *items: Item, rate: Fraction = FILM, finish: Finish | None = None) -> Reel:
        """The reel of these items, or of every shot as it is."""
        shown: tuple[Item, ...] = items or tuple(ShotItem(id=name, shot=name) for name in self.materials)
        found = {item.id: self.materials[item.shot] for item in shown if isinstance(item, ShotItem)}
        return resolve(Cut(items=shown, finish=finish or Finish()), found, rate)


def made(
    stock: Stock, target: Path, reel: Reel | None = None, *, width: int = synth.WIDTH, height: int = synth.HEIGHT,
    delivery: Delivery | None = None, may_copy: bool = True, sound: Path | None = None,
) -> Mastered:  # fmt: skip
    """Assemble in this process, which is quicker for a test."""
    task = Task(
        reel or stock.reel(), stock.files, width, height, delivery or film_delivery("fast"), sound, target.parent,
        may_copy=may_copy,
    )  # fmt: skip
    return assemble(task, target, lambda done, frames: None, called=target.name)


def through_worker(stock: Stock, target: Path, **changes: Any) -> Mastered:
    """Assemble as the services do."""
    options: dict[str, Any] = dict(
        width=synth.WIDTH, height=synth.HEIGHT, delivery=film_delivery("fast"),
        report=lambda done, frames: None, stopped=lambda: False,
    )  # fmt: skip
    reel = changes.pop("reel", None) or stock.reel()
    return MediaTools().assemble(reel, stock.files, target, **(options | changes))
