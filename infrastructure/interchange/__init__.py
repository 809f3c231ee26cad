"""Edit lists of editing programs, read and written through OpenTimelineIO, and projects as one file."""

from infrastructure.interchange.adapter import OtioInterchange
from infrastructure.interchange.archive import ZipArchives

__all__ = ["OtioInterchange", "ZipArchives"]
