"""The message pages: who sees what, what can be settled, held, previewed; and the demo's mail folder."""

import pytest
from django.core import mail
from django.urls import reverse

from jobs.heartbeats import beat
from jobs.models import Heartbeat
from outbox.models import Hold, Message
from outbox.services import recover
from outbox.services.sending import announce, claim_messages
from people.models import RoleGrant
from people.services import revoke_role
from records.models import AuditEvent
from reminders.models import Subscription
from reminders.services import plan_messages
from reminders.views import messages
from tests.build import act, make_initiative, make_milestone, report
from tests.conftest import NOW
from tests.reminders.cast import TODAY, morning, run
from tests.reminders.test_sending import lapse
from tests.reminders.test_who import SOON

AT = morning(TODAY)
MANAGERS_PAGES = ["reminders:message-preview", "reminders:sending", "reminders:one-off-list", "reminders:settings-list"]


@pytest.fixture
def sent(initiative, cast):
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    make_milestone(initiative, SOON, title="Lay the cable")
    run(TODAY)
    return Message.objects.get()


def test_everybody_sees_their_own_messages_and_managers_all(sent, cast, sign_in):
    for person, sees in ((cast.owner, True), (cast.contributor, False), (cast.manager, True), (cast.admin, True)):
        client = sign_in(person)
        listed = client.get(reverse("reminders:message-list")).content.decode()
        assert (sent.subject in listed) is sees
        detail = client.get(reverse("reminders:message-detail", args=[sent.pk]))
        assert detail.status_code == (200 if sees else 404)


def test_nobody_sees_the_signed_links_of_somebody_else(sent, cast, sign_in):
    address = reverse("reminders:message-detail", args=[sent.pk])
    token = sent.text.split("/answer/")[1].split()[0]
    assert token in sign_in(cast.owner).get(address).content.decode()
    shown = sign_in(cast.admin).get(address).content.decode()
    assert token not in shown
    assert "/answer/…" in shown
    assert "/unsubscribe/…" in shown


@pytest.mark.parametrize("name", MANAGERS_PAGES)
def test_pages_of_plan_managers_refuse_others(cast, sign_in, name):
    assert sign_in(cast.owner).get(reverse(name)).status_code == 403
    assert sign_in(cast.manager).get(reverse(name)).status_code == 200


def test_what_goes_out_next_is_what_goes_out(initiative, cast, sign_in, time_machine):
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    make_milestone(initiative, SOON, title="Lay the cable")
    time_machine.move_to("2026-10-04T22:00:00Z", tick=False)
    beat(Heartbeat.Name.PLAN, at=NOW.replace(day=4))
    shown = sign_in(cast.manager).get(reverse("reminders:message-preview")).content.decode()
    assert "Lay the cable" in shown
    assert "Monday, 5 Oct 2026" in shown
    assert cast.owner.email in shown
    assert "at 9:00" in shown
    time_machine.move_to("2026-10-05T14:30:00Z", tick=False)  # the hour has passed, and nothing was planned yet
    shown = sign_in(cast.manager).get(reverse("reminders:message-preview")).content.decode()
    assert "today, within ten minutes" in shown
    assert "at 9:00" not in shown
    assert Message.objects.count() == 0
    run(TODAY)
    assert [one.to for one in mail.outbox] == [[cast.owner.email]]


def test_of_a_long_mail_the_preview_shows_some_lines_and_leads_to_all_of_them(initiative, cast, sign_in):
    for number in range(messages.LINES + 2):
        make_milestone(initiative, SOON, title=f"Lay cable {number:02}")
    beat(Heartbeat.Name.PLAN, at=NOW.replace(day=4))
    client = sign_in(cast.manager)
    address = reverse("reminders:message-preview")
    shown = client.get(address).content.decode()
    assert shown.count("Lay cable") == messages.LINES
    whole = f"?person={cast.owner.pk}"
    assert whole in shown
    assert client.get(address + whole).content.decode().count("Lay cable") == messages.LINES + 2
    for other in ("0", "x", "9" * 30, str(cast.viewer.pk)):
        assert client.get(f"{address}?person={other}").content.decode().count("Lay cable") == messages.LINES


