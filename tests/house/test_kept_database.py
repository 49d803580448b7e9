"""The database that tests copy is made anew as soon as migrations, or what they import, differ."""

from types import SimpleNamespace

import pytest

from tests import kept_database


@pytest.fixture
def room(tmp_path, monkeypatch, settings):
    """A room with one migration, which imports a module that stands beside it."""
    settings.BASE_DIR = tmp_path
    folder = tmp_path / "room" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").write_text("from room.triggers import protect\n")
    (tmp_path / "room" / "triggers.py").write_text("SQL = 1\n")
    apps = SimpleNamespace(get_app_configs=lambda: [SimpleNamespace(path=tmp_path / "room")])
    monkeypatch.setattr(kept_database, "apps", apps)
    return tmp_path / "room"


@pytest.mark.parametrize("changed", ["migrations/0001_initial.py", "migrations/0002_more.py", "triggers.py"])
def test_another_migration_or_import_is_another_database(room, changed):
    before = kept_database.fingerprint()
    assert kept_database.fingerprint() == before
    (room / "views.py").write_text("no matter\n")
    assert kept_database.fingerprint() == before
    (room / changed).write_text("from room.triggers import protect, more\n")
    assert kept_database.fingerprint() != before
