"""Whole people: standing, walking, kneeling and so on, built from a few joints and smooth limbs."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

from infrastructure.animatic.attitudes import ATTITUDES, JOINTS
from infrastructure.animatic.canvas import Canvas, Point, curve, limb, times_rgb
from infrastructure.animatic.palette import RGB, accent, hue, mix
from infrastructure.animatic.words import Person

SKINS: tuple[RGB, ...] = ((232, 190, 158), (206, 156, 120), (160, 112, 82), (240, 204, 176))
COATS: tuple[RGB, ...] = (
    (70, 92, 132), (132, 104, 78), (78, 104, 86), (124, 78, 84), (150, 128, 92), (88, 84, 112), (58, 104, 112),
    (150, 92, 62),
)  # fmt: skip
STRAW: RGB = (206, 172, 108)
HAIRS: tuple[RGB, ...] = ((58, 42, 36), (36, 32, 36), (112, 74, 46), (142, 108, 66))


@dataclass(frozen=True)
class Dress:
    """A person's colours, the same wherever they appear."""

    skin: RGB
    coat: RGB
    legs: RGB
    hair: RGB
    accent: RGB
    hat: RGB = STRAW

    @staticmethod
    def of(person: Person) -> Dress:
        """From who they are, and what is told of them."""
        number = int.from_bytes(hashlib.sha256(f"dress {person.ident.casefold()}".encode()).digest()[:4], "big")
        hair = (206, 204, 200) if person.kind == "elder" else HAIRS[number % 4]
        legs = times_rgb(COATS[(number // 16 + 2) % len(COATS)], 0.62)
        own = Dress(SKINS[number % 4], COATS[number // 16 % len(COATS)], legs, hair, accent(person.ident))
        told = {"accent" if part == "scarf" else part: hue(colour) for part, colour in person.dress}
        return replace(own, **{part: colour for part, colour in told.items() if colour is not None})


def figure(c: Canvas, x: float, feet: float, h: float, person: Person, *, facing: float = 1.0) -> Point:
    """Draw a person of height `h` standing at (x, feet), turned right (`facing` 1) or left (-1); where the hand
    beyond is, for something to be put into it."""
    child = person.kind == "child"
    if child:
        h *= 0.68
    dress = Dress.of(person)
    joints = dict(zip(JOINTS, ATTITUDES.get(person.action, ATTITUDES["stand"]), strict=True))
    stoop = 0.025 if person.kind == "elder" else 0.0
    broad = 1.12 if child else 0.9 if person.kind == "woman" else 1.0

    def at(name: str) -> Point:
        forward, up = joints[name]
        lean = stoop * max(0.0, up - 0.5) * 3 + (0.0 if name != "neck" else stoop * 0.4)
        return x + facing * (forward + lean) * h, feet - up * h

    # the shadow on the ground falls away from the light
    away = -c.look.side
    c.fill(
        curve(
            [
                (x - 0.1 * h, feet),
                (x + away * 0.1 * h, feet - 0.016 * h),
                (x + away * 0.62 * h, feet + 0.02 * h),
                (x + away * 0.1 * h, feet + 0.04 * h),
            ]
        ),
        (36, 36, 52),
        0.36,
    )
    hip, neck = at("hip"), at("neck")
    skirt = person.kind == "woman" and person.action not in ("kneel", "sit", "run")
    _arm(c, neck, at("elbow_b"), at("hand_b"), h * broad, times_rgb(dress.coat, 0.8), dress, facing, 1)
    for side, shade in (("b", 0.74), ("a", 1.0)):
        knee, foot = at(f"knee_{side}"), at(f"foot_{side}")
        colour = times_rgb(dress.skin if skirt else dress.legs, shade)
        c.form(limb([hip, knee, foot], [h * 0.105 * broad, h * 0.072 * broad, h * 0.046 * broad]), colour, depth=0.3)
        toe = (foot[0] + facing * h * 0.06, foot[1] + h * 0.012)
        c.form(
            limb([(foot[0] - facing * h * 0.012, foot[1]), toe], [h * 0.045, h * 0.03]),
            times_rgb((62, 50, 46), shade),
            depth=0.3,
        )
    _body(c, hip, neck, h, broad, facing, dress, person, skirt, at("knee_a"))
    _head(c, neck, h * (1.32 if child else 1.0), facing, dress, person)
    _arm(c, neck, at("elbow_a"), at("hand_a"), h * broad, dress.coat, dress, facing, -1)
    return at("hand_b")


def _arm(
    c: Canvas, neck: Point, elbow: Point, hand: Point, h: float, coat: RGB, dress: Dress, facing: float, side: int
) -> None:
    shoulder = (neck[0] + facing * side * h * 0.045, neck[1] + h * 0.045)
    c.form(c.ellipse(hand[0], hand[1], h * 0.022, h * 0.024), dress.skin, depth=0.3)
    wrist = (hand[0] + (elbow[0] - hand[0]) * 0.14, hand[1] + (elbow[1] - hand[1]) * 0.14)
    c.form(limb([shoulder, elbow, wrist], [h * 0.078, h * 0.06, h * 0.046]), coat, depth=0.3)


def _body(
    c: Canvas,
    hip: Point,
    neck: Point,
    h: float,
    broad: float,
    facing: float,
    dress: Dress,
    person: Person,
    skirt: bool,
    knee: Point,
) -> None:
    wide, waist = h * 0.102 * broad, h * 0.076 * broad
    sx, sy = neck[0], neck[1] + h * 0.03
    low = hip[1] + h * (0.2 if skirt else 0.07)
    flare = h * (0.15 if skirt else 0.098) * broad
    drift = (knee[0] - hip[0]) * 0.35
    mid = ((hip[0] + neck[0]) / 2, (hip[1] + neck[1]) / 2)
    points = [
        (sx - wide * 0.45, sy - h * 0.02), (sx - wide, sy + h * 0.03), (mid[0] - waist, mid[1] + h * 0.03),
        (hip[0] - flare + drift, low), (hip[0] + drift, low + h * 0.012), (hip[0] + flare + drift, low),
        (mid[0] + waist, mid[1] + h * 0.03), (sx + wide, sy + h * 0.03), (sx + wide * 0.45, sy - h * 0.02),
    ]  # fmt: skip
    c.form(curve(points, steps=5), dress.coat, depth=0.26)
    if h > 0.2:
        c.stroke(
            curve(
                [
                    (sx + facing * wide * 0.1, sy + h * 0.02),
                    (mid[0] + facing * waist * 0.2, mid[1]),
                    (hip[0] + drift + facing * flare * 0.14, low),
                ],
                closed=False,
            ),
            h * 0.007,
        )
    c.stroke(
        curve(
            [
                (hip[0] - flare * 0.96 + drift, low - h * 0.008),
                (hip[0] + drift, low + h * 0.004),
                (hip[0] + flare * 0.96 + drift, low - h * 0.008),
            ],
            closed=False,
        ),
        h * 0.016,
        dress.accent,
        taper=False,
    )
    # the scarf: what the person is known by
    top = neck[1] + h * 0.015
    c.form(
        curve(
            [
                (neck[0] - h * 0.05, top - h * 0.012),
                (neck[0], top - h * 0.004),
                (neck[0] + h * 0.05, top - h * 0.014),
                (neck[0] + h * 0.058, top + h * 0.018),
                (neck[0], top + h * 0.034),
                (neck[0] - h * 0.058, top + h * 0.018),
            ],
            steps=4,
        ),
        dress.accent,
        depth=0.3,
        ink=0.8,
    )
    tail = neck[0] - facing * h * 0.05
    c.form(
        curve(
            [
                (tail, top),
                (tail - facing * h * 0.05, top + h * 0.05),
                (tail - facing * h * 0.1, top + h * 0.1),
                (tail - facing * h * 0.065, top + h * 0.125),
                (tail + facing * h * 0.015, top + h * 0.03),
            ],
            steps=4,
        ),
        times_rgb(dress.accent, 0.88),
        depth=0.3,
        ink=0.8,
    )


def _head(c: Canvas, neck: Point, h: float, facing: float, dress: Dress, person: Person) -> None:
    r = h * 0.064
    x, y = neck[0] + facing * r * 0.25, neck[1] - r * 1.36
    c.fill(limb([(neck[0], neck[1] + r * 0.3), (x, y + r * 0.5)], [r * 0.95, r * 0.85]), times_rgb(dress.skin, 0.8))
    face = curve(
        [
            (x - facing * r * 0.8, y - r * 0.3),
            (x - facing * r * 0.2, y - r * 1.05),
            (x + facing * r * 0.62, y - r * 0.82),
            (x + facing * r * 0.84, y - r * 0.1),
            (x + facing * r * 0.98, y + r * 0.22),
            (x + facing * r * 0.66, y + r * 0.9),
            (x + facing * r * 0.2, y + r * 1.08),
            (x - facing * r * 0.5, y + r * 0.6),
        ]
    )
    c.form(face, dress.skin, depth=0.2)
    if person.kind == "elder":
        c.form(
            curve(
                [
                    (x - facing * r * 0.3, y + r * 0.25),
                    (x + facing * r * 0.9, y + r * 0.42),
                    (x + facing * r * 0.86, y + r * 1.2),
                    (x + facing * r * 0.3, y + r * 1.7),
                    (x - facing * r * 0.2, y + r),
                ]
            ),
            dress.hair,
            depth=0.25,
            ink=0.7,
        )
    back = 1.9 if person.kind == "woman" else 0.35
    hair = [
        (x + facing * r * 0.8, y - r * 0.52),
        (x + facing * r * 0.5, y - r * 1.12),
        (x - facing * r * 0.3, y - r * 1.28),
        (x - facing * r * 1.06, y - r * 0.7),
        (x - facing * r * 1.1, y + r * back * 0.5),
        (x - facing * r * 0.85, y + r * back),
        (x - facing * r * 0.42, y + r * min(back, 0.9)),
        (x - facing * r * 0.2, y - r * 0.1),
        (x + facing * r * 0.2, y - r * 0.58),
    ]
    c.form(curve(hair, steps=4), dress.hair, depth=0.3, ink=0.8)
    if person.hat or (person.kind == "elder" and "hat" in person.action):
        straw = dress.hat
        c.form(
            curve(
                [
                    (x - facing * r * 1.9, y - r * 0.5),
                    (x, y - r * 0.86),
                    (x + facing * r * 1.95, y - r * 0.46),
                    (x, y - r * 0.4),
                ]
            ),
            straw,
            depth=0.3,
        )
        c.form(
            curve(
                [
                    (x - r * 0.92, y - r * 0.66),
                    (x - r * 0.78, y - r * 1.5),
                    (x, y - r * 1.66),
                    (x + r * 0.78, y - r * 1.5),
                    (x + r * 0.92, y - r * 0.66),
                ]
            ),
            straw,
            depth=0.25,
        )
        c.stroke(
            curve([(x - r * 0.9, y - r * 0.78), (x, y - r * 0.88), (x + r * 0.9, y - r * 0.78)], closed=False),
            r * 0.24,
            mix(dress.accent, (60, 50, 44), 0.3),
            taper=False,
        )
    if h > 0.5:
        c.stroke(
            curve(
                [
                    (x + facing * r * 0.3, y - r * 0.18),
                    (x + facing * r * 0.5, y - r * 0.24),
                    (x + facing * r * 0.7, y - r * 0.18),
                ],
                closed=False,
            ),
            r * 0.09,
        )
        c.stroke([(x + facing * r * 0.48, y + r * 0.02), (x + facing * r * 0.56, y + r * 0.04)], r * 0.12)
        c.stroke(
            curve(
                [
                    (x + facing * r * 0.42, y + r * 0.56),
                    (x + facing * r * 0.62, y + r * 0.6),
                    (x + facing * r * 0.78, y + r * 0.52),
                ],
                closed=False,
            ),
            r * 0.08,
        )


def walker_sway(phase: float) -> float:
    """How far somebody has walked at that part of the shot, in body heights."""
    return 0.9 * math.sin(phase * math.pi / 2)
