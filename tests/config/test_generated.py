"""The generated settings documents are those of the schema."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from config.settings import FILE_NAME, describe, load
from tests.tools.settings_docs import FILES, RENEW


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_file_is_what_the_schema_makes(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path](), f"{path.name} is out of date. Renew it: {RENEW}"


def test_the_defaults_file_is_a_settings_file_with_every_default(tmp_path: Path, checkout: Path) -> None:
    text = (checkout / "config" / "defaults.yaml").read_text(encoding="utf-8")
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")

    loaded = load(tmp_path, {})

    assert loaded.problems == []
    assert set(loaded.origin.values()) == {"file"}
    data = yaml.safe_load(text)
    assert {f"{s}.{n}": v for s, names in data.items() for n, v in names.items()} == {
        f.key: f.default for f in describe()
    }
