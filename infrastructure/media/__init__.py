"""Pictures, clips and films: decoding, probing, conforming and joining to the exact frame.

Only `MediaTools` is meant for others. FFmpeg (through PyAV), Pillow and numpy are loaded when first needed, because the
window opens sooner without them; joining runs in a worker process.
"""

from infrastructure.media.tools import MediaTools

__all__ = ["MediaTools"]
