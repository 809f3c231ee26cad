"""A small ComfyUI server in threads of the test: real HTTP, a real WebSocket, really executed pass-through nodes.

It behaves as ComfyUI 0.8.0 does, which `tests/infrastructure/comfyui/test_stand_in_traffic.py` holds it to with
traffic recorded from a real one. What goes wrong is scripted: `faults` for the network, `script` for the nodes.
"""

from __future__ import annotations

import copy
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fakes.comfy_check import check
from tests.fakes.comfy_core import Core, Script
from tests.fakes.comfy_http import Faults, Server
from tests.fakes.comfy_info import FOLDERS, object_info
from tests.fakes.comfy_nodes import Folders


class ComfyStandIn:
    """A server on a free port of this computer; `folder` takes its files. Several can run at once.

    `info` replaces its node classes (the recorded ones, for example); `models` are installed files by folder.
    `requests` are all requests so far, `accepted` the ids of all prompts that it took.
    """

    def __init__(
        self,
        folder: Path,
        *,
        prefix: str = "",
        token: str = "",
        key: tuple[str, str] | None = None,
        models: Mapping[str, Sequence[str]] | None = None,
        info: Mapping[str, Any] | None = None,
        version: str = "0.8.0",
    ) -> None:
        self.folders = Folders(folder)
        self.prefix, self.version = prefix, version
        self.key = key or (("Authorization", f"Bearer {token}") if token else None)
        self.models: dict[str, list[str]] = {name: [] for name in FOLDERS}
        self.models |= {name: list(files) for name, files in (models or {}).items()}
        self.info: dict[str, Any] = copy.deepcopy(dict(info)) if info else object_info(self.models, ())
        self.templates: dict[str, Any] = {"index": []}
        self.script, self.faults = Script(), Faults()
        self.requests: list[tuple[str, str]] = []
        self.accepted: list[str] = []
        self.upload_limit = 100 << 20
        self.ignores_interrupt_id = False
        self.deaf = False
        self.opened = 0
        """How many WebSockets were opened so far."""
        self._port = 0
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._port}{self.prefix}"

    @property
    def gaps(self) -> list[float]:
        """Seconds that it stood still between two prompts while one was waiting."""
        return self.core.gaps

    def features(self) -> dict[str, Any]:
        return {"supports_preview_metadata": True, "max_upload_size": self.upload_limit,
                "extension": {"manager": {"supports_v4": True}}}  # fmt: skip

    # -- life ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, or begin again at the same address with nothing remembered."""
        self.core = Core(self.info, self.folders, self.script)
        self._server = Server(self._port, self)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="comfy-stand-in-http", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Die: connections break, queue and history are forgotten; files stay."""
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.server_close()
        server.cut_all()
        self.core.stop()

    def restart(self) -> None:
        """Die and come back at once."""
        self.stop()
        self.start()

    # -- what can happen ---------------------------------------------------------------------------------------------

    def install(self, folder: str, file: str, class_type: str = "", input_name: str = "") -> None:
        """A model file; with a class and an input, also in that list of its node."""
        self.models.setdefault(folder, []).append(file)
        if class_type:
            sections = self.info[class_type]["input"]
            spec = next(sections[s][input_name] for s in ("required", "optional") if input_name in sections.get(s, {}))
            listed = spec[0] if isinstance(spec[0], list) else spec[1]["options"]
            listed.append(file)

    def drop_sockets(self) -> None:
        """Break all WebSockets; HTTP stays."""
        for peer in list(self.core.peers.values()):
            peer.cut()

    def set_deaf(self, deaf: bool = True) -> None:
        """Tell nobody anything any more, on connections that stay open."""
        self.deaf = deaf
        for peer in self.core.peers.values():
            peer.deaf = deaf

    def hold(self, class_type: str) -> threading.Event:
        """Let nodes of this class wait until the event is set."""
        event = self.script.holds[class_type] = threading.Event()
        return event

    def foreign(self, graph: Mapping[str, Any], client_id: str = "somebody-else") -> str:
        """Another client's prompt; its id."""
        own = copy.deepcopy(dict(graph))
        verdict = check(own, self.info, self.folders, None)
        assert verdict.error is None, verdict
        job_id = str(uuid.uuid4())
        self.core.put((next(self.core.numbers), job_id, own, {"client_id": client_id}, verdict.outputs))
        return job_id

    def forget(self, job_id: str) -> None:
        """Remove a result from the history, as another client may."""
        self.core.history.pop(job_id, None)

    def output(self, name: str) -> Path:
        """Where an output file lies."""
        return self.folders.root / "output" / name


@contextmanager
def stand_in(folder: Path, **how: Any) -> Iterator[ComfyStandIn]:
    """A stand-in that is stopped afterwards."""
    server = ComfyStandIn(folder, **how)
    try:
        yield server
    finally:
        server.stop()
