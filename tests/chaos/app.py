"""planapp's Celery app with a faster beat: a tick a second instead of a tick a minute."""

from planapp.celery import app

app.conf.beat_schedule = {
    "plan-messages": {"task": "reminders.plan_messages", "schedule": 10.0},
    "send-due-messages": {"task": "outbox.send_due_messages", "schedule": 1.0},
}
app.conf.beat_max_loop_interval = 1.0
