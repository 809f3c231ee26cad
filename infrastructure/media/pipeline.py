"""The picture of the whole film, frame by frame, from its reel. Memory does not grow with the film."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from av.video.frame import VideoFrame

from domain.cut.finish import Grade
from domain.cut.reel import Blend, ColourLayer, Layer, Overlay, Reel, ShotLayer, Stretch, TitleLayer
from domain.sound.subtitles import Caption
from infrastructure.media.blends import faded, mixed, wiped
from infrastructure.media.conform import Picture
from infrastructure.media.grading import Grading
from infrastructure.media.motion import morphed
from infrastructure.media.planes import Sheet, solid
from infrastructure.media.seams import STRAIGHT, Line, matches
from infrastructure.media.shots import ShotReader
from infrastructure.media.titles import Card, lower_third, subtitle

_FADE = 0.25
"""How long a lower third takes to come and to go, in seconds."""


class Pipeline:
    """Paints a reel. `files` has the paths of its files, `scratch` is a folder of ours that may be written to."""

    def __init__(self, reel: Reel, files: Mapping[str, Path], picture: Picture, scratch: Path) -> None:
        self._reel = reel
        self._files = files
        self._picture = picture
        self._scratch = scratch
        self._readers: dict[str, ShotReader] = {}
        self._cards: dict[str, Card] = {}
        self._solids: dict[str, VideoFrame] = {}
        self._gradings: dict[tuple[Grade, ...], Grading] = {}
        self._lines: tuple[int, list[Line]] | None = None

    def frames(self, until: int | None = None) -> Iterator[VideoFrame]:
        """Every frame of the film, or the first `until`. Frames may be the same object again."""
        done = 0
        overlays = Overlays(self._reel, self._picture)
        try:
            for stretch in self._reel.stretches:
                self._forget(stretch)
                for frame in range(stretch.frames):
                    if until is not None and done >= until:
                        return
                    yield overlays.over(self._painted(stretch, frame), done)
                    done += 1
        finally:
            for reader in self._readers.values():
                reader.close()

    def _painted(self, stretch: Stretch, frame: int) -> VideoFrame:
        pictures = [self._layer(layer, frame) for layer in stretch.layers]
        if stretch.blend is None:
            return pictures[0]
        return self._blended(pictures, stretch.blend, frame, stretch.frames)

    def _blended(self, pictures: Sequence[VideoFrame], blend: Blend, frame: int, frames: int) -> VideoFrame:
        out, into = pictures
        progress = Blend.progress(frame, frames)
        match blend.kind:
            case "dissolve":
                return mixed(out, into, float(progress), self._picture)
            case "fade_black":
                return faded(out, into, progress, "#000000", self._picture)
            case "fade_white":
                return faded(out, into, progress, "#ffffff", self._picture)
            case "wipe":
                return wiped(out, into, progress, blend.direction, blend.softness, self._picture)
            case "morph":
                return morphed(out, into, float(progress), self._picture)

    def _layer(self, layer: Layer, frame: int) -> VideoFrame:
        match layer:
            case ShotLayer():
                return self._reader(layer, frame).at(layer.position(frame))
            case TitleLayer():
                if layer.item not in self._cards:
                    self._cards[layer.item] = Card(layer.title, self._picture)
                return self._cards[layer.item].at(layer.start + frame)
            case ColourLayer():
                if layer.colour not in self._solids:
                    self._solids[layer.colour] = solid(layer.colour, self._picture)
                return self._solids[layer.colour]

    def _reader(self, layer: ShotLayer, frame: int) -> ShotReader:
        """The reader of the layer's item, which goes on where the stretch before it ended."""
        found = self._readers.get(layer.item)
        if found is not None and found.position <= layer.position(frame):
            return found
        material = self._reel.materials[layer.material]
        grading = self._grading(layer.grades)
        reader = ShotReader(
            material, self._files, self._picture, self._reel.finish, self._matches(layer.material), grading
        )
        self._readers[layer.item] = reader
        return reader

    def _grading(self, grades: tuple[Grade, ...]) -> Grading | None:
        if not grades:
            return None
        if grades not in self._gradings:
            self._gradings[grades] = Grading(grades, self._files, self._picture, self._scratch)
        return self._gradings[grades]

    def _matches(self, index: int) -> list[Line]:
        """How the clips of a shot are matched; the last answer is kept, for a shot that was split."""
        material = self._reel.materials[index]
        if self._reel.finish.match == "off":
            return [STRAIGHT] * len(material.sources)
        if self._lines is None or self._lines[0] != index:
            self._lines = (index, matches(material, self._reel.finish.match, self._files))
        return self._lines[1]

    def _forget(self, stretch: Stretch) -> None:
        """Close and drop everything that the stretch does not show."""
        items = {layer.item for layer in stretch.layers}
        for item in [item for item in self._readers if item not in items]:
            self._readers.pop(item).close()
        for item in [item for item in self._cards if item not in items]:
            self._cards.pop(item)


class Overlays:
    """Lower thirds and subtitles over the film's frames, which come in order."""

    def __init__(self, reel: Reel, picture: Picture) -> None:
        every: list[Overlay | Caption] = [*reel.overlays, *reel.captions]
        self._waiting = sorted(every, key=lambda overlay: -overlay.first)
        self._shown: list[tuple[Overlay | Caption, Sheet]] = []
        self._fade = max(1, round(_FADE * reel.rate))
        self._picture = picture

    def over(self, frame: VideoFrame, number: int) -> VideoFrame:
        """The film's frame of that number with what lies over it."""
        while self._waiting and self._waiting[-1].first <= number:
            overlay = self._waiting.pop()
            self._shown.append((overlay, self._painted(overlay)))
        self._shown = [(o, sheet) for o, sheet in self._shown if number < o.first + o.frames]
        for overlay, sheet in self._shown:
            place = number - overlay.first
            strength = 1.0
            if isinstance(overlay, Overlay):  # subtitles come and go at once
                strength = min(1.0, (place + 1) / self._fade, (overlay.frames - place) / self._fade)
            frame = sheet.over(frame, strength)
        return frame

    def _painted(self, overlay: Overlay | Caption) -> Sheet:
        if isinstance(overlay, Overlay):
            return lower_third(overlay.text, self._picture)
        return subtitle(overlay.text, self._picture)
