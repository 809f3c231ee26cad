"""The base of every value: frozen, closed, changed by replacement."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen pydantic model that refuses unknown fields; "changing" one makes another."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def replace(self, **changes: Any) -> Self:
        """The same value with some fields changed, validated as if it had been read from a file."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate(fields | changes)

    def to_json(self) -> dict[str, Any]:
        """JSON-ready dictionary; reading it back gives an equal value."""
        return self.model_dump(mode="json")


def canonical_hash(data: Any) -> str:
    """SHA-256 (hex) of a JSON value with sorted keys and no spaces: equal data, equal hash."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
