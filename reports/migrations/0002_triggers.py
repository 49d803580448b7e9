"""The database itself refuses to rewrite what was recorded (records/triggers.py)."""

from django.db import migrations

from records.triggers import APPEND_ONLY, COVER, FROZEN, protect


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [
        protect(COVER, "reports_quartersnapshot"),
        protect(
            FROZEN,
            "reports_snapshotheading",
            "reports_snapshotinitiative",
            "reports_snapshotmilestone",
            "reports_snapshotcommitment",
            "reports_snapshotcorrection",
            "reports_snapshotdigests",
        ),
        protect(APPEND_ONLY, "reports_reportact", "reports_exportedfile", "reports_publishedfile"),
    ]
