"""One clip: the camera's move through a source, frame by frame into the encoder, and its last frame as PNG."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from infrastructure.animatic.encoding import ClipWriter
from infrastructure.animatic.pictures import Picture, jpeg, open_picture, save_png
from infrastructure.animatic.planes import Pixels
from infrastructure.animatic.poses import Pose, ease, path
from infrastructure.animatic.sources import Drawing, DrawnSource, FlatSource, Note, Source, reopened
from infrastructure.animatic.spec import Burn
from infrastructure.animatic.texture import clouds

Tell = Callable[..., None]
_SETTLE = 8
"""Frames over which a picture that could not be drawn again turns into its drawing."""


@dataclass(frozen=True)
class Move:
    """The camera move a request asks for: `offset` and `whole` place this clip within its shot, in frames."""

    camera: str
    amount: float
    frames: int
    rate: Fraction
    seed: int
    offset: int
    whole: int

    @staticmethod
    def of(request: dict[str, Any], rate: Fraction) -> Move:
        """Read it from a request."""
        params, frames = request["params"], int(request["frames"])
        motion, speed = params.get("motion"), params.get("camera_speed")
        amount = (1.0 if motion is None else float(motion)) * (1.0 if speed is None else float(speed))
        span = params.get("span")
        offset, whole = (int(span[0]), int(span[1])) if isinstance(span, list) and len(span) == 2 else (0, frames)
        offset = max(0, offset)
        return Move(
            str(params.get("camera") or "static"),
            amount,
            frames,
            rate,
            int(request["seed"]),
            offset,
            max(whole, offset + 1),
        )

    def shot(self) -> list[Pose]:
        """The poses of the whole shot."""
        return path(self.camera, self.whole, self.rate, self.amount, self.seed)

    def poses(self) -> list[Pose]:
        """The poses of this clip's frames within the shot's move; frames beyond the shot hold still."""
        shot = self.shot()
        return [shot[min(self.offset + i, self.whole - 1)] for i in range(self.frames)]

    def alone(self) -> list[Pose]:
        """The poses of a move made within this clip only."""
        return path(self.camera, self.frames, self.rate, self.amount, self.seed)


def _relative(pose: Pose, origin: Pose) -> Pose:
    return Pose(
        pose.x - origin.x, pose.y - origin.y, pose.z - origin.z, pose.pan - origin.pan, pose.tilt - origin.tilt,
        pose.zoom / origin.zoom, pose.yaw - origin.yaw,
    )  # fmt: skip


def _burn(request: dict[str, Any], note: Burn | None) -> Burn:
    params, base = request["params"], note or Burn()
    caption = params.get("caption") or request.get("prompt") or None
    return Burn(
        label=request["label"] or base.label,
        size=str(params.get("size") or base.size),
        caption=base.caption if caption is None else str(caption),
        on=bool(params.get("burn_in", base.on)),
    )


@dataclass
class Reel:
    """Frames in order (None repeats the one before), and afterwards what the last one's PNG must carry."""

    frames: Iterator[Pixels | None]
    note: Note
    clean: Callable[[], Pixels | None]


def _from_picture(shot: Source, poses: list[Pose], first: Pixels | None) -> Iterator[Pixels | None]:
    """Frames of `shot`; where `first` is given it is frame 0, and the next few melt from it into the drawing."""
    before: Pose | None = None
    for index, pose in enumerate(poses):
        melting = first is not None and index <= _SETTLE
        if pose == before and not melting:
            yield None
            continue
        before = pose
        frame = shot.shoot(pose) if index or first is None else first.copy()
        if melting and index and first is not None:
            share = ease(index / (_SETTLE + 1))
            frame = np.asarray(cv2.addWeighted(first, 1 - share, frame, share, 0), dtype=np.uint8)
        yield frame


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    return FlatSource(pixels, width, height, [Pose()], Burn(on=False), anchored=False).shoot(Pose())


