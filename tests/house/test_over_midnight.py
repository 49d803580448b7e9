"""A form that stood open over midnight, at the end of a quarter: what is saved is what was so when it was sent."""

from datetime import date

import pytest
from django.urls import reverse

from initiatives.models import StatusUpdate
from initiatives.selectors.status import status_of
from records.asof import AsOf
from reminders.models import OneOff
from reports.services import freeze_due_quarters
from tests.build import at, make_milestone, report

BEFORE, AFTER = "2026-09-30T23:58-04:00", "2026-10-01T00:03-04:00"


@pytest.fixture
def sent_after_midnight(sign_in, time_machine):
    """(person, page, what is typed) → the answer to the form that the page showed before midnight."""

    def send(person, address: str, **typed: object):
        time_machine.move_to(at(BEFORE), tick=False)
        client = sign_in(person)
        form = client.get(address).context["form"]
        drawn = {field.html_name: field.value() for field in form if field.value() not in (None, "", False)}
        time_machine.move_to(at(AFTER), tick=False)
        return client.post(address, drawn | typed)

    return send


def test_an_update_counts_from_the_moment_it_was_published(sent_after_midnight, cast, initiative):
    freeze_due_quarters(at=at("2026-09-30T12:00"))
    page = reverse("initiatives:status-update-create", args=[initiative.pk])
    assert sent_after_midnight(cast.owner, page, status="at_risk", happened="The vendor is late.").status_code == 302
    assert StatusUpdate.objects.get().recorded_at == at(AFTER)
    days = [AsOf.end_of(date(2026, 9, 30)), AsOf.end_of(date(2026, 10, 1))]
    assert [status_of(initiative.pk, day).reported_status for day in days] == ["", "at_risk"]


def test_no_change_asks_about_what_passed_at_midnight(sign_in, time_machine, cast, initiative):
    before = report(initiative, "on_track", "2026-09-10T12:00", cast.owner)
    make_milestone(initiative, date(2026, 9, 30))
    no_change = reverse("initiatives:status-update-no-change", args=[initiative.pk])
    time_machine.move_to(at(AFTER), tick=False)
    asked = sign_in(cast.owner).post(no_change, {"version": before.pk, "idempotency_key": f"no-change-{before.pk}"})
    assert "Is it still on track?" in asked.content.decode()
    assert StatusUpdate.objects.count() == 1


def test_a_message_for_the_day_that_ended_is_refused_with_its_words(sent_after_midnight, cast, plan):
    answer = sent_after_midnight(
        cast.manager, reverse("reminders:one-off-list"), plan=plan.pk, subject="Tonight", text="Please post today.",
        audiences=["owners"],
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Send on: this day has passed." in text
    assert "Please post today." in text
    assert not OneOff.objects.exists()


def test_a_milestone_without_a_day_is_done_on_the_day_it_was_said(sent_after_midnight, cast, initiative):
    milestone = make_milestone(initiative, date(2026, 9, 30))
    answer = sent_after_midnight(cast.owner, reverse("initiatives:milestone-complete", args=[milestone.pk]))
    milestone.refresh_from_db()
    assert answer.status_code == 302
    assert milestone.completed_date == date(2026, 10, 1)
