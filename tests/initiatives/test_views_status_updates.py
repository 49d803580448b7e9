"""Saying how an initiative stands, through the client: rules B-10 to B-14, two people, sent twice, bad input."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from goals.models import Goal
from initiatives.models import Acknowledgement, Initiative, StatusDraft, StatusUpdate
from initiatives.selectors.status import status_of
from initiatives.services import record_no_change, record_status_update, record_status_updates
from people.models import RoleGrant, User
from people.roles import Role
from people.services import grant_role, revoke_role
from records.asof import AsOf
from records.models import AuditEvent, Channel
from tests.build import act, make_milestone, report
from tests.conftest import NOW
from web.typed_by import sign_writer

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


def page(initiative) -> str:
    return reverse("initiatives:status-update-create", args=[initiative.pk])


def detail(initiative) -> str:
    return reverse("initiatives:initiative-detail", args=[initiative.pk])


def words(**more) -> dict[str, object]:
    return {
        "status": "at_risk", "percent": "40", "happened": "The vendor is late.", "next_steps": "Call them.",
        "help_needed": "", "version": "", "idempotency_key": "key-1",
    } | more  # fmt: skip


def test_b10_publishing_an_update(sign_in, cast, initiative):
    answer = sign_in(cast.owner).post(page(initiative), words())
    assert (answer.status_code, answer["Location"]) == (302, detail(initiative))
    initiative.refresh_from_db()
    update = initiative.latest_update
    assert (update.status, update.percent, update.author, update.recorded_at) == ("at_risk", 40, cast.owner, NOW)
    assert initiative.last_updated_at == NOW
    assert AuditEvent.objects.filter(verb="status_update.recorded", target_id=initiative.pk).count() == 1
    text = sign_in(cast.viewer).get(detail(initiative)).content.decode()
    for shown in ("At risk", "The vendor is late.", "Owner", "5 Oct 2026", "40%"):
        assert shown in text


def draft_page(initiative) -> str:
    return reverse("initiatives:status-draft-save", args=[initiative.pk])


def discard(client, initiative, draft) -> None:
    path = reverse("initiatives:status-draft-discard", args=[initiative.pk])
    return client.post(path, {"draft": draft}, follow=True).content.decode()


def test_b11_a_draft_is_invisible(sign_in, cast, initiative):
    client = sign_in(cast.owner)
    assert client.post(draft_page(initiative), words(happened="Half a sent")).status_code == 200
    initiative.refresh_from_db()
    assert (initiative.latest_update, initiative.last_updated_at) == (None, None)
    assert "Half a sent" in client.get(page(initiative)).content.decode()
    assert "Draft from" in client.get(page(initiative)).content.decode()
    for other in (cast.manager, cast.liaison):
        assert "Half a sent" not in sign_in(other).get(page(initiative)).content.decode()
        assert "Half a sent" not in sign_in(other).get(detail(initiative)).content.decode()


def test_a_draft_ends_with_publishing_and_with_discarding(sign_in, cast, initiative):
    client = sign_in(cast.owner)
    saved = client.post(draft_page(initiative), words())
    assert "The draft is gone." in discard(client, initiative, saved["X-Draft"])
    assert not StatusDraft.objects.exists()
    client.post(draft_page(initiative), words())
    client.post(page(initiative), words())
    client.post(draft_page(initiative), words())  # a straggler of the same form
    assert not StatusDraft.objects.exists()


def kept(initiative) -> set[str]:
    return {draft.content["happened"] for draft in StatusDraft.objects.filter(initiative=initiative)}


@pytest.fixture
def two_tabs(sign_in, cast, initiative):
    """Two tabs, opened on one draft; save(tab, what happened) types into one. The answer and what it was based on."""
    client = sign_in(cast.owner)
    first = client.post(draft_page(initiative), words(happened="Begun", idempotency_key="earlier"))["X-Draft"]
    seen = {"one": first, "two": first}

    def save(tab, text):
        said = words(happened=text, idempotency_key=tab, draft=seen[tab])
        answer = client.post(draft_page(initiative), said)
        seen[tab] = answer.headers.get("X-Draft", "")
        return answer

    save.client, save.seen = client, seen
    return save


def test_a_tab_never_saves_over_a_draft_that_it_did_not_see(two_tabs, initiative):
    assert two_tabs("one", "Begun, and more").content.decode().strip() == ""
    assert kept(initiative) == {"Begun, and more"}
    answer = two_tabs("two", "Something else")
    assert kept(initiative) == {"Begun, and more", "Something else"}
    assert "Begun, and more" in answer.content.decode()
    assert "another tab" in answer.content.decode()
    assert "Something else" in two_tabs("one", "Begun, and much more").content.decode()
    assert kept(initiative) == {"Begun, and much more", "Something else"}
    text = two_tabs.client.get(page(initiative)).content.decode()
    assert "Begun, and much more" in text
    assert "Something else" in text


def test_a_lost_answer_to_a_draft_makes_no_second_one(two_tabs, initiative):
    for text in ("Begun, and more", "Begun, and much more"):
        two_tabs("one", text)
        two_tabs.seen["one"] = ""  # the answer never came
    assert kept(initiative) == {"Begun, and much more"}


def test_publishing_uses_up_its_own_draft_and_leaves_the_other(two_tabs, initiative):
    two_tabs("one", "Begun, and more")
    two_tabs("two", "Something else")
    said = words(happened="Something else", idempotency_key="two", draft=two_tabs.seen["two"])
    assert two_tabs.client.post(page(initiative), said).status_code == 302
    assert kept(initiative) == {"Begun, and more"}
    two_tabs("two", "Something else")  # a straggler
    assert kept(initiative) == {"Begun, and more"}


def test_publishing_from_a_tab_that_nothing_was_typed_into_uses_up_the_draft_it_showed(two_tabs, initiative):
    two_tabs.client.post(page(initiative), words(idempotency_key="two", draft=two_tabs.seen["two"]))
    assert kept(initiative) == set()


def test_a_refused_update_and_emptied_texts_touch_only_their_own_draft(two_tabs, initiative):
    two_tabs("one", "Begun, and more")
    said = words(happened="", next_steps="Kept", idempotency_key="two", draft=two_tabs.seen["two"])
    refused = two_tabs.client.post(page(initiative), said)
    assert refused.status_code == 422
    assert "Begun, and more" in refused.content.decode()
    empty = words(happened="", next_steps=" ", idempotency_key="two", draft=two_tabs.seen["two"])
    assert two_tabs.client.post(draft_page(initiative), empty).status_code == 204
    assert kept(initiative) == {"Begun, and more"}


def test_a_draft_is_discarded_as_it_was_shown_and_can_be_gone_on_with(two_tabs, initiative):
    shown = two_tabs.seen["one"]
    two_tabs("one", "Begun, and more")
    two_tabs("two", "Something else")
    assert "more was typed into it since" in discard(two_tabs.client, initiative, shown)
    first = StatusDraft.objects.get(form="one")
    text = two_tabs.client.get(f"{page(initiative)}?draft={first.pk}").content.decode()
    assert ">\nBegun, and more</textarea>" in text
    assert ">\nSomething else</textarea>" not in text
    discard(two_tabs.client, initiative, first.fingerprint)
    assert kept(initiative) == {"Something else"}


def test_too_many_drafts_are_refused_and_none_is_replaced(sign_in, cast, initiative):
    client = sign_in(cast.owner)
    answers = [
        client.post(draft_page(initiative), words(happened=f"Text {n}", idempotency_key=f"tab {n}")) for n in range(21)
    ]
    assert [answer.status_code for answer in answers] == [200] * 20 + [413]
    assert "20 unpublished drafts" in answers[-1].content.decode()
    assert kept(initiative) == {f"Text {n}" for n in range(20)}


def test_a_draft_of_the_version_before_is_found_and_replaced(sign_in, cast, initiative):
    """It knew no forms: its drafts have no key."""
    old = {"status": "at_risk", "happened": "From before"}
    StatusDraft.objects.create(initiative=initiative, author=cast.owner, content=old, saved_at=NOW)
    client = sign_in(cast.owner)
    answer = client.get(page(initiative))
    assert "From before" in answer.content.decode()
    seen = answer.context["form"].initial["draft"]
    client.post(draft_page(initiative), words(happened="From before, and more", draft=seen))
    assert kept(initiative) == {"From before, and more"}


def test_a_draft_stays_where_something_else_was_published_meanwhile(sign_in, cast, initiative):
    client = sign_in(cast.owner)
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner, "Said earlier")
    client.post(draft_page(initiative), words(happened="Half a sent"))
    record_no_change(initiative=initiative, act=act("2026-10-05T12:00", cast.owner))
    said = {"status": "at_risk", "happened": "Said elsewhere"}
    by_mail = act("2026-10-05T13:00", cast.owner, channel=Channel.EMAIL_LINK)
    update = record_status_update(initiative=initiative, words=said, act=by_mail)
    imported = act("2026-10-05T13:30", cast.owner, channel=Channel.IMPORT)
    record_status_updates(reports=[(initiative, said, update.pk)], act=imported)
    assert "Half a sent" in client.get(page(initiative)).content.decode()


def test_an_endless_draft_is_refused(sign_in, cast, initiative):
    assert sign_in(cast.owner).post(draft_page(initiative), words(happened="x" * 200_001)).status_code == 413


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"happened": "x" * 100_000}, "at most 10000 characters"),
        ({"happened": ""}, "Fill in “What happened”"),
        ({"percent": "101"}, "“Percent done” can be at most 100"),
        ({"percent": "-1"}, "“Percent done” must be at least 0"),
        ({"percent": "half"}, "“Percent done” must be a whole number"),
        ({"status": "splendid"}, "“Status”"),
        ({"status": ""}, "“Status”"),
        ({"version": "abc"}, "whole number"),
    ],
)
def test_bad_input_names_the_field_keeps_the_words_and_changes_nothing(sign_in, cast, initiative, wrong, sentence):
    answer = sign_in(cast.owner).post(page(initiative), words(next_steps="Kept words") | wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text.replace("10,000", "10000")
    assert "Kept words" in text
    assert not StatusUpdate.objects.exists()
    assert not AuditEvent.objects.filter(verb="status_update.recorded").exists()


def test_a_text_of_exactly_the_limit_counts_line_breaks_once(sign_in, cast, initiative):
    text = "\r\n".join(["x" * 99] * 100)  # 100 lines of 99, 9,999 characters with single line breaks
    assert sign_in(cast.owner).post(page(initiative), words(happened=text)).status_code == 302
    assert len(StatusUpdate.objects.get().happened) == 9_999


def test_a_double_submit_has_one_effect(sign_in, cast, initiative):
    client = sign_in(cast.owner)
    first, second = client.post(page(initiative), words()), client.post(page(initiative), words())
    assert first["Location"] == second["Location"] == detail(initiative)
    assert StatusUpdate.objects.count() == 1


def test_two_people_on_one_form_the_second_sees_both_texts(sign_in, cast, initiative):
    report(initiative, "on_track", "2026-10-05T13:00", cast.manager, happened="Their words")
    client = sign_in(cast.owner)
    answer = client.post(page(initiative), words())
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Their words" in text
    assert "The vendor is late." in text
    assert "Publish mine as well" in text
    assert StatusUpdate.objects.count() == 1
    newest = StatusUpdate.objects.get()
    assert f'name="version" value="{newest.pk}"' in text
    assert client.post(page(initiative), words(version=newest.pk)).status_code == 302
    assert StatusUpdate.objects.count() == 2


def test_no_change_repeats_the_last_update_once(sign_in, cast, initiative):
    before = report(initiative, "on_track", "2026-09-01T12:00", cast.owner, happened="All well", percent=30)
    no_change = reverse("initiatives:status-update-no-change", args=[initiative.pk])
    body = {"version": before.pk, "idempotency_key": f"no-change-{before.pk}", "next": "/"}
    client = sign_in(cast.owner)
    assert [client.post(no_change, body)["Location"] for _ in range(2)] == ["/", "/"]
    latest = StatusUpdate.objects.exclude(pk=before.pk).get()
    assert (latest.status, latest.percent, latest.is_no_change, latest.happened) == ("on_track", 30, True, "")
    initiative.refresh_from_db()
    assert initiative.last_updated_at == NOW


def test_no_change_without_an_earlier_update_leads_to_the_form(sign_in, cast, initiative):
    client = sign_in(cast.owner)
    assert "No change" not in client.get(detail(initiative)).content.decode()
    answer = client.post(reverse("initiatives:status-update-no-change", args=[initiative.pk]), {"version": "1"})
    assert answer["Location"] == page(initiative)
    assert not StatusUpdate.objects.exists()


def test_no_change_asks_again_when_a_milestone_passed_its_date_since(sign_in, cast, initiative):
    before = report(initiative, "on_track", "2026-09-01T12:00", cast.owner)
    make_milestone(initiative, date(2026, 8, 1))  # was late already when the update was made
    make_milestone(initiative, date(2026, 9, 20))
    make_milestone(initiative, NOW.date())  # due today: not passed
    no_change = reverse("initiatives:status-update-no-change", args=[initiative.pk])
    body = {"version": before.pk, "idempotency_key": f"no-change-{before.pk}"}
    client = sign_in(cast.owner)
    asked = client.post(no_change, body)
    text = asked.content.decode()
    assert asked.status_code == 200
    assert "Is it still on track?" in text
    assert "Step due 2026-09-20" in text
    assert "Step due 2026-08-01" not in text
    assert "Step due 2026-10-05" not in text
    assert StatusUpdate.objects.count() == 1
    client.post(no_change, body | {"confirmed": "yes"})
    assert StatusUpdate.objects.count() == 2


def test_no_change_to_an_update_one_has_not_seen_asks_again(sign_in, cast, initiative):
    before = report(initiative, "on_track", "2026-09-01T12:00", cast.owner)
    report(initiative, "off_track", "2026-10-05T13:00", cast.manager, happened="It broke")
    no_change = reverse("initiatives:status-update-no-change", args=[initiative.pk])
    answer = sign_in(cast.owner).post(no_change, {"version": before.pk})
    assert answer.status_code == 409
    assert "It broke" in answer.content.decode()
    assert StatusUpdate.objects.count() == 2


def test_htmx_gets_the_form_and_then_the_page_as_fragments(client, sign_in, cast, initiative):
    sign_in(cast.owner)
    form = client.get(page(initiative), headers={"hx-request": "true"}).content.decode()
    assert "<html" not in form
    assert 'name="happened"' in form
    wrong = client.post(page(initiative), words(percent="101"), headers={"hx-request": "true"})
    assert wrong.status_code == 422
    assert "<html" not in wrong.content.decode()
    done = client.post(page(initiative), words(), headers={"hx-request": "true"}, follow=True)
    assert done["HX-Retarget"] == "#initiative"
    text = done.content.decode()
    assert "<html" not in text
    assert 'hx-swap-oob="innerHTML"' in text
    assert "is reported at risk" in text


def test_words_sent_after_the_session_ended_come_back_after_signing_in(client, cast, initiative):
    sent = client.post(page(initiative), words(typed_by=sign_writer(cast.owner), happened="Typed before lunch"))
    assert sent.status_code == 302
    assert sent["Location"].startswith(reverse("people:sign-in"))
    assert not StatusUpdate.objects.exists()
    client.force_login(cast.owner)
    text = client.get(page(initiative)).content.decode()
    assert "Typed before lunch" in text
    assert "Your session had ended" in text
    assert "Typed before lunch" in client.get(page(initiative)).content.decode(), "a reload loses nothing"


def test_words_come_back_to_nobody_else(client, cast, initiative):
    client.post(page(initiative), words(typed_by=sign_writer(cast.owner), happened="Typed before lunch"))
    client.force_login(cast.manager)
    assert "Typed before lunch" not in client.get(page(initiative)).content.decode()


def test_an_htmx_form_after_the_session_ended_leads_to_sign_in_and_back_to_the_form(client, cast, initiative):
    sent = client.post(
        page(initiative), words(typed_by=sign_writer(cast.owner)),
        headers={"hx-request": "true", "hx-current-url": f"http://testserver{detail(initiative)}"},
    )  # fmt: skip
    assert sent.status_code == 204
    assert sent["HX-Redirect"].endswith(f"?next={page(initiative).replace('/', '%2F')}")


def test_b13_a_misclick_is_turned_round_at_once(sign_in, cast, initiative):
    update = report(initiative, "off_track", "2026-10-05T13:30", cast.owner, happened="Al well")
    correct = reverse("initiatives:status-update-correct", args=[update.pk])
    client = sign_in(cast.owner)
    body = {
        "status": "on_track",
        "percent": "",
        "happened": "All well",
        "reason": "Wrong button",
        "idempotency_key": "k",
    }
    assert client.post(correct, body | {"reason": ""}).status_code == 422
    alone = client.post(correct, body | {"status": "off_track", "happened": "Al well", "version": update.pk})
    assert (alone.status_code, StatusUpdate.objects.count()) == (422, 1)
    assert "Nothing else was changed, so this would be kept nowhere." in alone.content.decode()
    assert client.post(correct, body)["Location"] == detail(initiative)
    initiative.refresh_from_db()
    assert (initiative.reported_status, initiative.latest_update.corrects_id) == ("on_track", update.pk)
    assert initiative.last_updated_at == update.stated_at
    text = client.get(detail(initiative)).content.decode()
    assert "Correction" in text
    assert "Corrected later" in text


def test_r6_whoever_corrects_second_sees_both_texts_and_corrects_the_newer_one(sign_in, cast, initiative):
    update = report(initiative, "off_track", "2026-10-05T13:30", cast.owner, happened="Al well")
    correct = reverse("initiatives:status-update-correct", args=[update.pk])
    body = {"status": "off_track", "percent": "", "reason": "Typing"}
    sign_in(cast.manager).post(correct, body | {"happened": "All is well"})
    newer = StatusUpdate.objects.get(corrects=update)
    answer = sign_in(cast.owner).post(correct, body | {"happened": "All went well"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "All is well" in text
    assert "All went well" in text
    onward = reverse("initiatives:status-update-correct", args=[newer.pk])
    assert f'action="{onward}"' in text
    assert sign_in(cast.owner).post(onward, body | {"happened": "All went well"}).status_code == 302
    assert StatusUpdate.objects.get(corrects=newer).happened == "All went well"
    assert StatusUpdate.objects.filter(corrects=update).count() == 1


def test_b13_the_status_of_an_old_update_stays_as_it_was_said(sign_in, cast, initiative):
    old = report(initiative, "off_track", "2026-10-01T13:30", cast.owner, happened="Old words")
    client = sign_in(cast.owner)
    old_page = reverse("initiatives:status-update-correct", args=[old.pk])
    assert 'name="status"' not in client.get(old_page).content.decode()
    client.post(old_page, {"happened": "Mended", "status": "completed", "reason": "Typing"})
    initiative.refresh_from_db()
    assert (initiative.latest_update.happened, initiative.reported_status) == ("Mended", "off_track")


def test_b14_acknowledging_happens_once_and_only_by_the_lead(sign_in, cast, initiative):
    update = report(initiative, "at_risk", "2026-10-01T12:00", cast.owner)
    Goal.objects.filter(pk=initiative.goal_id).update(lead=cast.leader)
    acknowledge = reverse("initiatives:status-update-acknowledge", args=[update.pk])
    assert sign_in(cast.manager).post(acknowledge).status_code == 403
    client = sign_in(cast.leader)
    assert "Mark as read" in client.get(detail(initiative)).content.decode()
    said = [client.post(acknowledge, follow=True).content.decode() for _ in range(2)]
    assert "Marked as read" in said[0]
    assert Acknowledgement.objects.count() == 1
    assert AuditEvent.objects.filter(verb="status_update.acknowledged").count() == 1
    assert "Read by <bdi>Leader</bdi>" in client.get(detail(initiative)).content.decode()


def test_an_override_is_set_with_a_reason_and_lifted(sign_in, cast, initiative):
    report(initiative, "on_track", "2026-10-01T12:00", cast.owner)
    override = reverse("initiatives:initiative-override", args=[initiative.pk])
    client = sign_in(cast.manager)
    seen = {"version": Initiative.objects.get(pk=initiative.pk).version}
    assert client.post(override, seen | {"status": "at_risk", "reason": ""}).status_code == 422
    assert client.post(override, seen | {"status": "at_risk", "reason": "Vendor strike"}).status_code == 302
    text = client.get(detail(initiative)).content.decode()
    assert "Vendor strike" in text
    assert "Reported <strong>on track</strong>" in text
    client.post(reverse("initiatives:initiative-override-lift", args=[initiative.pk]))
    assert status_of(initiative.pk, AsOf.now(NOW)).effective_status == "on_track"


def test_publishing_after_the_initiative_was_deleted_is_404(sign_in, cast, initiative):
    Initiative.objects.filter(pk=initiative.pk).update(deleted_at=act().at)
    assert sign_in(cast.owner).post(page(initiative), words()).status_code == 404


def test_who_lost_the_working_role_corrects_nothing_any_more(sign_in, cast, initiative):
    update = report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    correct = reverse("initiatives:status-update-correct", args=[update.pk])
    for grant in RoleGrant.objects.filter(user=cast.owner, recorded_until__isnull=True):
        revoke_role(grant=grant, act=act(NOW))
    grant_role(user=cast.owner, role=Role.VIEWER, act=act(NOW))
    assert sign_in(User.objects.get(pk=cast.owner.pk)).get(correct).status_code == 403
