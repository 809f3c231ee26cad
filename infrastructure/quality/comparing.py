"""Likeness by models on this computer: faces where they show, embeddings of the whole or of a figure for the rest.

The film is decoded once; of each picture only what models say of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from domain.errors import Cancelled
from domain.quality.continuity import Sighting, told, typical
from domain.quality.values import Likeness, Subject
from infrastructure.quality import signatures, stills
from infrastructure.quality.embeddings import Embedder, figure
from infrastructure.quality.faces import Faces, Vector
from infrastructure.quality.stills import Pixels

FRAMES = 5
"""Frames of a shot that are looked at."""
FACELESS = 0.5
"""Share of the confidence of what is asked instead that is left where somebody's face does not show."""
THEIRS = 0.85
"""Likeness from which a face counts as that of somebody else in the shot."""

_FACE_SIDE = 1280
"""Longest side of a picture in which faces are looked for, pixels: those of a medium shot have 80 and more there."""


class _Told(NamedTuple):
    """The likeness of a subject in a shot; no `values` where it cannot be told."""

    values: Sequence[float]
    method: str
    confidence: float
    reason: str = ""


class Comparing:
    """`embedder` and `faces` are those there are. Where there is no embedder, places and objects are left out."""

    def __init__(self, embedder: Embedder | None, faces: Faces | None) -> None:
        self._embedder, self._faces = embedder, faces

    def compare(self, path: Path, sightings: Sequence[Sighting], stopped: Callable[[], bool]) -> Iterator[Likeness]:
        """As `services.ports.Likenesses`."""
        known = [s for s in sightings if self._embedder is not None or self._by_face(s.subject)]
        wanted = {sighting: stills.places(sighting, FRAMES) for sighting in known}
        references = _References(self._embedder, self._faces)
        for subject in dict.fromkeys(sighting.subject for sighting in wanted):
            if stopped():
                raise Cancelled(f"The check of {path.name} was stopped.")
            references.add(subject, self._by_face(subject))
        shown: dict[int, _Shown] = {}
        needed = _needed(wanted, self._by_face)
        longest = _FACE_SIDE if self._faces is not None else stills.LONGEST
        for place, picture in stills.frames(path, needed, stopped, longest):
            shown[place] = self._look(picture, *needed[place])
        for sighting, places in wanted.items():
            others = [s.subject for s in wanted if s.first == sighting.first and s.subject != sighting.subject]
            found = self._told(sighting.subject, others, references, [shown[p] for p in places if p in shown])
            if found.values:
                yield Likeness(
                    subject=sighting.subject.name, kind=sighting.subject.kind, shot=sighting.shot,
                    method=found.method, score=typical(found.values), first=sighting.first, last=sighting.last,
                    confidence=told(found.confidence, sighting.hardly), judged=not sighting.hardly,
                    reason=found.reason,
                )  # fmt: skip

    def _by_face(self, subject: Subject) -> bool:
        return self._faces is not None and subject.kind == "character"

    def _look(self, picture: Pixels, whole: bool, part: bool, face: bool) -> _Shown:
        """What models say of a picture: as a whole for places, of its figure for the others, of its faces."""
        embed = self._embedder.embed if self._embedder is not None else None
        both = [embed(picture)] if embed is not None else []
        return _Shown(
            whole=both if whole else [],
            part=[*both, embed(figure(picture))] if part and embed is not None else [],
            faces=self._faces.embed(picture) if face and self._faces is not None else [],
            colours=signatures.as_seen(picture) if face and embed is None else None,
        )

    def _told(
        self, subject: Subject, others: Sequence[Subject], references: _References, shown: Sequence[_Shown]
    ) -> _Told:
        if not self._by_face(subject):
            return self._by_picture(subject, references, shown)
        faces, own = self._faces, references.faces[subject.reference]
        if faces is None or not own:
            return self._instead(subject, references, shown, "its reference shows no face")
        theirs = [face for other in others for face in references.faces.get(other.reference, ())]
        values = []
        for one in shown:
            ours = [
                best for face in one.faces
                if (best := max(faces.likeness(face, known) for known in own)) >= THEIRS
                or not any(faces.likeness(face, known) >= THEIRS for known in theirs)
            ]  # fmt: skip
            if ours:
                values.append(max(ours))
        if not values:
            return self._instead(subject, references, shown, "no face of it shows")
        return _Told(values, faces.method, faces.confidence)

    def _instead(self, subject: Subject, references: _References, shown: Sequence[_Shown], why: str) -> _Told:
        """What can be told of somebody without a face."""
        found = self._by_picture(subject, references, shown)
        return found._replace(confidence=found.confidence * FACELESS, reason=f"Told without faces: {why}.")

    def _by_picture(self, subject: Subject, references: _References, shown: Sequence[_Shown]) -> _Told:
        if self._embedder is None:
            signature = references.colours[subject.reference]
            values = [signature.likeness(one.colours) for one in shown if one.colours is not None]
            return _Told(values, signatures.METHOD, signatures.CONFIDENCE[subject.kind])
        whole, likeness = subject.kind == "location", self._embedder.likeness
        own = references.pictures[subject.reference, whole]
        kept = [one.whole if whole else one.part for one in shown]
        values = [max(likeness(own, one) for one in several) for several in kept if several]
        return _Told(values, self._embedder.method, self._embedder.confidence)


class _Shown(NamedTuple):
    """What is kept of a picture."""

    whole: list[Vector]
    part: list[Vector]
    faces: list[Vector]
    colours: signatures.Seen | None


class _References:
    """What models say of reference pictures, by their paths. Raises UnreadableMedia."""

    def __init__(self, embedder: Embedder | None, faces: Faces | None) -> None:
        self._embedder, self._faces = embedder, faces
        self.pictures: dict[tuple[str, bool], Vector] = {}
        self.faces: dict[str, list[Vector]] = {}
        self.colours: dict[str, signatures.Signature] = {}

    def add(self, subject: Subject, by_face: bool) -> None:
        """Look at the reference of a subject."""
        path, whole = subject.reference, subject.kind == "location"
        if self._embedder is not None and (path, whole) not in self.pictures:
            picture = stills.reference(Path(path))
            self.pictures[path, whole] = self._embedder.embed(picture if whole else figure(picture))
        if by_face and self._faces is not None and path not in self.faces:
            self.faces[path] = self._faces.embed(stills.reference(Path(path), _FACE_SIDE))
            if self._embedder is None:
                self.colours[path] = signatures.Signature(subject)


def _needed(
    wanted: dict[Sighting, tuple[int, ...]], by_face: Callable[[Subject], bool]
) -> dict[int, tuple[bool, bool, bool]]:
    """Which pictures are looked at, and how: as a whole, their figure, their faces."""
    needed: dict[int, tuple[bool, bool, bool]] = {}
    for sighting, places in wanted.items():
        whole = sighting.subject.kind == "location"
        for place in places:
            before = needed.get(place, (False, False, False))
            needed[place] = before[0] or whole, before[1] or not whole, before[2] or by_face(sighting.subject)
    return needed
