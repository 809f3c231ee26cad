"""Trees, grass and other things that grow."""

from __future__ import annotations

import math

import numpy as np

from infrastructure.animatic.canvas import Canvas, curve, limb, times_rgb
from infrastructure.animatic.palette import RGB, mix

LEAF: RGB = (106, 132, 70)
PINE: RGB = (58, 86, 72)
BARK: RGB = (92, 70, 54)


def ridge(
    c: Canvas, y: float, height: float, colour: RGB, *, rough: float = 0.5, step: float = 0.09, fade: RGB | None = None
) -> list[tuple[float, float]]:
    """A line of hills or peaks across the canvas, `height` at its highest above `y`; `rough` 0 rolls, 1 is jagged."""
    turns = [c.dice.random() * math.tau for _ in range(4)]
    pitch = [1.1 + c.dice.random() * 0.5, 2.3 + c.dice.random(), 4.9 + c.dice.random() * 2, 10.5 + c.dice.random() * 4]
    points = []
    x = -3.2
    while x < 3.2:
        value = sum(
            math.sin(x * p + t) * w for p, t, w in zip(pitch, turns, (1, 0.55, 0.3 * rough, 0.2 * rough), strict=True)
        )
        if rough > 0.6:
            value = 1.9 * abs(value) ** 0.8 - 1.2 + (c.dice.random() - 0.5) * 0.5 * rough
        points.append((x, y - height * (0.5 + 0.27 * value)))
        x += step
    line = points if rough > 0.6 else [tuple(p) for p in curve(points, closed=False, steps=3)]
    shape = [*line, (3.2, 2.5), (-3.2, 2.5)]
    c.grad([*line, (3.2, y + 0.5), (-3.2, y + 0.5)], colour, fade or times_rgb(colour, 0.86))
    c.fill([(-3.2, y + 0.49), (3.2, y + 0.49), (3.2, 2.5), (-3.2, 2.5)], fade or times_rgb(colour, 0.86))
    c.outline(shape, 0.7)
    return [(float(a), float(b)) for a, b in line]


def conifer(c: Canvas, x: float, y: float, h: float, colour: RGB = PINE) -> None:
    """A fir tree with its foot at (x, y)."""
    left, right = [], []
    tiers = 6
    for i in range(tiers):
        t0, t1 = i / tiers, (i + 1) / tiers
        wide = h * 0.25 * t1 * (0.8 + 0.4 * c.dice.random())
        left += [(x - wide * 0.42 * (t0 > 0), y - h * (1 - t0 * 0.93)), (x - wide, y - h * (1 - t1 * 0.93) + h * 0.02)]
        right += [
            (x + wide * 0.42 * (t0 > 0), y - h * (1 - t0 * 0.93)),
            (x + wide * 0.96, y - h * (1 - t1 * 0.93) + h * 0.02),
        ]
    c.fill(c.rect(x - h * 0.018, y - h * 0.09, x + h * 0.018, y), BARK)
    shape = left + right[::-1]
    if h > 0.16:
        c.form(shape, colour, depth=0.2, ink=0.6)
    else:
        c.fill(shape, colour)


def crown(c: Canvas, x: float, y: float, rx: float, ry: float, colour: RGB, clumps: int = 9) -> None:
    """A leafy crown of overlapping clumps, dark underneath, lit on one side."""
    spots = []
    for i in range(clumps):
        angle = i * 2.399 + c.dice.random() * 0.6
        reach = math.sqrt((i + 0.4) / clumps) * 0.8
        r = (0.3 + 0.16 * c.dice.random()) * (9 / clumps) ** 0.32
        spots.append((x + math.cos(angle) * rx * reach, y + math.sin(angle) * ry * reach, r))
    for sx, sy, r in spots:
        c.fill(_clump(c, sx, sy + ry * 0.04, rx * r * 1.16, ry * r * 1.2), times_rgb(colour, 0.5))
    for sx, sy, r in sorted(spots, key=lambda s: -s[1]):
        side = ((sx - x) * c.look.side / rx - (sy - y) / ry) * 0.5
        c.fill(_clump(c, sx, sy - ry * 0.05, rx * r * 0.98, ry * r), times_rgb(colour, 0.84 + 0.22 * side))
        if side > -0.32:
            spot = _clump(c, sx + c.look.side * rx * r * 0.28, sy - ry * r * 0.36, rx * r * 0.5, ry * r * 0.42)
            c.fill(spot, mix(colour, c.look.light.key, 0.28 + 0.14 * side), 0.8)
    leaves = min(90, clumps * 7)
    for _ in range(leaves):
        angle, reach = c.dice.random() * math.tau, 0.55 + 0.55 * c.dice.random()
        lx, ly = x + math.cos(angle) * rx * reach, y + math.sin(angle) * ry * reach
        tone = times_rgb(colour, 0.6 + 0.7 * c.dice.random())
        c.fill(c.ellipse(lx, ly, rx * 0.035, ry * 0.026, angle), tone)


