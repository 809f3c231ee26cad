"""Sound: probing and taking in files of any kind, speaking, mixing to the sample, and mastering to a loudness.

Files are decoded with PyAV in a worker process and summed block by block; ducking, limiting and measuring are done by
FFmpeg's program, the one that imageio-ffmpeg brings, with graphs built by ffmpeg-python.
"""

from infrastructure.sound.engines import SpeechOptions, SpeechPrograms
from infrastructure.sound.tools import SoundTools

__all__ = ["SoundTools", "SpeechOptions", "SpeechPrograms"]
