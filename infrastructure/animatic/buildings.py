"""Houses, towers, skylines, ships and quays."""

from __future__ import annotations

import math

from infrastructure.animatic.canvas import Canvas, curve, times_rgb
from infrastructure.animatic.palette import RGB, mix

STONE: RGB = (176, 166, 152)
ROOF: RGB = (158, 88, 68)
GLOW: RGB = (255, 204, 122)


def window(c: Canvas, x: float, y: float, w: float, h: float, *, shining: bool, glow: bool = True) -> None:
    """A window pane with its upper left corner at (x, y); it shines when there is light behind it."""
    if shining:
        c.fill(c.rect(x, y, x + w, y + h), GLOW, lit=False)
        if glow:
            c.glow(x + w / 2, y + h / 2, max(w, h) * 2.2, (190, 120, 50), 0.5)
    else:
        c.grad(c.rect(x, y, x + w, y + h), (74, 88, 104), (46, 54, 66))
    if w > 0.014:
        c.stroke([(x + w / 2, y), (x + w / 2, y + h)], w * 0.08, (70, 56, 46), taper=False)
        c.stroke([(x, y + h * 0.5), (x + w, y + h * 0.5)], w * 0.08, (70, 56, 46), taper=False)


def house(
    c: Canvas,
    x: float,
    y: float,
    w: float,
    h: float,
    wall: RGB,
    *,
    gable: bool = True,
    floors: int = 2,
    lights: float = 0.25,
) -> None:
    """A house front, `w` wide and `h` high to the eaves, its foot's middle at (x, y)."""
    left, right, top = x - w / 2, x + w / 2, y - h
    c.form(c.rect(left, top, right, y + 0.02), wall, depth=0.12, ink=0.8)
    rise = w * (0.5 + 0.15 * c.dice.random())
    if gable:
        c.form([(left - w * 0.06, top + 0.004), (x, top - rise), (right + w * 0.06, top + 0.004)], ROOF, depth=0.16)
    else:
        c.form(
            [
                (left - w * 0.06, top),
                (left + w * 0.08, top - rise * 0.6),
                (right - w * 0.08, top - rise * 0.6),
                (right + w * 0.06, top),
            ],
            ROOF,
        )
    if c.dice.random() < 0.7:
        cx = x + w * 0.24
        c.form(c.rect(cx, top - rise * 0.86, cx + w * 0.09, top - rise * 0.3), times_rgb(STONE, 0.8), ink=0.6)
    columns = max(1, min(3, round(w / max(0.05, h / floors) * 1.6)))
    dark = c.look.dark
    for floor in range(floors):
        for column in range(columns):
            wx = left + w * (column + 0.5) / columns - w * 0.09
            wy = top + h * (floor + 0.22) / floors
            window(
                c,
                wx,
                wy,
                w * 0.18,
                h * 0.42 / floors,
                shining=c.dice.random() < (0.75 if dark else lights * 0.2),
                glow=w > 0.08,
            )
    if w > 0.1:
        c.form(c.rect(x - w * 0.09, y - h * 0.34 / floors * 1.6, x + w * 0.09, y), (94, 70, 56), ink=0.8)


def block(c: Canvas, x: float, y: float, w: float, h: float, colour: RGB) -> None:
    """A tower block with rows of windows, some lit."""
    c.form(c.rect(x - w / 2, y - h, x + w / 2, y + 0.05), colour, depth=0.2, ink=0.6)
    if c.dice.random() < 0.5:
        c.fill(c.rect(x - w * 0.28, y - h - h * 0.07, x + w * 0.2, y - h), times_rgb(colour, 0.9))
    if c.dice.random() < 0.4:
        c.stroke([(x, y - h * 1.22), (x, y - h)], 0.003, times_rgb(colour, 0.7), taper=False)
    step = max(0.026, w * 0.13)
    rows, columns = int(h / step), max(2, int(w / step * 1.1))
    share = 0.24 if c.look.dark else 0.05
    for row in range(rows):
        for column in range(columns):
            wx = x - w / 2 + w * (column + 0.26) / columns
            wy = y - h + step * (row + 0.3)
            box = c.rect(wx, wy, wx + w * 0.5 / columns, wy + step * 0.52)
            if c.dice.random() < share:
                pick = c.dice.random() if c.look.neon else 1.0
                shine: RGB = (255, 92, 188) if pick < 0.3 else (92, 228, 240) if pick < 0.6 else GLOW
                c.fill(box, mix(shine, colour, 0.3 * c.dice.random()), 0.9, lit=False)
            else:
                c.fill(box, times_rgb(colour, 0.8))


