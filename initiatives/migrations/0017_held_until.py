"""The indexes of the past, by an expression that PostgreSQL takes for silent (records/history.py, ADR 30).

Nobody waits: on PostgreSQL they are built and dropped beside whoever reads and writes. Until the new one is there,
pages of a past day read more rows.
"""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class AddIndex(AddIndexConcurrently):
    """On SQLite, which builds none concurrently, as any other."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        by = super() if schema_editor.connection.vendor == "postgresql" else super(AddIndexConcurrently, self)
        by.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        by = super() if schema_editor.connection.vendor == "postgresql" else super(AddIndexConcurrently, self)
        by.database_backwards(app_label, schema_editor, from_state, to_state)


class RemoveIndex(RemoveIndexConcurrently):
    """On SQLite as any other."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        by = super() if schema_editor.connection.vendor == "postgresql" else super(RemoveIndexConcurrently, self)
        by.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        by = super() if schema_editor.connection.vendor == "postgresql" else super(RemoveIndexConcurrently, self)
        by.database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("goals", "0007_plan_access"),
        ("initiatives", "0016_comment_search"),
        ("people", "0008_last_seen"),
        ("records", "0005_audit_seals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RemoveIndex(
            model_name="initiativeversion",
            name="initiativeversion_held",
        ),
        RemoveIndex(
            model_name="milestoneversion",
            name="milestoneversion_held",
        ),
        AddIndex(
            model_name="initiativeversion",
            index=models.Index(
                models.F("plan"),
                models.Case(
                    models.When(
                        recorded_until__isnull=True,
                        then=models.Value(datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.timezone.utc)),
                    ),
                    default=models.F("recorded_until"),
                ),
                include=(
                    "recorded_from",
                    "recorded_until",
                    "sort_key",
                    "id",
                    "subject",
                    "goal",
                    "strategy",
                    "owner",
                    "lead_department",
                    "start_date",
                    "due_date",
                    "override_status",
                    "reported_status",
                    "review_date",
                    "last_updated_at",
                    "latest_update",
                ),
                name="initiativeversion_held",
            ),
        ),
        AddIndex(
            model_name="milestoneversion",
            index=models.Index(
                models.Case(
                    models.When(
                        recorded_until__isnull=True,
                        then=models.Value(datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.timezone.utc)),
                    ),
                    default=models.F("recorded_until"),
                ),
                condition=models.Q(("completed_date__isnull", True), ("is_cancelled", False)),
                include=("recorded_from", "recorded_until", "due_date", "initiative"),
                name="milestoneversion_held",
            ),
        ),
    ]
