"""The drawing board of one plane: smooth shapes with form, ink and light, in frame heights instead of pixels.

Points are (x, y) pairs, x from the frame's centre to the right, y from its centre downwards, 1 = frame height.
Colours are things' own colours (0 to 255); the canvas sees them in the panel's light and air.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from infrastructure.animatic.palette import RGB, Look, dyed, mix
from infrastructure.animatic.planes import SUBJECT, Pixels, Plane, View, over
from infrastructure.animatic.texture import wash

Point = tuple[float, float]
Mask = npt.NDArray[Any]
Points = Sequence[Point] | npt.NDArray[np.float64]
_SHIFT = 4


def curve(points: Iterable[Point], closed: bool = True, steps: int = 6) -> npt.NDArray[np.float64]:
    """A smooth line through `points` (Catmull-Rom), `steps` pieces between each two."""
    p = np.asarray(list(points), dtype=np.float64)
    ext = np.concatenate([p[-1:], p, p[:1], p[1:2] if len(p) > 1 else p] if closed else [p[:1], p, p[-1:]])
    spans = len(ext) - 3
    around = np.stack([ext[:spans], ext[1 : spans + 1], ext[2 : spans + 2], ext[3:]], axis=1)  # span, point, x or y
    found: npt.NDArray[np.float64] = (_weights(steps) @ around).reshape(-1, 2)
    return found if closed else np.concatenate([found, p[-1:]])


@cache
def _weights(steps: int) -> npt.NDArray[np.float64]:
    """How much each of the four points around counts, for each piece."""
    t = (np.arange(steps) / steps)[:, None]
    found: npt.NDArray[np.float64] = 0.5 * np.hstack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3]
    )
    return found


def limb(points: Iterable[Point], widths: Sequence[float]) -> npt.NDArray[np.float64]:
    """The outline of a rounded band along `points`, as wide as `widths` say at each of them."""
    p = np.asarray(list(points), dtype=np.float64)
    w = np.asarray(widths, dtype=np.float64) / 2
    along = np.gradient(p, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * w[:, None]
    start, end = p[0] - along[0] * w[0] * 0.8, p[-1] + along[-1] * w[-1] * 0.8
    return curve([tuple(v) for v in np.concatenate([p + across, end[None], (p - across)[::-1], start[None]])], steps=4)


class Canvas:
    """One plane at some depth, being drawn."""

    def __init__(self, view: View, depth: float, look: Look, seed: str, roll: float = 0.0) -> None:
        """An empty canvas. `roll` (radians) turns everything drawn about the frame's centre. `dyes` are the colours
        that things are told to have, `dye` that of what is drawn now."""
        self.view, self.depth, self.look = view, depth, look
        self.dice = random.Random(seed)
        width, height = view.size
        self.pixels: Pixels = np.zeros((height, width, 4), dtype=np.uint8)
        self._turn = np.array([[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]])
        self.ink_share = 1.0
        self.dyes: dict[str, RGB] = {}
        self.dye: RGB | None = None
        self._mixed: dict[tuple[RGB, bool, RGB | None], tuple[float, float, float, float]] = {}

    # -- coordinates and colours

    def _px(self, points: Points) -> npt.NDArray[np.float64]:
        turned = np.asarray(points, dtype=np.float64) @ self._turn.T
        px: npt.NDArray[np.float64] = (turned - (self.view.left, self.view.top)) * self.view.scale - 0.5
        return px

    def _fixed(self, px: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
        limited = np.clip(px, -20000, 20000)
        return np.asarray(np.round(limited * (1 << _SHIFT)), dtype=np.int32)

    def paint(self, colour: RGB, *, lit: bool = True) -> tuple[float, float, float, float]:
        """The BGRA value (0 to 255) a thing's own colour gets here; `lit` False for things that shine."""
        found = self._mixed.get((colour, lit, self.dye))
        if found is None:
            own = dyed(colour, self.dye) if self.dye and lit else colour
            r, g, b = self.look.tone(self.look.lit(own, self.depth) if lit else own)
            found = self._mixed[colour, lit, self.dye] = (b, g, r, 255.0)
        return found

    def _roi(self, px: npt.NDArray[np.float64], grow: int = 2) -> tuple[slice, slice] | None:
        height, width = self.pixels.shape[:2]
        (x0, y0), (x1, y1) = np.floor(px.min(axis=0)) - grow, np.ceil(px.max(axis=0)) + grow
        left, top = max(0, int(x0)), max(0, int(y0))
        right, bottom = min(width, int(x1) + 1), min(height, int(y1) + 1)
        if right <= left or bottom <= top:
            return None
        return slice(top, bottom), slice(left, right)

    # -- shapes

    def fill(self, points: Points, colour: RGB, alpha: float = 1.0, *, lit: bool = True) -> None:
        """A flat shape."""
        px = self._px(points)
        value = self.paint(colour, lit=lit)
        if alpha >= 1:
            cv2.fillPoly(self.pixels, [self._fixed(px)], value, cv2.LINE_AA, _SHIFT)
            return
        where = self._roi(px)
        if where is not None:
            mask = self._mask(px, where)
            self._lay(where, mask, np.array(value, dtype=np.float64), alpha)

    def _mask(self, px: npt.NDArray[np.float64], where: tuple[slice, slice]) -> Pixels:
        rows, columns = where
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
        cv2.fillPoly(mask, [self._fixed(px - (columns.start, rows.start))], (255,), cv2.LINE_AA, _SHIFT)
        return mask

    def _lay(self, where: tuple[slice, slice], mask: Mask, colour: npt.NDArray[np.float64], alpha: float = 1.0) -> None:
        """Colour (one BGRA value, or one per row) through `mask`."""
        if colour.ndim == 1:
            tables = np.outer(np.arange(256) * (alpha / 255), colour)
            layer = cv2.LUT(cv2.merge([mask] * 4), np.round(tables).astype(np.uint8).reshape(1, 256, 4))
        else:
            rows = np.round(colour * alpha).astype(np.uint8)[:, None, :]
            full = np.ascontiguousarray(np.broadcast_to(rows, (*mask.shape, 4)))
            layer = cv2.multiply(full, cv2.merge([mask] * 4), scale=1 / 255)
        over(self.pixels[where], np.asarray(layer, dtype=np.uint8))

    def grad(
        self, points: Points, top: RGB, bottom: RGB, alpha: float = 1.0, *, lit: bool = True, fade: float = 1.0
    ) -> None:
        """A shape whose colour runs from `top` to `bottom` of its own extent; `fade` is the alpha at its bottom."""
        px = self._px(points)
        where = self._roi(px)
        if where is None:
            return
        share = (np.arange(where[0].start, where[0].stop) - px[:, 1].min()) / max(1e-6, np.ptp(px[:, 1]))
        share = np.clip(share, 0, 1)[:, None]
        a, b = np.array(self.paint(top, lit=lit)), np.array(self.paint(bottom, lit=lit))
        rows = (a + (b - a) * share) * (1 + (fade - 1) * share)
        self._lay(where, self._mask(px, where), rows, alpha)

    def form(self, points: Points, colour: RGB, *, ink: float = 1.0, depth: float = 0.09, shade: float = 1.0) -> None:
        """A solid thing: shaded away from the light, brighter towards it, and drawn round with ink.

        `depth` is how far the shading reaches in, relative to the shape's size.
        """
        px = self._px(points)
        where = self._roi(px)
        if where is None:
            return
        mask = self._mask(px, where)
        look = self.look
        base = np.array(self.paint(colour))
        reach = max(1.0, depth * float(min(np.ptp(px[:, 0]), np.ptp(px[:, 1]))))
        drop = 0.5 if look.side else 0.0
        shift = np.array([[1, 0, look.side * -reach], [0, 1, reach * drop]], dtype=np.float64)
        size = (mask.shape[1], mask.shape[0])
        away = cv2.warpAffine(mask, shift, size)
        toward = cv2.warpAffine(mask, -shift + np.array([[2, 0, 0], [0, 2, 0]]), size)
        soft = reach * (0.9 if look.smooth else 0.34)
        if not look.flat and soft > 0.7:
            away, toward = cv2.GaussianBlur(away, (0, 0), soft), cv2.GaussianBlur(toward, (0, 0), soft)
        self._lay(where, mask, base)
        dark = np.array(self.paint(mix(times_rgb(colour, 0.5), (30, 30, 64), 0.2)))
        self._lay(where, cv2.multiply(mask, cv2.bitwise_not(toward), scale=1 / 255), dark, 0.62 * shade)
        glint = self.look.tone(mix(look.lit(colour, self.depth), look.light.key, 0.55 if look.rim > 0.6 else 0.36))
        light = np.array([*glint[::-1], 255.0])
        self._lay(
            where, cv2.multiply(mask, cv2.bitwise_not(away), scale=1 / 255), light, min(1.0, 0.3 + 0.55 * look.rim)
        )
        if look.wet:
            inner = cv2.GaussianBlur(mask, (0, 0), max(1.0, self.view.scale * 0.004))
            self._lay(where, cv2.multiply(mask, cv2.bitwise_not(inner), scale=1 / 255), dark, 0.85)
        self.outline(points, ink)

    def outline(self, points: Points, width: float = 1.0) -> None:
        """An ink contour that swells and thins along its way."""
        weight = width * self.look.ink * self.ink_share * self.view.scale * 0.0024
        px = self._px(points)
        if weight < 0.25 or len(px) < 3:
            return
        along = np.roll(px, -1, 0) - np.roll(px, 1, 0)
        along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
        across = np.stack([along[:, 1], -along[:, 0]], axis=1)
        turn = np.linspace(0, math.tau, len(px), endpoint=False)
        phase = float(np.sum(np.asarray(points, dtype=np.float64)[0]) * 97)  # no dice: ink depends on the scale
        heavy = 0.5 + 0.5 * (across @ np.array([-self.look.side * 0.8, 0.6]))
        sign = 1.0 if _area(px) > 0 else -1.0
        swell = weight * (0.4 + 0.35 * np.sin(turn * 2 + phase) ** 2 + 0.55 * (heavy if sign > 0 else 1 - heavy))
        offset = across * swell[:, None] * 0.5
        cv2.fillPoly(
            self.pixels, [self._fixed(px + offset), self._fixed(px - offset)], self._ink(), cv2.LINE_AA, _SHIFT
        )

    def _ink(self) -> tuple[float, float, float, float]:
        return self.paint((34, 30, 34)) if self.depth <= SUBJECT + 0.2 else self.paint((46, 44, 52))

    def stroke(
        self, points: Points, width: float, colour: RGB | None = None, *, lit: bool = True, taper: bool = True
    ) -> None:
        """A brush line, thickest in its middle; ink when no colour is given. `width` in frame heights."""
        p = np.asarray(points, dtype=np.float64)
        if len(p) < 2:
            return
        along = np.gradient(p, axis=0)
        along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
        shape = 0.35 + 0.65 * np.sin(np.linspace(0.12, math.pi - 0.12, len(p))) if taper else np.ones(len(p))
        half = np.stack([-along[:, 1], along[:, 0]], axis=1) * (shape * width / 2)[:, None]
        band = self._px(np.concatenate([p + half, (p - half)[::-1]]))
        value = self._ink() if colour is None else self.paint(colour, lit=lit)
        cv2.fillPoly(self.pixels, [self._fixed(band)], value, cv2.LINE_AA, _SHIFT)

    def ellipse(self, x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> npt.NDArray[np.float64]:
        """The points of an ellipse, to be filled or formed."""
        t = np.linspace(0, math.tau, 10 if max(rx, ry) < 0.006 else 20 if max(rx, ry) < 0.03 else 40, endpoint=False)
        c, s = math.cos(turn), math.sin(turn)
        u, v = rx * np.cos(t), ry * np.sin(t)
        return np.stack([x + u * c - v * s, y + u * s + v * c], axis=1)

    def rect(self, x0: float, y0: float, x1: float, y1: float) -> list[Point]:
        """The corners of an upright rectangle."""
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]

    # -- light and air

    def glow(self, x: float, y: float, radius: float, colour: RGB, strength: float = 1.0) -> None:
        """Light that adds to whatever lies behind, fading out over `radius`."""
        centre = self._px([(x, y)])[0]
        reach = radius * self.view.scale
        where = self._roi(np.array([centre - reach, centre + reach]))
        if where is None:
            return
        rows, columns = where
        dy = (np.arange(rows.start, rows.stop, dtype=np.float32) - np.float32(centre[1])) / np.float32(reach)
        dx = (np.arange(columns.start, columns.stop, dtype=np.float32) - np.float32(centre[0])) / np.float32(reach)
        fall = np.clip(1 - np.sqrt(dx[None, :] ** 2 + dy[:, None] ** 2), 0, 1)
        mask = (fall**2.4 * 255 * min(1.0, strength)).astype(np.uint8)
        r, g, b = self.look.tone(colour)
        tables = np.outer(np.arange(256) / 255, (b, g, r, 0.0))
        layer = cv2.LUT(cv2.merge([mask] * 4), np.round(tables).astype(np.uint8).reshape(1, 256, 4))
        cv2.add(self.pixels[where], layer, dst=self.pixels[where])

    def beam(self, points: Points, colour: RGB, strength: float, blur: float = 0.012) -> None:
        """A soft shaft of light that adds to what lies behind, weaker towards its lower end."""
        px = self._px(points)
        where = self._roi(px, grow=int(blur * self.view.scale * 2) + 2)
        if where is None:
            return
        mask: Mask = cv2.GaussianBlur(self._mask(px, where), (0, 0), max(0.6, blur * self.view.scale))
        fade = np.linspace(1, 0.12, mask.shape[0])[:, None]
        mask = (mask * fade * strength).astype(np.uint8)
        r, g, b = self.look.tone(colour)
        tables = np.outer(np.arange(256) / 255, (b, g, r, 0.0))
        layer = cv2.LUT(cv2.merge([mask] * 4), np.round(tables).astype(np.uint8).reshape(1, 256, 4))
        cv2.add(self.pixels[where], layer, dst=self.pixels[where])

    def veil(self, y0: float, y1: float, colour: RGB, strength: float) -> None:
        """Mist from nothing at `y0` to `strength` at `y1`, over whatever is drawn so far on this plane or behind."""
        far = 6.0
        self._fade([(-far, y0), (far, y0), (far, y1 + far), (-far, y1 + far)], y0, y1, colour, strength)

    def _fade(self, points: Points, y0: float, y1: float, colour: RGB, strength: float) -> None:
        rows_y = (np.arange(self.pixels.shape[0]) + 0.5) / self.view.scale + self.view.top
        share = np.clip((rows_y - y0) / max(1e-6, y1 - y0), 0, 1)
        share = share * share * (3 - 2 * share) * strength
        r, g, b = self.look.tone(colour)
        start = int(np.argmax(share > 0)) if (share > 0).any() else len(share)
        if start >= len(share):
            return
        rows = np.outer(share[start:], (b, g, r, 255.0))
        layer = np.round(rows).astype(np.uint8)[:, None, :]
        part = self.pixels[start:]
        over(part, np.ascontiguousarray(np.broadcast_to(layer, part.shape)))

    # -- finishing

    def finished(self, *, solid: bool = False, blur: float = 0.0, shift: float = 0.0) -> Plane:
        """The plane: washed with texture, blurred by `blur` (frame heights) when it is out of focus."""
        pixels: Mask = self.pixels
        if blur * self.view.scale > 0.5:
            pixels = _soft(pixels, blur * self.view.scale)
        look = self.look
        if look.grain > 0:
            one = wash(self.view, look.grain * (0.62 if solid else 1.0), "brush" if look.brush else "wash", shift)
            lift = 1 + 0.45 * look.grain  # the texture takes away on average what this gives back
            plain = np.full_like(one, round(255 / lift))
            pixels = cv2.multiply(pixels, cv2.merge([one, one, one, plain]), scale=lift / 255)
        return Plane(np.asarray(pixels, dtype=np.uint8), self.view, self.depth, solid)


def _soft(pixels: Mask, sigma: float) -> Mask:
    """Blurred by `sigma` pixels; wide blurs at half the size, where they cost a quarter and look the same."""
    if sigma < 3:
        return cv2.GaussianBlur(pixels, (0, 0), sigma)
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / 2), (width, height), interpolation=cv2.INTER_LINEAR)


def times_rgb(colour: RGB, factor: float) -> RGB:
    """`colour` made darker (below 1) or lighter."""
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def _area(px: npt.NDArray[np.float64]) -> float:
    x, y = px[:, 0], px[:, 1]
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())
