"""Bytes may lie in object storage (docs/adr/0038); a published file may move there and back, and stays as it is."""

from django.db import migrations, models

from records.triggers import APPEND_ONLY, FILE, protect, unprotect


def refuse_to_lose(apps, schema_editor):
    for name in ("ExportContent", "PublishedFile"):
        if apps.get_model("reports", name).objects.exclude(stored="").exists():
            raise RuntimeError("Files lie in object storage: manage.py files move --to-database first.")


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0004_bulk_channel'),
    ]

    operations = [
        unprotect(APPEND_ONLY, "reports_publishedfile"),
        migrations.AddField(
            model_name='exportcontent',
            name='stored',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='publishedfile',
            name='stored',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddConstraint(
            model_name='exportcontent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('content', b''), models.Q(('stored', ''), _negated=True)), models.Q(models.Q(('content', b''), _negated=True), ('stored', '')), _connector='OR'), name='exportcontent_bytes_somewhere'),
        ),
        migrations.AddConstraint(
            model_name='publishedfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('content', b''), models.Q(('stored', ''), _negated=True)), models.Q(models.Q(('content', b''), _negated=True), ('stored', '')), _connector='OR'), name='publishedfile_bytes_somewhere'),
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse_to_lose, elidable=False),
        protect(FILE, "reports_publishedfile"),
    ]
