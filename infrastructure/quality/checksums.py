"""Checksums that a file carries of itself: Matroska's over its clusters, FFV1's over its slices. Most decoders make a
picture of anything without a word; these tell."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_EBML, _SEGMENT, _CLUSTER, _CRC = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0xBF
"""Ids of EBML elements (RFC 8794, RFC 9559)."""
_FIRST = b"\x1a\x45\xdf\xa3"
"""How a Matroska file begins."""
_CHUNK = 1 << 20
_SUM = 6
"""Bytes of a CRC-32 element."""
_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Bytes with their bits the other way round."""
_TRAILER = 8
"""Bytes behind an FFV1 slice with a checksum: its size, an error status, the sum (RFC 9043, section 4.9)."""
_TRIED = 8
"""FFV1 packets after which a file none of whose sums agreed is taken for one without."""


def cut_short(path: Path) -> bool:
    """Whether a Matroska file ends before the end that it tells."""
    with path.open("rb") as file:
        at, end = 0, path.stat().st_size
        while at < end and (element := _element(file, at)) is not None:
            name, _, last = element
            if last is None or (at == 0 and name != _EBML):
                return False
            if last > end:
                return True
            at = last
    return False


def damaged_ranges(path: Path) -> list[tuple[int, int]]:
    """The places in bytes, from and to, of a Matroska file's clusters whose checksum is wrong. Clusters without one are
    left out, and files of other kinds have none."""
    with path.open("rb") as file:
        if file.read(4) != _FIRST:
            return []
        end = path.stat().st_size
        return [
            (first, last) for first, body, last in _clusters(file, 0, end) if not _agrees(file, body, last)
        ]  # fmt: skip


def _clusters(file: BinaryIO, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Where clusters begin, where their content does, and where they end."""
    while at < end and (element := _element(file, at)) is not None:
        name, body, last = element
        if name == _SEGMENT:
            yield from _clusters(file, body, end if last is None else min(end, last))
        if last is None or last > end:
            return
        if name == _CLUSTER:
            yield at, body, last
        at = last


def _element(file: BinaryIO, at: int) -> tuple[int | None, int, int | None] | None:
    """An element's id, where its content begins, and where it ends (None where it does not say); None where there is
    none."""
    file.seek(at)
    head = file.read(12)
    name, length = _number(head, keep=True)
    size, more = _number(head[length:], keep=False)
    if not length or not more:
        return None
    body = at + length + more
    return name, body, None if size is None else body + size


def _number(data: bytes, *, keep: bool) -> tuple[int | None, int]:
    """A number of variable length and its bytes, 0 where there is none; None for a size that is not known. An id
    keeps its marker."""
    length = 9 - data[0].bit_length() if data and data[0] else 0
    if not length or len(data) < length:
        return None, 0
    value = int.from_bytes(data[:length], "big")
    if keep:
        return value, length
    value -= 1 << 7 * length
    return (None if value == (1 << 7 * length) - 1 else value), length


def _agrees(file: BinaryIO, body: int, end: int) -> bool:
    """Whether a cluster has the sum that it tells, or tells none."""
    file.seek(body)
    head = file.read(_SUM)
    if len(head) < _SUM or head[:2] != bytes((_CRC, 0x84)):
        return True
    found, left = 0, end - body - _SUM
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        found, left = zlib.crc32(chunk, found), left - len(chunk)
    return found == int.from_bytes(head[2:], "little")


class SliceSums:
    """Takes the packets of an FFV1 stream in order and tells which do not agree with their checksums."""

    def __init__(self) -> None:
        self._agreed = False
        self._seen = 0

    def damaged(self, packet: bytes) -> bool:
        """Whether this one is damaged for sure: it does not agree, and one before it did."""
        if not self._agreed and self._seen >= _TRIED:
            return False
        self._seen += 1
        agrees = _slices_agree(packet)
        self._agreed = self._agreed or agrees
        return self._agreed and not agrees


def _slices_agree(packet: bytes) -> bool:
    """Whether the slices of a packet, told by their sizes from behind, fill it and have the right sums."""
    end = len(packet)
    while end > 0:
        begin = end - _TRAILER - int.from_bytes(packet[max(0, end - _TRAILER) : end - _TRAILER + 3], "big")
        if begin < 0 or _plain_sum(packet[begin:end]):
            return False
        end = begin
    return True


def _plain_sum(data: bytes) -> int:
    """CRC-32 as FFV1 takes it, up to the order of its bits: from 0, highest bit first, not inverted. Zlib's sum is that
    of the bits turned round, but for what its beginning and end add for any data of this length."""
    return zlib.crc32(data.translate(_TURNED)) ^ zlib.crc32(bytes(len(data)))
