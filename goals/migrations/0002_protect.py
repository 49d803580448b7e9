"""The database itself refuses to rewrite what was recorded (people/protect.py)."""

from django.db import migrations

from people.protect import INTERVAL, protect


class Migration(migrations.Migration):
    dependencies = [("goals", "0001_initial")]
    operations = [
        protect(
            INTERVAL, "goals_planversion", "goals_priorityversion", "goals_goalversion", "goals_strategyversion"
        ),
    ]
