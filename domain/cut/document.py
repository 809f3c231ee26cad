"""The cut as it is stored: items in film order, what is parked, and the finish."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from domain.base import Value
from domain.cut.finish import Finish
from domain.cut.items import Item, ShotItem
from domain.errors import NotFound
from domain.names import free_name

MAX_ITEMS = 40_000
"""Most items a cut may have."""


class Note(Value):
    """One sentence about the cut that the user should read, and the item it is about (empty: the whole cut)."""

    text: str
    item: str = ""


class Parked(Value):
    """An item that is out of the film but not forgotten, and the items it stood behind, the nearest first.

    `by` tells who took it out: the storyboard, in which its shot is gone, or the user.
    """

    item: Item
    behind: tuple[str, ...] = Field(default=(), max_length=16)
    by: str = Field(default="user", pattern="^(user|storyboard)$")


class Cut(Value):
    """The edit list. `order` is the storyboard's shot ids when the cut was last brought in step with it.

    `notes` say what following the storyboard did to edits, until the user has read them.
    """

    items: tuple[Item, ...] = Field(default=(), max_length=MAX_ITEMS)
    parked: tuple[Parked, ...] = Field(default=(), max_length=MAX_ITEMS)
    order: tuple[str, ...] = ()
    finish: Finish = Finish()
    notes: tuple[Note, ...] = Field(default=(), max_length=1000)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for item in (*self.items, *(p.item for p in self.parked)):
            if item.id.casefold() in seen:
                raise ValueError(f"two items have the id {item.id!r}")
            seen.add(item.id.casefold())
        return self

    def position(self, item_id: str) -> int:
        """0-based place of the item in the film. Raises NotFound."""
        for index, item in enumerate(self.items):
            if item.id == item_id:
                return index
        raise NotFound(f"There is no item {item_id[:60]!r} in the cut.", "It may have been removed in another window.")

    def item(self, item_id: str) -> Item:
        """The item with that id. Raises NotFound."""
        return self.items[self.position(item_id)]

    def shots(self) -> tuple[str, ...]:
        """The shots in the film, in the order in which each is first seen."""
        return tuple(dict.fromkeys(item.shot for item in self.items if isinstance(item, ShotItem)))

    def free_id(self, wanted: str) -> str:
        """`wanted`, or the first of wanted-2, wanted-3 … that no item has."""
        return free_name(wanted, {item.id for item in (*self.items, *(p.item for p in self.parked))})
