"""Grades: white balance, exposure, contrast, saturation and .cube tables, all baked into one table for FFmpeg.

Light is worked on in linear values (ITU-R BT.1886, exponent 2.4), tones in the coded ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
from av.video.frame import VideoFrame

from domain.base import canonical_hash
from domain.cut.finish import Grade
from domain.errors import BadInput, UnreadableMedia
from infrastructure.media.conform import SCALING, Chain, Picture, graph_of, run, tagged
from infrastructure.media.faults import reading

GRID = 33
"""Points of the baked table on each axis."""

_GAMMA = 2.4
_MIDDLE = 0.18 ** (1 / _GAMMA)
_LUMA = numpy.array([0.2126, 0.7152, 0.0722])
_LARGEST = 129
_MOST_BYTES = 100 * 2**20

# BT.709 RGB to CIE XYZ (ITU-R BT.709-6 primaries, D65), and the Bradford cone response (Lam 1985)
_XYZ = numpy.array(
    [[0.4123908, 0.3575843, 0.1804808], [0.2126390, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]]
)
_BRADFORD = numpy.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])  # fmt: skip


class Grading:
    """Applies grades one after the other; `files` has the paths of the tables they name, `scratch` is ours."""

    def __init__(self, grades: Sequence[Grade], files: Mapping[str, Path], picture: Picture, scratch: Path) -> None:
        table = _grid()
        for grade in grades:
            table = apply(grade, table, files)
        self._file = scratch / f"{canonical_hash([grade.to_json() for grade in grades])}.cube"
        write_cube(table, self._file)
        self._picture = picture
        self._graph: Any = None

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """A graded frame of the film's format."""
        if self._graph is None:
            chain: Chain = [
                ("scale", f"iw:ih:{SCALING}:in_color_matrix=bt709:in_range=tv:out_range=pc"),
                ("format", "gbrp12le"),
                ("lut3d", {"file": str(self._file), "interp": "tetrahedral"}),
                ("scale", f"iw:ih:{SCALING}:out_color_matrix=bt709:in_range=pc:out_range=tv"),
                ("format", self._picture.pixels),
            ]
            self._graph = graph_of(frame, chain)
        stamped = frame
        stamped.colorspace, stamped.color_range = 2, 0
        return tagged(run(self._graph, stamped))


def apply(grade: Grade, rgb: Any, files: Mapping[str, Path]) -> Any:
    """Coded RGB of any shape (…, 3), 0 to 1, with the grade applied. Raises UnreadableMedia about a table."""
    light = numpy.clip(rgb, 0, 1) ** _GAMMA
    if grade.white != grade.source_white:
        light = light @ adaptation(grade.source_white, grade.white).T
    coded = numpy.clip(light * 2**grade.exposure, 0, None) ** (1 / _GAMMA)
    coded = (coded - _MIDDLE) * grade.contrast + _MIDDLE
    luma = (coded @ _LUMA)[..., None]
    coded = numpy.clip(luma + (coded - luma) * grade.saturation, 0, 1)
    if grade.lut is not None and grade.lut_strength > 0:
        table, low, high = read_cube(files[grade.lut.path])
        coded = coded + grade.lut_strength * (looked_up(table, (coded - low) / (high - low)) - coded)
    return numpy.clip(coded, 0, 1)


def daylight(kelvin: int) -> Any:
    """CIE XYZ of daylight of that correlated temperature, 4000 to 25000 K (CIE 15:2004, 3.1)."""
    t = float(kelvin)
    if t <= 7000:
        x = -4.6070e9 / t**3 + 2.9678e6 / t**2 + 0.09911e3 / t + 0.244063
    else:
        x = -2.0064e9 / t**3 + 1.9018e6 / t**2 + 0.24748e3 / t + 0.237040
    y = -3 * x * x + 2.87 * x - 0.275
    return numpy.array([x / y, 1.0, (1 - x - y) / y])


