"""The database itself refuses to rewrite what was recorded (records/triggers.py)."""

from django.db import migrations

from records.triggers import INTERVAL, protect


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [protect(INTERVAL, "people_departmentversion", "people_userversion", "people_rolegrant")]
