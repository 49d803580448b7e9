import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import goals.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('records', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('number', models.CharField(max_length=10)),
                ('sort_key', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('text', models.TextField(blank=True)),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['sort_key', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('title', models.CharField(max_length=200)),
                ('slug', models.SlugField(max_length=60)),
                ('start_date', models.DateField()),
                ('end_date', models.DateField()),
                ('mission', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('archived', 'Archived')], default='draft', max_length=10)),
                ('fiscal_year_start_month', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                ('goal_label', models.CharField(default='Focus area', max_length=40)),
                ('expected_update_days', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1)])),
                ('sample_note', models.CharField(blank=True, max_length=300)),
                ('is_locked', models.BooleanField(default=False)),
                ('reminders_on', models.BooleanField(default=True)),
                ('due_soon_days', models.JSONField(default=goals.models.due_soon_default)),
                ('overdue_days', models.JSONField(default=goals.models.overdue_default)),
                ('repeat_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1)])),
                ('working_days', models.JSONField(default=goals.models.working_days_default)),
                ('predecessor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
            ],
            options={
                'ordering': ['-start_date', 'title', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('name', models.CharField(max_length=100)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holidays', to='goals.plan')),
            ],
            options={
                'ordering': ['day'],
            },
        ),
        migrations.CreateModel(
            name='GoalVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_from', models.DateTimeField()),
                ('recorded_until', models.DateTimeField(null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('number', models.CharField(max_length=10)),
                ('sort_key', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('text', models.TextField(blank=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.auditevent')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='goals.goal')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='goal',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan'),
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_from', models.DateTimeField()),
                ('recorded_until', models.DateTimeField(null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('title', models.CharField(max_length=200)),
                ('slug', models.SlugField(max_length=60)),
                ('start_date', models.DateField()),
                ('end_date', models.DateField()),
                ('mission', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('archived', 'Archived')], default='draft', max_length=10)),
                ('fiscal_year_start_month', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                ('goal_label', models.CharField(default='Focus area', max_length=40)),
                ('expected_update_days', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1)])),
                ('sample_note', models.CharField(blank=True, max_length=300)),
                ('is_locked', models.BooleanField(default=False)),
                ('reminders_on', models.BooleanField(default=True)),
                ('due_soon_days', models.JSONField(default=goals.models.due_soon_default)),
                ('overdue_days', models.JSONField(default=goals.models.overdue_default)),
                ('repeat_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1)])),
                ('working_days', models.JSONField(default=goals.models.working_days_default)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.auditevent')),
                ('predecessor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='goals.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Priority',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=100)),
                ('meaning', models.CharField(blank=True, max_length=300)),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
            ],
            options={
                'verbose_name_plural': 'priorities',
                'ordering': ['order', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PriorityVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_from', models.DateTimeField()),
                ('recorded_until', models.DateTimeField(null=True)),
                ('name', models.CharField(max_length=100)),
                ('meaning', models.CharField(blank=True, max_length=300)),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.auditevent')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='goals.priority')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Strategy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('number', models.CharField(max_length=10)),
                ('sort_key', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('text', models.TextField(blank=True)),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.goal')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'strategies',
                'ordering': ['sort_key', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='StrategyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_from', models.DateTimeField()),
                ('recorded_until', models.DateTimeField(null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('number', models.CharField(max_length=10)),
                ('sort_key', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('text', models.TextField(blank=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.auditevent')),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.goal')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='goals.strategy')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('slug',), name='plan_slug_unique'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('end_date__gte', models.F('start_date'))), name='plan_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('fiscal_year_start_month__range', (1, 12))), name='plan_start_month_real'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('expected_update_days__gte', 1)), name='plan_expects_updates'),
        ),
        migrations.AddConstraint(
            model_name='holiday',
            constraint=models.UniqueConstraint(fields=('plan', 'day'), name='holiday_once'),
        ),
        migrations.AddIndex(
            model_name='goalversion',
            index=models.Index(fields=['subject', 'recorded_from'], name='goalversion_from'),
        ),
        migrations.AddConstraint(
            model_name='goalversion',
            constraint=models.UniqueConstraint(condition=models.Q(('recorded_until__isnull', True)), fields=('subject',), name='goalversion_one_current'),
        ),
        migrations.AddConstraint(
            model_name='goalversion',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_until__isnull', True), ('recorded_until__gt', models.F('recorded_from')), _connector='OR'), name='goalversion_interval_forward'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True)), fields=('plan', 'number'), name='goal_number_unique'),
        ),
        migrations.AddIndex(
            model_name='planversion',
            index=models.Index(fields=['subject', 'recorded_from'], name='planversion_from'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.UniqueConstraint(condition=models.Q(('recorded_until__isnull', True)), fields=('subject',), name='planversion_one_current'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_until__isnull', True), ('recorded_until__gt', models.F('recorded_from')), _connector='OR'), name='planversion_interval_forward'),
        ),
        migrations.AddConstraint(
            model_name='priority',
            constraint=models.UniqueConstraint(models.F('plan'), django.db.models.functions.text.Lower('name'), condition=models.Q(('deleted_at__isnull', True)), name='priority_once'),
        ),
        migrations.AddIndex(
            model_name='priorityversion',
            index=models.Index(fields=['subject', 'recorded_from'], name='priorityversion_from'),
        ),
        migrations.AddConstraint(
            model_name='priorityversion',
            constraint=models.UniqueConstraint(condition=models.Q(('recorded_until__isnull', True)), fields=('subject',), name='priorityversion_one_current'),
        ),
        migrations.AddConstraint(
            model_name='priorityversion',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_until__isnull', True), ('recorded_until__gt', models.F('recorded_from')), _connector='OR'), name='priorityversion_interval_forward'),
        ),
        migrations.AddConstraint(
            model_name='strategy',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True)), fields=('goal', 'number'), name='strategy_number_unique'),
        ),
        migrations.AddIndex(
            model_name='strategyversion',
            index=models.Index(fields=['subject', 'recorded_from'], name='strategyversion_from'),
        ),
        migrations.AddConstraint(
            model_name='strategyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('recorded_until__isnull', True)), fields=('subject',), name='strategyversion_one_current'),
        ),
        migrations.AddConstraint(
            model_name='strategyversion',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_until__isnull', True), ('recorded_until__gt', models.F('recorded_from')), _connector='OR'), name='strategyversion_interval_forward'),
        ),
    ]
