"""Correction rows for every reported value: which milestone, commitment or heading, and the act that says it."""

from django.db import migrations, models

from records.triggers import APPEND_ONLY, FROZEN, protect_again


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0002_triggers'),
    ]

    operations = [
        protect_again(FROZEN, "reports_snapshotcorrection"),
        protect_again(APPEND_ONLY, "reports_reportact"),
        migrations.RemoveConstraint(
            model_name='snapshotcorrection',
            name='snapshotcorrection_once',
        ),
        migrations.AddField(
            model_name='reportact',
            name='corrected',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='snapshotcorrection',
            name='part',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='snapshotcorrection',
            name='part_id',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='snapshotcorrection',
            name='part_title',
            field=models.TextField(default=''),
        ),
        migrations.AlterField(
            model_name='reportact',
            name='kind',
            field=models.CharField(choices=[('summary_written', 'Summary written'), ('signed_off', 'Signed off'), ('completed', 'Completed'), ('published', 'Published'), ('unpublished', 'Taken back from publication'), ('reopened', 'Reopened'), ('corrected', 'Corrected')], max_length=20),
        ),
        migrations.AlterField(
            model_name='snapshotcorrection',
            name='corrected_update_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='snapshotcorrection',
            name='update_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='reportact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'corrected'), _negated=True), models.Q(('text', ''), _negated=True), _connector='OR'), name='report_corrected_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='snapshotcorrection',
            constraint=models.UniqueConstraint(fields=('snapshot', 'initiative_id', 'part', 'part_id', 'field'), name='snapshotcorrection_once'),
        ),
        protect_again(FROZEN, "reports_snapshotcorrection"),
        protect_again(APPEND_ONLY, "reports_reportact"),
    ]
