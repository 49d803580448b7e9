"""What a department answers to what it was asked: a reason, another date, another department."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from records.triggers import INTERVAL, protect_again


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0002_triggers'),
        ('people', '0002_triggers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        protect_again(INTERVAL, "initiatives_commitmentversion"),
        migrations.RemoveConstraint(
            model_name='commitment',
            name='commitment_state_and_dates',
        ),
        migrations.AddField(
            model_name='commitment',
            name='answer',
            field=models.TextField(blank=True, default='', max_length=2000),
        ),
        migrations.AddField(
            model_name='commitment',
            name='answered_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='commitment',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='commitment',
            name='offered_department',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department'),
        ),
        migrations.AddField(
            model_name='commitment',
            name='offered_due_date',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='commitmentversion',
            name='answer',
            field=models.TextField(blank=True, default='', max_length=2000),
        ),
        migrations.AddField(
            model_name='commitmentversion',
            name='answered_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='commitmentversion',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='commitmentversion',
            name='offered_department',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department'),
        ),
        migrations.AddField(
            model_name='commitmentversion',
            name='offered_due_date',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='commitment',
            name='state',
            field=models.CharField(choices=[('proposed', 'Proposed'), ('accepted', 'Accepted'), ('delivered', 'Delivered'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=10),
        ),
        migrations.AlterField(
            model_name='commitmentversion',
            name='state',
            field=models.CharField(choices=[('proposed', 'Proposed'), ('accepted', 'Accepted'), ('delivered', 'Delivered'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='commitment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('delivered_at__isnull', True), ('state', 'proposed')), models.Q(('accepted_at__isnull', False), ('delivered_at__isnull', True), ('state', 'accepted')), models.Q(('delivered_at__isnull', False), ('state', 'delivered')), models.Q(('accepted_at__isnull', True), ('delivered_at__isnull', True), ('state', 'declined')), models.Q(('delivered_at__isnull', True), ('state', 'withdrawn')), _connector='OR'), name='commitment_state_and_dates'),
        ),
        migrations.AddConstraint(
            model_name='commitment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='commitment_declined_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='commitment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('offered_department__isnull', True), ('offered_due_date__isnull', True)), models.Q(('answered_by__isnull', False), ('state', 'proposed')), _connector='OR'), name='commitment_offer_waits'),
        ),
        protect_again(INTERVAL, "initiatives_commitmentversion"),
    ]
