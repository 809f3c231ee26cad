"""One thing filling the frame: a hand, an eye, an object on the ground or on a table."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from infrastructure.animatic import plants
from infrastructure.animatic.board import Board
from infrastructure.animatic.canvas import Canvas, Point, curve, limb, times_rgb
from infrastructure.animatic.figures import Dress
from infrastructure.animatic.interior import WOOD
from infrastructure.animatic.palette import RGB, mix
from infrastructure.animatic.props import PROPS
from infrastructure.animatic.tools import soil
from infrastructure.animatic.words import Person

_SOMEONE = Person("someone", "person", "stand")


def smooth(points: list[Point]) -> npt.NDArray[np.float64]:
    """A smooth closed line through `points`."""
    return curve(points)


def seen_from_above(c: Canvas, x: float, y: float, r: float, who: Person) -> None:
    """A person from straight above: shoulders, head, scarf."""
    dress = Dress.of(who)
    c.form(c.ellipse(x, y, r * 1.25, r * 0.7), dress.coat, depth=0.2)
    c.form(c.ellipse(x, y - r * 0.1, r * 0.66, r * 0.56), dress.accent, depth=0.2)
    c.form(c.ellipse(x, y - r * 0.16, r * 0.46, r * 0.46), dress.hair if not who.hat else dress.hat, depth=0.2)


def _sleeve(c: Canvas, wrist: Point, end: Point, wide: float, dress: Dress) -> None:
    ux, uy = end[0] - wrist[0], end[1] - wrist[1]
    length = math.hypot(ux, uy)
    ux, uy = ux / length, uy / length
    cuff = (wrist[0] + ux * wide * 0.35, wrist[1] + uy * wide * 0.35)
    c.form(
        limb(
            [cuff, ((cuff[0] + end[0]) / 2, (cuff[1] + end[1]) / 2 + wide * 0.1), end],
            [wide * 1.25, wide * 1.6, wide * 2.1],
        ),
        dress.coat,
        depth=0.2,
    )
    c.form(
        limb(
            [
                (cuff[0] - ux * wide * 0.12, cuff[1] - uy * wide * 0.12),
                (cuff[0] + ux * wide * 0.16, cuff[1] + uy * wide * 0.16),
            ],
            [wide * 1.36, wide * 1.4],
        ),
        dress.accent,
        depth=0.3,
    )


def hand(c: Canvas, x: float, y: float, size: float, who: Person, *, side: float = 1.0, grip: float = 0.5) -> None:
    """A hand from the lower `side` (1 right, -1 left), its finger tips at about (x, y); `grip` 0 open, 1 closed."""
    dress = Dress.of(who)
    skin = dress.skin

    def at(px: float, py: float) -> Point:
        return x + side * px * size, y + py * size

    _sleeve(c, at(0.9, 0.66), at(2.6, 1.9), size * 0.62, dress)
    for i in (3, 2, 1, 0):  # little finger first: the index lies on top
        root = at(0.42 + 0.02 * i, 0.02 + 0.19 * i)
        bend = at(0.02 - 0.12 * (1 - grip) + 0.05 * i, -0.06 + 0.16 * i - 0.08 * grip)
        tip = at(-0.26 + 0.3 * grip + 0.07 * i, 0.04 + 0.17 * i + 0.1 * grip)
        c.form(
            limb([root, bend, tip], [size * 0.19, size * 0.165, size * 0.12]), times_rgb(skin, 1 - 0.05 * i), depth=0.3
        )
        nail = at(-0.26 + 0.3 * grip + 0.07 * i, 0.02 + 0.17 * i + 0.1 * grip)
        c.fill(c.ellipse(nail[0], nail[1], size * 0.045, size * 0.034), mix(skin, (255, 236, 226), 0.5))
    palm = [
        at(0.3, -0.12),
        at(0.62, -0.14),
        at(0.96, 0.22),
        at(1.14, 0.56),
        at(0.94, 0.9),
        at(0.62, 0.84),
        at(0.36, 0.66),
        at(0.28, 0.3),
    ]
    c.form(curve(palm), skin, depth=0.14)
    c.form(
        limb([at(0.72, 0.08), at(0.36, -0.24), at(0.02, -0.22)], [size * 0.26, size * 0.2, size * 0.13]),
        skin,
        depth=0.26,
    )
    c.stroke(curve([at(0.8, 0.14), at(0.6, 0.26), at(0.52, 0.46)], closed=False), size * 0.025)


def holding_hand(c: Canvas, x: float, y: float, size: float, *, who: Person, side: float) -> None:
    """The part of a hand that lies behind what it holds."""
    dress = Dress.of(who)
    end = (x - side * size * 1.6, y + size * 2.4)
    _sleeve(c, (x - side * size * 0.1, y + size * 0.5), end, size * 0.5, dress)
    c.form(
        curve(
            [
                (x - side * size * 0.34, y - size * 0.1),
                (x + side * size * 0.2, y - size * 0.14),
                (x + side * size * 0.3, y + size * 0.4),
                (x - side * size * 0.2, y + size * 0.64),
            ]
        ),
        dress.skin,
        depth=0.16,
    )


def fingers(c: Canvas, x: float, y: float, size: float, *, who: Person, side: float) -> None:
    """The fingers that lie before what the hand holds."""
    skin = Dress.of(who).skin
    for i in range(4):
        fy = y + size * (0.02 + 0.15 * i)
        c.form(
            limb(
                [
                    (x - side * size * 0.36, fy + size * 0.06),
                    (x - side * size * 0.1, fy),
                    (x + side * size * (0.16 - 0.02 * i), fy + size * 0.05),
                ],
                [size * 0.15, size * 0.14, size * 0.1],
            ),
            times_rgb(skin, 1.0 - 0.04 * i),
            depth=0.3,
        )


def eye(b: Board) -> None:
    """An eye and its brow, as wide as the frame allows."""
    c = b.stage
    who = b.scene.people[0] if b.scene.people else _SOMEONE
    dress = Dress.of(who)
    x, s = b.layout.focus * 0.4, 0.34
    c.grad([(-3, -2), (3, -2), (3, 2), (-3, 2)], times_rgb(dress.skin, 1.04), times_rgb(dress.skin, 0.86))
    shadow = times_rgb(mix(dress.skin, (120, 70, 80), 0.4), 0.62)
    d = -c.look.side
    c.fill(
        curve(
            [
                (x + d * 0.5, -1.2),
                (x + d * 0.62, -0.3),
                (x + d * 0.52, 0.2),
                (x + d * 0.7, 1.3),
                (x + d * 3, 1.3),
                (x + d * 3, -1.2),
            ]
        ),
        shadow,
        0.5,
    )
    c.fill(
        curve([(x - s * 1.5, 0.0), (x - s * 0.5, -0.24), (x + s * 0.7, -0.2), (x + s * 1.5, 0.02), (x + s * 0.3, 0.2)]),
        shadow,
        0.4,
    )
    for i in range(34):
        t = i / 33
        bx, by = x - s * 1.45 + 2.9 * s * t, -0.34 - 0.1 * math.sin(t * math.pi * 0.85) + 0.03 * t
        c.stroke(
            curve([(bx, by + 0.03), (bx + 0.04, by - 0.02), (bx + 0.1, by - 0.035 + 0.03 * t)], closed=False),
            0.014,
            dress.hair,
        )
    white = curve(
        [
            (x - s * 1.1, 0.05),
            (x - s * 0.45, -0.13),
            (x + s * 0.2, -0.15),
            (x + s * 1.05, 0.02),
            (x + s * 0.4, 0.12),
            (x - s * 0.5, 0.13),
        ]
    )
    c.form(white, (240, 234, 228), depth=0.1)
    r, ix, iy = 0.137, x + s * 0.04 + 0.05 * b.spec.phase, -0.012
    ring = c.ellipse(ix, iy, r, r)
    ring[:, 1] = np.clip(ring[:, 1], -0.128, 0.118)
    c.form(ring, mix(dress.accent, (70, 90, 100), 0.5), depth=0.1)
    for i in range(30):
        a = i / 30 * math.tau
        end = (ix + math.cos(a) * r * 0.92, min(0.112, max(-0.12, iy + math.sin(a) * r * 0.92)))
        c.stroke([(ix + math.cos(a) * r * 0.45, iy + math.sin(a) * r * 0.45), end], 0.006, times_rgb(dress.accent, 1.2))
    c.fill(c.ellipse(ix, iy, r * 0.44, r * 0.44), (18, 16, 20))
    c.fill(c.ellipse(ix + c.look.side * 0.045, iy - 0.05, 0.026, 0.032), (255, 255, 255), lit=False)
    c.stroke(
        curve([(x - s * 1.14, 0.06), (x - s * 0.45, -0.14), (x + s * 0.2, -0.165), (x + s * 1.1, 0.015)], closed=False),
        0.034,
        (44, 32, 34),
    )
    c.stroke(
        curve([(x - s * 1.1, 0.05), (x - s * 0.5, 0.13), (x + s * 0.4, 0.12), (x + s * 1.05, 0.02)], closed=False),
        0.01,
        (110, 70, 66),
    )
    c.stroke(
        curve([(x - s * 1.1, -0.07), (x - s * 0.4, -0.22), (x + s * 0.3, -0.235), (x + s * 1.15, -0.07)], closed=False),
        0.011,
        (110, 70, 66),
    )
    for i in range(15):
        t = i / 14
        lx, ly = x - s * 0.9 + 1.9 * s * t, -0.1 - 0.06 * math.sin(t * math.pi)
        c.stroke(
            curve([(lx, ly), (lx + (t - 0.4) * 0.05, ly - 0.045), (lx + (t - 0.35) * 0.12, ly - 0.075)], closed=False),
            0.009,
            (40, 30, 32),
        )


def _surface(b: Board) -> float:
    """What small things rest on: grass and soil, stone or a table top; its front edge's height."""
    c, setting = b.stage, b.scene.setting
    top = 0.14
    if setting in ("interior",):
        c.grad([(-3.4, top), (3.4, top), (3.4, 1.4), (-3.4, 1.4)], times_rgb(WOOD, 1.16), times_rgb(WOOD, 0.6))
        for i in range(7):
            y = top + 0.04 + 0.055 * i
            c.stroke(
                curve([(-2.4, y), (-0.8, y + 0.012), (0.6, y - 0.008), (2.4, y + 0.01)], closed=False),
                0.004,
                times_rgb(WOOD, 0.6),
            )
    elif setting in ("sea", "town", "city"):
        stone: RGB = (146, 140, 132)
        c.grad([(-3.4, top), (3.4, top), (3.4, 1.4), (-3.4, 1.4)], times_rgb(stone, 1.1), times_rgb(stone, 0.6))
        for i in range(-8, 9):
            c.stroke([(i * 0.3, top), (i * 0.52 + 0.02, 0.8)], 0.005, (86, 80, 76))
        for y in (0.2, 0.33):
            c.stroke([(-2.6, y), (2.6, y + 0.01)], 0.005, (86, 80, 76))
        for _ in range(18):
            x, y, w = (c.dice.random() - 0.5) * 3, top + 0.06 + 0.3 * c.dice.random(), 0.03 + 0.07 * c.dice.random()
            c.fill(c.ellipse(x, y, w, w * 0.2), mix(b.look.sky[2], (255, 255, 255), 0.2), 0.35)
    else:
        c.grad([(-3.4, top), (3.4, top), (3.4, 1.4), (-3.4, 1.4)], (122, 138, 74), (70, 80, 44))
        plants.grass(c, top + 0.02, 0.12, (126, 142, 74), 130, spread=0.03)
        plants.grass(c, top + 0.12, 0.1, (106, 124, 62), 90, spread=0.1)
    return 0.32


