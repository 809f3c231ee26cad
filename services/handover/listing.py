"""The cut as an edit list: which file each item shows there, and which of these files have to be made first.

An editing program wants media at the film's own rate. A shot that is one take of that rate is handed over as that take;
any other (another rate, several segments) as a clip made of it, one film frame for each frame of the shot, with all its
handles and without grade and transitions, which are the editor's.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from domain.base import canonical_hash
from domain.cut.document import Cut
from domain.cut.finish import Grade
from domain.cut.items import GapItem, ShotItem, TitleItem
from domain.cut.reel import ColourLayer, Layer, Material, Placed, Reel, Stretch, TitleLayer
from domain.cut.resolve import resolve
from domain.delivery import Delivery
from domain.interchange.edits import ClipEntry, EditList, Entry, GapEntry, Join, Mark, MediaFile, SoundTrack
from domain.names import slug
from domain.project import Picked
from domain.sound.mixing import SAMPLE_RATE, Mix
from domain.storyboard import Shot
from domain.take import Take
from domain.timing import timecode
from services.cut import CutView
from services.cut.material import ShotStock, sources_of
from services.handover.series import series
from services.handover.sounds import sound_tracks, stretched
from services.projects import OpenProject

MAIN = "DEFAULT_MEDIA"
"""Key of the file a clip shows, as OpenTimelineIO calls it; others have the id of their take."""

MOST_SERIES = 4
"""Whole series of a shot's takes that go along besides the one that is shown: each is a clip that has to be made."""

_BLACK = "#000000"


@dataclass(frozen=True)
class Place:
    """Where an edit list lies. `media` is the folder of its media, by its path from there; `copies`: takes are put
    there too, instead of being referred to where they lie in the project."""

    folder: Path
    media: str
    copies: bool


@dataclass(frozen=True)
class Needed:
    """A file of the media folder: a copy of one of the project, or made of a reel."""

    target: str
    copy: Picked | None = None
    reel: Reel | None = None


@dataclass(frozen=True)
class Listing:
    """The edit list, what has to be made for it, and what could not be handed over as it is."""

    edits: EditList
    needs: tuple[Needed, ...]
    notes: tuple[str, ...]


def listing(
    project: OpenProject, view: CutView, place: Place, delivery: Delivery, mix: Mix | None = None, *,
    alternates: bool = True,
) -> Listing:  # fmt: skip
    """The cut as it would be handed over there; what has to be made is made by `delivery`. Works without takes.

    With a `mix` its sounds go along as tracks. Without `alternates` no clips are made of takes that are not shown.
    """
    return _Listing(project, view, place, delivery, alternates).made(mix)


