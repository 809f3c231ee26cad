"""Pictures and clips for the windows, by project and artefact, never by path; small ones made once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from domain.errors import NotFound, StudioError
from domain.names import check_name
from domain.take import Take
from services.exporting.service import EXPORTS
from services.ports import Media
from services.projects import OpenProject, ProjectService

STRIP_FRAMES, STRIP_WIDTH = 12, 128
"""Frames of a take in its strip, and the pixels that each is wide."""

THUMB_WIDTHS = (160, 320, 640)
"""Widths of the small pictures, in pixels; others are not made."""


class LibraryService:
    """Finds artefacts. Every name comes from outside and is looked up, never joined into a path."""

    def __init__(self, projects: ProjectService, media: Media, cache: Path) -> None:
        self._projects = projects
        self._media = media
        self._cache = cache
        self._making = threading.Semaphore(2)

    def keyframe(self, project_id: str, shot: str, name: str) -> Path:
        """The picture of a keyframe. Raises NotFound."""
        project = self._projects.get(project_id)
        for keyframe in project.files.keyframes(shot):
            if keyframe.name == name:
                return project.files.path(keyframe.image)
        raise NotFound("There is no such keyframe.")

    def clip(self, project_id: str, shot: str, segment: int, take: str) -> Path:
        """The clip of a take. Raises NotFound."""
        project = self._projects.get(project_id)
        return project.files.path(_take(project, shot, segment, take).clip)

    def sound(self, project_id: str, name: str) -> Path:
        """A sound of the project: a narration, or what was imported. Raises NotFound."""
        project = self._projects.get(project_id)
        for found in project.files.sounds():
            if found.name == name:
                return project.files.path(found.file)
        raise NotFound("There is no such sound.")

    def film(self, project_id: str, name: str) -> Path:
        """A film of the project. Raises NotFound."""
        project = self._projects.get(project_id)
        for path in project.files.films():
            if path.stem == name:
                return path
        raise NotFound("There is no such film.")

    def mask(self, project_id: str, sha256: str) -> Path:
        """A mask that one of the shots has. Raises NotFound."""
        project = self._projects.get(project_id)
        found = next((s.mask for s in project.board.shots if s.mask is not None and s.mask.sha256 == sha256), None)
        if found is None:
            raise NotFound("There is no such mask.")
        return project.files.path(found)

    def export(self, project_id: str, name: str) -> Path:
        """A file in the project's folder for exports. Raises NotFound and UnsafePath."""
        project = self._projects.get(project_id)
        path = project.files.root / EXPORTS / check_name(name)
        if path.is_symlink() or not path.is_file():
            raise NotFound("There is no such export.", "Export the storyboard again.")
        return path

    def keyframe_thumb(self, project_id: str, shot: str, name: str, width: int) -> Path:
        """A small WebP of a keyframe, `width` pixels wide (one of THUMB_WIDTHS)."""
        project = self._projects.get(project_id)
        for keyframe in project.files.keyframes(shot):
            if keyframe.name == name:
                return self._thumb(project, project.files.path(keyframe.image), keyframe.image.sha256, width)
        raise NotFound("There is no such keyframe.")

    def take_thumb(self, project_id: str, shot: str, segment: int, take: str, width: int) -> Path:
        """A small WebP of a take's first frame."""
        project = self._projects.get(project_id)
        clip = _take(project, shot, segment, take).clip
        return self._thumb(project, project.files.path(clip), clip.sha256, width)

    def take_strip(self, project_id: str, shot: str, segment: int, take: str) -> Path:
        """A WebP of STRIP_FRAMES frames of a take side by side, evenly spread over it."""
        project = self._projects.get(project_id)
        found = _take(project, shot, segment, take)
        source, frames = project.files.path(found.clip), found.info.frames
        return self._small(
            project, source, f"{found.clip.sha256[:32]}-strip",
            lambda to: self._media.filmstrip(source, to, frames, STRIP_FRAMES, STRIP_WIDTH),
        )  # fmt: skip

    def _thumb(self, project: OpenProject, source: Path, digest: str, width: int) -> Path:
        if width not in THUMB_WIDTHS:
            raise NotFound(f"There are no small pictures {width} pixels wide.")
        name = f"{digest[:32]}-{width}"
        return self._small(project, source, name, lambda to: self._media.thumbnail(source, to, width))

    def _small(self, project: OpenProject, source: Path, name: str, make: Callable[[Path], None]) -> Path:
        target = self._cache / "thumbs" / check_name(project.id) / f"{name}.webp"
        if target.is_file():
            return target
        with self._making:
            if not target.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    make(target)
                except StudioError as error:
                    raise NotFound(f"No small picture could be made of {source.name}: {error.message}") from error
        return target


def _take(project: OpenProject, shot: str, segment: int, take: str) -> Take:
    for found in project.files.takes(shot):
        if found.segment == segment and found.id == take:
            return found
    raise NotFound("There is no such take.")