def _clump(c: Canvas, x: float, y: float, rx: float, ry: float) -> np.ndarray:
    count = 9
    points = []
    for i in range(count):
        angle = i / count * math.tau
        wobble = 0.78 + 0.4 * c.dice.random()
        points.append((x + math.cos(angle) * rx * wobble, y + math.sin(angle) * ry * wobble))
    return curve(points, steps=4)


def tree(
    c: Canvas, x: float, y: float, h: float, colour: RGB = LEAF, *, fruit: bool = False, wide: float = 1.0
) -> None:
    """A broad-leaved tree with its foot at (x, y); `fruit` hangs red apples in it."""
    lean = (c.dice.random() - 0.5) * 0.1 * h
    top = y - h * 0.5
    c.form(
        limb([(x, y + h * 0.01), (x + lean * 0.3, y - h * 0.22), (x + lean, top)], [h * 0.1, h * 0.06, h * 0.045]),
        BARK,
        depth=0.4,
    )
    for side in (-1, 1, -0.45, 0.5):
        tip = (x + lean + side * h * 0.22 * wide, y - h * (0.66 + 0.08 * c.dice.random()))
        c.fill(
            limb(
                [(x + lean * 0.5, y - h * 0.33), ((x + lean + tip[0]) / 2, y - h * 0.5), tip],
                [h * 0.045, h * 0.03, h * 0.012],
            ),
            BARK,
        )
    crown(c, x + lean, y - h * 0.67, h * 0.4 * wide, h * 0.33, colour, 26)
    if fruit:
        for _ in range(26):
            angle, reach = c.dice.random() * math.tau, math.sqrt(c.dice.random())
            ax, ay = (
                x + lean + math.cos(angle) * h * 0.36 * wide * reach,
                y - h * 0.66 + math.sin(angle) * h * 0.28 * reach,
            )
            c.fill(c.ellipse(ax, ay, h * 0.014, h * 0.014), (198, 52, 44))
            c.fill(c.ellipse(ax + c.look.side * h * 0.004, ay - h * 0.005, h * 0.005, h * 0.004), (240, 150, 120))


def leaf(c: Canvas, x: float, y: float, size: float, angle: float, colour: RGB) -> None:
    """One leaf growing from (x, y) towards `angle` (radians, 0 = right)."""
    ux, uy = math.cos(angle), math.sin(angle)
    side = (-uy * size * 0.26, ux * size * 0.26)
    tip, mid = (x + ux * size, y + uy * size), (x + ux * size * 0.45, y + uy * size * 0.45)
    points = curve([(x, y), (mid[0] + side[0], mid[1] + side[1]), tip, (mid[0] - side[0], mid[1] - side[1])], steps=5)
    if size > 0.05:
        c.form(points, colour, depth=0.3)
        c.stroke([(x, y), mid, tip], size * 0.03, times_rgb(colour, 0.6))
    else:
        c.fill(points, colour)


def sapling(c: Canvas, x: float, y: float, h: float, *, pot: bool = False) -> None:
    """A young tree: a thin stem and a few leaves; in a pot when asked."""
    if pot:
        ph, pw = h * 0.26, h * 0.15
        c.form([(x - pw, y - ph), (x + pw, y - ph), (x + pw * 0.72, y), (x - pw * 0.72, y)], (176, 98, 66), depth=0.25)
        c.form(c.rect(x - pw * 1.12, y - ph * 1.12, x + pw * 1.12, y - ph * 0.86), (188, 108, 74), depth=0.3)
        y -= ph
        h -= ph
    bend = (c.dice.random() - 0.5) * 0.12 * h
    stem = curve([(x, y), (x + bend * 0.5, y - h * 0.4), (x + bend, y - h)], closed=False, steps=8)
    c.stroke(stem, max(0.003, h * 0.026), BARK)
    count = 17
    for i in range(count):
        t = 0.26 + 0.74 * i / (count - 1)
        spot = stem[min(len(stem) - 1, int(t * (len(stem) - 1)))]
        side = -1 if i % 2 else 1
        angle = -math.pi / 2 + side * (0.5 + 0.6 * c.dice.random()) * (1.2 - t * 0.7)
        colour = mix(LEAF, (164, 178, 84), c.dice.random() * 0.7)
        leaf(c, float(spot[0]), float(spot[1]), h * (0.15 - 0.07 * t) * (0.7 + 0.6 * c.dice.random()), angle, colour)


