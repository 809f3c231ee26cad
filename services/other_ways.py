"""In which other way a job may be made that did not come to a good end as it was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import NotFound, StudioError
from domain.job import Job, Queued
from services.ports import Backends
from services.projects import ProjectService
from services.smaller import at_a_smaller_size

if TYPE_CHECKING:  # it reads the cut, which is made of what is generated
    from services.quality.retakes import ClipChecks


class OtherWays:
    """On the project's fallback backend, or at a smaller size."""

    def __init__(self, projects: ProjectService, backends: Backends, checks: ClipChecks | None) -> None:
        self._projects = projects
        self._backends = backends
        self._checks = checks

    def other_way(self, job: Job, error: StudioError) -> Job | None:
        """The job at a smaller size when memory ran out and the rules say so; the job on the project's fallback
        backend, when its own is out of reach or lacks something."""
        if getattr(error, "fault", "") == "memory":
            return self._smaller(job, error)
        if getattr(error, "fault", "") not in ("network", "unavailable") or job.detail.get("fallback"):
            return None
        try:
            name = self._projects.get(job.project).project.fallback_backend
            if not name or name == job.backend:
                return None
            spec = self._backends.spec(name)
        except NotFound:
            return None
        kind = "image" if job.kind == "keyframe" else "video"
        if kind not in spec.kinds or (kind == "video" and str(job.detail.get("profile")) not in spec.profiles):
            return None
        reason = f"{error.message} It is made with {spec.title} instead."
        detail = {"backend": job.backend, **job.detail, "fallback": name}
        return job.replace(backend=name, sent="", detail=detail, phase=Queued(reason=reason))

    def _smaller(self, job: Job, error: StudioError) -> Job | None:
        """The job at a smaller size, where the project's rules say so and it costs nothing."""
        if self._checks is None or not self._backends.spec(job.backend).free:
            return None
        rules = self._checks.rules(self._projects.get(job.project))
        return at_a_smaller_size(job, error, bool(rules.upscale)) if rules.smaller else None
