"""Things that lie over the picture where nobody ordered them: signs, lettering, clocks, bars."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from tests.tools.calibration.worlds import Pixels, Shape

Colour = tuple[int, int, int]


def stamp(
    text: str, x: float, y: float, size: float, ink: Colour, alpha: float = 1.0, font: int = cv2.FONT_HERSHEY_DUPLEX
) -> Any:
    """Lettering in a colour and a font, beginning at a place; `size` and place as shares of the picture."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        over, scale = frame.copy(), size * shape.height / 22
        place = int(shape.width * x), int(shape.height * y)
        cv2.putText(over, text, place, font, scale, ink, max(1, round(scale * 1.6)), cv2.LINE_AA)
        return cv2.addWeighted(frame, 1 - alpha, over, alpha, 0)

    return change


def plate(x: float, y: float, ink: Colour, ground: Colour, text: str = "TV7", alpha: float = 1.0) -> Any:
    """A filled box with a few letters in it, as stations set into a corner."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        over, scale = frame.copy(), shape.height / 480
        left, top = int(shape.width * x), int(shape.height * y)
        (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 2)
        pad = high // 2
        cv2.rectangle(over, (left, top), (left + wide + 2 * pad, top + high + 2 * pad), ground, -1)
        place = left + pad, top + pad + high
        cv2.putText(over, text, place, cv2.FONT_HERSHEY_DUPLEX, scale, ink, max(1, round(scale * 2)), cv2.LINE_AA)
        return cv2.addWeighted(frame, 1 - alpha, over, alpha, 0)

    return change


def clock(x: float, y: float, size: float, ink: Colour) -> Any:
    """A running time code."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        text = f"00:00:{index // 24:02}:{index % 24:02}"
        return stamp(text, x, y, size, ink)(frame, index, shape)

    return change


def turning(x: float, y: float, size: float, alpha: float) -> Any:
    """A round sign in which a star turns."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        over, radius = frame.copy(), int(size * shape.height)
        middle = int(x * shape.width), int(y * shape.height)
        cv2.circle(over, middle, radius, (245, 245, 245), max(2, radius // 5), cv2.LINE_AA)
        for k in range(5):
            a, b = (2 * np.pi * place / 5 + index / 20 for place in (k, k + 2))
            ends = [(int(middle[0] + radius * np.sin(w)), int(middle[1] - radius * np.cos(w))) for w in (a, b)]
            cv2.line(over, ends[0], ends[1], (245, 245, 245), max(2, radius // 8), cv2.LINE_AA)
        return cv2.addWeighted(frame, 1 - alpha, over, alpha, 0)

    return change


def everywhere(text: str, alpha: float) -> Any:
    """Slanted lettering again and again over the whole picture, as agencies print on samples."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        over, scale = np.zeros_like(frame), shape.height / 500
        for y in range(shape.height // 8, shape.height, shape.height // 3):
            for x in range(0, shape.width, shape.width // 3):
                place = x + y // 4, y
                cv2.putText(over, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 2, cv2.LINE_AA)
        turn = cv2.getRotationMatrix2D((shape.width / 2, shape.height / 2), 20, 1.1)
        ink = cv2.warpAffine(over, turn, (shape.width, shape.height)).astype(np.float32) / 255 * alpha
        return frame * (1 - ink) + 255 * ink

    return change


def barred(top: float, low: float, left: float, right: float, ink: Colour = (0, 0, 0)) -> Any:
    """Bars at the edges, each as a share of the height or the width."""

    def change(frame: Pixels, index: int, shape: Shape) -> Any:
        frame = frame.copy()
        for share, size, part in (
            (top, shape.height, frame), (low, shape.height, frame[::-1]),
            (left, shape.width, frame.transpose(1, 0, 2)), (right, shape.width, frame[:, ::-1].transpose(1, 0, 2)),
        ):  # fmt: skip
            part[: round(share * size)] = ink
        return frame

    return change
