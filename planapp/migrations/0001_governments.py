from typing import Any

from django.db import migrations

from planapp.governments import prepare


def list_governments(apps: Any, schema_editor: Any) -> None:
    """Columns and policies follow when all migrations are done, and after each later one (planapp/governments.py)."""
    prepare(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunPython(list_governments, migrations.RunPython.noop)]
