"""The stand-in's check of a graph, with ComfyUI's words for what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.comfy_nodes import Folders, picture_path

Graph = Mapping[str, Any]
Error = dict[str, Any]


@dataclass
class Verdict:
    """`outputs` are the output nodes to run; with none of them the graph is refused."""

    outputs: list[str] = field(default_factory=list)
    error: Error | None = None
    node_errors: dict[str, Any] = field(default_factory=dict)


def _error(kind: str, message: str, details: str, **extra: Any) -> Error:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def is_link(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def check(graph: Graph, info: Mapping[str, Any], folders: Folders, targets: Collection[str] | None) -> Verdict:
    """What the server says to this graph."""
    outputs = []
    for node, entry in graph.items():
        kind = entry.get("class_type")
        if kind is None:
            return Verdict(error=_error(
                "invalid_prompt", "Cannot execute because a node is missing the class_type property.", f"Node ID '#{node}'"
            ))  # fmt: skip
        if kind not in info:
            return Verdict(error=_error(
                "invalid_prompt", f"Cannot execute because node {kind} does not exist.", f"Node ID '#{node}'"
            ))  # fmt: skip
        if info[kind].get("output_node") and (targets is None or node in targets):
            outputs.append(node)
    if not outputs:
        return Verdict(error=_error("prompt_no_outputs", "Prompt has no outputs", ""))
    checker = _Checker(graph, info, folders)
    verdict = Verdict()
    own: list[Error] = []
    for output in outputs:
        try:
            if checker.fine(output):
                verdict.outputs.append(output)
                continue
        except KeyError as error:
            checker.errors[output] = [
                _error(
                    "exception_during_validation",
                    "Exception when validating node",
                    str(error),
                    exception_type="KeyError",
                    traceback=[],
                )
            ]
        own += checker.errors.get(output, ())
        # As the server does it: an output that fails is put down to every node that has failed so far.
        for node, errors in checker.errors.items():
            entry = verdict.node_errors.setdefault(
                node, {"errors": errors, "dependent_outputs": [], "class_type": graph[node]["class_type"]}
            )
            entry["dependent_outputs"].append(output)
    if not verdict.outputs:
        said = "Prompt outputs failed validation"
        verdict.error = _error(
            "prompt_outputs_failed_validation", said, "\n".join(f"{e['message']}: {e['details']}" for e in own)
        )
    return verdict


class _Checker:
    def __init__(self, graph: Graph, info: Mapping[str, Any], folders: Folders) -> None:
        self.graph, self.info, self.folders = graph, info, folders
        self.errors: dict[str, list[Error]] = {}
        self._fine: dict[str, bool] = {}

    def fine(self, node: str) -> bool:
        """Whether a node and all behind it are in order."""
        if node in self._fine:
            return self._fine[node]
        self._fine[node] = True
        errors: list[Error] = []
        deep = True
        entry = self.graph[node]
        sections = self.info[entry["class_type"]]["input"]
        for section in ("required", "optional"):
            for name, spec in (sections.get(section) or {}).items():
                if name not in entry["inputs"]:
                    if section == "required":
                        errors.append(
                            _error("required_input_missing", "Required input is missing", name, input_name=name)
                        )
                    continue
                value = entry["inputs"][name]
                spec = [spec[0], spec[1] if len(spec) > 1 else {}]
                if is_link(value):
                    deep &= self._link(errors, name, spec, value)
                else:
                    errors += self._value(entry, name, spec, value)
        if entry["class_type"] in ("LoadImage", "LoadImageMask") and not errors:
            image = str(entry["inputs"]["image"])
            if not picture_path(self.folders, image).is_file():
                errors.append(_error(
                    "custom_validation_failed", "Custom validation failed for node",
                    f"image - Invalid image file: {image}", input_name="image",
                ))  # fmt: skip
        if entry["class_type"] == "LoadVideo" and not errors:
            clip = str(entry["inputs"]["file"])
            if not picture_path(self.folders, clip).is_file():
                errors.append(_error(
                    "custom_validation_failed", "Custom validation failed for node", f"Invalid video file: {clip}",
                    input_name="file",
                ))  # fmt: skip
        if errors:
            self.errors[node] = errors
        self._fine[node] = deep and not errors
        return self._fine[node]

    def _link(self, errors: list[Error], name: str, spec: Any, value: list[Any]) -> bool:
        wanted = spec[0] if isinstance(spec[0], str) else "COMBO"
        given = self.info[self.graph[value[0]]["class_type"]]["output"]
        got = given[value[1]] if value[1] < len(given) else None
        got = "COMBO" if isinstance(got, list) else got
        if got != wanted and "*" not in (got, wanted) and not set(str(got).split(",")) & set(wanted.split(",")):
            errors.append(_error(
                "return_type_mismatch", "Return type mismatch between linked nodes",
                f"{name}, received_type({got}) mismatch input_type({wanted})",
                input_name=name, input_config=spec, received_type=got, linked_node=value,
            ))  # fmt: skip
            return True
        try:
            return self.fine(value[0])
        except KeyError as error:
            # A link to nowhere, found inside that node, is put down to it under the names of this one.
            self.errors[value[0]] = [_error(
                "exception_during_inner_validation", "Exception when validating inner node", str(error),
                input_name=name, input_config=spec, exception_message=str(error), exception_type="KeyError",
                traceback=[], linked_node=value,
            )]  # fmt: skip
            return False

    def _value(self, entry: dict[str, Any], name: str, spec: Any, value: Any) -> list[Error]:
        kind, options = spec
        about = {"input_name": name, "input_config": spec, "received_value": value}
        choices = kind if isinstance(kind, list) else options.get("options") if kind == "COMBO" else None
        if choices is not None:
            if (
                entry["class_type"] in ("LoadImage", "LoadVideo")
                or (entry["class_type"], name) == ("LoadImageMask", "image")
                or value in choices
            ):
                return []
            config = spec if len(choices) <= 20 else None
            listed = str(choices) if len(choices) <= 20 else f"(list of length {len(choices)})"
            details = f"{name}: {value!r} not in {listed}"
            return [_error("value_not_in_list", "Value not in list", details, **{**about, "input_config": config})]
        cast = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}.get(kind)
        if cast is None:
            return []
        try:
            entry["inputs"][name] = value = cast(value)
        except (TypeError, ValueError) as error:
            return [_error(
                "invalid_input_type", f"Failed to convert an input value to a {kind} value", f"{name}, {value}, {error}",
                **about, exception_message=str(error),
            )]  # fmt: skip
        about["received_value"] = value
        if "min" in options and value < options["min"]:
            return [
                _error("value_smaller_than_min", f"Value {value} smaller than min of {options['min']}", name, **about)
            ]
        if "max" in options and value > options["max"]:
            return [
                _error("value_bigger_than_max", f"Value {value} bigger than max of {options['max']}", name, **about)
            ]
        return []
