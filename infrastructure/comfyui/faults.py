"""A server's refusal of a graph and a node's failure while it ran, as failures with a cure for the known ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from infrastructure.comfyui.failures import Cause, Failure, NodeFault, title_of

MEMORY = re.compile(
    r"out of memory|OutOfMemoryError|Allocation on device|HIP out of memory|not enough memory|"
    r"DefaultCPUAllocator|CUBLAS_STATUS_ALLOC_FAILED|insufficient memory|"
    r"MPS backend out of memory|UR_RESULT_ERROR_OUT_OF",
    re.IGNORECASE,
)
DISK = re.compile(r"No space left on device|\[Errno 28\]|disk quota exceeded|There is not enough space", re.IGNORECASE)
ENCODER = re.compile(r"libx264|avcodec_open2|not divisible by 2|(width|height) must be (even|divisible)", re.IGNORECASE)
MISSING_FILE = re.compile(r"FileNotFoundError|No such file or directory", re.IGNORECASE)

LOADERS = re.compile(r"Load(Image|Video|Audio)")
"""Nodes whose missing value is a picture, clip or sound of ours and not a model."""

WRITERS = re.compile(r"Video|WEBM|Combine|Animated", re.IGNORECASE)

MODEL_ENDINGS = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".sft", ".onnx")


def of_refusal(answer: Any, graph: Mapping[str, Any]) -> Failure:
    """Why the server did not take a graph: the body of its answer, of status 400 or of 200 with node errors."""
    answer = answer if isinstance(answer, Mapping) else {}
    error = answer.get("error")
    error = error if isinstance(error, Mapping) else {"message": str(error or "")}
    nodes = tuple(
        _node_fault(str(node), entry, graph)
        for node, entry in (answer.get("node_errors") or {}).items()
        if isinstance(entry, Mapping)
    )
    kind, message, details = (str(error.get(key) or "") for key in ("type", "message", "details"))
    if kind == "missing_node_type" or (kind == "invalid_prompt" and "does not exist" in message):
        return _missing_node(error, message, details, graph)
    if not nodes:
        what = {
            "prompt_no_outputs": "the workflow has no output node",
            "no_prompt": "nothing was sent",
        }.get(kind, f"{message} {details}".strip() or "the server gave no reason")
        return Failure(
            cause="invalid", message=f"The server refused the workflow: {_end(what)}", retry=False,
            cure="Add a node that saves, such as SaveVideo or SaveImage." if kind == "prompt_no_outputs"
            else "Check the workflow in ComfyUI.",
        )  # fmt: skip
    cause, cure = _worst(nodes)
    words = "; ".join(f"{title_of(graph, n.node, n.class_type)}: {', '.join(n.problems)}" for n in nodes)
    return Failure(
        cause=cause, message=f"The server refused the workflow: {_end(words)}", cure=cure, retry=False, nodes=nodes
    )


def _missing_node(error: Mapping[str, Any], message: str, details: str, graph: Mapping[str, Any]) -> Failure:
    extra = error.get("extra_info")
    extra = extra if isinstance(extra, Mapping) else {}
    found = re.search(r"node (?:type )?'?([^']+?)'? (?:does not exist|not found)", message)
    number = re.search(r"#([^']+)", details)
    node = str(extra.get("node_id") or (number[1] if number else ""))
    entry = graph.get(node)
    entry = entry if isinstance(entry, Mapping) else {}
    kind = str(extra.get("class_type") or entry.get("class_type") or (found[1] if found else "?"))
    title = title_of(graph, node, kind) if node else kind
    fault = NodeFault(node=node, title=title, class_type=kind, problems=(f"there is no node {kind}",))
    return Failure(
        cause="missing_node", message=f"The server does not have the node {title}.", retry=False, nodes=(fault,),
        cure="Install the custom nodes that bring it (ComfyUI Manager: Install Missing Custom Nodes), or update "
        "ComfyUI, and restart it.",
    )  # fmt: skip


def _node_fault(node: str, entry: Mapping[str, Any], graph: Mapping[str, Any]) -> NodeFault:
    kind = str(entry.get("class_type") or "")
    problems, missing = [], {}
    for error in entry.get("errors") or ():
        if not isinstance(error, Mapping):
            continue
        extra = error.get("extra_info")
        extra = extra if isinstance(extra, Mapping) else {}
        name, type_ = str(extra.get("input_name") or ""), str(error.get("type") or "")
        message, details = str(error.get("message") or ""), str(error.get("details") or "")
        value = extra.get("received_value")
        if type_ == "value_not_in_list":
            missing[name] = str(value)
            problems.append(f"{name} “{value}” is not on the server{_choices(extra.get('input_config'))}")
        elif type_ == "custom_validation_failed" and LOADERS.search(kind):
            missing[name or "image"] = details.rpartition(": ")[2]
            problems.append(details.partition(" - ")[2] or details or message)
        elif type_ == "required_input_missing":
            problems.append(f"{details or name} is missing")
        elif name and value is not None and name not in message:
            problems.append(f"{name}: {message}")
        else:
            problems.append(f"{message} ({details})" if details and details not in message else message)
    return NodeFault(
        node=node, title=title_of(graph, node, kind), class_type=kind,
        problems=tuple(problems) or ("the server gave no reason",), missing=missing,
    )  # fmt: skip


def _choices(config: Any) -> str:
    """The values the server has, when it names them: `[[values], options]` or `["COMBO", {"options": values}]`."""
    listed = None
    if isinstance(config, (list, tuple)) and config:
        listed = config[0]
        if not isinstance(listed, list) and len(config) > 1 and isinstance(config[1], Mapping):
            listed = config[1].get("options")
    if not isinstance(listed, list):
        return ""
    return f" (it has {', '.join(map(str, listed[:5]))}{' …' if len(listed) > 5 else ''})" if listed else " (none is)"


def _worst(nodes: tuple[NodeFault, ...]) -> tuple[Cause, str]:
    """The cause that explains most, and its cure."""
    models = [(n, v) for n in nodes for v in n.missing.values() if not LOADERS.search(n.class_type)]
    for _, value in models:
        if value.lower().endswith(MODEL_ENDINGS):
            return "missing_model", "Install the model on the server, or choose one that it has, and press R there."
    if any(n.missing and LOADERS.search(n.class_type) for n in nodes):
        return "missing_image", "Start again: the picture is sent anew."
    if models:
        return "invalid", "Choose a value that the server has."
    return "invalid", "Check these inputs."


def of_node_error(data: Mapping[str, Any], graph: Mapping[str, Any]) -> Failure:
    """Why a node failed while it ran: the data of an `execution_error`."""
    node, kind = str(data.get("node_id") or ""), str(data.get("node_type") or "")
    name = str(data.get("exception_type") or "").strip()
    text = " ".join(str(data.get("exception_message") or "").split())
    title = title_of(graph, node, kind)
    words = f"{name}: {text}" if name and name not in text else text
    cause: Cause
    if MEMORY.search(words):
        cause, retry = "out_of_memory", True
        what = "the server's graphics card ran out of memory"
        cure = "Choose a smaller size, fewer frames or a lighter model, and close other programs on the server."
    elif DISK.search(words):
        cause, retry = "disk", True
        what, cure = "the server's disk is full", "Free some space on the server."
    elif ENCODER.search(words) and WRITERS.search(kind):
        cause, retry = "odd_size", False
        what = f"the video encoder refused the pictures ({words[:160]})"
        cure = "Use an even width and height."
    elif MISSING_FILE.search(words):
        cause, retry = "node_error", True
        what, cure = words[:400], "A file is not on the server; start again, and the pictures are sent anew."
    elif "InterruptProcessing" in name:
        return interrupted(node, kind, graph)
    else:
        cause, retry = "node_error", False
        what, cure = words[:400] or "no reason was given", "Look at the server's console; try the workflow in ComfyUI."
    fault = NodeFault(node=node, title=title, class_type=kind, problems=(words[:1000] or "no reason was given",))
    return Failure(cause=cause, message=f"{title} failed: {_end(what)}", cure=cure, retry=retry, nodes=(fault,))


def interrupted(node: str, kind: str, graph: Mapping[str, Any]) -> Failure:
    """A run that somebody stopped on the server."""
    where = f" at {title_of(graph, node, kind)}" if node else ""
    return Failure(
        cause="interrupted", message=f"The run was stopped on the server{where}.", cure="Start it again.", retry=True
    )


def lost(server: str, restarted: bool | None) -> Failure:
    """A prompt that is neither waiting, running nor remembered; None when nobody watched since it was sent."""
    if restarted is None:
        return Failure(
            cause="gone", message=f"{server} does not know the job: it was restarted, or somebody removed it.",
            cure="Start it again.",
        )  # fmt: skip
    if restarted:
        return Failure(
            cause="restarted", message=f"{server} was restarted and has forgotten the job.", cure="Start it again."
        )
    return Failure(
        cause="removed", message=f"Somebody removed the job from the queue of {server}.", cure="Start it again."
    )


def _end(text: str) -> str:
    """The text as a sentence."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
