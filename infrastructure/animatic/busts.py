"""People close by: head and shoulders in three-quarter view, and from behind for shots over a shoulder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from infrastructure.animatic.canvas import Canvas, Point, curve, limb, times_rgb
from infrastructure.animatic.figures import STRAW, Dress
from infrastructure.animatic.palette import RGB, mix
from infrastructure.animatic.words import Person

Make = Callable[..., npt.NDArray[np.float64]]
Draw = Callable[..., None]


def bust(c: Canvas, x: float, top: float, head: float, person: Person, *, facing: float = 1.0) -> tuple[Point, Point]:
    """Draw a person whose head, `head` frame heights tall, has its crown at (x, top); returns where the near and the
    far shoulder lie."""
    dress, kind = Dress.of(person), person.kind
    cy = top + head * 0.5
    slim = 0.84 if kind in ("woman", "child") else 1.0

    def at(px: float, py: float) -> Point:
        return x + facing * px * head, cy + py * head

    def set_in(p: Point) -> Point:
        """Necks are drawn long; everything from the chin down sits a little higher."""
        return p[0], p[1] if p[1] < 0.52 else p[1] - min(0.15, (p[1] - 0.52) * 0.7)

    def shape(*points: Point, steps: int = 6) -> npt.NDArray[np.float64]:
        return curve([at(*set_in(p)) for p in points], steps=steps)

    def line(width: float, *points: Point, colour: RGB | None = None) -> None:
        c.stroke(curve([at(*set_in(p)) for p in points], closed=False), width * head, colour)

    long_hair = kind == "woman"
    if long_hair:
        c.form(
            shape(
                (-0.1, -0.5),
                (-0.46, -0.3),
                (-0.52, 0.15),
                (-0.56, 0.62),
                (-0.3, 0.9),
                (0.1, 0.7),
                (0.34, 0.5),
                (0.3, 0.1),
            ),
            times_rgb(dress.hair, 0.74),
            depth=0.1,
        )
    w = slim
    # neck and coat
    c.form(
        shape((-0.24, 0.15), (-0.27, 0.6), (-0.42 * w, 0.86), (0.1, 1.1), (0.36 * w, 0.84), (0.16, 0.62), (0.14, 0.3)),
        times_rgb(dress.skin, 0.78),
        depth=0.14,
    )
    c.form(
        shape(
            (-0.3 * w, 0.68),
            (-0.62 * w, 0.82),
            (-1.02 * w, 0.98),
            (-1.2 * w, 1.35),
            (-1.32 * w, 2.3),
            (-1.36 * w, 5.0),
            (1.22 * w, 5.0),
            (1.16 * w, 2.3),
            (1.02 * w, 1.35),
            (0.86 * w, 1.0),
            (0.5 * w, 0.84),
            (0.22 * w, 0.7),
            (0.0, 0.98),
        ),
        dress.coat,
        depth=0.08,
    )
    shirt = mix(dress.accent, (238, 232, 220), 0.35)
    c.fill(shape((-0.2 * w, 0.8), (0.03, 1.0), (0.2 * w, 0.8), (0.2, 1.3), (0.12, 2.2), (0.0, 3.2), (-0.1, 2.0)), shirt)
    for sign in (-1, 1):
        c.form(
            shape(
                (0.02 + sign * 0.22 * w, 0.74),
                (0.02 + sign * 0.46 * w, 0.86),
                (0.02 + sign * 0.5 * w, 1.3),
                (0.04 + sign * 0.22, 1.45),
                (0.06 + sign * 0.05, 2.6),
                (0.05, 2.7),
                (0.02 + sign * 0.13, 1.3),
            ),
            times_rgb(dress.coat, 1.12),
            depth=0.16,
        )
    line(0.018, (-1.0 * w, 1.5), (-0.92 * w, 2.0), (-0.95 * w, 3.0))
    line(0.018, (0.84 * w, 1.5), (0.8 * w, 2.0), (0.82 * w, 3.0))
    # the scarf: what the person is known by
    c.form(
        shape(
            (-0.4 * w, 0.56),
            (-0.1, 0.72),
            (0.26 * w, 0.56),
            (0.4 * w, 0.74),
            (0.24, 0.94),
            (-0.08, 1.02),
            (-0.4, 0.92),
            (-0.52 * w, 0.74),
        ),
        dress.accent,
        depth=0.2,
    )
    line(0.02, (-0.42 * w, 0.76), (-0.1, 0.88), (0.32 * w, 0.76))
    c.form(
        shape((0.02, 0.86), (0.2, 0.86), (0.26, 1.3), (0.2, 1.66), (0.04, 1.62), (0.05, 1.2)),
        times_rgb(dress.accent, 0.9),
        depth=0.2,
    )
    # ear, face
    c.form(
        shape((-0.3, -0.04), (-0.2, -0.08), (-0.15, 0.06), (-0.2, 0.2), (-0.27, 0.16), steps=4),
        times_rgb(dress.skin, 0.9),
        depth=0.2,
    )
    soft = 0.04 if kind in ("woman", "child") else 0.0
    face = shape(
        (-0.04, -0.5),
        (0.22, -0.44),
        (0.35, -0.24),
        (0.348, -0.08),
        (0.325, 0.01),
        (0.345, 0.1),
        (0.3 + soft * 0.3, 0.27),
        (0.215, 0.43),
        (0.13, 0.505 - soft),
        (0.02, 0.49 - soft),
        (-0.14, 0.38 - soft),
        (-0.25, 0.22),
        (-0.29, 0.0),
        (-0.36, -0.2),
        (-0.28, -0.42),
    )
    c.form(face, dress.skin, depth=0.1)
    # the side away from the light
    turned = facing * c.look.side
    shadow = times_rgb(mix(dress.skin, (120, 80, 96), 0.3), 0.62)
    if turned > 0:
        c.fill(
            shape((-0.28, -0.3), (-0.12, -0.2), (-0.1, 0.02), (-0.04, 0.2), (-0.06, 0.42), (-0.2, 0.3), (-0.28, 0.1)),
            shadow,
            0.55,
        )
    else:
        c.fill(
            shape(
                (0.34, -0.3),
                (0.345, -0.08),
                (0.32, 0.01),
                (0.34, 0.1),
                (0.29, 0.28),
                (0.2, 0.45),
                (0.19, 0.26),
                (0.25, 0.14),
                (0.2, -0.02),
                (0.26, -0.14),
            ),
            shadow,
            0.6,
        )
    c.fill(shape((-0.22, 0.3), (0.04, 0.5), (0.17, 0.49), (0.12, 0.6), (-0.1, 0.62), (-0.24, 0.5)), shadow, 0.7)
    for ex, ew in ((0.03, 0.078), (0.245, 0.056)):  # eyes: socket, white, iris, lid
        c.fill(shape((ex - ew * 1.3, -0.03), (ex, -0.085), (ex + ew * 1.25, -0.03), (ex, 0.045)), shadow, 0.4)
        c.fill(shape((ex - ew, 0.004), (ex - ew * 0.2, -0.036), (ex + ew, 0.0), (ex, 0.03), steps=4), (240, 234, 226))
        ix, iy = at(ex + ew * 0.22, -0.004)
        c.fill(c.ellipse(ix, iy, ew * 0.44 * head, 0.034 * head), (54, 44, 42))
        c.fill(
            c.ellipse(ix + c.look.side * 0.008 * head, iy - 0.012 * head, 0.008 * head, 0.008 * head),
            (255, 255, 255),
            lit=False,
        )
        line(0.026, (ex - ew * 1.15, 0.0), (ex - ew * 0.2, -0.046), (ex + ew * 1.1, -0.006))
        line(
            0.042 if kind != "woman" else 0.03,
            (ex - ew * 1.3, -0.105),
            (ex, -0.14),
            (ex + ew * 1.25, -0.104),
            colour=times_rgb(dress.hair, 0.8),
        )
    c.fill(
        shape((0.165, -0.04), (0.2, 0.08), (0.25, 0.16), (0.22, 0.205), (0.15, 0.2), (0.17, 0.1), steps=4),
        shadow,
        0.6 if turned < 0 else 0.34,
    )
    line(0.016, (0.2, 0.06), (0.256, 0.165), (0.215, 0.205), (0.15, 0.2))
    smile = 0.012 if c.look.light.level > 0.5 else -0.006
    c.fill(
        shape((0.06, 0.312), (0.15, 0.296), (0.24, 0.305), (0.16, 0.352), steps=4), mix(dress.skin, (150, 60, 60), 0.42)
    )
    line(0.018, (0.05, 0.318 - smile), (0.15, 0.318), (0.25, 0.308 - smile))
    if kind == "elder":
        c.form(
            shape(
                (-0.24, 0.14),
                (-0.1, 0.24),
                (0.08, 0.24),
                (0.16, 0.255),
                (0.27, 0.25),
                (0.33, 0.2),
                (0.31, 0.46),
                (0.22, 0.7),
                (0.08, 0.78),
                (-0.1, 0.66),
                (-0.22, 0.42),
            ),
            dress.hair,
            depth=0.12,
        )
        line(0.02, (0.04, 0.325), (0.15, 0.312), (0.25, 0.32), colour=(120, 84, 76))
        for i in range(7):
            line(
                0.012,
                (-0.14 + i * 0.06, 0.4),
                (-0.1 + i * 0.05, 0.55),
                (-0.04 + i * 0.035, 0.68),
                colour=times_rgb(dress.hair, 0.76),
            )
    _hair(c, shape, line, dress, person)
    return at(-1.0 * w, 1.2), at(0.9 * w, 1.2)


def _hair(c: Canvas, make: Make, draw: Draw, dress: Dress, person: Person) -> None:
    if person.hat:
        straw = dress.hat if dress.hat != STRAW else (210, 176, 112)
        c.form(
            make((-0.42, -0.2), (-0.4, -0.52), (-0.2, -0.74), (0.08, -0.78), (0.3, -0.66), (0.36, -0.3)),
            straw,
            depth=0.14,
        )
        c.form(
            make((-0.82, -0.16), (-0.3, -0.36), (0.2, -0.38), (0.74, -0.22), (0.3, -0.18), (-0.2, -0.14)),
            straw,
            depth=0.2,
        )
        draw(0.09, (-0.4, -0.36), (0.0, -0.43), (0.35, -0.38), colour=mix(dress.accent, (60, 50, 44), 0.25))
        c.form(make((-0.36, -0.14), (-0.28, 0.1), (-0.32, 0.2), (-0.42, 0.05)), dress.hair, depth=0.2)
        return
    if person.kind == "woman":
        points = [
            (0.33, -0.3),
            (0.24, -0.5),
            (-0.06, -0.6),
            (-0.36, -0.5),
            (-0.5, -0.2),
            (-0.5, 0.2),
            (-0.44, 0.62),
            (-0.32, 0.66),
            (-0.3, 0.2),
            (-0.22, -0.06),
            (0.02, -0.26),
            (0.2, -0.36),
        ]
    elif person.kind == "child":
        points = [
            (0.36, -0.16),
            (0.34, -0.42),
            (0.12, -0.6),
            (-0.2, -0.6),
            (-0.44, -0.38),
            (-0.44, -0.05),
            (-0.34, 0.16),
            (-0.28, -0.02),
            (-0.22, -0.2),
            (-0.02, -0.14),
            (0.1, -0.24),
            (0.24, -0.16),
        ]
    else:
        points = [
            (0.345, -0.22),
            (0.32, -0.42),
            (0.12, -0.58),
            (-0.18, -0.58),
            (-0.4, -0.4),
            (-0.43, -0.1),
            (-0.34, 0.14),
            (-0.28, 0.02),
            (-0.25, -0.14),
            (-0.14, -0.26),
            (0.1, -0.36),
            (0.26, -0.32),
        ]
    c.form(make(*points), dress.hair, depth=0.14)
    light = mix(dress.hair, c.look.light.key, 0.35)
    for i in range(4):
        draw(
            0.016,
            (0.18 - i * 0.1, -0.5 + i * 0.01),
            (0.02 - i * 0.11, -0.48 + i * 0.05),
            (-0.16 - i * 0.06, -0.3 + i * 0.1),
            colour=light,
        )


def behind(c: Canvas, x: float, top: float, head: float, person: Person) -> None:
    """The back of a head and a shoulder, close to the camera."""
    dress = Dress.of(person)
    side = 1.0 if x > 0 else -1.0

    def at(px: float, py: float) -> Point:
        return x + side * px * head, top + head * 0.5 + py * head

    coat = [
        (-0.3, 0.55),
        (-0.7, 0.86),
        (-1.15, 1.06),
        (-1.36, 1.6),
        (-1.4, 4.0),
        (1.9, 4.0),
        (1.7, 1.4),
        (1.2, 0.98),
        (0.6, 0.8),
        (0.3, 0.55),
    ]
    c.form(curve([at(*p) for p in coat]), dress.coat, depth=0.06)
    c.form(limb([at(0, 0.2), at(0, 0.75)], [0.44 * head, 0.5 * head]), dress.skin, depth=0.14)
    c.form(
        curve([at(*p) for p in ((-0.42, 0.56), (0, 0.66), (0.42, 0.56), (0.5, 0.8), (0, 0.96), (-0.5, 0.8))]),
        dress.accent,
        depth=0.2,
    )
    low = 0.75 if person.kind == "woman" else 0.34
    hair = (
        (-0.02, -0.54),
        (0.3, -0.42),
        (0.4, -0.12),
        (0.36, low * 0.7),
        (0.2, low),
        (-0.2, low),
        (-0.36, low * 0.7),
        (-0.4, -0.12),
        (-0.3, -0.42),
    )
    c.form(curve([at(*p) for p in hair]), dress.hair, depth=0.1)
    for px in (-0.2, -0.05, 0.12, 0.24):
        c.stroke(
            curve([at(px * 0.6, -0.44), at(px * 1.2, -0.1), at(px, low * 0.8)], closed=False),
            head * 0.014,
            mix(dress.hair, c.look.light.key, 0.25),
        )
    if person.hat:
        c.form(
            curve([at(*p) for p in ((-0.86, -0.16), (0, -0.3), (0.86, -0.16), (0, 0.02))]),
            (200, 166, 104) if dress.hat == STRAW else dress.hat,
            depth=0.2,
        )
        c.form(
            curve([at(*p) for p in ((-0.42, -0.18), (-0.36, -0.62), (0, -0.74), (0.36, -0.62), (0.42, -0.18))]),
            dress.hat,
            depth=0.14,
        )
