"""The named qualities of a film; apart, so that they can be checked without loading a codec."""

from __future__ import annotations

QUALITIES: dict[str, tuple[str, int]] = {
    "fast": ("superfast", 23),
    "standard": ("veryfast", 19),
    "high": ("medium", 17),
    "ultra": ("slow", 14),
}
"""x264 preset and constant rate factor (0 lossless, 51 worst) by name."""
