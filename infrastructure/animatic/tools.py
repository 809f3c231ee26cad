"""Things of field and yard: tools, ropes, gates, lanterns and fires, drawn from their foot at (x, y) upwards."""

from __future__ import annotations

import math

from infrastructure.animatic import plants
from infrastructure.animatic.canvas import Canvas, curve, limb, times_rgb
from infrastructure.animatic.palette import RGB

METAL: RGB = (150, 154, 158)
WICKER: RGB = (178, 136, 84)


def spade(c: Canvas, x: float, y: float, h: float, lean: float = 0.12) -> None:
    """A spade with its blade in the ground."""
    tip = (x + lean * h, y - h)
    c.form(limb([(x, y - h * 0.3), tip], [h * 0.035, h * 0.03]), (156, 116, 76), depth=0.4)
    c.form(
        limb([(tip[0] - h * 0.07, tip[1]), (tip[0] + h * 0.07, tip[1])], [h * 0.035, h * 0.035]),
        (130, 92, 60),
        depth=0.4,
    )
    bx = x - lean * h * 0.12
    c.form(
        curve(
            [
                (bx - h * 0.085, y - h * 0.32),
                (bx + h * 0.09, y - h * 0.32),
                (bx + h * 0.082, y - h * 0.08),
                (bx, y + h * 0.02),
                (bx - h * 0.085, y - h * 0.08),
            ],
            steps=3,
        ),
        METAL,
        depth=0.2,
    )
    c.stroke([(bx, y - h * 0.3), (bx - h * 0.004, y - h * 0.08)], h * 0.014, (220, 224, 226))


def basket(c: Canvas, x: float, y: float, h: float) -> None:
    """A wicker basket of apples."""
    w = h * 0.72
    c.stroke(
        curve(
            [
                (x - w * 0.86, y - h * 0.5),
                (x - w * 0.5, y - h * 0.96),
                (x, y - h * 1.08),
                (x + w * 0.5, y - h * 0.96),
                (x + w * 0.86, y - h * 0.5),
            ],
            closed=False,
        ),
        h * 0.06,
        times_rgb(WICKER, 0.8),
        taper=False,
    )
    for i in range(7):
        plants.apple(c, x + (i - 3) * w * 0.25, y - h * (0.52 + 0.12 * ((i * 5) % 3) / 2), h * 0.15)
    c.form(
        curve(
            [(x - w, y - h * 0.52), (x + w, y - h * 0.52), (x + w * 0.74, y - h * 0.02), (x - w * 0.74, y - h * 0.02)],
            steps=3,
        ),
        WICKER,
        depth=0.14,
    )
    for row in range(5):
        ry = y - h * (0.08 + 0.09 * row)
        half = w * (0.77 + 0.045 * row)
        for i in range(9):
            bx = x - half + 2 * half * (i + 0.5 * (row % 2)) / 9
            if bx + half * 0.2 < x + half:
                c.stroke(
                    curve([(bx, ry), (bx + half * 0.1, ry + h * 0.022), (bx + half * 0.2, ry)], closed=False),
                    h * 0.022,
                    times_rgb(WICKER, 0.62 if row % 2 else 1.2),
                )
    c.form(
        limb([(x - w * 1.02, y - h * 0.52), (x, y - h * 0.49), (x + w * 1.02, y - h * 0.52)], [h * 0.07] * 3),
        times_rgb(WICKER, 1.1),
        depth=0.3,
    )


def can(c: Canvas, x: float, y: float, h: float) -> None:
    """A watering can."""
    w = h * 0.4
    c.stroke(
        curve(
            [
                (x - w * 0.9, y - h * 0.3),
                (x - w * 1.7, y - h * 0.5),
                (x - w * 1.5, y - h * 0.9),
                (x - w * 0.6, y - h * 0.84),
            ],
            closed=False,
        ),
        h * 0.05,
        times_rgb(METAL, 0.7),
        taper=False,
    )
    c.form(
        limb(
            [(x + w * 0.8, y - h * 0.2), (x + w * 1.5, y - h * 0.55), (x + w * 2.1, y - h * 0.86)],
            [h * 0.13, h * 0.08, h * 0.06],
        ),
        METAL,
        depth=0.3,
    )
    c.form(limb([(x + w * 2.0, y - h * 0.94), (x + w * 2.3, y - h * 0.8)], [h * 0.08, h * 0.08]), METAL, depth=0.3)
    c.form(
        [(x - w, y), (x - w * 0.86, y - h * 0.72), (x + w * 0.86, y - h * 0.72), (x + w, y)],
        (112, 140, 132),
        depth=0.24,
    )
    c.form(c.ellipse(x, y - h * 0.72, w * 0.86, h * 0.07), (70, 86, 84), depth=0.1)


