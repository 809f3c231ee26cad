from __future__ import annotations

import pytest

from tests.infrastructure.comfyui.sameness import canonical, differences, without_unknown

ONE = {"1": {"class_type": "A", "inputs": {"x": 1}}, "2": {"class_type": "B", "inputs": {"from": ["1", 0]}}}


def test_ids_do_not_count() -> None:
    other = {"b:9": {"class_type": "B", "inputs": {"from": ["a", 0]}}, "a": {"class_type": "A", "inputs": {"x": 1}}}
    assert canonical(ONE) == canonical(other)
    assert not differences(ONE, other)


@pytest.mark.parametrize(
    "other",
    [
        {**ONE, "1": {"class_type": "A", "inputs": {"x": 2}}},
        {**ONE, "2": {"class_type": "B", "inputs": {"from": ["1", 1]}}},
        {**ONE, "3": {"class_type": "A", "inputs": {"x": 1}}},
        {**ONE, "2": {"class_type": "B", "inputs": {"from": ["gone", 0]}}},
        {**ONE, "2": {"class_type": "B", "inputs": {"from": ["2", 0]}}},
        {"1": ONE["1"]},
    ],
)
def test_everything_else_does(other: dict[str, dict[str, object]]) -> None:
    assert canonical(ONE) != canonical(other)
    assert differences(ONE, other)


def test_inputs_that_the_server_does_not_know_are_dropped() -> None:
    info = {"A": {"input": {"required": {"x": ["INT"]}, "optional": {"y": ["COMFY_DYNAMICCOMBO_V3"]}}}}
    graph = {"1": {"class_type": "A", "inputs": {"x": 1, "audioUI": "", "y.z": 2}}}
    assert without_unknown(graph, info)["1"]["inputs"] == {"x": 1, "y.z": 2}
