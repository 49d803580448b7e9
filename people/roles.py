"""The roles a person can be given, in words a clerk can read. What each may do is in each room's rules.py."""

from django.db import models


class Role(models.TextChoices):
    """Roles hold for the whole installation or for one plan; a liaison's for one department."""

    VIEWER = "viewer", "Viewer"
    CONTRIBUTOR = "contributor", "Contributor"
    LIAISON = "liaison", "Department liaison"
    LEADER = "leader", "Leadership"
    PLAN_MANAGER = "plan_manager", "Plan manager"
    ADMINISTRATOR = "administrator", "Administrator"


# What each role may give, and so whose account it may change.
GIVES: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(Role.values),
    Role.PLAN_MANAGER: frozenset(Role.values) - {Role.ADMINISTRATOR},
}

# Roles that are never given for one plan alone.
OF_EVERYTHING = frozenset({Role.ADMINISTRATOR})

# Roles that may change something: viewers and leaders read, whatever they own.
WORKING = (Role.CONTRIBUTOR, Role.LIAISON, Role.PLAN_MANAGER, Role.ADMINISTRATOR)

# Roles that may say something about an update: viewers alone only read.
SPEAKING = (*WORKING, Role.LEADER)

DESCRIPTIONS: dict[str, str] = {
    Role.VIEWER: "Reads the whole plan, internal items too. Changes nothing.",
    Role.CONTRIBUTOR: "Reads the plan. Updates status, text and milestones of initiatives they own or contribute to.",
    Role.LIAISON: "Reads the plan. Updates initiatives their department leads; accepts and delivers its commitments.",
    Role.LEADER: "Reads the plan, comments on updates. Writes the quarterly report’s summary, completes, publishes it.",
    Role.PLAN_MANAGER: "Runs the plan: structure, people and their roles, any status, any report.",
    Role.ADMINISTRATOR: "Everything, also administrators, settings, the audit log, and reopening a completed report.",
}
