"""A studio in a process of its own, and windows that watch for what no person should see."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.project import Picked
from domain.storyboard import Shot
from domain.take import Keyframe
from infrastructure.clock import SystemClock
from infrastructure.paths import find_roots
from infrastructure.stores.project_store import FolderProjectStore
from services.changes import ChangeCounter
from services.options import Options
from services.projects import OpenProject, ProjectService
from tests.fakes.backend import plain, write_png

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

TABS = ("Project", "Storyboard", "Keyframes", "Select", "Video", "Film", "Queue", "Servers", "Settings")
READY = "[data-part=header][data-ready]"
LOCALE = "en-GB"
START_SECONDS = 60.0
"""How long a start may take on a busy machine."""

BROKEN_PARTS = "[data-part] .kempty[role=alert], .tabitem > .kempty[role=alert]"
_SAID = re.compile(r"Kinoloom is at (http://\S+?):([0-9]+)/")


class Studio:
    """`python app.py serve` on `home`. The port is chosen at the first start and kept over restarts."""

    def __init__(self, checkout: Path, home: Path, project: Path | None = None) -> None:
        self.home = home
        self.port = 0
        self._checkout = checkout
        self._project = project
        self._process: subprocess.Popen[str] | None = None
        self._lines: list[str] = []
        self._reader: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def output(self) -> str:
        """What it has printed and logged."""
        return "".join(self._lines)

    @property
    def projects(self) -> list[Path]:
        """The folders of its projects."""
        return sorted(path.parent for path in (self.home / "projects").glob("*/project.json"))

    def start(self) -> Studio:
        command = [sys.executable, "app.py", "serve", "--no-browser", "--port", str(self.port)]
        command += ["--project", str(self._project)] if self._project else []
        environment = {**os.environ, "KINOLOOM_HOME": str(self.home), "PYTHONUNBUFFERED": "1", "NO_PROXY": "*"}
        self._process = process = subprocess.Popen(
            command, cwd=self._checkout, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert process.stdout is not None
        said = threading.Event()

        def read(stream: Any) -> None:
            for line in stream:
                self._lines.append(line)
                found = _SAID.search(line)
                if found:
                    self.port = int(found[2])
                    said.set()
            said.set()

        self._reader = threading.Thread(target=read, args=(process.stdout,), daemon=True)
        self._reader.start()
        end = time.monotonic() + START_SECONDS
        if not said.wait(START_SECONDS) or not self.port or process.poll() is not None:
            raise AssertionError(f"The studio did not start:\n{self.output}")
        while time.monotonic() < end:
            with contextlib.suppress(OSError), urllib.request.urlopen(self.url + "health", timeout=5) as answer:
                if answer.status == 200:
                    return self
            time.sleep(0.02)
        raise AssertionError(f"The studio does not answer:\n{self.output}")

    def stop(self, *, hard: bool = False) -> None:
        """End the process: as the system asks for it, or `hard`, as a power cut does."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.kill() if hard else process.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        if self._reader is not None:
            self._reader.join(5)
        if process.stdout is not None:
            process.stdout.close()
        self._process = None


@contextlib.contextmanager
def running(checkout: Path, home: Path, project: Path | None = None) -> Iterator[Studio]:
    """A studio for the time of a `with`; afterwards nothing may have ended in a traceback."""
    studio = Studio(checkout, home, project)
    try:
        yield studio.start()
    finally:
        studio.stop()
    assert "Traceback" not in studio.output, studio.output


class Workshop:
    """Projects made on disk, for a studio on the same `home` to open."""

    def __init__(self, home: Path) -> None:
        self._store = FolderProjectStore(find_roots({"KINOLOOM_HOME": str(home)}))
        self.projects = ProjectService(self._store, SystemClock(), Options, ChangeCounter())

    def sample(self) -> OpenProject:
        """The film that a fresh install opens with."""
        return self.projects.create_sample()

    def film(self, *shots: Shot, name: str = "Harbour", **fields: Any) -> OpenProject:
        """A film of these shots, small and therefore quick."""
        fields = {"width": 320, "height": 180} | fields
        project = self.projects.create(self.projects.free_folder(name), name, **fields)
        project.change_board("shots", lambda board: board.replace(shots=shots))
        return project

    def keyframe(self, project: OpenProject, shot: str, picked: bool = True) -> Keyframe:
        """A picture of its own for a shot."""
        work = project.files.workspace("given")
        write_png(work / "given.png", plain(320, 180, hash(shot)))
        blank = Picked(path="given.png", sha256="0" * 64)
        made = Keyframe(name="", shot=shot, image=blank, width=320, height=180, source="given.png")
        kept = project.files.add_keyframe(made, work / "given.png")
        project.files.discard(work)
        if picked:
            project.change_selection(lambda s: s.with_choice(shot, s.of(shot).replace(keyframes={"start": kept.image})))
        return kept


