"""Files move into object storage and back, the same bytes, whatever comes in between."""

import io

import pytest
from django.core.management import CommandError, call_command

from jobs import files as kept
from jobs.files import bytes_of, holders
from jobs.moving import _move, move_files
from reports.models import PublishedFile
from reports.retention import remove_files
from tests.object_storage import bad_store, use


def told(*words):
    out = io.StringIO()
    call_command("files", *words, stdout=out)
    return out.getvalue()


def contents() -> dict[str, bytes]:
    return {f"{type(row).__name__} {row.pk}": bytes_of(row) for model in holders() for row in model.objects.all()}


def places():
    return {row.stored != "" for model in holders() for row in model.objects.all()}


def test_there_and_back_every_byte_is_the_same(files, bucket, settings):
    files()
    before = contents()
    with pytest.raises(CommandError, match="FILES_URL is empty"):
        told("move", "--to-storage")
    use(settings, bucket.url)
    assert told("move", "--to-storage", "--dry-run") == f"{len(before)} files are to be moved.\n"
    assert told("move", "--to-storage").startswith(f"{len(before)} files were moved")
    assert (places(), contents()) == ({True}, before)
    assert told("move", "--to-storage").startswith("0 files")
    assert told("check").startswith(f"{len(set(before.values()))} files")
    assert told("move", "--to-database").startswith(f"{len(before)} files were moved")
    assert (places(), contents()) == ({False}, before)
    assert told("check").startswith("0 files")
    settings.FILES_URL = ""
    assert (contents(), "FILES_URL is empty" in told("check")) == (before, True)


def test_it_can_be_stopped_after_each_file_and_begun_again(files, bucket, settings):
    files()
    before = contents()
    use(settings, bucket.url)
    for way in (True, False):
        for _ in before:
            moving = move_files(to_storage=way)
            next(moving)
            moving.close()
            assert contents() == before
        assert places() == {way}
        assert list(move_files(to_storage=way)) == []


def test_a_store_that_goes_away_leaves_each_file_in_one_place(files, bucket, settings, monkeypatch):
    files()
    before = contents()
    with bad_store("full") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        with pytest.raises(CommandError, match=r"0 files were moved, the rest stays where it is\. .* is full"):
            told("move", "--to-storage")
    assert (places(), contents()) == ({False}, before)
    use(settings, bucket.url)
    told("move", "--to-storage")
    with bad_store("denied") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        with pytest.raises(CommandError, match="0 files were moved"):
            told("move", "--to-database")
    use(settings, bucket.url)
    assert (places(), contents()) == ({True}, before)


def test_a_changed_object_does_not_come_into_the_database(files, in_storage):
    files()
    row = PublishedFile.objects.order_by("pk").last()
    in_storage.write(row.stored, b"forged")
    with pytest.raises(CommandError, match="not as it was put away"):
        told("move", "--to-database")
    row.refresh_from_db()
    assert (bytes(row.content), row.stored) == (b"", row.fingerprint.sha256)


def test_a_store_that_keeps_other_bytes_than_it_was_given_gets_no_file(files, bucket, settings, monkeypatch):
    files()
    before = contents()
    use(settings, bucket.url)
    save = type(kept.store()).save

    def wrong(self, name, data):
        save(self, name, data)
        bucket.write(name, b"x")
        return name

    monkeypatch.setattr(type(kept.store()), "save", wrong)
    with pytest.raises(CommandError, match="not as it was put away"):
        told("move", "--to-storage")
    assert (places(), contents()) == ({False}, before)


def test_a_file_that_does_not_fit_its_fingerprint_is_named_and_holds_up_no_other(files, bucket, settings):
    files()
    row = PublishedFile.objects.order_by("pk").first()
    row.pk, row.format, row.content, row.name = None, "xml", b"forged", "forged.xml"
    row.save()
    use(settings, bucket.url)
    named = rf"published file {row.pk} \(forged.xml\) stays where it is: its bytes do not fit the fingerprint"
    with pytest.raises(CommandError, match=rf"4 files were moved, the rest stays where it is\. {named}"):
        told("move", "--to-storage")
    assert list(PublishedFile.objects.filter(stored="").values_list("pk", flat=True)) == [row.pk]


def test_a_row_that_went_meanwhile_is_passed_by(files, bucket, settings):
    job, _ = files()
    use(settings, bucket.url)
    moving = move_files(to_storage=True)
    next(moving)
    remove_files(job.keep_until, None)
    list(moving)
    assert places() == {True}


def test_a_row_that_goes_before_it_is_held_is_no_file(db):
    assert _move(PublishedFile, 0, to_storage=True) is None
