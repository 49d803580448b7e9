"""The database itself refuses to rewrite what was recorded (records/triggers.py)."""

from django.db import migrations

from records.triggers import INTERVAL, protect


class Migration(migrations.Migration):
    dependencies = [("goals", "0001_initial")]
    operations = [
        protect(
            INTERVAL, "goals_planversion", "goals_priorityversion", "goals_goalversion", "goals_strategyversion"
        ),
    ]
