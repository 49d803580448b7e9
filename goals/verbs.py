"""What the log says of the shape of a plan."""

from records.verbs import FIELDS, register

register("plan", "Plan", created="Plan added", changed="Plan edited")
register(
    "goal",
    "Focus area",
    created="Focus area added",
    changed="Focus area edited",
    moved="Focus area moved",
    renumbered="Focus area renumbered",
)
register(
    "strategy",
    "Strategy",
    created="Strategy added",
    changed="Strategy edited",
    moved="Strategy moved",
    renumbered="Strategy renumbered",
)
register("priority", "Priority", created="Priority added", changed="Priority edited")
FIELDS.update(
    {"end_date": "End", "fiscal_year_start_month": "Fiscal year starts in month", "goal": "Focus area",
     "goal_label": "Focus areas are called", "holidays": "Days without reminders", "lead": "Lead", "slug": "Short name",
     "place": "Place", "start_date": "Start", "title": "Title"}
)  # fmt: skip
