"""The backdrop plane: sky with clouds, sun, moon and stars; space; and the light shafts in front of it all."""

from __future__ import annotations

import math

import numpy as np

from infrastructure.animatic.canvas import Canvas, curve
from infrastructure.animatic.layout import Layout
from infrastructure.animatic.palette import RGB, mix
from infrastructure.animatic.words import Scene


def gradient(c: Canvas, stops: list[tuple[float, RGB]]) -> None:
    """Fill the whole canvas from top to bottom through `stops` of (y, colour)."""
    rows_y = (np.arange(c.pixels.shape[0]) + 0.5) / c.view.scale + c.view.top
    at = [y for y, _ in stops]
    toned = np.array([c.look.tone(colour)[::-1] for _, colour in stops])
    rows = np.stack([np.interp(rows_y, at, toned[:, i]) for i in range(3)], axis=1)
    # A pattern below one level: wide gradients would show steps.
    height, width = c.pixels.shape[:2]
    grid = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], dtype=np.float32) / 16
    tiled = np.tile(grid, (height // 4 + 1, 1))[:height]
    block = np.floor(rows[:, None, :] + tiled[:, :, None])
    band = np.clip(block, 0, 255).astype(np.uint8)
    c.pixels[..., :3] = np.tile(band, (1, width // 4 + 1, 1))[:, :width]
    c.pixels[..., 3] = 255


def cloud(c: Canvas, x: float, y: float, size: float, colour: RGB, shade: RGB, alpha: float) -> None:
    """A heaped cloud with a flat base: billows from the back to the front."""
    puffs = []
    count = 7
    for i in range(count):
        u = (i + 0.5) / count * 2 - 1
        r = size * (0.16 + 0.26 * (1 - u * u)) * (0.75 + 0.5 * c.dice.random())
        puffs.append((x + u * size * 0.9, y - r * 0.55 * c.dice.random(), r))
    base = y + size * 0.12
    for px, py, r in puffs:
        ring = c.ellipse(px, py, r * 1.25, r)
        ring[:, 1] = np.minimum(ring[:, 1], base)
        c.fill(ring, shade, alpha, lit=False)
    for px, py, r in puffs:
        ring = c.ellipse(px + c.look.side * r * 0.14, py - r * 0.16, r * 1.08, r * 0.82)
        ring[:, 1] = np.minimum(ring[:, 1], base - size * 0.05)
        c.fill(ring, colour, alpha, lit=False)


def wisp(c: Canvas, x: float, y: float, size: float, colour: RGB, alpha: float) -> None:
    """A long thin cloud drawn out by the wind."""
    for i in range(3):
        dx, dy = (c.dice.random() - 0.5) * size, (i - 1) * size * 0.05
        top = [
            (x + dx - size, y + dy),
            (x + dx - size * 0.3, y + dy - size * 0.04),
            (x + dx + size * 0.5, y + dy - size * 0.02),
        ]
        low = [(x + dx + size * 1.1, y + dy + size * 0.015), (x + dx + size * 0.2, y + dy + size * 0.035)]
        c.fill(curve([*top, *low]), colour, alpha * (0.6 + 0.4 * c.dice.random()), lit=False)


def sky(c: Canvas, layout: Layout, scene: Scene, moved: float) -> tuple[float, float]:
    """Paint the sky; where the sun or moon stands. `moved` (0 to 1) is how far the clouds have drifted."""
    look, horizon = c.look, layout.horizon
    top, middle, low = look.sky
    gradient(c, [(horizon - 1.0, top), (horizon - 0.42, middle), (horizon - 0.02, low), (horizon + 0.3, look.haze)])
    high = look.light.high
    x = look.side * layout.aspect * (0.3 + 0.1 * c.dice.random()) * (0.75 if layout.tight else 1)
    y = horizon - 0.06 - high * 0.42
    if look.light.stars or look.neon:
        for _ in range(150):
            sx, sy = (c.dice.random() - 0.5) * 4.4, horizon - 0.08 - c.dice.random() ** 0.7 * 1.2
            size = 0.0009 + 0.0016 * c.dice.random() ** 3
            c.fill(c.ellipse(sx, sy, size, size), (226, 234, 255), 0.3 + 0.6 * c.dice.random(), lit=False)
    disc = "moon" if "moon" in scene.props else look.light.disc
    if disc == "moon":
        c.glow(x, y, 0.52, (90, 116, 168), 0.75)
        c.fill(c.ellipse(x, y, 0.052, 0.052), (240, 240, 222), lit=False)
        c.fill(c.ellipse(x - 0.012, y - 0.008, 0.013, 0.011), (214, 216, 204), 0.8, lit=False)
        c.fill(c.ellipse(x + 0.016, y + 0.014, 0.009, 0.008), (214, 216, 204), 0.7, lit=False)
    elif disc == "sun" or look.backlit:
        c.glow(x, y, 0.85, look.light.key, 0.1 + 0.4 * (1 - min(1.0, look.light.level)))
        c.glow(x, y, 0.26, (255, 236, 190), 0.42)
        c.fill(c.ellipse(x, y, 0.047, 0.047), (255, 248, 224), lit=False)
    else:
        c.glow(x, y, 0.9, look.light.key, 0.1)
    bright = mix(low, (255, 255, 255), 0.5 if not look.dark else 0.06)
    shade = mix(middle, low, 0.35) if not look.dark else mix(top, middle, 0.8)
    drift = moved * 0.16
    if look.flat or scene.setting == "sky":
        for i in range(5):
            cx = -1.7 + i * 0.85 + c.dice.random() * 0.4 + drift
            cloud(c, cx, horizon - 0.1 - 0.34 * c.dice.random(), 0.2 + 0.22 * c.dice.random(), bright, shade, 1.0)
    else:
        heavy = look.light.level < 0.9 and not look.light.disc
        for _ in range(9 if heavy else 6):
            cx, cy = (c.dice.random() - 0.5) * 3.6 + drift, horizon - 0.12 - 0.42 * c.dice.random()
            size = 0.3 + 0.4 * c.dice.random()
            if heavy or c.dice.random() < 0.3:
                cloud(c, cx, cy, size * 0.6, mix(bright, shade, 0.4), shade, 0.4)
            else:
                wisp(c, cx, cy, size, mix(bright, look.light.key, 0.35), 0.34)
    return x, y


def space(c: Canvas, layout: Layout) -> tuple[float, float]:
    """Stars, a nebula and a great planet."""
    gradient(c, [(-0.8, (8, 8, 22)), (0.1, (16, 18, 44)), (0.9, (30, 22, 52))])
    for i in range(7):
        colour: RGB = ((88, 40, 120), (30, 74, 130), (150, 60, 88))[i % 3]
        c.glow((c.dice.random() - 0.5) * 2.2, (c.dice.random() - 0.6) * 0.8, 0.4 + 0.4 * c.dice.random(), colour, 0.34)
    for _ in range(320):
        size = 0.0008 + 0.002 * c.dice.random() ** 4
        x, y = (c.dice.random() - 0.5) * 4.4, (c.dice.random() - 0.5) * 2.4
        c.fill(c.ellipse(x, y, size, size), (232, 238, 255), 0.35 + 0.6 * c.dice.random(), lit=False)
    x, y, r = c.look.side * layout.aspect * 0.26, -0.04, 0.3
    c.glow(x, y, r * 1.6, (96, 132, 180), 0.6)
    ring = c.ellipse(x, y, r, r)
    c.fill(ring, (186, 142, 104), lit=False)
    for i in range(7):
        dy = -0.8 + i * 0.27
        half = math.sqrt(max(0.0, 1 - dy * dy)) * r
        band = curve([(x - half, y + dy * r), (x, y + dy * r + 0.02), (x + half, y + dy * r), (x, y + dy * r + 0.045)])
        c.fill(band, (150, 102, 84) if i % 2 else (220, 184, 140), 0.55, lit=False)
    shadow = [tuple(p) for p in ring] + [
        tuple(p) for p in c.ellipse(x + c.look.side * r * 0.42, y - r * 0.2, r * 1.04, r * 1.02)
    ]
    c.fill(np.array(shadow), (10, 8, 24), 0.0001, lit=False)
    c.stroke(
        curve([(x - r * 1.75, y + 0.1), (x, y + 0.07), (x + r * 1.75, y - 0.12)], closed=False),
        0.012,
        (224, 206, 176),
        lit=False,
    )
    return x, y


def shafts(c: Canvas, x: float, y: float, strength: float) -> None:
    """Beams of light fanning out from (x, y)."""
    for _ in range(6):
        angle = math.pi / 2 - math.copysign(0.15 + 0.85 * c.dice.random(), x) * -1.0
        half = 0.015 + 0.035 * c.dice.random()
        reach = 1.9
        ends = [(x + math.cos(angle + d) * reach, y + math.sin(angle + d) * reach) for d in (-half, half)]
        shape = [(x - 0.01, y - 0.02), (x + 0.01, y - 0.02), ends[1], ends[0]]
        c.beam(shape, mix(c.look.light.key, (255, 240, 214), 0.4), min(0.5, strength * (0.16 + 0.2 * c.dice.random())))
