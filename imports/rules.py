"""Who may bring a plan in, and who may take it out."""

import rules

from people.rules import is_member, may_manage

rules.add_perm("imports.import_plan", may_manage)
rules.add_perm("imports.export_plan", is_member)
