"""An import cut off in the middle has one effect or none: whoever takes it over begins again, or finds it done."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from imports.models import Import
from imports.services import answer_columns, ask_to_apply, take_file, work_on_next
from initiatives.models import Initiative
from records.models import AuditEvent
from tests.build import act, build_cast, build_plan
from tests.imports.files import csv_file

DIES = """
import os, django
django.setup()
from django.db import connections
from django.utils import timezone
from imports.services import work_on_next
work_on_next(at=timezone.now())
"""


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["import_applied", "import_done"])
def test_a_worker_that_dies_while_applying_leaves_all_or_nothing(place):
    if connection.vendor != "postgresql":
        pytest.skip("another process needs a database that two can use")
    cast, plan = build_cast(), build_plan()
    rows = [(f"1.{n}", f"Work {n}", "1", "On track") for n in range(1, 40)]
    now = timezone.now()
    job = take_file(
        plan=plan, name="plan.csv", data=csv_file(("Number", "Initiative", "Focus area", "Status"), *rows),
        act=act(now, cast.manager),
    )  # fmt: skip
    work_on_next(at=now)
    job.refresh_from_db()
    answer_columns(job=job, mapping=job.mapping, default_goal="", act=act(now, cast.manager))
    work_on_next(at=now)
    job.refresh_from_db()
    ask_to_apply(job=job, digest=job.digest, act=act(now, cast.manager))

    url = "postgres://{USER}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    environment = os.environ | {
        "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.reports.settings_kill", "FAILPOINT": place,
    }  # fmt: skip
    died = subprocess.run([sys.executable, "-c", DIES], env=environment, cwd=settings.BASE_DIR, check=False)  # noqa: S603
    assert died.returncode == -signal.SIGKILL
    is_done = place == "import_done"
    assert Initiative.objects.count() == (39 if is_done else 0)
    Import.objects.filter(lease_until__isnull=False).update(lease_until=now)  # its lease runs out
    work_on_next(at=timezone.now())
    job.refresh_from_db()
    assert job.state == "applied"
    assert Initiative.objects.count() == 39
    assert AuditEvent.objects.filter(verb="import.applied").count() == 1
    assert AuditEvent.objects.filter(verb="status_update.recorded").count() == 39
