"""The database itself refuses to rewrite what was recorded (records/triggers.py)."""

from django.db import migrations

from records.triggers import APPEND_ONLY, protect


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [protect(APPEND_ONLY, "records_auditevent")]
