"""A Kinoloom that goes on with a project and makes its film: `python -m tests.durability.child PROJECT WAY`.

The way is "studio" for what the studio does when it is started again, without a window, or "commands" for
`kinoloom render` and `kinoloom film`. It may be killed at any instant and started anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app import compose
from app import run as command


def as_studio(folder: Path) -> int:
    """0 when the film is there."""
    with compose() as kinoloom:
        studio = kinoloom.studio
        project = studio.projects.open(folder)
        studio.generation.resume(project, free_only=True)
        studio.generation.render(project)
        for run in studio.jobs.runs(project.id):
            studio.jobs.wait(run.id)
        if not studio.film.reports(project):
            studio.jobs.wait(studio.film.make(project).id)
        bad = [job for job in studio.jobs.jobs(project.id) if job.phase.kind != "done"]
        for job in bad:
            sys.stderr.write(f"{job.title}: {job.phase}\n")
        return 1 if bad else 0


def as_commands(folder: Path) -> int:
    """The same by two commands."""
    code = command(["render", str(folder)])
    films = [p for p in (folder / "film").glob("*.mp4") if not p.name.startswith(".")]
    return code or (0 if films else command(["film", str(folder)]))


if __name__ == "__main__":
    sys.exit({"studio": as_studio, "commands": as_commands}[sys.argv[2]](Path(sys.argv[1])))