def rope(c: Canvas, x: float, y: float, h: float) -> None:
    """A coil of wet rope."""
    w = h * 0.95
    for i in range(5):
        cy, rx, ry = y - h * (0.14 + 0.15 * i), w * (1 - 0.06 * i), h * 0.2
        ring = c.ellipse(x + 0.03 * h * math.sin(i * 2.1), cy, rx, ry)
        c.form(ring, times_rgb((196, 166, 116), 0.94 + 0.03 * i), depth=0.16)
        for j in range(26):
            a = j / 26 * math.pi
            px, py = x + rx * math.cos(a), cy + ry * math.sin(a)
            c.stroke([(px - h * 0.02, py - h * 0.06), (px + h * 0.03, py)], h * 0.012, (120, 92, 60))
    top = y - h * 0.74
    c.form(c.ellipse(x, top, w * 0.4, h * 0.09), (72, 58, 48), depth=0.1)
    tail = curve(
        [(x + w * 0.7, y - h * 0.2), (x + w * 1.1, y - h * 0.02), (x + w * 1.5, y + h * 0.06), (x + w * 1.9, y)],
        closed=False,
    )
    c.stroke(tail, h * 0.13, (188, 158, 108), taper=False)
    c.stroke(tail, h * 0.02, (110, 84, 56), taper=False)
    for _ in range(9):
        dx, dy = (c.dice.random() - 0.5) * 1.8 * w, -c.dice.random() * h * 0.7
        c.fill(c.ellipse(x + dx, y + dy, h * 0.014, h * 0.02), (240, 248, 252), 0.85, lit=False)


def stake(c: Canvas, x: float, y: float, h: float) -> None:
    """A wooden stake driven into the ground."""
    c.form(
        [
            (x - h * 0.05, y + h * 0.02),
            (x - h * 0.055, y - h * 0.95),
            (x - h * 0.02, y - h),
            (x + h * 0.05, y - h * 0.97),
            (x + h * 0.05, y + h * 0.02),
        ],
        (176, 132, 86),
        depth=0.3,
    )
    for i in range(3):
        c.stroke(
            [(x - h * 0.025 + i * h * 0.025, y - h * 0.9), (x - h * 0.02 + i * h * 0.02, y - h * 0.1)],
            h * 0.006,
            (116, 82, 54),
        )
    soil(c, x, y, h * 0.36)


def soil(c: Canvas, x: float, y: float, w: float) -> None:
    """A heap of crumbling soil."""
    c.form(
        curve(
            [
                (x - w, y + w * 0.12),
                (x - w * 0.6, y - w * 0.12),
                (x - w * 0.1, y - w * 0.26),
                (x + w * 0.5, y - w * 0.16),
                (x + w, y + w * 0.1),
                (x, y + w * 0.24),
            ]
        ),
        (84, 62, 48),
        depth=0.14,
    )
    for _ in range(30):
        dx, dy, r = (
            (c.dice.random() - 0.5) * 2.2 * w,
            (c.dice.random() - 0.4) * 0.36 * w,
            w * (0.02 + 0.045 * c.dice.random()),
        )
        c.form(
            c.ellipse(x + dx, y + dy, r, r * 0.8),
            times_rgb((98, 74, 56), 0.7 + 0.6 * c.dice.random()),
            depth=0.2,
            ink=0.4,
        )


def worm(c: Canvas, x: float, y: float, h: float) -> None:
    """An earthworm in the soil."""
    soil(c, x, y - h * 0.1, h * 1.1)
    line = curve(
        [
            (x - h * 0.7, y - h * 0.16),
            (x - h * 0.35, y - h * 0.46),
            (x, y - h * 0.26),
            (x + h * 0.34, y - h * 0.42),
            (x + h * 0.66, y - h * 0.24),
        ],
        closed=False,
        steps=7,
    )
    c.form(limb([tuple(p) for p in line[::3]], [h * 0.11] * len(line[::3])), (206, 132, 118), depth=0.3)
    for i in range(2, len(line) - 1):
        px, py = line[i]
        c.stroke([(px - h * 0.012, py - h * 0.045), (px + h * 0.012, py + h * 0.045)], h * 0.01, (160, 92, 84))


