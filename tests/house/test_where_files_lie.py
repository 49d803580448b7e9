"""Bytes lie in the database or, by one setting, in object storage (docs/adr/0038); one module knows the way there."""

import re

from django.apps import apps
from django.conf import settings
from django.db.models import BinaryField, FileField, FilePathField

from jobs.files import holders
from tests.rooms import HEIGHT

# Ways to a place for files beside the database.
ELSEWHERE = re.compile(r"default_storage|get_storage_class|FileSystemStorage|\bstorages\b|boto3")


def test_no_model_has_a_file_on_a_disk():
    ways = [
        str(field) for model in apps.get_models() for field in model._meta.get_fields()
        if isinstance(field, FileField | FilePathField)
    ]  # fmt: skip
    assert ways == []


def test_one_module_asks_for_such_a_place():
    files = [path for room in HEIGHT for path in (settings.BASE_DIR / room).rglob("*.py")]
    asking = {path.name for path in files if ELSEWHERE.search(path.read_text())}
    assert len(files) > 200
    # The settings name stores, the first of which Django wants to have, unused.
    assert asking <= {"settings.py", "settings_test.py", "files.py", "object_storage.py", "env.py"}


def test_every_column_of_bytes_can_move_or_is_named_here():
    columns = {
        f"{model.__name__}.{field.name}" for model in apps.get_models() for field in model._meta.get_fields()
        if isinstance(field, BinaryField)
    }  # fmt: skip
    moving = {f"{model.__name__}.{model.BYTES}" for model in holders()}
    assert moving == {"PublishedFile.content", "ExportContent.content", "ImportContent.data"}
    # What was read of a file that somebody brought; it goes with its row.
    assert columns - moving == {"ImportContent.sheets", "ImportContent.preview"}
