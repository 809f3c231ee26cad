"""The studio's window: header, tabs, one wire to the browser, one timer, one restore per page load."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from addons.api import Action, AddonContext, Part, PartData, Reply
from addons.gate import wished
from addons.header import HEADER
from addons.registry import AddonRecord, discover
from addons.session import ProjectCache, Session, Sessions, View
from addons.uploads import Uploads
from addons.wire import difference
from addons.words import AUTO, named, preferred, said, speaking, t
from domain.errors import StudioError
from services.projects import OpenProject
from services.studio import Studio

_log = logging.getLogger(__name__)

MOUNT = "const go=()=>window.Kino?Kino.mount(element,trigger):setTimeout(go,15);go();"
WIRE = (
    "const go=()=>{if(!window.Kino){setTimeout(go,15);return}"
    "Kino.wire(trigger,()=>props.value);watch('value',()=>Kino.receive(props.value))};go();"
)
UNAVAILABLE = (
    "const go=()=>{if(!window.Kino){setTimeout(go,15);return}"
    "element.querySelector('h2').textContent=Kino.t(\"This tab is not available\")};go();"
)


def part(name: str, *, classes: str = "") -> gr.HTML:
    """A live area in a layout; the browser fills it with the part of that name."""
    return gr.HTML(
        value=name, html_template='<div class="kpart" data-part="${value}"></div>', js_on_load=MOUNT,
        apply_default_css=False, elem_classes=f"khost {classes}".split(), elem_id="part-" + name.replace(".", "-"),
    )  # fmt: skip


class Shell:
    """Holds the windows and answers them. `choose_project` gives the project a new window shows."""

    def __init__(self, studio: Studio, choose_project: Callable[[str], OpenProject], uploads: Uploads) -> None:
        self.studio = studio
        self.sessions = Sessions()
        self.cache = ProjectCache()
        self._choose_project = choose_project
        self.context = AddonContext(studio, uploads)
        self.records: list[AddonRecord] = discover(self.context)
        self.parts: dict[str, Part] = {p.id: p for p in HEADER}
        self._tab_of: dict[str, str] = {}
        self._untold: list[tuple[gr.HTML, str]] = []
        for record in self.records:
            if record.status == "enabled" and record.addon is not None:
                for found in record.parts:
                    self.parts[found.id] = found
                    self._tab_of[found.id] = record.addon.id

    # -- answering -----------------------------------------------------------------------------------------

    def open_window(self, key: str, wanted: str, accepts: str = "") -> tuple[dict[str, Any], str]:
        """A page was loaded: everything it shows, and the tab it opens with; a sentence and no tab where no project
        can be shown. `accepts` is what the browser says of languages."""
        language = self.language(accepts)
        with speaking(language):
            try:
                project = self._choose_project(wanted)
                session = Session(key, project, project.ui, accepts, language)
            except StudioError as error:
                _log.warning("No project can be shown: %s", error)
                return {"closed": said(str(error))}, ""
            except Exception as error:
                # The boundary of a page load: one traceback in the log, one sentence in the window.
                _log.exception("No project can be shown")
                return {"closed": _unexpected(error)}, ""
        if session.ui.tab not in self.tabs():
            session.ui = session.ui.replace(tab=next(iter(self.tabs()), "project"))
        self.sessions.put(session)
        return self.answer(session, Reply(project=project.id), fresh=True), session.ui.tab

    def language(self, accepts: str) -> str:
        """The language of a window whose browser accepts these."""
        return preferred(self.studio.settings.value("general.language", AUTO), accepts)

    def tabs(self) -> list[str]:
        """Ids of the tabs, in order."""
        return [r.addon.id if r.addon else r.name for r in self.records]

    def answer(
        self, session: Session, reply: Reply | None = None, error: str = "", fresh: bool = False
    ) -> dict[str, Any]:
        """What changed for this window, with a message for the person if there is one."""
        with session.lock, speaking(session.language):
            if fresh:
                session.sent.clear()
            view = View(self.studio, session, self.cache)
            shown = [p for name, p in self.parts.items() if self._tab_of.get(name, session.ui.tab) == session.ui.tab]
            session.seen = self._now(session)
            data = [(p.id, self._show(p, view)) for p in shown]
            change = difference(session, [(name, d) for name, d in data if d is not None])
            message: dict[str, Any] = {"base": 0 if fresh else session.sequence}
            session.sequence += 1
            message["seq"] = session.sequence
            if change:
                message["parts"] = change
            if error:
                message["error"] = said(error)
            if reply is not None:
                message |= {k: v for k, v in {"said": reply.said, "tab": reply.tab, "focus": reply.focus}.items() if v}
                if reply.project:
                    message["project"] = reply.project
            return message

    def _now(self, session: Session) -> tuple[int, int]:
        return self.studio.changes.value, session.project.files.version()

    def _show(self, part: Part, view: View) -> PartData | None:
        try:
            return part.view(view)
        except StudioError as error:
            return PartData(head={"broken": said(str(error))})
        except Exception as error:
            # A part that cannot be shown must not take its neighbours along; logged here, once.
            _log.exception("Part %s cannot be shown", part.id)
            return PartData(head={"broken": t("This part cannot be shown: {why}", why=f"{error!r:.200}")})

    def sent(self, key: str, message: dict[str, Any]) -> dict[str, Any]:
        """The message as it goes to the browser: with those it may overtake."""
        session = self.sessions.get(key)
        if session is None or "seq" not in message:
            return message
        with session.lock:
            return session.recent.follow(message, time.monotonic())

    def poll(self, key: str) -> dict[str, Any] | None:
        """What is new for this window, or None."""
        session = self.sessions.get(key)
        if session is None:
            return {"reload": True}
        with session.lock:
            if session.seen == self._now(session):
                return None
            if session.language != self.language(session.accepts):
                return {"reload": True}
            message = self.answer(session)
        return message if len(message) > 2 else None

    def act(self, key: str, data: dict[str, Any]) -> dict[str, Any]:
        """A person did something: do it, and say what changed."""
        session = self.sessions.get(key)
        if session is None:
            return {"reload": True}
        action = Action(
            part=str(data.get("part", ""))[:80], act=str(data.get("act", ""))[:80], id=str(data.get("id", ""))[:200],
            data={str(k)[:80]: v for k, v in data.items() if k not in ("part", "act", "id")},
        )  # fmt: skip
        with session.lock, speaking(session.language):
            try:
                if action.part == "shell":
                    return self.answer(session, self._shell_act(session, action), fresh=action.act == "resync")
                handler = self.parts[action.part].act if action.part in self.parts else None
                if handler is None:
                    return self.answer(session)
                reply = handler(View(self.studio, session, self.cache), action)
                if reply is not None and reply.project and reply.project != session.project.id:
                    self._show_project(session, reply.project)
                if reply is not None and reply.tab in self.tabs():
                    session.remember(tab=reply.tab)
                if session.language != self.language(session.accepts):
                    return {"reload": True}
                return self.answer(session, reply)
            except StudioError as error:
                return self.answer(session, error=str(error))
            except Exception as error:
                # The boundary of a click: one traceback in the log, one sentence in the window.
                _log.exception("%s %s failed", action.part, action.act)
                return self.answer(session, error=_unexpected(error))

    def _show_project(self, session: Session, project_id: str) -> None:
        session.project = self.studio.projects.get(project_id)
        session.ui = session.project.ui
        session.sent.clear()

    def _shell_act(self, session: Session, action: Action) -> Reply | None:
        if action.act == "tab" and action.id in self.tabs():
            session.remember(tab=action.id)
        return None

    # -- layout --------------------------------------------------------------------------------------------

    def build(self) -> gr.Blocks:
        """The Blocks of the studio."""
        quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        blocks: gr.Blocks
        with gr.Blocks(title="Kinoloom", fill_width=True, fill_height=True, analytics_enabled=False) as blocks:
            wire = gr.HTML(value=None, html_template="<i></i>", js_on_load=WIRE, visible="hidden", elem_id="wire")
            part("header", classes="kheader")
            with gr.Tabs(elem_id="tabs", selected=self.tabs()[0] if self.tabs() else None) as tabs:
                leaves = [self._build_tab(record) for record in self.records]

            def load(request: gr.Request) -> tuple[Any, ...]:
                key = str(request.session_hash)
                accepts = str(request.headers.get("accept-language", ""))[:500]
                message, tab = self.open_window(key, str(request.query_params.get("project", ""))[:64], accepts)
                selected = gr.Tabs(selected=tab) if tab else gr.skip()
                return message, selected, *self._titles(accepts), *map(_worded, self.reasons(accepts))

            def tick(request: gr.Request) -> Any:
                key = str(request.session_hash)
                message = self.poll(key)
                return gr.skip() if message is None else self.sent(key, message)

            def act(event: gr.EventData, request: gr.Request) -> Any:
                key = str(request.session_hash)
                return self.sent(key, self.act(key, wished(event._data)))

            blocks.load(load, None, [wire, tabs, *leaves, *(place for place, _ in self._untold)], **quiet)
            gr.Timer(1.0).tick(tick, None, wire, **quiet)
            wire.input(act, None, wire, trigger_mode="multiple", **quiet)
        return blocks

    def _titles(self, accepts: str) -> list[Any]:
        """The tabs' titles in the language of a window; the layout has them in English, once for all windows."""
        language = self.language(accepts)
        if language == "en":
            return [gr.skip() for _ in self.records]
        with speaking(language):
            return [gr.Tab(label=named(r.addon.title) if r.addon else r.name) for r in self.records]

    def reasons(self, accepts: str) -> list[str]:
        """Why tabs of the layout are not there, in the language of a window whose browser accepts these."""
        with speaking(self.language(accepts)):
            return [said(reason) for _, reason in self._untold]

    def _build_tab(self, record: AddonRecord) -> Any:
        addon = record.addon
        with gr.Tab(addon.title if addon else record.name, id=addon.id if addon else record.name) as leaf:
            if record.status != "enabled" or addon is None:
                self._untold.append((_say_unavailable(record.message), record.message))
                return leaf
            try:
                with gr.Column(elem_classes=["ktab", f"ktab-{addon.id}"]):
                    addon.build(self.context)
            except Exception as error:
                _log.exception("Addon %s could not be built", addon.id)
                message = f"{addon.title} could not be built: {error}"
                self._untold.append((_say_unavailable(message), message))
        return leaf


def _unexpected(error: Exception) -> str:
    return t("That did not work: {why}. The log has the details.", why=f"{error!r:.200}")


def _worded(reason: str) -> gr.HTML:
    return gr.HTML(value=reason)


def _say_unavailable(message: str) -> gr.HTML:
    return gr.HTML(
        value=message, apply_default_css=False, js_on_load=UNAVAILABLE,
        html_template='<div class="kempty" role="alert"><h2></h2><p>{{value}}</p></div>',
    )  # fmt: skip


def asset_folders(shell: Shell) -> list[Path]:
    """Folders with `parts.js` and `style.css`, the shell's own first."""
    own = Path(__file__).parent / "static"
    return [own, *(r.addon.assets for r in shell.records if r.addon is not None and r.addon.assets is not None)]
