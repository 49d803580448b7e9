"""What no row names any more is removed, late, and never what a row names or is about to name."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from imports.models import ImportContent
from imports.services import take_file
from jobs import files as kept
from jobs import leftovers
from jobs.files import StoreAway
from jobs.leftovers import Refused, check, remove_left_files, sweep
from jobs.models import FileFinding
from jobs.retention import apply_retention, series
from planapp.standing import standing
from reports.models import ExportContent, PublishedFile
from reports.services import remove_old_exports
from tests.build import act
from tests.jobs.conftest import SHEET, WHEN
from tests.object_storage import bad_store, use

NOW = act(WHEN).at
KEPT = timedelta(days=30)
DAY = timedelta(days=1)


def told(*words):
    out = StringIO()
    call_command("files", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def stray(db, in_storage):
    """An object that no row names."""
    return kept.put_object(b"left over")


def test_what_no_row_names_is_kept_as_long_as_a_backup_may_bring_its_row_back(stray, in_storage):
    assert (sweep(at=NOW, kept=KEPT).removed, in_storage.names()) == (0, {stray})
    assert sweep(at=NOW + KEPT - DAY, kept=KEPT).left == 1
    assert sweep(at=NOW + KEPT, kept=KEPT).removed == 1
    assert (in_storage.names(), FileFinding.objects.count()) == (set(), 0)


def test_what_a_row_names_is_never_removed(files, in_storage):
    files()
    before = in_storage.names()
    for days in (0, 40, 400):
        done = sweep(at=NOW + timedelta(days=days), kept=DAY)
        assert (done.left, done.removed, done.missing) == (0, 0, [])
    assert in_storage.names() == before


def test_what_is_named_again_is_no_longer_left(stray, in_storage, plan, cast):
    """A restore brought its row back, or the same bytes were put away again."""
    sweep(at=NOW, kept=KEPT)
    take_file(plan=plan, name="a.csv", data=b"left over", act=act(WHEN, cast.manager))
    assert sweep(at=NOW + KEPT, kept=KEPT).removed == 0
    assert FileFinding.objects.count() == 0
    ImportContent.objects.all().delete()
    assert sweep(at=NOW + KEPT + DAY, kept=KEPT).removed == 0, "its days begin anew"


def test_its_days_begin_anew_though_no_sweep_saw_that_it_was_named(stray, in_storage, plan, cast):
    sweep(at=NOW, kept=KEPT)
    take_file(plan=plan, name="a.csv", data=b"left over", act=act(WHEN, cast.manager))
    ImportContent.objects.all().delete()
    assert sweep(at=NOW + KEPT, kept=KEPT).removed == 0
    assert sweep(at=NOW + 2 * KEPT, kept=KEPT).removed == 1


def test_a_row_goes_at_once_and_its_object_with_the_sweep(files, in_storage, settings):
    job, _ = files()
    name = job.content.stored
    assert remove_old_exports(at=job.keep_until) == 1
    assert (ExportContent.objects.count(), name in in_storage.names()) == (0, name in in_storage.names())
    if name in set(kept.named()):
        pytest.skip("a published file has the same bytes")
    sweep(at=NOW, kept=KEPT)
    sweep(at=NOW + KEPT, kept=KEPT)
    assert name not in in_storage.names()


def test_the_daily_removal_does_it_and_says_so(stray, in_storage, settings):
    assert "left_files" in {one.name for one in series()}
    apply_retention(at=NOW)
    run = apply_retention(at=NOW + KEPT)
    assert run.removed["Files in object storage that no row names any more"] == 1
    assert in_storage.names() == set()


def test_a_legal_hold_keeps_the_object_too(stray, in_storage, settings):
    settings.LEGAL_HOLD = True
    sweep(at=NOW, kept=KEPT)
    assert sweep(at=NOW + KEPT, kept=KEPT).removed == 0
    assert in_storage.names() == {stray}


def test_a_store_that_is_away_holds_up_no_other_removal(stray, settings, caplog):
    with bad_store("denied") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        with pytest.raises(StoreAway):
            sweep(at=NOW, kept=KEPT)
        assert remove_left_files(at=NOW, kept=KEPT) == 0
        assert apply_retention(at=NOW) is not None
    assert "could not be removed" in caplog.text


def test_without_object_storage_there_is_nothing_to_look_at(db, monkeypatch):
    monkeypatch.setattr(kept, "store", lambda: pytest.fail("asked"))
    assert remove_left_files(at=NOW, kept=KEPT) == 0


def test_a_copy_of_the_installation_removes_nothing_of_the_first(stray, in_storage, settings):
    sweep(at=NOW, kept=KEPT)
    settings.SITE_URL = "https://copy.example.gov"
    with pytest.raises(Refused, match="are those of"):
        sweep(at=NOW + KEPT, kept=KEPT)
    assert in_storage.names() == {stray}
    assert remove_left_files(at=NOW + KEPT, kept=KEPT) == 0
    assert sweep(at=NOW + KEPT, kept=KEPT, are_ours=True).removed == 1


def test_a_look_changes_nothing(stray, in_storage):
    done = sweep(at=NOW, kept=KEPT, is_dry=True)
    assert (done.objects, done.left, done.removed, FileFinding.objects.count()) == (1, 1, 0, 0)
    assert in_storage.client.list_objects_v2(Bucket=in_storage.name)["KeyCount"] == 1
    sweep(at=NOW - timedelta(days=400), kept=KEPT)
    assert "1 would be removed" in told("sweep", "--dry-run")
    assert in_storage.names() == {stray}


def test_what_is_missing_is_written_down_and_shown_until_it_is_back(files, in_storage):
    files()
    name = PublishedFile.objects.get(format="csv").stored
    data = in_storage.read(name)
    in_storage.remove(name)
    assert sweep(at=NOW, kept=KEPT).missing == [name]
    assert any("missing in object storage" in one.says for one in standing(NOW).problems)
    assert f"Missing: {name}" in told("sweep")
    with pytest.raises(CommandError, match=f"1 of .* {name} is missing"):
        told("check")
    in_storage.write(name, data[:-1])
    with pytest.raises(CommandError, match=f"{name} is not as it was put away"):
        told("check")
    assert set(FileFinding.objects.values_list("kind", flat=True)) == {"changed"}
    in_storage.write(name, data)
    assert "each as it was put away" in told("check")
    assert not FileFinding.objects.exists()
    assert not any("object storage" in one.says for one in standing(NOW).problems)


def test_a_check_that_cannot_be_made_says_so(files, in_storage, settings):
    files()
    with bad_store("denied") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        with pytest.raises(StoreAway):
            check(at=NOW)
    assert not FileFinding.objects.exists()


# Transactions side by side --------------------------------------------------------------------------------------------


@pytest.fixture
def postgresql(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("A transaction of SQLite that writes is alone")


@pytest.mark.concurrency
def test_what_an_open_transaction_is_about_to_name_is_not_removed(postgresql, in_storage, plan, cast, monkeypatch):
    """The object is there and due; somebody puts the same bytes away, and has not committed when the sweep comes."""
    kept.put_object(SHEET)
    sweep(at=NOW, kept=KEPT)
    has_put, may_commit, done = threading.Event(), threading.Event(), []

    def bring():
        try:
            with transaction.atomic():
                take_file(plan=plan, name="a.csv", data=SHEET, act=act(WHEN, cast.manager))
                has_put.set()
                may_commit.wait(20)
        finally:
            connections.close_all()

    def clean():
        try:
            done.append(sweep(at=NOW + KEPT, kept=KEPT))
        finally:
            connections.close_all()

    bringing, cleaning = threading.Thread(target=bring), threading.Thread(target=clean)
    bringing.start()
    assert has_put.wait(20)
    listed, looked = kept.listed, threading.Event()
    monkeypatch.setattr(kept, "listed", lambda: (looked.set(), listed())[1])
    cleaning.start()
    assert looked.wait(20)
    may_commit.set()
    bringing.join(20)
    cleaning.join(20)
    assert [one.removed for one in done] == [0]
    assert kept.bytes_of(ImportContent.objects.get()) == SHEET


@pytest.mark.concurrency
def test_a_transaction_that_stays_open_puts_the_sweep_off(postgresql, in_storage, monkeypatch):
    name = kept.put_object(SHEET)
    sweep(at=NOW, kept=KEPT)
    monkeypatch.setattr(leftovers, "PATIENCE", "200ms")
    has_put, may_end = threading.Event(), threading.Event()

    def put():
        try:
            with transaction.atomic():
                kept.keep(ImportContent, SHEET)
                has_put.set()
                may_end.wait(20)
        finally:
            connections.close_all()

    putting = threading.Thread(target=put)
    putting.start()
    assert has_put.wait(20)
    with pytest.raises(Refused, match="being put away"):
        sweep(at=NOW + KEPT, kept=KEPT)
    may_end.set()
    putting.join(20)
    assert in_storage.names() == {name}
    assert sweep(at=NOW + KEPT, kept=KEPT).removed == 0  # it was put away once more: its days begin anew
    assert sweep(at=NOW + 2 * KEPT, kept=KEPT).removed == 1


def test_what_has_no_name_of_a_hash_is_nobodys_to_remove(stray, in_storage):
    strange = "of-somebody-else".ljust(64, "z")
    kept.store().save(strange, ContentFile(b"not ours"))
    sweep(at=NOW, kept=KEPT)
    assert sweep(at=NOW + KEPT, kept=KEPT).removed == 1
    assert in_storage.names() == {strange}


def test_a_store_that_may_not_be_written_says_so_before_anything_is_removed(db, monkeypatch):
    class ReadOnly(Storage):
        def _open(self, name, mode="rb"):
            raise FileNotFoundError(name)

        def save(self, name, content, max_length=None):
            raise PermissionError(name)

    monkeypatch.setattr(kept, "store", ReadOnly)
    with pytest.raises(StoreAway):
        sweep(at=NOW, kept=KEPT)
