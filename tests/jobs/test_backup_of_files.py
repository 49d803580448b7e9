"""A backup says where files lie and looks at each; brought back, every row has its file or nothing changes."""

import io
import os

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from jobs.files import bytes_of, holders
from planapp.backup import archive
from planapp.backup.archive import NotABackup
from planapp.backup.databases import CannotDo, Postgres, database_of
from planapp.backup.restoring import restore
from reports.models import PublishedFile
from tests.conftest import NOW
from tests.jobs.test_moving import told
from tests.object_storage import bad_store, use


@pytest.fixture
def elsewhere(tmp_path):
    """The settings of a database that does not exist yet, and is gone after the test with what stood beside it."""
    if connection.vendor == "sqlite":
        yield connection.settings_dict | {"NAME": str(tmp_path / "elsewhere.sqlite3")}
        return
    name = f"planapp_files_{os.getpid()}"
    yield connection.settings_dict | {"NAME": name}
    with Postgres(connection.settings_dict | {"NAME": name}, "")._server() as server:
        names = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{name}%"]).fetchall()
        for (one,) in names:
            server.execute(f'DROP DATABASE "{one}"')


@pytest.fixture
def saved(transactional_db, files, in_storage, monkeypatch, tmp_path):
    """saved(*options) → a backup, and what was said of it."""
    files()
    for name, value in in_storage.variables.items():
        monkeypatch.setenv(name, value)

    def save(*options):
        out, path = io.StringIO(), tmp_path / "one.backup"
        call_command("backup", str(path), *options, stdout=out)
        return path, out.getvalue()

    return save


def bring_back(path, settings, **more):
    said: list[str] = []
    words = {"may_replace": False, "from_other_site": False, "say": said.append} | more
    restore(path, database_of(settings, NOW), **words)
    return said


def names():
    return {row.stored for model in holders() for row in model.objects.all()}


def test_a_backup_without_files_says_so_and_comes_back_to_its_bucket(saved, elsewhere):
    path, said = saved()
    assert f"{len(names())} files are not in it (--with-files)" in said
    assert archive.check(path).files == len(names())
    assert any("each as it was put away" in one for one in bring_back(path, elsewhere))


def test_a_backup_with_files_is_whole_though_the_bucket_is_lost(saved, elsewhere, in_storage):
    path, said = saved("--with-files")
    assert f"{len(names())} files are in it" in said
    before = {name: in_storage.read(name) for name in names()}
    for name in before:
        in_storage.remove(name)
    assert any("each as it was put away" in one for one in bring_back(path, elsewhere))
    assert {name: in_storage.read(name) for name in in_storage.names()} == before
    assert bytes_of(PublishedFile.objects.first())


def test_nothing_is_brought_back_without_its_files_unless_that_is_said(saved, elsewhere, in_storage):
    path, _ = saved()
    lost = sorted(names())[0]
    in_storage.remove(lost)
    with pytest.raises(CannotDo, match=f"{lost} is missing.*--without-files"):
        bring_back(path, elsewhere)
    assert not database_of(elsewhere, NOW).holds_people() if connection.vendor == "sqlite" else True
    assert "was not looked at" in " ".join(bring_back(path, elsewhere, may_lack_files=True))


def test_nothing_is_brought_back_while_the_store_is_away(saved, elsewhere, settings):
    path, _ = saved("--with-files")
    with bad_store("denied") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        with pytest.raises(CannotDo, match="refuses us"):
            bring_back(path, elsewhere)


def test_a_backup_that_lacks_files_is_kept_and_names_them(saved, in_storage, tmp_path):
    lost = sorted(names())[0]
    in_storage.remove(lost)
    for option in ((), ("--with-files",)):
        with pytest.raises(CommandError, match=f"is saved, but 1 of {len(names())} .* {lost}"):
            saved(*option)
        archive.check(tmp_path / "one.backup")
        (tmp_path / "one.backup").unlink()


def test_a_store_that_is_away_keeps_nobody_from_saving_the_database(saved, settings, tmp_path):
    with bad_store("denied") as address:
        use(settings, f"s3://b/city?endpoint={address}")
        with pytest.raises(CommandError, match=r"Nothing was saved\. .* refuses us"):
            saved("--with-files")
        assert list(tmp_path.glob("*.backup")) == []
        with pytest.raises(CommandError, match=r"is saved, and its files were not looked at\. .* refuses us"):
            saved()
    assert archive.check(tmp_path / "one.backup").rows


def test_a_file_in_a_backup_that_was_changed_is_found(saved, tmp_path):
    path, _ = saved("--with-files")
    data = path.read_bytes()
    with archive._opened(path) as (file, _):
        info = next(one for one in file.infolist() if one.filename.startswith(archive.FILES))
    at = info.header_offset + 30 + len(info.filename) + 5
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    with pytest.raises(NotABackup):
        archive.check(path)


def test_without_object_storage_a_backup_says_nothing_of_it(transactional_db, files, tmp_path):
    files()
    out = io.StringIO()
    call_command("backup", str(tmp_path / "one.backup"), stdout=out)
    assert "object storage" not in out.getvalue()
    assert told("check").startswith("FILES_URL is empty")
