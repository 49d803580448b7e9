"""Which private address for feed readers counts. A constant default: PostgreSQL writes no row anew.

Backwards every such address ends. None of them counts again after another way forwards, for a new number is later than
any that was given (people.services.make_feed_address).
"""

from typing import Any

from django.db import migrations, models


class AddColumn(migrations.AddField):
    """On SQLite in SQL: Django would build the table anew there, without the triggers of its search."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        return schema_editor.execute("ALTER TABLE people_user ADD COLUMN feed_series integer DEFAULT 0 NOT NULL")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return super().database_backwards(app_label, schema_editor, from_state, to_state)
        return schema_editor.execute("ALTER TABLE people_user DROP COLUMN feed_series")


class Migration(migrations.Migration):
    dependencies = [("people", "0008_last_seen")]

    operations = [
        AddColumn(
            model_name="user",
            name="feed_series",
            field=models.IntegerField(db_default=0, default=0, editable=False),
        ),
    ]
