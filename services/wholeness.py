"""Whether what is stored is still what was stored."""

from __future__ import annotations

import hashlib

from domain.errors import StudioError
from domain.project import Picked
from domain.take import Take
from services.ports import Media, ProjectFiles


def is_whole_take(media: Media, files: ProjectFiles, take: Take) -> bool:
    """Whether clip and last frame are, byte for byte, those that were stored, and the clip has its frames."""
    if not (is_whole(files, take.clip) and is_whole(files, take.last)):
        return False
    try:
        return media.probe(files.path(take.clip)).frames == take.info.frames
    except StudioError:
        return False


def is_whole(files: ProjectFiles, picked: Picked) -> bool:
    """Whether a file has, byte for byte, the content that was stored."""
    try:
        with files.path(picked).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == picked.sha256
    except (OSError, StudioError):
        return False
