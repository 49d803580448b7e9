"""Milestones through the client: rules B-16, B-17, B-18, moved dates, two people, rights."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from initiatives.models import Milestone
from initiatives.selectors.rows import milestones, next_milestone, read_milestones
from initiatives.services import complete_milestone
from records.asof import AsOf
from records.models import AuditEvent
from tests.build import act, make_milestone
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")
TODAY = date(2026, 10, 5)


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def step(initiative) -> Milestone:
    return make_milestone(initiative, date(2026, 10, 1), title="Survey all sites")


def to(name: str, row) -> str:
    return reverse(f"initiatives:milestone-{name}", args=[row.pk])


def test_b16_one_press_completes_with_today_and_reopening_clears_the_date(sign_in, cast, step):
    client = sign_in(cast.owner)
    client.post(to("complete", step), {"version": 1})
    step.refresh_from_db()
    assert step.completed_date == TODAY
    text = client.post(to("reopen", step), follow=True).content.decode()
    step.refresh_from_db()
    assert step.completed_date is None
    assert "Milestone open again" in text
    history = AuditEvent.objects.get(verb="milestone.reopened", target_id=step.pk)
    assert history.changes["completed_date"] == [TODAY.isoformat(), ""]


def test_b16_completing_twice_keeps_the_first_date(sign_in, cast, step):
    complete_milestone(milestone=step, completed_date=date(2026, 10, 2), act=act("2026-10-02T15:00", cast.owner))
    assert (
        "already completed"
        in sign_in(cast.owner).post(to("complete", step), {"version": 1}, follow=True).content.decode()
    )
    step.refresh_from_db()
    assert step.completed_date == date(2026, 10, 2)


@pytest.mark.parametrize(("day", "status"), [(TODAY, 302), (TODAY + timedelta(days=1), 422), ("soon", 422)])
def test_b17_no_completion_in_the_future(sign_in, cast, step, day, status):
    answer = sign_in(cast.owner).post(to("complete", step), {"completed_date": str(day), "version": 1})
    assert answer.status_code == status
    step.refresh_from_db()
    assert (step.completed_date is not None) == (status == 302)
    if day == TODAY + timedelta(days=1):
        assert "Completed on: 6 Oct 2026 has not come yet." in answer.content.decode()


def test_b18_the_next_milestone(initiative):
    def following():
        found = next_milestone(read_milestones(milestones(AsOf(day=TODAY)).filter(initiative=initiative)))
        return found.title if found else "none"

    assert following() == "none"
    make_milestone(initiative, None, title="Undated", order=1)
    assert following() == "Undated"
    rows = [
        make_milestone(initiative, due, title=title, order=order)
        for title, due, order in [
            ("December", date(2026, 12, 1), 2),
            ("November, stands second", date(2026, 11, 15), 4),
            ("November, stands first", date(2026, 11, 15), 3),
        ]
    ]
    assert following() == "November, stands first"
    for row in [*rows, Milestone.objects.get(title="Undated")]:
        complete_milestone(milestone=row, act=act(NOW))
    assert following() == "none"


def test_moving_a_date_needs_a_reason_and_shows_the_slip(sign_in, cast, initiative, step):
    client = sign_in(cast.owner)
    body = {"title": step.title, "due_date": "2026-11-11", "version": step.version, "idempotency_key": "k"}
    refused = client.post(to("edit", step), body)
    assert refused.status_code == 422
    assert "Reason: say why the due date moves." in refused.content.decode()
    assert 'value="2026-11-11"' in refused.content.decode()
    assert client.post(to("edit", step), body | {"reason": "Vendor moved"}).status_code == 302
    step.refresh_from_db()
    assert (step.due_date, step.baseline_due_date, step.slip_count) == (date(2026, 11, 11), date(2026, 10, 1), 1)
    text = client.get(reverse("initiatives:initiative-detail", args=[initiative.pk])).content.decode()
    assert "slipped 41 days, once" in text


def test_an_unchanged_save_changes_nothing(sign_in, cast, step):
    before = AuditEvent.objects.count()
    body = {"title": step.title, "due_date": "2026-10-01", "version": step.version}
    text = sign_in(cast.owner).post(to("edit", step), body, follow=True).content.decode()
    assert "Nothing was changed." in text
    assert AuditEvent.objects.count() == before


def test_two_people_on_one_milestone_the_second_sees_both_texts(sign_in, cast, step):
    body = {"title": "Theirs", "due_date": "2026-10-01", "version": step.version, "idempotency_key": "a"}
    sign_in(cast.manager).post(to("edit", step), body)
    client = sign_in(cast.owner)
    answer = client.post(to("edit", step), body | {"title": "Mine", "idempotency_key": "b"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in text
    assert "Mine" in text
    step.refresh_from_db()
    assert step.title == "Theirs"
    again = client.post(to("edit", step), body | {"title": "Mine", "idempotency_key": "b", "version": step.version})
    assert again.status_code == 302
    step.refresh_from_db()
    assert step.title == "Mine"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Fill in “Milestone”"),
        ({"title": "x" * 301}, "at most 300"),
        ({"due_date": "2026-02-30"}, "is no day of the calendar"),
        ({"due_date": "0001-01-01"}, "Due date: 1 is not a year"),
        ({"owner": "999999"}, "“Who”"),
        ({"version": ""}, "Fill in"),
    ],
)
def test_bad_input_names_the_field(sign_in, cast, step, wrong, sentence):
    body = {"title": step.title, "due_date": "2026-10-01", "version": step.version}
    answer = sign_in(cast.owner).post(to("edit", step), body | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    step.refresh_from_db()
    assert step.version == 1


def test_add_and_cancel(sign_in, cast, initiative):
    client = sign_in(cast.owner)
    new = reverse("initiatives:milestone-create", args=[initiative.pk])
    body = {"title": "Sign the contract", "due_date": "2026-12-01", "idempotency_key": "k"}
    for _ in range(2):
        assert client.post(new, body).status_code == 302
    row = Milestone.objects.get()
    client.post(to("cancel", row), {"reason": "Not needed", "version": 1})
    row.refresh_from_db()
    assert row.is_cancelled
    assert AuditEvent.objects.get(verb="milestone.cancelled").reason == "Not needed"
    assert client.post(to("complete", row), {"version": 2}).status_code == 422


def test_an_owner_who_was_deactivated_is_not_offered(sign_in, cast, initiative):
    type(cast.viewer).objects.filter(pk=cast.viewer.pk).update(is_active=False)
    body = {"title": "Sign", "owner": cast.viewer.pk}
    answer = sign_in(cast.owner).post(reverse("initiatives:milestone-create", args=[initiative.pk]), body)
    assert answer.status_code == 422
    assert "“Who”" in answer.content.decode()


@pytest.mark.parametrize("name", ["edit", "complete", "reopen", "cancel"])
def test_others_may_not(sign_in, cast, step, name):
    for person in (cast.viewer, cast.leader, cast.contributor):
        assert sign_in(person).post(to(name, step)).status_code == 403


def test_ticking_off_in_place_draws_the_page_anew(sign_in, cast, step):
    done = sign_in(cast.owner).post(to("complete", step), {"version": 1}, headers={"hx-request": "true"}, follow=True)
    assert done["HX-Retarget"] == "#initiative"
    assert "Milestone completed" in done.content.decode()
