"""Who may bring a plan in, and who may take it out."""

import rules

from goals.rules import ADDRESSES
from imports.models import Import
from people.rules import is_member, may_manage

rules.add_perm("imports.import_plan", may_manage)
rules.add_perm("imports.export_plan", is_member)

ADDRESSES["imports:import-"] = (Import, "plan")
