"""Which place is painted for which setting, and the weather and light in front of everything."""

from __future__ import annotations

from collections.abc import Callable

from infrastructure.animatic import aerials, landscapes, rooms, skies, streets, waters
from infrastructure.animatic.board import Board

_PLACES: dict[str, Callable[[Board], None]] = {
    "field": landscapes.field,
    "plain": landscapes.field,
    "forest": landscapes.forest,
    "sea": waters.sea,
    "river": waters.river,
    "mountain": landscapes.mountain,
    "snow": landscapes.snow,
    "desert": landscapes.desert,
    "town": streets.town,
    "city": streets.city,
    "road": landscapes.road,
    "interior": rooms.room,
}


def paint_setting(b: Board) -> None:
    """Everything behind and before the subject."""
    setting = b.scene.setting
    if b.look.studio and setting in ("plain", "interior", "sky"):
        rooms.studio(b)
        return
    if b.layout.size == "aerial" and setting not in ("interior", "space"):
        aerials.aerial(b)
        return
    if setting == "space":
        b.indoors = True
        b.sun = skies.space(b.sky, b.layout)
        return
    if setting != "interior":
        b.sun = skies.sky(b.sky, b.layout, b.scene, b.spec.phase)
    if setting in _PLACES:
        _PLACES[setting](b)
    if not b.indoors:
        b.far.veil(b.layout.horizon - 0.2, b.layout.horizon + 0.1, b.look.haze, 0.16 + 0.5 * b.look.mist)
        if b.look.mist > 0.12:
            b.mid.veil(b.layout.horizon - 0.12, b.layout.horizon + 0.3, b.look.haze, 0.55 * b.look.mist)


def paint_air(b: Board) -> None:
    """Weather and light in front of everything: shafts, rain, snow, mist along the ground."""
    look, near = b.look, b.near
    if look.studio:
        b.mid.beam(
            [
                (b.layout.focus - 0.5 * look.side - 0.05, -1.0),
                (b.layout.focus - 0.4 * look.side, -1.0),
                (b.layout.focus + 0.42, 0.7),
                (b.layout.focus - 0.42, 0.7),
            ],
            (255, 246, 226),
            0.3,
            0.03,
        )
    if look.beams > 0.2 and b.layout.size != "aerial":
        skies.shafts(b.stage, b.sun[0] * 1.1, min(-0.5, b.sun[1] - 0.2), look.beams)
    if look.backlit:
        b.mid.glow(b.layout.focus, -0.1, 0.75, look.light.key, 0.8)
    if look.neon and b.scene.setting != "city":
        b.mid.glow(-0.6, 0.0, 0.8, (255, 40, 160), 0.5)
        b.mid.glow(0.6, 0.1, 0.8, (30, 200, 240), 0.5)
    if b.scene.rain:
        for _ in range(170):
            x, y, length = (
                (near.dice.random() - 0.5) * 3.2,
                (near.dice.random() - 0.5) * 1.7,
                0.05 + 0.07 * near.dice.random(),
            )
            near.stroke([(x, y), (x - length * 0.16, y + length)], 0.0018, (214, 224, 232), lit=False)
    if b.scene.snow:
        for _ in range(130):
            x, y, r = (
                (near.dice.random() - 0.5) * 3.2,
                (near.dice.random() - 0.5) * 1.7,
                0.002 + 0.006 * near.dice.random() ** 2,
            )
            near.fill(near.ellipse(x, y, r, r), (246, 248, 252), 0.85, lit=False)
    if look.mist > 0.2 and not b.indoors:
        b.stage.veil(b.layout.feet - 0.16, b.layout.feet + 0.3, look.haze, 0.5 * look.mist)
