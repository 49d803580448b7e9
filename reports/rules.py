"""Who may do what with reports (rule R17)."""

import rules

from goals.rules import ADDRESSES, SIFTED
from people.rules import is_administrator, is_leader, is_member, may_manage
from reports.models import ExportJob

rules.add_perm("reports.export_report", is_member)
rules.add_perm("reports.write_report", is_leader | may_manage)  # summary, sign-off, completing, publishing
rules.add_perm("reports.archive_plan", may_manage)
rules.add_perm("reports.reopen_report", is_administrator)

ADDRESSES["reports:export-"] = (ExportJob, "plan")
SIFTED.update({"reports:report-list", "reports:report-verify", "reports:export-list"})
