"""The table of things: how each is drawn, and how tall it is beside a grown person."""

from __future__ import annotations

from collections.abc import Callable

from infrastructure.animatic import buildings, movers, plants, tools, trinkets
from infrastructure.animatic.canvas import Canvas
from infrastructure.animatic.palette import mix

Draw = Callable[[Canvas, float, float, float], None]


def tree(c: Canvas, x: float, y: float, h: float) -> None:
    """A tree."""
    plants.tree(c, x, y, h)


def bigtree(c: Canvas, x: float, y: float, h: float) -> None:
    """A grown apple tree bearing fruit."""
    plants.tree(c, x, y, h, mix(plants.LEAF, (84, 124, 56), 0.5), fruit=True, wide=1.15)


_THINGS: dict[str, tuple[Draw, float]] = {
    # how to draw it, and how tall it is beside a grown person
    "lighthouse": (buildings.lighthouse, 2.6),
    "lantern": (tools.lantern, 0.2),
    "candle": (tools.candle, 0.16),
    "clock": (trinkets.clock, 0.3),
    "watch": (trinkets.watch, 0.1),
    "rope": (tools.rope, 0.2),
    "spade": (tools.spade, 0.62),
    "basket": (tools.basket, 0.26),
    "apple": (trinkets.apple, 0.07),
    "can": (tools.can, 0.22),
    "stake": (tools.stake, 0.7),
    "blossom": (trinkets.blossom, 0.4),
    "worm": (tools.worm, 0.08),
    "bigtree": (bigtree, 2.05),
    "sapling": (plants.sapling, 0.8),
    "tree": (tree, 1.9),
    "house": (movers.house, 2.2),
    "car": (movers.car, 0.85),
    "train": (movers.train, 1.7),
    "gate": (tools.gate, 0.62),
    "table": (trinkets.table, 0.46),
    "book": (trinkets.book, 0.12),
    "door": (trinkets.door, 1.2),
    "window": (trinkets.window, 0.5),
    "lamp": (buildings.street_lamp, 1.8),
    "fire": (tools.fire, 0.4),
    "birds": (movers.birds, 0.05),
    "key": (trinkets.key, 0.06),
    "cup": (trinkets.cup, 0.1),
    "dog": (movers.dog, 0.4),
    "bicycle": (movers.bicycle, 0.62),
    "umbrella": (trinkets.umbrella, 0.6),
}


def _in_its_colour(name: str, draw: Draw) -> Draw:
    """Draws the thing in the colour that it is told to have, if it is."""

    def drawn(c: Canvas, x: float, y: float, h: float) -> None:
        c.dye = c.dyes.get(name)
        try:
            draw(c, x, y, h)
        finally:
            c.dye = None

    return drawn


PROPS: dict[str, tuple[Draw, float]] = {
    name: (_in_its_colour(name, draw), share) for name, (draw, share) in _THINGS.items()
}  # fmt: skip
HELD = ("lantern", "candle", "sapling", "basket", "book", "apple", "cup", "spade", "umbrella", "can", "key", "watch")
