"""Whatever a browser asks for: something happens or a sentence says why not, and nothing lands outside its folder."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import strategies as st

from addons.gate import rebuilt, wished
from addons.guard import WISH
from addons.shell import Shell
from addons.uploads import Uploads
from addons.web import create_app
from app import SettingsFile
from domain.errors import BackendFailed, BadInput
from domain.request import GenerationRequest
from infrastructure.redaction import Secrets
from services.projects import OpenProject
from services.settings import SettingsService
from tests.fakes.bench import Bench, shot
from tests.fakes.engine import FakeEngine
from tests.fuzz.hostile import PATHS, fuzz, numbers, paths, trees, tried, words
from tests.security.door import add_picture

ADDONS = Path(__file__).resolve().parents[2] / "addons"
SOURCE = "\n".join(p.read_text("utf-8") for p in sorted(ADDONS.rglob("*.py")))
VERBS = sorted(
    {verb for line in re.findall(r"case ([^:\n]+)", SOURCE) for verb in re.findall(r'"([a-z-]{2,20})"', line)}
    | {verb.replace("_", "-") for verb in re.findall(r"def _do_([a-z_]+)", SOURCE)}
    | set(re.findall(r'action\.act [!=]= "([a-z-]+)"', SOURCE))
)
NAMES = sorted(set(re.findall(r'(?:\.text|\.number|\.data\.get)\("([a-z_]+)"', SOURCE)))
EVERY = 300
"""Examples after which the studio is made anew: what was asked for piles up in it."""


def refuse(_: GenerationRequest) -> None:
    raise BackendFailed("The fake refuses.", "It is only a test.")


class Place:
    """A studio with a window. Everything that is asked of it may only show in its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bench = Bench(folder)
        self.project: OpenProject = self.bench.project(shot(1), shot(2, characters=["anna"]), shot(3))
        add_picture(self.project)
        self.bench.render(self.project, "001")
        self.bench.backend.on_submit = refuse
        engine = FakeEngine(self.bench.studio.changes, lambda: ["http://127.0.0.1:9"])
        source = SettingsService(settings_in(folder / "config"), self.bench.studio.changes)
        self.studio = dataclasses.replace(self.bench.studio, settings=source, engine=engine)
        self.uploads = Uploads(folder / "uploads")
        self.shell = Shell(self.studio, lambda _: self.project, self.uploads)
        self.shell.open_window("w", "")
        self.ids = self._ids()

    def _ids(self) -> list[str]:
        keyframe, take = self.project.files.keyframes()[0], self.project.files.takes()[0]
        runs = self.studio.jobs.runs()
        found = [
            self.project.id,
            "001",
            "002",
            "003",
            "001:0",
            keyframe.name,
            take.id,
            keyframe.image.path,
            take.clip.path,
        ]
        return found + [run.id for run in runs] + [job.id for run in runs for job in run.jobs]

    def close(self) -> None:
        self.bench.close()


def settings_in(folder: Path) -> Any:
    """The settings file in that folder, as the composition gives it to the studio."""
    folder.mkdir(parents=True, exist_ok=True)
    return SettingsFile(folder, {}, Secrets())


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Place]]:
    """The studio to use for the next example."""
    made: list[Place] = []

    def following() -> Iterator[Place]:
        for number in itertools.count():
            if number % EVERY == 0:
                for place in made:
                    place.close()
                made[:] = [Place(tmp_path_factory.mktemp("studio"))]
            yield made[0]

    yield following()
    for place in made:
        place.close()


values = st.one_of(words, numbers, st.none(), trees(st.sampled_from(NAMES), 6))


@st.composite
def wishes(draw: st.DrawFn, place: Place) -> dict[str, Any]:
    """What a person might have done, and what nobody could have."""
    ids = st.one_of(st.sampled_from(place.ids), st.sampled_from(place.shell.tabs()), words, st.sampled_from(VERBS))
    wish: dict[str, Any] = {
        "part": draw(st.one_of(st.sampled_from([*place.shell.parts, "shell"]), words)),
        "act": draw(st.one_of(st.sampled_from(VERBS), st.sampled_from(VERBS), words)),
        "id": draw(st.one_of(ids, ids, values)),
    }
    for name in draw(st.lists(st.one_of(st.sampled_from(NAMES), words), max_size=4)):
        wish[name] = draw(st.one_of(values, ids, st.sampled_from(["1", "true", "24/1", "640x360", "0.5"])))
    return wish


def call(wish: Any, event: int = 2) -> bytes:
    return json.dumps({"fn_index": event, "session_hash": "w", "trigger_id": 1, "event_data": wish}).encode()


