"""The hashes a file from outside carries, whatever it claims to be.

Nothing here trusts the file: no directory of an archive and no object table of a PDF is read. Packed parts are found by
the bytes they begin with, unpacked in small pieces and forgotten, and the work is counted, so that a file made to burst
costs what any other does. A part that cannot be unpacked (encrypted, damaged, packed another way) is passed over.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

READ_AT_MOST = 40 * 1024 * 1024  # bytes of packed parts, unpacked, that are searched
PARTS_AT_MOST = 5_000  # packed parts that are looked at
HASHES_AT_MOST = 200  # different hashes of one file that are looked up
PIECE = 16 * 1024  # packed bytes taken at a time
BURST = 64 * 1024  # unpacked bytes taken at a time
CLEAR = 1024 * 1024  # bytes of the file itself taken at a time
HASH_LENGTH = 64

# Every digit of a hash becomes "x", all else a blank: a search for 64 "x" then takes the same time whatever the file.
DIGITS = bytes(ord("x") if chr(code) in "0123456789abcdef" else ord(" ") for code in range(256))
RUN = b"x" * HASH_LENGTH


@dataclass
class Reading:
    """What was found, and the work it took."""

    hashes: dict[str, None] = field(default_factory=dict)  # in the order of the file
    unpacked: int = 0
    parts: int = 0

    @property
    def is_over(self) -> bool:
        full = len(self.hashes) >= HASHES_AT_MOST
        return full or self.unpacked >= READ_AT_MOST or self.parts >= PARTS_AT_MOST


def read(data: bytes) -> Reading:
    """Look through a file, in the clear first and then packed, until its end or a limit."""
    reading = Reading()
    _search((data[start : start + CLEAR] for start in range(0, len(data), CLEAR)), reading)
    if data.startswith(b"PK"):
        starts = _archive_starts(data)
    elif data.startswith(b"%PDF"):
        starts = _pdf_starts(data)
    else:
        return reading
    for start, end, wbits in starts:
        if reading.is_over:
            break
        reading.parts += 1
        if start < end:
            _search(_unpacked(memoryview(data)[start:end], wbits, reading), reading)
    return reading


def _search(pieces: Iterable[bytes], reading: Reading) -> None:
    tail = b""
    for piece in pieces:
        text = tail + piece if tail else piece
        digits = text.translate(DIGITS)
        found = digits.find(RUN)
        while found >= 0 and len(reading.hashes) < HASHES_AT_MOST:
            reading.hashes[text[found : found + HASH_LENGTH].decode("ascii")] = None
            found = digits.find(RUN, found + HASH_LENGTH)
        if reading.is_over:
            return
        tail = text[1 - HASH_LENGTH :]


def _unpacked(packed: memoryview, wbits: int, reading: Reading) -> Iterator[bytes]:
    """A packed part in pieces; ends at its end, at what cannot be unpacked, and at the limit."""
    unpacker = zlib.decompressobj(wbits)
    for start in range(0, len(packed), PIECE):
        piece = bytes(packed[start : start + PIECE])
        while piece and not unpacker.eof and not reading.is_over:
            try:
                text = unpacker.decompress(piece, BURST)
            except zlib.error:
                reading.unpacked += BURST  # so much may have been unpacked in vain
                return
            reading.unpacked += len(text)
            yield text
            piece = unpacker.unconsumed_tail
        if unpacker.eof or reading.is_over:
            return


def _archive_starts(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Where a deflated part with XML in it may begin and end; (0, 0, 0) for any other part. No two overlap."""
    at = data.find(b"PK\x03\x04")
    while at >= 0:
        header = data[at : at + 30]
        following = data.find(b"PK\x03\x04", at + 4)
        name_end = at + 30 + int.from_bytes(header[26:28], "little")
        start = name_end + int.from_bytes(header[28:30], "little")
        end = following if following >= 0 else len(data)
        is_deflated = len(header) == 30 and header[8:10] == b"\x08\x00" and not header[6] & 1  # bit 0: encrypted
        is_ours = is_deflated and data[name_end - 4 : name_end] == b".xml"
        yield (start, end, -zlib.MAX_WBITS) if is_ours else (0, 0, 0)
        at = following


def _pdf_starts(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Where a stream with the first two bytes of zlib begins and ends; (0, 0, 0) for any other stream.

    Our PDF has its hash in the clear; a program that saved it anew may have packed it.
    """
    at = data.find(b"stream")
    while at >= 0:
        start = at + len(b"stream")
        end = data.find(b"endstream", start)
        if end < 0:
            return
        begin = data[start : start + 2]
        start += len(begin) - len(begin.lstrip(b"\r\n"))
        head = data[start : min(start + 2, end)]
        is_zlib = len(head) == 2 and head[0] & 0x0F == 8 and int.from_bytes(head, "big") % 31 == 0
        yield (start, end, zlib.MAX_WBITS) if is_zlib else (0, 0, 0)
        at = data.find(b"stream", end + len(b"endstream"))
