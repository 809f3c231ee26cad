"""Engine, pool and backend as app.py composes them, over stand-in servers, and a studio that renders on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.job import Run
from infrastructure.comfyui.backend import BACKEND, ComfyBackend
from infrastructure.comfyui.catalogue import Catalogue
from infrastructure.comfyui.engine import ComfyEngine
from infrastructure.comfyui.pool import Pool, ServerConfig
from infrastructure.comfyui.server import ComfyServer
from tests.fakes.bench import Bench
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_used import nodes

PASS = "pass-through"


class MortalBench(Bench):
    """A studio whose process can end in the middle of everything: from then on it writes nothing."""

    dead = False

    def _save(self, run: Run) -> None:
        if not self.dead:
            super()._save(run)


class Rig:
    """A backend on these servers; `urls` may be changed at any time. Times are short: `patience` in seconds."""

    def __init__(
        self, folder: Path, *servers: ComfyStandIn | str, patience: float = 30.0, silence: float = 5.0,
        new_patience: float = 10.0,
    ) -> None:  # fmt: skip
        self.urls = [s if isinstance(s, str) else s.url for s in servers]
        self.own = folder / "workflows"
        self.changes = 0
        self.pool = Pool(
            lambda c: ComfyServer(
                c.url, token=c.token, headers=c.headers, connect=1.0, silence=silence, patience=patience
            ),
            patience=patience, new_patience=new_patience,
        )  # fmt: skip
        self.engine = ComfyEngine(Catalogue(self.own), self.pool, self.configs, self.own, self._changed)
        self.engine.servers()  # as the studio does, when it shows them
        self.backend = ComfyBackend(self.pool, self.engine.spec, self.engine.build, 2.0, 2.0)

    def configs(self) -> Sequence[ServerConfig]:
        return [ServerConfig(url=url) for url in self.urls]

    def _changed(self) -> None:
        self.changes += 1

    def bench(self, folder: Path, owner: str = "one") -> MortalBench:
        """A studio with this backend beside the fake ones."""
        return MortalBench(
            folder, owner=owner, more={BACKEND: (self.engine.spec, lambda: self.backend)}, engine=self.engine
        )

    def close(self) -> None:
        self.backend.close()
        self.pool.close()


def server(folder: Path, *workflows: str, **how: Any) -> ComfyStandIn:
    """A stand-in with the nodes of a real server, and the models of these workflows."""
    return ComfyStandIn(folder, info=nodes(*(workflows or (PASS,))), **how)
