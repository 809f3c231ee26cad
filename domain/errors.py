"""Every error Kinoloom raises on purpose.

StudioError                 what failed, on what, and what to try
├── BadInput                a value, file or option that cannot be used (exit code 2)
│   ├── UnsafePath          a name that would leave its folder
│   └── UnreadableMedia     a picture or clip that is not what its name says
├── NotFound                a project, shot, take or file that is not there
├── DamagedFile             a state file that does not parse; set aside, not replaced
├── NewerFile               a state file from a newer Kinoloom; left alone
├── Conflict                somebody else holds or changed what was to be written
│   └── Occupied            another Kinoloom renders in this project
├── DiskFull                there is no room on the disk; nothing was changed
├── NotReady                something needed first is missing (a keyframe, a take, a model)
├── MediaFailed             decoding, encoding or joining went wrong
├── BackendFailed           a generation failed; the backend's words are in the message
│   └── BackendUnavailable  the backend cannot be reached or lacks something
├── FateUnknown             a paid job was sent, and what became of it is not known
└── Cancelled               stopped on request
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from domain.job import JobOffer

Fault = Literal["", "network", "unavailable", "memory", "disk", "refused"]
"""Why a generation failed, as far as it decides what comes next. network: cannot be reached or broke off, and may
well succeed later; unavailable: something must be given first (a server, a model, a login); memory: the same request
would fail again, a smaller one may not; disk: the disk of this computer has no room; refused: the service's rules
forbid the words, and others may pass; empty: none of these."""


class StudioError(Exception):
    """A sentence for the user: what failed and on what; `cure` says what to try."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        """The message, then the cure, as one line."""
        return f"{self.message} {self.cure}".strip()


class BadInput(StudioError):
    """Raised when a value, file or option cannot be used; nothing was changed."""


class UnsafePath(BadInput):
    """Raised when a name would lead outside the folder it belongs to."""


class UnreadableMedia(BadInput):
    """Raised when a picture or clip is not what its name says, or is too large to open."""


class NotFound(StudioError):
    """Raised when something named is not there."""


class DamagedFile(StudioError):
    """Raised when a state file does not parse; it was set aside beside its place."""


class NewerFile(StudioError):
    """Raised when a state file was written by a newer Kinoloom; it is left untouched."""


class Conflict(StudioError):
    """Raised when something is locked by another process or changed underneath."""


class Occupied(Conflict):
    """Raised when another Kinoloom renders in the project; `may_take_over` tells that it went silent."""

    def __init__(self, message: str, cure: str = "", *, may_take_over: bool = False) -> None:
        super().__init__(message, cure)
        self.may_take_over = may_take_over


class DiskFull(StudioError):
    """Raised when a disk or a quota has no room; what was there before is as it was."""


class NotReady(StudioError):
    """Raised when a step lacks what an earlier step makes."""


class MediaFailed(StudioError):
    """Raised when decoding, encoding or joining fails."""


class BackendFailed(StudioError):
    """Raised when a generation fails; `retry` tells whether the same request could succeed later, `offers` what could
    be made instead."""

    def __init__(
        self, message: str, cure: str = "", *, retry: bool = True, fault: Fault = "", offers: tuple[JobOffer, ...] = ()
    ) -> None:
        super().__init__(message, cure)
        self.retry = retry
        self.fault = fault
        self.offers = offers


class BackendUnavailable(BackendFailed):
    """Raised when a backend cannot be reached, or, when trying again is of no use, lacks something it needs."""

    def __init__(
        self, message: str, cure: str = "", *, retry: bool = True, fault: Fault = "", offers: tuple[JobOffer, ...] = ()
    ) -> None:
        super().__init__(
            message, cure, retry=retry, fault=fault or ("network" if retry else "unavailable"), offers=offers
        )


class FateUnknown(StudioError):
    """Raised when a paid job was sent before and nobody can tell what became of it; it is not sent again unasked.
    `askable` tells that its backend could be asked again another time."""

    def __init__(self, message: str, cure: str = "", *, askable: bool = True) -> None:
        super().__init__(message, cure)
        self.askable = askable


class Cancelled(StudioError):
    """Raised inside work that was stopped on request."""

    def __init__(self, message: str = "Stopped.", cure: str = "") -> None:
        super().__init__(message, cure)
