"""Planes of art at different depths, and what the camera sees of them: the drawing of every frame of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from infrastructure.animatic.poses import Matrix, Pose

Pixels = npt.NDArray[np.uint8]
SKY, FAR, MID, SUBJECT, NEAR = 14.0, 5.0, 2.2, 1.0, 0.66
"""Depths at which art is placed; the subject stands at 1."""


@dataclass(frozen=True)
class View:
    """The stretch of a plane that a canvas holds, in frame heights, at `scale` pixels per frame height."""

    left: float
    top: float
    right: float
    bottom: float
    scale: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return (
            max(1, round((self.right - self.left) * self.scale)),
            max(1, round((self.bottom - self.top) * self.scale)),
        )

    def matrix(self) -> Matrix:
        """3 x 3: from frame heights to the canvas's pixels (pixel centres at whole numbers)."""
        s = self.scale
        return np.array([[s, 0, -self.left * s - 0.5], [0, s, -self.top * s - 0.5], [0, 0, 1]], dtype=np.float64)


@dataclass(frozen=True)
class Frame:
    """The picture's size in pixels and how many frame heights of the art fit its height (below 1: cropped)."""

    width: int
    height: int
    tall: float = 1.0

    @staticmethod
    def around(width: int, height: int, aspect: float) -> Frame:
        """The frame of that size that shows as much as it can of art with `aspect`, and nothing outside it."""
        return Frame(width, height, min(1.0, aspect / (width / height)))

    @property
    def scale(self) -> float:
        """Pixels per frame height."""
        return self.height / self.tall

    def matrix(self) -> Matrix:
        """3 x 3: from frame heights around the centre to pixels."""
        s = self.scale
        return np.array([[s, 0, self.width / 2 - 0.5], [0, s, self.height / 2 - 0.5], [0, 0, 1]], dtype=np.float64)

    def view(self, depth: float, poses: Sequence[Pose], sharpest: float = 1.6) -> View:
        """What must be drawn of the plane at `depth` for all `poses`, and how finely (at most `sharpest` x)."""
        x, y = self.width / self.scale / 2, self.tall / 2
        corners = np.array([[-x, x, -x, x], [-y, -y, y, y], [1, 1, 1, 1]], dtype=np.float64)
        found = []
        scale = 1.0
        for pose in poses:
            matrix = pose.matrix(depth)
            seen = np.linalg.inv(matrix) @ corners
            found.append(seen[:2] / seen[2])
            scale = max(scale, float(matrix[0, 0]))
        seen = np.concatenate(found, axis=1)
        pad = 0.012
        scale = self.scale * min(sharpest, scale)
        left, top = (seen.min(axis=1) - pad).tolist()
        right, bottom = (seen.max(axis=1) + pad).tolist()
        return View(left, top, right, bottom, scale)


