"""Small things and furniture: watches, books, keys, cups, doors, drawn from their foot at (x, y) upwards."""

from __future__ import annotations

import math

from infrastructure.animatic import buildings, interior, plants
from infrastructure.animatic.canvas import Canvas, curve, times_rgb
from infrastructure.animatic.palette import RGB


def watch(c: Canvas, x: float, y: float, h: float) -> None:
    """An open pocket watch with its gears."""
    r = h * 0.42
    cy = y - r
    c.stroke(
        curve(
            [
                (x + r * 0.1, cy - r * 1.1),
                (x + r * 0.9, cy - r * 1.5),
                (x + r * 1.9, cy - r * 1.0),
                (x + r * 3, cy - r * 1.5),
            ],
            closed=False,
        ),
        h * 0.022,
        (206, 170, 92),
        taper=False,
    )
    c.form(c.ellipse(x, cy - r * 1.14, r * 0.17, r * 0.17), (206, 170, 92), depth=0.2)
    c.form(c.ellipse(x, cy, r, r), (206, 168, 88), depth=0.07)
    c.form(c.ellipse(x, cy, r * 0.85, r * 0.85), (70, 56, 46), depth=0.06)
    for gx, gy, gr, teeth in (
        (-0.28, -0.2, 0.4, 18),
        (0.34, 0.12, 0.34, 16),
        (-0.14, 0.42, 0.27, 13),
        (0.28, -0.42, 0.2, 11),
    ):
        gear(c, x + gx * r, cy + gy * r, gr * r, teeth)


def gear(c: Canvas, x: float, y: float, r: float, teeth: int) -> None:
    """A brass gear."""
    points = []
    for i in range(teeth * 2):
        a0, a1 = (i - 0.24) / (teeth * 2) * math.tau, (i + 0.24) / (teeth * 2) * math.tau
        reach = r if i % 2 else r * 0.86
        points += [(x + math.cos(a) * reach, y + math.sin(a) * reach) for a in (a0, a1)]
    c.form(points, (218, 178, 96), depth=0.16)
    c.form(c.ellipse(x, y, r * 0.56, r * 0.56), (170, 132, 70), depth=0.14, ink=0.6)
    for i in range(4):
        a = i * math.pi / 2 + r * 9
        c.stroke(
            [(x, y), (x + math.cos(a) * r * 0.7, y + math.sin(a) * r * 0.7)], r * 0.14, (218, 178, 96), taper=False
        )
    c.form(c.ellipse(x, y, r * 0.16, r * 0.16), (186, 70, 84), depth=0.2, ink=0.6)


def book(c: Canvas, x: float, y: float, h: float) -> None:
    """An open book."""
    w = h * 0.9
    c.form(
        [
            (x - w * 1.05, y),
            (x - w * 0.98, y - h * 0.62),
            (x, y - h * 0.5),
            (x + w * 0.98, y - h * 0.62),
            (x + w * 1.05, y),
            (x, y + h * 0.1),
        ],
        (120, 58, 48),
        depth=0.1,
    )
    for sign in (-1, 1):
        c.form(
            curve(
                [
                    (x, y + h * 0.04),
                    (x, y - h * 0.52),
                    (x + sign * w * 0.4, y - h * 0.68),
                    (x + sign * w * 0.92, y - h * 0.62),
                    (x + sign * w * 0.98, y - h * 0.04),
                    (x + sign * w * 0.45, y - h * 0.08),
                ],
                steps=4,
            ),
            (240, 232, 212),
            depth=0.1,
        )
        for i in range(6):
            ly = y - h * (0.14 + 0.075 * i)
            c.stroke(
                [(x + sign * w * 0.14, ly - h * 0.03), (x + sign * w * 0.84, ly - h * 0.04)], h * 0.012, (140, 130, 120)
            )


def key(c: Canvas, x: float, y: float, h: float) -> None:
    """An old brass key lying on its side."""
    brass: RGB = (214, 172, 86)
    ky, r = y - h * 0.3, h * 0.26
    c.form(
        [
            *map(tuple, c.ellipse(x - h * 0.72, ky, r, r)),
            *map(tuple, c.ellipse(x - h * 0.72, ky, r * 0.56, r * 0.56)[::-1]),
        ],
        brass,
        depth=0.2,
    )
    c.form(c.rect(x - h * 0.48, ky - h * 0.05, x + h * 0.8, ky + h * 0.05), brass, depth=0.4)
    for bx, bh in ((0.5, 0.24), (0.66, 0.18), (0.74, 0.26)):
        c.form(c.rect(x + bx * h, ky + h * 0.03, x + (bx + 0.07) * h, ky + bh * h), brass, depth=0.3)


