"""One life of the stand-in: its queue, its memory, and the thread that runs prompts and tells clients about it."""

from __future__ import annotations

import copy
import heapq
import itertools
import json
import struct
import threading
import time
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import comfy_nodes as nodes
from tests.fakes.comfy_check import is_link
from tests.fakes.comfy_socket import Peer

Item = tuple[float, str, dict[str, Any], dict[str, Any], list[str]]


class Interrupt(Exception):
    """Raised inside a node when the prompt is to stop."""


@dataclass
class Script:
    """How the server is to behave. Times in seconds.

    `took` is how long a node of a class takes (a sampler: each step), `fails` what it raises, `holds` an event that
    it waits for; `alters` replaces inputs of a class, as a server that does something else than it was asked for;
    `previews` tells that it was started with previews of samplers.
    """

    took: dict[str, float] = field(default_factory=dict)
    fails: dict[str, tuple[str, str]] = field(default_factory=dict)
    holds: dict[str, threading.Event] = field(default_factory=dict)
    alters: dict[str, dict[str, Any]] = field(default_factory=dict)
    previews: bool = True


class Core:
    """A server's memory between start and stop."""

    def __init__(self, info: Mapping[str, Any], folders: nodes.Folders, script: Script) -> None:
        self.info, self.folders, self.script = info, folders, script
        self.peers: dict[str, Peer] = {}
        self.history: dict[str, Any] = {}
        self.numbers = itertools.count()
        self.gaps: list[float] = []
        """Seconds between the end of a prompt and the beginning of the next."""
        self._queue: list[Item] = []
        self._running: Item | None = None
        self._interrupt = threading.Event()
        self._changed = threading.Condition(threading.RLock())
        self._dead = False
        self._cache: dict[str, nodes.Result] = {}
        self._thread = threading.Thread(target=self._work, name="comfy-stand-in", daemon=True)
        self._thread.start()

    # -- clients ---------------------------------------------------------------------------------------------------

    def say(self, kind: str, data: Mapping[str, Any], sid: str | None = None) -> None:
        """Tell one client, or all."""
        if not self._dead:
            self.send(json.dumps({"type": kind, "data": data}), sid)

    def send(self, frame: str | bytes, sid: str | None = None) -> None:
        """A frame to one client, or to all."""
        for name, peer in list(self.peers.items()):
            if sid is None or name == sid:
                peer.send(frame)

    def queue_info(self) -> dict[str, Any]:
        with self._changed:
            return {"exec_info": {"queue_remaining": len(self._queue) + (self._running is not None)}}

    def queue_changed(self) -> None:
        self.say("status", {"status": self.queue_info()})

    # -- the queue -------------------------------------------------------------------------------------------------

    def put(self, item: Item) -> None:
        with self._changed:
            heapq.heappush(self._queue, item)
            self.queue_changed()
            self._changed.notify_all()

    def queues(self) -> tuple[list[Item], list[Item]]:
        """Running and waiting; the latter as the heap has it."""
        with self._changed:
            return copy.deepcopy(([self._running] if self._running else [], list(self._queue)))

    def delete(self, job_id: str) -> None:
        with self._changed:
            for item in self._queue:
                if item[1] == job_id:
                    self._queue.remove(item)
                    heapq.heapify(self._queue)
                    if not self._queue:
                        self.queue_changed()  # emptying the queue tells it by itself
                    self.queue_changed()
                    return

    def interrupt(self, job_id: str | None) -> None:
        """Stop what runs: only that prompt, or whatever it is when None."""
        with self._changed:
            if self._running and job_id in (None, self._running[1]):
                self._interrupt.set()

    def stop(self) -> None:
        """End this life. What runs is forgotten."""
        with self._changed:
            self._dead = True
            self._interrupt.set()
            self._changed.notify_all()
        for event in self.script.holds.values():
            event.set()
        for peer in list(self.peers.values()):
            peer.cut()
        self._thread.join(10)

    # -- work ------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        ended: float | None = None
        while True:
            with self._changed:
                waited = not self._queue
                self._changed.wait_for(lambda: self._dead or bool(self._queue))
                if self._dead:
                    return
                self._running = item = heapq.heappop(self._queue)
                self._interrupt.clear()
                self.queue_changed()
            if ended is not None and not waited:
                self.gaps.append(time.monotonic() - ended)
            run = _Run(self, item, self._interrupt, self._cache)
            entry = run.execute()
            with self._changed:
                self._cache = run.cache
                self._running = None
                if self._dead:
                    return
                self.history[item[1]] = entry
                ended = time.monotonic()
                self.queue_changed()
            self.say("executing", {"node": None, "prompt_id": item[1]}, run.client)


