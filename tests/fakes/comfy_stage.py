"""Stand-in servers and studios that render on them, one after another over one project folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from infrastructure.comfyui.backend import BACKEND
from services.projects import OpenProject
from tests.fakes.bench import Bench, shot
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_studio import PASS, MortalBench, Rig, server


class Stage:
    """Servers, and studios over one project folder, one after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers: list[ComfyStandIn] = []
        self.rigs: list[Rig] = []
        self.benches: list[MortalBench] = []

    def server(self, *workflows: str, **how: Any) -> ComfyStandIn:
        self.servers.append(server(self.folder / f"server-{len(self.servers)}", *workflows, **how))
        return self.servers[-1]

    def studio(self, owner: str = "one", **how: Any) -> Bench:
        self.rigs.append(Rig(self.folder, *self.servers, **how))
        self.benches.append(self.rigs[-1].bench(self.folder, owner))
        return self.benches[-1]

    def project(self, bench: Bench, *lengths: str, **fields: Any) -> OpenProject:
        """A film whose keyframes the fake draws, and whose clips a server makes."""
        shots = [shot(number + 1, length) for number, length in enumerate(lengths)]
        chosen = {"backend": BACKEND, "workflow": PASS, "profile": "wan2.2-14b", "image_backend": "fake"}
        return bench.project(*shots, **(chosen | fields))

    def close(self) -> None:
        for comfy in self.servers:
            for event in comfy.script.holds.values():
                event.set()
        for bench in self.benches:
            bench.close()
        for rig in self.rigs:
            rig.close()
        for comfy in self.servers:
            comfy.stop()
