"""What moves or stands at the roadside: cars, trains, bicycles, dogs, birds, cottages."""

from __future__ import annotations

import math

from infrastructure.animatic import buildings
from infrastructure.animatic.canvas import Canvas, curve, limb, times_rgb
from infrastructure.animatic.palette import RGB


def car(c: Canvas, x: float, y: float, h: float) -> None:
    """A rounded old car seen from the side."""
    w, d = h * 1.35, c.look.side
    body = curve(
        [
            (x - w, y - h * 0.2),
            (x - w * 0.98, y - h * 0.46),
            (x - w * 0.6, y - h * 0.56),
            (x - w * 0.34, y - h * 0.94),
            (x + w * 0.2, y - h),
            (x + w * 0.48, y - h * 0.6),
            (x + w * 0.96, y - h * 0.46),
            (x + w, y - h * 0.2),
        ]
    )
    c.fill(c.ellipse(x, y, w * 1.05, h * 0.06), (30, 30, 36), 0.5)
    c.form(body, (168, 66, 54), depth=0.14)
    c.form(
        curve(
            [
                (x - w * 0.44, y - h * 0.58),
                (x - w * 0.26, y - h * 0.86),
                (x - w * 0.03, y - h * 0.89),
                (x - w * 0.03, y - h * 0.58),
            ],
            steps=3,
        ),
        (150, 176, 186),
        depth=0.1,
    )
    c.form(
        curve(
            [
                (x + w * 0.03, y - h * 0.58),
                (x + w * 0.03, y - h * 0.9),
                (x + w * 0.18, y - h * 0.89),
                (x + w * 0.36, y - h * 0.58),
            ],
            steps=3,
        ),
        (150, 176, 186),
        depth=0.1,
    )
    for wx in (x - w * 0.58, x + w * 0.6):
        c.form(c.ellipse(wx, y - h * 0.16, h * 0.19, h * 0.19), (44, 42, 44), depth=0.14)
        c.form(c.ellipse(wx, y - h * 0.16, h * 0.09, h * 0.09), (196, 192, 184), depth=0.2)
    c.fill(c.ellipse(x + w * 0.95 * d, y - h * 0.36, h * 0.055, h * 0.06), (255, 240, 190), lit=False)
    if c.look.dark:
        c.glow(x + w * 0.95 * d, y - h * 0.36, h * 1.1, (255, 226, 160), 0.8)


def train(c: Canvas, x: float, y: float, h: float) -> None:
    """A steam engine with a carriage."""
    for i in range(5):
        c.fill(
            c.ellipse(x + h * (0.7 - 0.42 * i), y - h * (1.2 + 0.16 * i), h * (0.2 + 0.09 * i), h * (0.16 + 0.06 * i)),
            (236, 234, 230),
            0.7 - 0.1 * i,
        )
    c.form(c.rect(x - h * 2.9, y - h * 0.95, x - h * 0.75, y - h * 0.2), (112, 64, 54), depth=0.1)
    for i in range(5):
        buildings.window(c, x - h * 2.7 + i * h * 0.39, y - h * 0.8, h * 0.24, h * 0.28, shining=c.look.dark)
    c.form(c.rect(x - h * 0.62, y - h * 1.05, x - h * 0.06, y - h * 0.2), (58, 74, 70), depth=0.14)
    c.form(
        curve(
            [
                (x - h * 0.1, y - h * 0.3),
                (x - h * 0.1, y - h * 0.78),
                (x + h * 0.9, y - h * 0.8),
                (x + h, y - h * 0.55),
                (x + h * 0.92, y - h * 0.3),
            ],
            steps=4,
        ),
        (52, 60, 62),
        depth=0.16,
    )
    c.form(
        [
            (x + h * 0.62, y - h * 0.78),
            (x + h * 0.56, y - h * 1.1),
            (x + h * 0.84, y - h * 1.1),
            (x + h * 0.78, y - h * 0.78),
        ],
        (44, 46, 48),
        depth=0.3,
    )
    for wx, r in ((-2.5, 0.15), (-1.1, 0.15), (-0.3, 0.24), (0.24, 0.24), (0.78, 0.16)):
        c.form(c.ellipse(x + wx * h, y - r * h, r * h, r * h), (60, 54, 54), depth=0.14)
        c.form(c.ellipse(x + wx * h, y - r * h, r * h * 0.4, r * h * 0.4), (160, 70, 56), depth=0.2)
    c.stroke([(x - h * 3.4, y + h * 0.02), (x + h * 1.8, y + h * 0.02)], h * 0.03, (80, 76, 74), taper=False)


