"""The database itself refuses to rewrite what was recorded (people/protect.py)."""

from django.db import migrations

from people.protect import APPEND_ONLY, INTERVAL, protect


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        protect(APPEND_ONLY, "people_auditevent"),
        protect(INTERVAL, "people_departmentversion", "people_userversion", "people_rolegrant"),
    ]
