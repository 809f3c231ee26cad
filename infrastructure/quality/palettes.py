"""Colours by name, with the light taken out, and what looks like a figure before a ground."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from infrastructure.quality.views import TINY

Floats = NDArray[np.float32]

HUES, GREYS = 16, 3
COUNT = 2 * HUES + GREYS
"""Names of colours: each hue muted and strong, then dark, grey and light."""

_NORM = 6
"""Minkowski norm of the estimate of the light (Finlayson and Trezzi, Shades of Gray and Colour Constancy, 2004)."""
_WHITE = 0.8
_NEUTRAL, _MUTED, _STRONG = 6.0, 22.0, 45.0
"""Chroma in CIELAB from which a colour begins to have a hue, has one, and is strong."""
_PLAIN = 30
_APART = 36
"""Sum of the channels' differences, levels: up to which a ground is plain, from which something lies before it."""
_BINS = (4, 11, 11)
_STEP = 12.0

_rows, _columns = np.mgrid[0 : TINY[1], 0 : TINY[0]].astype(np.float32)
_EDGE = np.ones((TINY[1], TINY[0]), np.float32)
_EDGE[TINY[1] // 10 :, TINY[0] // 10 : TINY[0] * 9 // 10] = 0
_MIDDLE = np.exp(
    -(((_columns - TINY[0] / 2 + 0.5) / (TINY[0] * 0.3)) ** 2) / 2
    - (((_rows - TINY[1] * 0.54) / (TINY[1] * 0.45)) ** 2) / 2
).astype(np.float32)


class Names(NamedTuple):
    """Every pixel's colour as shares of names: `place[k]` is a number below COUNT, `share[k]` how much it is that."""

    place: tuple[NDArray[np.intp], ...]
    share: tuple[Floats, ...]


def in_even_light(pixels: Floats) -> Floats:
    """sRGB (0 to 255) to CIELAB as it would be under white light of the usual strength: sunset, night and lamps are
    taken out as far as the picture as a whole tells them."""
    linear = (pixels / 255 + 1e-4) ** 2.2
    light = (linear**_NORM).mean((0, 1)) ** (1 / _NORM)
    linear = linear / np.maximum(1e-4, light / light.mean())
    bright = float(np.percentile(linear @ np.array([0.2126, 0.7152, 0.0722], np.float32), 95))
    return _lab(linear * min(6.0, max(0.3, _WHITE / max(1e-4, bright))))


def _lab(linear: Floats) -> Floats:
    return np.asarray(cv2.cvtColor(np.clip(linear, 0, 1).astype(np.float32) ** np.float32(1 / 2.2), cv2.COLOR_RGB2LAB))


def before_plain_ground(pixels: Floats) -> tuple[Floats, Floats] | None:
    """The mask of what lies before a plain ground, and the picture in CIELAB under a light in which the ground is grey;
    None where the ground is not plain or hardly anything lies before it."""
    edge = np.concatenate([pixels[:3].reshape(-1, 3), pixels[:, :3].reshape(-1, 3), pixels[:, -3:].reshape(-1, 3)])
    ground = np.median(edge, axis=0)
    if float((np.abs(edge - ground).sum(-1) < _PLAIN).mean()) < 0.8:
        return None
    mask = (np.abs(pixels - ground).sum(-1) > _APART).astype(np.float32)
    if not 0.01 < float(mask.mean()) < 0.95:
        return None
    linear = (np.clip(pixels / np.maximum(8, ground) * ground.mean(), 0, 255) / 255) ** 2.2
    return mask, _lab(linear)


def names(lab: Floats) -> Names:
    """The colours of a picture in CIELAB by name; each pixel's shares add up to 1."""
    lightness, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    chroma = np.hypot(a, b)
    coloured = np.clip((chroma - _NEUTRAL) / (_MUTED - _NEUTRAL), 0, 1)
    strong = np.clip((chroma - _MUTED) / (_STRONG - _MUTED), 0, 1)
    hue = np.mod(np.arctan2(b, a) / (2 * np.pi), 1) * HUES
    low = np.floor(hue).astype(np.intp)
    part = hue - low
    places, shares = [], []
    for step, share in ((0, 1 - part), (1, part)):
        place = (low + step) % HUES * 2
        places += [place, place + 1]
        shares += [coloured * share * (1 - strong), coloured * share * strong]
    grey = np.clip(lightness / 100 * GREYS - 0.5, 0, GREYS - 1)
    low = np.floor(grey).astype(np.intp)
    part = grey - low
    places += [2 * HUES + low, 2 * HUES + np.minimum(low + 1, GREYS - 1)]
    shares += [(1 - coloured) * (1 - part), (1 - coloured) * part]
    return Names(tuple(places), tuple(np.asarray(share, np.float32) for share in shares))


def histogram(colours: Names, weight: Floats) -> NDArray[np.float64]:
    """How much there is of each name where `weight` counts, softened to the names beside it; the sum is 1."""
    counts = np.zeros(COUNT)
    for place, share in zip(colours.place, colours.share, strict=True):
        counts += np.bincount(place.ravel(), (share * weight).ravel(), minlength=COUNT)
    hues = counts[: 2 * HUES].reshape(HUES, 2)
    hues = 0.2 * np.roll(hues, 1, 0) + 0.6 * hues + 0.2 * np.roll(hues, -1, 0)
    hues = hues @ np.array([[0.8, 0.2], [0.2, 0.8]])
    greys = counts[2 * HUES :] @ np.array([[0.7, 0.3, 0.0], [0.15, 0.7, 0.15], [0.0, 0.3, 0.7]])
    counts = np.concatenate([hues.ravel(), greys])
    return np.asarray(counts / max(1e-9, counts.sum()))


def figure(lab: Floats) -> Floats:
    """How much each place looks like a figure, 0 to 1: its colour is rare along the edge of the picture, and it lies
    near the middle (the boundary prior of Wei et al., Geodesic Saliency Using Background Priors, 2012)."""
    place, share = _soft_bins(lab)
    length = int(np.prod(_BINS))

    def counted(weight: Floats) -> NDArray[np.float64]:
        total = np.zeros(length)
        for one, part in zip(place, share, strict=True):
            total += np.bincount(one.ravel(), (part * weight).ravel(), minlength=length)
        return np.asarray(total / max(1e-9, total.sum()))

    middle = counted(_MIDDLE)
    rare = middle / (middle + counted(_EDGE) + 1e-4)
    found = np.zeros(lab.shape[:2])
    for one, part in zip(place, share, strict=True):
        found += part * rare[one]
    soft = cv2.GaussianBlur(np.clip((found - 0.5) / 0.4, 0, 1).astype(np.float32), (0, 0), 1.2)
    return np.asarray(soft * _MIDDLE, np.float32)


def _soft_bins(lab: Floats) -> tuple[list[NDArray[np.intp]], list[Floats]]:
    """Each pixel's eight nearest bins of CIELAB with its share in each."""
    scaled = np.stack([lab[..., 0] / 100 * _BINS[0], (lab[..., 1] + 66) / _STEP, (lab[..., 2] + 66) / _STEP], -1) - 0.5
    top = np.array(_BINS) - 1
    scaled = np.clip(scaled, 0, top)
    low = np.floor(scaled).astype(np.intp)
    part = (scaled - low).astype(np.float32)
    places: list[NDArray[np.intp]] = []
    shares: list[Floats] = []
    for corner in np.ndindex(2, 2, 2):
        at = np.minimum(low + np.array(corner), top)
        places.append(np.ravel_multi_index((at[..., 0], at[..., 1], at[..., 2]), _BINS))
        shares.append(np.where(np.array(corner) == 1, part, 1 - part).prod(-1).astype(np.float32))
    return places, shares
