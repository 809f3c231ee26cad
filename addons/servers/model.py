"""What the Servers tab shows of servers, and what is done with them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from addons.api import Action, AddonContext, PartData, Reply
from addons.flows import device_words
from addons.servers import setup
from addons.session import View
from addons.words import said, t
from domain.backend import Problem
from domain.engine import ServerInfo
from domain.errors import BadInput, NotFound, StudioError
from services.ports import Engine
from services.studio import Studio

SETTING_UP = "servers.setup"
"""The window's choice that says which server's set-up is unfolded."""

USUAL = "http://127.0.0.1:8188"
"""Where ComfyUI listens unless it is told otherwise."""

MAX_SERVERS = 32
_KEPT = 100
_log = logging.getLogger(__name__)


@runtime_checkable
class TryClip(Protocol):
    """What an engine has that can try a server with a clip."""

    def try_clip(self, url: str) -> str:
        """Render a small clip without any model on that server, however long it takes; what came of it, in a
        sentence. Raises StudioError."""
        ...


@dataclass(frozen=True)
class Trial:
    """Something asked of a server in the background; `info` for a question, `words` for a clip."""

    url: str
    busy: bool = True
    info: ServerInfo | None = None
    words: str = ""
    failed: bool = False


class ServersTab:
    """The part with the servers. Remembers what was tested last, until Kinoloom ends."""

    def __init__(self, context: AddonContext) -> None:
        self._studio = context.studio
        self._lock = threading.Lock()
        self._tests: OrderedDict[str, Trial] = OrderedDict()
        self._clips: OrderedDict[str, Trial] = OrderedDict()

    # -- what is shown -----------------------------------------------------------------------------------------

    def show(self, view: View) -> PartData:
        """Every server as it was last seen, and what the test of an address gave."""
        studio = view.studio
        engine = studio.engine
        if engine is None:
            return PartData(head={"engine": False, "usual": USUAL})
        servers = engine.servers()
        test = self._tests.get(view.session.key)
        head: dict[str, Any] = {
            "engine": True,
            "usual": USUAL,
            "count": len(servers),
            "up": sum(s.reachable for s in servers),
            "token": _has_token(studio),
            "fixed": _fixed(studio),
            "test": {} if test is None else _trial(test),
            "tries": isinstance(engine, TryClip),
        }  # fmt: skip
        unfolded = view.choice(SETTING_UP, "")
        return PartData(head=head, items=[self._item(server, unfolded) for server in servers])

    def _item(self, server: ServerInfo, unfolded: str) -> dict[str, Any]:
        item = {"id": server.url, **_card(server), **setup.shown(server)}
        if server.url == unfolded:
            item["setup"] = 1
        clip = self._clips.get(server.url)
        if clip is not None:
            item["clip"] = [clip.busy, said(clip.words), clip.failed]
        return item

    # -- what is done ------------------------------------------------------------------------------------------

    def act(self, view: View, action: Action) -> Reply | None:
        """Test, add and remove servers, and ask them again. Nothing here waits for a server."""
        if action.act == "project":
            return Reply(tab="project")
        engine = _engine(view)
        match action.act:
            case "look":
                engine.look()
                return Reply(said=t("The servers are being asked."))
            case "test":
                self._ask(view, engine, address(action.text("url", 1000)), action.text("token", 4000).strip())
            case "add":
                return self._add(view, engine, action)
            case "remove":
                server = _server(engine, action.id)
                setup.store(view.studio, [s for s in engine.servers() if s.url != server.url])
                setup.forget(view.studio, server)
                engine.look()
                return Reply(said=t("{id} is no longer used. Nothing changed on the server itself.", id=action.id))
            case "setup":
                url = _server(engine, action.id).url
                view.choose(SETTING_UP, "" if view.choice(SETTING_UP, "") == url else url)
            case "save-server":
                return self._set_up(view, engine, action)
            case "switch":
                server = _server(engine, action.id)
                self._change(view, engine, server.replace(on=not server.on))
                rest = t("What it is making it finishes.") if server.on else t("It is being asked.")
                name = server.title or server.url
                said = t("{name} is off.", name=name) if server.on else t("{name} is on.", name=name)
                return Reply(said=f"{said} {rest}")
            case "forget-login":
                setup.greet(view.studio, _server(engine, action.id).url, "")
                engine.look()
                return Reply(said=t("Its token is forgotten."))
            case "forget-token":
                setup.save(view.studio, setup.TOKEN, "")
                engine.look()
                return Reply(said=t("The token is forgotten."))
            case "clip":
                self._try(engine, action.id)
        return None

    def _add(self, view: View, engine: Engine, action: Action) -> Reply:
        url = address(action.text("url", 1000))
        urls = _urls(engine)
        if url in urls:
            raise BadInput(f"{url} is set up already.", "Test it, or type another address.")
        if len(urls) >= MAX_SERVERS:
            raise BadInput(f"There are {MAX_SERVERS} servers already.", "Remove one first.")
        token = action.text("token", 4000).strip()
        new = ServerInfo(url=url, reachable=False, queued=setup.usual_waiting(view.studio))
        setup.store(view.studio, [*engine.servers(), new])
        if token:
            setup.greet(view.studio, url, token)
        engine.look()
        with self._lock:
            self._tests.pop(view.session.key, None)
        return Reply(said=t("{url} is set up, and is being asked.", url=url))

    def _set_up(self, view: View, engine: Engine, action: Action) -> Reply:
        server = setup.filled_in(_server(engine, action.id), action)
        token = action.text("token", 4000).strip()
        if token:
            setup.greet(view.studio, server.url, token)
        self._change(view, engine, server)
        view.choose(SETTING_UP, "")
        return Reply(said=t("{url} is set up so, and is being asked.", url=server.title or server.url))

    def _change(self, view: View, engine: Engine, server: ServerInfo) -> None:
        setup.store(view.studio, [server if s.url == server.url else s for s in engine.servers()])
        engine.look()

    def _ask(self, view: View, engine: Engine, url: str, login: str) -> None:
        key = view.session.key

        def ask() -> Trial:
            try:
                return Trial(url, False, engine.probe(url, login))
            except StudioError as error:
                problem = Problem(what=error.message, cure=error.cure)
                return Trial(url, False, ServerInfo(url=url, reachable=False, problem=problem))

        self._start(self._tests, key, Trial(url), ask)

    def _try(self, engine: Engine, url: str) -> None:
        if url not in _urls(engine):
            raise NotFound("That server is not set up any more.", "Reload the page.")
        if not isinstance(engine, TryClip):
            raise BadInput("This engine cannot try a server with a clip.", "Render a shot instead.")
        trier: TryClip = engine

        def render() -> Trial:
            try:
                return Trial(url, False, words=trier.try_clip(url))
            except StudioError as error:
                return Trial(url, False, words=str(error), failed=True)

        self._start(self._clips, url, Trial(url), render)

    def _start(self, trials: OrderedDict[str, Trial], key: str, begun: Trial, work: Callable[[], Trial]) -> None:
        """Run `work` in the background and keep what it gives, unless the same thing runs already."""
        with self._lock:
            now = trials.get(key)
            if now is not None and now.busy and now.url == begun.url:
                return
            trials[key] = begun
            trials.move_to_end(key)
            while len(trials) > _KEPT:
                trials.popitem(last=False)

        def run() -> None:
            try:
                ended = work()
            except Exception as error:
                # The end of the thread: said in the window, with the traceback in the log.
                _log.exception("Asking %s failed", begun.url)
                words = t("That did not work: {error}.", error=f"{error!r:.200}")
                problem = Problem(what=words, cure=t("The log has the details."))
                info = ServerInfo(url=begun.url, reachable=False, problem=problem)
                ended = Trial(begun.url, False, info, words, True)
            with self._lock:
                if trials.get(key) is begun:  # a newer question takes its place
                    trials[key] = ended
            self._studio.changes.bump()

        threading.Thread(target=run, name="ask-server", daemon=True).start()
        self._studio.changes.bump()


def address(text: str) -> str:
    """A server's address as it is stored, from what was typed. Raises BadInput."""
    text = text.strip()
    if not text:
        raise BadInput("No address was given.", f"Type the server's address, such as {USUAL}.")
    whole = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(whole)
        port = parts.port
    except ValueError:
        raise BadInput(f"{text[:80]!r} is no address.", f"Type one such as {USUAL}.") from None
    if parts.username or parts.password:
        raise BadInput("The address holds a password.", "Type the address without it, and the token in its own field.")
    bad = (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or port == 0
        or parts.query
        or parts.fragment
        or any(c in whole for c in ", \"'<>\\")
        or not whole.isprintable()
    )
    if bad:
        raise BadInput(f"{text[:80]!r} is no address of a server.", f"Type one such as {USUAL}, with http or https.")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _trial(test: Trial) -> dict[str, Any]:
    return {"url": test.url, "busy": test.busy, **(_card(test.info) if test.info else {})}


def _card(server: ServerInfo) -> dict[str, Any]:
    return {
        "ok": server.reachable,
        "asked": server.reachable or server.problem is not None,
        "version": server.version,
        "devices": [device_words(device) for device in server.devices],
        "queue": [server.running, server.waiting, server.ours],
        "nodes": server.nodes,
        "problem": [said(server.problem.what), said(server.problem.cure)] if server.problem else [],
    }


def _engine(view: View) -> Engine:
    if view.studio.engine is None:
        raise BadInput("This Kinoloom was started without ComfyUI.", "The built-in engine works without it.")
    return view.studio.engine


def _server(engine: Engine, url: str) -> ServerInfo:
    """A server that is set up. Raises NotFound."""
    for server in engine.servers():
        if server.url == url:
            return server
    raise NotFound("That server is not set up any more.", "Reload the page.")


def _urls(engine: Engine) -> list[str]:
    return [server.url for server in engine.servers()]


def _has_token(studio: Studio) -> bool:
    return bool(studio.settings.value(setup.TOKEN))


def _fixed(studio: Studio) -> bool:
    field = setup.field(studio, setup.SERVERS)
    return field is not None and field.origin == "environment"
