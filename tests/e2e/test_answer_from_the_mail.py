"""From the link in a mail to the new update in ten seconds, without signing in; and a scanner that runs scripts."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from initiatives.models import Milestone, StatusUpdate
from outbox import mailfolder
from outbox.models import Message
from outbox.services import send_due_messages
from records.models import AuditEvent
from reminders.selectors.days import sending_begins
from reminders.services import plan_messages
from tests.build import make_initiative, make_milestone, report
from tests.e2e.conftest import assert_well_made

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


@pytest.fixture
def today():
    """The day of the digest: yesterday, for tests also run before nine."""
    return timezone.localdate() - DAY


@pytest.fixture
def folder(settings, tmp_path, live_server):
    settings.EMAIL_BACKEND = "outbox.mailfolder.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    settings.SITE_URL = live_server.url
    return tmp_path


@pytest.fixture
def work(cast, plan, today):
    """An initiative last reported 100 days ago, with a milestone late since yesterday."""
    start = today - 300 * DAY
    row = make_initiative(
        plan, number="2.3", title="Free wireless", owner=cast.owner, lead_department=cast.streets, start_date=start,
        when=sending_begins(start),
    )  # fmt: skip
    report(row, "on_track", sending_begins(today - 100 * DAY), cast.owner, happened="Ten sites surveyed.", percent=30)
    make_milestone(row, today - DAY, sending_begins(today - 90 * DAY), title="Sign the contract")
    return row


def digest(today):
    """The one mail in the folder after the run of that morning."""
    at = sending_begins(today)
    plan_messages(at=at)
    send_due_messages(at=at)
    (name,) = mailfolder.names()
    return mailfolder.read_mail(name)


def open_mail(page, mail) -> None:
    page.goto("about:blank")  # a mail program knows nothing of this site's policy
    page.set_content(mail.get_body(("html",)).get_content())


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 375, 1280])
def test_an_answer_in_ten_seconds(visit, folder, cast, work, today, width, dark):
    mail = digest(today)
    assert mail["To"] == cast.owner.email
    page = visit(None, "/sign-in/", width=width, dark=dark)
    open_mail(page, mail)
    assert_well_made(page)
    page.get_by_role("link", name="Give the update").click()
    expect(page.get_by_role("heading", name="How does it stand?")).to_be_visible()
    assert_well_made(page)
    page.get_by_role("button", name="No change").click()
    expect(page.get_by_role("heading", name="Is it still on track?")).to_be_visible()  # a milestone passed its date
    assert_well_made(page)
    page.get_by_role("button", name="Yes, still on track").click()
    expect(page.get_by_text("Published. Thank you.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("2.3 Free wireless")
    expect(page.get_by_role("region", name="Your update")).to_contain_text("On track")
    assert_well_made(page)
    latest = StatusUpdate.objects.latest("pk")
    assert (latest.author, latest.channel, latest.is_no_change) == (cast.owner, "email_link", True)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_new_status_and_a_sentence_then_the_initiatives_page(visit, folder, cast, work, today, javascript):
    mail = digest(today)
    page = visit(None, "/sign-in/", width=375, javascript=javascript)
    open_mail(page, mail)
    page.get_by_role("link", name="Give the update").click()
    page.get_by_label("At risk").check()
    page.get_by_label("What happened").fill("The vendor is late.")
    page.get_by_role("button", name="Publish the update").click()
    expect(page.get_by_role("region", name="Your update")).to_contain_text("The vendor is late.")
    signed_in = visit(cast.viewer, f"/initiatives/{work.pk}/")
    expect(signed_in.get_by_role("main")).to_contain_text("The vendor is late.")
    expect(signed_in.get_by_role("main")).to_contain_text("e-mail link")


def test_a_milestone_is_moved_from_its_link(visit, folder, cast, work, today):
    mail = digest(today)
    page = visit(None, "/sign-in/", width=375)
    open_mail(page, mail)
    page.get_by_role("link", name="Say it is done, or move it").click()
    page.get_by_label("New due date").fill((today + 20 * DAY).isoformat())
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_label("Why it moves")).to_be_focused()  # the browser asks for the reason
    page.get_by_label("Why it moves").fill("The vendor is late.")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("Recorded. Thank you.")).to_be_visible()
    assert_well_made(page)
    assert Milestone.objects.get(initiative=work).due_date == today + 20 * DAY


def test_a_scanner_on_a_thousand_links_changes_nothing_and_every_link_works_after_it(
    visit, folder, cast, work, today, client, live_server
):
    """GET and HEAD on all of them, a browser that runs scripts on fifty, within a minute of sending."""
    for n in range(999):
        make_milestone(work, today, sending_begins(today - 80 * DAY), title=f"Step {n}")
    text = digest(today).get_body(("plain",)).get_content()
    links = re.findall(rf"{live_server.url}(/answer/\S+)", text)[:1_000]
    assert len(set(links)) == 1_000
    before = AuditEvent.objects.count(), StatusUpdate.objects.count(), Message.objects.count()
    for link in links:
        assert client.get(link).status_code == client.head(link).status_code == 200
    page = visit(None, links[0])
    for link in links[::20]:
        page.goto(live_server.url + link)
        page.wait_for_load_state("networkidle")
    assert (AuditEvent.objects.count(), StatusUpdate.objects.count(), Message.objects.count()) == before
    assert not Milestone.objects.exclude(completed_date=None).exists()
    answered = [client.post(link, {"say": "done"}).status_code for link in links]
    assert answered == [302] * 1_000
    assert Milestone.objects.exclude(completed_date=None).count() == 1_000