def grass(
    c: Canvas,
    y: float,
    height: float,
    colour: RGB,
    count: int,
    *,
    left: float = -2.4,
    right: float = 2.4,
    spread: float = 0.06,
) -> None:
    """Blades of grass along `y`, each up to `height` tall."""
    for _ in range(count):
        x = left + (right - left) * c.dice.random()
        foot = y + spread * (c.dice.random() - 0.3)
        h = height * (0.4 + 0.6 * c.dice.random())
        lean = (c.dice.random() - 0.42) * h * 0.9
        wide = h * (0.045 + 0.03 * c.dice.random())
        tone = mix(colour, (214, 200, 116), 0.5 * c.dice.random() ** 2)
        c.fill(
            curve(
                [(x - wide, foot), (x + lean * 0.35, foot - h * 0.6), (x + lean, foot - h), (x + wide, foot)], steps=3
            ),
            tone,
        )


def branch(
    c: Canvas, x: float, y: float, length: float, angle: float, *, blossom: bool = False, fruit: bool = False
) -> None:
    """A branch with leaves reaching from (x, y) towards `angle`; with blossom or an apple when asked."""
    ux, uy = math.cos(angle), math.sin(angle)
    points = [
        (
            x + ux * length * t - uy * length * 0.1 * math.sin(t * 3),
            y + uy * length * t + ux * length * 0.1 * math.sin(t * 3),
        )
        for t in (0, 0.25, 0.5, 0.75, 1)
    ]
    c.form(limb(points, [length * w for w in (0.07, 0.058, 0.045, 0.03, 0.012)]), BARK, depth=0.4)
    line = curve(points, closed=False)
    for i in range(4, len(line), 2):
        side = 1 if i % 4 else -1
        leaf(
            c,
            float(line[i][0]),
            float(line[i][1]),
            length * (0.13 + 0.07 * c.dice.random()),
            angle + side * (0.7 + 0.5 * c.dice.random()),
            LEAF,
        )
    if blossom:
        for i in range(6, len(line), 4):
            flower(
                c,
                float(line[i][0]) + (c.dice.random() - 0.5) * length * 0.1,
                float(line[i][1]) + (c.dice.random() - 0.6) * length * 0.12,
                length * 0.085,
            )
    if fruit:
        fx, fy = (float(v) for v in line[len(line) * 2 // 3])
        apple(c, fx, fy + length * 0.2, length * 0.13)


def flower(c: Canvas, x: float, y: float, r: float) -> None:
    """An apple blossom seen from the front."""
    turn = c.dice.random()
    for i in range(5):
        angle = turn + i * math.tau / 5
        c.form(
            c.ellipse(x + math.cos(angle) * r * 0.62, y + math.sin(angle) * r * 0.62, r * 0.56, r * 0.42, angle),
            (246, 222, 224),
            depth=0.2,
            ink=0.7,
        )
    c.fill(c.ellipse(x, y, r * 0.2, r * 0.2), (226, 188, 92))
    for i in range(7):
        angle = turn + i * 0.9
        c.fill(
            c.ellipse(x + math.cos(angle) * r * 0.3, y + math.sin(angle) * r * 0.3, r * 0.045, r * 0.045),
            (196, 140, 50),
        )


def apple(c: Canvas, x: float, y: float, r: float) -> None:
    """An apple with its middle at (x, y)."""
    ring = curve(
        [
            (x, y - r * 0.72),
            (x + r * 0.5, y - r * 0.95),
            (x + r, y - r * 0.3),
            (x + r * 0.78, y + r * 0.6),
            (x + r * 0.24, y + r * 0.95),
            (x, y + r * 0.86),
            (x - r * 0.24, y + r * 0.95),
            (x - r * 0.78, y + r * 0.6),
            (x - r, y - r * 0.3),
            (x - r * 0.5, y - r * 0.95),
        ]
    )
    c.form(ring, (190, 50, 42), depth=0.22)
    c.fill(c.ellipse(x + c.look.side * r * 0.36, y - r * 0.34, r * 0.2, r * 0.13, -0.5), (255, 226, 204), 0.7)
    c.stroke(
        curve([(x, y - r * 0.72), (x + r * 0.04, y - r), (x + r * 0.16, y - r * 1.3)], closed=False),
        r * 0.12,
        (84, 60, 40),
    )
    leaf(c, x + r * 0.06, y - r, r * 0.7, -0.5, LEAF)
