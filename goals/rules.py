"""Who may see and shape a plan."""

import rules

from people.rules import is_member, may_manage

rules.add_perm("goals.view_plan", is_member)
rules.add_perm("goals.change_plan", may_manage)
