"""Values for every slot of a manifest, two different ones each."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from domain.profile import ModelProfile
from domain.profiles import profile_for
from domain.workflow import PICTURE_SLOTS, WorkflowManifest
from infrastructure.comfyui.catalogue import Workflow
from infrastructure.comfyui.choosing import Prepared
from infrastructure.comfyui.prepare import prepare
from tests.workflows.server import defs


def profile_of(manifest: WorkflowManifest) -> ModelProfile:
    """Its profile, in a film of 24 frames per second."""
    return profile_for(manifest.profile, Fraction(24))


def ready(workflow: Workflow) -> Prepared:
    """The workflow for the server of the tests."""
    return prepare(workflow, defs())


def taken(manifest: WorkflowManifest) -> list[str]:
    """Slots that take values (models are chosen, not valued)."""
    slots = [slot for slot in manifest.slots if not slot.startswith(("model:", "lora:"))]
    return slots + [d.slot for d in manifest.derived.values() if d.slot not in manifest.slots]


def values(manifest: WorkflowManifest, *, other: bool = False) -> dict[str, Any]:
    """A value for every slot; `other` gives different ones."""
    profile, n = profile_of(manifest), int(other)
    step = profile.size_multiple
    known: dict[str, Any] = {
        "prompt": ("a lighthouse", "a harbour at night")[n], "negative": ("blurry", "noise")[n], "seed": (1, 2**63)[n],
        "width": (16 * step, 18 * step)[n], "height": (10 * step, 9 * step)[n],
        "length": (profile.shortest, profile.shortest + profile.a)[n], "fps": (profile.rate, Fraction(30))[n],
        "steps": (8, 12)[n], "cfg": (2.0, 3.0)[n], "motion": (1.0, 2.0)[n], "denoise": (0.5, 0.75)[n],
        "times": (3, 4)[n],
    }  # fmt: skip
    return {s: f"kinoloom/{s}-{n}.png" if PICTURE_SLOTS.fullmatch(s) else known[s] for s in taken(manifest)}
