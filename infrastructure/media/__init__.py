"""Pictures, clips and films: decoding, probing, conforming and assembling to the exact frame.

Only `MediaTools` and `FileDeliveries` are meant for others. FFmpeg (through PyAV), OpenCV, Pillow and numpy are loaded
when first needed, because the window opens sooner without them; assembling runs in a worker process.
"""

from infrastructure.media.deliveries import FileDeliveries
from infrastructure.media.tools import MediaTools

__all__ = ["FileDeliveries", "MediaTools"]