def _single(picture: Picture, request: dict[str, Any], move: Move) -> Reel:
    width, height = request["width"], request["height"]
    drawing = Drawing.read(picture.note)
    burn = _burn(request, drawing.burn if drawing else None)
    if drawing is not None:
        drawing = Drawing(drawing.spec, drawing.pose, burn, drawing.continues)
        fits = move.poses()
        if fits[0] == drawing.pose or (move.offset == 0 and not drawing.continues):
            poses, wanted = fits, move.shot()
        else:
            poses = wanted = [drawing.pose.plus(p) for p in move.alone()]
        drawn = DrawnSource(drawing, width, height, wanted)
        first = None
        if drawing.continues and not np.array_equal(drawn.shoot(poses[0]), picture.pixels):
            first = _resized(picture.pixels, width, height)
        return Reel(_from_picture(drawn, poses, first), drawn.note(poses[-1]), lambda: None)
    continues = picture.note is not None
    poses = move.poses()
    if continues or move.offset:
        poses = [_relative(p, poses[0]) for p in poses]
    anchored = continues or move.offset > 0
    source, _, _ = reopened(picture, burn, width, height, poses if anchored else move.shot(), anchored=anchored)
    first = None
    if continues and picture.pixels.shape[:2] == (height, width):
        first = None if np.array_equal(source.shoot(poses[0]), picture.pixels) else picture.pixels
    return Reel(_from_picture(source, poses, first), source.note(poses[-1]), lambda: source.clean(poses[-1]))


def _own_view(picture: Picture, width: int, height: int, poses: list[Pose]) -> tuple[Source, Pose]:
    """A source that shows the picture exactly when seen from the returned pose."""
    source, pose, exact = reopened(picture, None, width, height, poses, anchored=True)
    if not exact and isinstance(source, DrawnSource):
        flat = FlatSource(picture.pixels, width, height, poses, Burn(on=False), anchored=True)
        return flat, Pose()
    return source, pose


def _between(start: Picture, end: Picture, request: dict[str, Any], move: Move) -> Reel:
    """From one picture to another: both move on the same path while the second soaks through the first."""
    width, height = request["width"], request["height"]
    poses = move.alone()
    arriving = [_relative(p, poses[-1]) for p in poses]
    first, first_pose = _own_view(start, width, height, poses)
    second, second_pose = _own_view(end, width, height, arriving)
    grain = clouds(width, height, move.seed)
    soft = 0.55
    steps = np.arange(256, dtype=np.float64) / 255

    def frames() -> Iterator[Pixels | None]:
        for index in range(move.frames):
            share = ease(index / max(1, move.frames - 1))
            if share <= 0 or share >= 1:
                source, pose = (first, first_pose) if share <= 0 else (second, second_pose)
                yield source.shoot(pose)
                continue
            table = np.clip((share * (1 + soft) - steps) / soft, 0, 1)
            table = table * table * (3 - 2 * table)
            mask = cv2.LUT(grain, np.round(table * 255).astype(np.uint8))
            rest = cv2.bitwise_not(mask)
            old = cv2.multiply(first.shoot(first_pose.plus(poses[index])), cv2.merge([rest] * 4), scale=1 / 255)
            new = cv2.multiply(second.shoot(second_pose.plus(arriving[index])), cv2.merge([mask] * 4), scale=1 / 255)
            yield np.asarray(cv2.add(old, new), dtype=np.uint8)

    if move.frames == 1:
        return Reel(frames(), first.note(first_pose), lambda: first.clean(first_pose))
    return Reel(frames(), second.note(second_pose), lambda: second.clean(second_pose))


def make_clip(
    request: dict[str, Any], rate: Fraction, inputs: dict[str, Path], out: Path, tell: Tell
) -> dict[str, Any]:
    """Make clip.mp4 and last.png in `out`; values for the done event. Raises PictureError for unusable inputs."""
    begun = time.perf_counter()
    move = Move.of(request, rate)
    start = open_picture(inputs["start"], "start picture")
    reel = (
        _between(start, open_picture(inputs["end"], "end picture"), request, move)
        if "end" in inputs
        else _single(start, request, move)
    )
    shown = time.monotonic()
    last: Pixels | None = None
    with ClipWriter(out / "clip.mp4", request["width"], request["height"], rate) as writer:
        for index, frame in enumerate(reel.frames):
            last = frame if frame is not None else last
            writer.add(frame)
            if index % 5 == 4:
                tell(
                    "progress",
                    fraction=round((index + 1) / (move.frames + 1), 4),
                    detail=f"frame {index + 1} of {move.frames}",
                )
            if last is not None and (index == 0 or time.monotonic() - shown >= 1):
                shown = time.monotonic()
                tell("preview", data=jpeg(last).hex())
    assert last is not None
    save_png(out / "last.png", last, reel.note, reel.clean())
    total = time.perf_counter() - begun
    return {
        "clip": "clip.mp4",
        "last": "last.png",
        "info": {
            "seconds_drawing": round(total - writer.seconds, 3),
            "seconds_encoding": round(writer.seconds, 3),
            "frames": move.frames,
            "matrix": "bt709",
        },
    }
