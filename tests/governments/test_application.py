"""planapp itself as one government, beside another with a plan of the same short name and the same addresses."""

import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from goals.models import Plan
from initiatives.models import Initiative, StatusUpdate
from outbox.models import Message
from outbox.services import send_due_messages
from people.models import User
from people.services import set_password
from planapp.governments import COLUMN, findings, tables
from records.asof import AsOf
from records.seals import check_audit_log, seal_audit_log
from reminders.services import plan_messages
from reports.models import QuarterSnapshot
from reports.services import freeze_quarter
from search.engines import postgresql
from search.finding import find
from tests.build import act, build_cast, build_plan, make_initiative, make_milestone, report
from tests.governments.conftest import FIRST_ONE, OTHER
from tests.house.addresses import addresses
from tests.house.world import build_world

HIDDEN = "quokka"  # in all that the first government says


def rows_of(two, government):
    """A hash of each table's rows of one government, asked as who owns the tables."""
    found = {}
    for table in tables(connection):
        rows = two.run(f'SELECT t::text FROM "{table.name}" t WHERE {COLUMN} = {government} ORDER BY 1')
        found[table.name] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return found


@pytest.fixture
def first(two):
    """The first government has one of everything, and has a word in it that the other may not read."""
    with two.asking(FIRST_ONE):
        world = build_world()
        row = make_initiative(world.plan, number="1.77", title=f"Count every {HIDDEN}", owner=world.cast.owner)
        report(row, "at_risk", "2026-10-01T12:00", world.cast.owner, happened=f"No {HIDDEN} was seen.")
        seal_audit_log(at=timezone.now())
    return world


@pytest.fixture
def kept(two, first):
    """Nothing that the other does or reads changes a row of the first."""
    before = rows_of(two, FIRST_ONE)
    assert sum(count > 0 for count, _ in before.values()) > 40
    yield before
    assert rows_of(two, FIRST_ONE) == before
    assert findings(connection) == []


@pytest.fixture
def cast(two, kept):
    """The same addresses, short names and numbers as the first government has; another password."""
    with two.asking(OTHER):
        # Not as kept rows, whose numbers the first government has: one sequence serves both.
        found = build_cast.__wrapped__()
        set_password(user=found.manager, password="a long and other word", act=act())
        plan = build_plan.__wrapped__()
        row = make_initiative(plan, number="1.77", title="Count every bridge", owner=found.owner)
        make_milestone(row, timezone.localdate() + timedelta(days=3))
        report(row, "on_track", "2026-09-01T12:00", found.owner, happened="Half of them.")
    return found


def test_a_day_of_the_other_government(two, cast):
    client, at = Client(), timezone.now()
    with two.asking(OTHER):
        assert (Plan.objects.count(), Initiative.objects.count(), StatusUpdate.objects.count()) == (1, 1, 1)
        words = {"username": cast.manager.email}
        assert client.post("/sign-in/", words | {"password": "x"}).status_code == 422, "the first one's password"
        assert client.post("/sign-in/", words | {"password": "a long and other word"}).status_code == 302
        row = Initiative.objects.get()
        assert "Test plan" in client.get("/plans/test-plan/").content.decode()
        assert "Count every bridge" in client.get("/initiatives/").content.decode()
        last = StatusUpdate.objects.latest("pk")
        said = {"status": "at_risk", "happened": "One is closed.", "version": last.pk, "idempotency_key": "1"}
        assert client.post(f"/initiatives/{row.pk}/status-updates/new/", said).status_code == 302
        assert "One is closed." in client.get(f"/initiatives/{row.pk}/").content.decode()
        found = client.get("/search/?q=count").content.decode()  # both titles begin so
        assert ("bridge" in found, HIDDEN in found) == (True, False)
        assert client.get("/api/v1/initiatives/").json()["count"] == 1
        assert client.get("/reports/test-plan/FY2027-Q1/").status_code == 200
        freeze(at)
        pdf = client.get("/reports/test-plan/FY2027-Q1/export.pdf")
        assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
        plan_messages(at=at)
        send_due_messages(at=at + timedelta(minutes=1))
        seal_audit_log(at=at)
        assert check_audit_log().finding == ""
        told = {email for one in mail.outbox for email in one.to}
        assert Message.objects.filter(state=Message.State.SENT).count() == len(mail.outbox) > 0
        assert told <= set(User.objects.values_list("email", flat=True))
        assert not any(HIDDEN in f"{one.subject} {one.body}" for one in mail.outbox)


def freeze(at):
    plan = Plan.objects.get()
    quarter = plan.quarter_of((at - timedelta(days=92)).date())
    snapshot = freeze_quarter(plan=plan, quarter=quarter, act=act(at))
    assert QuarterSnapshot.objects.get() == snapshot
    call_command("verify_reports", stdout=StringIO())


def test_no_page_opens_a_row_of_the_first(two, first, cast):
    """Every address, with the numbers of the first government's rows and the names that both have."""
    with two.asking(FIRST_ONE):
        theirs = [(address, address.path(first.values(address))) for address in addresses() if address.parts]
    opened, telling, client = [], [], Client()
    with two.asking(OTHER):
        client.force_login(cast.admin)
        for address, path in theirs:
            answer = client.get(path)
            body = b"".join(answer) if answer.streaming else answer.content
            if HIDDEN in body.decode(errors="ignore"):
                telling.append(path)
            if {"pk", "grant_pk", "initiative_id"} & set(address.parts) and answer.status_code not in {302, 404, 405}:
                opened.append((path, answer.status_code))
    assert len(theirs) > 100
    assert (opened, telling) == ([], [])


def test_words_lead_to_the_same_by_policies_and_by_the_functions(two, cast, monkeypatch):
    """For the functions they are looked up by an index, and they have the government in a condition of their own."""
    texts = ("count", "bridge", HIDDEN, "quokak", "brigde", "count nowhere", "half", "nowhere")

    def told(number, is_held):
        monkeypatch.setattr(postgresql, "_one_of_many", lambda: is_held)
        with two.asking(number):
            user, plans = User.objects.get(email=cast.manager.email), list(Plan.objects.values_list("pk", flat=True))
            found = [find(text, user=user, when=AsOf.now(timezone.now()), plans=plans) for text in texts]
            return [(sorted(one.keys), one.instead, one.is_any) for one in found]

    first, other = told(FIRST_ONE, True), told(OTHER, True)
    assert (first, other) == (told(FIRST_ONE, False), told(OTHER, False))
    assert [bool(keys) for keys, *_ in first] == [True, False, True, True, False, True, False, False]
    assert [bool(keys) for keys, *_ in other] == [True, True, False, False, True, True, True, False]
