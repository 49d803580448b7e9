"""The database itself refuses to rewrite what was recorded (people/protect.py)."""

from django.db import migrations

from people.protect import APPEND_ONLY, COVER, FROZEN, protect


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
        ),
        protect(APPEND_ONLY, "reports_reportact"),
    ]