def cup(c: Canvas, x: float, y: float, h: float) -> None:
    """A steaming cup."""
    w = h * 0.34
    c.stroke(
        curve(
            [
                (x + w * 0.9, y - h * 0.5),
                (x + w * 1.7, y - h * 0.46),
                (x + w * 1.5, y - h * 0.16),
                (x + w * 0.8, y - h * 0.14),
            ],
            closed=False,
        ),
        h * 0.06,
        (226, 222, 210),
        taper=False,
    )
    c.form(
        curve(
            [(x - w, y - h * 0.62), (x + w, y - h * 0.62), (x + w * 0.8, y - h * 0.06), (x - w * 0.8, y - h * 0.06)],
            steps=3,
        ),
        (236, 232, 220),
        depth=0.18,
    )
    c.form(c.ellipse(x, y - h * 0.61, w * 0.98, h * 0.08), (92, 60, 44), depth=0.1)
    for i in (-1, 1):
        c.stroke(
            curve(
                [
                    (x + i * w * 0.3, y - h * 0.68),
                    (x + i * w * 0.5, y - h * 0.8),
                    (x + i * w * 0.2, y - h * 0.9),
                    (x + i * w * 0.4, y - h * 1.04),
                ],
                closed=False,
            ),
            h * 0.03,
            (240, 240, 240),
        )


def clock(c: Canvas, x: float, y: float, h: float) -> None:
    """A clock, large enough to carry the picture."""
    interior.clock(c, x, y - h * 0.5, h * 0.5)


def umbrella(c: Canvas, x: float, y: float, h: float) -> None:
    """An open umbrella, its handle at (x, y)."""
    c.stroke([(x, y), (x, y - h)], h * 0.03, (70, 56, 48), taper=False)
    c.form(
        curve(
            [
                (x - h * 0.6, y - h * 0.66),
                (x - h * 0.34, y - h * 0.95),
                (x, y - h * 1.06),
                (x + h * 0.34, y - h * 0.95),
                (x + h * 0.6, y - h * 0.66),
                (x + h * 0.3, y - h * 0.71),
                (x, y - h * 0.66),
                (x - h * 0.3, y - h * 0.71),
            ]
        ),
        (176, 58, 52),
        depth=0.14,
    )


def apple(c: Canvas, x: float, y: float, h: float) -> None:
    """An apple."""
    plants.apple(c, x, y - h * 0.45, h * 0.46)


def blossom(c: Canvas, x: float, y: float, h: float) -> None:
    """A flowering branch."""
    plants.branch(c, x - h * 0.8, y - h * 0.12, h * 1.7, -0.3, blossom=True)


def window(c: Canvas, x: float, y: float, h: float) -> None:
    """A window."""
    buildings.window(c, x - h * 0.35, y - h, h * 0.7, h, shining=True)


def table(c: Canvas, x: float, y: float, h: float) -> None:
    """A table."""
    interior.table(c, x, y, h * 1.9, h)


def door(c: Canvas, x: float, y: float, h: float) -> None:
    """A wooden door in its frame."""
    w = h * 0.24
    c.form(c.rect(x - w * 1.22, y - h * 1.04, x + w * 1.22, y), times_rgb(buildings.STONE, 0.8), depth=0.1)
    c.form(c.rect(x - w, y - h, x + w, y), (92, 112, 104), depth=0.1)
    for sx in (-0.5, 0.5):
        for sy in (0.28, 0.7):
            c.form(
                c.rect(x + (sx - 0.32) * w, y - h * (sy + 0.16), x + (sx + 0.32) * w, y - h * (sy - 0.14)),
                (80, 98, 92),
                depth=0.1,
                ink=0.7,
            )
    c.form(c.ellipse(x + w * 0.8, y - h * 0.48, h * 0.018, h * 0.018), (216, 180, 98), depth=0.3)
