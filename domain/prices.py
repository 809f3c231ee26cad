"""What a picture or clip by a service that charges will cost, as far as anybody knows."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from domain.base import Value


class Price(Value):
    """About what one result costs, in US dollars. `dated` is the day of the price list (ISO 8601), empty where the
    user said the price."""

    dollars: float = Field(ge=0)
    dated: str = ""

    @property
    def words(self) -> str:
        """The price for people: "about $0.05", with where it is from."""
        return f"{dollars(self.dollars)} ({'as in Settings' if not self.dated else f'list of {self.dated}'})"


def dollars(amount: float) -> str:
    """An amount for people: cents, and tenths of a cent below ten of them."""
    text = f"{amount:.3f}" if amount < 0.1 and round(amount * 1000) % 10 else f"{amount:.2f}"
    return f"about ${text}"


def total(prices: Iterable[Price | None]) -> str:
    """The sum for people; empty where nothing is charged or nothing is known, and said where only some are known."""
    found = list(prices)
    known = [price.dollars for price in found if price is not None]
    if not known:
        return ""
    more = "" if len(known) == len(found) else ", some unknown"
    return f"{dollars(sum(known))}{more}"
