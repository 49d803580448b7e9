"""Fingerprints of exported files stay as they were written (people/protect.py)."""

from django.db import migrations

from people.protect import APPEND_ONLY, protect


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_exportedfile")]
    operations = [protect(APPEND_ONLY, "reports_exportedfile")]
