"""Every error of the libraries beneath becomes a sentence with a cure; known causes get the cure that helps."""

from __future__ import annotations

import errno
import json
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import urllib3
import websocket

from domain.errors import BackendFailed, BackendUnavailable, BadInput, DiskFull, NotFound
from infrastructure.comfyui.failures import FOREIGN, Failure, failure_of, of_exception, of_status, talking
from infrastructure.comfyui.faults import lost, of_node_error, of_refusal
from tests.fakes import comfy_graphs as graphs

SERVER, DOING = "gpu:8188", "sending a picture"


def tree(root: type[BaseException]) -> Iterator[type[BaseException]]:
    """A class and all that come from it, as far as the libraries beneath define them."""
    yield root
    for child in root.__subclasses__():
        if child.__module__.split(".")[0] in {"requests", "websocket", "builtins", "socket", "ssl", "json", "urllib3"}:
            yield from tree(child)


def made(kind: type[BaseException]) -> BaseException:
    """One of that class, whatever its constructor wants."""
    for arguments in (
        (),
        ("x",),
        ("x", "y"),
        ("x", "y", 0),
        ("x", b"y", 0, 1, "z"),
        ("x", 1),
        ("utf-8", "y", 0, 1, "z"),
        (None, "u", "r"),
        ("x", 0, 1, "z"),
    ):
        try:
            return kind(*arguments)
        except (TypeError, AttributeError):
            continue
    raise AssertionError(f"{kind} cannot be made")


ROOTS = (requests.RequestException, websocket.WebSocketException, OSError, json.JSONDecodeError, ValueError, EOFError)
ALL = sorted({c for root in ROOTS for c in tree(root)}, key=lambda c: (c.__module__, c.__qualname__))


def test_the_trees_are_whole() -> None:
    names = {c.__name__ for c in ALL}
    assert {
        "SSLError",
        "ChunkedEncodingError",
        "WebSocketBadStatusException",
        "WebSocketProxyException",
        "gaierror",
        "InvalidURL",
        "BrokenPipeError",
    } <= names
    assert len(ALL) > 50


@pytest.mark.parametrize("kind", ALL, ids=lambda c: f"{c.__module__}.{c.__qualname__}")
def test_the_map_is_total(kind: type[BaseException]) -> None:
    with pytest.raises((BackendFailed, BackendUnavailable)) as caught, talking(SERVER, DOING):
        raise made(kind)
    assert SERVER in str(caught.value)
    assert DOING in str(caught.value)
    assert caught.value.cure
    assert isinstance(caught.value.__cause__, FOREIGN)


@pytest.mark.parametrize("kind", [c for c in tree(urllib3.exceptions.HTTPError)], ids=lambda c: c.__name__)
def test_what_requests_wraps_is_translated_too(kind: type[BaseException]) -> None:
    try:
        inner = made(kind)
    except AssertionError:
        pytest.skip("needs a pool to be made")
    assert of_exception(requests.ConnectionError(inner), SERVER, DOING).message


def test_errors_of_kinoloom_pass() -> None:
    with pytest.raises(BadInput, match="mine"), talking(SERVER, DOING):
        raise BadInput("mine")


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), requests.ConnectionError(OSError(errno.EDQUOT, "full"))]
)
def test_a_full_disk_of_this_computer_is_no_fault_of_the_server(error: Exception) -> None:
    with pytest.raises(DiskFull, match="the disk of this computer is full"), talking(SERVER, DOING):
        raise error


def wrapped(inner: Exception) -> requests.ConnectionError:
    """As requests wraps what urllib3 raised."""
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(urllib3.HTTPConnectionPool("h"), "/", inner))


