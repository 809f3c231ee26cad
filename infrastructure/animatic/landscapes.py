"""The open country: fields, woods, mountains, snow, desert and roads."""

from __future__ import annotations

import math

from infrastructure.animatic import plants
from infrastructure.animatic.board import Board
from infrastructure.animatic.canvas import curve, times_rgb
from infrastructure.animatic.palette import RGB, mix


def _ground(b: Board, colour: RGB, *, y: float | None = None) -> None:
    """Ground from the horizon towards us on the middle plane, and under the subject's feet."""
    horizon = b.layout.horizon if y is None else y
    b.mid.grad(
        [(-3.4, horizon + 0.012), (3.4, horizon + 0.012), (3.4, 1.4), (-3.4, 1.4)],
        mix(colour, b.look.haze, 0.25),
        times_rgb(colour, 0.84),
    )
    line = max(horizon + 0.05, b.layout.feet - 0.045)
    if line < 0.75:
        points = [(-3.4 + 0.4 * i, line + 0.018 * math.sin(i * 1.7 + b.spec.seed % 7)) for i in range(18)]
        b.stage.grad(
            [*map(tuple, curve(points, closed=False, steps=3)), (3.4, 1.4), (-3.4, 1.4)],
            times_rgb(colour, 0.9),
            times_rgb(colour, 0.58),
        )
        for _ in range(26):
            x, dy = (b.stage.dice.random() - 0.5) * 4.4, b.stage.dice.random() ** 1.4 * 0.4
            size = 0.05 + dy * 0.3
            shape = curve(
                [
                    (x - size, line + 0.04 + dy),
                    (x, line + 0.034 + dy),
                    (x + size, line + 0.045 + dy),
                    (x, line + 0.05 + dy),
                ]
            )
            b.stage.fill(shape, times_rgb(colour, 0.72 if b.stage.dice.random() < 0.6 else 1.12), 0.4)


def field(b: Board) -> None:
    """Farmland: strips of crops, hedges, a path, hills."""
    h, k = b.layout.horizon, b.layout.near
    dice = b.mid.dice
    plants.ridge(b.far, h - 0.01, 0.2 * k, (96, 122, 136), rough=0.3)
    plants.ridge(b.far, h + 0.01, 0.12 * k, (104, 134, 110), rough=0.25)
    plants.ridge(b.far, h + 0.02, 0.06 * k, (120, 146, 88), rough=0.2)
    green: RGB = (132, 156, 70)
    _ground(b, green)
    crops: tuple[RGB, ...] = ((196, 178, 84), (108, 140, 66), (160, 166, 84), (214, 186, 96), (92, 126, 64))
    for i in range(9):  # strips of different crops running to the vanishing point
        x0 = (i - 4) * 0.5
        shape = [(x0 * 0.3, h + 0.014), ((x0 + 0.5) * 0.3, h + 0.014), ((x0 + 0.5) * 3.2, 1.3), (x0 * 3.2, 1.3)]
        b.mid.grad(shape, crops[(i + b.spec.seed) % 5], mix(crops[(i + b.spec.seed) % 5], green, 0.4), 0.62)
    for i in range(15):  # furrows, closer together the farther away
        x0 = (i - 7) * 0.3
        b.mid.stroke([(x0 * 0.3, h + 0.016), (x0 * 3.0, 1.2)], 0.003, (104, 112, 56))
    for _ in range(5):  # shadows of clouds
        x, y, w = (dice.random() - 0.5) * 2.4, h + 0.03 + 0.2 * dice.random() ** 2, 0.2 + 0.3 * dice.random()
        b.mid.fill(
            curve([(x - w, y), (x - w * 0.3, y - 0.014), (x + w, y), (x + w * 0.2, y + 0.02)]), (52, 70, 62), 0.24
        )
    for _ in range(22):
        x = (dice.random() - 0.5) * 3.8
        plants.crown(b.mid, x, h + 0.004, 0.05 * k * (0.5 + dice.random()), 0.032 * k, (82, 112, 66), 6)
    side = -1 if b.layout.focus > 0 else 1
    path = curve(
        [
            (side * 0.17, h + 0.016),
            (side * 0.2, h + 0.06),
            (side * 0.3, h + 0.16),
            (side * 0.58, 0.8),
            (side * 0.94, 0.8),
            (side * 0.38, h + 0.15),
            (side * 0.215, h + 0.055),
            (side * 0.18, h + 0.016),
        ]
    )
    b.mid.grad(path, (214, 194, 150), (188, 158, 116), 0.9)
    if not b.layout.tight and "bigtree" not in b.scene.props:
        plants.tree(b.mid, side * (0.55 + 0.2 * dice.random()), h + 0.1, 0.32 * k)
    if not b.layout.tight:
        line = max(h + 0.05, b.layout.feet - 0.045)
        plants.grass(b.stage, line + 0.03, 0.035, (120, 142, 62), 150, spread=0.04)
        for _ in range(60):
            x, y = (b.stage.dice.random() - 0.5) * 3.6, line + 0.04 + 0.2 * b.stage.dice.random() ** 1.5
            petal: RGB = ((244, 238, 220), (228, 190, 70), (206, 84, 70))[int(b.stage.dice.random() * 3)]
            r = 0.0022 + 0.01 * (y - line)
            b.stage.fill(b.stage.ellipse(x, y, r, r * 0.8), petal)
    plants.grass(b.near, 0.57, 0.17, (98, 122, 58), 120, spread=0.07)


