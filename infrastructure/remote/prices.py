"""The published prices of pictures, from `prices.toml` beside this file."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any

from domain.fitting import Size
from domain.prices import Price

_USUAL: Size = (1536, 1024)


@functools.cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((resources.files("infrastructure.remote") / "prices.toml").read_text(encoding="utf-8"))


def openai_price(model: str, quality: str, size: Size, own: str = "") -> Price | None:
    """About what a picture of that size costs; `own` is the user's price in dollars. None where it is not known, which
    with a quality of "auto" it never is."""
    if own:
        return Price(dollars=float(own))
    table = _tables()["openai"]
    names = [
        name for name, entry in table["models"].items()
        if (model == name if entry.get("exactly") else model.startswith(name))
    ]  # fmt: skip
    if not names:
        return None
    entry = table["models"][max(names, key=len)]
    if quality not in entry:
        return None
    if size == (1024, 1024):
        amount = float(entry["square"][quality])
    else:
        amount = float(entry[quality]) * size[0] * size[1] / (_USUAL[0] * _USUAL[1])
    return Price(dollars=round(amount, 4), dated=str(table["date"]))


def stability_price(model: str, own: str = "") -> Price | None:
    """About what a picture costs; None where it is not known."""
    if own:
        return Price(dollars=float(own))
    table = _tables()["stability"]
    found = table["models"].get(model)
    return None if found is None else Price(dollars=float(found), dated=str(table["date"]))