def adaptation(source: int, target: int) -> Any:
    """The matrix that makes linear RGB of white `source` look as under `target`, by Bradford's adaptation."""
    gains = (_BRADFORD @ daylight(target)) / (_BRADFORD @ daylight(source))
    adapted = numpy.linalg.inv(_BRADFORD) @ numpy.diag(gains) @ _BRADFORD
    return numpy.linalg.inv(_XYZ) @ adapted @ _XYZ


def read_cube(path: Path) -> tuple[Any, Any, Any]:
    """A .cube file (Adobe, Cube LUT Specification 1.0): its table [r, g, b, 3], or [n, 3] where it has curves, and the
    lowest and highest values it is for. Raises UnreadableMedia."""
    with reading(path):
        if path.stat().st_size > _MOST_BYTES:
            raise UnreadableMedia(f"{path.name} is too large for a colour table.", "Choose another .cube file.")
        words = [line.split("#")[0].split() for line in path.read_text("utf-8", "replace").splitlines()]
    size, curves = 0, False
    low, high = numpy.zeros(3), numpy.ones(3)
    rows: list[list[float]] = []
    try:
        for line in words:
            if not line or line[0] == "TITLE":
                continue
            if line[0] in ("LUT_3D_SIZE", "LUT_1D_SIZE"):
                size, curves = int(line[1]), line[0] == "LUT_1D_SIZE"
            elif line[0] == "DOMAIN_MIN":
                low = numpy.array([float(word) for word in line[1:4]])
            elif line[0] == "DOMAIN_MAX":
                high = numpy.array([float(word) for word in line[1:4]])
            elif line[0][0].isalpha():
                continue  # a keyword of somebody's own
            else:
                rows.append([float(word) for word in line[:3]])
        table = numpy.array(rows, float)
        most = 65536 if curves else _LARGEST
        good = 2 <= size <= most and table.shape == ((size if curves else size**3), 3) and bool((high > low).all())
    except (ValueError, IndexError):
        good, table = False, numpy.empty(0)
    if not good or not bool(numpy.isfinite(table).all()):
        raise UnreadableMedia(f"{path.name} is no colour table: its numbers do not fit.", "Choose another .cube file.")
    # the red index runs fastest in the file
    return (table if curves else table.reshape(size, size, size, 3).transpose(2, 1, 0, 3)), low, high


def write_cube(table: Any, path: Path) -> None:
    """Write a table [r, g, b, 3] as .cube. Raises BadInput for another shape."""
    if table.ndim != 4 or table.shape[3] != 3:
        raise BadInput("A colour table has three sides.")
    lines = [f"LUT_3D_SIZE {table.shape[0]}"]
    lines += [f"{r:.7f} {g:.7f} {b:.7f}" for r, g, b in table.transpose(2, 1, 0, 3).reshape(-1, 3)]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def looked_up(table: Any, rgb: Any) -> Any:
    """The table's colours for RGB of any shape, 0 to 1 over its domain; between points in a straight line."""
    place = numpy.clip(rgb, 0, 1)
    if table.ndim == 2:
        points = numpy.linspace(0, 1, len(table))
        return numpy.stack([numpy.interp(place[..., i], points, table[:, i]) for i in range(3)], -1)
    steps = place * (len(table) - 1)
    base = numpy.minimum(steps.astype(int), len(table) - 2)
    part = steps - base
    found = numpy.zeros(rgb.shape)
    for corner in numpy.ndindex(2, 2, 2):
        weight = numpy.prod(numpy.where(corner, part, 1 - part), axis=-1)
        index = base + numpy.array(corner)
        found += weight[..., None] * table[index[..., 0], index[..., 1], index[..., 2]]
    return found


def _grid() -> Any:
    axis = numpy.linspace(0, 1, GRID)
    return numpy.stack(numpy.meshgrid(axis, axis, axis, indexing="ij"), -1)