def forest(b: Board) -> None:
    """Firs in rows, and trunks close by."""
    h, k = b.layout.horizon, b.layout.near
    for row, (canvas, count, size, shade) in enumerate(
        ((b.far, 30, 0.34, 1.25), (b.far, 24, 0.46, 1.0), (b.mid, 13, 0.72, 0.92))
    ):
        if row == 2:
            _ground(b, (84, 92, 60), y=h + 0.03)
        for i in range(count):
            x = -2.7 + 5.4 * (i + canvas.dice.random()) / count
            if row == 2 and abs(x - b.layout.focus) < 0.2:
                continue
            plants.conifer(
                canvas,
                x,
                h + 0.04 + 0.03 * row,
                size * k * (0.7 + 0.5 * canvas.dice.random()),
                times_rgb(plants.PINE, shade),
            )
        if row < 2:
            canvas.veil(h - 0.16, h + 0.06, b.look.haze, 0.4)
    for side in (-1, 1):
        x = side * (b.layout.aspect * 0.44 + 0.06 * b.near.dice.random())
        b.near.form([(x - 0.07, -1.5), (x + 0.06, -1.5), (x + 0.09, 1.2), (x - 0.12, 1.2)], (74, 58, 48), depth=0.2)
        plants.branch(b.near, x, -0.3, 0.42, math.pi * (0.5 - 0.34 * side) if side > 0 else 0.3)
    plants.grass(b.near, 0.57, 0.13, (58, 80, 52), 90)


def mountain(b: Board) -> None:
    """Snow-capped peaks over a wooded valley."""
    h, k = b.layout.horizon, b.layout.near
    line = plants.ridge(b.far, h + 0.05, 0.56 * min(k, 1.3), (112, 122, 142), rough=1.0, step=0.11)
    for (x0, y0), (x1, y1), (x2, y2) in zip(line[:-2], line[1:-1], line[2:], strict=True):
        if y1 < y0 and y1 < y2 and y1 < h - 0.1:  # snow on the peaks
            drop = (h - y1) * 0.34
            b.far.fill(
                [
                    (x1, y1),
                    (x1 + (x2 - x1) * 0.8, y1 + drop),
                    (x1 + 0.02, y1 + drop * 0.7),
                    (x1 - 0.02, y1 + drop * 1.1),
                    (x0 + (x1 - x0) * 0.3, y1 + drop * 0.8),
                ],
                (244, 246, 250),
                0.9,
            )
    plants.ridge(b.far, h + 0.05, 0.2 * k, (98, 116, 112), rough=0.5)
    _ground(b, (118, 124, 92), y=h + 0.04)
    for i in range(16):
        x = -2.4 + 4.8 * (i + b.mid.dice.random()) / 16
        plants.conifer(b.mid, x, h + 0.07 + 0.03 * b.mid.dice.random(), 0.13 * k * (0.6 + 0.7 * b.mid.dice.random()))
    b.near.form(
        [
            (-3, 0.52),
            (-0.9, 0.4),
            (-0.6, 0.47),
            (-0.2, 0.52),
            (0.3, 0.5),
            (0.7, 0.43),
            (1.1, 0.47),
            (3, 0.4),
            (3, 1.3),
            (-3, 1.3),
        ],
        (94, 92, 88),
        depth=0.03,
    )