@pytest.mark.parametrize(
    ("error", "cause", "retry"),
    [
        (wrapped(ConnectionRefusedError(errno.ECONNREFUSED, "refused")), "refused", True),
        (ConnectionRefusedError(), "refused", True),
        (socket.gaierror(-2, "Name or service not known"), "unknown_host", True),
        (wrapped(socket.gaierror(-3, "Temporary failure")), "unknown_host", True),
        (requests.ReadTimeout("slow"), "silent", True),
        (requests.ConnectTimeout("slow"), "unreachable", True),
        (websocket.WebSocketTimeoutException("slow"), "silent", True),
        (wrapped(ConnectionResetError()), "unreachable", True),
        (OSError(errno.EHOSTUNREACH, "no route"), "unreachable", True),
        (requests.exceptions.ChunkedEncodingError("cut"), "unreachable", True),
        (requests.exceptions.SSLError(ssl.SSLError("bad certificate")), "tls", True),
        (requests.exceptions.ProxyError("no"), "unreachable", True),
        (websocket.WebSocketBadStatusException("Handshake status 401", 401), "unauthorised", False),
        (websocket.WebSocketBadStatusException("Handshake status 404", 404), "not_comfyui", True),
        (requests.exceptions.JSONDecodeError("no", "<html>", 0), "not_comfyui", True),
        (requests.exceptions.InvalidURL("no"), "bad_address", False),
        (requests.exceptions.TooManyRedirects("no"), "not_comfyui", True),
        (OSError(errno.ENOSPC, "No space left on device"), "disk", True),
        (PermissionError(errno.EACCES, "Permission denied"), "disk", True),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, Exception) else "",
)
def test_known_faults_of_the_network(error: Exception, cause: str, retry: bool) -> None:
    failure = of_exception(error, SERVER, DOING)
    assert (failure.cause, failure.retry) == (cause, retry)
    assert failure.cure


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 407, 413, 418, 426, 429, 500, 502, 503, 504, 599])
def test_every_status_has_a_sentence(status: int) -> None:
    failure = of_status(status, SERVER, DOING, "text")
    assert SERVER in failure.message
    assert failure.message.endswith(".")
    assert failure.cure


def test_failures_and_errors_are_the_same_thing() -> None:
    unreachable = of_status(503, SERVER, DOING)
    error = unreachable.error()
    assert isinstance(error, BackendUnavailable)
    assert failure_of(error).retry
    assert not failure_of(BackendFailed("no")).retry
    assert failure_of(NotFound("gone")) == Failure(cause="gone", message="gone")


# -- refusals ------------------------------------------------------------------------------------------------------------


def refusal(kind: str, problem: str, details: str, **extra: Any) -> dict[str, Any]:
    error = {
        "type": "prompt_outputs_failed_validation",
        "message": "Prompt outputs failed validation",
        "details": "",
        "extra_info": {},
    }
    found = {"type": problem, "message": "Said by the server", "details": details, "extra_info": extra}
    return {"error": error, "node_errors": {"1": {"errors": [found], "class_type": kind, "dependent_outputs": ["2"]}}}


def test_a_missing_model_is_named_with_those_there_are() -> None:
    answer = refusal(
        "UNETLoader",
        "value_not_in_list",
        "…",
        input_name="unet_name",
        received_value="wan.safetensors",
        input_config=[["a.safetensors", "b.safetensors"], {}],
    )
    failure = of_refusal(answer, {"1": graphs.node("UNETLoader", "High noise")})
    assert failure.cause == "missing_model"
    assert failure.message == (
        "The server refused the workflow: “High noise” (UNETLoader, node 1): unet_name “wan.safetensors” is not on the server "
        "(it has a.safetensors, b.safetensors)."
    )
    assert failure.nodes[0].missing == {"unet_name": "wan.safetensors"}
    assert "Install" in failure.cure


def test_a_long_list_of_models_is_not_given() -> None:
    answer = refusal(
        "UNETLoader", "value_not_in_list", "…", input_name="unet_name", received_value="w.gguf", input_config=None
    )
    assert of_refusal(answer, {}).message.endswith("UNETLoader (node 1): unet_name “w.gguf” is not on the server.")


def test_a_missing_picture() -> None:
    answer = refusal("LoadImage", "custom_validation_failed", "image - Invalid image file: a.png", input_name="image")
    failure = of_refusal(answer, {})
    assert (failure.cause, failure.nodes[0].missing) == ("missing_image", {"image": "a.png"})
    assert "Invalid image file: a.png" in failure.message


