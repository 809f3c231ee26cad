"""Other words for those that a service refused: shown in full, and sent when somebody at the terminal agrees."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.job import Job
    from services.jobs import JobService


def at_terminal(question: str) -> bool | None:
    """Whether a person agrees; None where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    import typer

    try:
        return typer.confirm(question, default=False, err=True)
    except typer.Abort:
        return False


def agreed(
    service: JobService, jobs: Sequence[Job], tell: Callable[[str], None],
    ask: Callable[[str], bool | None] = at_terminal,
) -> bool:  # fmt: skip
    """Show the words that are proposed for failed jobs; those that are agreed to are queued. Whether any was."""
    from domain.job import Failed

    found = False
    for job in jobs:
        failed = job.phase
        if not isinstance(failed, Failed):
            continue
        for offer in failed.offers:
            if not offer.after:
                continue
            tell(f"{job.title}: {failed.message}")
            tell(f"  Refused: {offer.before}")
            tell(f"  Instead: {offer.after}")
            tell(f"  {offer.what}")
            answer = ask("Send these words instead?")
            if answer is None:
                tell("  They are not sent: nobody can be asked here. Run it at a terminal, or draw it in the studio.")
            elif answer:
                service.accept(job.id, offer.id)
                found = True
    return found