def lighthouse(c: Canvas, x: float, y: float, h: float) -> None:
    """A white lighthouse on a rock, its foot at (x, y), with a beam when it is dark."""
    w = h * 0.17
    rock = [
        (x - h * 0.5, y + h * 0.12),
        (x - h * 0.36, y - h * 0.03),
        (x - h * 0.2, y - h * 0.02),
        (x - h * 0.12, y - h * 0.09),
        (x + h * 0.14, y - h * 0.08),
        (x + h * 0.22, y - h * 0.0),
        (x + h * 0.42, y + h * 0.02),
        (x + h * 0.56, y + h * 0.13),
    ]
    c.form(rock, (98, 92, 88), depth=0.3)
    foot, top = y - h * 0.06, y - h * 0.8
    tower = [(x - w / 2, foot), (x - w * 0.32, top), (x + w * 0.32, top), (x + w / 2, foot)]
    c.form(tower, (240, 236, 226), depth=0.5)
    for a, b in ((0.2, 0.36), (0.56, 0.72)):
        ya, yb = foot + (top - foot) * a, foot + (top - foot) * b
        wa, wb = w * (0.5 - 0.18 * a), w * (0.5 - 0.18 * b)
        c.form([(x - wa, ya), (x - wb, yb), (x + wb, yb), (x + wa, ya)], (188, 62, 50), depth=0.5, ink=0.4)
    c.form(c.rect(x - w * 0.5, top - h * 0.02, x + w * 0.5, top), (70, 66, 66))
    c.fill(c.rect(x - w * 0.26, top - h * 0.105, x + w * 0.26, top - h * 0.02), (255, 226, 150), lit=False)
    c.form(
        [(x - w * 0.38, top - h * 0.1), (x, top - h * 0.19), (x + w * 0.38, top - h * 0.1)], (176, 56, 46), depth=0.3
    )
    lamp = (x, top - h * 0.065)
    c.glow(*lamp, h * 0.5, (255, 222, 150), 0.9 if c.look.dark else 0.45)
    strength = 0.5 if c.look.dark else 0.22
    for side, reach in ((-1, 1.5), (1, 1.5)):
        c.beam(
            [
                (lamp[0], lamp[1] - h * 0.012),
                (lamp[0] + side * reach, lamp[1] - 0.12),
                (lamp[0] + side * reach, lamp[1] + 0.05),
                (lamp[0], lamp[1] + h * 0.012),
            ],
            (255, 236, 188),
            strength,
        )


