"""Seas with their harbours, rivers and lakes."""

from __future__ import annotations

from infrastructure.animatic import buildings, plants
from infrastructure.animatic.board import Board
from infrastructure.animatic.canvas import curve, times_rgb
from infrastructure.animatic.palette import RGB, mix


def _water(b: Board, y: float, colour: RGB, bottom: float = 1.4) -> None:
    low, dark, lit = mix(b.look.sky[2], colour, 0.45), (18, 40, 56), True
    if b.look.light.key[0] - b.look.light.key[2] > 60:
        # a low sun: the light on the water is the sky's own, and orange light on blue paint would be mud
        level = b.look.light.level
        colour, dark, lit = mix(times_rgb(colour, level), b.look.sky[0], 0.5), (36, 44, 78), False
        low = mix(colour, b.look.sky[2], 0.26)
    b.mid.grad([(-3.4, y), (3.4, y), (3.4, bottom), (-3.4, bottom)], low, colour, lit=lit)
    dice = b.mid.dice
    for _ in range(90):
        depth = dice.random() ** 1.7
        wy = y + 0.006 + depth * 0.5
        half = 0.02 + 0.2 * depth * dice.random()
        x = (dice.random() - 0.5) * 3.6
        light = dice.random() < 0.55
        shade = mix(colour, b.look.sky[2] if light else dark, 0.55)
        b.mid.fill(
            curve(
                [(x - half, wy), (x, wy - 0.002 - 0.006 * depth), (x + half, wy), (x, wy + 0.002 + 0.008 * depth)],
                steps=3,
            ),
            shade,
            0.6,
            lit=lit,
        )
    if b.look.light.disc:
        x = b.sun[0] * 0.98
        for i in range(34):
            t = (i / 34) ** 1.3
            half = (0.012 + 0.09 * t) * (0.4 + dice.random())
            off = (dice.random() - 0.5) * 0.06 * (0.3 + t)
            b.mid.fill(
                curve(
                    [
                        (x + off - half, y + 0.004 + t * 0.46),
                        (x + off, y + t * 0.46),
                        (x + off + half, y + 0.004 + t * 0.46),
                        (x + off, y + 0.01 + t * 0.46),
                    ],
                    steps=3,
                ),
                mix(b.look.light.key, (255, 250, 230), 0.4),
                0.75,
                lit=False,
            )


def sea(b: Board) -> None:
    """The sea, with a harbour when the words name one."""
    h, k = b.layout.horizon, b.layout.near
    plants.ridge(b.far, h + 0.012, 0.12 * k, (102, 124, 138), rough=0.6)
    _water(b, h + 0.006, (66, 112, 128))
    text = f"{b.spec.prompt} {b.spec.title} {b.spec.location}".lower()
    harbour = any(w in text for w in ("harb", "quay", "pier", "hafen", "port"))
    if harbour:
        side = -1 if b.layout.focus > 0 else 1
        x = side * 0.16
        walls: tuple[RGB, ...] = ((226, 206, 178), (202, 132, 104), (220, 222, 214), (170, 186, 180), (222, 184, 122))
        for i in range(9):
            w = (0.085 + 0.04 * b.mid.dice.random()) * k
            buildings.house(b.mid, x, h + 0.03, w, (0.09 + 0.06 * b.mid.dice.random()) * k, walls[i % 5], floors=2)
            x += side * w * 1.04
        b.mid.form(
            b.mid.rect(min(side * 0.08, side * 3.0), h + 0.026, max(side * 0.08, side * 3.0), h + 0.056),
            (132, 122, 112),
            depth=0.2,
        )
        for i in range(7):
            px = side * (0.14 + 0.26 * i)
            b.mid.fill(b.mid.rect(px - 0.006, h + 0.03, px + 0.006, h + 0.085), (84, 70, 58))
        quay = 0.43
        b.near.form([(-3, quay), (3, quay + 0.02), (3, 1.4), (-3, 1.4)], (150, 140, 126), depth=0.05)
        for i in range(-9, 10):
            b.near.stroke([(i * 0.24 + 0.03, quay + 0.004), (i * 0.3, 0.7)], 0.004, (70, 64, 58))
        bx = b.layout.aspect * 0.36 * side
        b.near.form(
            curve(
                [
                    (bx - 0.045, quay + 0.02),
                    (bx - 0.035, quay - 0.06),
                    (bx - 0.055, quay - 0.085),
                    (bx + 0.055, quay - 0.085),
                    (bx + 0.035, quay - 0.06),
                    (bx + 0.045, quay + 0.02),
                ],
                steps=4,
            ),
            (92, 88, 88),
            depth=0.2,
        )
    elif not b.layout.tight:
        side = -1 if b.layout.focus < 0 else 1
        rock = [
            (side * 0.35, 0.62),
            (side * 0.5, 0.44),
            (side * 0.62, 0.4),
            (side * 0.74, 0.3),
            (side * 0.95, 0.26),
            (side * 1.5, 0.2),
            (side * 1.7, 0.8),
        ]
        b.near.form(rock, (108, 100, 96), depth=0.1)
    if b.layout.tight and b.scene.people:
        return
    _boats(b, harbour)


def _boats(b: Board, harbour: bool) -> None:
    if "boat" not in b.scene.props and not harbour:
        return
    h, k = b.layout.horizon, b.layout.near
    hulls: tuple[RGB, ...] = ((62, 92, 118), (166, 72, 54), (224, 214, 192), (64, 104, 92))
    side = 1 if b.layout.focus > 0 else -1
    spots = ((0.1, 0.09, 0.15), (-0.42, 0.13, 0.2), (0.5, 0.24, 0.4))
    for i, (x, dy, w) in enumerate(spots):
        canvas = b.stage if i == 2 else b.mid
        buildings.boat(
            canvas,
            side * x + 0.06 * canvas.dice.random(),
            h + dy * (0.6 + 0.4 * k),
            w * min(k, 1.6),
            (canvas.dyes.get("boat") if i else None) or hulls[(i + b.spec.seed) % 4],
            sail=not harbour and i == 2,
        )


def river(b: Board) -> None:
    """A river between wooded banks."""
    h, k = b.layout.horizon, b.layout.near
    plants.ridge(b.far, h + 0.01, 0.2 * k, (98, 122, 128), rough=0.5)
    plants.ridge(b.far, h + 0.02, 0.07 * k, (96, 122, 90), rough=0.2)
    _water(b, h + 0.02, (74, 118, 128))
    for side in (-1, 1):
        bank = curve(
            [
                (side * 0.1, h + 0.018),
                (side * 0.5, h + 0.03),
                (side * 0.72, h + 0.14),
                (side * 0.66, 0.5),
                (side * 0.9, 1.2),
                (side * 3.2, 1.2),
                (side * 3.2, h + 0.01),
            ]
        )
        b.mid.form(bank, (122, 140, 80), depth=0.03, ink=0.6)
        for i in range(5):
            plants.tree(
                b.mid,
                side * (0.3 + 0.26 * i + 0.1 * b.mid.dice.random()),
                h + 0.03 + 0.02 * i,
                0.18 * k * (0.7 + 0.16 * i),
            )
    plants.grass(b.near, 0.57, 0.24, (98, 112, 62), 80)