def bicycle(c: Canvas, x: float, y: float, h: float) -> None:
    """A bicycle."""
    r = h * 0.34
    for wx in (x - h * 0.52, x + h * 0.52):
        ring = c.ellipse(wx, y - r, r, r)
        c.stroke([*map(tuple, ring), tuple(ring[0])], h * 0.03, (50, 48, 50), taper=False)
        for i in range(8):
            a = i * math.pi / 8
            c.stroke(
                [(wx - math.cos(a) * r, y - r - math.sin(a) * r), (wx + math.cos(a) * r, y - r + math.sin(a) * r)],
                h * 0.005,
                (150, 150, 150),
                taper=False,
            )
    rear, seat = (x - h * 0.52, y - r), (x - h * 0.2, y - h * 0.82)
    front, pedal = (x + h * 0.4, y - h * 0.84), (x - h * 0.06, y - r)
    hub = (x + h * 0.52, y - r)
    for one, two in ((rear, seat), (seat, pedal), (rear, pedal), (seat, front), (pedal, front), (front, hub)):
        c.stroke([one, two], h * 0.035, (176, 66, 54), taper=False)
    saddle = [(seat[0] - h * 0.1, seat[1] - h * 0.07), (seat[0] + h * 0.12, seat[1] - h * 0.06)]
    c.form(limb(saddle, [h * 0.07, h * 0.04]), (60, 46, 40), depth=0.3)
    bar = [front, (front[0] - h * 0.02, front[1] - h * 0.14), (front[0] + h * 0.14, front[1] - h * 0.16)]
    c.stroke(curve(bar, closed=False), h * 0.03, (60, 56, 56), taper=False)


def dog(c: Canvas, x: float, y: float, h: float) -> None:
    """A dog standing."""
    fur: RGB = (158, 112, 72)
    for lx in (-0.5, -0.36, 0.3, 0.44):
        c.form(
            limb([(x + lx * h, y - h * 0.45), (x + (lx + 0.02) * h, y)], [h * 0.15, h * 0.09]),
            times_rgb(fur, 0.86),
            depth=0.3,
        )
    c.stroke(
        curve([(x - h * 0.56, y - h * 0.62), (x - h * 0.8, y - h * 0.8), (x - h * 0.82, y - h * 1.0)], closed=False),
        h * 0.09,
        fur,
    )
    c.form(
        curve(
            [
                (x - h * 0.6, y - h * 0.6),
                (x - h * 0.2, y - h * 0.7),
                (x + h * 0.4, y - h * 0.72),
                (x + h * 0.54, y - h * 0.5),
                (x + h * 0.3, y - h * 0.36),
                (x - h * 0.4, y - h * 0.36),
            ]
        ),
        fur,
        depth=0.2,
    )
    c.form(
        curve(
            [
                (x + h * 0.36, y - h * 0.66),
                (x + h * 0.46, y - h * 0.98),
                (x + h * 0.66, y - h * 1.02),
                (x + h * 0.94, y - h * 0.84),
                (x + h * 0.9, y - h * 0.74),
                (x + h * 0.62, y - h * 0.68),
                (x + h * 0.52, y - h * 0.52),
            ]
        ),
        fur,
        depth=0.2,
    )
    c.form(
        curve(
            [
                (x + h * 0.46, y - h * 0.98),
                (x + h * 0.38, y - h * 0.74),
                (x + h * 0.5, y - h * 0.72),
                (x + h * 0.58, y - h * 0.96),
            ]
        ),
        times_rgb(fur, 0.7),
        depth=0.2,
    )


def birds(c: Canvas, x: float, y: float, h: float) -> None:
    """A few birds on the wing."""
    for _ in range(7):
        bx, by = x + (c.dice.random() - 0.5) * 0.9, y - 0.1 + (c.dice.random() - 0.5) * 0.3
        s = h * (0.5 + 0.7 * c.dice.random())
        lift = 0.25 + 0.4 * c.dice.random()
        wings = [
            (bx - s, by - s * lift * 0.5),
            (bx - s * 0.45, by - s * lift),
            (bx, by),
            (bx + s * 0.5, by - s * lift),
            (bx + s * 1.04, by - s * lift * 0.42),
        ]
        c.stroke(curve(wings, closed=False), s * 0.13 + 0.001, (58, 60, 68))


def house(c: Canvas, x: float, y: float, h: float) -> None:
    """A cottage."""
    buildings.house(c, x, y, h * 0.95, h * 0.62, (226, 212, 186), floors=2, lights=0.8)
