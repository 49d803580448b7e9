"""Recognising a report by hash or file, and telling a changed one; comparing two quarters on a page."""

import io
import zipfile
import zlib

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.exporters import FORMATS
from reports.files import carried
from reports.models import QuarterSnapshot
from tests.build import at
from tests.hostile_files import pdf
from tests.reports.conftest import Q1

URL = "/reports/verify/"
TEXT = {
    "csv": (b"Vendor left", b"Vendor won"),
    "json": (b"Vendor left", b"Vendor won"),
    "html": (b"Vendor left", b"Vendor won"),
}


@pytest.fixture
def reader(cast, sign_in, time_machine):
    time_machine.move_to(at("2027-01-05T15:00"))
    return sign_in(cast.viewer)


def download(reader, format_key):
    return reader.get(reverse("reports:report-export", args=["test-plan", "FY2027-Q2", format_key])).content


def ask(reader, data):
    return reader.post(URL, {"file": SimpleUploadedFile("report", data)}).content.decode()


def altered(data, format_key):
    """The same file with one text changed, as somebody would change it."""
    if format_key in TEXT:
        return data.replace(*TEXT[format_key])
    if not data.startswith(b"PK"):
        return data.replace(b"<Name>", b"<Name> ", 1) if b"<Name>" in data else data + b"\n% changed"
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            new.writestr(item, old.read(item).replace(b"Gets worse", b"Gets there"))
    return target.getvalue()


@pytest.mark.parametrize("format_key", sorted(FORMATS))
def test_a_file_as_downloaded_is_unchanged_and_an_altered_one_is_told(story, reader, format_key):
    data = download(reader, format_key)
    html = ask(reader, data)
    assert "Unchanged." in html
    assert "Test plan, FY2027 Q2" in html
    html = ask(reader, altered(data, format_key))
    assert "Changed." in html
    assert "Test plan, FY2027 Q2" in html


def test_a_pdf_that_another_program_saved_anew_is_still_told(story, reader):
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(download(reader, "pdf"))) as pdf:
        pdf.pages.remove(p=1)
        modes = {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "compress_streams": True}
        del pdf.Root.Metadata  # the copy in the clear
        pdf.save(target, **modes)
    hash_ = QuarterSnapshot.objects.get(fiscal_year=2027, quarter=2).content_hash
    assert hash_.encode() not in target.getvalue()
    html = ask(reader, target.getvalue())
    assert "Changed." in html
    assert "Test plan, FY2027 Q2" in html


def test_a_pdf_made_to_burst_is_read_up_to_a_limit_and_not_known(story, reader, monkeypatch):
    monkeypatch.setattr(carried, "READ_AT_MOST", 100_000)
    late = zlib.compress(QuarterSnapshot.objects.get(fiscal_year=2027, quarter=2).content_hash.encode())
    data = pdf(b"no zlib", zlib.compress(b"0 " * 25_000_000), late)
    assert carried.read(data).unpacked < 100_000 + carried.BURST
    assert "Not known." in ask(reader, data)


def test_a_file_full_of_hashes_is_asked_about_at_once(story, reader, django_assert_max_num_queries):
    data = "\n".join(f"{n:064x}" for n in range(1, 5_000)).encode()
    with django_assert_max_num_queries(12):
        assert "Not known." in ask(reader, data)


@pytest.mark.parametrize("name", ["content_hash", "chain_hash"])
def test_a_hash_names_its_report(story, reader, name):
    snapshot = QuarterSnapshot.objects.get(fiscal_year=2027, quarter=2)
    html = reader.get(URL, {"hash": f" {getattr(snapshot, name).upper()} "}, follow=True).content.decode()
    assert "Known." in html
    assert "Test plan, FY2027 Q2" in html


@pytest.mark.parametrize("text", ["0" * 64, "nonsense", "' OR 1=1 --"])
def test_an_unknown_hash_is_not_known(story, reader, text):
    assert "Not known." in reader.get(URL, {"hash": text}).content.decode()


@pytest.mark.parametrize("data", [b"hello", b"PK\x03\x04broken", b"\xff\xfe\x00", b"%PDF-1.7\n"])
def test_a_file_that_is_none_of_ours_is_not_known(story, reader, data):
    assert "Not known." in ask(reader, data)


def test_nothing_given_gets_a_sentence(cast, reader):
    answer = reader.post(URL, {})
    assert answer.status_code == 422
    assert "Give a hash or choose a file." in answer.content.decode()


def test_b46_two_quarters_side_by_side(story, reader):
    html = reader.get("/reports/test-plan/compare/").content.decode()
    assert "<h2>FY2027 Q1 to FY2027 Q2</h2>" in html
    assert html.count('<tr role="row">') == 8  # a heading and seven initiatives
    for verdict in ("Better", "Worse", "New", "Changed", "Unchanged"):
        assert f'data-label="Verdict">{verdict}<' in html
    back = reader.get("/reports/test-plan/compare/?before=FY2027-Q2&after=FY2027-Q1").content.decode()
    assert 'data-label="Verdict">Gone<' in back


def test_comparing_needs_two_frozen_quarters(plan, reader):
    assert "Nothing to compare yet." in reader.get("/reports/test-plan/compare/").content.decode()


def test_comparing_with_a_quarter_that_is_not_frozen_is_not_found(story, reader):
    assert reader.get(f"/reports/test-plan/compare/?before={Q1.previous().slug}").status_code == 404


@pytest.mark.parametrize("path", ["/reports/test-plan/compare/", URL])
def test_pages_cost_at_most_twelve_queries(story, reader, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        assert reader.get(path).status_code == 200