def test_a_value_out_of_range() -> None:
    answer = refusal(
        "RepeatImageBatch",
        "value_bigger_than_max",
        "amount",
        input_name="amount",
        received_value=9,
        input_config=["INT", {}],
    )
    assert of_refusal(answer, {}).cause == "invalid"
    assert "amount: Said by the server" in of_refusal(answer, {}).message


@pytest.mark.parametrize(
    "error",
    [
        {
            "type": "invalid_prompt",
            "message": "Cannot execute because node WanMagic does not exist.",
            "details": "Node ID '#7'",
            "extra_info": {},
        },
        {
            "type": "missing_node_type",
            "message": "Node 'WanMagic' not found.",
            "details": "Node ID '#7'",
            "extra_info": {"node_id": "7", "class_type": "WanMagic", "node_title": "Do it"},
        },
    ],
)
def test_a_missing_node(error: dict[str, Any]) -> None:
    failure = of_refusal({"error": error, "node_errors": {}}, {"7": graphs.node("WanMagic", "Do it")})
    assert failure.cause == "missing_node"
    assert failure.message == "The server does not have the node “Do it” (WanMagic, node 7)."
    assert (failure.nodes[0].node, failure.nodes[0].class_type) == ("7", "WanMagic")


def test_a_graph_without_output() -> None:
    failure = of_refusal(
        {"error": {"type": "prompt_no_outputs", "message": "Prompt has no outputs"}, "node_errors": {}}, {}
    )
    assert failure.message == "The server refused the workflow: the workflow has no output node."


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        [],
        {"error": "no"},
        {"error": None, "node_errors": {"1": {}}},
        {"node_errors": {"1": {"errors": [None, {}]}}},
        {"node_errors": None},
    ],
)
def test_a_refusal_of_any_shape_is_a_sentence(answer: Any) -> None:
    failure = of_refusal(answer, {})
    assert failure.message
    assert not failure.retry


# -- nodes that failed ---------------------------------------------------------------------------------------------------


def raised(kind: str, text: str, name: str = "RuntimeError") -> Failure:
    data = {"node_id": "3", "node_type": kind, "exception_type": name, "exception_message": text}
    return of_node_error(data, {"3": graphs.node(kind, "My node")})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Allocation on device 0 would exceed allowed memory. (out of memory)", "torch.OutOfMemoryError"),
        ("Allocation on device \n", "torch.OutOfMemoryError"),
        ("CUDA out of memory. Tried to allocate 2.00 GiB", "torch.cuda.OutOfMemoryError"),
        ("HIP out of memory. Tried to allocate 2.00 GiB", "torch.OutOfMemoryError"),
        ("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported", "RuntimeError"),
        ("MPS backend out of memory (MPS allocated: 9 GB)", "RuntimeError"),
        ("[enforce fail at alloc_cpu.cpp:117] data. DefaultCPUAllocator: not enough memory", "RuntimeError"),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", "RuntimeError"),
    ],
)
def test_out_of_memory_in_all_its_wordings(text: str, name: str) -> None:
    failure = raised("KSampler", text, name)
    assert (failure.cause, failure.retry) == ("out_of_memory", True)
    assert failure.message == "“My node” (KSampler, node 3) failed: the server's graphics card ran out of memory."
    assert "smaller" in failure.cure


def test_other_errors_keep_the_words_of_the_server() -> None:
    failure = raised("KSampler", "mat1 and mat2 shapes cannot be multiplied (77x768 and 4096x320)\n")
    assert failure.cause == "node_error"
    assert (
        failure.message
        == "“My node” (KSampler, node 3) failed: RuntimeError: mat1 and mat2 shapes cannot be multiplied (77x768 and 4096x320)."
    )


def test_disk_and_encoder() -> None:
    assert raised("SaveImage", "[Errno 28] No space left on device", "OSError").cause == "disk"
    assert raised("VHS_VideoCombine", "width not divisible by 2 (65x63)").cause == "odd_size"
    assert raised("KSampler", "x", "comfy.model_management.InterruptProcessingException").cause == "interrupted"


def test_lost_jobs_say_why() -> None:
    assert lost("a", True).cause == "restarted"
    assert lost("a", False).cause == "removed"
    assert lost("a", None).cause == "gone"