def gate(c: Canvas, x: float, y: float, h: float) -> None:
    """A wooden field gate."""
    w = h * 0.95
    for px in (x - w, x + w):
        c.form(c.rect(px - h * 0.06, y - h, px + h * 0.06, y + h * 0.03), (120, 92, 68), depth=0.3)
    for i in range(4):
        by = y - h * (0.22 + 0.2 * i)
        c.form(c.rect(x - w, by - h * 0.035, x + w, by + h * 0.035), (150, 118, 86), depth=0.3)
    c.form(
        limb([(x - w * 0.92, y - h * 0.16), (x + w * 0.92, y - h * 0.86)], [h * 0.06, h * 0.06]),
        (140, 108, 78),
        depth=0.3,
    )


def lantern(c: Canvas, x: float, y: float, h: float) -> None:
    """A glowing paper lantern."""
    r = h * 0.34
    c.glow(x, y - h * 0.45, h * 1.7, (255, 168, 76), 0.85)
    c.form(
        curve(
            [
                (x - r * 0.6, y - h * 0.06),
                (x - r, y - h * 0.42),
                (x - r * 0.62, y - h * 0.82),
                (x + r * 0.62, y - h * 0.82),
                (x + r, y - h * 0.42),
                (x + r * 0.6, y - h * 0.06),
            ]
        ),
        (240, 150, 74),
        depth=0.1,
    )
    c.fill(c.ellipse(x, y - h * 0.4, r * 0.72, h * 0.28), (255, 206, 122), 0.9, lit=False)
    c.fill(c.ellipse(x, y - h * 0.34, r * 0.36, h * 0.16), (255, 242, 196), 0.9, lit=False)
    for i in range(1, 6):
        ly = y - h * (0.06 + 0.127 * i)
        half = r * math.sin(0.55 + 0.34 * i)
        c.stroke(curve([(x - half, ly), (x, ly + h * 0.02), (x + half, ly)], closed=False), h * 0.01, (150, 70, 40))
    c.form(c.rect(x - r * 0.66, y - h * 0.88, x + r * 0.66, y - h * 0.81), (90, 54, 40), depth=0.3)
    c.form(c.rect(x - r * 0.62, y - h * 0.07, x + r * 0.62, y), (90, 54, 40), depth=0.3)
    c.stroke([(x, y - h), (x, y - h * 0.88)], h * 0.014, (60, 46, 40), taper=False)


def candle(c: Canvas, x: float, y: float, h: float) -> None:
    """A burning candle."""
    w = h * 0.16
    c.glow(x, y - h * 0.8, h * 1.8, (255, 170, 80), 0.9)
    c.form([(x - w, y), (x - w, y - h * 0.6), (x + w, y - h * 0.58), (x + w, y)], (240, 226, 196), depth=0.3)
    c.fill(
        curve([(x + w * 0.6, y - h * 0.6), (x + w * 1.06, y - h * 0.42), (x + w * 0.8, y - h * 0.36)]), (250, 240, 214)
    )
    c.stroke([(x, y - h * 0.59), (x + w * 0.06, y - h * 0.67)], h * 0.02, (50, 40, 36))
    c.fill(
        curve([(x, y - h * 0.62), (x - w * 0.5, y - h * 0.74), (x, y - h), (x + w * 0.5, y - h * 0.74)]),
        (255, 186, 76),
        lit=False,
    )
    c.fill(
        curve([(x, y - h * 0.64), (x - w * 0.24, y - h * 0.72), (x, y - h * 0.86), (x + w * 0.24, y - h * 0.72)]),
        (255, 244, 200),
        lit=False,
    )


def fire(c: Canvas, x: float, y: float, h: float) -> None:
    """A camp fire."""
    c.glow(x, y - h * 0.4, h * 2.6, (255, 130, 50), 0.9)
    for a in (-0.5, 0.1, 0.55):
        c.form(
            limb([(x - h * 0.4, y + a * h * 0.06), (x + h * 0.42, y - a * h * 0.14)], [h * 0.11, h * 0.09]),
            (84, 60, 46),
            depth=0.3,
        )
    for size, colour in ((1.0, (240, 96, 40)), (0.72, (255, 164, 60)), (0.42, (255, 236, 160))):
        s = h * size
        c.fill(
            curve(
                [
                    (x - s * 0.34, y - h * 0.04),
                    (x - s * 0.3, y - s * 0.36),
                    (x - s * 0.12, y - s * 0.5),
                    (x - s * 0.05, y - s),
                    (x + s * 0.14, y - s * 0.56),
                    (x + s * 0.32, y - s * 0.4),
                    (x + s * 0.3, y - h * 0.04),
                ]
            ),
            colour,
            lit=False,
        )
