"""Files lie in the database or in object storage, and whoever asks for one sees no difference (docs/adr/0038)."""

import hashlib
import io
import logging
import zipfile
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.storage import Storage
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from imports.models import Import, ImportContent
from imports.services import drop_import, take_file, work_on_next
from jobs import files as kept
from jobs import patience
from jobs.files import FileChanged, FileGone, StoreAway, bytes_of, holders, put_object
from jobs.models import FileFinding
from planapp.metrics import metrics
from planapp.standing import standing
from reports.files import bundles
from reports.models import ExportContent, ExportJob, PublishedFile
from reports.services import build_next_export, fetch_export, take_archive
from tests.build import act
from tests.jobs.conftest import SHEET, WHEN, asked
from tests.object_storage import Bucket, bad_store, use
from tests.reports.conftest import Q1

BAD = {
    "denied": "refuses us", "full": "is full", "broken": "answers 500", "slow": "does not answer",
    "short": "does not answer",
}  # fmt: skip


def digest(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(autouse=True)
def soon(monkeypatch, client):
    """A test waits for no store as long as a person would."""
    monkeypatch.setattr(patience, "WORKER", patience.Limits(1, 1, 1))
    client.raise_request_exception = False  # a person sees a page


def rows():
    return [row for model in holders() for row in model.objects.order_by("pk")]


# The same in both places ----------------------------------------------------------------------------------------------


def test_every_kind_of_file_is_kept_and_read(either, files, plan, cast, client, sign_in, tmp_path):
    job, brought = files()
    published = PublishedFile.objects.get(format="csv")
    assert len(rows()) == PublishedFile.objects.count() + 2 == 4
    for row in rows():
        assert (row.stored != "") == (either == "storage")
        assert bool(getattr(row, row.BYTES)) == (either == "database")

    # A stranger, the person who asked, the worker that reads what was brought, the archive, the records office.
    got = client.get(f"/public/{plan.slug}/FY2027-Q1/export.csv")
    assert (got.status_code, digest(got.content)) == (200, published.fingerprint.sha256)
    reader = sign_in(cast.leader)
    got = reader.get(reverse("reports:export-download", args=[job.pk]))
    assert digest(got.content) == job.sha256
    assert work_on_next(at=act(WHEN).at + timedelta(minutes=1)).pk == brought.pk
    brought.refresh_from_db()
    assert brought.state in {"asking", "ready"}
    archive = zipfile.ZipFile(io.BytesIO(b"".join(take_archive(plan=plan, act=act(WHEN, cast.manager)))))
    inside = {digest(archive.read(name)) for name in archive.namelist() if name.startswith("files/")}
    assert inside == set(PublishedFile.objects.values_list("fingerprint__sha256", flat=True))
    bag = bundles.records_bundle(plan=plan, quarter=Q1, target=tmp_path / "bag.zip", act=act(WHEN))
    assert bag.files == PublishedFile.objects.count() + 1
    assert bundles.faults(tmp_path / "bag.zip") == []


def test_objects_are_called_by_their_hash_under_the_prefix(in_storage, files):
    files()
    assert in_storage.names() == {row.stored for row in rows()}
    assert all(digest(in_storage.read(row.stored)) == row.stored for row in rows())


def test_without_the_setting_nothing_is_asked_of_a_store(files, monkeypatch):
    monkeypatch.setattr(kept, "store", lambda: pytest.fail("asked"))
    files()
    assert {row.stored for row in rows()} == {""}


def test_what_is_there_is_not_written_again(in_storage, db, monkeypatch):
    name = put_object(b"words")
    first = in_storage.client.head_object(Bucket=in_storage.name, Key=f"city/{name}")["LastModified"]
    monkeypatch.setattr(type(kept.store()), "save", lambda *words: pytest.fail("written"))
    assert put_object(b"words") == name
    assert in_storage.client.head_object(Bucket=in_storage.name, Key=f"city/{name}")["LastModified"] == first


def test_what_is_not_what_its_name_promises_is_mended_by_who_has_the_bytes(in_storage, db):
    in_storage.write(digest(b"words"), b"other")
    assert in_storage.read(put_object(b"words")) == b"words"


def test_a_file_is_put_away_in_the_transaction_of_its_row(in_storage, transactional_db):
    with pytest.raises(RuntimeError, match="transaction"):
        kept.keep(ExportContent, b"words")
    assert in_storage.names() == set()


def test_the_installations_of_two_governments_see_no_file_of_each_other(s3, settings, db):
    one = Bucket(s3, "city-a")
    use(settings, one.url)
    name = put_object(b"words")
    use(settings, one.url.replace("city-a", "city-b"))
    with pytest.raises(FileGone):
        kept.fetched(name)
    assert kept.listed() == set()


# What the database itself keeps ---------------------------------------------------------------------------------------


def refused(sql, *values):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_no_row_lets_go_of_its_bytes_without_a_hash_and_none_has_both(files):
    files()
    refused("UPDATE reports_exportcontent SET content = %s", b"")
    refused("UPDATE reports_exportcontent SET stored = %s", "a" * 64)
    refused("UPDATE imports_importcontent SET stored = %s", "a" * 64)


def test_of_a_published_file_the_bytes_may_move_and_nothing_else(files):
    files()
    row = PublishedFile.objects.get(format="csv")
    name, data = row.fingerprint.sha256, bytes(row.content)
    move = "UPDATE reports_publishedfile SET content = %s, stored = %s WHERE id = %s"
    refused(move, b"", "a" * 64, row.pk)
    refused(move, b"", "", row.pk)
    refused(move, data[:-1], "", row.pk)
    refused(
        "UPDATE reports_publishedfile SET content = %s, stored = %s, size = size + 1 WHERE id = %s", b"", name, row.pk
    )
    with connection.cursor() as cursor:
        cursor.execute(move, [b"", name, row.pk])
    refused(move, data[:-1], "", row.pk)
    if connection.vendor == "postgresql":
        refused(move, data[:-1] + b"x", "", row.pk)
    refused(move, data, name, row.pk)
    refused("DELETE FROM reports_publishedfile WHERE id = %s", row.pk)
    with connection.cursor() as cursor:
        cursor.execute(move, [data, "", row.pk])
    assert bytes(PublishedFile.objects.get(pk=row.pk).content) == data


# A store that is away, a file that is gone or changed -----------------------------------------------------------------


@pytest.fixture
def after(files, in_storage, settings):
    """Everything is kept, and then the store becomes bad."""
    return files()


@pytest.mark.parametrize("how", BAD)
def test_whoever_asks_reads_a_sentence_and_the_operator_a_line_and_a_figure(
    after, how, settings, plan, client, caplog, db
):
    with bad_store(how) as address:
        use(settings, f"s3://b/city?endpoint={address}")
        with caplog.at_level(logging.ERROR, "jobs.files"):
            got = client.get(f"/public/{plan.slug}/FY2027-Q1/export.csv")
    assert (got.status_code, got["Retry-After"]) == (503, "10")
    assert f"The place where files lie {BAD[how]}." in got.content.decode()
    assert any(f"Object storage {BAD[how]}" in one.message for one in caplog.records)
    assert "secret" not in caplog.text
    assert cache.get("files:away") == 1
    assert b'planapp_files_refused{why="away"} 1.0' in metrics(act(WHEN).at)


@pytest.mark.parametrize("how", ["denied", "full", "slow"])
def test_nothing_is_half_done_where_the_store_takes_nothing(how, settings, story_frozen, plan, cast):
    job = asked(plan, cast)
    now = act(WHEN).at
    with bad_store(how) as address:
        use(settings, f"s3://b/city?endpoint={address}")
        for tried in (1, 2, 3):
            build_next_export(at=now + timedelta(hours=tried))
            job.refresh_from_db()
            assert ExportContent.objects.count() == 0
            assert BAD[how] in job.note
            assert job.state == ("failed" if tried == 3 else "queued")


def test_a_file_on_request_is_built_when_the_store_is_back(settings, story_frozen, plan, cast, bucket):
    job = asked(plan, cast)
    with bad_store("broken") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        build_next_export(at=act(WHEN).at)
    use(settings, bucket.url)
    build_next_export(at=act(WHEN).at + timedelta(hours=1))
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 2)
    assert digest(fetch_export(job=job, act=act(WHEN, cast.leader))) == job.sha256


