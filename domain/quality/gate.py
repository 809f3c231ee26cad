"""Gates: which checks count, by which limits, and how much. Files hold them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError, model_validator

from domain.base import Value
from domain.errors import BadInput
from domain.names import SafeName
from domain.quality.checks import CHECKS
from domain.quality.values import Action, Severity


class Rule(Value):
    """What a gate says about one check; what it leaves out stays as shipped."""

    severity: Severity | None = None
    action: Action | None = None
    limits: dict[str, float] = Field(default_factory=dict)


class Gate(Value):
    """A named set of rules. Asking for a check or limit that does not exist raises KeyError."""

    id: SafeName
    title: str = Field(min_length=1, max_length=80)
    about: str = ""
    rules: dict[str, Rule] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Gate:
        for check, rule in self.rules.items():
            if check not in CHECKS:
                raise ValueError(f"there is no check {check!r}{_near(check, CHECKS)}")
            for name in rule.limits:
                if name not in CHECKS[check].limits:
                    raise ValueError(f"the check {check} has no limit {name!r}{_near(name, CHECKS[check].limits)}")
        return self

    def severity(self, check: str) -> Severity:
        """How much a finding of that check counts."""
        rule = self.rules.get(check)
        return CHECKS[check].severity if rule is None or rule.severity is None else rule.severity

    def action(self, check: str) -> Action:
        """What is to be done about a finding of that check."""
        rule = self.rules.get(check)
        return CHECKS[check].action if rule is None or rule.action is None else rule.action

    def limit(self, check: str, name: str) -> float:
        """A limit of a check, in the unit that `CHECKS` gives."""
        shipped = CHECKS[check].limits[name].value
        rule = self.rules.get(check)
        return shipped if rule is None else rule.limits.get(name, shipped)


def _near(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def read_gate(gate_id: str, data: Mapping[str, Any], source: str) -> Gate:
    """A gate from a file's table: `title`, `about`, and a table of limits per check, which may also hold `severity` and
    `action`. `source` names the file in the BadInput raised for anything else.
    """
    fields: dict[str, Any] = {"id": gate_id, "rules": {}}
    for key, value in data.items():
        if key in ("title", "about"):
            fields[key] = value
        elif isinstance(value, Mapping):
            named = {name: value[name] for name in ("severity", "action") if name in value}
            limits = {name: limit for name, limit in value.items() if name not in named}
            fields["rules"][key] = named | {"limits": limits}
        else:
            raise BadInput(
                f"The gate {source} cannot be used: {key!r} is no table.", f"Write [{key}] and limits below."
            )
    try:
        return Gate.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part not in ("rules", "limits"))
        said = first["msg"].removeprefix("Value error, ")
        raise BadInput(
            f"The gate {source} cannot be used: {f'{place}: ' if place else ''}{said}.",
            f"The checks are {', '.join(CHECKS)}.",
        ) from error
