import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('goals', '0001_initial'),
        ('initiatives', '0001_initial'),
        ('outbox', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('liaison_after', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('managers_after', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('plan', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='goals.plan')),
            ],
        ),
        migrations.CreateModel(
            name='MessageItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('subject_type', models.CharField(max_length=40)),
                ('subject_id', models.BigIntegerField()),
                ('due_date', models.DateField()),
                ('step', models.SmallIntegerField()),
                ('label', models.CharField(max_length=600)),
                ('reason', models.CharField(max_length=20)),
                ('seen_update_id', models.BigIntegerField(null=True)),
                ('planned_on', models.DateField()),
                ('dropped', models.CharField(blank=True, max_length=200)),
                ('initiative', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.initiative')),
                ('instead_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminder_items', to='outbox.message')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['subject_type', 'subject_id', 'person'], name='message_item_subject')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('dropped', '')), fields=('person', 'kind', 'subject_type', 'subject_id', 'due_date', 'step'), name='message_item_once')],
            },
        ),
        migrations.CreateModel(
            name='OneOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=150)),
                ('text', models.TextField(max_length=10000)),
                ('audiences', models.JSONField(default=list)),
                ('send_on', models.DateField()),
                ('written_at', models.DateTimeField()),
                ('queued_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-send_on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('queued_at__isnull', True), ('withdrawn_at__isnull', True), _connector='OR'), name='one_off_queued_or_withdrawn')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('muted_kinds', models.JSONField(default=list)),
                ('away_from', models.DateField(blank=True, null=True)),
                ('away_until', models.DateField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('delegate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('away_from__isnull', True), ('away_until__isnull', True), ('delegate__isnull', True)), models.Q(('away_from__isnull', False), ('away_until__gte', models.F('away_from'))), _connector='OR'), name='subscription_away_whole'), models.CheckConstraint(condition=models.Q(('delegate__isnull', True), models.Q(('delegate', models.F('person')), _negated=True), _connector='OR'), name='subscription_delegate_is_another')],
            },
        ),
    ]
