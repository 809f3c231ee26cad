"""One order from start to end: which kind of work it is, and what is said when it cannot be done."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2

from infrastructure.animatic.clips import Tell, make_clip
from infrastructure.animatic.pictures import PictureError, jpeg, save_png
from infrastructure.animatic.poses import Pose
from infrastructure.animatic.sources import Drawing, DrawnSource
from infrastructure.animatic.spec import burn_of, scene_of
from infrastructure.stores.atomic import FULL

cv2.setNumThreads(1)  # each worker is one of several; they share the cores


def make_panel(request: dict[str, Any], out: Path, tell: Tell) -> dict[str, Any]:
    """Draw image.png in `out`; values for the done event."""
    begun = time.perf_counter()
    drawing = Drawing(scene_of(request), Pose(), burn_of(request), False)
    source = DrawnSource(drawing, request["width"], request["height"], [Pose()])
    frame = source.shoot(Pose())
    tell("progress", fraction=0.8, detail="drawn")
    tell("preview", data=jpeg(frame).hex())
    save_png(out / "image.png", frame, drawing.to_note())
    return {
        "image": "image.png",
        "info": {"seconds_drawing": round(time.perf_counter() - begun, 3), "seconds_encoding": 0.0},
    }


def work(order: dict[str, Any], tell: Tell) -> None:
    """Do one order; `tell` gets every event of it, ending in "done" or "failed"."""
    request, out = order["request"], Path(order["out"])
    inputs = {name: Path(path) for name, path in order["inputs"].items()}
    tell("started")
    try:
        if request["kind"] == "image":
            values = make_panel(request, out, tell)
        elif request["width"] % 2 or request["height"] % 2:
            size = f"{request['width']} x {request['height']}"
            tell(
                "failed",
                message=f"A clip needs an even width and height, not {size}.",
                cure="Choose another size.",
                retry=False,
            )
            return
        elif "start" not in inputs:
            tell(
                "failed", message="The clip has no start picture.", cure="Choose a keyframe for the shot.", retry=False
            )
            return
        else:
            values = make_clip(request, Fraction(*order["rate"]), inputs, out, tell)
            values["info"]["drawn"] = True
    except PictureError as error:
        tell("failed", message=str(error), cure="Choose or make another picture.", retry=False)
    except OSError as error:
        full = error.errno in FULL
        what = "the disk is full" if full else error.strerror or str(error)
        tell("failed", message=f"The animatic engine could not write its files: {what}.", retry=True,
             cure="Free some space and start again." if full else "Check the disk, then try again.",
             fault="disk" if full else "")  # fmt: skip
    except (MemoryError, cv2.error) as error:
        words = str(error).strip().splitlines()
        what = words[0] if words else "not enough memory"
        tell("failed",
        message=f"The animatic engine could not draw {request['width']} x {request['height']}: {what}.",
             cure="Choose a smaller size.", retry=True)  # fmt: skip
    else:
        tell("done", **values)
