"""The inside of rooms and workshops, and the studio."""

from __future__ import annotations

from infrastructure.animatic import interior, skies
from infrastructure.animatic.board import Board
from infrastructure.animatic.palette import mix


def room(b: Board) -> None:
    """A room or workshop with a tall window."""
    b.indoors = True
    floor = b.layout.horizon + 0.3 / max(1.0, b.layout.near * 0.7)
    text = f"{b.spec.prompt} {b.spec.title} {b.spec.location}".lower()
    workshop = any(w in text for w in ("workshop", "clock", "werkstatt"))
    interior.room(b.sky, b.far, floor, b.layout.aspect, wall=(150, 116, 82) if workshop else (168, 156, 134))
    k = min(1.7, b.layout.near)
    side = b.look.side
    clocks = "clock" in b.scene.props or ("clock" in text and workshop)
    x = side * b.layout.aspect * 0.31
    outside = (mix(b.look.sky[0], (255, 255, 255), 0.2), b.look.sky[2])
    interior.big_window(b.far, b.mid, x, -0.12, 0.36 * k, 0.5 * k, floor, outside)
    b.sun = (x, -0.2)
    for row in range(3):
        interior.shelf(b.far, -side * b.layout.aspect * 0.26, -0.24 + 0.16 * row, 0.78, "clocks" if clocks else "books")
    if clocks:
        for i in range(14 if b.scene.many else 5):
            cx = -side * (0.02 + 0.075 * i) + (b.far.dice.random() - 0.5) * 0.05
            cy = -0.34 + 0.36 * b.far.dice.random()
            if abs(cx - x) > 0.22 * k:
                interior.clock(
                    b.far,
                    cx,
                    cy,
                    0.026 + 0.032 * b.far.dice.random(),
                    hour=b.far.dice.random() * 12,
                    pendulum=b.far.dice.random() < 0.3,
                )
    if not b.layout.tight:
        bench_x, bench_y = -side * 0.36, max(floor + 0.16, b.layout.feet - 0.04)
        interior.table(b.stage, bench_x, bench_y, 0.78, 0.26)
        for i in range(5):
            top = bench_y - 0.27
            x0 = bench_x - 0.3 + 0.14 * i
            if clocks:
                interior.clock(b.stage, x0, top - 0.05, 0.05 + 0.012 * (i % 2), hour=i * 2.3)
            else:
                interior.jar(b.stage, x0, top, 0.07 + 0.02 * (i % 3))
    edge = -side * b.layout.aspect * 0.5
    b.near.form(
        [(edge - 0.13, -1.4), (edge + 0.1, -1.4), (edge + 0.12, 1.4), (edge - 0.15, 1.4)], (84, 60, 44), depth=0.2
    )
    if b.look.dark or "lamp" in b.scene.props:
        interior.pendant(b.stage, -side * 0.28, -0.22, 0.1 * k)


def studio(b: Board) -> None:
    """A backdrop with a pool of light."""
    b.indoors = True
    skies.gradient(b.sky, [(-0.6, (70, 72, 78)), (0.1, (132, 132, 134)), (0.22, (146, 144, 142)), (0.7, (70, 68, 70))])
    b.sky.glow(b.layout.focus * 0.7, -0.08, 0.8, (150, 146, 138), 0.75)
    b.far.fill(b.far.ellipse(b.layout.focus, min(0.5, b.layout.feet + 0.02), 0.5, 0.07), (30, 30, 36), 0.3)
