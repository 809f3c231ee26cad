"""Old towns and cities: house fronts receding on both sides of a street."""

from __future__ import annotations

from infrastructure.animatic import buildings, plants
from infrastructure.animatic.board import Board
from infrastructure.animatic.canvas import times_rgb
from infrastructure.animatic.palette import RGB


def _street_rows(b: Board, houses: bool) -> None:
    """House fronts on both sides receding to the vanishing point."""
    h, k = b.layout.horizon, min(b.layout.near, 1.7)
    vx = -b.layout.focus * 0.25
    walls: tuple[RGB, ...] = (
        (222, 198, 160),
        (196, 138, 108),
        (214, 206, 192),
        (168, 160, 140),
        (206, 172, 116),
        (150, 116, 100),
    )
    ground: RGB = (148, 138, 126) if houses else (98, 100, 108)
    b.mid.grad(
        [(-3.4, h + 0.03), (3.4, h + 0.03), (3.4, 1.4), (-3.4, 1.4)], times_rgb(ground, 0.95), times_rgb(ground, 0.66)
    )
    for depth in range(6, -1, -1):
        scale = k * 0.2 * 1.62 ** (5 - depth) / 2.6
        for side in (-1, 1):
            canvas = b.mid if depth > 1 else b.stage if depth == 1 else b.near
            if depth == 0:
                continue
            x = vx + side * (0.1 + scale * 0.78)
            foot = h + 0.03 + scale * 0.3
            if canvas is b.stage and b.layout.tight:
                canvas = b.mid
            wall = walls[(depth * 2 + (side > 0) + b.spec.seed) % 6]
            shade = times_rgb(wall, 0.72 if side == b.look.side else 1.0)
            if houses:
                buildings.house(
                    canvas,
                    x,
                    foot,
                    scale * 0.86,
                    scale * (0.95 + 0.25 * canvas.dice.random()),
                    shade,
                    floors=3 if scale > 0.3 else 2,
                    gable=canvas.dice.random() < 0.75,
                )
            else:
                buildings.block(
                    canvas,
                    x,
                    foot,
                    scale * 0.9,
                    scale * (1.7 + 0.9 * canvas.dice.random()),
                    times_rgb((116, 124, 138), 0.7 + 0.5 * canvas.dice.random()),
                )
    for i in range(12):  # paving
        t = (i / 12) ** 1.8
        y = h + 0.05 + t * 0.7
        b.mid.stroke([(vx - 0.1 - 1.6 * t, y), (vx + 0.1 + 1.6 * t, y)], 0.002 + 0.004 * t, times_rgb(ground, 0.62))
    for i in range(-4, 5):
        b.mid.stroke([(vx + i * 0.022, h + 0.04), (vx + i * 0.5, 0.9)], 0.003, times_rgb(ground, 0.66))
    if b.look.dark or "lamp" in b.scene.props:
        buildings.street_lamp(b.stage, vx - 0.42 * k, h + 0.26, 0.44 * k)


def town(b: Board) -> None:
    """A narrow street of gabled houses."""
    h = b.layout.horizon
    plants.ridge(b.far, h + 0.02, 0.1, (120, 128, 132), rough=0.3)
    buildings.house(
        b.far, -b.layout.focus * 0.25 + 0.02, h + 0.05, 0.1, 0.3 * min(1.5, b.layout.near), (176, 164, 150), floors=4
    )
    _street_rows(b, True)
    y = h - 0.24
    buildings.bunting(b.mid, -0.62, y - 0.06, 0.6, y, 0.07)
    side = 1 if b.layout.focus < 0 else -1
    edge = side * b.layout.aspect / 2
    b.near.form(
        [(edge - side * 0.1, -1.4), (edge + side * 0.8, -1.4), (edge + side * 0.8, 1.4), (edge - side * 0.13, 1.4)],
        (120, 96, 80),
        depth=0.06,
    )


def city(b: Board) -> None:
    """A street between tower blocks."""
    h = b.layout.horizon
    for i in range(22):
        x = -2.2 + 0.2 * i + 0.06 * b.far.dice.random()
        buildings.block(
            b.far,
            x,
            h + 0.05,
            0.12 + 0.1 * b.far.dice.random(),
            (0.2 + 0.4 * b.far.dice.random() ** 1.6) * min(1.4, b.layout.near),
            (122, 132, 150),
        )
    _street_rows(b, False)
    if b.look.neon:
        for x, y, colour in ((-0.46, -0.12, (255, 62, 170)), (0.5, -0.2, (64, 220, 240)), (0.34, 0.0, (255, 176, 60))):
            b.mid.fill(b.mid.rect(x - 0.022, y - 0.09, x + 0.022, y + 0.09), colour, lit=False)
            b.mid.glow(x, y, 0.34, colour, 0.8)
            b.mid.fill(
                [(x - 0.02, h + 0.1), (x + 0.02, h + 0.1), (x + 0.1, 0.8), (x - 0.1, 0.8)], colour, 0.16, lit=False
            )
