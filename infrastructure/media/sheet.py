"""The contact sheet: every shot of the storyboard with its picture, time and words, on A4 pages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from PIL import Image, ImageDraw

from domain.errors import BadInput, StudioError
from domain.film import SheetCell
from infrastructure.animatic.lettering import font, width, wrap, writable, write
from infrastructure.media import pictures
from infrastructure.media.faults import making
from infrastructure.stores import atomic

_DOTS = 150
_PAGE = (round(11.69 * _DOTS), round(8.27 * _DOTS))
_MARGIN, _GAP = 70, 28
_HEAD = 70
_INK, _FAINT, _LINE = (24, 24, 28, 255), (110, 110, 118, 255), (205, 205, 210)
_CAST = (38, 84, 140, 255)
_TALLEST = 30_000
"""Highest PNG that is made, in pixels."""


def contact_sheet(title: str, cells: Sequence[SheetCell], target: Path, across: int = 4, down: int = 3) -> None:
    """Write the sheet as .pdf with pages of `across` by `down` cells, or as .png of one long page. Raises BadInput and
    MediaFailed."""
    if not cells:
        raise BadInput("There is no shot for a contact sheet.", "Write or import some in Storyboard.")
    per_page = across * down
    kind = target.suffix.lower()
    if kind not in (".pdf", ".png"):
        raise BadInput(f"{target.name} is neither a .pdf nor a .png name.", "Contact sheets are made as one of these.")
    with making(target):
        buffer = io.BytesIO()
        if kind == ".pdf":
            count = -(-len(cells) // per_page)
            parts = [cells[i * per_page : (i + 1) * per_page] for i in range(count)]
            pages = (_page(title, part, f"{i + 1} / {count}", (across, down), down) for i, part in enumerate(parts))
            first = next(pages)
            first.save(buffer, "PDF", resolution=_DOTS, save_all=True, append_images=pages, title=title, quality=88)
        else:
            rows = -(-len(cells) // across)
            if _height(rows, down) > _TALLEST:
                raise BadInput(f"{len(cells)} shots are too many for one picture.", "Make a .pdf, which has pages.")
            _page(title, cells, f"{len(cells)} shots", (across, rows), down).save(buffer, "PNG", compress_level=6)
        atomic.write_bytes(target, buffer.getvalue())


def _height(rows: int, down: int) -> int:
    """Of so many rows, of which a page has `down`."""
    tall = (_PAGE[1] - 2 * _MARGIN - _HEAD - (down - 1) * _GAP) // down
    return 2 * _MARGIN + _HEAD + rows * tall + (rows - 1) * _GAP


def _page(
    title: str, cells: Sequence[SheetCell], number: str, grid: tuple[int, int], down: int
) -> Image.Image:  # fmt: skip
    across, rows = grid
    page = Image.new("RGB", (_PAGE[0], _height(rows, down)), "white")
    draw = ImageDraw.Draw(page, "RGBA")
    write(
        draw, _MARGIN, _MARGIN + 14, wrap(writable(title), font(30), _PAGE[0] - 2 * _MARGIN - 200, 1)[:1][0], 30, _INK
    )
    write(draw, _PAGE[0] - _MARGIN - width(number, font(20)), _MARGIN + 14, number, 20, _FAINT)
    wide = (_PAGE[0] - 2 * _MARGIN - (across - 1) * _GAP) // across
    tall = (_height(1, down) - 2 * _MARGIN - _HEAD) if rows else 0
    for index, cell in enumerate(cells):
        left = _MARGIN + index % across * (wide + _GAP)
        top = _MARGIN + _HEAD + index // across * (tall + _GAP)
        _cell(page, draw, cell, (left, top, wide, tall))
    return page


def _cell(page: Image.Image, draw: ImageDraw.ImageDraw, cell: SheetCell, box: tuple[int, int, int, int]) -> None:
    left, top, wide, tall = box
    high = wide * 9 // 16
    draw.rectangle((left, top, left + wide, top + high), fill=(240, 240, 243), outline=_LINE)
    if cell.picture:
        try:
            picture = pictures.small(Path(cell.picture), wide, high)
            page.paste(picture, (left + (wide - picture.width) // 2, top + (high - picture.height) // 2))
        except StudioError:
            write(draw, left + 12, top + high / 2, "The picture cannot be read", 16, _FAINT)
    place = top + high + 18.0
    write(
        draw,
        left,
        place,
        wrap(writable(cell.heading), font(18), wide - 110, 1)[:1][0] if cell.heading else "",
        18,
        _INK,
    )
    write(draw, left + wide - width(cell.time, font(16)), place, cell.time, 16, _FAINT)
    if cell.cast:
        place += 20
        write(draw, left, place + 2, _line(cell.cast, 15, wide), 15, _CAST)
    room = max(0, int((top + tall - place - 12) // 19))
    parts = (row for part in cell.words.splitlines() for row in wrap(writable(part), font(15), wide, room))
    for row in islice(parts, room):
        place += 19
        write(draw, left, place + 3, row, 15, _FAINT)


def _line(text: str, size: int, room: float) -> str:
    """As much of the text as one line of that size has room for."""
    return next(iter(wrap(writable(text), font(size), room, 1)), "")
