"""Who may see and shape a plan."""

import rules

from people.rules import may_manage

rules.add_perm("goals.change_plan", may_manage)
