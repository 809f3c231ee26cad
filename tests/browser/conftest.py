"""One Chromium for all browser tests, windows that are closed after each, and a picture of what failed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.studio import LOCALE, Studio, Window, Windows, Workshop, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


SHOTS = os.environ.get("KINOLOOM_SHOTS", "")
"""Folder for pictures of every tab, if any are wanted; read early, because tests get a clean environment."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep a picture of every window of a test that failed."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    windows = getattr(item, "funcargs", {}).get("windows")
    if report.when == "call" and report.failed and isinstance(windows, Windows):
        folder = shots_folder() or Path(tempfile.mkdtemp(prefix="kinoloom-failed-"))
        for number, window in enumerate(windows.all, 1):
            target = folder / f"failed-{item.name}-{number}.png"
            try:
                window.page.screenshot(path=target)
            except Exception as error:  # the page may be what broke
                report.sections.append(("screenshot", f"none of window {number}: {error}"))
            else:
                report.sections.append(("screenshot", f"{target}\n{window.page.url}"))
    return report  # type: ignore[return-value]


def shots_folder() -> Path | None:
    """Where pictures of every tab go."""
    if not SHOTS:
        return None
    folder = Path(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="package")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium without a window, for all tests of this folder; elsewhere its event loop would be in the way."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # a machine that does other things too; what has a limit says so itself
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            env={**os.environ, "HOME": str(tmp_path_factory.mktemp("browser"))},
            # Chromium has no sandbox for root, and a container's shared memory is small.
            args=[*arguments, *(["--no-sandbox", "--disable-dev-shm-usage"] if as_root else [])],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def kept_context(browser: Browser) -> BrowserContext:
    """Where the first window of each test opens."""
    return browser.new_context(locale=LOCALE)


@pytest.fixture
def windows(browser: Browser, kept_context: BrowserContext) -> Iterator[Windows]:
    """Opens windows."""
    windows = Windows(browser, kept_context)
    yield windows
    windows.close()


@pytest.fixture(scope="package")
def studio(checkout: Path, tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Studio]:
    """A studio as after a fresh install, for tests that leave it as usable as they found it."""
    with running(checkout, tmp_path_factory.mktemp("studio") / "kinoloom") as studio:
        yield studio


@pytest.fixture
def workshop(studio: Studio) -> Workshop:
    """Makes projects for the shared studio, on disk."""
    return Workshop(studio.home)


@pytest.fixture
def picture() -> Callable[[Window, str], None]:
    """Keeps a picture of a window, where they are wanted: `picture(window, "film-1280")`."""

    def keep(window: Window, name: str) -> None:
        folder = shots_folder()
        if folder is not None:
            window.page.screenshot(path=folder / f"{name}.png")

    return keep


@pytest.fixture
def own_studio(checkout: Path, tmp_path: Path, chromium: str) -> Iterator[Callable[..., Studio]]:
    """Starts a studio for one test alone: `own_studio(project)`."""
    started: list[Studio] = []

    def start(project: Path | None = None) -> Studio:
        started.append(Studio(checkout, tmp_path / "kinoloom", project))
        return started[-1].start()

    yield start
    for studio in started:
        studio.stop()
    for studio in started:
        assert "Traceback" not in studio.output, studio.output
