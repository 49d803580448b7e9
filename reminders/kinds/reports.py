"""Reports: a quarter was frozen and waits for leadership."""

from collections.abc import Iterable
from datetime import timedelta

from people.roles import Role
from records.asof import local_day, start_of_day
from records.models import AuditEvent
from reminders.kinds.base import READ, Kind, Only, ReminderEvent
from reminders.selectors.days import Day
from reminders.selectors.recipients import Directory, Recipient

NEWS_WITHIN = 30  # days after a report was built in which leaders hear of it


class ReportReady(Kind):
    """Leadership hears once that a quarter's report was built and waits for its summary."""

    name = "report_ready"
    label = "A quarterly report is ready"
    section = READ
    order = 60
    subject_type = "report"
    action = "Open the report"
    is_answered = False
    verb = "report.frozen"

    @staticmethod
    def rows(day: Day, only: Only | None) -> Iterable[AuditEvent]:
        since = start_of_day(day.day - timedelta(days=NEWS_WITHIN))
        rows = AuditEvent.objects.filter(
            verb=ReportReady.verb, happened_at__gte=since, parent_type="plan", parent_id__in=list(day.settings)
        )
        return rows if only is None else rows.filter(target_id__in=only.get("report", ()))

    def event(self, row: AuditEvent, day: Day) -> ReminderEvent | None:
        plan_id = row.parent_id or 0
        return ReminderEvent(
            kind=self.name, subject_type=self.subject_type, subject_id=row.target_id,
            due_date=local_day(row.happened_at), plan_id=plan_id, initiative_id=None, title=row.target_label,
            context=day.settings[plan_id].title, path="/reports/",
        )  # fmt: skip

    def recipients(self, event: ReminderEvent, directory: Directory) -> list[Recipient]:
        return directory.with_role(Role.LEADER, "leader")


KINDS = (ReportReady(),)
