"""Who and what stands where: people and things placed by shot size, action and composition."""

from __future__ import annotations

from dataclasses import replace

from infrastructure.animatic import busts, details, plants
from infrastructure.animatic.board import Board
from infrastructure.animatic.canvas import Canvas
from infrastructure.animatic.figures import figure
from infrastructure.animatic.movers import birds
from infrastructure.animatic.planes import SUBJECT
from infrastructure.animatic.props import HELD, PROPS
from infrastructure.animatic.tools import soil, spade
from infrastructure.animatic.words import Person

_NOT_PLACED = {"moon", "boat", "window", "lamp"}


def _prop(c: Canvas, name: str, x: float, y: float, person: float) -> None:
    draw, share = PROPS[name]
    draw(c, x, y, share * person)


def _in_hand(c: Canvas, b: Board, held: str, x: float, y: float, h: float) -> None:
    if held == "sapling":
        plants.sapling(c, x, y + 0.06 * h, 0.48 * h, pot=True)
    elif held == "lantern":
        PROPS[held][0](c, x, y + 0.2 * h, 0.2 * h)
    elif held == "spade":
        spade(c, x + 0.0, y + 0.5 * h, 0.6 * h, 0.02)
    else:
        PROPS[held][0](c, x, y + 0.03 * h, PROPS[held][1] * h * 0.8)


def cast(b: Board) -> None:
    """Draw the subject."""
    size = b.layout.size
    if b.look.dark and not b.indoors and size != "aerial":  # something lighter behind, so that outlines are read
        b.mid.glow(b.layout.focus, min(0.1, b.layout.feet - 0.6 * b.layout.person), 0.7, b.look.haze, 0.6)
    if size == "aerial":
        _from_above(b)
    elif b.layout.detail or (b.layout.person > 2 and b.scene.hands and not b.scene.people):
        details.detail(b)
    elif size == "over_shoulder":
        _over_shoulder(b)
    elif b.scene.people and b.layout.tight and not _shows_action(b):
        _close(b)
    elif b.scene.people:
        _whole(b)
    else:
        _things(b)
    lights = [p for p in b.scene.props if p in ("candle", "lantern", "fire")]
    if lights and (b.look.dark or b.layout.detail):
        near = b.layout.tight
        at = (0.0, 0.05) if near else (b.layout.focus, b.layout.feet - 0.1)
        b.stage.glow(*at, 0.75 if near else 0.5, (255, 150, 66), 0.42)


def _shows_action(b: Board) -> bool:
    """Whether what is done matters more than the face: then the whole figure is shown, as large as fits."""
    action = b.scene.people[0].action
    return b.layout.person < 1.7 and action in ("kneel", "dig", "sit", "carry", "run", "walk", "wave", "reach")


