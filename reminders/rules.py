"""Who may look into everybody's messages and steer the sending."""

import rules

from goals.rules import SIFTED
from people.rules import is_leader, manages_a_plan, may_manage

rules.add_perm("reminders.view_all_messages", may_manage)
rules.add_perm("reminders.steer_sending", may_manage)
rules.add_perm("reminders.hear_of_hold", is_leader | may_manage)
rules.add_perm("reminders.write_one_off", manages_a_plan)  # to the people of plans that they manage

# Of messages one's own; whoever has a role in some plans alone sees no other.
SIFTED.update(
    {
        "reminders:message-list", "reminders:message-detail", "reminders:message-test", "reminders:preferences",
        "reminders:one-off-list", "reminders:one-off-withdraw",
    }
)  # fmt: skip
