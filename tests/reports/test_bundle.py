"""A bag for the records office: the files that were handed out, as RFC 8493 asks, and nothing internal."""

import hashlib
import io
import json
import re
import subprocess
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from records.models import AuditEvent
from reports.files import bundles
from reports.files.bundles import faults, records_bundle
from reports.models import PublishedFile, QuarterSnapshot
from reports.services import build_published_files, complete_report, publish_report, reopen_report, unpublish_report
from tests.build import act
from tests.reports.conftest import Q1, Q2

WHEN = "2027-02-01T12:00"


@pytest.fixture
def published(story, plan, cast):
    complete_report(plan=plan, quarter=Q1, act=act(WHEN, cast.leader))
    publish_report(plan=plan, quarter=Q1, act=act(WHEN, cast.leader))
    build_published_files(at=act(WHEN).at)
    return plan


@pytest.fixture
def bag(published, tmp_path):
    records_bundle(plan=published, quarter=Q1, target=tmp_path / "fy2027-q1.zip", act=act(WHEN))
    return tmp_path / "fy2027-q1.zip"


@pytest.fixture
def folder(bag, tmp_path):
    with zipfile.ZipFile(bag) as file:
        file.extractall(tmp_path / "out")
    return tmp_path / "out" / "fy2027-q1"


def changed(bag, change):
    """The same ZIP with its parts changed."""
    with zipfile.ZipFile(bag) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    change(parts)
    target = bag.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return faults(target)


def test_the_layout_is_that_of_the_standard(folder):
    """RFC 8493, 2.1 and 2.2: two lines that declare it, a manifest of every payload file, one of the tag files."""
    assert (folder / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert {path.name for path in folder.iterdir()} == {
        "bagit.txt", "bag-info.txt", "data", "manifest-sha256.txt", "tagmanifest-sha256.txt",
    }  # fmt: skip
    payload = {path.relative_to(folder).as_posix(): path for path in (folder / "data").rglob("*") if path.is_file()}
    tags = {path.name: path for path in folder.iterdir() if path.is_file() and "tagmanifest" not in path.name}
    for manifest, files in (("manifest-sha256.txt", payload), ("tagmanifest-sha256.txt", tags)):
        lines = (folder / manifest).read_text(encoding="utf-8").splitlines()
        listed = dict(reversed(re.fullmatch(r"([0-9a-f]{64})  (\S.*)", line).groups()) for line in lines)
        assert listed == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
        assert len(lines) == len(files)
    info = dict(line.split(": ", 1) for line in (folder / "bag-info.txt").read_text().splitlines())
    assert info["Payload-Oxum"] == f"{sum(path.stat().st_size for path in payload.values())}.{len(payload)}"
    assert info["Bagging-Date"] == "2027-02-01"


def test_a_reader_without_planapp_checks_it(folder):
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(  # noqa: S603 - own words
            ["/usr/bin/sha256sum", "--strict", "--quiet", "-c", manifest], cwd=folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_it_holds_the_very_files_that_were_handed_out_and_the_hashes_of_the_quarter(folder, published):
    rows = PublishedFile.objects.all()
    assert {"pdf", "html", "json", "csv"} <= {row.format for row in rows}
    there = {path.name: path.read_bytes() for path in (folder / "data" / "revision-1").iterdir()}
    assert there == {row.name: bytes(row.content) for row in rows}
    (told,) = json.loads((folder / "data" / "hashes.json").read_text())
    snapshot = QuarterSnapshot.objects.get(fiscal_year=Q1.fiscal_year, quarter=Q1.number)
    assert (told["content_hash"], told["chain_hash"]) == (snapshot.content_hash, snapshot.chain_hash)


def test_the_log_says_that_it_was_written(bag, published):
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.parent_id) == ("report.bundled", published.pk)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda parts: parts.update({"b/data/more.txt": b""}), "one folder"),
        (lambda parts: parts.update({"fy2027-q1/data/more.txt": b""}), "data/more.txt is in no list"),
        (lambda parts: parts.update({"fy2027-q1/data/hashes.json": b"[]"}), "data/hashes.json is not as it was"),
        (lambda parts: parts.pop("fy2027-q1/data/hashes.json"), "data/hashes.json is missing"),
        (lambda parts: parts.update({"fy2027-q1/bagit.txt": b"BagIt-Version: 0.97\n"}), "does not declare a bag"),
        (lambda parts: parts.update({"fy2027-q1/bag-info.txt": b"x: y\n"}), "bag-info.txt is not as it was"),
        (lambda parts: parts.update({"fy2027-q1/manifest-sha256.txt": b"nonsense\n"}), "a line that is none"),
    ],
)
def test_what_was_done_to_it_is_found(bag, change, told):
    assert faults(bag) == []
    assert any(told in fault for fault in changed(bag, change))


