"""What is seen at every frame of the film: stretches of layers, each with an exact place in a shot's own frames."""

from __future__ import annotations

import math
from bisect import bisect_right
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from domain.base import Value
from domain.cut.document import Note
from domain.cut.finish import Finish, Grade
from domain.cut.items import Colour, Direction, Item, LowerThird, TitleItem, TransitionKind
from domain.project import Picked
from domain.sound.subtitles import Caption
from domain.timing import Rate


class Source(Value):
    """A clip's part of a shot: its frames `first` to `first + count - 1` are the shot's native frames from `offset` on.

    `repeats` are the frames before `first` that show again what the clip before it ended with (0: it does not continue
    one). `start` is the picture it was made from, if from a keyframe. Its last frame is seen for `hold` native frames
    more.
    """

    segment: int = Field(ge=0)
    take: str
    clip: Picked
    first: int = Field(ge=0)
    count: int = Field(ge=1)
    offset: int = Field(ge=0)
    repeats: int = Field(default=0, ge=0)
    hold: int = Field(default=0, ge=0)
    start: Picked | None = None


class Material(Value):
    """What there is of a shot: its planned film frames, the native rate, and its clips in order without a gap.

    `count` native frames, the surplus of the last take included. No sources: nothing was made yet.
    """

    shot: str
    frames: int = Field(ge=1)
    rate: Rate
    sources: tuple[Source, ...] = ()

    @property
    def count(self) -> int:
        """Native frames there are."""
        return self.sources[-1].offset + self.sources[-1].count if self.sources else 0

    def film_frames(self, rate: Fraction) -> int:
        """How many film frames the native frames give at the film's `rate`."""
        return math.ceil(self.count * rate / self.rate)

    def at(self, frame: int) -> tuple[int, int]:
        """Index of the source of a native frame, and the frame's place in its file. `frame` lies within `count`."""
        index = bisect_right(self.sources, frame, key=lambda source: source.offset) - 1
        source = self.sources[index]
        return index, source.first + min(frame - source.offset, source.count - 1)


class ShotLayer(Value):
    """Frames of a shot: at frame k of the stretch its native position is `start + k * step`, a rational number.

    By repetition the native frame floor(position) is seen; positions outside 0 … count - 1 hold the nearest frame.
    `material` is an index into the reel's.
    """

    kind: Literal["shot"] = "shot"
    item: str
    material: int = Field(ge=0)
    start: Fraction
    step: Fraction
    grades: tuple[Grade, ...] = ()

    def position(self, frame: int) -> Fraction:
        """Native position at that frame of the stretch."""
        return self.start + frame * self.step


class TitleLayer(Value):
    """A card, from its frame `start` on; it may be asked for frames before its first and behind its last."""

    kind: Literal["title"] = "title"
    item: str
    title: TitleItem
    start: int = 0


class ColourLayer(Value):
    """One colour."""

    kind: Literal["colour"] = "colour"
    item: str = ""
    colour: Colour = "#000000"


Layer = Annotated[ShotLayer | TitleLayer | ColourLayer, Field(discriminator="kind")]


class Blend(Value):
    """The transition over a whole stretch, whose layers are the outgoing and the incoming one."""

    kind: TransitionKind
    direction: Direction = "right"
    softness: float = 0.05

    @staticmethod
    def progress(frame: int, frames: int) -> Fraction:
        """How far it is at that frame of the stretch, above 0 and below 1: the film before and behind it is 0 and 1."""
        return Fraction(frame + 1, frames + 1)


class Stretch(Value):
    """Film frames `first` to `first + frames - 1`: one layer, or two and the blend that leads from one to the other."""

    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    layers: tuple[Layer, ...] = Field(min_length=1, max_length=2)
    blend: Blend | None = None


class Overlay(Value):
    """A lower third over film frames `first` to `first + frames - 1`."""

    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    text: LowerThird


class Placed(Value):
    """Where an item of the cut stands in the film, and the part of its shot it shows (clamped to what there is).

    `before` and `after` are the frames of the transition into it on the outgoing and on its own side.
    """

    item: Item
    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    start: int = 0
    end: int = 0
    before: int = 0
    after: int = 0


class Reel(Value):
    """The film, resolved. The stretches follow one another without gap or overlap and have `frames` frames together.

    `captions` are subtitles that are written into the picture.
    """

    rate: Rate
    frames: int = Field(ge=0)
    stretches: tuple[Stretch, ...]
    materials: tuple[Material, ...]
    overlays: tuple[Overlay, ...] = ()
    captions: tuple[Caption, ...] = ()
    placed: tuple[Placed, ...] = ()
    finish: Finish = Finish()
    notes: tuple[Note, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Shots of the film of which there is nothing yet."""
        return tuple(material.shot for material in self.materials if not material.sources)

    def at(self, frame: int) -> Placed | None:
        """The item that stands at that film frame (in a transition, the one on whose side of the cut it lies)."""
        index = bisect_right(self.placed, frame, key=lambda placed: placed.first) - 1
        return self.placed[index] if index >= 0 and frame < self.frames else None

    def files(self) -> tuple[Picked, ...]:
        """Every file of the project the picture is made of."""
        clips = [source.clip for material in self.materials for source in material.sources]
        starts = [s.start for m in self.materials for s in m.sources if s.start and self.finish.match == "keyframe"]
        layers = [layer for stretch in self.stretches for layer in stretch.layers if isinstance(layer, ShotLayer)]
        luts = [grade.lut for layer in layers for grade in layer.grades if grade.lut is not None]
        return tuple({picked.path: picked for picked in (*clips, *starts, *luts)}.values())
