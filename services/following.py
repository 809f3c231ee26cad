"""A request handed to a backend and followed to its end, in such a way that nothing is sent twice."""

from __future__ import annotations

from pathlib import Path

from domain.backend import (
    BackendDone,
    BackendFailure,
    BackendPreview,
    BackendProgress,
    BackendQueued,
    BackendStarted,
    BackendStopped,
)
from domain.errors import BackendFailed, BackendUnavailable, Cancelled, DiskFull, FateUnknown, StudioError
from domain.request import GenerationRequest
from services.job_context import JobContext
from services.ports import Backends, GoesOnAlone, ProjectFiles, TakesUp, VideoBackend


class Follower:
    """Sends what has not been sent, and takes up what has."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    def run(self, context: JobContext, files: ProjectFiles, request: GenerationRequest, work: Path) -> BackendDone:
        """The artefacts of the request, in the folder `work`. Raises BackendFailed, Cancelled, and FateUnknown for a
        job that costs something, was sent before and cannot be found."""
        backend = self._backends.get(request.backend)
        free = self._backends.spec(request.backend).free
        if context.job.sent == request.backend:
            self._take_up(backend, context, request, work)
        else:
            readiness = backend.preflight()
            if not readiness.ready:
                first = readiness.problems[0]
                raise BackendUnavailable(first.what, first.cure, fault="unavailable")
            context.check()
            if not free:
                context.sending(request.backend)
            backend.submit(context.job.call, request, _inputs(files, request), work)

        def stop() -> None:
            if not context.to_be_resumed:
                backend.cancel(context.job.call)
            elif isinstance(backend, GoesOnAlone):
                backend.leave(context.job.call)
            elif free:
                backend.cancel(context.job.call)
            # What costs something and cannot be left is not thrown away: it is followed to its end.

        context.on_stop(stop)
        return self._follow(backend, context)

    def _take_up(self, backend: VideoBackend, context: JobContext, request: GenerationRequest, work: Path) -> None:
        """Follow a job that was sent before. Never sends it."""
        title = self._backends.spec(request.backend).title
        context.report(0.0, f"asking {title} what became of it")
        match backend.recover(context.job.call):
            case BackendFailure() as failure:
                raise _error(failure)
            case BackendStopped():
                raise BackendFailed(f"{context.job.title} was stopped at {title}.", "Make it again.")
            case None:
                known = False
            case _:
                known = isinstance(backend, TakesUp)
        if not known or not isinstance(backend, TakesUp):
            raise FateUnknown(
                f"{context.job.title} was sent to {title} before the interruption, and what became of it is not known.",
                "Check again later, or make it again, which may cost once more."
                if isinstance(backend, TakesUp)
                else "It cannot be asked for there. Make it again, which may cost once more.",
                askable=isinstance(backend, TakesUp),
            )
        backend.attach(context.job.call, request, work)

    @staticmethod
    def _follow(backend: VideoBackend, context: JobContext) -> BackendDone:
        for event in backend.events(context.job.call):
            match event:
                case BackendQueued(position=position):
                    context.report(0.0, "waiting" if position is None else f"{position} ahead")
                case BackendStarted():
                    context.report(0.0, "started")
                case BackendProgress(fraction=fraction, detail=detail):
                    context.report(fraction, detail)
                case BackendPreview(mime=mime, data=data):
                    context.preview(mime, data)
                case BackendDone():
                    return event
                case BackendFailure(message=message, fault="network") if context.job.sent and not isinstance(
                    backend, TakesUp
                ):
                    raise FateUnknown(
                        message, "It may have been made and charged. Make it again, which may cost once more.",
                        askable=False,
                    )  # fmt: skip
                case BackendFailure():
                    raise _error(event)
                case BackendStopped():
                    raise Cancelled
        raise BackendFailed("The backend ended the job without saying how.", "Render the shot again.")


def _error(failure: BackendFailure) -> StudioError:
    if failure.fault == "disk":
        return DiskFull(failure.message, failure.cure)
    return BackendFailed(failure.message, failure.cure, retry=failure.retry, fault=failure.fault)


def _inputs(files: ProjectFiles, request: GenerationRequest) -> dict[str, Path]:
    given = {"start": request.start, "end": request.end, "clip": request.clip, "mask": request.mask}
    given |= {f"reference-{i}": picked for i, picked in enumerate(request.references)}
    return {name: files.path(picked) for name, picked in given.items() if picked is not None}
