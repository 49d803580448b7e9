"""Files made to hurt whoever reads them: damaged, packed in odd ways, made to burst, or endless."""

import bz2
import gzip
import io
import json
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

HEX = b"0123456789abcdef"
NOISE = random.Random(9).randbytes(200_000)
FILES: dict[str, Callable[[], bytes]] = {}


def file(name):
    def keep(make):
        FILES[name] = make
        return make

    return keep


def zipped(entries, method=zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def entry(name: bytes, packed: bytes, *, method=8, flags=0, size=None, unpacked=10, extra=b"") -> bytes:
    """A local header of an archive, with whatever it claims."""
    size = len(packed) if size is None else size
    numbers = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 0, 0, size, unpacked, len(name), len(extra))
    return b"PK\x03\x04" + numbers + name + extra + packed


def raw_deflate(content: bytes, level=9) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def pdf(*streams: bytes, head=b"%PDF-1.7\n") -> bytes:
    return head + b"".join(b"1 0 obj\n<<>>\nstream\n" + one + b"\nendstream\nendobj\n" for one in streams)


def put(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


GOOD = zipped([("xl/sharedStrings.xml", b"<t>words</t>" * 2_000), ("xl/workbook.xml", b"<book/>" * 500)])
PACKED = zlib.compress(b"words " * 5_000)
MANY_ZEROS = bytes(9_000_000)
BOMB = zlib.compress(bytes(30_000_000), 9)
END = GOOD.rindex(b"PK\x05\x06")
CENTRAL = GOOD.index(b"PK\x01\x02")

# Archives: each value of a header that a reader may believe.
for method in (0, 1, 6, 9, 12, 14, 93, 95, 98, 99, 65535):
    FILES[f"archive, method {method}"] = lambda method=method: entry(b"a.xml", PACKED, method=method)
for flags in (0x1, 0x8, 0x20, 0x40, 0x41, 0x800, 0x2000, 0xFFFF):
    FILES[f"archive, flags {flags:x}"] = lambda flags=flags: entry(b"a.xml", raw_deflate(b"words"), flags=flags)
for size in (0, 1, 2**31, 2**32 - 1):
    FILES[f"archive, size {size}"] = lambda size=size: entry(b"a.xml", raw_deflate(b"w"), size=size, unpacked=size)
for cut in (4, 10, 29, 30, 33, 60, CENTRAL, CENTRAL + 20, END, END + 10):
    FILES[f"archive, cut at {cut}"] = lambda cut=cut: GOOD[:cut]
for where in (8, 10, 12, 16, 20):
    FILES[f"archive, end record wrong at {where}"] = lambda where=where: put(GOOD, END + where, b"\xff\xff")
for where in (10, 20, 24, 28, 30, 32, 42):
    FILES[f"archive, directory wrong at {where}"] = lambda where=where: put(GOOD, CENTRAL + where, b"\xff\xff\xff\x7f")
FILES |= {
    "archive, bz2": lambda: zipped([("a.xml", b"words" * 900)], zipfile.ZIP_BZIP2),
    "archive, bz2 damaged": lambda: entry(b"a.xml", put(bz2.compress(b"words" * 900), 20, b"\0\0"), method=12),
    "archive, lzma": lambda: zipped([("a.xml", b"words" * 900)], zipfile.ZIP_LZMA),
    "archive, lzma with a huge dictionary": lambda: entry(b"a.xml", b"\x09\x14\x05\0\x5d" + b"\xff" * 40, method=14),
    "archive, deflate damaged": lambda: put(GOOD, 90, NOISE[:40]),
    "archive, deflate of noise": lambda: entry(b"a.xml", NOISE),
    "archive, deflate without an end": lambda: entry(b"a.xml", raw_deflate(NOISE)[:-9]),
    "archive, bomb": lambda: zipped([("a.xml", bytes(60_000_000))]),
    "archive, many bombs": lambda: zipped([(f"{n}.xml", bytes(9_000_000)) for n in range(12)]),
    "archive, bomb that lies about its size": lambda: entry(b"a.xml", raw_deflate(bytes(60_000_000)), unpacked=1),
    "archive, empty entries and a bomb": lambda: entry(b"a.xml", b"") * 99 + entry(b"b.xml", raw_deflate(MANY_ZEROS)),
    "archive, within archives": lambda: deep(40),
    "archive, 400,000 empty entries": lambda: entry(b"a.xml", b"") * 400_000,
    "archive, 9,000 entries that break": lambda: entry(b"a.xml", b"\xed\xff" + NOISE[:600]) * 9_000,
    "archive, directory of 300,000 lines": lambda: directory(300_000),
    "archive, names of 65,535 letters": lambda: entry(b"a" * 65_531 + b".xml", b"x") * 40,
    "archive, name out of its folder": lambda: zipped([("../../etc/a.xml", b"x"), ("C:\\a.xml", b"z")]),
    "archive, name that is no text": lambda: entry(b"\xff\xfe\x80.xml", raw_deflate(b"x"), flags=0x800),
    "archive, comment of 65,535 letters": lambda: GOOD[:-2] + b"\xff\xff" + b"c" * 65_535,
    "archive, two end records": lambda: GOOD + GOOD[END:],
    "archive, only an end record": lambda: b"PK\x05\x06" + bytes(18),
    "archive, zip64 that points nowhere": lambda: b"PK\x06\x06" + b"\xff" * 52 + b"PK\x06\x07" + b"\xff" * 38,
    "archive, two letters": lambda: b"PK",
    "archive, headers alone for 24 MB": lambda: b"PK\x03\x04" * 6_000_000,
    "archive, entities in XML": lambda: zipped([("a.xml", b"<!DOCTYPE a [" + b"<!ENTITY c '&b;&b;'>" * 999)]),
    "archive, XML nested 200,000 deep": lambda: zipped([("a.xml", b"<a>" * 200_000)]),
    "tar": lambda: tarred(),
    "gzip": lambda: gzip.compress(NOISE),
    "gzip, bomb": lambda: gzip.compress(bytes(60_000_000)),
    "xz": lambda: lzma.compress(NOISE),
    # PDFs.
    "PDF, head alone": lambda: b"%PDF",
    "PDF, 24 MB of empty streams": lambda: b"%PDF-1.7\n" + b"stream\nendstream\n" * 1_400_000,
    "PDF, 24 MB of stream words": lambda: b"%PDF-1.7\n" + b"stream" * 4_000_000,
    "PDF, 24 MB of ends": lambda: b"%PDF-1.7\n" + b"endstream" * 2_600_000,
    "PDF, streams without an end": lambda: b"%PDF-1.7\n" + b"stream\n\x78\x9c" * 2_000_000,
    "PDF, 24 MB of blanks in a stream": lambda: pdf(b"\r\n" * 12_000_000),
    "PDF, streams that begin well and break": lambda: pdf(*[b"\x78\x9c" + NOISE[:300]] * 60_000),
    "PDF, noise": lambda: pdf(NOISE),
    "PDF, one byte": lambda: pdf(b"\x78"),
    "PDF, cut stream": lambda: pdf(PACKED[:-20]),
    "PDF, damaged stream": lambda: pdf(put(PACKED, 10, b"\xff\xff\xff")),
    "PDF, wrong checksum": lambda: pdf(PACKED[:-4] + b"\0\0\0\0"),
    "PDF, dictionary wanted": lambda: pdf(b"\x78\xbb\0\0\0\1" + PACKED[2:]),
    "PDF, bomb": lambda: pdf(BOMB),
    "PDF, many bombs": lambda: pdf(*[BOMB] * 40),
    "PDF, bomb within a bomb": lambda: pdf(zlib.compress(BOMB)),
    "PDF, bursts a little, 50,000 times": lambda: pdf(*[zlib.compress(bytes(20_000))] * 50_000),
    "PDF, objects nested 500,000 deep": lambda: b"%PDF-1.7\n" + b"<<" * 500_000 + b"[" * 500_000,
    "PDF, encrypted": lambda: pdf(NOISE[:999]) + b"trailer\n<</Encrypt 5 0 R>>",
    "PDF, table that points to itself": lambda: pdf(PACKED) + b"xref\n0 1\ntrailer\n<</Prev 9>>\nstartxref\n9\n%%EOF",
    # Texts.
    "24 MB of digits": lambda: HEX * 1_500_000,
    "24 MB of runs a digit too short": lambda: (HEX * 4)[:63] * 1 + b"g" + ((HEX * 4)[:63] + b"g") * 375_000,
    "24 MB of digits and blanks in turn": lambda: b"a " * 12_000_000,
    "300,000 hashes": lambda: b"\n".join(b"%064x" % n for n in range(300_000)),
    "zeros": lambda: bytes(24_000_000),
    "one byte": lambda: b"\xff",
    "no UTF-8": lambda: b"\xc3\x28\xed\xa0\x80" * 100_000,
    "UTF-16": lambda: "words".encode("utf-16") * 1_000,
    "JSON nested 300,000 deep": lambda: b"[" * 300_000,
    "JSON number of a million digits": lambda: b'{"hash": ' + b"9" * 1_000_000 + b"}",
    "JSON": lambda: json.dumps({"hash": "\ud800"}).encode(),
    "HTML": lambda: b"<script>" * 100_000,
    "picture": lambda: b"\x89PNG\r\n\x1a\n" + NOISE,
}  # fmt: skip


def deep(levels: int) -> bytes:
    data = b"words"
    for level in range(levels):
        data = zipped([(f"{level}.xml", data)])
    return data


def directory(lines: int) -> bytes:
    line = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 5) + bytes(16) + b"a.xml"
    size = len(line) * lines
    return b"PK" + line * lines + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, size, 2, 0)


def tarred() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../a.xml"))
    return target.getvalue()