def _whole(b: Board) -> None:
    """People from head to foot, with the things they deal with."""
    c, layout = b.stage, b.layout
    if layout.tight:
        low = b.scene.people[0].action in ("kneel", "sit")
        layout = replace(layout, person=1.12 if low else 0.92, feet=0.45 if low else 0.49)
    if all(who.kind == "child" for who in b.scene.people):
        layout = replace(layout, person=min(1.3, layout.person * 1.3))
    if len(b.scene.people) > 2:
        layout = replace(layout, focus=layout.focus * 0.35)
    person = layout.person
    props = [p for p in b.scene.props if p in PROPS and p not in _NOT_PLACED]
    people = b.scene.people
    action = people[0].action
    held = next((p for p in props if p in HELD), "") if action in ("carry", "read", "dig", "stand", "walk") else ""
    if held == "sapling" and action not in ("carry",):
        held = ""
    stay = [p for p in props if p != held]
    facing = -1.0 if layout.focus > 0 else 1.0
    away = facing * person
    for i, name in enumerate(stay[:3]):
        if name == "birds":
            birds(b.mid, -layout.focus * 0.6, layout.horizon - 0.12, 0.03)
            continue
        tall = PROPS[name][1] > 1.4
        x = (
            layout.focus + away * (0.62 + 0.5 * i - (0.26 if action == "kneel" else 0))
            if not tall
            else layout.focus + facing * (0.3 + 0.32 * person + 0.35 * i)
        )
        if action == "sit" and tall:
            x = layout.focus - facing * person * 0.16
        grown = person * (0.78 if action == "kneel" else 1.0)
        broad = name in ("house", "train", "lighthouse")
        if broad:
            grown = min(grown, 0.66 / PROPS[name][1])
        canvas = b.mid if broad or (tall and person <= 0.5) else c
        _prop(canvas, name, x, layout.feet - (0.1 if broad else 0.015 if tall else 0), grown)
    if action == "dig":
        soil(c, layout.focus + away * 0.4, layout.feet + 0.01, person * 0.16)
    count = len(people)
    walked = b.spec.phase * (0.5 * person if action in ("walk", "carry", "run") else 0.05 * person)
    for i, who in enumerate(people):
        x = layout.focus + facing * walked - (i * away * 0.62 if action in ("walk", "carry", "run") or count > 2 else 0)
        feet = layout.feet - 0.02 * person * (i % 2)
        turn = facing
        if count == 2 and action not in ("walk", "carry", "run"):
            x = layout.focus * 0.5 + (i - 0.5) * facing * -person * 0.72
            turn = -facing if i == 0 else facing
        carries = held in ("lantern", "candle", "sapling", "basket") and action in ("stand", "walk", "carry")
        shown = replace(who, action="carry") if carries else who
        height = person * (0.68 if who.kind == "child" else 1)
        hand = figure(c, x, feet, person, shown, facing=turn)
        if held and (i == 0 or who.kind == "child"):
            _in_hand(c, b, held, hand[0], hand[1], height)


def _close(b: Board) -> None:
    """Heads and shoulders, with things in front of them."""
    c, layout = b.stage, b.layout
    people = b.scene.people[:2]
    head = layout.person * 0.136
    top = layout.feet - layout.person
    facing = -1.0 if layout.focus > 0 else 1.0
    two = len(people) == 2 and layout.person < 2.9
    props = [p for p in b.scene.props if p in PROPS and p not in _NOT_PLACED]
    name = props[0] if props else ""
    share = PROPS[name][1] if name else 0.0
    held = name in HELD and name not in ("spade", "sapling")
    if name == "birds":
        birds(b.mid, -layout.focus, layout.horizon - 0.1, 0.04)
    elif share > 1.0:
        _prop(b.mid, name, -layout.focus - facing * 0.1, layout.horizon + 0.3, min(0.62, layout.person * 0.4))
    x = 0.0 if two else layout.focus + facing * head * (1.35 if held else 2.0)
    tall = min(0.42, max(0.2, share * layout.person * 0.9))
    foot = 0.36 + tall * 0.3
    if name == "sapling" and not two:
        plants.sapling(c, x + facing * 0.1, 0.6, 0.62, pot="pot" in b.spec.prompt.lower())
    for i, who in reversed(list(enumerate(people if two else people[:1]))):
        place = layout.focus if not two else (i - 0.5) * -facing * head * 3.1
        turn = facing if (i == 0) != two else -facing
        grown = head * (0.86 if who.kind == "child" else 1)
        drop = head * (0.5 if who.kind == "child" else 0.1 * i)
        lean = b.spec.phase * 0.06 * facing
        busts.bust(c, place + lean, top + drop, grown, who, facing=turn)
    if two and name == "sapling":
        plants.sapling(c, x, 0.58, 0.6)
    elif name and name not in ("birds", "sapling") and share <= 1.0:
        if held:
            details.holding_hand(c, x, foot - tall * 0.42, max(0.2, tall * 0.66), who=people[0], side=facing)
        PROPS[name][0](c, x, foot, tall)
        if held:
            details.fingers(c, x, foot - tall * 0.36, max(0.2, tall * 0.66), who=people[0], side=facing)


