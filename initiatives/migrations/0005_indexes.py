import datetime
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0002_triggers'),
        ('initiatives', '0004_search'),
        ('people', '0004_search'),
        ('records', '0002_triggers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='initiativeversion',
            name='initiativeversion_live',
        ),
        migrations.AddIndex(
            model_name='commitmentversion',
            index=models.Index(condition=models.Q(('state__in', ['proposed', 'accepted']), ('recorded_until__isnull', True)), fields=['due_date'], include=('initiative',), name='commitmentversion_open'),
        ),
        migrations.AddIndex(
            model_name='initiativeversion',
            index=models.Index(condition=models.Q(('recorded_until__isnull', True)), fields=['plan', 'sort_key'], include=('id', 'subject', 'goal', 'strategy', 'owner', 'lead_department', 'start_date', 'due_date', 'override_status', 'reported_status', 'review_date', 'last_updated_at', 'latest_update'), name='initiativeversion_live'),
        ),
        migrations.AddIndex(
            model_name='initiativeversion',
            index=models.Index(condition=models.Q(('recorded_until__isnull', True)), fields=['goal', 'sort_key'], name='initiativeversion_of_goal'),
        ),
        migrations.AddIndex(
            model_name='initiativeversion',
            index=models.Index(condition=models.Q(('recorded_until__isnull', True)), fields=['lead_department'], name='initiativeversion_led'),
        ),
        migrations.AddIndex(
            model_name='initiativeversion',
            index=models.Index(condition=models.Q(('recorded_until__isnull', True)), fields=['owner'], name='initiativeversion_owned'),
        ),
        migrations.AddIndex(
            model_name='initiativeversion',
            index=models.Index(condition=models.Q(('recorded_until__isnull', True)), fields=['plan', 'due_date'], name='initiativeversion_ends'),
        ),
        migrations.AddIndex(
            model_name='initiativeversion',
            index=models.Index(models.F('plan'), django.db.models.functions.comparison.Coalesce('recorded_until', models.Value(datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.timezone.utc))), include=('recorded_from', 'recorded_until', 'sort_key', 'id', 'subject', 'goal', 'strategy', 'owner', 'lead_department', 'start_date', 'due_date', 'override_status', 'reported_status', 'review_date', 'last_updated_at', 'latest_update'), name='initiativeversion_held'),
        ),
        migrations.AddIndex(
            model_name='milestoneversion',
            index=models.Index(condition=models.Q(('completed_date__isnull', True), ('is_cancelled', False), ('recorded_until__isnull', True)), fields=['due_date'], include=('initiative',), name='milestoneversion_open'),
        ),
        migrations.AddIndex(
            model_name='milestoneversion',
            index=models.Index(condition=models.Q(('recorded_until__isnull', True), ('slip_count__gt', 0)), fields=['subject'], name='milestoneversion_slipped'),
        ),
        migrations.AddIndex(
            model_name='milestoneversion',
            index=models.Index(django.db.models.functions.comparison.Coalesce('recorded_until', models.Value(datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.timezone.utc))), condition=models.Q(('completed_date__isnull', True), ('is_cancelled', False)), include=('recorded_from', 'recorded_until', 'due_date', 'initiative'), name='milestoneversion_held'),
        ),
        migrations.AddIndex(
            model_name='statusupdate',
            index=models.Index(condition=models.Q(('help_needed__gt', '')), fields=['id'], name='status_update_asks_for_help'),
        ),
    ]
