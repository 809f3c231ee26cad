"""What a server says is read whatever it says."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.comfyui import messages as m

JPEG = b"\xff\xd8\xff\xe0 picture"
PNG = b"\x89PNG\r\n\x1a\n picture"


def text(kind: str, **data: Any) -> m.Message:
    return m.parse_text(json.dumps({"type": kind, "data": data}))


@pytest.mark.corpus
def test_every_recorded_frame_is_known(corpus: Path) -> None:
    kinds = set()
    for path in (corpus / "comfyui" / "traffic").glob("*.json"):
        for frame in json.loads(path.read_text("utf-8"))["frames"]:
            message = (
                m.parse_text(json.dumps(frame["text"]))
                if "text" in frame
                else m.parse_binary(bytes.fromhex(frame["head"]))
            )
            assert not isinstance(message, m.Unknown), message
            kinds.add(message.type)
            if "text" in frame:
                assert m.prompt_of(message) == frame["text"]["data"].get("prompt_id", "")
    assert kinds == {
        "status", "execution_start", "execution_cached", "execution_success", "execution_error", "execution_interrupted",
        "progress_state", "progress", "executing", "executed", "preview",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "picture", "mime"), [(1, JPEG, "image/jpeg"), (2, PNG, "image/png"), (9, PNG, "image/png")]
)
def test_a_preview_of_the_old_kind(code: int, picture: bytes, mime: str) -> None:
    assert m.parse_binary(struct.pack(">II", 1, code) + picture) == m.Preview(mime=mime, image=picture)


def test_a_preview_that_says_what_it_shows() -> None:
    about = json.dumps({"prompt_id": "p", "node_id": "3", "image_type": "image/png", "more": None}).encode()
    message = m.parse_binary(struct.pack(">II", 4, len(about)) + about + PNG)
    assert message == m.Preview(mime="image/png", image=PNG, prompt_id="p", node="3")


def test_a_text_of_a_node() -> None:
    assert m.parse_binary(struct.pack(">II", 3, 2) + b"12hello") == m.NodeText(node="12", text="hello")


def test_a_kind_that_is_not_known_is_kept() -> None:
    message = text("crystools.monitor", cpu=3)
    assert message == m.Unknown(type="crystools.monitor", data={"cpu": 3}, problem="1 fields do not fit")


def test_fields_that_are_not_known_do_no_harm() -> None:
    message = text("execution_start", prompt_id="p", timestamp=5, brand_new=[1])
    assert isinstance(message, m.ExecutionStart)
    assert m.prompt_of(message) == "p"


def test_numbers_as_ids_are_taken() -> None:
    message = text("executing", node=7, prompt_id="p")
    assert isinstance(message, m.Executing)
    assert message.data.node == "7"


@given(
    st.one_of(
        st.binary(),
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)
        ).map(json.dumps),
    )
)
def test_nothing_a_server_says_is_fatal(frame: str | bytes) -> None:
    m.prompt_of(m.parse_text(frame))
    if isinstance(frame, bytes):
        m.prompt_of(m.parse_binary(frame))


@given(
    st.sampled_from(
        ["status", "execution_start", "progress_state", "executing", "progress", "executed", "execution_error"]
    ),
    st.dictionaries(
        st.sampled_from(["prompt_id", "node", "nodes", "value", "max", "output", "status"]),
        st.none() | st.integers() | st.text() | st.lists(st.integers()),
    ),
)
def test_known_kinds_with_odd_data_are_not_fatal(kind: str, data: dict[str, Any]) -> None:
    assert m.prompt_of(text(kind, **data)) is not None


@given(st.integers(0, 5), st.binary(max_size=40))
def test_no_binary_frame_is_fatal(kind: int, body: bytes) -> None:
    m.parse_binary(struct.pack(">I", kind) + body)