class Window:
    """One browser window on a studio. `check` looks at what a person sees."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.set_default_timeout(20_000)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        page.on("crash", lambda _: self.wrong.append("the page crashed"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(f"console: {message.text} ({message.location.get('url', '')})")

    def open(self, url: str) -> Window:
        self.page.goto(url, wait_until="domcontentloaded")
        self.page.wait_for_selector(READY)
        return self

    def reload(self) -> None:
        self.page.reload(wait_until="domcontentloaded")
        self.page.wait_for_selector(READY)

    @property
    def tab(self) -> str:
        """The title of the tab that is open."""
        return self.page.locator("#tabs [role=tab][aria-selected=true]").inner_text()

    def go(self, tab: str) -> None:
        """Click on a tab and wait until all of its parts are drawn."""
        self.page.get_by_role("tab", name=tab, exact=True).click()
        self.page.wait_for_function(DRAWN, arg=tab)

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-part='{name}']")

    def check(self) -> None:
        """No error in sight or in the console, no empty tab, no horizontal scrolling."""
        found = self.page.evaluate(LOOK, BROKEN_PARTS)
        assert not found["toasts"], found["toasts"]
        assert not found["broken"], found["broken"]
        assert not found["unsaid"], f"the tab {self.tab} shows {found['unsaid']}"
        assert found["text"] > 20, f"the tab {self.tab} is empty"
        assert found["over"] <= 0, f"the tab {self.tab} is {found['over']} px too wide"
        assert not self.wrong, self.wrong

    def check_at_both_widths(self) -> None:
        """The same at 1280 and at 1920 pixels; ends as wide as it was."""
        before = self.page.viewport_size
        for width, height in ((1280, 800), (1920, 1080)):
            self.page.set_viewport_size({"width": width, "height": height})
            self.check()
        if before is not None:
            self.page.set_viewport_size(before)


DRAWN = """(tab) => {
  const chosen = document.querySelector("#tabs [role=tab][aria-selected=true]");
  if (!chosen || chosen.textContent.trim() !== tab) return false;
  const parts = [...document.querySelectorAll(".tabitem [data-part]")].filter((p) => p.closest(".tabitem").offsetParent);
  return parts.length > 0 && parts.every((p) => p.hasAttribute("data-ready"));
}"""

LOOK = """(broken) => {
  const seen = (el) => el.offsetParent !== null;
  const tab = [...document.querySelectorAll(".tabitem")].find(seen);
  return {
    toasts: [...document.querySelectorAll(".ktoast.error, .toast-body.error")].map((t) => t.innerText),
    broken: [...document.querySelectorAll(broken)].filter(seen).map((t) => t.innerText),
    text: tab ? tab.innerText.trim().length : 0,
    unsaid: ["[object ", "undefined"].find((word) => tab?.innerText.includes(word)),
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}"""


class Windows:
    """Opens windows, each with no memory of another, and closes them at the end of the test.

    The first one opens in `kept`, which lives longer: nothing is left there but what Chromium keeps of the studio's
    scripts, which takes it a second and more to fetch and compile.
    """

    def __init__(self, browser: Browser, kept: BrowserContext) -> None:
        self._browser = browser
        self._kept = kept
        self._contexts: list[BrowserContext] = []
        self.all: list[Window] = []

    def __call__(self, url: str, width: int = 1280, height: int = 800) -> Window:
        return self.blank(width, height).open(url)

    def blank(self, width: int = 1280, height: int = 800, locale: str = LOCALE) -> Window:
        """A window that shows nothing yet."""
        if locale == LOCALE and not self._kept.pages:
            page = self._kept.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.context.new_cdp_session(page).send(
                "Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"}
            )
        else:
            context = self._browser.new_context(viewport={"width": width, "height": height}, locale=locale)
            self._contexts.append(context)
            page = context.new_page()
        window = Window(page)
        self.all.append(window)
        return window

    def close(self) -> None:
        for page in self._kept.pages:
            page.close()
        self._kept.clear_cookies()
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        self.all.clear()
