"""Which heaps of edges that stay look like a sign, and whether it is in front of the picture."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np

from infrastructure.quality.heaps import LEAST, Heap, heaps

EDGE, _ENOUGH = 120, 200
"""Energy of gradients from which on there is an edge, squared levels a pixel, and pixels of edges that are enough."""
_KEPT, _MOVES, _STANDS_OUT = 0.75, 0.5, 3
"""Share of an edge's energy that its mean over time keeps where it stays, less where the picture shines through it; and
where it moves. Where hardly any other edge keeps much, that many times as much as nearly all others is enough: behind a
sign there may be black and white by turns."""
_TILES = 8
"""Tiles on each side of the picture by which is told how much of it moves."""
_LIVELY, _ALL = 0.65, 0.7
"""Share of the tiles with edges in which most of them move, at least; and where nothing but that tells a sign."""
_MANY, _EVERYWHERE = 8, 26
"""Tiles with edges that are enough for that, and then: before an even ground where little moves, lettering may be on a
wall."""
_STANDS_OFF = 0.25
"""How much more of its energy a sign keeps than nearly all edges do."""
_WHOLLY, _THROUGH = 0.9, 0.8
"""Share of its energy that a sign keeps as a whole, and where all that is around it moves plainly: there the picture
may shine through."""
_SOME, _SIDES = 12, 4
"""Pixels of edges that are something, and the sides on which something moves, at least, where a sign is clear."""
_EXACT, _KEEPS = 0.06, 0.35
"""Share of an edge's energy that changes where it is the same in every frame, but for an encoder's noise; and where it
stays, but the picture may shine through."""
_STRAYS = 0.1
"""The same of edges that stray by a fraction of a pixel, as those do that a hand-held camera sees; less is left where
somebody walks by before a camera that stands."""
_ONE_WAY = 0.7
"""How much of the energy of a sign's edges is that of one direction, at most."""
_CALMER, _CALM = 20, 0.5
"""How many times less a sign that is burnt in changes than most edges of its contrast, for its own contrast; and what
it changes by against them at most, whatever its contrast: noise changes all edges alike."""
_PEERS, _CONTRAST = 300, 0.3
"""Pixels of other edges that a sign is compared with, at least, and their energy for its own, at least."""


class _Edges(NamedTuple):
    """Where there are edges, and of these: which `keep` their size and direction over time, and which `move`. `kept` is
    the share of energy that their mean keeps, and `enough` what it has to be to stay; `energy` is the mean one of
    gradients, and `change` the part of it that is not in their mean, squared levels; `upright` and `slanted` are that
    of their mean across less down, and along the diagonals; `mixed` tells where edges of several directions are close
    together."""

    all: Any
    keep: Any
    move: Any
    kept: Any
    enough: float
    energy: Any
    change: Any
    upright: Any
    slanted: Any
    mixed: Any


