"""What a server says over its WebSocket, as typed values. Kinds that are not known are kept and harm nobody."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from domain.jsontext import crowded


class Wire(BaseModel):
    """Foreign data: frozen; fields that are not known are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class ExecInfo(Wire):
    """How many prompts wait or run."""

    queue_remaining: int = 0


class QueueStatus(Wire):
    """The state of the queue."""

    exec_info: ExecInfo = ExecInfo()


class StatusData(Wire):
    """`sid` is our client id again, in the first message of a connection only."""

    status: QueueStatus = QueueStatus()
    sid: str = ""


class Status(Wire):
    """The queue changed; sent to every client."""

    type: Literal["status"]
    data: StatusData


class FeatureFlags(Wire):
    """The server's answer to our own flags."""

    type: Literal["feature_flags"]
    data: dict[str, Any] = {}


class Of(Wire):
    """What belongs to a prompt."""

    prompt_id: str = ""


class StartData(Of):
    """`timestamp` is the server's clock in milliseconds."""

    timestamp: int = 0


class ExecutionStart(Wire):
    """A prompt begins."""

    type: Literal["execution_start"]
    data: StartData


class CachedData(StartData):
    """Nodes whose results are still there from an earlier run."""

    nodes: tuple[str, ...] = ()


class ExecutionCached(Wire):
    """What need not be run."""

    type: Literal["execution_cached"]
    data: CachedData


class ExecutionSuccess(Wire):
    """A prompt ended well; its results are in the history a moment later."""

    type: Literal["execution_success"]
    data: StartData


class NodeState(Wire):
    """How far one node is."""

    value: float = 0
    max: float = 1
    state: str = "running"
    display_node_id: str | None = None
    real_node_id: str | None = None


class ProgressStateData(Of):
    """All nodes that have begun."""

    nodes: dict[str, NodeState] = {}


class ProgressState(Wire):
    """How far all nodes are."""

    type: Literal["progress_state"]
    data: ProgressStateData


class ExecutingData(Of):
    """`node` is None after the last one."""

    node: str | None = None
    display_node: str | None = None


class Executing(Wire):
    """A node begins, or the prompt is over."""

    type: Literal["executing"]
    data: ExecutingData


class ProgressData(Of):
    """`value` of `max` steps of `node`."""

    value: float = 0
    max: float = 1
    node: str | None = None


class Progress(Wire):
    """One step inside a node."""

    type: Literal["progress"]
    data: ProgressData


class ExecutedData(Of):
    """`output` is what the node shows: lists of files, texts."""

    node: str = ""
    display_node: str | None = None
    output: dict[str, Any] | None = None


class Executed(Wire):
    """An output node has finished, or its earlier result is still there."""

    type: Literal["executed"]
    data: ExecutedData


class EndData(StartData):
    """Where a prompt ended early."""

    node_id: str = ""
    node_type: str = ""
    executed: tuple[str, ...] = ()


class ErrorData(EndData):
    """What the node raised."""

    exception_message: str = ""
    exception_type: str = ""
    traceback: Any = None


class ExecutionError(Wire):
    """A node failed."""

    type: Literal["execution_error"]
    data: ErrorData


class ExecutionInterrupted(Wire):
    """Somebody stopped the prompt; sent to every client."""

    type: Literal["execution_interrupted"]
    data: EndData


class Preview(Wire):
    """A picture of the work so far. `prompt_id` and `node` are empty in the old kind of frame."""

    type: Literal["preview"] = "preview"
    mime: str
    image: bytes = Field(repr=False)
    prompt_id: str = ""
    node: str = ""


class NodeText(Wire):
    """A line that a node wants shown."""

    type: Literal["text"] = "text"
    node: str = ""
    text: str = ""


class Unknown(Wire):
    """A message of a kind that is not known here, or not as it should be; kept as it came."""

    type: str = ""
    data: Any = None
    problem: str = ""


TextMessage = Annotated[
    Status | FeatureFlags | ExecutionStart | ExecutionCached | ExecutionSuccess | ProgressState | Executing | Progress
    | Executed | ExecutionError | ExecutionInterrupted,
    Field(discriminator="type"),
]  # fmt: skip
Message = (
    Status | FeatureFlags | ExecutionStart | ExecutionCached | ExecutionSuccess | ProgressState | Executing | Progress
    | Executed | ExecutionError | ExecutionInterrupted | Preview | NodeText | Unknown
)  # fmt: skip

_TEXT: TypeAdapter[Message] = TypeAdapter(TextMessage)
_FORMATS = {1: "image/jpeg", 2: "image/png"}
PREVIEW, TEXT, PREVIEW_WITH_METADATA = 1, 3, 4


def parse_text(text: str | bytes) -> Message:
    """A text frame. Never raises."""
    try:
        if crowded(text):
            raise ValueError("too many values")
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Unknown(data=text[:200], problem=f"no JSON: {error}")
    if not isinstance(raw, dict):
        return Unknown(data=raw, problem="no object")
    kind = str(raw.get("type", ""))
    try:
        return _TEXT.validate_python(raw)
    except ValidationError as error:
        return Unknown(type=kind, data=raw.get("data"), problem=f"{error.error_count()} fields do not fit")


def parse_binary(frame: bytes) -> Message:
    """A binary frame: previews of both kinds, and texts. Never raises."""
    kind, body = int.from_bytes(frame[:4], "big"), frame[4:]
    if kind == PREVIEW and len(body) > 4:
        return Preview(mime=_mime(int.from_bytes(body[:4], "big"), body[4:]), image=body[4:])
    if kind == PREVIEW_WITH_METADATA and len(body) > 4:
        size = int.from_bytes(body[:4], "big")
        try:
            about = json.loads(body[4 : 4 + size])
            image = body[4 + size :]
            mime = str(about.get("image_type") or _mime(0, image))
            return Preview(
                mime=mime,
                image=image,
                prompt_id=str(about.get("prompt_id") or ""),
                node=str(about.get("node_id") or ""),
            )
        except (ValueError, AttributeError) as error:
            return Unknown(type="binary:4", data=frame[:64], problem=str(error))
    if kind == TEXT and len(body) >= 4:
        size = int.from_bytes(body[:4], "big")
        if size <= len(body) - 4:
            node, text = body[4 : 4 + size], body[4 + size :]
            return NodeText(node=node.decode(errors="replace"), text=text.decode(errors="replace"))
    return Unknown(type=f"binary:{kind}", data=frame[:64])


def prompt_of(message: Message) -> str:
    """The prompt that a message belongs to; empty when it does not say."""
    if isinstance(message, Preview):
        return message.prompt_id
    data = getattr(message, "data", None)
    if isinstance(data, dict):
        return str(data.get("prompt_id") or "")
    return data.prompt_id if isinstance(data, Of) else ""


def _mime(code: int, image: bytes) -> str:
    if code in _FORMATS:
        return _FORMATS[code]
    if image.startswith(b"\x89PNG"):
        return "image/png"
    return "image/webp" if image[8:12] == b"WEBP" else "image/jpeg"
