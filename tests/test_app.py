"""The composition root: what it loads, what it refuses, and what takes effect at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import pytest

import app
from config.settings import FILE_NAME
from domain.errors import BadInput, StudioError
from infrastructure.environment import cores
from infrastructure.paths import Roots, find_roots
from tests.fakes.bench import shot

HEAVY = ("gradio", "av", "cv2", "numpy", "PIL", "fastapi", "uvicorn", "rich.progress")


def fresh(code: str, *, cwd: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter of its own that finds our packages in `path`."""
    env = os.environ | {"PYTHONPATH": path or str(app.HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, env=env, capture_output=True, text=True, timeout=60)


def test_importing_it_loads_nothing_heavy(tmp_path: Path) -> None:
    done = fresh(f"import sys, app; print([m for m in {HEAVY!r} if m in sys.modules])", cwd=tmp_path)
    assert done.stdout.strip() == "[]", done.stderr


def test_planning_loads_nothing_heavy(tmp_path: Path) -> None:
    assert app.run(["new", str(tmp_path / "film")]) == 0
    code = f"import sys, app; app.run(['plan', 'film']); print([m for m in {HEAVY!r} if m in sys.modules])"
    done = fresh(code, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr


def test_our_own_packages_are_found() -> None:
    assert app.foreign_packages() == []


def test_a_foreign_package_is_named_with_its_file_and_a_cure(tmp_path: Path) -> None:
    """Another `config` comes first on the path: it is not imported, and the user is told what to do."""
    copy, other = tmp_path / "kinoloom", tmp_path / "other"
    copy.mkdir()
    shutil.copy(app.HERE / "app.py", copy)
    for name in app.PACKAGES:
        if name != "config":
            shutil.copytree(app.HERE / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (other / "config").mkdir(parents=True)
    stranger = other / "config" / "__init__.py"
    stranger.write_text("raise SystemExit('imported')")
    env = os.environ | {"PYTHONPATH": str(other)}
    done = subprocess.run(
        [sys.executable, str(copy / "app.py"), "--version"], env=env, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert str(stranger) in done.stderr and "pip install" in done.stderr


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    assert len(app.foreign_packages(tmp_path)) == len(app.PACKAGES)


def test_a_setting_takes_effect_at_once(kinoloom_home: Path, tmp_path: Path) -> None:
    with app.compose() as kinoloom:
        studio = kinoloom.studio
        assert studio.options().width == 1280
        studio.settings.save("new_project.width", 640)
        studio.settings.save("new_project.rate", "25/1")
        studio.settings.save("animatic.burn_in", False)
        studio.settings.save("general.projects_folder", str(tmp_path / "films"))
        now = studio.options()
        assert (now.width, now.rate) == (640, Fraction(25))
        assert now.backend_params["animatic"] == {"burn_in": False}
        assert studio.projects.home() == tmp_path / "films"
        project = studio.projects.create(tmp_path / "film")
        assert project.project.width == 640
        studio.settings.reset("new_project.width")
        assert studio.options().width == 1280
        assert Path(studio.settings.place()) == find_roots().config / FILE_NAME
        assert Path(studio.settings.place()).is_relative_to(kinoloom_home)


def test_settings_are_shown_with_where_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOOM_NEW_PROJECT__HEIGHT", "360")
    with app.compose() as kinoloom:
        kinoloom.studio.settings.save("film.quality", "high")
        found = {f.key: (f.value, f.origin) for f in kinoloom.studio.settings.fields()}
    assert found["new_project.height"] == (360, "environment")
    assert found["film.quality"] == ("high", "file")
    assert found["new_project.width"] == (1280, "default")


@pytest.mark.parametrize(("key", "value"), [("new_project.width", 641), ("film.quality", "best"), ("no.such", 1)])
def test_a_setting_that_cannot_be_is_refused(key: str, value: object) -> None:
    with app.compose() as kinoloom, pytest.raises(BadInput) as caught:
        kinoloom.studio.settings.save(key, value)
    assert key in str(caught.value)


def test_burn_in_is_part_of_what_makes_a_take(tmp_path: Path) -> None:
    with app.compose() as kinoloom:
        project = kinoloom.studio.projects.create(tmp_path / "film")
        project.change_board("shot", lambda b: b.with_new(shot(1)))

        def fingerprint() -> str:
            return kinoloom.studio.generation.state(project, "001").image_request("start").fingerprint

        before = fingerprint()
        kinoloom.studio.settings.save("animatic.burn_in", False)
        assert fingerprint() != before


@pytest.mark.parametrize(("workers", "expected"), [("3", 3), ("0", cores())])
def test_the_animatic_has_as_many_places_as_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, workers: str, expected: int
) -> None:
    monkeypatch.setenv("KINOLOOM_ANIMATIC__WORKERS", workers)
    with app.compose() as kinoloom:
        assert kinoloom.studio.backends.spec("animatic").parallel == expected


def test_composing_writes_nothing_and_leaves_no_thread(tmp_path: Path) -> None:
    before = {t.name for t in threading.enumerate()}
    places = Roots(*(tmp_path / name for name in ("config", "data", "cache", "documents")))
    with app.compose(places) as kinoloom:
        assert kinoloom.studio.backends.ids() == ["animatic", "comfyui", "openai", "stability"]
        assert list(tmp_path.iterdir()) == []
    assert {t.name for t in threading.enumerate()} <= before
    with pytest.raises(StudioError):
        kinoloom.studio.backends.get("animatic")


THEIRS = """
import sys, app
with app.compose() as kinoloom:
    backends = kinoloom.studio.backends
    assert "their_backend_module" not in sys.modules, "loaded before anybody asked"
    assert backends.spec("theirs").title == "The fake"
    print(backends.ids())
"""


def test_a_third_party_backend_is_listed_and_a_broken_one_left_out(tmp_path: Path) -> None:
    package = tmp_path / "their_backend-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: their-backend\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(
        "[kinoloom.backends]\ngood = their_backend_module:good\nbad = their_backend_module:bad\n"
    )
    (tmp_path / "their_backend_module.py").write_text(
        "from tests.fakes.backend import FakeBackend, fake_spec\n"
        "def good(): return fake_spec(id='theirs'), FakeBackend\n"
        "def bad(): raise RuntimeError('broken')\n"
    )
    done = fresh(THEIRS, cwd=tmp_path, path=os.pathsep.join([str(tmp_path), str(app.HERE)]))
    assert done.stdout.strip() == "['animatic', 'comfyui', 'openai', 'stability', 'theirs']", done.stderr


def test_the_version_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["--version"]) == 0
    assert capsys.readouterr().out == f"kinoloom {app.own_version()}\n"