def _over_shoulder(b: Board) -> None:
    """Past somebody's shoulder at who or what they face."""
    layout = b.layout
    people = list(b.scene.people) or [Person("someone", "man", "stand")]
    side = 1.0 if layout.focus < 0 else -1.0
    if len(people) > 1:
        busts.bust(b.stage, -side * 0.22, -0.26, 0.23, people[1], facing=side)
    else:
        names = [p for p in b.scene.props if p in PROPS and p not in _NOT_PLACED] or ["tree"]
        share = PROPS[names[0]][1]
        tall = 0.62 if share > 0.5 else 0.34
        PROPS[names[0]][0](b.stage, -side * 0.26, 0.4, tall)
    busts.behind(b.near, side * layout.aspect * 0.27, -0.3, 0.5, people[0])


def _things(b: Board) -> None:
    """No people: things carry the picture."""
    c, layout = b.stage, b.layout
    props = [p for p in b.scene.props if p in PROPS and p not in _NOT_PLACED]
    if "birds" in props:
        birds(b.mid, -layout.focus * 0.7, layout.horizon - 0.14, 0.034)
        props.remove("birds")
    if not props:
        return
    big = PROPS[props[0]][1] > 1.4
    if layout.tight and not big:
        details.still_life(b, props)
        return
    facing = -1.0 if layout.focus > 0 else 1.0
    x = layout.focus
    for name in props[:4]:
        share = PROPS[name][1]
        tall = min(0.72, max(share * layout.person, 0.12 if layout.size != "extreme_wide" else 0.05))
        if name == "lighthouse":
            tall = min(0.66, 1.3 * layout.person + 0.14)
        canvas = b.mid if share > 1.4 and layout.person < 0.5 else c
        y = min(layout.feet, 0.42) - (0.1 if canvas is b.mid and name == "lighthouse" else 0.03 if share > 1.4 else 0)
        if b.scene.setting == "sea" and name == "lighthouse":
            y = layout.horizon + 0.1
        if name == "sapling":
            plants.sapling(c, x, y, max(tall, 0.3), pot="pot" in b.spec.prompt.lower())
        elif b.indoors and name == "clock":
            continue
        else:
            PROPS[name][0](canvas, x, y, tall)
        x += facing * (0.2 + tall * 0.7)


def _from_above(b: Board) -> None:
    """A small figure and what is with it, seen from straight above, with long shadows."""
    c, layout = b.stage, b.layout
    x, y = layout.focus * 0.6, 0.04
    away = -b.look.side
    props = [p for p in b.scene.props if p in PROPS and p not in _NOT_PLACED]
    if "boat" in b.scene.props:
        shape = [(x - 0.1, y), (x - 0.02, y - 0.034), (x + 0.12, y), (x - 0.02, y + 0.034)]
        c.form(details.smooth(shape), (166, 92, 64), depth=0.2)
        c.fill(
            details.smooth([(x - 0.07, y), (x - 0.01, y - 0.02), (x + 0.08, y), (x - 0.01, y + 0.02)]), (214, 180, 132)
        )
    elif any(p in ("bigtree", "tree", "sapling") for p in props):
        r = 0.14 if "sapling" not in props else 0.05
        c.fill(c.ellipse(x + away * r * 0.7, y + r * 0.5, r * 1.15, r * 0.8), (34, 42, 44), 0.45)
        plants.crown(c, x, y, r, r * 0.94, (92, 132, 62), 13)
    for i, who in enumerate(b.scene.people[:3]):
        px, py = x + 0.2 + 0.06 * i, y + 0.08 + 0.03 * i
        c.fill(
            details.smooth(
                [
                    (px - 0.01, py),
                    (px + away * 0.06, py + 0.036),
                    (px + away * 0.13, py + 0.07),
                    (px + away * 0.05, py + 0.05),
                    (px + 0.01, py + 0.012),
                ]
            ),
            (30, 32, 42),
            0.5,
        )
        details.seen_from_above(c, px, py, 0.022, who)
    assert c.depth == SUBJECT
