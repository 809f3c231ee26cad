"""Single frames of a film, for models that look at pictures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from domain.errors import Cancelled
from domain.quality.continuity import Sighting
from infrastructure.media import clips, colours, pictures

Pixels = NDArray[np.uint8]

LONGEST = 512
"""Longest side of a picture that is shown to a model, pixels."""


def places(sighting: Sighting, count: int) -> tuple[int, ...]:
    """So many frames, evenly spread inside a shot."""
    length = sighting.last - sighting.first + 1
    return tuple(dict.fromkeys(sighting.first + (2 * n + 1) * length // (2 * count) for n in range(count)))


def frames(
    path: Path, wanted: Collection[int], stopped: Callable[[], bool], longest: int = LONGEST
) -> Iterator[tuple[int, Pixels]]:
    """Those frames of a film (0-based) as sRGB, in order, none longer than `longest`; those it does not have are left
    out. Raises UnreadableMedia, and Cancelled when `stopped()` turns true."""
    last = max(wanted, default=-1)
    with clips.opened(path) as (container, stream):
        stream.thread_type = "AUTO"
        for index, frame in enumerate(container.decode(stream)):
            if stopped():
                raise Cancelled(f"The check of {path.name} was stopped.")
            if index in wanted:
                yield index, small(colours.to_picture(frame), longest)
            if index >= last:
                break


def reference(path: Path, longest: int = LONGEST) -> Pixels:
    """A reference picture, as `frames` gives them. Raises UnreadableMedia."""
    return np.asarray(pictures.small(path, longest, longest).convert("RGB"), np.uint8)


def small(picture: Image.Image, longest: int = LONGEST) -> Pixels:
    """A picture none of whose sides is longer than `longest`."""
    picture.thumbnail((longest, longest), Image.Resampling.BICUBIC)
    return np.asarray(picture.convert("RGB"), np.uint8)
