"""Merging two changes of one value, made apart from each other: what does not touch the same place is both kept.

A three-way merge over the fields of values, the keys of dictionaries and the elements with ids of lists; what only one
side changed is taken from it, what both changed alike is taken once, and anything else is a conflict with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from domain.base import Value
from domain.errors import Conflict

V = TypeVar("V", bound=Value)
_NONE = object()


def merge(base: V, ours: V, theirs: V) -> V:
    """What `base` becomes when both changes are made to it. Raises Conflict naming where both changed the same."""
    merged = _merge(base, ours, theirs, "")
    assert isinstance(merged, type(base))
    return merged


def _merge(base: Any, ours: Any, theirs: Any, place: str) -> Any:
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    if isinstance(ours, Value) and type(base) is type(ours) is type(theirs):
        return ours.replace(
            **{
                field: _merge(
                    getattr(base, field), getattr(ours, field), getattr(theirs, field), _at(place, field, ours)
                )
                for field in type(ours).model_fields
            }
        )
    if isinstance(base, dict) and isinstance(ours, dict) and isinstance(theirs, dict):
        return _by_key(base, ours, theirs, lambda key: f"{place} {key}".strip())
    if all(_has_ids(v) for v in (base, ours, theirs)):
        return _lists(base, ours, theirs, place)
    raise Conflict(
        f"{place[:1].upper()}{place[1:]} was changed in two places at once, so neither change was made over the other.",
        "Look at it as it is now, and make the change again by hand.",
    )


def _by_key(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], name: Callable[[str], str]
) -> dict[str, Any]:
    merged = {}
    for key in dict.fromkeys([*theirs, *ours]):
        value = _merge(base.get(key, _NONE), ours.get(key, _NONE), theirs.get(key, _NONE), name(key))
        if value is not _NONE:
            merged[key] = value
    return merged


def _lists(base: Sequence[Any], ours: Sequence[Any], theirs: Sequence[Any], place: str) -> tuple[Any, ...]:
    singular = place.removesuffix("s")
    merged = _by_key(_by_id(base), _by_id(ours), _by_id(theirs), lambda key: f"{singular} {key}")
    order = _order(_ids(base, merged), _ids(ours, merged), _ids(theirs, merged), place)
    return tuple(merged[key] for key in order)


def _order(base: list[str], ours: list[str], theirs: list[str], place: str) -> list[str]:
    """The order of both sides together: that of the side which moved something, with what the other added in it."""
    in_all = set(base) & set(ours) & set(theirs)
    was, mine, other = ([i for i in side if i in in_all] for side in (base, ours, theirs))
    if mine != was and other != was and mine != other:
        raise Conflict(
            f"The order of the {place} was changed in two places at once, so neither was changed over the other.",
            "Look at it as it is now, and move them again by hand.",
        )
    leading, following = (ours, theirs) if mine != was else (theirs, ours)
    order = list(leading)
    for index, key in enumerate(following):
        if key not in order:
            before = next((k for k in reversed(following[:index]) if k in order), None)
            order.insert(0 if before is None else order.index(before) + 1, key)
    return order


def _by_id(side: Sequence[Any]) -> dict[str, Any]:
    return {element.id: element for element in side}


def _ids(side: Sequence[Any], merged: dict[str, Any]) -> list[str]:
    return [element.id for element in side if element.id in merged]


def _has_ids(side: Any) -> bool:
    return isinstance(side, tuple) and all(
        isinstance(e, Value) and isinstance(getattr(e, "id", None), str) for e in side
    )


def _at(place: str, field: str, value: Value) -> str:
    """Where a field is, in words: "shots", "shot 001: prompt"."""
    if not place:
        return field
    return f"{place}{':' if isinstance(getattr(value, 'id', None), str) else ''} {field.replace('_', ' ')}"
