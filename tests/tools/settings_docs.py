"""Writes what is generated from the settings schema: `python -m tests.tools.settings_docs`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import yaml

from config.settings import SettingField, describe

ROOT = Path(__file__).resolve().parents[2]
RENEW = "python -m tests.tools.settings_docs"

INTRODUCTION = """\
# Settings

All of them are on the Settings tab. They are kept in `settings.yaml` in the configuration folder, which
`kinoloom doctor` names; [config/defaults.yaml](../config/defaults.yaml) is such a file with every default in it.

An environment variable goes before the file, and the file before the default. The Settings tab shows for each value
which of the three it comes from. A value that cannot be used is reported with its name and the reason, and the next
of the three counts; reading never changes the file. An empty variable counts as absent. A `settings.yaml` that cannot
be read at all is reported and left alone; when a setting is next changed, it is renamed to
`settings.yaml.damaged-<time>` first.

This page is generated from `config/sections.py`; after a change there, renew it with `python -m tests.tools.settings_docs`.
"""


def settings_page() -> str:
    """docs/settings.md."""
    parts = [INTRODUCTION]
    for _, group in groupby(describe(), key=lambda each: each.section):
        fields = list(group)
        parts.append(f"\n## {fields[0].section_title}\n\n{fields[0].section_help}\n\n")
        parts.append("| setting | in the file | default | values | what it does |\n|---|---|---|---|---|\n")
        for each in fields:
            default = f"`{_yaml(each)}`"
            parts.append(f"| {each.title} | `{each.key}` | {default} | {_values(each)} | {each.help} |\n")
        variables = ", ".join(f"`{each.variable}`" for each in fields)
        parts.append(f"\nEnvironment: {variables}.\n")
    return "".join(parts)


def defaults_file() -> str:
    """config/defaults.yaml."""
    parts = [
        f"# Every setting with its default. Kinoloom does not read this file: it is generated, with\n# `{RENEW}`,\n"
    ]
    parts.append("# as a model for settings.yaml in the configuration folder, which `kinoloom doctor` names.\n")
    for section, group in groupby(describe(), key=lambda each: each.section):
        fields = list(group)
        parts.append(f"\n# {fields[0].section_help}\n{section}:\n")
        for each in fields:
            name = each.key.partition(".")[2]
            parts.append(f"  # {each.help} Values: {_values(each).replace('`', '')}.\n  {name}: {_yaml(each)}\n")
    return "".join(parts)


def _values(each: SettingField) -> str:
    match each.kind:
        case "choice":
            return ", ".join(f"`{choice}`" for choice in each.choices)
        case "number":
            return f"{each.minimum} to {each.maximum}"
        case "switch":
            return "`true`, `false`"
        case "text":
            return "text"


def _yaml(each: SettingField) -> str:
    return yaml.safe_dump([each.default], default_flow_style=True).strip()[1:-1].replace("''", '""')


FILES = {ROOT / "docs" / "settings.md": settings_page, ROOT / "config" / "defaults.yaml": defaults_file}


def main() -> None:
    """Write both files."""
    for path, make in FILES.items():
        path.write_text(make(), encoding="utf-8", newline="\n")
        print(f"{path.relative_to(ROOT)} written")


if __name__ == "__main__":
    main()
