"""Who may look at how the installation runs."""

import rules

from people.rules import is_administrator

rules.add_perm("planapp.view_operations", is_administrator)
