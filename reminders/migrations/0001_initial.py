import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('goals', '0001_initial'),
        ('initiatives', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('liaison_after', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('managers_after', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('plan', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='goals.plan')),
            ],
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
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fence', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('sort', models.CharField(choices=[('digest', 'Daily digest'), ('one_off', 'One-off message'), ('link', 'New link'), ('export', 'Your file'), ('test', 'Test to myself')], max_length=10)),
                ('day', models.DateField()),
                ('message_id', models.CharField(max_length=200, unique=True)),
                ('date', models.DateTimeField()),
                ('planned_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('queued', 'Waiting'), ('claimed', 'Taken by a sender'), ('sending', 'Being handed over'), ('sent', 'Sent'), ('unconfirmed', 'Unconfirmed'), ('failed', 'Failed'), ('cancelled', 'Not needed any more')], default='queued', max_length=12)),
                ('sent_at', models.DateTimeField(null=True)),
                ('to_address', models.CharField(blank=True, max_length=254)),
                ('rendered_on', models.DateField(null=True)),
                ('subject', models.CharField(blank=True, max_length=250)),
                ('text', models.TextField(blank=True)),
                ('html', models.TextField(blank=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('one_off', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='reminders.oneoff')),
            ],
            options={
                'ordering': ['-planned_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('muted_kinds', models.JSONField(default=list)),
                ('away_from', models.DateField(blank=True, null=True)),
                ('away_until', models.DateField(blank=True, null=True)),
                ('delegate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('reason', models.CharField(max_length=300)),
                ('until', models.DateTimeField(null=True)),
                ('is_open', models.BooleanField(default=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_open', True)), fields=('is_open',), name='hold_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('is_open', True), ('until__isnull', True)), models.Q(('is_open', False), ('until__isnull', False)), _connector='OR'), name='hold_open_or_ended')],
            },
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
                ('because', models.CharField(max_length=20)),
                ('seen_update_id', models.BigIntegerField(null=True)),
                ('planned_on', models.DateField()),
                ('dropped', models.CharField(blank=True, max_length=200)),
                ('initiative', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.initiative')),
                ('instead_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='reminders.message')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['subject_type', 'subject_id', 'person'], name='message_item_subject')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('dropped', '')), fields=('person', 'kind', 'subject_type', 'subject_id', 'due_date', 'step'), name='message_item_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='oneoff',
            constraint=models.CheckConstraint(condition=models.Q(('queued_at__isnull', True), ('withdrawn_at__isnull', True), _connector='OR'), name='one_off_queued_or_withdrawn'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['next_try_at', 'id'], name='message_due'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ('claimed', 'sending'))), fields=['lease_until'], name='message_held'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['person', '-planned_at'], name='message_of_person'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['-planned_at', '-id'], name='message_latest'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state__in', ('claimed', 'sending'))), models.Q(models.Q(('state__in', ('claimed', 'sending')), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='message_lease_while_held'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ('sent', 'unconfirmed', 'failed', 'cancelled'))), models.Q(models.Q(('state__in', ('sent', 'unconfirmed', 'failed', 'cancelled')), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='message_ended_has_time'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['unconfirmed', 'failed', 'cancelled']), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='message_end_says_why'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('sort', 'digest'), models.Q(('state', 'cancelled'), _negated=True)), fields=('person', 'day'), name='message_one_digest_a_day'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('person', 'one_off'), name='message_one_off_once'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='message_sent_has_time'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sending', 'sent', 'unconfirmed']), _negated=True), models.Q(('rendered_on__isnull', False), models.Q(('subject', ''), _negated=True), models.Q(('to_address', ''), _negated=True)), _connector='OR'), name='message_rendered_before_sending'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('away_from__isnull', True), ('away_until__isnull', True), ('delegate__isnull', True)), models.Q(('away_from__isnull', False), ('away_until__gte', models.F('away_from'))), _connector='OR'), name='subscription_away_whole'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('delegate__isnull', True), models.Q(('delegate', models.F('person')), _negated=True), _connector='OR'), name='subscription_delegate_is_another'),
        ),
    ]
