"""The Celery app and the whole schedule. Beat only ticks, in UTC; each tick asks the database what is due."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, task_postrun, task_prerun, worker_init, worker_shutting_down

from jobs.stopping import stop_soon
from planapp.memory import keep_what_is_loaded, resident
from web.logs import WORK

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planapp.settings")

app = Celery("planapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

MINUTE = 60.0
app.conf.beat_schedule = {
    "plan-messages": {"task": "reminders.plan_messages", "schedule": 10 * MINUTE},
    "send-due-messages": {"task": "outbox.send_due_messages", "schedule": MINUTE},
    "build-exports": {"task": "reports.build_exports", "schedule": MINUTE},
    "work-on-imports": {"task": "imports.work", "schedule": MINUTE},
    "apply-retention": {"task": "jobs.apply_retention", "schedule": 60 * MINUTE},
    "deactivate-unseen": {"task": "people.deactivate_unseen", "schedule": 60 * MINUTE},
    "freeze-quarters": {"task": "reports.freeze_due_quarters", "schedule": 10 * MINUTE},
    "seal-audit-log": {"task": "records.seal_audit_log", "schedule": 5 * MINUTE},
    "check-audit-log": {"task": "records.check_audit_log", "schedule": 60 * MINUTE},
    "build-published-files": {"task": "reports.build_published_files", "schedule": MINUTE},
}


@worker_init.connect  # type: ignore[untyped-decorator] # celery ships no types
@beat_init.connect  # type: ignore[untyped-decorator]
def _refuse_unsafe_start(**kwargs: Any) -> None:
    """As the web server does (planapp/wsgi.py): nothing runs with settings that are unsafe."""
    from planapp.checks import refuse_unsafe_start  # noqa: PLC0415 - checks read settings, which are not there yet above

    refuse_unsafe_start()


@worker_init.connect  # type: ignore[untyped-decorator]
def _share_what_is_loaded(**kwargs: Any) -> None:
    """All tasks are loaded, no child is forked yet."""
    keep_what_is_loaded()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _stop_after_this_mail(**kwargs: Any) -> None:
    """Celery waits for tasks to end, and a container's manager does not wait for as long as a batch may take."""
    stop_soon()


@task_prerun.connect  # type: ignore[untyped-decorator]
def _name_what_is_logged(task_id: str = "-", **kwargs: Any) -> None:
    WORK.set(task_id)


@task_postrun.connect  # type: ignore[untyped-decorator]
def _give_back(**kwargs: Any) -> None:
    resident.give_back()
