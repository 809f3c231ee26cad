"""What every part of a panel is drawn with: the words, the framing, the light and a canvas per depth."""

from __future__ import annotations

from dataclasses import dataclass

from infrastructure.animatic.canvas import Canvas
from infrastructure.animatic.layout import Layout
from infrastructure.animatic.palette import Look
from infrastructure.animatic.planes import FAR, MID, NEAR, SKY, SUBJECT
from infrastructure.animatic.spec import SceneSpec
from infrastructure.animatic.words import Scene


@dataclass
class Board:
    """All that is needed to draw one panel. `sun` is where the light stands, `indoors` whether there is no sky."""

    spec: SceneSpec
    scene: Scene
    layout: Layout
    look: Look
    canvases: dict[float, Canvas]
    sun: tuple[float, float] = (0.0, -0.4)
    indoors: bool = False

    @property
    def sky(self) -> Canvas:
        """The backdrop."""
        return self.canvases[SKY]

    @property
    def far(self) -> Canvas:
        """The distance."""
        return self.canvases[FAR]

    @property
    def mid(self) -> Canvas:
        """The surroundings behind the subject."""
        return self.canvases[MID]

    @property
    def stage(self) -> Canvas:
        """Where the subject stands."""
        return self.canvases[SUBJECT]

    @property
    def near(self) -> Canvas:
        """What one looks past."""
        return self.canvases[NEAR]
