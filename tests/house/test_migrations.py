"""Migrations say what the models say, one leaf a room."""

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader


@pytest.mark.django_db
def test_nothing_is_left_to_make():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_one_leaf_a_room():
    assert MigrationLoader(None, ignore_no_migrations=True).detect_conflicts() == {}
