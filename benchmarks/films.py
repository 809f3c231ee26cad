"""Films of given clips, one shot each, for measuring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from domain.cut.document import Cut
from domain.cut.finish import Finish
from domain.cut.items import ShotItem, Transition
from domain.cut.reel import Material, Reel, Source
from domain.cut.resolve import resolve
from domain.project import Picked


def film_of(
    clips: Sequence[tuple[Path, int]], rate: Fraction, transitions: Mapping[int, Transition] | None = None
) -> tuple[Reel, dict[str, Path]]:
    """The reel of clips with so many frames each, and their files; `transitions` into shots by number."""
    files = {f"{number:03d}": path for number, (path, _) in enumerate(clips)}
    material: dict[str, Material] = {}
    items: list[ShotItem] = []
    for (name, _), (_, frames) in zip(files.items(), clips, strict=True):
        clip = Picked(path=name, sha256="0" * 64)
        source = Source(segment=0, take="0", clip=clip, first=0, count=frames, offset=0)
        material[name] = Material(shot=name, frames=frames, rate=rate, sources=(source,))
        items.append(ShotItem(id=name, shot=name, into=(transitions or {}).get(len(items))))
    return resolve(Cut(items=tuple(items), finish=Finish()), material, rate), files
