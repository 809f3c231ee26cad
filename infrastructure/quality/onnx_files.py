"""Models in ONNX format from files of the user's, run on this computer's processor by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import BackendUnavailable

CURE = "Check the model's file in Settings, under Vision."


class OnnxFile:
    """A model that takes one batch of pictures. `height` and `width` are what it asks for, `free` where it asks for
    none; `last` tells that its channels lie behind height and width. Raises BackendUnavailable when the file, or ONNX
    Runtime, is missing, or it is no model of pictures."""

    def __init__(self, path: Path, free: int) -> None:
        self.name = path.name
        self._session = _session(path)
        given = self._session.get_inputs()
        shape = list(given[0].shape)
        if len(given) != 1 or len(shape) != 4:
            raise BackendUnavailable(f"{path.name} takes no pictures alone.", CURE, retry=False)
        self._input = given[0].name
        self.outputs = tuple(str(one.name) for one in self._session.get_outputs())
        self.last = shape[1] != 3 and shape[3] == 3
        sides = [side for side in (shape[1:3] if self.last else shape[2:4]) if isinstance(side, int) and side > 0]
        self.height, self.width = sides if len(sides) == 2 else (free, free)

    def run(self, pixels: NDArray[Any]) -> list[NDArray[np.float32]]:
        """All outputs for one picture, (height, width, 3). Raises BackendUnavailable."""
        batch = (pixels if self.last else pixels.transpose(2, 0, 1))[None].astype(np.float32)
        try:
            return [np.asarray(made, np.float32) for made in self._session.run(None, {self._input: batch})]
        except Exception as error:  # whatever the model does: ONNX Runtime has no common error
            raise BackendUnavailable(f"{self.name} cannot be run: {error!s:.200}.", CURE, retry=False) from error

    def embedding(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        """The first output for one picture as a vector of length 1. Of a model that gives one for each part of a
        picture, the first is that of the whole. Raises BackendUnavailable."""
        given = self.run(pixels)[0]
        found = given.reshape(given.shape[0], -1, given.shape[-1])[0, 0] if given.ndim == 3 else given.reshape(-1)
        length = float(np.linalg.norm(found))
        if not np.isfinite(length) or not length:
            raise BackendUnavailable(f"{self.name} gives no numbers for a picture.", CURE, retry=False)
        return found / length


def _session(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise BackendUnavailable(
            "ONNX Runtime is not installed, which runs image models.", "pip install 'kinoloom[vision]'", retry=False
        ) from error
    if not path.is_file():
        raise BackendUnavailable(f"There is no model {path.name}.", CURE, retry=False)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others work on this computer as well
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # a file that is none: ONNX Runtime has no common error
        raise BackendUnavailable(f"{path.name} is no ONNX model: {error!s:.200}.", CURE, retry=False) from error
