"""Every byte that planapp keeps is in the database (docs/adr/0037): one backup has all, and nothing needs a disk."""

import re

from django.apps import apps
from django.conf import settings
from django.db.models import FileField, FilePathField

from tests.rooms import HEIGHT

# Django's own ways to a place for files beside the database.
ELSEWHERE = re.compile(r"default_storage|get_storage_class|FileSystemStorage|\bstorages\b|boto3")


def test_no_model_has_a_file_outside_the_database():
    ways = [
        str(field) for model in apps.get_models() for field in model._meta.get_fields()
        if isinstance(field, FileField | FilePathField)
    ]  # fmt: skip
    assert ways == []


def test_no_code_asks_for_such_a_place():
    files = [path for room in HEIGHT for path in (settings.BASE_DIR / room).rglob("*.py")]
    asking = {path.name for path in files if ELSEWHERE.search(path.read_text())}
    assert len(files) > 200
    assert asking <= {"settings.py", "settings_test.py"}  # which name the store that Django wants to have, unused
