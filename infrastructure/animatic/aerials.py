"""The land from straight above."""

from __future__ import annotations

import math

from infrastructure.animatic import plants
from infrastructure.animatic.board import Board
from infrastructure.animatic.canvas import curve
from infrastructure.animatic.palette import RGB, mix


def aerial(b: Board) -> None:
    """The land from above: a quilt of fields, a road, trees with their shadows."""
    dice = b.sky.dice
    sea = b.scene.setting == "sea"
    town = b.scene.setting in ("city", "town")
    base: RGB = (
        (70, 120, 136)
        if sea
        else (150, 142, 130)
        if town
        else (226, 186, 128)
        if b.scene.setting == "desert"
        else (232, 236, 242)
        if b.scene.setting == "snow"
        else (128, 146, 82)
    )
    c = b.sky
    c.pixels[:] = (0, 0, 0, 255)
    c.grad([(-4, -2), (4, -2), (4, 2), (-4, 2)], mix(base, b.look.haze, 0.4), base)
    tilt = (dice.random() - 0.5) * 0.9
    ux, uy = math.cos(tilt), math.sin(tilt)

    def place(u: float, v: float) -> tuple[float, float]:
        return u * ux - v * uy * 0.8, (u * uy + v * ux) * 0.8

    tones: tuple[RGB, ...] = ((146, 158, 88), (190, 174, 102), (112, 136, 76), (168, 142, 96), (98, 124, 84))
    if sea:
        for _ in range(120):
            x, y, w = (dice.random() - 0.5) * 3.6, (dice.random() - 0.5) * 1.8, 0.03 + 0.1 * dice.random()
            c.stroke(curve([(x - w, y), (x, y - 0.012), (x + w, y)], closed=False), 0.004, (206, 226, 228))
    elif not town:
        for row in range(-5, 6):
            u = -2.4
            while u < 2.4:
                w = 0.24 + 0.4 * dice.random()
                quad = [
                    place(u, row * 0.28),
                    place(u + w - 0.012, row * 0.28 + 0.02),
                    place(u + w - 0.012, row * 0.28 + 0.27),
                    place(u, row * 0.28 + 0.26),
                ]
                c.fill(quad, tones[int(dice.random() * 5)], 0.75)
                for i in range(5):
                    t = i / 5 * 0.26
                    c.stroke(
                        [place(u + 0.01, row * 0.28 + t), place(u + w - 0.02, row * 0.28 + t + 0.01)],
                        0.002,
                        (92, 98, 56),
                    )
                u += w
        road = curve(
            [place(-2.2, -0.1), place(-0.5, 0.06), place(0.5, -0.08), place(2.4, 0.14)], closed=False, steps=14
        )
        c.stroke(road, 0.05, (212, 196, 160), taper=False)
    shadow = (-b.look.side * 0.04, 0.03)
    if town:
        for row in range(-4, 5):
            for column in range(-7, 8):
                if dice.random() < 0.86:
                    x, y = place(column * 0.27 + 0.05 * dice.random(), row * 0.26)
                    w, d = 0.09 + 0.03 * dice.random(), 0.08
                    b.far.fill(
                        [
                            (x - w + shadow[0], y - d + shadow[1]),
                            (x + w + shadow[0], y - d + shadow[1]),
                            (x + w + shadow[0], y + d + shadow[1]),
                            (x - w + shadow[0], y + d + shadow[1]),
                        ],
                        (44, 40, 48),
                        0.4,
                    )
                    b.far.form(b.far.rect(x - w, y - d, x + w, y), (186, 104, 80), depth=0.1)
                    b.far.form(b.far.rect(x - w, y, x + w, y + d), (142, 76, 62), depth=0.1)
    else:
        for _ in range(10 if sea else 46):
            x, y = (b.far.dice.random() - 0.5) * 3.0, (b.far.dice.random() - 0.5) * 1.3
            r = 0.024 + 0.03 * b.far.dice.random()
            if sea:
                continue
            b.far.fill(b.far.ellipse(x + shadow[0], y + shadow[1], r * 1.2, r * 0.8), (40, 48, 48), 0.4)
            plants.crown(b.far, x, y, r, r, (84, 116, 66), 6)
    b.sun = (b.look.side * 0.8, -0.9)