def boat(c: Canvas, x: float, y: float, w: float, hull: RGB, *, sail: bool = False) -> None:
    """A wooden boat, `w` long, floating at (x, y)."""
    d = c.look.side * 0.02 * w
    shape = curve(
        [
            (x - w * 0.52, y - w * 0.15),
            (x - w * 0.2, y - w * 0.11),
            (x + w * 0.2, y - w * 0.11),
            (x + w * 0.55, y - w * 0.2),
            (x + w * 0.4, y + w * 0.04),
            (x, y + w * 0.07),
            (x - w * 0.38, y + w * 0.04),
        ]
    )
    mast = (x + w * 0.04, y - w * (0.95 if sail else 0.7))
    c.stroke([(mast[0], mast[1]), (mast[0] + d, y - w * 0.1)], w * 0.022, (92, 72, 56), taper=False)
    if sail:
        c.form(
            curve(
                [
                    (mast[0] + w * 0.02, mast[1] + w * 0.04),
                    (mast[0] + w * 0.3, y - w * 0.5),
                    (mast[0] + w * 0.42, y - w * 0.2),
                    (mast[0] + w * 0.02, y - w * 0.18),
                ],
                steps=4,
            ),
            (236, 226, 204),
            depth=0.2,
        )
        c.form(
            [
                (mast[0] - w * 0.02, mast[1] + w * 0.12),
                (mast[0] - w * 0.02, y - w * 0.2),
                (mast[0] - w * 0.3, y - w * 0.2),
            ],
            (222, 206, 178),
            depth=0.2,
        )
    else:
        c.form(c.rect(x - w * 0.3, y - w * 0.3, x - w * 0.06, y - w * 0.1), (224, 214, 194), depth=0.2)
        c.form(c.rect(x - w * 0.33, y - w * 0.335, x - w * 0.03, y - w * 0.29), (150, 76, 58), depth=0.2)
        window(c, x - w * 0.24, y - w * 0.25, w * 0.1, w * 0.07, shining=c.look.dark)
        for tip in (x - w * 0.48, x + w * 0.5):
            c.stroke([(mast[0], mast[1] + w * 0.05), (tip, y - w * 0.15)], w * 0.008, (70, 60, 54), taper=False)
    c.form(shape, hull, depth=0.2)
    c.stroke(
        curve([(x - w * 0.5, y - w * 0.11), (x, y - w * 0.065), (x + w * 0.53, y - w * 0.155)], closed=False),
        w * 0.022,
        mix(hull, (255, 255, 255), 0.6),
        taper=False,
    )
    # its broken mirror image
    for i in range(5):
        ry = y + w * (0.085 + 0.05 * i)
        half = w * (0.46 - 0.06 * i) * (0.7 + 0.3 * c.dice.random())
        off = (c.dice.random() - 0.5) * w * 0.1
        c.fill(
            curve([(x - half + off, ry), (x + off, ry - w * 0.012), (x + half + off, ry), (x + off, ry + w * 0.014)]),
            times_rgb(hull, 0.7),
            0.5 - 0.07 * i,
        )


def street_lamp(c: Canvas, x: float, y: float, h: float) -> None:
    """A cast-iron street lamp, its foot at (x, y)."""
    c.stroke([(x, y), (x, y - h * 0.86)], h * 0.026, (48, 48, 52), taper=False)
    c.fill(c.rect(x - h * 0.035, y - h * 0.06, x + h * 0.035, y), (44, 44, 48))
    head = y - h * 0.86
    c.fill(
        [
            (x - h * 0.035, head),
            (x - h * 0.06, head - h * 0.12),
            (x + h * 0.06, head - h * 0.12),
            (x + h * 0.035, head),
        ],
        (255, 220, 150) if c.look.dark else (206, 204, 190),
        lit=not c.look.dark,
    )
    c.form([(x - h * 0.075, head - h * 0.115), (x, head - h * 0.19), (x + h * 0.075, head - h * 0.115)], (44, 44, 48))
    if c.look.dark:
        c.glow(x, head - h * 0.06, h * 0.7, (255, 190, 104), 0.85)


def bunting(c: Canvas, x0: float, y0: float, x1: float, y1: float, sag: float) -> None:
    """A line of small flags across a street."""
    for i in range(13):
        t = i / 12
        x, y = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t + math.sin(t * math.pi) * sag
        colour: RGB = ((200, 84, 62), (228, 184, 92), (92, 138, 148))[i % 3]
        c.fill([(x - 0.016, y), (x + 0.016, y), (x, y + 0.04)], colour)
    c.stroke(curve([(x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2 + sag), (x1, y1)], closed=False), 0.003)
