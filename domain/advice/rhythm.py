"""Shots that are too much alike for too long."""

from __future__ import annotations

from collections.abc import Iterator

from domain.advice.reading import Advice, Seen, runs
from domain.timing import seconds_label
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS

SIZES = 5
"""So many shots of one size in a row are too many."""
MOVES = 4
"""So many of the same camera move; standing still may go on."""
ANGLES = 5
"""So many from the same unusual angle."""
LENGTHS = 10
"""So many of exactly the same length."""


def same_size(shots: list[Seen]) -> Iterator[Advice]:
    """Shots of one size in a row: size is varied to lead the eye (Mascelli, The Five C's of Cinematography, 1965,
    "Camera angles"). Only sizes that are set or said count."""
    for run in runs(shots, lambda seen: seen.size, SIZES):
        label = SIZE_LABELS[run[0].size] if run[0].size else ""
        yield _run("same-size", run, f"have the same size: {label}.", "Go closer, or further away, in one of them.")


def same_move(shots: list[Seen]) -> Iterator[Advice]:
    """The same camera move again and again: a move that means something every time means nothing (Katz, Film Directing
    Shot by Shot, 1991). A camera that stands still is no move."""
    moving = {move: label for move, label in CAMERA_LABELS.items() if move not in ("static", "handheld")}
    for run in runs(shots, lambda seen: seen.move if seen.move in moving else None, MOVES):
        label = CAMERA_LABELS[run[0].move] if run[0].move else ""
        yield _run("same-move", run, f"have the same camera move: {label}.", "Let the camera rest in one of them.")


def same_angle(shots: list[Seen]) -> Iterator[Advice]:
    """The same unusual angle for too long, which it then is no more (Mascelli, 1965, "Camera angles")."""
    for run in runs(shots, lambda seen: seen.angle if seen.angle.endswith("_angle") else "", ANGLES):
        label = run[0].angle.replace("_", " ").capitalize()
        yield _run("same-angle", run, f"have the same angle: {label}.", "See one of them from the height of the eyes.")


def same_length(shots: list[Seen]) -> Iterator[Advice]:
    """Shots of exactly one length, which makes a film tick like a clock: lengths follow what happens (Murch, In the
    Blink of an Eye, 1995)."""
    for run in runs(shots, lambda seen: seen.shot.seconds, LENGTHS):
        length = seconds_label(run[0].shot.seconds)
        yield _run("same-length", run, f"are all {length} long.", "Give what matters more time, and the rest less.")


def _run(rule: str, run: list[Seen], tail: str, cure: str) -> Advice:
    ids = tuple(seen.shot.id for seen in run)
    return Advice(rule=rule, shots=ids, sentence=f"Shots {ids[0]} to {ids[-1]} {tail}", cure=cure)
