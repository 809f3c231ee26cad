"""Whether there is anything to be seen: a model that computed nonsense gives black pictures of the right size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from infrastructure.media import clips
from infrastructure.media.faults import reading

DARKEST_PICTURE = 3
"""Largest value, 0 to 255, in a picture that counts as black."""

DARKEST_LUMA = 20
"""Largest luma, 0 to 255, in a clip that counts as black: black is 16 there (ITU-R BT.709), plus coding noise."""


def picture_is_black(path: Path) -> bool:
    """Whether every pixel is black. Raises UnreadableMedia."""
    with reading(path), Image.open(path) as image:
        return all(high <= DARKEST_PICTURE for _, high in image.convert("RGB").getextrema())  # type: ignore[misc]


def clip_is_black(path: Path) -> bool:
    """Whether every frame is black; decodes up to the first that is not. Raises UnreadableMedia."""
    with clips.opened(path) as (container, stream):
        for frame in container.decode(stream):
            luma = frame.to_ndarray(format="yuv420p")[: frame.height]
            if int(np.max(luma)) > DARKEST_LUMA:
                return False
    return True
