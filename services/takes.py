"""Which picture and which take stand for what, and which frame a continuation starts from."""

from __future__ import annotations

from pathlib import Path

from domain.errors import BadInput, NotFound
from domain.project import Picked, ShotChoice
from domain.take import Keyframe, Take
from services.changes import ChangeCounter
from services.ports import Media
from services.projects import OpenProject


def standing_keyframe(
    keyframes: list[Keyframe], choice: ShotChoice, slot: str, fingerprint: str | None
) -> tuple[Picked | None, Keyframe | None]:
    """The picture that stands for a slot, and the keyframe record behind it.

    What the user picked, while its file is there; else the first variant made from the words as they are now; where
    nothing makes pictures now (`fingerprint` is None), the one that was made last.
    """
    picked = choice.keyframes.get(slot)
    if picked is not None:
        for keyframe in keyframes:
            if keyframe.image.path == picked.path:
                return keyframe.image, keyframe
    made = [keyframe for keyframe in keyframes if keyframe.slot == slot and keyframe.request is not None]
    if fingerprint is None:
        return (made[-1].image, made[-1]) if made else (None, None)
    for keyframe in made:
        if keyframe.fingerprint == fingerprint:
            return keyframe.image, keyframe
    return None, None


def standing_take(takes: list[Take], choice: ShotChoice, segment: int, fingerprint: str | None) -> Take | None:
    """The take that stands for a segment: the chosen one, else the newest that fits `fingerprint`, else the newest."""
    own = [take for take in takes if take.segment == segment]
    chosen = choice.takes.get(str(segment))
    for take in own:
        if take.id == chosen:
            return take
    if fingerprint is not None:
        for take in reversed(own):
            if take.fingerprint == fingerprint:
                return take
    return own[-1] if own else None


class LastFrameExtractor:
    """Answers one question in one place: which picture continues this take?"""

    def __init__(self, media: Media) -> None:
        self._media = media

    def frame(self, project: OpenProject, take: Take) -> Picked:
        """The lossless last frame that the same run saved. Raises NotFound when it is gone from disk."""
        project.files.path(take.last)
        return take.last

    def extract(self, clip: Path, target: Path) -> None:
        """For clips that came without a saved last frame: decode it, with the matrix the clip was written in."""
        self._media.last_frame(clip, target)


class SelectionService:
    """Picking is approving: each choice is stored at the click."""

    def __init__(self, changes: ChangeCounter) -> None:
        self._changes = changes

    def pick_keyframe(self, project: OpenProject, shot_id: str, name: str) -> Keyframe:
        """Let a keyframe stand for its slot. Raises NotFound."""
        keyframe = self.keyframe(project, shot_id, name)
        self._change(project, shot_id, keyframes={keyframe.slot: keyframe.image})
        return keyframe

    def unpick(self, project: OpenProject, shot_id: str, slot: str) -> None:
        """Let no picked keyframe stand for the slot any more."""
        self._change(project, shot_id, drop_slot=slot)

    def star(self, project: OpenProject, shot_id: str, name: str) -> bool:
        """Star a keyframe, or take the star away; whether it has one now."""
        self.keyframe(project, shot_id, name)
        starred = project.selection.of(shot_id).starred
        now = tuple(n for n in starred if n != name) if name in starred else (*starred, name)
        project.change_selection(lambda s: s.with_choice(shot_id, s.of(shot_id).replace(starred=now)))
        self._changes.bump()
        return name in now

    def choose_take(self, project: OpenProject, shot_id: str, segment: int, take_id: str) -> Take:
        """Let a take stand for its segment. Raises NotFound."""
        for take in project.files.takes(shot_id):
            if take.segment == segment and take.id == take_id:
                self._change(project, shot_id, takes={str(segment): take_id})
                return take
        raise NotFound(f"Shot {shot_id} has no take {take_id!r}.", "Reload the page.")

    def anchor(self, project: OpenProject, shot_id: str, segment: int, *, on: bool = True) -> None:
        """Let a segment (0-based) of a chained shot begin with a fresh picture, or again with the last frame of the one
        before. Raises BadInput for the first, which has a picture of its own."""
        if segment < 1:
            raise BadInput("The first segment begins with a picture of its own.", "Choose a later one.")

        def make(choice: ShotChoice) -> ShotChoice:
            others = {n for n in choice.anchors if n != segment}
            return choice.replace(anchors=tuple(sorted(others | {segment} if on else others)))

        project.change_selection(lambda s: s.with_choice(shot_id, make(s.of(shot_id))))
        self._changes.bump()

    def keyframe(self, project: OpenProject, shot_id: str, name: str) -> Keyframe:
        """The keyframe of that name. Raises NotFound."""
        for keyframe in project.files.keyframes(shot_id):
            if keyframe.name == name:
                return keyframe
        raise NotFound(f"Shot {shot_id} has no keyframe {name!r}.", "Reload the page.")

    def _change(
        self,
        project: OpenProject,
        shot_id: str,
        keyframes: dict[str, Picked] | None = None,
        takes: dict[str, str] | None = None,
        drop_slot: str = "",
    ) -> None:
        def make(choice: ShotChoice) -> ShotChoice:
            pictures = {**choice.keyframes, **(keyframes or {})}
            pictures.pop(drop_slot, None)
            return choice.replace(keyframes=pictures, takes={**choice.takes, **(takes or {})})

        project.change_selection(lambda s: s.with_choice(shot_id, make(s.of(shot_id))))
        self._changes.bump()
