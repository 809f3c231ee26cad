"""Every error Kinoloom raises on purpose.

StudioError                 what failed, on what, and what to try
├── BadInput                a value, file or option that cannot be used (exit code 2)
│   ├── UnsafePath          a name that would leave its folder
│   └── UnreadableMedia     a picture or clip that is not what its name says
├── NotFound                a project, shot, take or file that is not there
├── DamagedFile             a state file that does not parse; set aside, not replaced
├── NewerFile               a state file from a newer Kinoloom; left alone
├── Conflict                somebody else holds or changed what was to be written
├── NotReady                something needed first is missing (a keyframe, a take, a model)
├── MediaFailed             decoding, encoding or joining went wrong
├── BackendFailed           a generation failed; the backend's words are in the message
│   └── BackendUnavailable  the backend cannot be reached or lacks something
└── Cancelled               stopped on request
"""

from __future__ import annotations


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


class NotReady(StudioError):
    """Raised when a step lacks what an earlier step makes."""


class MediaFailed(StudioError):
    """Raised when decoding, encoding or joining fails."""


class BackendFailed(StudioError):
    """Raised when a generation fails; `retry` tells whether the same request could succeed later."""

    def __init__(self, message: str, cure: str = "", *, retry: bool = True) -> None:
        super().__init__(message, cure)
        self.retry = retry


class BackendUnavailable(BackendFailed):
    """Raised when a backend cannot be reached or lacks something it needs."""


class Cancelled(StudioError):
    """Raised inside work that was stopped on request."""

    def __init__(self, message: str = "Stopped.", cure: str = "") -> None:
        super().__init__(message, cure)
