"""Files of published reports, kept as they were built (people/protect.py)."""

import django.db.models.deletion
from django.db import migrations, models

from people.protect import APPEND_ONLY, protect


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0004_protect_exportedfile'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublishedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(max_length=10)),
                ('name', models.CharField(max_length=200)),
                ('size', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('built_at', models.DateTimeField()),
                ('fingerprint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.exportedfile')),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.quartersnapshot')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('snapshot', 'format'), name='published_file_once')],
            },
        ),
        protect(APPEND_ONLY, "reports_publishedfile"),
    ]
