"""A question about an update and its answer: by mouse, by keyboard alone, without JavaScript, on a phone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from initiatives.models import Comment
from initiatives.services import add_comment
from records.asof import start_of_day
from tests.build import act, build_cast, build_plan, make_initiative, report
from tests.e2e.conftest import assert_well_made, follow

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast():
    return build_cast()


@pytest.fixture
def update(cast):
    then = start_of_day(timezone.localdate() - timedelta(days=10))
    row = make_initiative(build_plan(), number="1.1", title="Fiber ring", owner=cast.owner)
    return report(row, "on_track", then, cast.owner, happened="Two sites are open.")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_question_is_asked_of_a_person_and_answered(visit, cast, update, javascript):
    page = visit(cast.leader, f"/initiatives/{update.initiative_id}/", javascript=javascript)
    follow(page, page.get_by_role("link", name="Comment on the update of"))
    page.get_by_label("Comment", exact=True).fill("Which two?")
    page.get_by_role("combobox", name="For").select_option(label="Owner")
    follow(page, page.get_by_role("button", name="Comment"))
    expect(page.get_by_text("Owner finds it in the next digest.")).to_be_visible()
    expect(page.get_by_role("list", name="Comments")).to_contain_text("Which two?")
    page = visit(cast.owner, f"/initiatives/{update.initiative_id}/", javascript=javascript)
    expect(page.get_by_text("Latest comment, Leader")).to_be_visible()
    follow(page, page.get_by_role("link", name="1 comment on the update of"))
    page.get_by_label("Comment", exact=True).fill("North and South.")
    follow(page, page.get_by_role("button", name="Comment"))
    expect(page.get_by_text("Leader finds it in the next digest.")).to_be_visible()
    assert list(Comment.objects.values_list("author", "mentioned")) == [
        (cast.leader.pk, cast.owner.pk),
        (cast.owner.pk, cast.leader.pk),
    ]


def test_by_keyboard_alone(visit, cast, update):
    page = visit(cast.leader, f"/status-updates/{update.pk}/comments/")
    page.get_by_label("Comment", exact=True).focus()
    page.keyboard.type("Which two?")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Comment")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Comments")).to_contain_text("Which two?")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_link_of_the_digest_leads_into_the_field(visit, cast, update, javascript):
    at = timezone.now() - timedelta(hours=1)
    asked = add_comment(update=update, text="Which two?", act=act(at, cast.leader))
    page = visit(cast.owner, f"/status-updates/{update.pk}/comments/?answers={asked.pk}", javascript=javascript)
    expect(page.get_by_label("Comment", exact=True)).to_be_focused()
    page.keyboard.type("North and South.")
    follow(page, page.get_by_role("button", name="Comment"))
    assert Comment.objects.filter(author=cast.owner, mentioned=cast.leader, text="North and South.").exists()


def test_its_author_corrects_and_withdraws_it(visit, cast, update):
    add_comment(update=update, text="Which two?", act=act(timezone.now() - timedelta(hours=1), cast.leader))
    page = visit(cast.leader, f"/status-updates/{update.pk}/comments/")
    follow(page, page.get_by_role("link", name="Correct the comment of"))
    page.get_by_label("Comment", exact=True).fill("Which three?")
    follow(page, page.get_by_role("button", name="Save the correction"))
    expect(page.get_by_role("list", name="Comments")).to_contain_text(re.compile("corrected.*Which three", re.DOTALL))
    follow(page, page.get_by_role("button", name="Withdraw the comment by Leader"))
    expect(page.get_by_text("No comment yet.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_it_is_well_made_on_a_phone_and_in_the_dark(visit, cast, update, width, dark):
    at = timezone.now() - timedelta(hours=1)
    add_comment(update=update, text="Which two? " + "w" * 300, mentioned=cast.owner, act=act(at, cast.leader))
    for address in (f"/status-updates/{update.pk}/comments/", f"/initiatives/{update.initiative_id}/"):
        page = visit(cast.leader, address, width=width, dark=dark)
        assert_well_made(page)