@dataclass(frozen=True)
class Plane:
    """One layer of art: BGRA, colour premultiplied by alpha (light that adds has alpha 0), seen at `depth`.

    `image` may hold only a part of `view`: it begins `offset` (x, y) pixels into it. From the row `opaque_from` of it
    down to the view's bottom nothing behind can be seen.
    """

    image: Pixels
    view: View
    depth: float
    solid: bool = False
    offset: tuple[int, int] = (0, 0)
    opaque_from: int | None = None

    def trimmed(self) -> Plane | None:
        """The same plane without its empty margins; None when it is empty."""
        if self.solid:
            return self
        used = self.image.view(np.uint32)[..., 0] != 0
        rows, columns = np.flatnonzero(used.any(axis=1)), np.flatnonzero(used.any(axis=0))
        if not rows.size:
            return None
        top, bottom = max(0, int(rows[0]) - 1), int(rows[-1]) + 2
        left, right = max(0, int(columns[0]) - 1), int(columns[-1]) + 2
        image = np.ascontiguousarray(self.image[top:bottom, left:right])
        opaque = None
        if left == 0 and image.shape[1] == self.image.shape[1] and image.shape[0] + top == self.image.shape[0]:
            bare = np.flatnonzero((image[..., 3] < 255).any(axis=1))
            first = int(bare[-1]) + 1 if bare.size else 0
            opaque = first if first < image.shape[0] else None
        return Plane(image, self.view, self.depth, False, (self.offset[0] + left, self.offset[1] + top), opaque)

    def _to_frame(self, frame: Frame, pose: Pose) -> Matrix:
        shift = np.array([[1, 0, -self.offset[0]], [0, 1, -self.offset[1]], [0, 0, 1]], dtype=np.float64)
        found: Matrix = frame.matrix() @ pose.matrix(self.depth) @ np.linalg.inv(shift @ self.view.matrix())
        return found

    def floor(self, frame: Frame, pose: Pose) -> int:
        """The row of the frame from which down this plane hides everything behind it; its height when there is none."""
        if self.opaque_from is None:
            return frame.height
        edge = np.array([[0, self.image.shape[1]], [self.opaque_from] * 2, [1, 1]], dtype=np.float64)
        seen = self._to_frame(frame, pose) @ edge
        return max(0, min(frame.height, int(np.ceil((seen[1] / seen[2]).max())) + 2))

    def paint(self, target: Pixels, frame: Frame, pose: Pose, lowest: int) -> None:
        """Lay the plane over `target` (height x width x BGRA, changed in place) as the camera sees it, down to the row
        `lowest`."""
        forward = self._to_frame(frame, pose)
        height, width = self.image.shape[:2]
        box = forward @ np.array([[-1, width, -1, width], [-1, -1, height, height], [1, 1, 1, 1]], dtype=np.float64)
        box = box[:2] / box[2]
        left, top = (int(v) for v in np.clip(np.floor(box.min(axis=1)), 0, (frame.width, frame.height)))
        right, bottom = (int(v) for v in np.clip(np.ceil(box.max(axis=1)) + 1, 0, (frame.width, frame.height)))
        bottom = min(bottom, lowest)
        if right <= left or bottom <= top:
            return
        back = np.linalg.inv(forward) @ np.array([[1, 0, left], [0, 1, top], [0, 0, 1]], dtype=np.float64)
        region = target[top:bottom, left:right]
        size = (right - left, bottom - top)
        border = cv2.BORDER_REPLICATE if self.solid else cv2.BORDER_CONSTANT
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        # Shrinking below a half would alias with two-tap filtering; moves stay well above it.
        if pose.yaw == 0.0:
            seen = cv2.warpAffine(self.image, back[:2], size, flags=flags, borderMode=border)
        else:
            seen = cv2.warpPerspective(self.image, back, size, flags=flags, borderMode=border)
        if self.solid:
            region[:] = seen
        else:
            blended = max(0, min(bottom, self.floor(frame, pose)) - top)
            layer = seen.astype(np.uint8, copy=False)
            over(region[:blended], layer[:blended])
            region[blended:] = layer[blended:]


def over(target: Pixels, layer: Pixels) -> None:
    """Lay a premultiplied BGRA `layer` over `target` of the same shape, in place."""
    if not layer.size:
        return
    rest = cv2.bitwise_not(cv2.extractChannel(layer, 3))
    kept = cv2.multiply(target, cv2.merge([rest, rest, rest, rest]), scale=1 / 255)
    cv2.add(kept, layer, dst=target)


def flattened(planes: Sequence[Plane]) -> list[Plane]:
    """One plane in place of all: for cameras that only turn and zoom, to which depth makes no difference.

    All planes must have the same view, the first must be solid.
    """
    ground, *others = planes
    image = ground.image.copy()
    for plane in others:
        (left, top), (height, width) = plane.offset, plane.image.shape[:2]
        over(image[top : top + height, left : left + width], plane.image)
    image[..., 3] = 255
    return [Plane(image, ground.view, ground.depth, True)]


def see(planes: Sequence[Plane], frame: Frame, pose: Pose, target: Pixels) -> None:
    """Draw what the camera sees into `target` (height x width x BGRA): all planes, farthest first."""
    lowest = [frame.height]
    for plane in reversed(planes):
        lowest.append(min(lowest[-1], plane.floor(frame, pose)))
    for plane, limit in zip(planes, reversed(lowest[:-1]), strict=True):
        plane.paint(target, frame, pose, limit)
    target[..., 3] = 255
