"""Manifests as TOML: reading them with errors in words, and writing them so that a person can go on editing."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from pydantic import ValidationError

from domain.errors import BadInput
from domain.workflow import WorkflowManifest

MAX_TOML = 2**20
"""Largest manifest, in characters."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_manifest(workflow_id: str, text: str) -> WorkflowManifest:
    """The manifest in a file's text. Raises BadInput naming the entry that cannot be used."""
    cure = f"Correct {workflow_id}.toml; workflows/README.md explains the entries."
    if len(text) > MAX_TOML:
        raise BadInput(f"{workflow_id}.toml is too large for a manifest.", cure)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"{workflow_id}.toml is no TOML: {error!s:.160}.", cure) from error
    if data.pop("id", workflow_id) != workflow_id:
        raise BadInput(f"{workflow_id}.toml has another id in it.", "Take it out: the file's name is the id.")
    try:
        return WorkflowManifest.model_validate({**data, "id": workflow_id})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the manifest"
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise BadInput(f"{workflow_id}.toml cannot be used: {where}: {reason[:200]}.", cure) from error


def write_manifest(manifest: WorkflowManifest) -> str:
    """The manifest as the text of a file; reading it gives an equal one."""
    data = manifest.model_dump(mode="json", exclude_defaults=True, exclude={"id"})
    data["slots"] = {slot: _one_or_more(places) for slot, places in manifest.to_json()["slots"].items()}
    heading = "".join(c for c in " ".join(manifest.title.split()) if c.isprintable())
    lines = [f"# {heading}: where the values of {manifest.id}.json go. Places are written as node.input."]
    tables = {name: data.pop(name) for name in ("slots", "derived", "models", "switches", "quality") if name in data}
    lines += [f"{_key(name)} = {_value(value)}" for name, value in data.items()]
    for name, table in tables.items():
        match name:
            case "models" | "switches":
                for entry in table:
                    lines += ["", f"[[{name}]]", *(f"{_key(k)} = {_value(v)}" for k, v in entry.items())]
            case "quality":
                for preset, entry in table.items():
                    lines += ["", f"[quality.{_key(preset)}]", *(f"{_key(k)} = {_value(v)}" for k, v in entry.items())]
            case _:
                lines += ["", f"[{name}]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def _one_or_more(places: list[str]) -> str | list[str]:
    return places[0] if len(places) == 1 else places


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        # JSON's text is TOML's basic string, but for one control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, list):
        return f"[{', '.join(_value(v) for v in value)}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    raise TypeError(f"a manifest holds no {type(value).__name__}")
