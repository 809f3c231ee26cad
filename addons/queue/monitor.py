"""The monitor above the queue: servers with their queues, graphics cards, what was made lately, and what failed."""

from __future__ import annotations

from typing import Any

from addons.api import Json, PartData
from addons.flows import device_words, gib
from addons.session import View
from addons.words import said, t
from domain.engine import ServerInfo
from domain.job import Failed
from domain.monitor import CardReading
from services.monitor import is_here, throughput

LAST_FAILURE = 300
"""Characters of the last failure that are shown."""

HOT = 80
"""From this many degrees Celsius on a temperature is shown as high."""


def monitor(view: View) -> PartData:
    """One tile for each server and each card of this computer; the sums in the head."""
    studio = view.studio
    servers = studio.engine.servers() if studio.engine is not None else []
    cards = studio.monitor.cards() if studio.monitor is not None else ()
    made = throughput((t for p in studio.projects.opened() for t in p.files.takes()), studio.clock.now())
    failed = [job for job in studio.jobs.jobs() if isinstance(job.phase, Failed)]
    head: dict[str, Json] = {
        "clips": made.clips,
        "pace": [_rounded(made.clips_per_hour), _rounded(made.frames_per_minute)] if made.clips else [],
        "failed": len(failed),
        "last": _last(failed),
    }
    return PartData(head, [*map(_server, servers), *map(_card, cards)])


def _last(failed: list[Any]) -> list[str]:
    """The latest failure: what failed, and its sentence."""
    if not failed:
        return []
    job = max(failed, key=lambda job: job.phase.finished)
    return [said(job.title), said(str(job.phase.message))[:LAST_FAILURE]]


def _server(server: ServerInfo) -> dict[str, Any]:
    return {
        "id": server.url, "k": "server", "t": server.url.partition("://")[2], "here": is_here(server.url),
        "s": "up" if server.reachable else "down" if server.problem is not None else "asked",
        "q": queue_words(server), "m": "" if server.problem is None else said(server.problem.what),
        "d": [device_words(device) for device in server.devices],
    }  # fmt: skip


def queue_words(server: ServerInfo) -> list[str]:
    """A server's queue, and whose prompts are before ours."""
    if not server.reachable:
        return []
    if not server.running and not server.waiting:
        return ["idle"]
    found = [t("{running} running, {waiting} waiting", running=server.running, waiting=server.waiting)]
    total = server.running + server.waiting
    if server.ours == total:
        found.append(t("all ours"))
    elif not server.ours:
        found.append(t("none of them ours"))
    else:
        before = t("none before ours") if not server.ahead else t("{ahead} of others before ours", ahead=server.ahead)
        found.append(t("{ours} ours, {before}", ours=server.ours, before=before))
    return found


def _card(card: CardReading) -> dict[str, Any]:
    used = -1 if not card.memory else min(100, round(100 * card.used / card.memory))
    words = (
        ""
        if not card.memory
        else t("{free} of {free2} free", free=gib(max(0, card.memory - card.used)), free2=gib(card.memory))
    )
    return {
        "id": f"card-{card.index}", "k": "card", "t": card.name, "c": card.celsius, "b": card.busy,
        "hot": card.celsius is not None and card.celsius >= HOT, "d": [[t("Memory"), used, words]],
    }  # fmt: skip


def _rounded(value: float) -> float | int:
    return round(value) if value >= 10 else round(value, 1)
