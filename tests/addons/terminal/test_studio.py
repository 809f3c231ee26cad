"""`serve`: what it hands to the window, and what it goes on with."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from tests.addons.terminal.support import Call, long_project, states


def test_the_studio_refuses_a_port_that_is_taken(call: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = call("serve", "--port", port, "--no-browser")
    assert said.code in (1, 2) and str(port) in said.err and len(said.err.splitlines()) == 1


def test_without_a_command_the_studio_is_started(call: Call, made: Path) -> None:
    seen: list[dict[str, Any]] = []

    def served(studio: Any, choose: Any, cache: Path, **options: Any) -> None:
        seen.append({"project": choose("").files.root, **options})

    assert call("--no-browser", "--project", made / "film.kinoloom", server=served).code == 0
    assert call("serve", "--host", "localhost", "--port", "0", server=served).code == 0
    assert call(server=served).code == 0
    assert seen[0]["project"] == made / "film.kinoloom" and seen[0]["open_browser"] is False
    assert (seen[1]["host"], seen[1]["port"]) == ("localhost", 0)
    assert (seen[2]["port"], seen[2]["open_browser"], seen[2]["look"]) == (7860, True, "dark")


def test_work_of_a_studio_that_is_ended_goes_on_at_the_next_start(call: Call, tmp_path: Path) -> None:
    folder = long_project(tmp_path, call, shots=1)

    def ended(studio: Any, choose: Any, cache: Path, **options: Any) -> None:
        project = choose("")
        studio.generation.render(project)
        raise KeyboardInterrupt

    def started(studio: Any, choose: Any, cache: Path, **options: Any) -> None:
        project = choose("")
        resumed.extend(job.title for job in studio.jobs.jobs(project.id) if not job.ended)
        studio.jobs.stop_project(project.id)

    resumed: list[str] = []
    assert call("serve", "--project", folder, server=ended).code == 130
    assert set(states(call, folder)) == {"interrupted"}
    assert call("serve", "--project", folder, server=started).code == 0
    assert resumed == ["Keyframe 001", "Shot 001"]
