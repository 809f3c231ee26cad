"""Writing an edit list with the files it shows: what has to be made for it, and how much room that takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from domain.delivery import SHIPPED, Delivery, film_delivery
from domain.errors import BadInput, Cancelled
from domain.interchange.edits import EditFormat
from services.cut import CutView
from services.handover.listing import Listing, Place, listing
from services.job_context import JobContext
from services.ports import Interchange, Media
from services.projects import OpenProject
from services.sound import SoundService
from services.space import SpaceKeeper

BUNDLE: EditFormat = "otioz"
"""The format that holds its media."""

_WITH_ALTERNATES: tuple[EditFormat, ...] = ("otio", "otioz")


class Exporting:
    """Writes edit lists, each with its clips."""

    def __init__(self, sound: SoundService, media: Media, interchange: Interchange, space: SpaceKeeper) -> None:
        self._sound = sound
        self._media = media
        self._interchange = interchange
        self._space = space

    def listing(
        self, project: OpenProject, view: CutView, target: Path, form: EditFormat, how: Delivery, *, copies: bool
    ) -> Listing:
        """What would be written there. Works without takes."""
        bundle = form == BUNDLE
        place = place_of(target, copies=copies or bundle, bundle=bundle)
        mix = self._sound.view(project, view).mix
        return listing(project, view, place, how, mix, alternates=form in _WITH_ALTERNATES)

    def need(self, project: OpenProject, made: Listing, target: Path, form: EditFormat, how: Delivery) -> None:
        """Raise DiskFull when there is no room for the clips of an edit list."""
        film = project.project
        sizes = {take.clip.path: take.clip_bytes or take.info.size for take in project.files.takes()}
        sizes |= {sound.file.path: sound.size for sound in project.files.sounds()}
        copied = new = 0
        for need in made.needs:
            if form != BUNDLE and (target.parent / need.target).exists():
                continue
            if need.copy is not None:
                copied += sizes.get(need.copy.path, 0)
            elif need.reel is not None:
                size = (film.width, film.height)
                new += self._space.delivered(project, how, need.reel.frames, need.reel.rate, size)
        meanwhile = new if form == BUNDLE else 0  # until they are in the one file
        if target.is_relative_to(project.files.root):
            self._space.need(project, copied + new + meanwhile, "The export")
        else:
            self._space.need(project, meanwhile, "The export")
            self._space.need(project, copied + new, "The export", target.parent)

    def write(
        self, context: JobContext, project: OpenProject, made: Listing, target: Path, form: EditFormat, how: Delivery
    ) -> None:
        """Make the clips that are not there yet, and write the list."""
        bundle = form == BUNDLE
        work = project.files.workspace(f"handover-{context.job.id}") if bundle else None
        try:
            media = self._provide(context, project, made, work or target.parent, how, copy=not bundle)
            inside = media if bundle else {}
            self._interchange.write(made.edits, target, form, inside, lambda done, of: context.report(0.9, "writing"))
        finally:
            if work is not None:
                project.files.discard(work)

    def _provide(
        self, context: JobContext, project: OpenProject, made: Listing, folder: Path, how: Delivery, *, copy: bool
    ) -> dict[str, Path]:
        """Have every file of the list where it says. What was made before for the same is there already."""
        film = project.project
        found: dict[str, Path] = {}
        for number, need in enumerate(made.needs):
            context.check()
            path = folder / need.target
            report = _share(context, number, len(made.needs))
            report(0, 1)
            if need.copy is not None:
                source = project.files.path(need.copy)
                found[need.target] = source if not copy else path
                if copy and not path.exists():
                    self._interchange.copy(source, path)
            elif need.reel is not None:
                found[need.target] = path
                if path.exists():
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                self._media.assemble(
                    need.reel, {p.path: project.files.path(p) for p in need.reel.files()}, path, width=film.width,
                    height=film.height, delivery=how, stopped=lambda: context.stopped, report=report,
                )  # fmt: skip
                if context.stopped:
                    raise Cancelled
        return found


def _share(context: JobContext, number: int, of: int) -> Callable[[int, int], None]:
    """Reports how far one clip of several is."""
    return lambda done, frames: context.report((number + done / max(1, frames)) / of, f"clip {number + 1} of {of}")


def delivery(codec: str) -> Delivery:
    """How clips for an editing program are encoded. Raises BadInput."""
    if codec == "h264":
        return film_delivery("high").replace(sound="none")
    if codec == "prores":
        return next(d for d in SHIPPED if d.id == "prores").replace(sound="none")
    raise BadInput(f"Clips cannot be made as {codec[:40]!r}.", "Choose h264 or prores.")


def place_of(target: Path, *, copies: bool, bundle: bool = False) -> Place:
    """Where an edit list and its media lie."""
    return Place(target.parent, "media" if bundle else f"{target.stem}.media", copies)
