"""Everything one generation needs, in one value that can be stored, repeated and compared."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from domain.base import Value, canonical_hash
from domain.project import Picked
from domain.timing import Rate

Scalar = str | int | float | bool | None


class GenerationRequest(Value):
    """One picture or clip to make.

    `frames` is on the profile's grid, `width` and `height` multiples of its size step. `seed` is the number that
    is used; `seed_rule` is what the user asked for ("fixed:42", "random", "auto:7"): only the rule is part of the
    fingerprint, so a shot with a random seed is not stale for having been made with some seed.
    `label` (the slate) is drawn or stored by the backend; `params` holds what only some backends use. `clip` is the
    clip that is worked over, for requests that make no new picture; `frames` and `rate` are those of the result. `mask`
    is white where the start picture is drawn anew, and black where it stays.
    """

    kind: Literal["image", "video"]
    backend: str
    workflow: str
    workflow_hash: str = ""
    profile: str
    label: str = ""
    prompt: str = ""
    negative: str = ""
    seed: int = Field(ge=0, lt=2**64)
    seed_rule: str
    width: int = Field(ge=2, le=16384)
    height: int = Field(ge=2, le=16384)
    frames: int = Field(default=1, ge=1)
    rate: Rate
    start: Picked | None = None
    end: Picked | None = None
    references: tuple[Picked, ...] = ()
    clip: Picked | None = None
    mask: Picked | None = None
    params: dict[str, Any] = Field(default_factory=dict)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over all that decides the result; frames given as inputs count by content, not by path."""
        data = self.model_dump(mode="json", exclude={"seed", "start", "end", "references", "clip", "mask"})
        data["start"] = self.start.sha256 if self.start else None
        data["end"] = self.end.sha256 if self.end else None
        data["references"] = [r.sha256 for r in self.references]
        if self.clip is not None:  # left out where there is none: it is of a later version than most takes
            data["clip"] = self.clip.sha256
        if self.mask is not None:
            data["mask"] = self.mask.sha256
        return canonical_hash(data)


FIELD_WORDS = {
    "backend": "backend", "workflow": "workflow", "workflow_hash": "workflow file", "profile": "model",
    "label": "slate", "prompt": "prompt", "negative": "negative prompt", "seed_rule": "seed", "frames": "length",
    "rate": "frame rate", "kind": "kind",
}  # fmt: skip
PICTURE_WORDS = {"start": "start frame", "end": "end frame", "mask": "mask"}
"""Fields of a request, in words."""


def changed_fields(old: GenerationRequest, new: GenerationRequest) -> list[str]:
    """In words, what differs between two requests as far as the fingerprint is concerned; empty when nothing does."""
    found = [word for field, word in FIELD_WORDS.items() if getattr(old, field) != getattr(new, field)]
    if (old.width, old.height) != (new.width, new.height):
        found.append("size")
    for field, word in PICTURE_WORDS.items():
        before, after = getattr(old, field), getattr(new, field)
        if (before.sha256 if before else None) != (after.sha256 if after else None):
            found.append(word)
    if [r.sha256 for r in old.references] != [r.sha256 for r in new.references]:
        found.append("reference pictures")
    for key in sorted(set(old.params) | set(new.params)):
        if old.params.get(key) != new.params.get(key):
            found.append(key.replace("_", " "))
    return found
