"""Composing a panel: setting behind, subject in the middle, something near to look past; one canvas per depth."""

from __future__ import annotations

from collections.abc import Callable

from infrastructure.animatic.board import Board
from infrastructure.animatic.canvas import Canvas
from infrastructure.animatic.cast import cast
from infrastructure.animatic.layout import Layout
from infrastructure.animatic.palette import Look, hue
from infrastructure.animatic.planes import FAR, MID, NEAR, SKY, SUBJECT, Plane, View
from infrastructure.animatic.settings import paint_air, paint_setting
from infrastructure.animatic.spec import SceneSpec
from infrastructure.animatic.words import read_scene


class Stage:
    """One panel's scene, ready to be drawn at any size."""

    def __init__(self, spec: SceneSpec) -> None:
        """Read the scene; nothing is drawn yet."""
        self.spec = spec
        self.scene = read_scene(spec)
        self.layout = Layout.of(spec)
        self.look = Look.of(spec, self.scene)

    def planes(self, view: Callable[[float], View]) -> list[Plane]:
        """The planes, farthest first, each large enough for `view(depth)`."""
        canvases = {
            depth: Canvas(view(depth), depth, self.look, f"{self.spec.seed}:{depth}", self.layout.roll)
            for depth in (SKY, FAR, MID, SUBJECT, NEAR)
        }
        dyes = {name: colour for name, told in self.spec.dyes if (colour := hue(told)) is not None}
        for canvas in canvases.values():
            canvas.dyes = dyes
        board = Board(self.spec, self.scene, self.layout, self.look, canvases)
        paint_setting(board)
        cast(board)
        paint_air(board)
        blur = self.layout.blur + self.look.blur * 0.0016
        soft = {SKY: blur * 0.9, FAR: blur * 1.1, MID: blur * 0.8, SUBJECT: 0.0, NEAR: 0.004 + blur * 0.5}
        planes: list[Plane] = []
        for index, (depth, canvas) in enumerate(canvases.items()):
            plane = canvas.finished(solid=depth == SKY, blur=soft[depth], shift=index * 0.37).trimmed()
            if plane is not None:
                planes.append(plane)
        return planes
