"""The page of an initiative, its history and the forms that change it: rules B-48 to B-51, B-55, B-56, B-65."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from goals.models import Goal
from goals.services import update_plan
from initiatives.models import Contribution, Initiative
from initiatives.rules import contributed_to
from initiatives.services import delete_initiative, propose_commitment, update_initiative
from people.services import update_user
from records.models import AuditEvent, Channel
from tests.build import act, build_plan, make_initiative, make_milestone, report
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("stopped")


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


def to(name: str, initiative) -> str:
    return reverse(f"initiatives:{name}", args=[initiative.pk])


def whole(initiative, **more) -> dict[str, object]:
    """The edit form as the browser sends it back untouched."""
    sent = {
        "number": initiative.number, "title": initiative.title, "summary": initiative.summary,
        "goal": initiative.goal_id, "strategy": initiative.strategy_id or "", "owner": initiative.owner_id or "",
        "lead_department": initiative.lead_department_id or "", "start_date": initiative.start_date.isoformat(),
        "due_date": initiative.due_date.isoformat() if initiative.due_date else "", "horizon": initiative.horizon,
        "audience": initiative.audience, "visibility": initiative.visibility, "source": initiative.source,
        "version": initiative.version, "reason": "",
    }  # fmt: skip
    return sent | more


def retiring(initiative):
    return reverse("initiatives:structure-retire", args=[initiative.plan.slug, "initiative", initiative.pk])


def test_b48_the_owner_may_do_their_own_and_nothing_else(sign_in, cast, plan, initiative):
    other = make_initiative(plan, number="1.2", owner=cast.contributor)
    client = sign_in(cast.owner)
    words = {"status": "on_track", "happened": "Well", "version": ""}
    assert client.post(to("status-update-create", initiative), words).status_code == 302
    assert client.post(to("status-update-create", other), words).status_code == 403
    assert client.get(to("status-update-create", other)).status_code == 403
    assert client.post(to("initiative-edit", other), whole(other)).status_code == 403
    assert client.post(reverse("initiatives:initiative-create", args=[plan.slug]), whole(other)).status_code == 403
    assert client.post(retiring(initiative), {"version": 1}).status_code == 403
    assert client.post(to("initiative-override", initiative), {"status": "on_track"}).status_code == 403
    assert Initiative.objects.filter(deleted_at__isnull=True).count() == 2


def test_b49_the_liaison_updates_what_the_department_leads(sign_in, cast, plan, initiative):
    elsewhere = make_initiative(plan, number="1.2", lead_department=cast.health)
    words = {"status": "on_track", "happened": "Well", "version": ""}
    client = sign_in(cast.liaison)
    assert client.post(to("status-update-create", initiative), words).status_code == 302
    assert client.post(to("status-update-create", elsewhere), words).status_code == 403
    member = sign_in(cast.contributor)  # works in the department, reports for nobody
    update_user(user=cast.contributor, fields={"department": cast.streets}, act=act())
    assert member.post(to("status-update-create", initiative), words).status_code == 403


def test_b50_a_leader_reads_everything_and_changes_nothing(sign_in, cast, plan, initiative):
    inside = make_initiative(plan, number="1.2", visibility="internal", owner=cast.leader)
    client = sign_in(cast.leader)
    assert client.get(to("initiative-detail", inside)).status_code == 200
    for name in ("status-update-create", "initiative-edit", "initiative-override", "milestone-create"):
        assert client.get(to(name, inside)).status_code == 403, name
    text = client.get(to("initiative-detail", inside)).content.decode()
    for word in ("Publish an update", "No change", "Add a milestone", "Set the status by hand"):
        assert word not in text


def test_b51_a_locked_plan_refuses_to_add_and_delete_but_takes_updates(sign_in, cast, plan, initiative):
    update_plan(plan=plan, fields={"is_locked": True}, act=act())
    client = sign_in(cast.admin)
    added = client.post(reverse("initiatives:initiative-create", args=[plan.slug]), whole(initiative, number="9.9"))
    deleted = client.post(retiring(initiative), {"version": initiative.version, "reason": "Done"})
    assert (added.status_code, deleted.status_code) == (422, 422)
    assert "The plan is locked" in added.content.decode()
    assert "The plan is locked" in deleted.content.decode()
    words = {"status": "on_track", "happened": "Well"}
    assert client.post(to("status-update-create", initiative), words).status_code == 302


def test_b55_every_change_is_told_with_person_time_field_values_and_channel(sign_in, cast, initiative):
    sign_in(cast.manager).post(to("initiative-edit", initiative), whole(initiative, title="New title"))
    fields = {"title": "From a file"}
    update_initiative(initiative=initiative, fields=fields, act=act(NOW, cast.admin, channel=Channel.IMPORT))
    report(initiative, "on_track", NOW, cast.owner, happened="Well")
    propose_commitment(initiative=initiative, department=cast.health, what="Crews", due_date=None, act=act(NOW))
    text = sign_in(cast.viewer).get(to("initiative-history", initiative)).content.decode()
    for told in (
        "Initiative edited", "Title: ", "<del>Initiative 1.1</del>", "<ins>New title</ins>", "<bdi>Manager</bdi>, ",
        "5 Oct 2026, 10:00", "by Import", "Status update", "Reported status: ", "Commitment proposed: Crews",
    ):  # fmt: skip
        assert told in text, told
    for technical in ("latest_update", "sort_key", "last_updated_at", "Latest update"):
        assert technical not in text
    delete_initiative(initiative=initiative, act=act(NOW, cast.manager))
    assert sign_in(cast.viewer).get(to("initiative-history", initiative)).status_code == 404
    kept = sign_in(cast.admin).get(to("initiative-history", initiative))
    assert "Initiative retired" in kept.content.decode()


def test_b56_what_a_job_did_is_told_of_the_system(sign_in, cast, initiative):
    update_initiative(initiative=initiative, fields={"title": "By night"}, act=act(NOW, channel=Channel.SYSTEM))
    text = sign_in(cast.viewer).get(to("initiative-history", initiative)).content.decode()
    row = text[text.index("Initiative edited") :]
    assert row.index("planapp (system)") < row.index("By night")


def test_b65_a_number_is_unique_in_its_plan_only(sign_in, cast, plan, initiative):
    client = sign_in(cast.manager)
    body = whole(initiative, title="Second", idempotency_key="a")
    taken = client.post(reverse("initiatives:initiative-create", args=[plan.slug]), body)
    assert taken.status_code == 422
    assert "Number: 1.1 is already used in this plan." in taken.content.decode()
    assert "Second" in taken.content.decode()
    other = build_plan("other-plan")
    elsewhere = body | {"goal": Goal.objects.get(plan=other, number="1").pk}
    assert client.post(reverse("initiatives:initiative-create", args=[other.slug]), elsewhere).status_code == 302


def test_create_with_everything_once_however_often_sent(sign_in, cast, plan, initiative):
    client = sign_in(cast.manager)
    body = whole(
        initiative, number="1.7", title="Fresh", contributors=[cast.viewer.pk, cast.contributor.pk],
        due_date="2027-01-31", idempotency_key="once",
    )  # fmt: skip
    where = {client.post(reverse("initiatives:initiative-create", args=[plan.slug]), body)["Location"] for _ in "ab"}
    row = Initiative.objects.get(title="Fresh")
    assert where == {to("initiative-detail", row)}
    assert (row.baseline_due_date, row.sort_key) == (date(2027, 1, 31), "000001.000007")
    assert set(Contribution.objects.filter(initiative=row).values_list("person", flat=True)) == {
        cast.viewer.pk, cast.contributor.pk,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"due_date": "2020-01-01", "reason": "x"}, "Due date: it lies before the start date."),
        ({"number": ""}, "Fill in “Number”"),
        ({"title": "x" * 201}, "“Title” can have at most 200"),
        ({"summary": "x" * 100_000}, "“Summary” can have at most 20000"),
        ({"goal": "999"}, "“Focus area”"),
        ({"audience": "aliens"}, "“Audience”"),
        ({"owner": "abc"}, "“Owner”"),
        ({"start_date": ""}, "“Start date”"),
        ({"start_date": "31.12."}, "must be a real date"),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(sign_in, cast, initiative, wrong, sentence):
    answer = sign_in(cast.manager).post(to("initiative-edit", initiative), whole(initiative) | wrong)
    assert answer.status_code == 422
    assert sentence in answer.content.decode().replace("20,000", "20000")
    initiative.refresh_from_db()
    assert initiative.version == 1


def test_a_reason_for_nothing_is_kept_nowhere_and_that_is_said(sign_in, cast, initiative):
    answer = sign_in(cast.manager).post(to("initiative-edit", initiative), whole(initiative, reason="It was agreed."))
    assert answer.status_code == 422
    assert "Nothing else was changed, so this would be kept nowhere." in answer.content.decode()


def test_a_goal_and_an_initiative_of_another_plan_are_refused(sign_in, cast, initiative):
    other = Goal.objects.get(plan=build_plan("other-plan"), number="1")
    answer = sign_in(cast.manager).post(to("initiative-edit", initiative), whole(initiative, goal=other.pk))
    assert answer.status_code == 422
    assert "“Focus area”" in answer.content.decode()


def test_an_unchanged_save_changes_nothing(sign_in, cast, initiative):
    before = AuditEvent.objects.count()
    text = sign_in(cast.manager).post(to("initiative-edit", initiative), whole(initiative), follow=True)
    assert "Nothing was changed." in text.content.decode()
    assert AuditEvent.objects.count() == before


def test_two_people_on_one_form_the_second_sees_both_texts(sign_in, cast, initiative):
    opened = whole(initiative)
    sign_in(cast.admin).post(
        to("initiative-edit", initiative), opened | {"title": "Theirs", "contributors": [cast.viewer.pk]}
    )
    client = sign_in(cast.manager)
    answer = client.post(to("initiative-edit", initiative), opened | {"title": "Mine"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert all(word in text for word in ("Theirs", "Mine", "Saved now", "You typed", "Contributors"))
    initiative.refresh_from_db()
    assert initiative.title == "Theirs"
    assert f'name="version" value="{initiative.version}"' in text


def test_owner_and_contributor_change_the_text_only(sign_in, cast, initiative):
    Contribution.objects.create(initiative=initiative, person=cast.contributor, recorded_from=act().at)
    cast.contributor.__dict__.pop("contributed_to", None)
    assert initiative.pk in contributed_to(cast.contributor)
    for person in (cast.owner, cast.contributor):
        initiative.refresh_from_db()
        client = sign_in(person)
        assert 'name="owner"' not in client.get(to("initiative-edit", initiative)).content.decode()
        client.post(
            to("initiative-edit", initiative),
            whole(initiative, summary=f"By {person}", number="9.9", owner=cast.viewer.pk),
        )
        initiative.refresh_from_db()
        assert (initiative.summary, initiative.number, initiative.owner) == (f"By {person}", "1.1", cast.owner)


def test_deleting_asks_first_and_keeps_the_past(sign_in, cast, initiative):
    client = sign_in(cast.manager)
    assert client.get(retiring(initiative)).status_code == 200
    answer = client.post(retiring(initiative), {"version": initiative.version, "reason": "Merged"})
    assert answer["Location"] == reverse("initiatives:plan-structure", args=[initiative.plan.slug])
    assert client.get(to("initiative-detail", initiative)).status_code == 404
    then = client.get(to("initiative-detail", initiative) + "?as_of=2026-09-30")
    assert initiative.title in then.content.decode()


def test_the_past_is_told_as_it_was_and_nobody_can_change_it(sign_in, cast, initiative):
    report(initiative, "on_track", "2026-09-20T12:00", cast.owner, happened="September text")
    make_milestone(initiative, date(2026, 9, 25), title="Wiring")
    update_initiative(initiative=initiative, fields={"title": "October title"}, act=act("2026-10-01T12:00"))
    report(initiative, "at_risk", "2026-10-02T13:00", cast.owner, happened="October text")
    text = sign_in(cast.manager).get(to("initiative-detail", initiative) + "?as_of=2026-09-24").content.decode()
    for then in ("Initiative 1.1", "September text", "On track", "24 Sep 2026"):
        assert then in text
    for later in (
        "October title",
        "October text",
        "status-updates/new",
        "milestones/new",
        "Set the status by hand",
        "Mark as read",
    ):
        assert later not in text
    assert text.count('method="post"') == 1, "only signing out"


@pytest.mark.parametrize("day", ["nonsense", "2026-10-06", "1800-01-01"])
def test_a_day_that_is_none_is_told(sign_in, cast, initiative, day):
    answer = sign_in(cast.viewer).get(to("initiative-detail", initiative) + f"?as_of={day}")
    assert answer.status_code == 400
    assert "As of:" in answer.content.decode()


def test_before_it_was_added_there_is_no_page(sign_in, cast, initiative):
    answer = sign_in(cast.viewer).get(to("initiative-detail", initiative) + "?as_of=2025-01-01")
    assert answer.status_code == 404
    assert "was not kept here on that day" in answer.content.decode()


def test_handing_over_the_work_of_someone_who_leaves(sign_in, cast, plan, initiative):
    make_milestone(initiative, None, title="Mine", owner=cast.owner)
    page = f"{reverse('initiatives:initiative-hand-over')}?leaver={cast.owner.pk}"
    assert sign_in(cast.owner).get(page).status_code == 403
    client = sign_in(cast.manager)
    assert "1.1 Initiative 1.1" in client.get(page).content.decode()
    assert client.post(page, {"to": cast.owner.pk}).status_code == 422
    said = client.post(page, {"to": cast.contributor.pk, "reason": "Left"}, follow=True).content.decode()
    assert "2 handed over from Owner to Contributor" in said
    initiative.refresh_from_db()
    assert initiative.owner == cast.contributor
    assert "Nothing open" in said


@pytest.mark.parametrize("who", ["manager", "owner", "contributor", "viewer"])
@pytest.mark.parametrize("page", ["initiative-detail", "initiative-history", "initiative-edit", "status-update-create"])
def test_a_page_costs_twelve_queries_at_most(sign_in, cast, initiative, who, page, django_assert_max_num_queries):
    Contribution.objects.create(initiative=initiative, person=cast.contributor, recorded_from=act().at)
    for day in (11, 12, 13):
        make_milestone(initiative, date(2026, 10, day), owner=cast.viewer)
        report(initiative, "on_track", f"2026-09-{day}T12:00", cast.owner)
        propose_commitment(initiative=initiative, department=cast.health, what="x", due_date=None, act=act())
    client = sign_in(getattr(cast, who))
    for query in ("", "?as_of=2026-09-30"):
        with django_assert_max_num_queries(12):
            assert client.get(to(page, initiative) + query).status_code in {200, 403}


def test_an_absurd_address_is_not_found(sign_in, cast):
    assert sign_in(cast.viewer).get("/initiatives/99999999999999999999999999/").status_code == 404


def test_an_update_posted_meanwhile_does_not_disturb_an_edit(sign_in, cast, initiative):
    open_form = whole(initiative, title="Snow routes")
    report(initiative, "at_risk", NOW, cast.owner)
    assert sign_in(cast.manager).post(to("initiative-edit", initiative), open_form).status_code == 302
    initiative.refresh_from_db()
    assert (initiative.title, initiative.reported_status) == ("Snow routes", "at_risk")
