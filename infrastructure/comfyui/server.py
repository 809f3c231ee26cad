"""One ComfyUI server: send prompts under our own ids, follow them, stop them, fetch what they made.

Nothing on the server is moved or deleted, and no prompt of another client is touched.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import requests

from domain.errors import BackendUnavailable
from infrastructure.comfyui import messages as m
from infrastructure.comfyui.answers import MARK, Given, OutputFile, Past, Queue, mark_of
from infrastructure.comfyui.connection import AGAIN, Connection, Pause
from infrastructure.comfyui.failures import Failure, of_status, talking
from infrastructure.comfyui.faults import of_refusal
from infrastructure.comfyui.follow import Ended, Event, Job
from infrastructure.comfyui.listener import Listener
from infrastructure.comfyui.status import Facts, ServerStatus
from infrastructure.comfyui.transfers import Fetched, fetch_file, send_picture
from infrastructure.comfyui.verdicts import Accepted, Outdated, Refused
from infrastructure.comfyui.watcher import Watcher

log = logging.getLogger(__name__)

GREETING = 3.0
"""Seconds to wait for the socket before the first prompt; without it HTTP alone tells what happens."""

LOOKS = 4
"""How often to look for a prompt whose sending broke, and how often to send it at most."""


class ComfyServer:
    """A server at `url` (scheme and path optional). For many threads; `close` ends its own.

    `token` is sent as Authorization: Bearer, `headers` as they are. `silence` is in seconds how long an answer may
    take, `patience` how long the server may be out of reach before the prompts on it count as lost; the length of a
    run is not limited. `client_id` names this process to the server.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        token: str = "",
        verify: bool | str = True,
        connect: float = 5.0,
        silence: float = 60.0,
        patience: float = 120.0,
        client_id: str = "",
    ) -> None:
        self.client_id = client_id or f"kinoloom-{uuid.uuid4().hex}"
        self.connection = Connection(
            url, headers=headers, token=token, verify=verify, connect=connect, silence=silence
        )  # fmt: skip
        self.facts = Facts(self.connection, self.client_id)
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._listener = Listener(self.connection, self.client_id, self._hear, self._opened)
        self._watcher = Watcher(self.name, self.client_id, self.facts.queue, self.past, self._listener, patience)

    @property
    def name(self) -> str:
        """Host, port and path, for sentences."""
        return self.connection.name

    @property
    def listening(self) -> bool:
        """Whether the WebSocket is open."""
        return self._listener.open

    @property
    def losses(self) -> int:
        """How often the WebSocket broke."""
        return self._listener.losses

    def reconnect(self) -> None:
        """Give the WebSocket up for a new one, now."""
        self._listener.renew()
        self._watcher.nudge()

    def close(self) -> None:
        """Stop listening; whoever follows a prompt gets Lost. The prompts go on. May be called twice."""
        self._watcher.close(Failure(cause="closed", message=f"The connection to {self.name} was closed."))
        with self._lock:
            jobs, self._jobs = list(self._jobs.values()), {}
        for job in jobs:
            job.lose(Failure(cause="closed", message=f"The connection to {self.name} was closed."))
        self._listener.close()
        self.connection.close()

    # -- sending -------------------------------------------------------------------------------------------------

    def submit(
        self,
        job_id: str,
        graph: Mapping[str, Any],
        *,
        workflow: Any = None,
        targets: Collection[str] | None = None,
        again: bool = False,
    ) -> Accepted | Refused | Outdated:
        """Give the server a prompt under our id, once. `workflow` is the editor's format, for the saved files;
        `targets` are the output nodes to run, all when None; `again` tells that it may have been sent before,
        and is not sent twice then.

        It is followed from here on (`follow`). Raises BackendUnavailable when the server cannot be reached, or when
        nobody can tell whether it has the prompt: then `find` tells later.
        """
        self._listener.start(GREETING)
        job = Job(job_id, graph, sent=False)
        job.losses = self._listener.losses
        with self._lock:
            self._jobs[job_id] = job
        try:
            result = self._send(job_id, self._body(job_id, graph, workflow, targets), graph, again)
        except BaseException:
            self._forget(job)
            raise
        if not isinstance(result, Accepted):
            self._forget(job)
        else:
            job.sent = True
            self._watcher.add(job)
        return result

    def _body(
        self, job_id: str, graph: Mapping[str, Any], workflow: Any, targets: Collection[str] | None
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"prompt": graph, "client_id": self.client_id, "prompt_id": job_id}
        body["extra_data"] = {MARK: mark_of(graph)}
        if workflow is not None:
            body["extra_data"]["extra_pnginfo"] = {"workflow": workflow}
        if targets is not None:
            body["partial_execution_targets"] = list(targets)
        return body

    def _send(
        self, job_id: str, body: Mapping[str, Any], graph: Mapping[str, Any], again: bool
    ) -> Accepted | Refused | Outdated:  # fmt: skip
        doing = "sending the workflow"
        pause = Pause(0.15, 2.0)
        with talking(self.name, doing):
            given = self.given(job_id) if again else None
            if given is not None:
                return Accepted() if given.is_of(graph) else Outdated()
            for number in range(LOOKS):
                try:
                    response = self.connection.post("prompt", body)
                    if response.status_code not in AGAIN:
                        return self._answered(job_id, response, graph, doing)
                    fault: Exception = of_status(response.status_code, self.name, doing).error()
                except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                    fault = error
                log.info("%s: %s broke; looking whether it arrived", self.name, doing)
                # A request that broke may still be worked on: it is looked for twice before it is sent once more.
                silent = isinstance(fault, requests.ReadTimeout)
                for _ in range(LOOKS if silent else 2):
                    self.connection.pause(pause.next())
                    if self._has(job_id, graph, fault):
                        return Accepted()
                if silent or number == LOOKS - 1:
                    raise fault
        raise AssertionError("unreachable")

    def _answered(
        self, job_id: str, response: requests.Response, graph: Mapping[str, Any], doing: str
    ) -> Accepted | Refused:
        if response.status_code == 400:
            try:
                return Refused(failure=of_refusal(response.json(), graph))
            except requests.exceptions.JSONDecodeError:
                raise of_status(400, self.name, doing, response.text).error() from None
        answer = self.connection.body(response, doing)
        if not isinstance(answer, dict) or answer.get("prompt_id") is None:
            raise ValueError("no prompt_id")
        if answer.get("node_errors"):
            # The server runs what is right and leaves the rest out: not what was asked for.
            self.cancel(job_id)
            return Refused(failure=of_refusal(answer, graph))
        number = answer.get("number")
        return Accepted(number=number if isinstance(number, (int, float)) else None)

    def given(self, job_id: str) -> Given | None:
        """What the server has under that id, waiting, running or ended; None for nothing. Raises
        BackendUnavailable."""
        entry = self.facts.queue().find(job_id) or self.past(job_id)
        return entry.given if entry is not None else None

    def _has(self, job_id: str, graph: Mapping[str, Any], last: Exception) -> bool:
        """Whether the server has this graph under that id. Raises `last` when nobody answers."""
        try:
            given = self.given(job_id)
        except BackendUnavailable:
            raise last from None
        return given is not None and given.is_of(graph)

    def upload(self, picture: Path) -> str:
        """Put a picture on the server, unless it is there; what a LoadImage takes. Raises BackendUnavailable and
        BackendFailed."""
        return send_picture(self.connection, picture, self.facts.upload_limit)

    # -- following -----------------------------------------------------------------------------------------------

    def follow(self, job_id: str, graph: Mapping[str, Any] | None = None) -> Iterator[Event]:
        """What happens to a prompt that the server was given, by this process or an earlier one; ends with exactly
        one of Succeeded, Failed, Interrupted and Lost. Blocks between events."""
        with self._lock:
            job = self._jobs.setdefault(job_id, Job(job_id, graph, sent=True))
        if not job.over:
            self._listener.start(0)
            self._watcher.add(job)
            self._watcher.nudge()
        for event in job.events():
            if isinstance(event, Ended):
                self._forget(job)
            yield event

    def leave(self, job_id: str) -> None:
        """Follow a prompt no longer; it goes on there. Whoever follows it is told that it is lost."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is not None:
            self._forget(job)
            job.lose(Failure(cause="closed", message=f"{self.name} is no longer asked about this job."))

    def find(self, job_id: str) -> Event | None:
        """How a prompt stands now; None when the server knows nothing of it. Raises BackendUnavailable."""
        probe = Job(job_id, None, sent=True)
        queue = self.facts.queue()
        if not probe.look(queue, frozenset(self._jobs), self.client_id):
            past = self.past(job_id)
            if past is None:
                return None
            probe.recall(past)
        return next(probe.events())

    def past(self, job_id: str) -> Past | None:
        """How a prompt ended; None when it has not, or is not known. Raises BackendUnavailable."""
        doing = "asking for a result"
        answer = self.connection.ask(f"history/{job_id}", doing=doing, tries=1)
        if answer is not None:
            return Past.read(job_id, answer)
        # Some hosts offer only the newer way to ask.
        return Past.read_job(job_id, self.connection.ask(f"api/jobs/{job_id}", doing=doing, tries=1))

    def cancel(self, job_id: str) -> Literal["removed", "interrupted", "absent"]:
        """Take our prompt out of the queue, or interrupt it; never another. Without effect when it is over or not
        known. A running node is finished first: `follow` tells when it has stopped. Raises BackendUnavailable."""
        doing = "stopping a job"
        removed = False
        for _ in range(3):
            queue = self.facts.queue()
            if queue.runs(job_id):
                # Older servers do not read the id and stop whatever runs: hence the look right before.
                self._note_cancelled(job_id)
                self.connection.order("interrupt", {"prompt_id": job_id}, doing=doing)
                self._check_interrupt(job_id)
                self._watcher.nudge()
                return "interrupted"
            if queue.ahead(job_id) is None:
                break
            self._note_cancelled(job_id)
            self.connection.order("queue", {"delete": [job_id]}, doing=doing)
            removed = True  # unless it began at this moment: look again
        if not removed:
            return "absent"
        if self.past(job_id) is not None:
            return "absent"  # it was quicker
        with self._lock:
            job = self._jobs.get(job_id)
        if job is not None:
            job.hear(_stopped(job_id))
        return "removed"

    def _check_interrupt(self, job_id: str) -> None:
        """After an interrupt: what runs now is ours, or began after ours had ended."""
        past = None if self.facts.queue().runs(job_id) else self.past(job_id)
        if past is not None and past.ok:
            log.warning(
                "%s: a job ended while it was being stopped; an old server may have stopped the next one", self.name
            )

    def _note_cancelled(self, job_id: str) -> None:
        with self._lock:
            job = self._jobs.get(job_id)
        if job is not None:
            job.cancelled()

    # -- results and facts -----------------------------------------------------------------------------------------

    def download(
        self, file: OutputFile, target: Path, report: Callable[[int, int | None], None] | None = None
    ) -> Fetched:
        """Fetch a result to `target`; see `transfers.fetch_file`."""
        return fetch_file(self.connection, file, target, report)

    def queue(self) -> Queue:
        """What runs and waits now. Raises BackendUnavailable."""
        return self.facts.queue()

    def status(self) -> ServerStatus:
        """How the server is; one that cannot be asked is a status too."""
        with self._lock:
            ours = frozenset(self._jobs)
        return self.facts.status(ours, self.listening)

    def models(self, folder: str) -> tuple[str, ...] | None:
        """Installed files of a folder of models; None when there is no such folder."""
        return self.facts.models(folder)

    def object_info(self, refresh: bool = False) -> Mapping[str, Any]:
        """The server's node classes, remembered."""
        return self.facts.object_info(refresh)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _forget(self, job: Job) -> None:
        self._watcher.drop(job)
        with self._lock:
            if self._jobs.get(job.id) is job:
                del self._jobs[job.id]

    def _hear(self, message: m.Message) -> None:
        with self._lock:
            job = self._jobs.get(m.prompt_of(message))
        if job is None:
            return
        job.hear(message)
        if isinstance(message, m.ExecutionSuccess):
            self._watcher.fetch(job)

    def _opened(self) -> None:
        self._watcher.nudge()


def _stopped(job_id: str) -> m.ExecutionInterrupted:
    """The word that the server does not say when a waiting prompt is taken out."""
    return m.ExecutionInterrupted(type="execution_interrupted", data=m.EndData(prompt_id=job_id))
