from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='RecordLock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closed_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('happened_at', models.DateTimeField()),
                ('actor_id', models.BigIntegerField(db_index=True, null=True)),
                ('actor_label', models.CharField(max_length=200)),
                ('channel', models.CharField(choices=[('web', 'Web page'), ('email_link', 'E-mail link'), ('api', 'API'), ('import', 'Import'), ('system', 'System')], max_length=20)),
                ('verb', models.CharField(max_length=60)),
                ('target_type', models.CharField(max_length=40)),
                ('target_id', models.BigIntegerField()),
                ('target_label', models.CharField(max_length=300)),
                ('parent_type', models.CharField(blank=True, max_length=40)),
                ('parent_id', models.BigIntegerField(null=True)),
                ('changes', models.JSONField(default=dict)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-happened_at', '-pk'],
                'indexes': [models.Index(fields=['target_type', 'target_id', '-happened_at'], name='auditevent_target'), models.Index(fields=['parent_type', 'parent_id', '-happened_at'], name='auditevent_parent'), models.Index(fields=['-happened_at', '-id'], name='auditevent_latest')],
            },
        ),
    ]