class _Listing:
    def __init__(self, project: OpenProject, view: CutView, place: Place, delivery: Delivery, alternates: bool) -> None:
        self._project = project
        self._film = project.project
        self._view = view
        self._rate = view.reel.rate
        self._place = place
        self._delivery = delivery
        self._alternates = alternates
        self._needs: dict[str, Needed] = {}
        self._notes: dict[str, None] = {}
        self._shots = {shot.id: shot for shot in project.board.shots}
        self._takes: dict[str, list[Take]] = {}
        for take in project.files.takes():
            self._takes.setdefault(take.shot, []).append(take)

    def made(self, mix: Mix | None) -> Listing:
        entries: list[Entry] = []
        placed = self._view.reel.placed
        for index, now in enumerate(placed):
            after = placed[index + 1].after if index + 1 < len(placed) else 0
            entry = self._entry(now, after)
            if now.item.into is not None:
                entry = entry.replace(into=self._join(now, entries[-1] if entries else None, entry))
            entries.append(entry)
        edits = EditList(
            name=self._film.name, rate=self._rate, width=self._film.width, height=self._film.height,
            entries=tuple(entries), sounds=self._sounds(mix) if mix is not None else (),
        )  # fmt: skip
        self._say_left(mix)
        return Listing(edits, tuple(self._needs.values()), tuple(self._notes))

    def _say(self, note: str) -> None:
        """Note something once, whatever shows it twice."""
        self._notes[note] = None

    def _say_left(self, mix: Mix | None) -> None:
        """What of the cut stays here."""
        clips = {take.clip.path: take.shot for takes in self._takes.values() for take in takes}
        titles = {sound.file.path: sound.title for sound in self._project.files.sounds()}
        for part in stretched(mix) if mix is not None else ():
            shot = clips.get(part.file.path)
            what = f"of shot {shot}" if shot is not None else titles.get(part.file.path, part.file.path)
            at = timecode(math.floor(Fraction(part.at, SAMPLE_RATE) * self._rate + Fraction(1, 2)), self._rate)
            self._say(
                f"The sound {what} at {at} stays here: it runs at {float(part.speed):g} times its speed, which edit "
                f"lists do not tell of sounds."
            )
        finish = self._view.cut.finish
        graded = [i.id for i in self._view.cut.items if isinstance(i, ShotItem) and i.grade is not None]
        if graded or not finish.grade.neutral:
            where = "of the film" if not finish.grade.neutral else f"of {', '.join(graded[:8])}"
            self._say(f"The grade {where} stays here: clips go along in the colours of their takes.")

    def _entry(self, placed: Placed, after: int) -> Entry:
        item = placed.item
        if isinstance(item, ShotItem):
            return self._shot(item, placed)
        if isinstance(item, GapItem) and item.colour == _BLACK:
            return GapEntry(id=item.id, frames=placed.frames)
        return self._card(item, placed, after)

    def _sounds(self, mix: Mix) -> tuple[SoundTrack, ...]:
        clips = {take.clip.path: take for takes in self._takes.values() for take in takes}
        lengths = {sound.file.path: sound.info.seconds for sound in self._project.files.sounds()}
        lengths |= {path: take.info.frames / (take.info.rate or take.request.rate) for path, take in clips.items()}

        def target(picked: Picked) -> str:
            take = clips.get(picked.path)
            return self._target(picked, picked.path.rpartition("/")[2] if take is None else _called(take))

        return sound_tracks(mix, self._rate, lengths, target)

    # -- shots ---------------------------------------------------------------------------------------------

    def _shot(self, item: ShotItem, placed: Placed) -> ClipEntry:
        found = self._view.stocks[item.id]
        shot = self._shots[item.shot]
        files = self._files(found)
        start = files[0].origin + placed.start if files else placed.start
        told = {
            "shot": shot.id, "title": shot.title, "prompt": shot.prompt or shot.description, "note": item.note,
            "takes": [take.id for take in found.takes],
        }  # fmt: skip
        return ClipEntry(
            id=item.id, name=item.id, start=start, frames=placed.frames, speed=item.speed, media=files,
            active=MAIN if files else "", marks=tuple(_marks(item, shot, start)),
            extras={key: value for key, value in told.items() if value},
        )  # fmt: skip

    def _files(self, found: ShotStock) -> tuple[MediaFile, ...]:
        """The file of a shot's clip, then the takes that could stand in its place; empty without takes."""
        material = found.material
        if not material.sources:
            return ()
        only = found.takes[0] if len(material.sources) == 1 else None
        others = self._takes.get(material.shot, [])
        if only is None or material.rate != self._rate or only.info.frames <= material.sources[0].first:
            return (self._conformed(material), *self._others(found, others))
        main = self._native(only, MAIN, material)
        segment = material.sources[0].segment
        able = [t for t in others if (t.segment, t.request.rate) == (segment, material.rate) and t.id != only.id]
        return (main, *(self._native(take, take.id, material) for take in able))

    def _others(self, found: ShotStock, takes: list[Take]) -> Iterator[MediaFile]:
        """The shot once more for each other whole series of its takes."""
        if not self._alternates:
            return
        whole, lone = series(found, takes)
        name = found.material.shot
        if lone:
            self._say(
                f"Shot {name}: {lone} other {'take does' if lone == 1 else 'takes do'} not go along, because not every "
                f"segment of the shot has one that continues from it."
            )
        if len(whole) > MOST_SERIES:
            self._say(f"Shot {name}: the {MOST_SERIES} newest of {len(whole)} other versions go along.")
        for one in whole[:MOST_SERIES]:
            material = found.material.replace(sources=sources_of(found.planned, one))
            ids = tuple(take.id for take in one)
            yield self._conformed(material).replace(key="+".join(ids), takes=ids)

    def _native(self, take: Take, key: str, material: Material) -> MediaFile:
        scale = self._rate / material.rate
        source = material.sources[0]
        name = _called(take)
        return MediaFile(
            key=key, target=self._target(take.clip, name), frames=max(1, math.floor(take.info.frames * scale)),
            origin=math.ceil((source.first - source.offset) * scale), width=take.info.width, height=take.info.height,
            audio=take.info.audio, take=take.id, segment=take.segment, alias=name,
        )  # fmt: skip

    def _target(self, picked: Picked, name: str) -> str:
        if not self._place.copies:
            return relative(self._project.files.root / picked.path, self._place.folder)
        target = f"{self._place.media}/{name}"
        self._needs[target] = Needed(target, copy=picked)
        return target

    def _conformed(self, material: Material) -> MediaFile:
        """The whole shot in one file, frame for frame as it stands in the film without trims and speed."""
        frames = material.film_frames(self._rate)
        item = ShotItem(id=material.shot, shot=material.shot, end=frames)
        finish = self._view.cut.finish.replace(grade=Grade())
        reel = resolve(Cut(items=(item,), finish=finish), {item.id: material}, self._rate)
        return self._to_make(reel, material.shot, 0)

    # -- cards ---------------------------------------------------------------------------------------------

    def _card(self, item: TitleItem | GapItem, placed: Placed, after: int) -> ClipEntry:
        """A card as a clip, with as much around it as its transitions take."""
        around = max(placed.before, after)
        frames = placed.frames + 2 * around
        layer: Layer
        if isinstance(item, TitleItem):
            layer = TitleLayer(item=item.id, title=item, start=-around)
            text, kind = item.text, "title"
        else:
            layer = ColourLayer(item=item.id, colour=item.colour)
            text, kind = item.colour, "colour"
        reel = Reel(
            rate=self._rate, frames=frames, materials=(), finish=self._view.cut.finish,
            stretches=(Stretch(first=0, frames=frames, layers=(layer,)),),
        )  # fmt: skip
        file = self._to_make(reel, item.id, around)
        mark = Mark(first=around, name=text.split("\n")[0][:80] or item.id, text=text)
        return ClipEntry(
            id=item.id, name=item.id, start=around, frames=placed.frames, media=(file,), active=MAIN, marks=(mark,),
            extras={kind: text, **({"note": item.note} if item.note else {})},
        )  # fmt: skip

    def _to_make(self, reel: Reel, called: str, origin: int) -> MediaFile:
        film = self._film
        how = [reel.to_json(), self._delivery.to_json(), film.width, film.height]
        name = f"{slug(called, 'clip')}-{canonical_hash(how)[:10]}{self._delivery.ending}"
        target = f"{self._place.media}/{name}"
        self._needs[target] = Needed(target, reel=reel)
        return MediaFile(
            key=MAIN, target=target, frames=reel.frames, origin=origin, width=film.width, height=film.height, alias=name
        )

    # -- transitions ---------------------------------------------------------------------------------------

    def _join(self, placed: Placed, out: Entry | None, into: Entry) -> Join | None:
        """The transition as far as handles go: editing programs hold no frames."""
        transition = placed.item.into
        if transition is None or placed.before + placed.after < 2:
            return None
        before, after = placed.before, placed.after
        if isinstance(into, ClipEntry):
            before = min(before, math.floor(into.start / into.speed))
        if isinstance(out, ClipEntry) and out.media:
            left = out.shown.frames - out.start - math.ceil(out.frames * out.speed)
            after = min(after, max(0, math.floor(left / out.speed)))
        if before + after < placed.before + placed.after:
            length = f"is {before + after} frames long" if before + after >= 2 else "is a straight cut"
            self._say(
                f"The transition into {placed.item.id} {length} there instead of {placed.before + placed.after}: there "
                f"are no more frames around the cut."
            )
        return Join(kind=transition.kind, before=before, after=after) if before + after >= 2 else None


def _called(take: Take) -> str:
    """The name of a take's clip where it is copied to: no other has it."""
    return f"{take.shot}-{take.segment + 1}-{take.id}{Path(take.clip.path).suffix}"


def _marks(item: ShotItem, shot: Shot, start: int) -> Iterator[Mark]:
    """The shot's words at its first frame, and its lower thirds."""
    words = "\n".join(text for text in (shot.prompt or shot.description, item.note) if text)
    yield Mark(first=start, name=f"{shot.id} {shot.title}".strip()[:80], text=words)
    for third in item.lower_thirds:
        first = start + math.floor(third.first * item.speed)
        yield Mark(first=first, name=third.text[:80], text="\n".join(t for t in (third.text, third.subtitle) if t))


def relative(path: Path, folder: Path) -> str:
    """The path from a folder to a file, with forward slashes."""
    return Path(os.path.relpath(path, folder)).as_posix()