def test_holding_asks_for_a_reason_and_is_undone(cast, sign_in):
    client = sign_in(cast.admin)
    assert client.post(reverse("reminders:sending"), {"reason": " "}).status_code == 422
    assert client.post(reverse("reminders:sending"), {"reason": "Restore drill"}).status_code == 302
    assert Hold.objects.get(is_open=True).reason == "Restore drill"
    assert "Restore drill" in client.get(reverse("reminders:message-list")).content.decode()
    for who, hears in (("leader", True), ("manager", True), ("owner", False), ("viewer", False)):
        assert ("Restore drill" in sign_in(getattr(cast, who)).get("/").content.decode()) is hears
    client = sign_in(cast.admin)
    client.post(reverse("reminders:sending"), {"release": "1"})
    assert not Hold.objects.filter(is_open=True).exists()


def test_an_unconfirmed_message_is_settled_on_its_page(initiative, cast, sign_in):
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    make_milestone(initiative, SOON)
    plan_messages(at=AT)
    announce(claim_messages(at=AT)[0], at=AT)
    lapse()
    recover(at=AT)
    message = Message.objects.get()
    address = reverse("reminders:message-settle", args=[message.pk])
    assert sign_in(cast.owner).post(address, {"decision": "arrived"}).status_code == 403
    client, seen = sign_in(cast.manager), {"version": message.fence}
    assert client.post(address, seen | {"decision": "perhaps"}).status_code == 422
    assert client.post(address, seen | {"decision": "arrived", "reason": "They have it"}).status_code == 302
    assert Message.objects.get().state == "sent"
    assert client.post(address, seen | {"decision": "arrived"}).status_code == 422  # settled once


def test_a_test_to_myself_takes_the_same_road(cast, sign_in):
    assert sign_in(cast.viewer).post(reverse("reminders:message-test")).status_code == 302
    message = Message.objects.get()
    assert (message.kind, message.person) == ("test", cast.viewer)


def test_preferences_are_kept_and_wrong_ones_refused(cast, sign_in):
    client, address = sign_in(cast.owner), reverse("reminders:preferences")
    assert client.get(address).status_code == 200
    away = {"away_from": "2026-12-01", "away_until": "2026-11-01", "delegate": "", "version": 0}
    answer = client.post(address, {"kinds": ["milestone_overdue"], **away})
    assert answer.status_code == 422
    assert "it lies before the first day" in answer.content.decode()
    away["away_until"], away["delegate"] = "2026-12-05", str(cast.contributor.pk)
    assert client.post(address, {"kinds": ["milestone_overdue"], **away}).status_code == 302
    kept = Subscription.objects.get(person=cast.owner)
    assert "milestone_overdue" not in kept.muted_kinds
    assert kept.delegate == cast.contributor


def test_who_stands_in_is_chosen_from_those_who_could_be_told(cast, sign_in, time_machine):
    time_machine.move_to("2026-12-02T15:00:00Z", tick=False)
    client, address = sign_in(cast.owner), reverse("reminders:preferences")
    away = {"away_from": "2026-12-01", "away_until": "2026-12-05", "version": 0}
    for reader in (cast.viewer, cast.leader, cast.stranger):
        assert client.post(address, {**away, "delegate": str(reader.pk)}).status_code == 422
    client.post(address, {**away, "delegate": str(cast.contributor.pk)})
    assert f"{cast.contributor.name} hears it instead" in client.get(address).content.decode()
    revoke_role(grant=RoleGrant.objects.get(user=cast.contributor), act=act("2026-12-02T14:00"))
    assert "Your reminders wait until 5 Dec 2026." in client.get(address).content.decode()


