"""The database itself refuses to rewrite what was recorded (records/triggers.py)."""

from django.db import migrations

from records.triggers import APPEND_ONLY, INTERVAL, protect


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0001_initial")]
    operations = [
        protect(APPEND_ONLY, "initiatives_statusupdate", "initiatives_acknowledgement"),
        protect(
            INTERVAL,
            "initiatives_initiativeversion",
            "initiatives_milestoneversion",
            "initiatives_commitmentversion",
            "initiatives_contribution",
            "initiatives_alignment",
        ),
    ]
