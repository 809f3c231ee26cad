"""What the doctor finds on machines that lack something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.backend import Problem
from infrastructure.registry import BackendRegistry, Entry
from infrastructure.remote import OpenAIImages, OpenAIOptions, PictureBackend
from services.doctor import Doctor, Finding
from tests.fakes.backend import FakeBackend, fake_spec
from tests.fakes.writer import ScriptedWriter


class Machine:
    """A machine that has everything, until the test takes something away."""

    def __init__(self) -> None:
        self.lacks: set[str] = set()
        self.python_version = "3.12.1"
        self.free = 100 * 2**30

    def python(self) -> tuple[str, str]:
        return self.python_version, "Linux x86_64"

    def version(self, distribution: str) -> str | None:
        return None if distribution in self.lacks else "1.0"

    def media_libraries(self) -> dict[str, str]:
        if "ffmpeg" in self.lacks:
            raise ImportError("libavcodec is not there")
        return {"libavcodec": "62.0.0"}

    def has_encoder(self, name: str) -> bool:
        return name not in self.lacks

    def why_not_writable(self, folder: Path) -> str:
        return "Read-only file system" if folder.name in self.lacks else ""

    def free_bytes(self, folder: Path) -> int:
        if "disk" in self.lacks:
            raise OSError("no such disk")
        return self.free


def examine(
    machine: Machine, backend: FakeBackend, *problems: str, writer: ScriptedWriter | None = None,
    provider: PictureBackend | None = None,
) -> dict[str, Finding]:  # fmt: skip
    entries: dict[str, Entry] = {"animatic": (backend.spec, lambda: backend)}
    if provider is not None:
        entries["openai"] = (provider.spec, lambda: provider)
    registry = BackendRegistry(entries)
    folders = [("projects", Path("/p/projects")), ("data", Path("/p/data"))]
    doctor = Doctor(machine, registry, folders, lambda: list(problems), "0.1", writer)
    try:
        return {finding.check: finding for finding in doctor.examine()}
    finally:
        backend.close()


def animatic() -> FakeBackend:
    return FakeBackend(fake_spec(id="animatic"))


def test_a_sound_machine_has_no_problem() -> None:
    found = examine(Machine(), animatic())
    assert all(f.ok and not f.cure for f in found.values()), found
    assert {"python", "kinoloom", "av", "gradio", "ffmpeg", "encoder libx264", "encoder aac", "disk"} <= set(found)
    assert found["animatic engine"].found == "drew a picture"


Take = Callable[[Machine, FakeBackend], object]
WRONG: dict[str, tuple[Take, bool]] = {
    "python": (lambda m, b: setattr(m, "python_version", "3.10.4"), True),
    "gradio": (lambda m, b: m.lacks.add("gradio"), True),
    "ffmpeg": (lambda m, b: m.lacks.add("ffmpeg"), True),
    "encoder libx264": (lambda m, b: m.lacks.add("libx264"), True),
    "encoder aac": (lambda m, b: m.lacks.add("aac"), True),
    "data folder": (lambda m, b: m.lacks.add("data"), True),
    "disk": (lambda m, b: setattr(m, "free", 10), False),
    "animatic engine": (lambda m, b: setattr(b, "problems", (Problem(what="No fonts.", cure="Get some."),)), True),
}


@pytest.mark.parametrize("check", WRONG)
def test_what_is_missing_is_named_with_a_cure(check: str) -> None:
    machine, backend = Machine(), animatic()
    take, needed = WRONG[check]
    take(machine, backend)
    bad = {name: f for name, f in examine(machine, backend).items() if not f.ok}
    assert set(bad) == {check}
    assert bad[check].cure and bad[check].found and bad[check].needed is needed


def test_settings_that_cannot_be_used_are_listed() -> None:
    found = examine(Machine(), animatic(), "film.quality is 'best' and is not used.")
    assert not found["settings"].ok and "best" in found["settings"].found and found["settings"].cure


def test_services_that_charge_are_listed_and_not_asked() -> None:
    def found(**options: Any) -> Finding:
        provider = PictureBackend(OpenAIImages(lambda: OpenAIOptions(**options)))
        return examine(Machine(), animatic(), provider=provider)["openai"]

    assert found().ok and "not set up: needs an API key, in Settings under OpenAI images" in found().found
    assert found(key="a-key").ok and "charges" in found(key="a-key").found
    wrong = found(key="a-key", quality="max")
    assert not wrong.ok and not wrong.needed and "no quality" in wrong.found and wrong.cure


def test_a_check_that_breaks_is_a_finding_and_the_others_are_made() -> None:
    machine = Machine()
    machine.lacks.add("disk")
    found = examine(machine, animatic())
    assert not found["places"].ok and "no such disk" in found["places"].found
    assert found["animatic engine"].ok


def test_the_model_that_writes_is_looked_at_where_one_is_set_up() -> None:
    assert "writing model" not in examine(Machine(), animatic())
    writer = ScriptedWriter("{}")
    assert examine(Machine(), animatic(), writer=writer)["writing model"].found == "scripted can be reached"
    writer.missing = "The language model at h cannot be reached: ConnectionError."
    found = examine(Machine(), animatic(), writer=writer)["writing model"]
    assert not found.ok and not found.needed and "cannot be reached" in found.found and "Settings" in found.cure
