"""Who may bring a plan in."""

import rules

from people.rules import may_manage

rules.add_perm("imports.import_plan", may_manage)
