"""Which frames of which files a plain film is made of, one after another; pure arithmetic over the reel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from domain.cut.reel import Reel, ShotLayer


class Run(NamedTuple):
    """A file's part of the film: `repeats[k]` is how often its frame k is shown, in the order of its frames."""

    path: Path
    shot: str
    repeats: dict[int, int]

    @property
    def frames(self) -> int:
        """Film frames this run gives."""
        return sum(self.repeats.values())

    @property
    def whole(self) -> int | None:
        """N when the run is the file's frames 0 to N - 1, each once; None when it is not."""
        count = len(self.repeats)
        plain = all(k == i and n == 1 for i, (k, n) in enumerate(self.repeats.items()))
        return count if plain else None


def plain_runs(reel: Reel, files: Mapping[str, Path]) -> list[Run] | None:
    """The film as runs of its clips' own frames; None when any frame of it is made or changed."""
    finish = reel.finish
    continued = any(source.repeats for material in reel.materials for source in material.sources)
    changed = finish.match != "off" or (finish.seam and continued) or finish.retime != "repeat"
    if changed or reel.overlays or reel.captions:
        return None
    runs: list[Run] = []
    for stretch in reel.stretches:
        layer = stretch.layers[0]
        if stretch.blend is not None or not isinstance(layer, ShotLayer) or layer.grades:
            return None
        material = reel.materials[layer.material]
        before = (-1, -1)
        for frame in range(stretch.frames):
            native = min(max(math.floor(layer.position(frame)), 0), material.count - 1)
            index, place = material.at(native)
            if index != before[0] or place < before[1]:
                runs.append(Run(files[material.sources[index].clip.path], material.shot, {}))
            held = runs[-1].repeats
            held[place] = held.get(place, 0) + 1
            before = (index, place)
    return runs
