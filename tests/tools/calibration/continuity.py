"""How well the weight-free signatures tell the same from another: `python -m tests.tools.calibration.continuity`.

Drawn by the animatic engine: four characters whose coats differ, in several places, framings and lights, and five places
in several framings and lights with several figures in front. The reference of a character is a sheet (it alone on plain
grey) or a keyframe, that of a place a wide picture by day without anybody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import cv2
import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from domain.quality.continuity import SURE
from domain.quality.values import Kind, Subject
from infrastructure.animatic.poses import Pose
from infrastructure.animatic.sources import Drawing, DrawnSource
from infrastructure.animatic.spec import Burn, SceneSpec
from infrastructure.quality.signatures import CONFIDENCE, Seen, Signature, seen
from infrastructure.quality.views import view

Pixels = NDArray[np.uint8]

SIZE = (320, 180)
COATS = ("mara", "tom", "ada", "boy")
PLACES = ("street", "forest", "kitchen", "harbour", "field")
NEAR = (
    ("street", "medium", "noon", 1), ("forest", "medium_close_up", "sunset", 2), ("field", "medium", "noon", 5),
    ("kitchen", "medium", "morning", 8), ("street", "close_up", "night", 7), ("harbour", "medium_wide", "morning", 3),
)  # fmt: skip
FAR = (("kitchen", "full", "night", 3), ("harbour", "full", "morning", 4))
VIEWS = (("full", "noon", "mara"), ("medium", "noon", "tom"), ("wide", "sunset", ""), ("full", "night", "boy"))
SAME = 0.85
"""The likeness from which something counts as the same."""


class Row(NamedTuple):
    """One line of the table: scores of what shows the reference and of what shows another."""

    what: str
    kind: Kind
    same: tuple[float, ...]
    other: tuple[float, ...]

    @property
    def ranked(self) -> float:
        """How often the same scores above another (the area under the ROC curve), 0.5 for guessing."""
        wins = [(a > b) + 0.5 * (a == b) for a in self.same for b in self.other]
        return float(np.mean(wins))

    @property
    def line(self) -> str:
        """It in Markdown."""
        kept = sum(score >= SAME for score in self.same) / len(self.same)
        told = sum(score < SAME for score in self.other) / len(self.other)
        fails = SAME * min(1.0, CONFIDENCE[self.kind] / SURE)
        same, other = (sum(score < fails for score in scores) / len(scores) for scores in (self.same, self.other))
        return (
            f"| {self.what} | {median(self.same):.2f} | {median(self.other):.2f} | {kept:.0%} | {told:.0%} "
            f"| {self.ranked:.2f} | {same:.0%} | {other:.0%} |"
        )


def draw(who: str, place: str, size: str, time: str, seed: int = 1) -> Pixels:
    """A panel as the animatic engine draws it, blue first."""
    spec = SceneSpec(
        prompt=f"A person in the {place}" if who else f"An empty {place}", size=size, location=place,
        presets={"time_of_day": time}, characters=((who, who),) if who else (), seed=seed,
    )  # fmt: skip
    source = DrawnSource(Drawing(spec, Pose(), Burn(on=False), False), *SIZE, [Pose()])
    return np.ascontiguousarray(source.shoot(Pose())[..., :3])


def sheet(who: str) -> Pixels:
    """Somebody alone on plain grey: what a picture with them has and one without has not."""
    there, empty = draw(who, "field", "full", "noon"), draw("", "field", "full", "noon")
    mask = np.abs(there.astype(int) - empty).sum(-1) > 40
    grey = np.full_like(there, 190)
    grey[mask] = there[mask]
    return grey


def as_seen(picture: Pixels) -> Seen:
    """A picture as a frame of a film is seen."""
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
    return seen(view(frame, 0, 0.0))


def signature(picture: Pixels, kind: Kind, folder: Path) -> Signature:
    """A reference."""
    path = folder / "reference.png"
    cv2.imwrite(str(path), picture)
    return Signature(Subject(name="x", kind=kind, reference=str(path)))


def matrix(references: Sequence[Signature], pictures: Sequence[Seen]) -> Iterator[tuple[bool, float]]:
    """Every reference with every picture: whether both are of the same number, and the score."""
    for number, reference in enumerate(references):
        for other, picture in enumerate(pictures):
            yield number == other, reference.likeness(picture)


def evaluate(folder: Path) -> list[Row]:
    """The rows of the table."""
    sheets = [signature(sheet(who), "character", folder) for who in COATS]
    return [*_characters(sheets, folder), *places(folder, PLACES, VIEWS)]


def places(folder: Path, named: Sequence[str], views: Sequence[tuple[str, str, str]]) -> list[Row]:
    """The rows about places."""
    wide = [signature(draw("", place, "wide", "noon"), "location", folder) for place in named]
    seen_so = {v: [as_seen(draw(v[2], place, v[0], v[1])) for place in named] for v in views}
    return [
        row("place, by day", "location", wide, [seen_so[v] for v in views if v[1] == "noon"]),
        row("place, other light", "location", wide, [seen_so[v] for v in views if v[1] != "noon"]),
    ]


def _characters(sheets: Sequence[Signature], folder: Path) -> list[Row]:
    frames = [signature(draw(who, "field", "medium_wide", "noon", 9), "character", folder) for who in COATS]
    shots = {c: [as_seen(draw(who, *c)) for who in COATS] for c in (*NEAR, *FAR)}
    by_day = [c for c in NEAR if c[2] in ("noon", "morning")]
    return [
        row("character by its sheet, near, by day", "character", sheets, [shots[c] for c in by_day]),
        row("character by its sheet, near, any light", "character", sheets, [shots[c] for c in NEAR]),
        row("character by its sheet, small in the picture", "character", sheets, [shots[c] for c in FAR]),
        row("character by a keyframe, near, by day", "character", frames, [shots[c] for c in by_day]),
    ]


def row(what: str, kind: Kind, references: Sequence[Signature], sets: Sequence[Sequence[Seen]]) -> Row:
    """One line: every set holds a picture for each reference."""
    found = [pair for pictures in sets for pair in matrix(references, pictures)]
    return Row(what, kind, tuple(s for same, s in found if same), tuple(s for same, s in found if not same))


def table(rows: Sequence[Row]) -> str:
    """All lines as a table in Markdown."""
    titles = ("reference and shots", "the same", "another", "kept", "told apart", "ranked right", "same fails",
              "another fails")  # fmt: skip
    head = f"| {' | '.join(titles)} |\n{'|---' * len(titles)}|"
    return "\n".join([head, *(each.line for each in rows)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(table(evaluate(Path(scratch))))
