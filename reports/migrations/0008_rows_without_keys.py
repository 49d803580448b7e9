"""A frozen row's snapshot is looked up once a statement by the trigger that guards the table (people/protect.py)."""

import django.db.models.deletion
from django.db import migrations, models

from people.protect import FROZEN, protect_again

TABLES = [
    "reports_snapshotheading", "reports_snapshotinitiative", "reports_snapshotmilestone", "reports_snapshotcommitment",
    "reports_snapshotcorrection", "reports_snapshotdigests",
]


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0007_digest_of_sealed'),
    ]

    operations = [
        protect_again(FROZEN, *TABLES),
        migrations.AlterField(
            model_name='snapshotcommitment',
            name='snapshot',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.quartersnapshot'),
        ),
        migrations.AlterField(
            model_name='snapshotheading',
            name='snapshot',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.quartersnapshot'),
        ),
        migrations.AlterField(
            model_name='snapshotinitiative',
            name='snapshot',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.quartersnapshot'),
        ),
        migrations.AlterField(
            model_name='snapshotmilestone',
            name='snapshot',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.quartersnapshot'),
        ),
        protect_again(FROZEN, *TABLES),
    ]
