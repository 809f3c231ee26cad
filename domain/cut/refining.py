"""The reel with clips of passes in place of the takes' own: the same film frames, from larger or denser clips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from domain.cut.reel import Layer, Material, Reel, ShotLayer, Source
from domain.passes import times_for
from domain.project import Picked


class Refined(NamedTuple):
    """What stands in for a clip: it has `times` pictures for each step from one frame to the next."""

    clip: Picked
    times: int = 1


def times_of(reel: Reel) -> dict[int, int]:
    """How many pictures are to be made of one, by material; 1 where the film shows whole native frames alone."""
    positions: dict[int, set[Fraction]] = {}
    for stretch in reel.stretches:
        for layer in stretch.layers:
            if isinstance(layer, ShotLayer):
                positions.setdefault(layer.material, set()).update((layer.start, layer.step))
    return {material: times_for(found) for material, found in positions.items()}


def refined(reel: Reel, find: Callable[[int, Source], Refined | None]) -> Reel:
    """The reel with the clips that `find` has for a material's source; None leaves the source as it is.

    Denser clips count only where every clip of a material has as many pictures for one.
    """
    materials = list(reel.materials)
    times: dict[int, int] = {}
    for index, material in enumerate(materials):
        found = [find(index, source) for source in material.sources]
        dense = {one.times if one is not None else 1 for one in found}
        if dense == {1}:
            pairs = zip(material.sources, found, strict=True)
            larger = tuple(s if one is None else s.replace(clip=one.clip) for s, one in pairs)
            materials[index] = material.replace(sources=larger)
        elif len(dense) == 1:
            times[index] = dense.pop()
            clips = [one.clip for one in found if one is not None]
            materials[index] = _denser(material, clips, times[index])
    stretches = tuple(
        stretch.replace(layers=tuple(_scaled(layer, times) for layer in stretch.layers)) for stretch in reel.stretches
    )
    return reel.replace(materials=tuple(materials), stretches=stretches)


def _denser(material: Material, clips: list[Picked], times: int) -> Material:
    """The material counted in pictures `times` as dense. Native frame n stands at n * times.

    Where a clip begins with what the one before it ended with, its pictures fill the step between both; where it does
    not, the last picture is held.
    """
    sources: list[Source] = []
    for source, clip in zip(material.sources, clips, strict=True):
        joined = bool(sources) and source.repeats > 0
        ahead = times - 1 if joined else 0
        offset = source.offset * times - ahead
        if sources:
            before = sources[-1]
            sources[-1] = before.replace(hold=offset - before.offset - before.count)
        sources.append(
            source.replace(
                clip=clip, first=source.first * times - ahead, offset=offset,
                count=(source.count - 1) * times + 1 + ahead,
                repeats=(source.repeats - 1) * times + 1 if joined else source.repeats * times,
            )
        )  # fmt: skip
    return material.replace(rate=material.rate * times, sources=tuple(sources))


def _scaled(layer: Layer, times: Mapping[int, int]) -> Layer:
    if not isinstance(layer, ShotLayer) or layer.material not in times:
        return layer
    by = times[layer.material]
    return layer.replace(start=layer.start * by, step=layer.step * by)
