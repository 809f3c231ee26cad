"""What a camera can be pointed at: art that we can draw again, and flat pictures that are only cropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np

from infrastructure.animatic.overlay import Overlay, vignette
from infrastructure.animatic.pictures import Picture
from infrastructure.animatic.planes import Frame, Pixels, flattened, see
from infrastructure.animatic.poses import Pose
from infrastructure.animatic.spec import Burn, SceneSpec
from infrastructure.animatic.stage import Stage

Note = dict[str, Any]


class Source(Protocol):
    """Something that can be filmed."""

    def shoot(self, pose: Pose) -> Pixels:
        """The frame seen from `pose`, overlay included: a fresh BGRA picture."""
        ...

    def note(self, pose: Pose) -> Note:
        """What the frame's PNG must carry so that a next clip can go on from it."""
        ...

    def clean(self, pose: Pose) -> Pixels | None:
        """The frame without overlay when only that can continue it; None when it can be drawn again."""
        ...


@dataclass(frozen=True)
class Drawing:
    """A note of ours read back: art, where the camera stood, and the overlay."""

    spec: SceneSpec
    pose: Pose
    burn: Burn
    continues: bool

    @staticmethod
    def read(note: Note | None) -> Drawing | None:
        """The drawing a PNG's note describes; None when it describes none that this version can draw."""
        if not note or note.get("schema") != 1 or note.get("kind") not in ("panel", "frame"):
            return None
        try:
            return Drawing(
                SceneSpec.from_json(note["spec"]),
                Pose.from_json(note["pose"]),
                Burn.from_json(note["burn"]),
                note["kind"] == "frame",
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def to_note(self) -> Note:
        """The note to put into a PNG."""
        return {
            "schema": 1,
            "kind": "frame" if self.continues else "panel",
            "spec": self.spec.to_json(),
            "pose": self.pose.to_json(),
            "burn": self.burn.to_json(),
        }


def thinned(poses: Sequence[Pose], most: int = 120) -> list[Pose]:
    """At most about `most` of the poses, the first and last among them."""
    step = max(1, len(poses) // most)
    return [*poses[::step], poses[-1]]


class DrawnSource:
    """A drawn scene, its planes rendered just large and fine enough for the poses it will be seen from."""

    def __init__(self, drawing: Drawing, width: int, height: int, poses: Sequence[Pose]) -> None:
        """Draw the planes for a picture of `width` x `height` pixels seen from `poses`."""
        self._drawing = drawing
        self._frame = Frame.around(width, height, drawing.spec.aspect)
        stage = Stage(drawing.spec)
        wanted = thinned(poses)
        self._planes = stage.planes(lambda depth: self._frame.view(depth, wanted))
        if all(p.turns_only for p in wanted):
            self._planes = flattened(self._planes)
        self._shade = vignette(width, height, stage.look.vignette)
        self._overlay = Overlay(drawing.burn, width, height)

    def shoot(self, pose: Pose) -> Pixels:
        """The frame seen from `pose`."""
        target = np.zeros((self._frame.height, self._frame.width, 4), dtype=np.uint8)
        see(self._planes, self._frame, pose, target)
        cv2.multiply(target, self._shade, dst=target, scale=1 / 255)
        self._overlay.lay(target)
        return target

    def note(self, pose: Pose) -> Note:
        """The drawing at this pose."""
        return Drawing(self._drawing.spec, pose, self._drawing.burn, True).to_note()

    def clean(self, pose: Pose) -> Pixels | None:
        """None: it can be drawn again."""
        return None


def _crop(pose: Pose) -> tuple[float, float, float]:
    """Centre (x, y) and size of the frame on a flat picture: depth makes no difference there."""
    return pose.pan + pose.x, pose.tilt + pose.y, (1 - pose.z) / pose.zoom


class FlatSource:
    """A picture without depth. The frame moves inside it and never shows anything beyond its edges.

    `anchored`: pose zero shows exactly the whole frame-shaped picture, and moves are narrowed to fit inside it;
    otherwise the picture is enlarged just so much that the whole move fits.
    """

    def __init__(
        self, picture: Pixels, width: int, height: int, poses: Sequence[Pose], burn: Burn, *, anchored: bool
    ) -> None:
        """Fit `picture` to frames of `width` x `height` pixels seen from `poses`."""
        self._size = (width, height)
        self._aspect = width / height
        self._overlay = Overlay(burn, width, height)
        self._anchored = anchored
        tall, wide = picture.shape[:2]
        scale = max(width / wide, height / tall)
        # Twice the frame's fineness, band-limited once here, so that slow moves do not pulse between soft and sharp.
        fine = 1.0 if all(p == Pose() for p in poses) else 2.0
        factor = scale * fine
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        size = (max(width, round(wide * factor)), max(height, round(tall * factor)))
        same = (wide, tall) == size
        self._picture = picture if same else np.asarray(cv2.resize(picture, size, interpolation=way), dtype=np.uint8)
        self._still = picture if (wide, tall) == self._size else None
        self._high = size[1] / (height * fine)  # the picture's extent in frame heights
        self._wide = size[0] / (height * fine)
        self._fit = (1.0, 0.0, 0.0)
        if not anchored:
            self._fit = self._fitted(poses)

    def _fitted(self, poses: Sequence[Pose]) -> tuple[float, float, float]:
        crops = np.array([_crop(p) for p in poses])
        half = crops[:, 2] / 2
        left, right = (crops[:, 0] - half * self._aspect).min(), (crops[:, 0] + half * self._aspect).max()
        top, bottom = (crops[:, 1] - half).min(), (crops[:, 1] + half).max()
        factor = min(self._wide / (right - left), self._high / (bottom - top))
        return float(factor), float((left + right) / 2), float((top + bottom) / 2)

    def _window(self, pose: Pose) -> tuple[float, float, float]:
        x, y, size = _crop(pose)
        if self._anchored:
            size = max(
                0.2, min(size, 1.0, self._wide / self._aspect - 2 * abs(x) / self._aspect, self._high - 2 * abs(y))
            )
        else:
            factor, mid_x, mid_y = self._fit
            x, y, size = (x - mid_x) * factor, (y - mid_y) * factor, size * factor
        room_x, room_y = max(0.0, self._wide - size * self._aspect) / 2, max(0.0, self._high - size) / 2
        return min(room_x, max(-room_x, x)), min(room_y, max(-room_y, y)), size

    def _bare(self, pose: Pose) -> Pixels:
        x, y, size = self._window(pose)
        if self._still is not None and (abs(x), abs(y), abs(size - 1)) < (1e-9, 1e-9, 1e-9):
            return self._still.copy()
        width, height = self._size
        tall, wide = self._picture.shape[:2]
        unit = tall / self._high  # picture pixels per frame height
        step = size * unit / height
        corner_x = wide / 2 + x * unit - step * width / 2
        corner_y = tall / 2 + y * unit - step * height / 2
        back = np.array([[step, 0, corner_x + step / 2 - 0.5], [0, step, corner_y + step / 2 - 0.5]])
        seen = cv2.warpAffine(
            self._picture,
            back,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(seen, dtype=np.uint8)

    def shoot(self, pose: Pose) -> Pixels:
        """The frame seen from `pose`."""
        frame = self._bare(pose)
        self._overlay.lay(frame)
        return frame

    def note(self, pose: Pose) -> Note:
        """Only that it is flat."""
        return {"schema": 1, "kind": "flat"}

    def clean(self, pose: Pose) -> Pixels | None:
        """The frame without its overlay, where there is one."""
        return None if self._overlay.empty else self._bare(pose)


def reopened(
    picture: Picture, burn: Burn | None, width: int, height: int, poses: Sequence[Pose], *, anchored: bool
) -> tuple[Source, Pose, bool]:
    """The source a picture gives for moves starting at its own view, the pose of that view, and whether shooting
    it there gives the picture exactly.

    `poses` are relative to the picture's view; `burn` replaces the overlay the note names.
    """
    same_size = picture.pixels.shape[:2] == (height, width)
    drawing = Drawing.read(picture.note)
    if drawing is not None:
        if burn is not None:
            drawing = Drawing(drawing.spec, drawing.pose, burn, drawing.continues)
        source = DrawnSource(drawing, width, height, [drawing.pose.plus(p) for p in poses])
        exact = same_size and bool(np.array_equal(source.shoot(drawing.pose), picture.pixels))
        return source, drawing.pose, exact
    bare = picture.clean if picture.clean is not None else picture.pixels
    laid = Burn(on=False) if burn is None or (picture.clean is None and picture.note is not None) else burn
    flat = FlatSource(bare, width, height, poses, laid, anchored=anchored)
    exact = anchored and same_size and bool(np.array_equal(flat.shoot(Pose()), picture.pixels))
    return flat, Pose(), exact
