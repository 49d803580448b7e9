"""What a look at object storage found (docs/adr/0038)."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0002_retention_runs'),
    ]

    operations = [
        migrations.CreateModel(
            name='FileFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('left', 'Not named any more'), ('missing', 'Missing'), ('changed', 'Changed')], max_length=10)),
                ('name', models.CharField(max_length=64)),
                ('since', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'name'), name='file_finding_once')],
            },
        ),
    ]
