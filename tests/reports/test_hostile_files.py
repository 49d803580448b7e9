"""Whoever uploads a file made to hurt gets a sentence, and the work it costs is counted and has an end."""

import tracemalloc
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.files import carried
from tests.hostile_files import FILES, entry, pdf, raw_deflate

HASH = "0123456789abcdef" * 4


def test_the_corpus_is_large():
    assert len(FILES) >= 90


@pytest.mark.parametrize("name", FILES)
def test_every_hostile_file_is_answered_in_words(plan, client, name):
    answer = client.post("/public/verify/", {"file": SimpleUploadedFile("report", FILES[name]())})
    assert (answer.status_code, "Not known." in answer.content.decode()) == (200, True)


def test_the_page_behind_the_sign_in_reads_with_the_same_reader(plan, cast, sign_in):
    for name in ("archive, bz2 damaged", "archive, deflate damaged", "PDF, damaged stream", "PDF, many bombs"):
        answer = sign_in(cast.viewer).post("/reports/verify/", {"file": SimpleUploadedFile("report", FILES[name]())})
        assert (answer.status_code, "Not known." in answer.content.decode()) == (200, True)


@pytest.mark.parametrize("name", FILES)
def test_the_work_a_file_costs_has_an_end(name, monkeypatch):
    pieces = []

    def counted(texts, reading, search=carried._search):
        def watched():
            for text in texts:
                pieces.append(len(text))
                yield text

        search(watched(), reading)

    monkeypatch.setattr(carried, "_search", counted)
    data = FILES[name]()
    reading = carried.read(data)
    assert reading.parts <= carried.PARTS_AT_MOST
    assert reading.unpacked <= carried.READ_AT_MOST + carried.BURST
    assert len(reading.hashes) <= carried.HASHES_AT_MOST
    assert sum(pieces) <= len(data) + carried.READ_AT_MOST + carried.BURST
    assert max(pieces, default=0) <= carried.CLEAR


@pytest.mark.parametrize(
    "name", ["archive, many bombs", "PDF, many bombs", "24 MB of digits", "archive, headers alone for 24 MB"]
)
def test_reading_takes_little_memory_beside_the_file(name):
    data = FILES[name]()
    tracemalloc.start()
    carried.read(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * carried.CLEAR


@pytest.mark.parametrize("before", [0, 1, carried.BURST - 30, carried.CLEAR - 63, carried.CLEAR - 1])
@pytest.mark.parametrize("kind", ["text", "archive", "PDF"])
def test_a_hash_is_found_wherever_it_lies(kind, before):
    text = b" " * before + HASH.encode() + b" " * 200_000
    made = {
        "text": lambda: text,
        "archive": lambda: entry(b"a.xml", raw_deflate(text)),
        "PDF": lambda: pdf(zlib.compress(text)),
    }
    assert list(carried.read(made[kind]()).hashes) == [HASH]


def test_what_is_damaged_hides_nothing_that_comes_after_it():
    good, bad = zlib.compress(HASH.encode()), b"\x78\x9c" + b"\xff" * 90
    assert HASH in carried.read(pdf(bad, good)).hashes
    assert HASH in carried.read(entry(b"a.xml", b"\xff" * 90) + entry(b"b.xml", raw_deflate(HASH.encode()))).hashes
