"""Whose turn it is in the queue: pure functions over the jobs as they stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from domain.job import Done, Failed, Job, Queued, Stopped


def workflow_of(job: Job) -> str:
    """What a job loads, as far as it tells; jobs of one workflow need no other model between them."""
    own = job.detail.get("image_workflow") if job.kind == "keyframe" else None
    return str(own or job.detail.get("workflow", ""))


def whose_turn(
    jobs: Mapping[str, Job], running: Collection[str], held: Callable[[Job], bool], lane_size: Callable[[str], int],
    loaded: dict[str, str], aside: Collection[str] = (),
) -> list[Job]:  # fmt: skip
    """The waiting jobs that may start now. In each lane first those of the workflow that was started last, whose
    model is loaded, and of those the ones that most others wait for one after another; else in queue order.

    `running` are the ids of those that somebody works on, of which those `aside` take no place in a lane; `held` tells
    which may not start yet; `loaded` is the workflow started last by lane, and is brought up to date.
    """
    free: dict[str, int] = {}
    for job in jobs.values():
        if job.backend not in free:
            free[job.backend] = lane_size(job.backend)
        if job.id in running and job.id not in aside:
            free[job.backend] -= 1
    ready: dict[str, list[Job]] = {}
    for job in jobs.values():
        if not isinstance(job.phase, Queued) or job.id in running or held(job):
            continue
        if free[job.backend] > 0 and all(isinstance(jobs[a].phase, Done) for a in job.after if a in jobs):
            ready.setdefault(job.backend, []).append(job)
    behind = chains(jobs) if ready else {}
    found = []
    for backend, waiting in ready.items():
        waiting.sort(key=lambda job: -behind[job.id])
        while waiting and free[backend] > 0:
            job = next((job for job in waiting if workflow_of(job) == loaded.get(backend)), waiting[0])
            waiting.remove(job)
            loaded[backend] = workflow_of(job)
            free[backend] -= 1
            found.append(job)
    return found


def chains(jobs: Mapping[str, Job]) -> dict[str, int]:
    """How many unfinished jobs of each wait for it one after another, at most."""
    users: dict[str, list[str]] = {job_id: [] for job_id in jobs}
    needs = dict.fromkeys(jobs, 0)
    for job in jobs.values():
        if not job.ended:
            for before in {a for a in job.after if a in jobs}:
                users[before].append(job.id)
                needs[job.id] += 1
    order = [job_id for job_id, count in needs.items() if count == 0]
    for job_id in order:  # grows while it is read
        for user in users[job_id]:
            needs[user] -= 1
            if needs[user] == 0:
                order.append(user)
    behind = dict.fromkeys(jobs, 0)
    for job_id in reversed(order):
        behind[job_id] = max((behind[user] + 1 for user in users[job_id]), default=0)
    return behind


def broken(jobs: Mapping[str, Job], running: Collection[str]) -> dict[str, str]:
    """Jobs that wait in vain, for one that failed or was stopped or for what waits for that; why, by id."""
    found: dict[str, str] = {}
    more = True
    while more:
        more = False
        for job in jobs.values():
            if job.id in found or not isinstance(job.phase, Queued) or job.id in running:
                continue
            for before in (jobs[a] for a in job.after if a in jobs):
                if before.id in found or isinstance(before.phase, (Failed, Stopped)):
                    found[job.id] = f"Not started, because {before.title} did not finish."
                    more = True
                    break
    return found


def together(jobs: Mapping[str, Job], job_id: str) -> list[str]:
    """The ids to queue again with a job: what it needs that did not finish, and what did not start without it."""
    found = [job_id]
    for one in found:  # grows while it is read
        needed = [a for a in jobs[one].after if a in jobs and isinstance(jobs[a].phase, (Failed, Stopped))]
        found += [a for a in needed if a not in found]
    for one in found:
        found += [
            j.id for j in jobs.values() if isinstance(j.phase, Stopped) and one in j.after and j.id not in found
        ]  # fmt: skip
    return found


def may_go_on(jobs: Mapping[str, Job], running: Collection[str], held: Callable[[Job], bool]) -> bool:
    """Whether something is done, or begins by itself sooner or later; `held` are those that somebody must let go."""
    for job in jobs.values():
        if job.id in running:
            return True
        if not isinstance(job.phase, Queued) or held(job):
            continue
        if all(isinstance(jobs[a].phase, Done) for a in job.after if a in jobs):
            return True
    return False
