"""All rules over one storyboard."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from domain.advice import rhythm, scenes, screen
from domain.advice.reading import Advice, Seen
from domain.storyboard import Storyboard

RULES: Mapping[str, str] = MappingProxyType({
    "jump-cut": "Jump cut", "line": "180-degree rule", "eyeline": "Eyelines", "establishing": "Establishing shot",
    "time-jump": "Time of day", "undefined": "Cast", "long-chain": "Long chain", "same-size": "Shot sizes",
    "same-move": "Camera moves", "same-angle": "Angles", "same-length": "Lengths",
})  # fmt: skip
"""The rules and what people call them; what breaks a cut first."""

_NOTHING: Mapping[str, int] = MappingProxyType({})


def advise(
    board: Storyboard,
    *,
    softened: Collection[str] = (),
    chains: Mapping[str, int] = _NOTHING,
    dismissed: Collection[str] = (),
) -> tuple[Advice, ...]:
    """Advice on the storyboard, by the first shot it is about.

    `softened` are the shots into which a transition leads, `chains` how many segments of a shot continue each other,
    `dismissed` the keys of what was read and is not to be said again.
    """
    shots = [Seen(shot, board, shot.id in softened) for shot in board.shots]
    found = [
        *scenes.jump_cuts(shots), *screen.line(shots), *screen.eyelines(shots), *scenes.establishing(shots),
        *scenes.time_jumps(shots), *scenes.undefined(shots, board), *scenes.long_chains(shots, chains),
        *rhythm.same_size(shots), *rhythm.same_move(shots), *rhythm.same_angle(shots), *rhythm.same_length(shots),
    ]  # fmt: skip
    order = list(RULES)
    kept = {advice.key: advice for advice in found if advice.key not in dismissed}
    return tuple(sorted(kept.values(), key=lambda a: (board.places.get(a.shots[0], 0), order.index(a.rule))))
