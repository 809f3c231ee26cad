"""What can become of a request to a paid service, sorted by what may be done next."""

from __future__ import annotations

from domain.errors import BackendFailed, BackendUnavailable


class NotTaken(BackendUnavailable):
    """Raised when the service surely did not take the request: it was not reached, is busy, or answered that it broke.
    Sending it again costs nothing more. `after` is how many seconds the service asks to wait, None where it does not
    say."""

    def __init__(self, message: str, cure: str = "", *, after: float | None = None) -> None:
        super().__init__(message, cure, fault="unavailable")
        self.after = after


class AnswerLost(BackendFailed):
    """Raised when the request was sent and no whole answer came back: nobody knows whether it was made and charged."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message, cure, fault="network")


class WordsRefused(BackendFailed):
    """Raised when the service's rules forbid the words, or the picture that came of them (`drawn`)."""

    def __init__(self, message: str, cure: str = "", *, drawn: bool = False) -> None:
        super().__init__(message, cure, retry=drawn, fault="refused")


def must_act(message: str, cure: str) -> BackendUnavailable:
    """The service wants something of a person first: a key, a right, money."""
    return BackendUnavailable(message, cure, retry=False)
