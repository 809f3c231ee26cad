"""Every error that the decoders can raise has a sentence."""

from __future__ import annotations

import errno
import zlib
from pathlib import Path

import av.error
import pytest
from PIL import Image, UnidentifiedImageError

from domain.errors import Cancelled, DiskFull, MediaFailed, UnreadableMedia
from infrastructure.media.faults import making, reading

FOREIGN: list[BaseException] = [
    *(
        kind(1, "in their words", "file", None)
        for name, kind in sorted(vars(av.error).items())
        if isinstance(kind, type) and issubclass(kind, av.error.FFmpegError)
    ),
    *(OSError(number, "in their words") for number in sorted(errno.errorcode)),
    ValueError("x"), TypeError("x"), SyntaxError("x"), MemoryError(), EOFError(), zlib.error("x"), KeyError("x"),
    AssertionError(), OverflowError("x"), UnidentifiedImageError("x"), Image.DecompressionBombError("x"),
]  # fmt: skip


@pytest.mark.parametrize("error", FOREIGN, ids=lambda e: f"{type(e).__name__}-{getattr(e, 'errno', '')}")
def test_the_map_is_total(error: BaseException) -> None:
    with pytest.raises(UnreadableMedia) as unreadable, reading(Path("a.mp4")):
        raise error
    with pytest.raises((MediaFailed, DiskFull)) as failed, making(Path("b.mp4")):
        raise error
    for caught, name in ((unreadable, "a.mp4"), (failed, "b.mp4")):
        assert caught.value.message.startswith(name)
        assert caught.value.message.endswith(".")
        assert caught.value.cure.endswith(".")
        assert caught.value.__cause__ is error


def test_what_we_raise_ourselves_passes() -> None:
    with pytest.raises(Cancelled), reading(Path("a")):
        raise Cancelled()
    with pytest.raises(UnreadableMedia), making(Path("a")):
        raise UnreadableMedia("x")


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the disk quota")])
def test_a_full_disk_is_an_error_of_its_own(number: int, words: str) -> None:
    with pytest.raises(DiskFull, match=words), making(Path("film.mp4")):
        raise av.error.OSError(number, "No space left on device")
