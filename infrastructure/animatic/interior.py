"""Rooms: walls, windows with light falling in, shelves and workshops full of things."""

from __future__ import annotations

import math

from infrastructure.animatic.canvas import Canvas, curve, times_rgb
from infrastructure.animatic.palette import RGB, mix

WOOD: RGB = (138, 98, 68)


def clock(
    c: Canvas, x: float, y: float, r: float, *, wood: RGB = WOOD, hour: float = 10.15, pendulum: bool = False
) -> None:
    """A round clock face with its middle at (x, y); hanging a pendulum case below when asked."""
    if pendulum:
        c.form(c.rect(x - r * 1.15, y - r * 1.5, x + r * 1.15, y + r * 3.1), wood, depth=0.2)
        c.form(
            [(x - r * 1.35, y - r * 1.45), (x, y - r * 2.2), (x + r * 1.35, y - r * 1.45)],
            times_rgb(wood, 1.1),
            depth=0.2,
        )
        c.fill(c.rect(x - r * 0.7, y + r * 1.2, x + r * 0.7, y + r * 2.8), (52, 38, 30))
        swing = x + r * 0.26 * c.look.side
        c.stroke([(x, y + r * 1.2), (swing, y + r * 2.3)], r * 0.09, (206, 170, 92), taper=False)
        c.form(c.ellipse(swing, y + r * 2.35, r * 0.3, r * 0.3), (224, 184, 96), depth=0.3)
    c.form(c.ellipse(x, y, r, r), times_rgb(wood, 1.15), depth=0.16)
    c.form(c.ellipse(x, y, r * 0.82, r * 0.82), (238, 228, 204), depth=0.07, ink=0.7)
    if r > 0.018:
        for i in range(12):
            a = i * math.pi / 6
            c.stroke(
                [
                    (x + math.sin(a) * r * 0.66, y - math.cos(a) * r * 0.66),
                    (x + math.sin(a) * r * 0.76, y - math.cos(a) * r * 0.76),
                ],
                r * 0.05,
                (60, 50, 44),
                taper=False,
            )
    for angle, reach, wide in ((hour / 12 * math.tau, 0.42, 0.1), ((hour % 1) * math.tau, 0.64, 0.065)):
        c.stroke(
            [
                (x - math.sin(angle) * r * 0.1, y + math.cos(angle) * r * 0.1),
                (x + math.sin(angle) * r * reach, y - math.cos(angle) * r * reach),
            ],
            r * wide,
            (42, 34, 32),
            taper=False,
        )
    c.fill(c.ellipse(x, y, r * 0.07, r * 0.07), (42, 34, 32))


def room(back: Canvas, far: Canvas, floor_y: float, wide: float, *, wall: RGB) -> None:
    """The shell: back wall down to `floor_y`, floor boards running towards us, a beam along the ceiling."""
    look = back.look
    edge = 3.2
    level = look.light.level
    back.pixels[:] = (0, 0, 0, 255)
    back.grad(
        [(-edge, -1.6), (edge, -1.6), (edge, floor_y), (-edge, floor_y)], times_rgb(wall, 0.5), times_rgb(wall, 0.86)
    )
    glow_x = look.side * wide * 0.34
    back.glow(glow_x, -0.12, 1.1, mix(look.light.key, (255, 210, 150), 0.3), 0.16 * level)
    back.grad(
        [(-edge, floor_y), (edge, floor_y), (edge, 2.2), (-edge, 2.2)], times_rgb(WOOD, 0.86), times_rgb(WOOD, 0.34)
    )
    for i in range(-16, 17):
        x = i * 0.17
        back.stroke([(x * 0.8, floor_y), (x * 3.4, floor_y + 1.2)], 0.004, times_rgb(WOOD, 0.42), taper=False)
    back.fill(
        [(-edge, floor_y - 0.035), (edge, floor_y - 0.035), (edge, floor_y), (-edge, floor_y)], times_rgb(wall, 0.55)
    )
    for y in (-0.46,):
        far.form(
            [(-edge, y - 0.035), (edge, y - 0.035), (edge, y + 0.02), (-edge, y + 0.02)],
            times_rgb(WOOD, 0.62),
            depth=0.3,
        )
    for i in range(-3, 4):
        x = i * 0.62 + 0.1
        far.form(
            [(x - 0.03, -1.2), (x + 0.03, -1.2), (x + 0.022, -0.44), (x - 0.022, -0.44)],
            times_rgb(WOOD, 0.5),
            depth=0.3,
        )


def big_window(
    far: Canvas, air: Canvas, x: float, y: float, w: float, h: float, floor_y: float, view: tuple[RGB, RGB]
) -> None:
    """A tall window with its middle at (x, y), the outside through it, and its light falling into the room."""
    look = far.look
    frame = c_box(x, y, w, h)
    far.form(c_box(x, y, w * 1.14, h * 1.08), times_rgb(WOOD, 0.8), depth=0.1)
    far.grad(frame, view[0], view[1], lit=False)
    far.glow(x, y, max(w, h) * 1.2, look.light.key, 0.22 * min(1.0, look.light.level + 0.15))
    for i in range(1, 3):
        far.stroke(
            [(x - w / 2 + w * i / 3, y - h / 2), (x - w / 2 + w * i / 3, y + h / 2)],
            w * 0.028,
            times_rgb(WOOD, 0.7),
            taper=False,
        )
    for i in range(1, 4):
        far.stroke(
            [(x - w / 2, y - h / 2 + h * i / 4), (x + w / 2, y - h / 2 + h * i / 4)],
            w * 0.028,
            times_rgb(WOOD, 0.7),
            taper=False,
        )
    far.form(c_box(x, y + h * 0.56, w * 1.3, h * 0.05), times_rgb(WOOD, 0.95))
    throw = -math.copysign(0.75, x if abs(x) > 0.01 else look.side)
    strength = 0.2 * look.light.level + 0.2 * look.beams
    for i in range(3):
        a, b = x - w / 2 + w * i / 3, x - w / 2 + w * (i + 0.86) / 3
        air.beam(
            [(a, y - h / 2), (b, y - h / 2), (b + throw * 1.15, floor_y + 0.36), (a + throw * 1.15, floor_y + 0.36)],
            look.light.key,
            strength,
            0.014,
        )
    for _ in range(46):
        t, u = air.dice.random(), air.dice.random()
        px, py = x + throw * t + (u - 0.5) * w, y - h * 0.3 + (floor_y - y + h * 0.4) * t
        air.glow(px, py, 0.004 + 0.007 * air.dice.random(), (255, 240, 206), 0.75)


