"""What the media in a project's folder should be, by the sidecars beside them."""

from __future__ import annotations

from domain.base import Value
from domain.condition import Vouched
from domain.cut.document import Cut
from domain.film import FilmReport
from domain.passes import PassClip
from domain.sound.files import SoundFile
from domain.storyboard import Storyboard
from domain.take import Keyframe, Take
from infrastructure.stores import atomic
from infrastructure.stores.artefacts import KEYFRAME, PASS, SOUND, TAKE
from infrastructure.stores.findings import Findings
from infrastructure.stores.layout import schema_of
from infrastructure.stores.named import tables


class MediaInventory:
    """Collects in `vouched` what sidecars tell about media; what is amiss goes to `found`."""

    def __init__(self, found: Findings) -> None:
        self._found = found
        self.vouched: list[Vouched] = []

    def keyframes(self) -> None:
        """Keyframes, and pictures without a sidecar."""
        for folder in self._found.folders("keyframes"):
            pictures = set(self._found.files(folder, ".png"))
            for path in self._found.files(folder, ".json"):
                picture = f"{path.removesuffix('.json')}.png"
                pictures.discard(picture)
                keyframe = self._found.document(path, KEYFRAME, Keyframe)
                if keyframe is None:
                    continue
                if keyframe.image.path != picture:
                    self._misplaced(path)
                    continue
                self.vouched.append(
                    Vouched(
                        kind="picture", path=picture, title=f"Shot {keyframe.shot}, keyframe {keyframe.name}",
                        sha256=keyframe.image.sha256, size=keyframe.image_bytes, width=keyframe.width,
                        height=keyframe.height,
                    )
                )  # fmt: skip
            for picture in sorted(pictures):
                self._found.add("orphan", picture, "A picture of which nothing is known.", may_move=True)

    def takes(self) -> None:
        """Takes with what was made of their clips."""
        for segment in (s for shot in self._found.folders("takes") for s in self._found.folders(shot)):
            for folder in self._found.folders(segment):
                path = f"{folder}/take.json"
                if not (self._found.root / path).is_file():
                    self._found.add("orphan", folder, "A take of which nothing is known.", may_move=True)
                    continue
                take = self._found.document(path, TAKE, Take)
                if take is None:
                    continue
                if (take.clip.path, take.last.path) != (f"{folder}/clip.mp4", f"{folder}/last.png"):
                    self._misplaced(path)
                    continue
                title = f"Shot {take.shot}, segment {take.segment + 1}, take {take.id}"
                info = take.info
                self.vouched += [
                    Vouched(
                        kind="clip", path=take.clip.path, title=title, sha256=take.clip.sha256,
                        size=take.clip_bytes or info.size, width=info.width, height=info.height, frames=info.frames,
                    ),
                    Vouched(
                        kind="last frame", path=take.last.path, title=f"{title}, last frame", sha256=take.last.sha256,
                        size=take.last_bytes,
                    ),
                ]  # fmt: skip
                self._passes(folder, title)

    def _passes(self, folder: str, title: str) -> None:
        """What was made of a take's clip."""
        clips = {path for path in self._found.files(folder, ".mp4") if not path.endswith("/clip.mp4")}
        for path in self._found.files(folder, ".json"):
            if path.endswith("/take.json"):
                continue
            made = self._found.document(path, PASS, PassClip)
            clips.discard(f"{path.removesuffix('.json')}.mp4")
            if made is None:
                continue
            if made.clip.path != f"{path.removesuffix('.json')}.mp4":
                self._misplaced(path)
                continue
            info = made.info
            self.vouched.append(
                Vouched(
                    kind="clip", path=made.clip.path, title=f"{title}, {made.name}", sha256=made.clip.sha256,
                    size=made.size, width=info.width, height=info.height, frames=info.frames,
                )
            )  # fmt: skip

        for clip in sorted(clips):
            self._found.add("orphan", clip, "A clip of which nothing is known.", may_move=True)

    def sounds(self) -> None:
        """Sounds, and files among them without a sidecar."""
        sounds = {path for path in self._found.files("sounds", "") if not path.endswith((".json", atomic.TMP_SUFFIX))}
        for path in self._found.files("sounds", ".json"):
            sound = self._found.document(path, SOUND, SoundFile)
            if sound is None:
                sounds = {other for other in sounds if other.rpartition(".")[0] != path.removesuffix(".json")}
                continue
            sounds.discard(sound.file.path)
            if sound.file.path.rpartition(".")[0] != path.removesuffix(".json"):
                self._misplaced(path)
                continue
            title = f"The sound {sound.title or sound.name}"
            self.vouched.append(
                Vouched(
                    kind="sound", path=sound.file.path, title=title, sha256=sound.file.sha256, size=sound.size
                )
            )  # fmt: skip
        for path in sorted(sounds):
            self._found.add("orphan", path, "A sound of which nothing is known.", may_move=True)

    def tables(self, cut: Value | None) -> None:
        """Colour tables have no sidecar: those of the cut are known by their hash, others stay for undo."""
        known = tables(cut) if isinstance(cut, Cut) else {}
        for path in self._found.files("tables", ".cube"):
            title = f"The colour table {path.rpartition('/')[2]}"
            self.vouched.append(Vouched(kind="colour table", path=path, title=title, sha256=known.get(path, "")))

    def masks(self, board: Value | None) -> None:
        """Masks have no sidecar either: those of the storyboard are known by their hash."""
        shots = board.shots if isinstance(board, Storyboard) else ()
        known = {shot.mask.path: shot.mask.sha256 for shot in shots if shot.mask is not None}
        for path in self._found.files("masks", ".png"):
            title = f"The mask {path.rpartition('/')[2]}"
            self.vouched.append(Vouched(kind="picture", path=path, title=title, sha256=known.get(path, "")))

    def films(self) -> None:
        """Films that were made here, and others beside them."""
        films = set(self._found.files("film", ".mp4"))
        for path in self._found.files("film", ".report.json"):
            report = self._found.document(path, schema_of("film"), FilmReport)
            film = f"{path.removesuffix('.report.json')}.mp4"
            films.discard(film)
            if report is None or report.file:  # a film that was made elsewhere belongs to the person
                continue
            self.vouched.append(
                Vouched(
                    kind="film", path=film, title=f"Film {report.name}", size=report.info.size, width=report.width,
                    height=report.height, frames=report.frames,
                )
            )  # fmt: skip
        for film in sorted(films):
            self._found.add(
                "orphan", film, "A film without a report.", "It can be watched; make the film again for one."
            )

    def _misplaced(self, path: str) -> None:
        self._found.add(
            "damaged", path, f"{path} tells about files in another place.", "Put the folder back where it came from."
        )