def test_a_one_off_message_is_written_on_its_page(plan, cast, sign_in):
    client, address = sign_in(cast.manager), reverse("reminders:one-off-list")
    words = {"plan": plan.pk, "audiences": ["owners"], "subject": "Retreat", "text": "Bring numbers."}
    assert client.post(address, {**words, "send_on": "2020-01-01"}).status_code == 422
    assert client.post(address, {**words, "send_on": "2099-01-01"}).status_code == 302
    assert "Retreat" in client.get(address).content.decode()


def test_who_is_for_of_what_is_late_is_set_by_plan_and_a_wrong_number_refused(plan, cast, sign_in):
    client, address = sign_in(cast.manager), reverse("reminders:escalation-edit", args=[plan.slug])
    assert "never" in client.get(reverse("reminders:settings-list")).content.decode()
    for wrong, sentence in (
        ({"liaison_after": "0", "managers_after": ""}, "Tell the liaison after: give 1 to 250 working days"),
        ({"liaison_after": "5", "managers_after": "3"}, "not before the liaison is told"),
        ({"liaison_after": "soon", "managers_after": ""}, "whole number"),
    ):
        refused = client.post(address, wrong | {"version": 0})
        assert refused.status_code == 422
        assert sentence in refused.content.decode()
    assert client.post(address, {"liaison_after": "5", "managers_after": "10", "version": 0}).status_code == 302
    assert "liaison after 5 working days, plan managers after 10" in " ".join(
        client.get(reverse("reminders:settings-list")).content.decode().split()
    )
    event = AuditEvent.objects.get(verb="escalation.changed")
    assert event.changes == {
        "liaison_after": ["never", "5 working days"], "managers_after": ["never", "10 working days"],
    }  # fmt: skip
    client.post(address, {"liaison_after": "5", "managers_after": "10"})
    assert AuditEvent.objects.filter(verb="escalation.changed").count() == 1


def test_the_log_says_why_in_words_for_every_kind_of_mail(sent, plan, cast, sign_in):
    client = sign_in(cast.manager)
    client.post(reverse("reminders:message-test"))
    listed = client.get(reverse("reminders:message-list")).content.decode()
    assert "Asked for by <bdi>Manager</bdi>" in listed
    assert "None" not in listed
    assert "No worker has been seen" in listed


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "outbox.mailfolder.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    settings.DEMO = True
    return tmp_path


def test_the_demos_mail_folder_shows_what_was_written(folder, initiative, cast, sign_in):
    report(initiative, "on_track", "2026-10-05T12:00", cast.owner)
    make_milestone(initiative, SOON, title="<script>alert(1)</script>")
    run(TODAY)
    client = sign_in(cast.viewer)
    listed = client.get(reverse("reminders:mail-folder")).content.decode()
    assert "1 coming up" in listed
    name = next(folder.glob("*.eml")).stem
    detail = client.get(reverse("reminders:mail-detail", args=[name]))
    assert "&lt;script&gt;" in detail.content.decode()
    html = client.get(reverse("reminders:mail-html", args=[name]))
    assert "sandbox" in html["Content-Security-Policy"]
    assert "script-src" not in html["Content-Security-Policy"]
    assert "default-src 'none'" in html["Content-Security-Policy"]
    assert "<script>" not in html.content.decode()
    assert client.get(reverse("reminders:mail-detail", args=["nothing"])).status_code == 404
    assert client.get("/messages/mail-folder/..%2Fsecret/").status_code == 404


def test_without_the_demo_there_is_no_mail_folder(cast, sign_in, settings):
    settings.DEMO = False
    assert sign_in(cast.admin).get(reverse("reminders:mail-folder")).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_costs_the_same_however_long_it_is(plan, cast, sign_in, rows, django_assert_max_num_queries):
    people = [cast.owner, cast.contributor, cast.manager][:rows]
    for number, person in enumerate(people):
        one = make_initiative(plan, number=f"1.{number + 4}", owner=person)
        report(one, "on_track", "2026-10-05T12:00", person)
        make_milestone(one, SOON)
    run(TODAY)
    client = sign_in(cast.manager)
    for name, most in {"reminders:message-list": 12, "reminders:message-preview": 13}.items():
        with django_assert_max_num_queries(most):
            client.get(reverse(name))