def c_box(x: float, y: float, w: float, h: float) -> list[tuple[float, float]]:
    """The corners of a box around (x, y)."""
    return [(x - w / 2, y - h / 2), (x + w / 2, y - h / 2), (x + w / 2, y + h / 2), (x - w / 2, y + h / 2)]


def shelf(c: Canvas, x: float, y: float, w: float, what: str) -> None:
    """A board with books, jars or clocks on it, its middle at (x, y)."""
    c.form(c_box(x, y, w, 0.018), times_rgb(WOOD, 0.9), depth=0.4)
    at = x - w / 2 + 0.012
    while at < x + w / 2 - 0.04:
        step = 0.02 + 0.035 * c.dice.random()
        pick = c.dice.random()
        if what == "clocks" and pick < 0.7:
            r = 0.02 + 0.022 * c.dice.random()
            c.form(
                [
                    (at, y - 0.009),
                    (at + r * 0.3, y - r * 2.6),
                    (at + r, y - r * 3.1),
                    (at + r * 1.7, y - r * 2.6),
                    (at + r * 2, y - 0.009),
                ],
                times_rgb(WOOD, 0.7 + 0.5 * c.dice.random()),
                depth=0.2,
            )
            clock(c, at + r, y - 0.009 - r * 1.55, r * 0.72, hour=c.dice.random() * 12)
            step = r * 2 + 0.01
        elif pick < 0.75:
            h = 0.055 + 0.035 * c.dice.random()
            colour: RGB = ((134, 66, 54), (70, 92, 96), (170, 140, 88), (92, 86, 66), (60, 66, 88))[
                int(c.dice.random() * 5)
            ]
            c.form(c.rect(at, y - 0.009 - h, at + step * 0.72, y - 0.009), colour, depth=0.3, ink=0.5)
            step *= 0.78
        else:
            h = 0.04 + 0.02 * c.dice.random()
            c.form(
                curve(
                    [
                        (at, y - 0.01),
                        (at - 0.004, y - h * 0.7),
                        (at + step * 0.3, y - h),
                        (at + step * 0.6, y - h),
                        (at + step * 0.9, y - h * 0.7),
                        (at + step * 0.86, y - 0.01),
                    ],
                    steps=3,
                ),
                (126, 146, 138),
                depth=0.25,
            )
        at += step


def pendant(c: Canvas, x: float, y: float, size: float) -> None:
    """A lamp hanging from above, its shade's middle at (x, y), with its pool of light."""
    c.stroke([(x, -1.3), (x, y - size * 0.3)], 0.004, (40, 36, 34), taper=False)
    c.form(
        [
            (x - size * 0.2, y - size * 0.4),
            (x + size * 0.2, y - size * 0.4),
            (x + size * 0.7, y + size * 0.15),
            (x - size * 0.7, y + size * 0.15),
        ],
        (78, 94, 84),
        depth=0.2,
    )
    c.fill(c.ellipse(x, y + size * 0.15, size * 0.6, size * 0.1), (255, 232, 170), lit=False)
    c.glow(x, y + size * 0.25, size * 5, (255, 196, 110), 0.5)
    c.beam(
        [
            (x - size * 0.6, y + size * 0.15),
            (x + size * 0.6, y + size * 0.15),
            (x + size * 3.2, y + 0.75),
            (x - size * 3.2, y + 0.75),
        ],
        (255, 214, 140),
        0.24,
        0.02,
    )


def table(c: Canvas, x: float, y: float, w: float, h: float) -> None:
    """A workbench, its top's middle at (x, y - h), standing on y."""
    for side in (-1, 1):
        lx = x + side * w * 0.42
        c.form(
            [(lx - w * 0.03, y - h), (lx + w * 0.03, y - h), (lx + w * 0.022, y), (lx - w * 0.022, y)],
            times_rgb(WOOD, 0.62),
            depth=0.3,
        )
    c.form(
        [(x - w / 2, y - h), (x + w / 2, y - h), (x + w / 2, y - h + w * 0.055), (x - w / 2, y - h + w * 0.055)],
        WOOD,
        depth=0.3,
    )
    c.grad(
        [(x - w * 0.46, y - h - w * 0.05), (x + w * 0.46, y - h - w * 0.05), (x + w / 2, y - h), (x - w / 2, y - h)],
        times_rgb(WOOD, 1.3),
        times_rgb(WOOD, 1.1),
    )


def jar(c: Canvas, x: float, y: float, h: float) -> None:
    """A glazed jar standing on y."""
    w = h * 0.36
    left = [(x - w * 0.7, y), (x - w, y - h * 0.5), (x - w * 0.5, y - h * 0.86), (x - w * 0.56, y - h)]
    right = [(2 * x - px, py) for px, py in reversed(left)]
    c.form(curve([*left, *right], steps=4), (112, 138, 132), depth=0.25)