def signs(across: Any, down: Any, energy: Any) -> tuple[Any, bool]:
    """Where there are signs in front of the picture, nowhere if that cannot be told; and whether they are told only if
    the camera moves.

    Takes mean gradients across and down, and the mean of their energy (their squares' sum), over some frames. Large
    lettering is nothing but outlines: it is looked for at half the size.
    """
    maps = energy, across * across - down * down, 2 * across * down
    edges = _edges(*maps)
    if edges is None:
        return np.zeros(energy.shape, bool), False
    where = _passed(edges)
    if where.any():
        return where, False
    where = _burnt_in(edges)
    if where.any():
        return where, True
    size = energy.shape[1] // 2, energy.shape[0] // 2
    half = _edges(*(cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in maps))
    if half is None:
        return where, False
    large = (
        cv2.resize(_passed(half, large=True).astype(np.uint8), energy.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    )
    return large & edges.keep, False


def _edges(energy: Any, upright: Any, slanted: Any) -> _Edges | None:
    """Edges of a picture by the energy of its gradients, and that of their means in two parts, across less down and
    along the diagonals; None where there are too few."""
    all_ = energy > EDGE
    if int(all_.sum()) < _ENOUGH:
        return None
    stays = cv2.magnitude(upright, slanted)
    kept = stays / np.maximum(energy, 1)
    share = cv2.blur(stays + upright, (9, 9)) / 2 / np.maximum(cv2.blur(energy, (9, 9)), 1)
    mixed = (share > 0.2) & (share < 0.8)
    enough = min(_KEPT, max(_MOVES, _STANDS_OUT * float(np.percentile(kept[all_][::8], 90))))
    keep, move = all_ & (kept > enough), all_ & (kept < _MOVES)
    return _Edges(all_, keep, move, kept, enough, energy, energy - stays, upright, slanted, mixed)


def _passed(edges: _Edges, large: bool = False) -> Any:
    """Signs that keep most of their energy while what is around them moves; `large` lettering at half its size."""
    where = np.zeros_like(edges.all)
    own = edges.keep  # of a sign, those that stand alone are its own as well, and not what is around it
    for heap in heaps(edges.keep, edges.mixed, large=large):
        whole = float(edges.kept[heap.inside].sum()) / heap.size
        others = edges.kept[edges.all & ~heap.region]
        if whole < (float(np.percentile(others[::8], 90)) if len(others) else 0) + _STANDS_OFF:
            continue
        if whole > min(_THROUGH, edges.enough + 0.05) and _passes_behind(
            heap.region, edges.all, edges.move, own, whole > _WHOLLY
        ):
            where |= heap.inside
    return where if where.any() and _lively(edges.all & ~where, edges.move, _LIVELY, _MANY) else np.zeros_like(where)


def _burnt_in(edges: _Edges) -> Any:
    """Signs whose edges are the same in every frame, while all others of their contrast stray, if only by a fraction of
    a pixel; around them nothing else stays."""
    where = np.zeros_like(edges.all)
    energy, change = cv2.blur(edges.energy, (5, 5)), cv2.blur(edges.change, (5, 5))
    strays = change / np.maximum(energy, 1)
    exact = edges.all & (strays < _EXACT)
    others = edges.all & ~exact
    if int(exact.sum()) < LEAST or int(others.sum()) < _PEERS:
        return where
    stays = exact | (others & (strays < min(_KEEPS, float(np.percentile(strays[others], 25)) / 2)))
    found = [
        heap
        for heap in heaps(exact, edges.mixed, stays)
        if _all_ways(heap, edges) and _unlike_others(heap, others, energy, change)
    ]
    for heap in found:
        where |= heap.region
    if not found or not _lively(edges.all & ~where, others & ~stays, _ALL, _EVERYWHERE):
        return np.zeros_like(where)
    alone = [heap.inside for heap in found if _alone(heap.region, edges.all & ~where, stays)]
    return np.logical_or.reduce(alone) if alone else np.zeros_like(where)


def _all_ways(heap: Heap, edges: _Edges) -> bool:
    """Whether edges of no one direction prevail: those along the way that the camera goes stay as well."""
    upright, slanted = (float(part[heap.inside].sum()) for part in (edges.upright, edges.slanted))
    return float(np.hypot(upright, slanted)) < _ONE_WAY * float((edges.energy - edges.change)[heap.inside].sum())


def _unlike_others(heap: Heap, others: Any, energy: Any, change: Any) -> bool:
    """Whether a sign changes much less than most edges of its contrast, and not only for its contrast."""
    peers = others & ~heap.region
    if int(peers.sum()) < _PEERS:
        return False
    strong, mine = float(energy[heap.inside].mean()), float(change[heap.inside].mean())
    peers &= energy >= min(_CONTRAST * strong, float(np.percentile(energy[peers], 75)))
    if int(peers.sum()) < _PEERS:
        return False
    usual = float(np.percentile(change[peers] / energy[peers], 25))
    return usual >= max(_STRAYS, _CALMER * mine / strong) and mine <= _CALM * float(np.percentile(change[peers], 25))


def _alone(region: Any, edges: Any, stays: Any) -> bool:
    """Whether no other edges stay around a sign."""
    near, ring = (cv2.dilate(region.astype(np.uint8), np.ones((size, size), np.uint8)) > 0 for size in (3, 15))
    ring &= edges & ~near
    return int((stays & ring).sum()) <= 0.2 * int(ring.sum())


def _lively(edges: Any, moves: Any, least: float, tiles: int) -> bool:
    """Whether nearly all of the picture moves, as far as it has edges."""
    all_, moving = (
        cv2.resize(part.astype(np.float32), (_TILES, _TILES), interpolation=cv2.INTER_AREA) for part in (edges, moves)
    )
    usable = all_ > 0.02
    return bool(usable.sum() >= tiles and (moving[usable] > 0.5 * all_[usable]).mean() >= least)


def _passes_behind(sign: Any, edges: Any, moves: Any, own: Any, clear: bool) -> bool:
    """Whether what is around a sign moves, if there is anything. Where it is not `clear`, because the picture shines
    through, there is much around it, and nearly all of that moves."""
    near, ring = (cv2.dilate(sign.astype(np.uint8), np.ones((size, size), np.uint8)) > 0 for size in (7, 15))
    ring &= ~(sign | (near & own))
    around, moving, size = int(edges[ring].sum()), int(moves[ring].sum()), int(ring.sum())
    plainly = around > 0.25 * size and moving >= 0.93 * around
    enough = moving >= (0.66 if around > 0.1 * size else 0.35) * around
    return plainly or (clear and enough and _sides(sign, edges & ring, moves & ring) >= _SIDES)


def _sides(sign: Any, around: Any, moving: Any) -> int:
    """On how many sides of a sign something moves; of a dial before a wall it is fewer."""
    rows, columns = np.flatnonzero(sign.any(1)), np.flatnonzero(sign.any(0))
    top, low, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    third, quarter = (low - top) // 3, (right - left) // 4
    sides = (
        np.s_[: top + third], np.s_[low - third :], np.s_[:, : left + quarter], np.s_[:, right - quarter :],
    )  # fmt: skip
    counts = [(int(around[side].sum()), int(moving[side].sum())) for side in sides]
    return sum(count >= _SOME and moves > 0.5 * count for count, moves in counts)