def still_life(b: Board, props: list[str]) -> None:
    """A few things close up, the first the largest; what is as large as a tree stands behind."""
    c = b.stage
    y = _surface(b)
    facing = -1.0 if b.layout.focus > 0 else 1.0
    big = [p for p in props if PROPS[p][1] > 1.2]
    props = [p for p in props if p not in big and not (p == "apple" and "basket" in props)][:3]
    for name in big[:1]:
        PROPS[name][0](b.mid, -b.layout.focus - facing * 0.3, b.layout.horizon + 0.2, 0.72)
    scale = {"medium": 0.6, "medium_wide": 0.5}.get(b.layout.size, 0.72)
    for i, name in reversed(list(enumerate(props))):
        share = PROPS[name][1]
        tall = scale * (1.0 if i == 0 else 0.8) * min(1.0, 0.5 + 0.5 * share / 0.5)
        if name in ("worm", "book", "key", "rope"):
            tall *= 0.72
        if i and name == "apple":
            tall = 0.13
        x = (b.layout.focus * 0.5 + facing * (0.0, 0.5, -0.46)[i]) if len(props) > 1 else b.layout.focus * 0.4
        foot = y + (0.04 if i == 0 else -0.03)
        c.fill(c.ellipse(x - c.look.side * 0.08, foot + 0.01, tall * 0.6, tall * 0.09), (28, 28, 36), 0.4)
        if name == "sapling":
            if any(word in b.spec.prompt for word in ("soil", "turf", "trunk")):
                soil(c, x, foot, 0.24)
            plants.sapling(c, x, foot, tall * 1.02, pot="pot" in b.spec.prompt.lower())
        elif name == "blossom":
            plants.branch(c, x - facing * 0.72, 0.1, 1.35, -0.25 if facing > 0 else math.pi + 0.25, blossom=True)
        else:
            PROPS[name][0](c, x, foot, tall)
    if b.scene.setting in ("field", "plain", "forest", "river"):
        plants.grass(c, y + 0.16, 0.12, (98, 116, 58), 60, spread=0.05)


