"""What would be sent for a request, in words and as a graph."""

from __future__ import annotations

from domain.engine import SentGraph
from domain.project import Picked
from domain.request import GenerationRequest
from infrastructure.comfyui.build import Built


def pictures_of(request: GenerationRequest) -> dict[str, Picked]:
    """The pictures of a request by input."""
    given = {"start": request.start, "end": request.end, "clip": request.clip}
    given |= {f"reference-{i}": picked for i, picked in enumerate(request.references)}
    return {name: picked for name, picked in given.items() if picked is not None}


def words_of(request: GenerationRequest) -> dict[str, str]:
    """What a request asks for, in words."""
    words = {
        "prompt": request.prompt, "negative": request.negative, "seed": str(request.seed),
        "size": f"{request.width}×{request.height}", "frames": str(request.frames),
    }  # fmt: skip
    return {name: text for name, text in words.items() if text}


def as_sent(request: GenerationRequest, built: Built, url: str) -> SentGraph:
    """A graph as it would go to that server."""
    slots = words_of(request) | {name: str(value) for name, value in built.values.items()}
    return SentGraph(
        workflow=request.workflow, server=url, slots=slots, graph=dict(built.graph), problems=built.problems
    )