def test_a_person_who_brings_a_file_is_asked_to_come_again_and_nothing_is_kept(settings, plan, cast):
    with bad_store("denied") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        with pytest.raises(StoreAway, match="refuses us"):
            take_file(plan=plan, name="plan.csv", data=SHEET, act=act(WHEN, cast.manager))
    assert (Import.objects.count(), ImportContent.objects.count()) == (0, 0)


def test_a_file_that_was_brought_is_read_when_the_store_is_back(after, settings, bucket):
    _, brought = after
    at = act(WHEN).at
    with bad_store("denied") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        work_on_next(at=at)
        brought.refresh_from_db()
        assert (brought.state, "refuses us" in brought.note) == ("queued", True)
    use(settings, bucket.url)
    work_on_next(at=at + timedelta(minutes=2))
    brought.refresh_from_db()
    assert brought.state in {"asking", "ready"}


def test_a_file_that_stays_away_ends_its_import_with_the_sentence(after, settings):
    _, brought = after
    with bad_store("denied") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        for tried in range(3):
            work_on_next(at=act(WHEN).at + timedelta(hours=tried))
    brought.refresh_from_db()
    assert (brought.state, "refuses us" in brought.note) == ("failed", True)


def test_a_bucket_that_is_not_there_is_no_loss(after, settings, s3):
    name = PublishedFile.objects.first().stored
    use(settings, f"s3://nowhere/city?endpoint={s3}")
    with pytest.raises(StoreAway, match="has no such bucket"):
        kept.fetched(name)


