"""What every test gets: folders of its own, a clean environment, and a look at the log afterwards."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHECKOUT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")

# Each run looks at other examples, but in CI, where all do it again; `--hypothesis-profile long` looks at many.
hypothesis.settings.register_profile("kinoloom", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("ci" if IN_CI else "kinoloom")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell starts what runs in the background deaf to interrupts, and every process below it would be as well.
    with contextlib.suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGINT, signal.default_int_handler)


# -- folders and environment -------------------------------------------------------------------------------------


def _move_home(environment: pytest.MonkeyPatch, folder: Path) -> None:
    """No test reads or writes the developer's own files: home, settings, data and cache lie in `folder`."""
    for name in list(os.environ):
        if name.upper().startswith(("KINOLOOM_", "XDG_")):
            environment.delenv(name)
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        environment.setenv(name, str(home))
    environment.setenv("KINOLOOM_HOME", str(folder / "kinoloom"))
    environment.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    environment.setenv("GRADIO_TEMP_DIR", str(folder / "gradio"))


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same for what lives longer than one test, such as a studio in a process of its own."""
    with pytest.MonkeyPatch.context() as environment:
        _move_home(environment, tmp_path_factory.mktemp("session"))
        yield


@pytest.fixture(autouse=True)
def kinoloom_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that KINOLOOM_HOME names in this test; nothing is in it yet."""
    _move_home(monkeypatch, tmp_path_factory.mktemp("own"))
    return Path(os.environ["KINOLOOM_HOME"])


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds the source."""
    return CHECKOUT


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Sample files beside the checkout; use with the marker `corpus`."""
    folder = CHECKOUT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"there are no sample files at {folder}")
    return folder


# -- the log -----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_error_logs(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test in which something logged an error has not passed, whatever it asserted."""
    yield
    if request.node.get_closest_marker("logs_errors"):
        return
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    errors = [f"{r.name}: {r.getMessage()}" for r in records if r.levelno >= logging.ERROR]
    if errors:
        pytest.fail(
            "errors were logged:\n  " + "\n  ".join(errors) + "\nMend the cause; where the error is what the test is "
            'about, mark the test with @pytest.mark.logs_errors("why").',
            pytrace=False,
        )


# -- what runs only when asked for, or where it can ------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests that need a running ComfyUI out, unless the command line names the marker."""
    if "live" in config.option.markexpr:
        return
    skip = pytest.mark.skip(reason="needs a running ComfyUI; ask for it with -m live")
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program; use with the marker `browser`. Without one the test is skipped, under CI it fails."""
    names = (os.environ.get("CHROMIUM_PATH", ""), *CHROMIUM_NAMES)
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found:
        return found
    reason = f"no browser found under the names {', '.join(CHROMIUM_NAMES)}; install Chromium to run this test, or name it in CHROMIUM_PATH"
    if IN_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium without a window. Per module: Playwright keeps an event loop running while it is open."""
    from playwright.sync_api import sync_playwright

    home = str(tmp_path_factory.mktemp("browser"))
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            env={**os.environ, "HOME": home},
            # Chromium has no sandbox for root, and a container's shared memory is small.
            args=["--no-sandbox", "--disable-dev-shm-usage"] if as_root else [],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page with no memory of another test; 1440 x 900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield context.new_page()
    context.close()
