"""Lists as files really stream: bytes leave before the rows are read, and memory does not grow with them."""

import tracemalloc

import pytest
from django.http import HttpRequest
from django.middleware.gzip import GZipMiddleware

from web.tables import ROWS, Column, csv_response, xlsx_file

COLUMNS = [Column("Number", "int"), Column("Text"), Column("Other")]


class Rows:
    """Counts how many of its rows were taken."""

    def __init__(self, total):
        self.total, self.taken = total, 0

    def __iter__(self):
        for number in range(self.total):
            self.taken += 1
            yield [number, f"What row {number} says", "and more of it " * 5]


def test_the_heading_leaves_before_any_row_is_read():
    rows = Rows(10)
    parts = iter(csv_response("list", COLUMNS, rows).streaming_content)
    assert next(parts).decode("utf-8-sig") == "Number,Text,Other\r\n"
    assert rows.taken == 0
    assert b"".join(parts).count(b"\r\n") == rows.taken == 10


def test_rows_leave_in_blocks_while_later_ones_are_not_read_yet():
    rows = Rows(5_000)
    parts = iter(csv_response("list", COLUMNS, rows).streaming_content)
    next(parts)
    assert next(parts).count(b"\r\n") == rows.taken == ROWS < 500


def test_compression_on_the_way_does_not_hold_the_rows_back():
    rows = Rows(20_000)
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = "gzip"
    answer = GZipMiddleware(lambda request: csv_response("list", COLUMNS, rows))(request)
    assert answer["Content-Encoding"] == "gzip"
    sent = 0
    for part in answer.streaming_content:
        sent += len(part)
        if sent > 5_000:  # the signature of the format is not enough
            break
    assert rows.taken < rows.total / 2


def as_csv(rows):
    for _ in csv_response("list", COLUMNS, rows).streaming_content:
        pass


def as_xlsx(rows):
    with xlsx_file("list", COLUMNS, rows) as file:
        while file.read(65_536):
            pass


@pytest.mark.parametrize(("write", "total"), [(as_csv, 100_000), (as_xlsx, 8_000)])
def test_memory_does_not_grow_with_the_rows(write, total):
    def peak(count):
        tracemalloc.start()
        write(Rows(count))
        reached = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return reached

    peak(10)  # what is loaded once
    few, many = peak(total // 8), peak(total)
    assert many < few + 200_000, (few, many)