def snow(b: Board) -> None:
    """Snowed-in hills and firs."""
    h, k = b.layout.horizon, b.layout.near
    plants.ridge(b.far, h + 0.03, 0.34 * min(k, 1.4), (176, 190, 210), rough=0.8)
    plants.ridge(b.far, h + 0.04, 0.1 * k, (206, 216, 228), rough=0.2)
    _ground(b, (232, 236, 242), y=h + 0.03)
    for i in range(12):
        x = -2.2 + 4.4 * (i + b.mid.dice.random()) / 12
        size = 0.2 * k * (0.6 + 0.6 * b.mid.dice.random())
        plants.conifer(b.mid, x, h + 0.08, size, (78, 100, 98))
        b.mid.fill(
            [(x, h + 0.08 - size), (x + size * 0.1, h + 0.08 - size * 0.74), (x - size * 0.08, h + 0.08 - size * 0.7)],
            (240, 244, 250),
            0.9,
        )
    b.near.form(
        curve([(-3, 0.5), (-1.1, 0.42), (-0.4, 0.5), (0.4, 0.47), (1.2, 0.4), (3, 0.5), (3, 1.3), (-3, 1.3)]),
        (226, 232, 240),
        depth=0.02,
        ink=0.4,
    )


def desert(b: Board) -> None:
    """Dunes."""
    h, k = b.layout.horizon, b.layout.near
    plants.ridge(b.far, h + 0.02, 0.14 * k, (190, 138, 108), rough=0.7)
    sand: RGB = (226, 182, 122)
    for i, (y, tone) in enumerate(((0.02, 0.96), (0.1, 1.0))):
        plants.ridge(b.mid, h + y + 0.06, 0.1 * k, times_rgb(sand, tone), rough=0.05, step=0.2)
        x = (b.mid.dice.random() - 0.5) * 1.4
        b.mid.fill(
            curve(
                [
                    (x, h + y - 0.01),
                    (x + 0.3, h + y + 0.05),
                    (x + 0.9, h + y + 0.12 + 0.04 * i),
                    (x + 0.2, h + y + 0.12),
                    (x - 0.06, h + y + 0.04),
                ]
            ),
            (158, 106, 84),
            0.4,
        )
    _ground(b, sand, y=h + 0.16)
    for i in range(12):
        y = 0.2 + 0.03 * i
        b.stage.stroke(
            curve([(-1.6, y), (-0.6, y - 0.012), (0.3, y + 0.01), (1.6, y - 0.006)], closed=False),
            0.003 + 0.0012 * i,
            times_rgb(sand, 0.72),
        )
    b.near.form(
        curve([(-3, 0.6), (-1, 0.5), (0.2, 0.56), (1.2, 0.42), (3, 0.36), (3, 1.4), (-3, 1.4)]),
        times_rgb(sand, 0.95),
        depth=0.02,
        ink=0.5,
    )


def road(b: Board) -> None:
    """A road to the horizon, with its poles."""
    h, k = b.layout.horizon, b.layout.near
    plants.ridge(b.far, h + 0.015, 0.2 * k, (112, 126, 134), rough=0.6)
    _ground(b, (156, 150, 96))
    vx = -b.layout.focus * 0.4
    for canvas, y0 in ((b.mid, h + 0.014),):
        canvas.grad(
            [(vx - 0.012, y0), (vx + 0.012, y0), (vx + 1.1, 1.3), (vx - 1.1, 1.3)], (128, 126, 126), (84, 84, 90)
        )
        for i in range(9):
            t0, t1 = (i / 9) ** 2, ((i + 0.45) / 9) ** 2
            canvas.fill(
                [
                    (vx - 0.001 - 0.02 * t0, y0 + t0 * 1.2),
                    (vx + 0.001 + 0.02 * t0, y0 + t0 * 1.2),
                    (vx + 0.002 + 0.02 * t1, y0 + t1 * 1.2),
                    (vx - 0.002 - 0.02 * t1, y0 + t1 * 1.2),
                ],
                (236, 226, 196),
            )
    for i in range(8):
        t = (i / 8) ** 1.6
        x, y, size = vx + 0.06 + 1.1 * t, h + 0.02 + 0.26 * t, 0.04 + 0.44 * t
        b.mid.stroke([(x, y), (x, y - size)], 0.002 + 0.012 * t, (88, 74, 62), taper=False)
        b.mid.stroke(
            [(x - size * 0.16, y - size * 0.86), (x + size * 0.16, y - size * 0.86)],
            0.002 + 0.008 * t,
            (88, 74, 62),
            taper=False,
        )
    plants.grass(b.near, 0.58, 0.14, (140, 130, 74), 70)