def detail(b: Board) -> None:
    """An extreme close-up: eye, hands with their object, or the object alone."""
    props = [p for p in b.scene.props if p in PROPS and p != "birds"]
    if b.scene.eye and not b.scene.hands:
        eye(b)
        return
    who = b.scene.people[0] if b.scene.people else _SOMEONE
    if b.scene.hands or (b.scene.people and props):
        _surface(b) if props and props[0] not in ("apple", "blossom", "bigtree", "tree") else None
        side = 1.0 if b.layout.focus >= 0 else -1.0
        if "apple" in props or "bigtree" in props:
            plants.branch(b.stage, -side * 0.95, -0.36, 1.15, 0.2 if side > 0 else math.pi - 0.2)
            plants.apple(b.stage, 0.0, 0.06, 0.19)
        elif "sapling" in props:
            soil(b.stage, 0.0, 0.4, 0.3)
            plants.sapling(b.stage, 0.0, 0.4, 0.86)
        elif props:
            tall = 0.5 if props[0] != "watch" else 0.62
            PROPS[props[0]][0](b.stage, 0.0, 0.32, tall)
        near = 0.0 + 0.03 * b.spec.phase
        hand(b.stage, side * (0.2 - near), 0.02, 0.34, who, side=side, grip=0.45)
        if "hands" in b.spec.prompt.lower() or "hände" in b.spec.prompt.lower():
            hand(b.stage, -side * (0.24 - near), 0.12, 0.34, who, side=-side, grip=0.6)
        return
    if props:
        still_life(b, props[:1] if props[0] not in ("stake", "rope") else props[:2])
        return
    if b.scene.people:
        eye(b)
        return
    if b.scene.setting in ("field", "plain", "forest"):
        _surface(b)
        plants.branch(b.stage, -0.8, 0.2, 1.4, -0.3)
