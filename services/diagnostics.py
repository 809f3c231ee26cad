"""The diagnostics bundle: what somebody who helps needs to know, without secrets, and without prompts unless asked."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from domain.condition import ProjectFacts
from domain.errors import BadInput
from domain.job import Run
from services.doctor import Doctor
from services.ports import Clock
from services.reports import job_document
from services.scrubbing import Scrubber, texts_in
from services.studio import Studio
from services.verification import Verification, condition_document

_STRUCTURE = frozenset({"time", "level", "logger", "process", "run", "job", "kind", "segment", "backend", "state"})
"""Fields of a log entry that hold no words of a person."""

_ABOUT_THE_FILM = (
    "width", "height", "rate", "backend", "profile", "mode", "workflow", "image_backend", "image_workflow",
    "workflow_options",
)  # fmt: skip

README = """What this is: facts about one installation of Kinoloom, put together by `kinoloom doctor --bundle` to find
the cause of a problem. Keys, tokens and passwords are hidden. {prompts}
Folders are written as ~ (home) and <project>; names of the user and the computer are left out.
Look through it before you pass it on.
"""


class Traces(Protocol):
    """What is left on disk of earlier work; reading it changes nothing."""

    def logs(self) -> dict[str, str]:
        """The user's log files, by name."""
        ...

    def project_logs(self, root: Path) -> dict[str, str]:
        """The log files of a project, by name."""
        ...

    def facts(self, root: Path) -> ProjectFacts:
        """What is known of a project. A part that cannot be read is left out."""
        ...

    def names(self) -> dict[str, str]:
        """Folders and names that tell who the user is, and what is written instead."""
        ...


class Diagnostics:
    """Makes bundles. `hide` takes keys, tokens and passwords out of a text."""

    def __init__(
        self, studio: Studio, doctor: Doctor, verification: Verification, traces: Traces, clock: Clock,
        hide: Callable[[str], str],
    ) -> None:  # fmt: skip
        self._studio = studio
        self._doctor = doctor
        self._verification = verification
        self._traces = traces
        self._clock = clock
        self._hide = hide

    def bundle(self, project: Path | None = None, *, with_prompts: bool = False) -> bytes:
        """The bundle as a zip archive. With a project it tells its condition, runs and log too, and with
        `with_prompts` its words. Raises NotFound when there is no such project."""
        members = self.members(project, with_prompts=with_prompts)
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        return data.getvalue()

    def members(self, project: Path | None = None, *, with_prompts: bool = False) -> dict[str, str]:
        """The files of the bundle, by name."""
        root = project.expanduser().absolute() if project else None
        condition = self._verification.examine(root) if root else None
        facts = self._traces.facts(root) if root else ProjectFacts()
        scrub = self._scrubber(root, facts, with_prompts)
        said = (
            "The words of the storyboard are in it." if with_prompts else "Prompts and names in the film are left out."
        )
        found = {"README.txt": README.format(prompts=said)}

        def put(name: str, data: Any) -> None:
            text = json.dumps(scrub.tree(data), indent=2, ensure_ascii=False)
            found[name] = self._hide(text) + "\n"

        put("about.json", {"made": self._clock.now(), "findings": [f.to_json() for f in self._doctor.examine()]})
        put("settings.json", {"settings": list(self._settings()), "problems": self._studio.settings.problems()})
        engine = self._studio.engine
        put("servers.json", [server.to_json() for server in engine.servers()] if engine else [])
        for name, text in self._traces.logs().items():
            found[f"log/{name}"] = self._log(text, scrub)
        if root is not None and condition is not None:
            film = {name: facts.project[name] for name in _ABOUT_THE_FILM if name in facts.project}
            put("project/project.json", film)
            put("project/condition.json", condition_document(condition))
            put("project/runs.json", [_run(run) for run in facts.runs])
            if with_prompts:
                put("project/storyboard.json", facts.board)
            for name, text in self._traces.project_logs(root).items():
                found[f"project/log/{name}"] = self._log(text, scrub)
        return found

    def _scrubber(self, root: Path | None, facts: ProjectFacts, with_prompts: bool) -> Scrubber:
        """What takes out the words of this project and of those that were worked on before: the log is of all."""
        names = self._traces.names()
        texts = texts_in(facts.writings)
        for other in self._studio.projects.recent():
            names[str(other)] = "<another project>"
            texts.append(other.name)
            if other != root:
                texts += texts_in(self._traces.facts(other).writings)
        if root is not None:
            texts.append(root.name)
            names |= {str(root): "<project>", str(root.resolve()): "<project>"}
        return Scrubber(() if with_prompts else texts, names)

    def _settings(self) -> Iterator[Mapping[str, Any]]:
        for field in self._studio.settings.fields():
            value = field.value
            if field.secret:
                value = "[hidden]" if value else ""
            yield {"setting": field.key, "value": value, "origin": field.origin}

    def _log(self, text: str, scrub: Scrubber) -> str:
        """A log without words; a line that is no entry is scrubbed as it stands."""
        lines = []
        for line in text.splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                lines.append(self._hide(scrub.text(line)))
                continue
            lines.append(self._hide(json.dumps(scrub.tree(entry, _STRUCTURE), ensure_ascii=False)))
        return "\n".join(lines) + "\n"


def check_bundle_file(target: Path) -> Path:
    """The absolute path of a bundle to be written. Raises BadInput when there cannot be one."""
    target = target.expanduser().absolute()
    if target.suffix.lower() != ".zip":
        raise BadInput(f"{target.name} is not a .zip name.", "A bundle is a .zip file.")
    if target.exists():
        raise BadInput(f"{target} is there already.", "Choose another name; nothing is overwritten.")
    if not target.parent.is_dir():
        raise BadInput(f"The folder {target.parent} does not exist.", "Make it first, or choose another.")
    return target


def _run(run: Run) -> dict[str, Any]:
    jobs: Sequence[dict[str, Any]] = [job_document(job) | {"attempts": job.attempts} for job in run.jobs]
    return {"id": run.id, "title": run.title, "created": run.created, "owner": run.owner, "jobs": jobs}