@fuzz(st.data())
def test_every_wish_is_answered(
    places: Iterator[Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, value: st.DataObject
) -> None:  # fmt: skip
    tried("wishes of a window")
    monkeypatch.chdir(tmp_path)
    place = next(places)
    tab = value.draw(st.sampled_from(place.shell.tabs()))
    for wish in ({"part": "shell", "act": "tab", "id": tab}, value.draw(wishes(place))):
        caplog.clear()
        try:
            data = wished(json.loads(rebuilt(call(wish), {0, 1, 2}))["event_data"])
        except BadInput:
            continue
        answer = place.shell.act("w", data)
        text = json.dumps(answer, allow_nan=False, ensure_ascii=False)
        text.encode()
        assert "Traceback" not in text and "That did not work" not in answer.get("error", ""), (wish, answer["error"])
        assert "This part cannot be shown" not in text, wish
        assert not [r.getMessage() for r in caplog.records if r.levelname in ("ERROR", "CRITICAL")], wish
    assert not list(tmp_path.iterdir()), "something was written where the process runs"


@fuzz(
    st.one_of(
        st.binary(max_size=200),
        trees(st.sampled_from(["fn_index", "session_hash", "event_data", "data"])).map(
            lambda v: json.dumps(v).encode()
        ),
    )
)
def test_calls_are_made_anew_or_refused(value: bytes) -> None:
    tried("calls")
    try:
        made = json.loads(rebuilt(value, {0, 1, 2}))
    except BadInput:
        return
    assert set(made) == {"data", "event_data", "fn_index", "session_hash", "trigger_id"} and made["data"] == []


@pytest.mark.parametrize("wish", [{"path": "/a"}, {"data": [{"path": "x", "url": "y"}]}, {"text": "\ud800"}, None])
def test_nothing_in_a_wish_looks_like_a_file_to_gradio(wish: Any) -> None:
    sent = json.loads(rebuilt(call(wish), {2}))["event_data"]
    assert sent is None or (set(sent) == {"wish"} and isinstance(sent["wish"], str))
    assert wished(sent) == json.loads(json.dumps(wish).replace("\\ud800", "?")) if wish else wished(sent) == {}


ROUTES = (
    "/", "/health", "/theme.css", "/favicon.ico", "/assets/{}", "/static/{}", "/studio/{}", "/media/{}/keyframe/{}/{}", "/media/{}/keyframe/{}/{}/{}",
    "/media/{}/take/{}/{}/{}", "/media/{}/take/{}/{}/{}/{}", "/media/{}/film/{}", "/media/preview/{}", "/upload", WISH, "/gradio_api/{}", "/{}", "/login", "/config",
)  # fmt: skip


class Web:
    """The whole application, asked without a socket."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.app = create_app(place.studio, lambda _: place.project, place.uploads)
        self.loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860")

    def ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        async def go() -> httpx.Response:
            request = self.client.build_request(method, "/", content=body, headers=headers)
            request.url = httpx.URL(f"http://127.0.0.1:7860{target}")
            return await self.client.send(request)

        return self.loop.run_until_complete(go())

    def close(self) -> None:
        self.loop.run_until_complete(self.client.aclose())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    place = Place(tmp_path_factory.mktemp("web"))
    place.bench.options = place.bench.options.replace(max_upload=100_000)
    web = Web(place)
    yield web
    web.close()
    place.close()


HEADERS = ("Range", "If-None-Match", "If-Range", "If-Modified-Since", "Accept", "Accept-Encoding", "Content-Type", "X-Kinoloom", "Cookie", "Origin", "Sec-Fetch-Site",
           "Content-Length", "X-Forwarded-For", "X-Forwarded-Host", "X-Gradio-User", "Authorization")  # fmt: skip
PLAIN = st.text(string.printable.strip(), max_size=40)
HEADER_VALUES = st.one_of(
    PLAIN,
    st.sampled_from(
        [
            "1",
            "bytes=0-",
            "bytes=-5",
            "bytes=5-1",
            "bytes=0-0,2-3",
            "bytes=a-b",
            "text/html",
            "application/json",
            "kinoloom=x",
            "multipart/form-data; boundary=x",
        ]
    ),
)


@fuzz(st.data())
def test_every_route_answers(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], value: st.DataObject
) -> None:
    tried("routes")
    monkeypatch.chdir(tmp_path)
    pieces = st.one_of(st.sampled_from(web.place.ids), paths, words, numbers.map(str)).map(
        lambda v: quote(
            str(v).encode("utf-8", "replace")[:3000],
            safe=value.draw(st.sampled_from(["", "/.:\\", "/%"])).replace("\\", ""),
        )
    )
    route = value.draw(st.sampled_from(ROUTES))
    target = re.sub(r"\{\}", lambda _: value.draw(pieces), route)
    if route == "/upload":
        target += "?name=" + value.draw(pieces)
    headers = {
        "Host": "127.0.0.1:7860",
        **value.draw(st.dictionaries(st.sampled_from(HEADERS), HEADER_VALUES, max_size=3)),
    }
    method = value.draw(st.sampled_from(["GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"]))
    wish = value.draw(wishes(web.place)) if route == WISH else None
    body = value.draw(st.one_of(st.binary(max_size=100), st.just(call(wish)))) if method == "POST" else b""
    headers.pop("Content-Length", None) if method == "POST" else None
    try:
        answer = web.ask(method, target, body, headers)
    except (httpx.InvalidURL, UnicodeEncodeError):
        return  # no client can send it
    assert answer.status_code < 500, (method, target, headers, answer.text[:500])
    assert "Traceback" not in answer.text and "root:" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    assert not list(tmp_path.iterdir())
    assert "Traceback" not in capfd.readouterr().err


def test_there_is_something_to_ask_for() -> None:
    assert len(VERBS) > 80 and len(NAMES) > 20 and len(PATHS) > 20
