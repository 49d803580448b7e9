"""The chain of the audit log (records/seals.py), and what came of checking it."""

from django.db import migrations, models

from records.triggers import APPEND_ONLY, protect


class Migration(migrations.Migration):
    dependencies = [("records", "0004_bulk_channel")]
    operations = [
        migrations.CreateModel(
            name="AuditCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("blocks", models.PositiveIntegerField()),
                ("finding", models.CharField(blank=True, max_length=500)),
            ],
            options={"get_latest_by": "at"},
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("from_id", models.BigIntegerField()),
                ("to_id", models.BigIntegerField()),
                ("count", models.PositiveIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={"ordering": ["number"]},
        ),
        protect(APPEND_ONLY, "records_auditseal"),
    ]
