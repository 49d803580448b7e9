import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('goals', '0001_initial'),
        ('people', '0001_initial'),
        ('records', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Initiative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('number', models.CharField(max_length=20)),
                ('sort_key', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('summary', models.TextField(blank=True, max_length=20000)),
                ('horizon', models.CharField(blank=True, choices=[('', 'Not stated'), ('near_term', 'Near term'), ('longer_term', 'Longer term')], max_length=12)),
                ('audience', models.CharField(choices=[('residents', 'Resident-facing'), ('internal', 'Internal to the City')], default='residents', max_length=12)),
                ('visibility', models.CharField(choices=[('public', 'Public'), ('internal', 'Internal')], default='public', max_length=10)),
                ('start_date', models.DateField()),
                ('due_date', models.DateField(blank=True, null=True)),
                ('baseline_due_date', models.DateField(blank=True, null=True)),
                ('slip_count', models.PositiveSmallIntegerField(default=0)),
                ('override_status', models.CharField(blank=True, choices=[('not_started', 'Not started'), ('on_track', 'On track'), ('at_risk', 'At risk'), ('off_track', 'Off track'), ('on_hold', 'On hold'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], max_length=12)),
                ('override_reason', models.TextField(blank=True, max_length=2000)),
                ('reported_status', models.CharField(blank=True, choices=[('not_started', 'Not started'), ('on_track', 'On track'), ('at_risk', 'At risk'), ('off_track', 'Off track'), ('on_hold', 'On hold'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], max_length=12)),
                ('percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)])),
                ('review_date', models.DateField(blank=True, null=True)),
                ('last_updated_at', models.DateTimeField(blank=True, null=True)),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.goal')),
                ('lead_department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
                ('strategy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.strategy')),
            ],
            options={
                'ordering': ['sort_key', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('what', models.CharField(max_length=500)),
                ('due_date', models.DateField(blank=True, null=True)),
                ('baseline_due_date', models.DateField(blank=True, null=True)),
                ('slip_count', models.PositiveSmallIntegerField(default=0)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('accepted', 'Accepted'), ('delivered', 'Delivered'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=10)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('delivered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.initiative')),
            ],
            options={
                'ordering': ['due_date', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Alignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_from', models.DateTimeField()),
                ('recorded_until', models.DateTimeField(null=True)),
                ('priority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.priority')),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alignments', to='initiatives.initiative')),
            ],
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('title', models.CharField(max_length=300)),
                ('due_date', models.DateField(blank=True, null=True)),
                ('due_text', models.CharField(blank=True, max_length=10)),
                ('baseline_due_date', models.DateField(blank=True, null=True)),
                ('slip_count', models.PositiveSmallIntegerField(default=0)),
                ('completed_date', models.DateField(blank=True, null=True)),
                ('is_cancelled', models.BooleanField(default=False)),
                ('order', models.PositiveIntegerField(default=0)),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.initiative')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['order', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='MilestoneVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_from', models.DateTimeField()),
                ('recorded_until', models.DateTimeField(null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('title', models.CharField(max_length=300)),
                ('due_date', models.DateField(blank=True, null=True)),
                ('due_text', models.CharField(blank=True, max_length=10)),
                ('baseline_due_date', models.DateField(blank=True, null=True)),
                ('slip_count', models.PositiveSmallIntegerField(default=0)),
                ('completed_date', models.DateField(blank=True, null=True)),
                ('is_cancelled', models.BooleanField(default=False)),
                ('order', models.PositiveIntegerField(default=0)),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.auditevent')),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.initiative')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='initiatives.milestone')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StatusDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='initiatives.initiative')),
            ],
        ),
        migrations.CreateModel(
            name='StatusUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('not_started', 'Not started'), ('on_track', 'On track'), ('at_risk', 'At risk'), ('off_track', 'Off track'), ('on_hold', 'On hold'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], max_length=12)),
                ('percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)])),
                ('happened', models.TextField(blank=True, max_length=10000)),
                ('next_steps', models.TextField(blank=True, max_length=10000)),
                ('help_needed', models.TextField(blank=True, max_length=10000)),
                ('review_date', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('stated_at', models.DateTimeField()),
                ('channel', models.CharField(choices=[('web', 'Web page'), ('email_link', 'E-mail link'), ('api', 'API'), ('import', 'Import'), ('system', 'System')], default='web', max_length=20)),
                ('is_no_change', models.BooleanField(default=False)),
                ('correction_reason', models.TextField(blank=True, max_length=2000)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('corrects', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='initiatives.statusupdate')),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='status_updates', to='initiatives.initiative')),
            ],
            options={
                'ordering': ['-recorded_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='InitiativeVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_from', models.DateTimeField()),
                ('recorded_until', models.DateTimeField(null=True)),
                ('basis', models.CharField(blank=True, choices=[('official-post', 'Published by the City'), ('press', 'Press report'), ('illustrative', 'Sample grouping'), ('verbatim-plan', 'From the plan’s own text'), ('sample', 'Sample')], max_length=20)),
                ('source', models.CharField(blank=True, max_length=500)),
                ('number', models.CharField(max_length=20)),
                ('sort_key', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('summary', models.TextField(blank=True, max_length=20000)),
                ('horizon', models.CharField(blank=True, choices=[('', 'Not stated'), ('near_term', 'Near term'), ('longer_term', 'Longer term')], max_length=12)),
                ('audience', models.CharField(choices=[('residents', 'Resident-facing'), ('internal', 'Internal to the City')], default='residents', max_length=12)),
                ('visibility', models.CharField(choices=[('public', 'Public'), ('internal', 'Internal')], default='public', max_length=10)),
                ('start_date', models.DateField()),
                ('due_date', models.DateField(blank=True, null=True)),
                ('baseline_due_date', models.DateField(blank=True, null=True)),
                ('slip_count', models.PositiveSmallIntegerField(default=0)),
                ('override_status', models.CharField(blank=True, choices=[('not_started', 'Not started'), ('on_track', 'On track'), ('at_risk', 'At risk'), ('off_track', 'Off track'), ('on_hold', 'On hold'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], max_length=12)),
                ('override_reason', models.TextField(blank=True, max_length=2000)),
                ('reported_status', models.CharField(blank=True, choices=[('not_started', 'Not started'), ('on_track', 'On track'), ('at_risk', 'At risk'), ('off_track', 'Off track'), ('on_hold', 'On hold'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], max_length=12)),
                ('percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)])),
                ('review_date', models.DateField(blank=True, null=True)),
                ('last_updated_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.auditevent')),
                ('goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.goal')),
                ('lead_department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.plan')),
                ('strategy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='goals.strategy')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='initiatives.initiative')),
                ('latest_update', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.statusupdate')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='initiative',
            name='latest_update',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.statusupdate'),
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('update', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgement', to='initiatives.statusupdate')),
            ],
        ),
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_from', models.DateTimeField()),
                ('recorded_until', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='initiatives.initiative')),
            ],
            options={
                'indexes': [models.Index(fields=['person'], name='contribution_person')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('recorded_until__isnull', True)), fields=('initiative', 'person'), name='contribution_once')],
            },
        ),
        migrations.CreateModel(
            name='CommitmentVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_from', models.DateTimeField()),
                ('recorded_until', models.DateTimeField(null=True)),
                ('what', models.CharField(max_length=500)),
                ('due_date', models.DateField(blank=True, null=True)),
                ('baseline_due_date', models.DateField(blank=True, null=True)),
                ('slip_count', models.PositiveSmallIntegerField(default=0)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('accepted', 'Accepted'), ('delivered', 'Delivered'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=10)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('delivered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.auditevent')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='initiatives.commitment')),
                ('initiative', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='initiatives.initiative')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['subject', 'recorded_from'], name='commitmentversion_from'), models.Index(fields=['initiative', 'recorded_from'], name='commitmentversion_initiative'), models.Index(fields=['department', 'recorded_from'], name='commitmentversion_department')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('recorded_until__isnull', True)), fields=('subject',), name='commitmentversion_one_current'), models.CheckConstraint(condition=models.Q(('recorded_until__isnull', True), ('recorded_until__gt', models.F('recorded_from')), _connector='OR'), name='commitmentversion_interval_forward')],
            },
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(fields=['department', 'due_date'], name='commitment_of_department'),
        ),
        migrations.AddIndex(
            model_name='commitment',
            index=models.Index(fields=['initiative'], name='commitment_of_initiative'),
        ),
        migrations.AddConstraint(
            model_name='commitment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by__isnull', True)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='commitment_accepted_pair'),
        ),
        migrations.AddConstraint(
            model_name='commitment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivered_at__isnull', True), ('delivered_by__isnull', True)), models.Q(('delivered_at__isnull', False), ('delivered_by__isnull', False)), _connector='OR'), name='commitment_delivered_pair'),
        ),
        migrations.AddConstraint(
            model_name='commitment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('delivered_at__isnull', True), ('state', 'proposed')), models.Q(('accepted_at__isnull', False), ('delivered_at__isnull', True), ('state', 'accepted')), models.Q(('delivered_at__isnull', False), ('state', 'delivered')), models.Q(('delivered_at__isnull', True), ('state', 'withdrawn')), _connector='OR'), name='commitment_state_and_dates'),
        ),
        migrations.AddConstraint(
            model_name='alignment',
            constraint=models.UniqueConstraint(condition=models.Q(('recorded_until__isnull', True)), fields=('initiative', 'priority'), name='alignment_once'),
        ),
        migrations.AddIndex(
            model_name='milestone',
            index=models.Index(fields=['initiative', 'order'], name='milestone_in_order'),
        ),
        migrations.AddIndex(
            model_name='milestone',
            index=models.Index(condition=models.Q(('completed_date__isnull', True), ('is_cancelled', False), ('deleted_at__isnull', True)), fields=['due_date'], name='milestone_open_due'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(('completed_date__isnull', True), ('is_cancelled', False), _connector='OR'), name='milestone_done_or_cancelled'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(('due_date__isnull', True), ('baseline_due_date__isnull', False), _connector='OR'), name='milestone_has_baseline'),
        ),
        migrations.AddIndex(
            model_name='milestoneversion',
            index=models.Index(fields=['subject', 'recorded_from'], name='milestoneversion_from'),
        ),
        migrations.AddIndex(
            model_name='milestoneversion',
            index=models.Index(fields=['initiative', 'recorded_from'], name='milestoneversion_initiative'),
        ),
        migrations.AddConstraint(
            model_name='milestoneversion',
            constraint=models.UniqueConstraint(condition=models.Q(('recorded_until__isnull', True)), fields=('subject',), name='milestoneversion_one_current'),
        ),
        migrations.AddConstraint(
            model_name='milestoneversion',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_until__isnull', True), ('recorded_until__gt', models.F('recorded_from')), _connector='OR'), name='milestoneversion_interval_forward'),
        ),
        migrations.AddConstraint(
            model_name='statusdraft',
            constraint=models.UniqueConstraint(fields=('initiative', 'author'), name='status_draft_one_each'),
        ),
        migrations.AddIndex(
            model_name='statusupdate',
            index=models.Index(fields=['initiative', '-recorded_at', '-id'], name='status_update_latest'),
        ),
        migrations.AddConstraint(
            model_name='statusupdate',
            constraint=models.CheckConstraint(condition=models.Q(('percent__isnull', True), ('percent__range', (0, 100)), _connector='OR'), name='status_update_percent_0_100'),
        ),
        migrations.AddConstraint(
            model_name='statusupdate',
            constraint=models.CheckConstraint(condition=models.Q(('review_date__isnull', True), ('status', 'on_hold'), _connector='OR'), name='status_update_review_on_hold'),
        ),
        migrations.AddConstraint(
            model_name='statusupdate',
            constraint=models.CheckConstraint(condition=models.Q(('stated_at__lte', models.F('recorded_at'))), name='status_update_stated_then_recorded'),
        ),
        migrations.AddIndex(
            model_name='initiativeversion',
            index=models.Index(fields=['subject', 'recorded_from'], name='initiativeversion_from'),
        ),
        migrations.AddIndex(
            model_name='initiativeversion',
            index=models.Index(condition=models.Q(('recorded_until__isnull', True)), fields=['plan', 'sort_key'], name='initiativeversion_live'),
        ),
        migrations.AddConstraint(
            model_name='initiativeversion',
            constraint=models.UniqueConstraint(condition=models.Q(('recorded_until__isnull', True)), fields=('subject',), name='initiativeversion_one_current'),
        ),
        migrations.AddConstraint(
            model_name='initiativeversion',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_until__isnull', True), ('recorded_until__gt', models.F('recorded_from')), _connector='OR'), name='initiativeversion_interval_forward'),
        ),
        migrations.AddIndex(
            model_name='initiative',
            index=models.Index(fields=['plan', 'sort_key'], name='initiative_in_order'),
        ),
        migrations.AddIndex(
            model_name='initiative',
            index=models.Index(fields=['owner'], name='initiative_of_owner'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True)), fields=('plan', 'number'), name='initiative_number_unique'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(('due_date__isnull', True), ('due_date__gte', models.F('start_date')), _connector='OR'), name='initiative_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(('percent__isnull', True), ('percent__range', (0, 100)), _connector='OR'), name='initiative_percent_0_100'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('last_updated_at__isnull', True), ('latest_update__isnull', True), ('reported_status', '')), models.Q(('last_updated_at__isnull', False), ('latest_update__isnull', False), models.Q(('reported_status', ''), _negated=True)), _connector='OR'), name='initiative_latest_update_whole'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(('review_date__isnull', True), ('reported_status', 'on_hold'), _connector='OR'), name='initiative_review_on_hold'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('override_reason', ''), ('override_status', '')), models.Q(models.Q(('override_status', ''), _negated=True), models.Q(('override_reason', ''), _negated=True)), _connector='OR'), name='initiative_override_has_reason'),
        ),
    ]
