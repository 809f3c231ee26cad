"""The user's own deliveries: one .toml file each, lying over the shipped ones by id.

A file holds the fields of `domain.delivery.Delivery`; `based_on` names a shipped one whose fields it starts from, and
without an `id` its name is its id.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.delivery import SHIPPED, Delivery
from domain.errors import BadInput

_MOST_BYTES = 100_000


class FileDeliveries:
    """The shipped deliveries with those in `folder`, read anew each time: `services.ports.Deliveries`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Delivery]:
        """Every delivery, the shipped ones first; a file of the user's with the same id stands in its place."""
        return list(self._read()[0].values())

    def problems(self) -> list[str]:
        """Files that could not be used, in sentences."""
        return self._read()[1]

    def _read(self) -> tuple[dict[str, Delivery], list[str]]:
        found = {delivery.id: delivery for delivery in SHIPPED}
        problems: list[str] = []
        try:
            files = sorted(self._folder.glob("*.toml"))
        except OSError:
            files = []
        for path in files:
            try:
                delivery = read_delivery(path)
                found[delivery.id] = delivery
            except BadInput as error:
                problems.append(str(error))
        return found, problems


def read_delivery(path: Path) -> Delivery:
    """The delivery in a file. Raises BadInput."""
    cure = "See the shipped ones for the fields there are."
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput(f"{path.name} is too large for a delivery.", cure)
        fields: dict[str, Any] = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read: {error}.", cure) from error
    base = fields.pop("based_on", "")
    known = {delivery.id: delivery for delivery in SHIPPED}
    if base and base not in known:
        raise BadInput(
            f"{path.name} is based on {str(base)[:40]!r}, which there is not.", f"There are {', '.join(known)}."
        )
    start = known[base].to_json() if base else {}
    for one, other in (("crf", "bit_rate"), ("bit_rate", "crf")):
        if one in fields and other not in fields:
            start[other] = None  # the file chose the other way
    try:
        return Delivery.model_validate({"title": path.stem, **start, "id": path.stem, **fields})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise BadInput(f"{path.name} is no delivery: {where}: {reason}.", cure) from None