def test_a_setting_that_was_taken_away_is_no_loss(after, settings):
    settings.FILES_URL = ""
    with pytest.raises(StoreAway, match="FILES_URL is empty"):
        bytes_of(PublishedFile.objects.first())
    assert any("FILES_URL is empty" in one.says for one in standing(act(WHEN).at).problems)


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [("missing", FileGone, "is missing"), ("changed", FileChanged, "is not as it was put")],
)
def test_a_file_that_is_gone_or_changed_is_never_handed_out(
    after, in_storage, client, plan, caplog, what, error, words
):
    row = PublishedFile.objects.get(format="csv")
    if what == "missing":
        in_storage.remove(row.stored)
    else:
        in_storage.write(row.stored, in_storage.read(row.stored)[:-1] + b"?")
    with caplog.at_level(logging.ERROR, "jobs.files"):
        got = client.get(f"/public/{plan.slug}/FY2027-Q1/export.csv")
    assert got.status_code == 500
    assert words in got.content.decode()
    assert "Retry-After" not in got
    assert [one for one in caplog.records if row.stored in one.message]
    assert f'planapp_files_refused{{why="{what}"}} 1.0'.encode() in metrics(act(WHEN).at)
    with pytest.raises(error):
        bytes_of(row)


def test_an_object_that_is_cut_short_is_known_by_its_hash(after, in_storage):
    row = ExportContent.objects.get()
    in_storage.write(row.stored, in_storage.read(row.stored)[:10])
    with pytest.raises(FileChanged):
        bytes_of(row)


def test_a_file_on_request_that_was_changed_in_its_row_is_not_handed_out(files, cast):
    job, _ = files()
    ExportContent.objects.filter(job=job).update(content=b"forged")
    with pytest.raises(FileChanged, match="is not as it was put away"):
        fetch_export(job=job, act=act(WHEN, cast.leader))
    assert job.requests.filter(fetched_at__isnull=False).count() == 0


def test_an_object_of_any_size_is_not_read_whole(after, in_storage, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 5)
    with pytest.raises(FileChanged):
        bytes_of(ExportContent.objects.get())


def test_an_archive_and_a_bag_say_what_is_missing(after, in_storage, plan, cast, tmp_path):
    in_storage.remove(PublishedFile.objects.get(format="csv").stored)
    with pytest.raises(FileGone):
        list(take_archive(plan=plan, act=act(WHEN, cast.manager)))
    with pytest.raises(Exception, match="is missing"):
        bundles.records_bundle(plan=plan, quarter=Q1, target=tmp_path / "bag.zip", act=act(WHEN))
    assert list(tmp_path.iterdir()) == []


def test_an_import_that_was_let_go_leaves_an_object_to_the_sweep(after, in_storage, cast):
    _, brought = after
    name = brought.content.stored
    drop_import(job=brought, act=act(WHEN, cast.manager))
    assert not ImportContent.objects.exists()
    assert name in in_storage.names()
    assert FileFinding.objects.count() == 0
    assert ExportJob.objects.count() == 1


class Odd(Storage):
    """A store that fails in ways of its own, which no library has a name for; `renames` keeps a file elsewhere."""

    def __init__(self, *, renames: bool = False) -> None:
        self.renames = renames

    def _open(self, name, mode="rb"):
        raise FileNotFoundError(name)

    def save(self, name, content, max_length=None):
        if self.renames:
            return f"{name}_1"
        raise RuntimeError("no such thing")

    def listdir(self, path):
        raise RuntimeError("no such thing")

    def delete(self, name):
        raise RuntimeError("no such thing")


@pytest.mark.parametrize("ask", [lambda: put_object(b"x"), kept.listed, lambda: kept.remove_object(digest(b"x"))])
def test_whatever_a_store_raises_is_said_as_a_store_that_is_away(monkeypatch, ask):
    monkeypatch.setattr(kept, "store", Odd)
    with pytest.raises(StoreAway):
        ask()


def test_a_store_that_keeps_a_file_under_another_name_gets_none(monkeypatch):
    monkeypatch.setattr(kept, "store", lambda: Odd(renames=True))
    with pytest.raises(StoreAway, match="keeps files under names of its own"):
        put_object(b"x")
