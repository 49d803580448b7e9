"""The bytes of a file may lie in object storage (docs/adr/0038)."""

from django.db import migrations, models


def refuse_to_lose(apps, schema_editor):
    if apps.get_model("imports", "ImportContent").objects.exclude(stored="").exists():
        raise RuntimeError("Files lie in object storage: manage.py files move --to-database first.")


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='importcontent',
            name='stored',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddConstraint(
            model_name='importcontent',
            constraint=models.CheckConstraint(condition=models.Q(('stored', ''), ('data', b''), _connector='OR'), name='import_bytes_in_one_place'),
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse_to_lose, elidable=False),
    ]