def test_a_file_that_is_no_zip_is_told(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no")
    assert "cannot be read" in faults(tmp_path / "x.zip")[0]
    assert "cannot be read" in faults(tmp_path / "none.zip")[0]


def test_only_what_is_published_is_handed_over_and_no_file_is_replaced(story, plan, cast, tmp_path):
    def bundle(quarter=Q1):
        return records_bundle(plan=plan, quarter=quarter, target=tmp_path / "one.zip", act=act(WHEN))

    with pytest.raises(ValidationError, match="is not published"):
        bundle()
    complete_report(plan=plan, quarter=Q1, act=act(WHEN, cast.leader))
    publish_report(plan=plan, quarter=Q1, act=act(WHEN, cast.leader))
    with pytest.raises(ValidationError, match="not built yet: csv"):
        bundle()
    build_published_files(at=act(WHEN).at)
    with pytest.raises(ValidationError, match="is not published"):
        bundle(Q2)
    bundle()
    with pytest.raises(ValidationError, match="is there already"):
        bundle()
    (tmp_path / "one.zip").unlink()
    unpublish_report(plan=plan, quarter=Q1, act=act("2027-02-02T12:00", cast.leader, reason="A mistake."))
    with pytest.raises(ValidationError, match="is not published"):
        bundle()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_again_leaves_nothing_behind(published, tmp_path, monkeypatch):
    monkeypatch.setattr(bundles, "faults", lambda path: ["data/x is not as it was written"])
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match="could not be read again: data/x"):
        records_bundle(plan=published, quarter=Q1, target=tmp_path / "one.zip", act=act(WHEN))
    assert list(tmp_path.iterdir()) == []
    assert AuditEvent.objects.count() == before


def test_every_revision_that_was_published_is_in_it(published, cast, tmp_path):
    reopen_report(plan=published, quarter=Q1, act=act("2027-02-03T12:00", cast.admin, reason="A wrong figure."))
    complete_report(plan=published, quarter=Q1, act=act("2027-02-04T12:00", cast.leader))
    publish_report(plan=published, quarter=Q1, act=act("2027-02-05T12:00", cast.leader))
    build_published_files(at=act("2027-02-05T12:00").at)
    told = records_bundle(plan=published, quarter=Q1, target=tmp_path / "two.zip", act=act("2027-02-06T12:00"))
    assert told.revisions == 2
    with zipfile.ZipFile(tmp_path / "two.zip") as file:
        assert {name.split("/")[2] for name in file.namelist() if "/revision-" in name} == {"revision-1", "revision-2"}
    assert faults(tmp_path / "two.zip") == []


def test_names_in_a_list_may_hold_what_ends_a_line():
    name = "100%0A\r\nsure%25"
    assert "\n" not in bundles._listed(name)
    assert bundles._unlisted(bundles._listed(name)) == name


def test_the_command_writes_and_checks(published, tmp_path):
    out, path = io.StringIO(), str(tmp_path / "one.zip")
    call_command("records_bundle", Q1.slug, plan=published.slug, output=path, stdout=out)
    assert "revisions: 1" in out.getvalue()
    with zipfile.ZipFile(path) as file:
        digest = hashlib.sha256(file.read("one/manifest-sha256.txt")).hexdigest()
    assert digest in out.getvalue()
    call_command("records_bundle", Q1.slug, "--check", plan=published.slug, output=path, stdout=out)
    assert "every file is as it was written" in out.getvalue()
    with pytest.raises(CommandError, match="is there already"):
        call_command("records_bundle", Q1.slug, plan=published.slug, output=path)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("records_bundle", Q1.slug, plan=published.slug, output=str(tmp_path / "no" / "one.zip"))
    (tmp_path / "one.zip").write_bytes(b"no")
    with pytest.raises(CommandError, match="is not as it was written"):
        call_command("records_bundle", Q1.slug, "--check", plan=published.slug, output=path)
