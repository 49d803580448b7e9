"""What the log says of the shape of a plan."""

from records.verbs import FIELDS, register

register("plan", "Plan", created="Plan added", changed="Plan edited")
register(
    "goal", "Focus area", created="Focus area added", changed="Focus area edited", moved="Focus area moved",
    renumbered="Focus area renumbered", split="Focus area split", merged="Focus areas merged",
    retired="Focus area retired", restored="Focus area restored",
)  # fmt: skip
register(
    "strategy", "Strategy", created="Strategy added", changed="Strategy edited", moved="Strategy moved",
    renumbered="Strategy renumbered", split="Strategy split", merged="Strategies merged", retired="Strategy retired",
    restored="Strategy restored",
)  # fmt: skip
register("priority", "Priority", created="Priority added", changed="Priority edited")
register(
    "evidence", "Evidence", created="Evidence added", changed="Evidence edited", moved="Evidence moved",
    retired="Evidence retired", restored="Evidence restored",
)  # fmt: skip
FIELDS.update(
    {"end_date": "End", "fiscal_year_start_month": "Fiscal year starts in month", "goal": "Focus area",
     "goal_label": "Focus areas are called", "goals": "Focus areas it bears on", "holidays": "Days without reminders",
     "introduction": "Introduction in plain words", "lead": "Lead", "link": "Link", "merged": "Merged into it",
     "order": "Place", "place": "Place", "predecessor": "Follows the plan",
      "share": "Share of people in percent", "slug": "Short name",
     "split_off": "Split off", "start_date": "Start", "title": "Title"}
)  # fmt: skip
