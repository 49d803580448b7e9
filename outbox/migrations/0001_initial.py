import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fence', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('kind', models.CharField(max_length=20)),
                ('key', models.CharField(max_length=100)),
                ('about', models.BigIntegerField(null=True)),
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
            ],
            options={
                'ordering': ['-planned_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['next_try_at', 'id'], name='message_due'), models.Index(condition=models.Q(('state__in', ('claimed', 'sending'))), fields=['lease_until'], name='message_held'), models.Index(fields=['person', '-planned_at'], name='message_of_person'), models.Index(fields=['-planned_at', '-id'], name='message_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state__in', ('claimed', 'sending'))), models.Q(models.Q(('state__in', ('claimed', 'sending')), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='message_lease_while_held'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ('sent', 'unconfirmed', 'failed', 'cancelled'))), models.Q(models.Q(('state__in', ('sent', 'unconfirmed', 'failed', 'cancelled')), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='message_ended_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['unconfirmed', 'failed', 'cancelled']), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='message_end_says_why'), models.UniqueConstraint(condition=models.Q(('state', 'cancelled'), _negated=True), fields=('person', 'kind', 'key'), name='message_once'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='message_sent_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sending', 'sent', 'unconfirmed']), _negated=True), models.Q(('rendered_on__isnull', False), models.Q(('subject', ''), _negated=True), models.Q(('to_address', ''), _negated=True)), _connector='OR'), name='message_rendered_before_sending')],
            },
        ),
    ]
