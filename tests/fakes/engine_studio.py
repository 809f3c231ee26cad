"""The studio with the fake engine, to be looked at: `KINOLOOM_HOME=… python -m tests.fakes.engine_studio --port N`.

`--servers` gives the addresses that are set up at first: "one" answers, "two" lacks models, "down" does not answer.
"""

from __future__ import annotations

import argparse
import dataclasses
import threading
import time
from typing import Any

import app
from addons.web import serve
from domain.backend import Problem
from domain.engine import DeviceInfo, ServerInfo
from infrastructure.paths import find_roots
from services.guard import Guard, GuardLimits
from services.monitor import Monitor
from services.settings import SettingsService
from tests.fakes.backend import FakeBackend
from tests.fakes.engine import GIB, EngineSettings, FakeServer, TryingEngine, shipped
from tests.fakes.sensors import FakeSensors, card

ONE, TWO, DOWN, OLD = (
    "http://127.0.0.1:8188",
    "http://studio-box:8188",
    "https://gpu.example.net/comfy",
    "http://10.0.0.9:8188",
)
A100 = DeviceInfo(name="NVIDIA A100 80GB", memory=80 * GIB, free=11 * GIB)


class SlowEngine(TryingEngine):
    """One whose servers take a moment, as real ones do."""

    def look(self) -> None:
        def ask() -> None:
            time.sleep(1)
            super(SlowEngine, self).look()

        threading.Thread(target=ask, daemon=True).start()

    def probe(self, url: str, login: str = "") -> ServerInfo:
        time.sleep(2)
        return super().probe(url, login)

    def try_clip(self, url: str) -> str:
        time.sleep(4)
        return super().try_clip(url)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=7990)
    parser.add_argument("--servers", default="one,two,down")
    parser.add_argument("--heat", type=int, default=71, help="degrees Celsius of this computer's card")
    given = parser.parse_args()
    lacking = {"wan2.2_i2v_low_noise_14B_fp8_scaled.safetensors", "z_image_turbo_bf16.safetensors"}
    every = {f.name for flow in shipped().values() for f in flow.manifest.models}
    world = {
        ONE: FakeServer(models=frozenset(n for n in every - lacking if "ltx-2" not in n), running=1, waiting=3, ours=2, ahead=1),
        TWO: FakeServer(version="0.12.1", devices=(A100, A100), models=frozenset({"wan_2.1_vae.safetensors"}), classes=1204),
        OLD: FakeServer(problem=Problem(what="It asks for a token.", cure="Type the token it was started with.")),
    }  # fmt: skip
    names = {"one": ONE, "two": TWO, "down": DOWN, "old": OLD}
    with app.compose(find_roots()) as kinoloom:
        below: Any = kinoloom.studio.settings._source
        source = EngineSettings(below, ", ".join(names[n] for n in given.servers.split(",") if n))
        engine = SlowEngine(kinoloom.studio.changes, source.urls, world)
        source.hand_to(engine)
        backend = FakeBackend(engine.spec())
        kinoloom.studio.backends._entries["comfyui"] = (engine.spec, lambda: backend)  # type: ignore[attr-defined]
        changes, clock, jobs = kinoloom.studio.changes, kinoloom.studio.clock, kinoloom.studio.jobs
        monitor = Monitor(FakeSensors(card(given.heat)), engine, clock, changes, lambda: bool(jobs.jobs()))
        monitor.tell(Guard(jobs, GuardLimits, monitor.local_devices, clock).look)
        studio = dataclasses.replace(
            kinoloom.studio, engine=engine, settings=SettingsService(source, changes), monitor=monitor
        )
        engine.look()
        monitor.start()
        serve(
            studio, studio.projects.for_window, kinoloom.cache, port=given.port, open_browser=False,
            on_stop=studio.jobs.close,
        )  # fmt: skip


if __name__ == "__main__":
    main()