class _Run:
    """One prompt on its way."""

    def __init__(self, core: Core, item: Item, interrupt: threading.Event, cache: dict[str, nodes.Result]) -> None:
        self.core, self.item, self.id, self.graph = core, item, item[1], item[2]
        self.extra, self.targets = item[3], item[4]
        self.client = str(self.extra.get("client_id") or "")
        self.interrupt = interrupt
        self.cache = cache
        self.states: dict[str, dict[str, Any]] = {}
        self.results: dict[str, nodes.Result] = {}
        self.shown: dict[str, Any] = {}
        self.messages: list[Any] = []
        self.executed: list[str] = []
        self._signs: dict[str, str] = {}

    def execute(self) -> dict[str, Any]:
        """Run it; its entry in the history."""
        self._tell("execution_start", {"prompt_id": self.id})
        signs = {node: self._sign(node) for node in self.graph}
        kept = {node: self.cache[sign] for node, sign in signs.items() if sign in self.cache}
        self._tell("execution_cached", {"nodes": list(kept), "prompt_id": self.id})
        good = True
        for node in self._order(set(kept)):
            if node in kept:
                self.results[node] = kept[node]
                shown = kept[node][1]
                if shown is not None:
                    self._executed(node, shown)
                self._state(node, None, None, "finished")
                continue
            good = self._node(node, kept)
            if not good:
                break
        if good:
            self._tell("execution_success", {"prompt_id": self.id})
        done = {**kept, **self.results}
        self.cache = {signs[node]: done[node] for node in self.graph if node in done}
        status = {"status_str": "success" if good else "error", "completed": good, "messages": self.messages}
        meta = {n: {"node_id": n, "display_node": n, "parent_node": None, "real_node_id": n} for n in self.shown}
        return {"prompt": list(self.item), "outputs": self.shown, "status": status, "meta": meta}

    def _node(self, node: str, kept: Mapping[str, nodes.Result]) -> bool:
        kind = self.graph[node]["class_type"]
        self._state(node, 0.0, 1.0, "running")
        self.core.say("executing", {"node": node, "display_node": node, "prompt_id": self.id}, self.client)
        inputs = {}
        try:
            for name, value in self.graph[node]["inputs"].items():
                source = {**kept, **self.results}[value[0]][0] if is_link(value) else ()
                inputs[name] = source[value[1]] if is_link(value) else value
            self._breathe()
            script = self.core.script
            if kind in script.holds:
                script.holds[kind].wait(60)
            if kind in script.took and "Sampler" not in kind:
                time.sleep(script.took[kind])
            if kind in script.fails:
                raise _scripted(*script.fails[kind])
            inputs |= script.alters.get(kind, {})
            hidden = {"prompt": self.graph, **(self.extra.get("extra_pnginfo") or {})}
            outputs = len(self.core.info[kind].get("output") or ())
            result = nodes.run(
                nodes.Call(kind, inputs, outputs, self.core.folders, hidden, lambda v, m: self._step(node, kind, v, m))
            )
        except Interrupt:
            data = {"prompt_id": self.id, "node_id": node, "node_type": kind, "executed": self._done()}
            self._tell("execution_interrupted", data, everyone=True)
            return False
        except Exception as error:
            self._failed(node, kind, inputs, error, kept)
            return False
        self.results[node] = result
        if result[1] is not None:
            self._executed(node, result[1])
        self._state(node, None, None, "finished")
        self.executed.append(node)
        return True

    def _failed(self, node: str, kind: str, inputs: Mapping[str, Any], error: Exception, kept: Collection[str]) -> None:
        module = type(error).__module__
        name = type(error).__name__ if module == "builtins" else f"{module}.{type(error).__name__}"
        self._tell("execution_error", {
            "prompt_id": self.id, "node_id": node, "node_type": kind, "executed": self._done(),
            "exception_message": f"{error}\n", "exception_type": getattr(error, "named", name),
            "traceback": traceback.format_tb(error.__traceback__),
            "current_inputs": {k: [v if isinstance(v, (int, float, str)) else str(v)] for k, v in inputs.items()},
            "current_outputs": [*self._done(), node, *kept],
        })  # fmt: skip

    def _done(self) -> list[str]:
        return list(reversed(self.executed))

    def _breathe(self) -> None:
        if self.interrupt.is_set():
            raise Interrupt

    def _step(self, node: str, kind: str, value: int, most: int) -> None:
        time.sleep(self.core.script.took.get(kind, 0.0))
        self._breathe()
        peer = self.core.peers.get(self.client)
        rich = bool(peer and peer.flags.get("supports_preview_metadata"))
        image = nodes.preview(value, most) if self.core.script.previews else b""
        self._state(node, value, most, "running")
        if image and rich:
            about = {"node_id": node, "prompt_id": self.id, "display_node_id": node, "parent_node_id": None,
                     "real_node_id": node, "image_type": "image/jpeg"}  # fmt: skip
            head = json.dumps(about).encode()
            self.core.send(struct.pack(">II", 4, len(head)) + head + image, self.client)
        self.core.say("progress", {"value": value, "max": most, "prompt_id": self.id, "node": node}, self.client)
        if image and not rich:
            self.core.send(struct.pack(">II", 1, 1) + image, self.client)

    def _executed(self, node: str, shown: Mapping[str, Any]) -> None:
        self.shown[node] = shown
        data = {"node": node, "display_node": node, "output": shown, "prompt_id": self.id}
        self.core.say("executed", data, self.client)

    def _state(self, node: str, value: float | None, most: float | None, state: str) -> None:
        entry = self.states.setdefault(node, {"value": 0, "max": 1})
        entry["state"] = state
        if most is None:
            entry["value"] = entry["max"]
        else:
            entry["value"], entry["max"] = value, most
        told = {
            n: {"value": e["value"], "max": e["max"], "state": e["state"], "node_id": n, "prompt_id": self.id,
                "display_node_id": n, "parent_node_id": None, "real_node_id": n}
            for n, e in self.states.items()
        }  # fmt: skip
        self.core.say("progress_state", {"prompt_id": self.id, "nodes": told}, self.client)

    def _tell(self, kind: str, data: dict[str, Any], everyone: bool = False) -> None:
        data = {**data, "timestamp": int(time.time() * 1000)}
        self.messages.append([kind, data])
        self.core.say(kind, data, None if everyone else self.client)

    def _sign(self, node: str) -> str:
        """Equal signs, equal results."""
        if node not in self._signs:
            self._signs[node] = ""
            entry = self.graph[node]
            inputs: dict[str, Any] = {
                k: [self._sign(v[0]) if v[0] in self.graph else None, v[1]] if is_link(v) else v
                for k, v in entry["inputs"].items()
            }
            loaded = {"LoadImage": "image", "LoadImageMask": "image", "LoadVideo": "file"}.get(entry["class_type"])
            if loaded:
                path = nodes.picture_path(self.core.folders, str(entry["inputs"].get(loaded)))
                inputs["content"] = nodes.content(path)
            self._signs[node] = json.dumps([entry["class_type"], inputs], sort_keys=True)
        return self._signs[node]

    def _order(self, kept: set[str]) -> list[str]:
        """The order of work: what is needed, outputs as early as they can be, then what stands right before one."""
        waiting: list[str] = []
        for target in self.targets:
            todo = [target]
            while todo:
                node = todo.pop()
                if node in waiting:
                    continue
                waiting.append(node)
                if node not in kept:
                    todo += [
                        v[0] for v in self.graph[node]["inputs"].values() if is_link(v) and v[0] not in kept
                    ]  # fmt: skip
        needs = {
            node: {v[0] for v in self.graph[node]["inputs"].values() if is_link(v)} & set(waiting) for node in waiting
        }
        order: list[str] = []
        while waiting:
            ready = [n for n in waiting if not needs[n] - set(order)]
            rank: Callable[[str], int] = lambda n: self._rank(n, waiting, needs)  # noqa: E731
            chosen = min(ready, key=rank)
            waiting.remove(chosen)
            order.append(chosen)
        return order

    def _rank(self, node: str, waiting: list[str], needs: Mapping[str, set[str]]) -> int:
        def output(one: str) -> bool:
            return bool(self.core.info[self.graph[one]["class_type"]].get("output_node"))

        after = [n for n in waiting if node in needs[n]]
        if output(node):
            return 0
        if any(output(n) for n in after):
            return 1
        return 2 if any(output(o) for n in after for o in waiting if n in needs[o]) else 3


def _scripted(named: str, message: str) -> Exception:
    """What a node is to raise, under the name of a class that is not installed here."""
    error = RuntimeError(message)
    error.named = named  # type: ignore[attr-defined]
    return error
