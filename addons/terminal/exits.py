"""Runs a command and turns how it ended into an exit code and one line on stderr."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import typer

from addons.terminal.output import tell

if TYPE_CHECKING:
    from addons.terminal.front import Front

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
"""Done; the work failed; wrong use or bad input; interrupted with everything saved."""


def run(front: Front, arguments: Sequence[str]) -> int:
    """Do what the command line asks; the exit code. Without a command the studio is started."""
    from addons.terminal import build
    from domain.errors import BadInput, DamagedFile, NewerFile, NotFound, StudioError

    usage = _usage()
    words = [word for word in arguments if word != "--verbose"]
    if not words or (words[0].startswith("-") and words[0] not in ("--help", "--version")):
        words = ["serve", *words]
    try:
        code = typer.main.get_command(build()).main(words, prog_name="kinoloom", standalone_mode=False, obj=front)
        if code == INTERRUPTED:  # typer's own answer to Ctrl-C
            raise KeyboardInterrupt
        return code if isinstance(code, int) else DONE
    except (KeyboardInterrupt, typer.Abort):
        return _fail(front, "Interrupted; what was done is saved, and running it again goes on.", INTERRUPTED)
    except usage as error:
        return _fail(front, f"{error.format_message()} Try: kinoloom --help", MISUSED)  # type: ignore[attr-defined]
    except (BadInput, NotFound, DamagedFile, NewerFile) as error:
        return _fail(front, str(error), MISUSED)
    except StudioError as error:
        return _fail(front, str(error), FAILED)
    except Exception as error:
        said = [str(error) or type(error).__name__, "--verbose shows where; the log has the details."]
        return _fail(front, f"Something unexpected went wrong: {' '.join(said)}", FAILED)


def is_meant(error: Exception) -> bool:
    """Whether a command may end so; anything else is a fault of the program, and belongs into the log."""
    from domain.errors import StudioError

    return isinstance(error, (StudioError, typer.Exit, typer.Abort, _usage()))


def _usage() -> type[Exception]:
    """ClickException, wherever typer keeps it."""
    return cast("type[Exception]", typer.BadParameter.__mro__[2])


def _fail(front: Front, sentence: str, code: int) -> int:
    """Say in one line on stderr what went wrong."""
    tell(" ".join(sentence.split()))
    if front.verbose and sys.exc_info()[0] is not None:
        traceback.print_exc()
    return code
