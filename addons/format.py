"""How numbers are said in the studio."""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import quote

from addons.words import number, t
from domain.take import Keyframe, Take
from domain.timing import rate_label


def clock(frames: int, rate: Fraction) -> str:
    """A running time as m:ss.s or h:mm:ss."""
    tenths = round(float(frames / rate) * 10)
    minutes, rest = divmod(tenths, 600)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02d}:{rest // 10:02d}"
    return f"{minutes}:{rest // 10:02d}.{rest % 10}"


def rate_words(rate: Fraction) -> str:
    """A rate as "24 fps"."""
    return f"{rate_label(rate)} fps"


def exact_words(seconds: float) -> str:
    """A length of time as "40 s", "3 min" or "1.5 h"."""
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return number(f"{seconds / 3600:.1f} h")


def wait_words(seconds: float | None) -> str:
    """A wait as "about 3 min"; empty when it is not known."""
    return "" if seconds is None else t("about {time}", time=exact_words(seconds))


def size_words(size: int) -> str:
    """A file size as "3.4 MB" (powers of ten)."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return number(f"{size / factor:.1f} {unit}")
    return f"{size} B"


def keyframe_url(project: str, keyframe: Keyframe, width: int = 0) -> str:
    """Where the browser gets a keyframe's picture; small with `width`."""
    base = f"/media/{quote(project)}/keyframe/{quote(keyframe.shot)}/{quote(keyframe.name)}"
    return f"{base}/{width}" if width else base


def take_url(project: str, take: Take, width: int = 0) -> str:
    """Where the browser gets a take's clip; its small first frame with `width`."""
    base = f"/media/{quote(project)}/take/{quote(take.shot)}/{take.segment}/{quote(take.id)}"
    return f"{base}/{width}" if width else base


def film_url(project: str, name: str) -> str:
    """Where the browser gets a film."""
    return f"/media/{quote(project)}/film/{quote(name)}"
