"""Many initiatives changed together: chosen on the list, previewed, each under the rules of a single edit."""

from datetime import date

import pytest
from django.urls import reverse

from goals.models import Priority
from goals.services import create_priority, update_plan
from initiatives.models import Alignment, Initiative
from initiatives.services import update_initiative
from records.models import AuditEvent
from tests.build import act, build_plan, make_initiative
from tests.conftest import NOW

PAGE = "/initiatives/change/"


@pytest.fixture
def rows(plan, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    return [
        make_initiative(plan, number="1.1", owner=cast.owner, due_date=date(2027, 1, 15)),
        make_initiative(plan, number="1.2", owner=cast.contributor, visibility="internal"),
        make_initiative(plan, number="2.1"),
    ]


@pytest.fixture
def manager(sign_in, cast):
    return sign_in(cast.manager)


def begun(client, rows):
    answer = client.get(PAGE, {"pick": [row.pk for row in rows]})
    assert answer.status_code == 200
    form = answer.context["form"]
    return {name: form[name].value() for name in ("chosen", "idempotency_key", "drawn_with", "typed_by")}


def previewed(client, rows, **answers):
    sent = begun(client, rows) | answers
    answer = client.post(PAGE, sent)
    return answer, sent | {"seen": answer.context["form"]["seen"].value(), "apply": "1"}


def told(answer):
    return {
        row["name"].split()[0]: row["changes"] or row["refused"] or row["is_retired"]
        for row in answer.context["outcomes"]
    }


def test_what_is_shown_is_done_and_nothing_before(manager, rows, cast):
    events = AuditEvent.objects.count()
    answer, sent = previewed(manager, rows, owner=str(cast.liaison.pk), visibility="public")
    assert answer.status_code == 200
    # PostgreSQL keeps the fields of an event in an order of its own.
    assert {number: sorted(changes) for number, changes in told(answer).items()} == {
        "1.1": [("Owner", "Owner", "Liaison")],
        "1.2": [("Owner", "Contributor", "Liaison"), ("Visibility", "Internal", "Public")],
        "2.1": [("Owner", "", "Liaison")],
    }
    assert AuditEvent.objects.count() == events
    assert [row.owner_id for row in Initiative.objects.order_by("number")] == [cast.owner.pk, cast.contributor.pk, None]
    for _ in range(2):  # sent twice
        done = manager.post(PAGE, sent, follow=True)
        assert "3 of 3 were changed." in " ".join(done.content.decode().split())
    assert set(Initiative.objects.values_list("owner", "visibility")) == {(cast.liaison.pk, "public")}
    assert AuditEvent.objects.count() == events + 3


def test_b55_the_history_says_that_many_were_changed_at_once(manager, rows):
    _, sent = previewed(manager, rows[:1], visibility="internal", reason="Not agreed yet")
    manager.post(PAGE, sent)
    event = AuditEvent.objects.latest("pk")
    assert (event.channel, event.verb, event.reason) == ("bulk", "initiative.changed", "Not agreed yet")
    page = manager.get(reverse("initiatives:initiative-history", args=[rows[0].pk])).content.decode()
    assert "Many at once" in page


def test_one_that_cannot_keeps_no_other_back(manager, rows):
    """A due date that moves needs a reason; one that had none does not."""
    answer, sent = previewed(manager, rows, due_date="1 Mar 2027")
    assert told(answer)["1.1"] == ["Reason: say why the due date moves. The first date stays on record."]
    assert told(answer)["1.2"] == [
        ("Due", "", "1 Mar 2027"), ("Date first agreed", "", "1 Mar 2027"),
    ]  # fmt: skip
    done = manager.post(PAGE, sent, follow=True)
    assert "2 of 3 were changed; 1 could not be." in " ".join(done.content.decode().split())
    assert list(Initiative.objects.order_by("number").values_list("due_date", flat=True)) == [
        date(2027, 1, 15), date(2027, 3, 1), date(2027, 3, 1),
    ]  # fmt: skip
    _, sent = previewed(manager, rows, due_date="1 Mar 2027", reason="Vendor")
    manager.post(PAGE, sent)
    moved = Initiative.objects.get(number="1.1")
    assert (moved.due_date, moved.baseline_due_date, moved.slip_count) == (date(2027, 3, 1), date(2027, 1, 15), 1)


def test_one_that_somebody_changed_meanwhile_is_told_and_left_alone(manager, rows, cast):
    sent = begun(manager, rows) | {"visibility": "internal"}
    update_initiative(initiative=rows[0], fields={"title": "Other"}, act=act(NOW, cast.admin))
    answer = manager.post(PAGE, sent)
    assert told(answer)["1.1"] == ["Somebody changed it after you chose it. Choose it again to see it as it is now."]
    manager.post(PAGE, sent | {"seen": answer.context["form"]["seen"].value(), "apply": "1"})
    assert dict(Initiative.objects.values_list("number", "visibility")) == {
        "1.1": "public", "1.2": "internal", "2.1": "internal",
    }  # fmt: skip


def test_what_moved_after_the_preview_is_shown_again_and_not_done(manager, rows, cast):
    _, sent = previewed(manager, rows, visibility="internal")
    update_initiative(initiative=rows[0], fields={"title": "Other"}, act=act(NOW, cast.admin))
    events = AuditEvent.objects.count()
    answer = manager.post(PAGE, sent)
    assert answer.status_code == 409
    assert "The plan has moved since this was shown to you." in answer.content.decode()
    assert AuditEvent.objects.count() == events
    answer = manager.post(PAGE, sent | {"seen": answer.context["form"]["seen"].value()})
    assert answer.status_code == 302


def test_other_answers_than_those_previewed_are_previewed_first(manager, rows):
    _, sent = previewed(manager, rows, visibility="internal")
    assert manager.post(PAGE, sent | {"visibility": "public"}).status_code == 409
    assert Initiative.objects.get(number="1.1").visibility == "public"


def test_priorities_are_added_and_taken_away_beside_those_that_stay(manager, rows, plan, cast):
    old, new, kept = (create_priority(plan=plan, name=name, act=act()) for name in ("Old", "New", "Kept"))
    update_initiative(initiative=rows[0], fields={}, priorities=[old, kept], act=act(NOW))
    answer, sent = previewed(manager, rows[:2], adds=str(new.pk), drops=str(old.pk))
    assert told(answer)["1.1"] == [("Priorities", "Kept, Old", "Kept, New")]
    manager.post(PAGE, sent)
    for row, names in ((rows[0], {"Kept", "New"}), (rows[1], {"New"})):
        held = Alignment.objects.filter(initiative=row, recorded_until__isnull=True)
        assert set(held.values_list("priority__name", flat=True)) == names
    assert Priority.objects.count() == 3


def test_a_priority_of_another_plan_is_refused_for_those_it_does_not_fit(manager, rows):
    other = build_plan("other", title="Other")
    foreign = create_priority(plan=other, name="Foreign", act=act())
    mine = make_initiative(other, number="1.1", title="There")
    answer, _ = previewed(manager, [rows[1], mine], adds=str(foreign.pk))
    found = [row["refused"] or row["changes"] for row in answer.context["outcomes"]]
    assert sorted(map(str, found)) == sorted(
        map(str, [["Priorities: choose only priorities of this plan."], [("Priorities", "", "Foreign")]])
    )


def test_retiring_needs_a_reason_and_a_plan_that_is_not_locked(manager, rows, plan):
    answer, _ = previewed(manager, rows[:2], retires="on")
    assert told(answer)["1.1"] == ["Reason: say why it is retired. The plan is no draft any more."]
    _, sent = previewed(manager, rows[:2], retires="on", reason="Merged elsewhere")
    manager.post(PAGE, sent)
    assert list(Initiative.objects.filter(deleted_at__isnull=True).values_list("number", flat=True)) == ["2.1"]
    update_plan(plan=plan, fields={"is_locked": True}, act=act(NOW))
    answer, _ = previewed(manager, rows[2:], retires="on", reason="Too")
    assert "The plan is locked" in told(answer)["2.1"][0]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "Say what is to change"),
        ({"retires": "on", "visibility": "public"}, "What is retired is changed no more"),
        ({"visibility": "secret"}, "Choose one of the answers offered"),
        ({"visibility": "public", "chosen": "1:x"}, "What was chosen could not be read"),
        ({"visibility": "public", "chosen": ",".join(f"{n}:1" for n in range(1, 300))}, "are too many at once"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(manager, rows, answers, said):
    answer = manager.post(PAGE, begun(manager, rows) | answers)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_all_that_the_filter_shows_are_chosen(manager, rows):
    page = manager.get("/initiatives/?visibility=internal").content.decode()
    assert 'name="pick"' in page
    assert "the one shown by this filter" in " ".join(page.split())
    assert 'href="#together"' in page, "the buttons stand below fifty rows"
    answer = manager.get(PAGE, {"visibility": "internal", "all": "1"})
    assert answer.context["form"]["chosen"].value() == f"{rows[1].pk}:1"
    fields = ("chosen", "idempotency_key", "drawn_with", "typed_by")
    sent = {name: answer.context["form"][name].value() for name in fields} | {"visibility": "public"}
    sent["seen"] = manager.post(PAGE, sent).context["form"]["seen"].value()
    done = manager.post(PAGE, sent | {"apply": "1"}, follow=True).content.decode()
    assert 'href="/initiatives/?visibility=internal">Back to the initiatives' in done
    assert "Nothing is chosen" in manager.get(PAGE, follow=True).content.decode()


def test_only_who_may_edit_everything_is_offered_it(sign_in, cast, rows):
    for who in (cast.owner, cast.viewer, cast.leader):
        client = sign_in(who)
        assert 'name="pick"' not in client.get("/initiatives/").content.decode()
        assert client.get(PAGE, {"all": "1"}).status_code == 403
        assert (
            client.post(PAGE, {"chosen": f"{rows[0].pk}:1", "visibility": "internal", "apply": "1"}).status_code == 403
        )
