"""Who sees all governments does what is the installation's alone: every other command of manage.py is refused."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, get_commands
from django.db import connection

from planapp.who_asks import OF_THE_OWNER, refuse_to_do_for_all
from tests.governments.conftest import BOTH

OURS = {
    "apply_retention", "build_exports", "create_administrator", "export_report", "freeze_quarter", "hold_sending",
    "import_plan", "plan_messages", "records_bundle", "send_due_messages", "verify_audit_log", "verify_reports",
    "work_on_imports", "load_demo", "createsuperuser", "changepassword", "clearsessions", "loaddata", "dumpdata",
    "flush", "shell", "runserver",
}  # fmt: skip


def refused(command):
    try:
        refuse_to_do_for_all(command)
    except CommandError as error:
        return str(error)
    return ""


def manage(url, *words):
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "planapp.settings_test"}
    return subprocess.run(  # noqa: S603 - own words
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *words],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_what_the_owner_may_is_named_and_there():
    assert OF_THE_OWNER - set(get_commands()) <= {"help", "version"}
    assert not OF_THE_OWNER & OURS


def test_off_nothing_is_refused(db):
    assert [command for command in get_commands() if refused(command)] == []


@pytest.mark.django_db(transaction=True)
def test_every_command_of_a_government_is_refused_to_who_sees_all(roles):
    every = set(get_commands())
    assert every >= OURS
    told = {command: sentence for command in every if (sentence := refused(command))}
    assert set(told) == every - OF_THE_OWNER
    assert "plan_messages is done for one of them" in told["plan_messages"]
    assert "which sees the rows of every government. Name the role of that government there" in told["plan_messages"]
    where = connection.settings_dict
    at = f"{where['HOST'] or '127.0.0.1'}:{where['PORT'] or 5432}/{where['NAME']}"
    owner = f"postgres://{where['USER']}{':' if where['PASSWORD'] else ''}{where['PASSWORD'] or ''}@{at}"
    done = manage(owner, "plan_messages")
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: Nothing was done. Many governments are on")
    assert manage(owner, "help", "plan_messages").returncode == 0
    assert "Their rows are kept apart" in manage(owner, "governments").stdout
    for number in BOTH:
        done = manage("postgres://{}:{}@{}".format(*roles[number], at), "plan_messages")
        assert done.returncode == 0, done.stderr
    # As a backup is brought back: the owner, who takes the role of one and says whose rows are added.
    as_one = f"{owner}?options=-c%20role%3D{roles[2][0]}%20-c%20planapp.government%3D2"
    assert manage(as_one, "verify_reports").returncode == 0
