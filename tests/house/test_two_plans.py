"""Two plans of two offices side by side: whoever has a role in one of them learns nothing of the other.

The plan of `world` is the other one. Whatever it is called has the word in it that no answer may hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from goals.models import Evidence, Goal, Plan, Priority, Strategy
from goals.rules import BELOW, SIFTED
from goals.services import create_plan, update_evidence, update_goal, update_plan, update_priority, update_strategy
from initiatives.models import Commitment, Initiative, Milestone
from initiatives.services import save_view, update_initiative, update_milestone
from outbox.models import Message
from outbox.services import send_due_messages
from people.models import PlanAccess, RoleGrant, User
from people.roles import Role
from people.services import create_user, grant_role, revoke_role
from records.asof import AsOf
from reminders.models import MessageItem
from reminders.services import plan_messages, send_new_link
from search.finding import find
from tests.build import act, build_plan
from tests.conftest import NOW
from tests.house.addresses import addresses
from tests.house.test_urls_guarded import OPEN
from tests.house.world import World, populate

HIDDEN = "quokka"
# What is said in the other plan and cannot be renamed.
SAID = ("Promise 1", "Step 1 is done", "Comment 1", "Finding 1", "Note 1", "View 1", "Test plan", "The plan before")
ROLES = (Role.VIEWER, Role.CONTRIBUTOR, Role.LIAISON, Role.LEADER, Role.PLAN_MANAGER)
BY = act(NOW)
# Tables that a request writes into without changing anything that is recorded.
OF_REQUESTS = (
    "people_session",
    "django_session",
    "web_",
    "account_",
    "django_migrations",
    "sqlite_",
    "records_recordlock",
)


@dataclass
class Two:
    """The world around the other plan, the plan that somebody has a role in, and that person."""

    world: World
    mine: Plan
    people: dict[Role, User]

    @property
    def mine_access(self) -> PlanAccess:
        access = self.mine.access
        assert access is not None
        return access


def rename(world: World) -> None:
    """The word stands in whatever the other plan holds."""
    for plan in (world.plan, world.before):
        for goal in Goal.objects.filter(plan=plan):
            update_goal(goal=goal, fields={"title": f"Quokka area {goal.number}", "text": "Quokka."}, act=BY)
        for strategy in Strategy.objects.filter(goal__plan=plan):
            update_strategy(strategy=strategy, fields={"title": "Quokka strategy"}, act=BY)
        for priority in Priority.objects.filter(plan=plan):
            update_priority(priority=priority, fields={"name": "Quokka priority"}, act=BY)
        for row in Initiative.objects.filter(plan=plan, deleted_at=None):
            update_initiative(initiative=row, fields={"title": f"Quokka {row.number}"}, act=BY)
        for step in Milestone.objects.filter(initiative__plan=plan, deleted_at=None):
            update_milestone(milestone=step, fields={"title": f"Quokka step {step.pk}"}, act=BY)
        update_plan(plan=plan, fields={"title": f"Quokka plan {plan.pk}", "slug": f"quokka-{plan.pk}"}, act=BY)


@pytest.fixture
def two(world) -> Two:
    rename(world)
    world.plan.refresh_from_db()
    cast = world.cast
    mine = build_plan(slug="open-plan", title="Wombat plan")
    people = {}
    for role in ROLES:
        user = create_user(email=f"{role}@wombat.example", name=f"Wombat {role}", department=cast.streets, act=BY)
        department = cast.streets if role == Role.LIAISON else None
        grant_role(user=user, role=role, department=department, plan_access=mine.access, act=BY)
        people[role] = user
    populate(mine, cast, 2, owner=people[Role.CONTRIBUTOR], department=cast.streets)
    # What they own in the other plan is none of their business any more.
    update_initiative(initiative=world.initiative, fields={"owner": people[Role.CONTRIBUTOR]}, act=BY)
    update_milestone(milestone=world.milestone, fields={"owner": people[Role.CONTRIBUTOR]}, act=BY)
    for goal in Goal.objects.filter(plan=world.plan):
        update_goal(goal=goal, fields={"lead": people[Role.PLAN_MANAGER]}, act=BY)
    save_view(owner=cast.manager, name="Quokka view", plan=None, query="", is_shared=True, act=BY)
    return Two(world, mine, people)


def client_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def text_of(answer: HttpResponseBase) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return body.decode(errors="replace") + str(answer.headers.get("Location", ""))


def leaks(answer: HttpResponseBase, path: str) -> list[str]:
    """What an answer tells of the other plan, besides what the address itself said."""
    own, _, query = path.partition("?")
    text = text_of(answer).replace(path, "").replace(own, "").replace(query.rpartition("=")[2] or path, "")
    return [word for word in (HIDDEN, *SAID) if word.lower() in text.lower()]


def closed(world: World) -> Iterator[tuple[str, str]]:
    """Every address, of what the other plan holds."""
    for address in addresses():
        if address.name not in OPEN:
            yield address.name, address.path(world.values(address))


def table_contents() -> dict[str, Any]:
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(OF_REQUESTS):
                cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of our own tables
                found[table] = hash(tuple(sorted(map(repr, cursor.fetchall()))))
    return found


@pytest.mark.parametrize("role", ROLES)
def test_no_page_tells_of_the_other_plan(two, role):
    client, found = client_of(two.people[role]), []
    for name, path in closed(two.world):
        for query in ("", "?as_of=2026-09-30", f"?plan={two.world.plan.slug}"):
            answer = client.get(path + query)
            found += [(name, query, answer.status_code, word) for word in leaks(answer, path + query)]
            is_about_it = not (name in SIFTED or name.startswith((*BELOW, "api")))
            if is_about_it and answer.status_code not in {403, 404, 405}:
                found.append((name, query, answer.status_code, "open"))
    assert not found


@pytest.mark.parametrize("role", ROLES)
def test_nothing_in_the_other_plan_can_be_changed(two, role):
    client, found = client_of(two.people[role]), []
    rows = table_contents()
    for name, path in closed(two.world):
        if name in SIFTED or name.startswith(BELOW):
            continue  # about nothing of the other plan; what they change is the reader's own
        answer = client.post(path, {"text": "x", "reason": "x", "version": "1"})
        found += [(name, answer.status_code)] if answer.status_code not in {403, 404, 405} else []
    assert not found
    assert table_contents() == rows


@pytest.mark.parametrize("role", ROLES)
def test_what_is_theirs_is_open_to_them(two, role):
    client = client_of(two.people[role])
    row = Initiative.objects.get(plan=two.mine, number="1.2")
    for path in (
        "/", "/plans/", "/plans/open-plan/", "/plans/open-plan/activity/", "/plans/open-plan/activity.atom",
        f"/initiatives/{row.pk}/", f"/initiatives/{row.pk}/history/", "/initiatives/", "/departments/",
        "/departments/Streets/", "/reports/", "/search/?q=initiative", "/messages/", "/profile/",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert not leaks(answer, path), path
    assert "1.2" in client.get("/initiatives/").content.decode()
    assert "Wombat plan" in client.get("/plans/").content.decode()
    assert client.get("/plan/")["Location"] == "/plans/open-plan/"


def test_each_role_does_in_its_plan_what_it_does_everywhere(two):
    row = Initiative.objects.get(plan=two.mine, number="1.2")
    commitment = Commitment.objects.get(initiative=row)
    may = {
        "initiatives.add_status_update": {Role.CONTRIBUTOR, Role.LIAISON, Role.PLAN_MANAGER},
        "initiatives.restructure_initiative": {Role.PLAN_MANAGER},
        "initiatives.propose_commitment": {Role.CONTRIBUTOR, Role.LIAISON, Role.PLAN_MANAGER},
        "initiatives.add_comment": {Role.CONTRIBUTOR, Role.LIAISON, Role.LEADER, Role.PLAN_MANAGER},
        "initiatives.view_initiative": set(ROLES),
        "reports.write_report": {Role.LEADER, Role.PLAN_MANAGER},
        "goals.change_plan": {Role.PLAN_MANAGER},
        "goals.read_plan": set(ROLES),
    }
    for permission, roles in may.items():
        assert {role for role, user in two.people.items() if user.has_perm(permission, row)} == roles, permission
        for user in two.people.values():
            assert not user.has_perm(permission, two.world.initiative), permission
            assert not user.has_perm(permission), permission
    holders = {role for role, user in two.people.items() if user.has_perm("initiatives.keep_commitment", commitment)}
    assert holders == {Role.LIAISON, Role.PLAN_MANAGER}
    assert not two.people[Role.LIAISON].has_perm("initiatives.keep_commitment", two.world.commitment)


def test_a_manager_of_one_plan_runs_it(two):
    client = client_of(two.people[Role.PLAN_MANAGER])
    row = Initiative.objects.get(plan=two.mine, number="1.2")
    for path in (
        "/plans/open-plan/structure/", "/plans/open-plan/edit/", "/plans/open-plan/import/",
        "/plans/open-plan/archive/",
        f"/initiatives/{row.pk}/edit/", f"/initiatives/{row.pk}/override/", "/plans/open-plan/goals/new/",
        "/messages/rules/open-plan/",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert not leaks(answer, path), path


def test_search_and_suggestions_find_nothing_of_the_other_plan(two):
    client = client_of(two.people[Role.PLAN_MANAGER])
    for text in (HIDDEN, "quokks", "Promise", "Finding", "done", "1.1", "area", "plan"):
        for path in ("/search/", "/search/suggestions/"):
            address = f"{path}?{urlencode({'q': text})}"
            told = text_of(client.get(address)).replace(text, "")
            assert HIDDEN not in told.lower(), address
            assert not [said for said in SAID if said in told], address


def test_a_search_does_the_same_work_whether_a_word_stands_in_the_other_plan_or_nowhere(two):
    """Else the time of an answer would tell."""
    reader, when = User.objects.get(pk=two.people[Role.PLAN_MANAGER].pk), AsOf(NOW.date())
    find("warm up", user=reader, when=when, plans=[two.mine.pk])  # the roles are read

    def done(text):
        with CaptureQueriesContext(connection) as asked:
            assert find(text, user=reader, when=when, plans=[two.mine.pk]).keys == []
        return [one["sql"].replace(text, "…") for one in asked]

    assert done(HIDDEN) == done("qxqxqx")


def test_the_api_knows_one_plan(two):
    client = client_of(two.people[Role.VIEWER])
    for kind in ("plans", "goals", "strategies", "initiatives", "milestones", "commitments", "status-updates"):
        for query in ("", "?as_of=2026-09-15"):
            answer = client.get(f"/api/v1/{kind}/{query}")
            assert answer.status_code == 200, kind
            assert not leaks(answer, f"/api/v1/{kind}/{query}"), kind
        assert client.get(f"/api/v1/{kind}/").json()["results"], kind
    for kind, row in (
        ("plans", two.world.plan), ("goals", Goal.objects.filter(plan=two.world.plan)[0]),
        ("initiatives", two.world.initiative), ("milestones", two.world.milestone),
        ("commitments", two.world.commitment), ("status-updates", two.world.update),
    ):  # fmt: skip
        assert client.get(f"/api/v1/{kind}/{row.pk}/").status_code == 404, kind
    absent = client.get(f"/api/v1/initiatives/?plan={two.world.plan.slug}")
    assert (absent.status_code, "there is no plan" in absent.content.decode()) == (400, True)
    goal = Goal.objects.filter(plan=two.world.plan)[0]
    assert client.get(f"/api/v1/initiatives/?goal={goal.pk}").status_code == 400


def test_mails_tell_nobody_of_a_plan_they_may_not_read(two):
    at = NOW + timedelta(days=20)
    planned = plan_messages(at=at)
    theirs = {user.pk for user in two.people.values()}
    told = [(one.event.plan_id, person) for person, lines in planned.items() for one in lines if person in theirs]
    assert {plan for plan, _ in told} == {two.mine.pk}, "they hear of their own plan, and of no other"
    assert {one.event.plan_id for lines in planned.values() for one in lines} >= {two.world.plan.pk, two.mine.pk}
    assert not MessageItem.objects.filter(person__in=theirs).exclude(plan=two.mine).exists()


def test_a_mail_that_was_planned_before_a_role_was_narrowed_drops_what_is_not_theirs(two):
    owner = two.people[Role.CONTRIBUTOR]
    everywhere = grant_role(user=owner, role=Role.CONTRIBUTOR, act=BY)
    at = NOW + timedelta(days=20)
    plan_messages(at=at)
    about_it = MessageItem.objects.filter(person=owner, plan=two.world.plan)
    assert about_it.exists()
    revoke_role(grant=everywhere, act=act(at))
    send_due_messages(at=at + timedelta(minutes=5))
    assert not about_it.filter(dropped="").exists()
    client = client_of(owner)
    message = Message.objects.filter(person=owner, kind="digest").latest("pk")
    assert client.get(f"/messages/{message.pk}/").status_code == 404, "its lines are of a plan that is closed now"


def test_a_role_for_the_whole_installation_opens_everything(two):
    user = two.people[Role.VIEWER]
    grant_role(user=user, role=Role.VIEWER, act=BY)
    client = client_of(user)
    assert client.get(f"/plans/{two.world.plan.slug}/").status_code == 200
    assert HIDDEN in client.get("/initiatives/").content.decode().lower()


def test_a_role_in_a_plan_beside_one_everywhere_changes_that_plan_alone(two):
    user = create_user(email="both@wombat.example", name="Both", act=BY)
    grant_role(user=user, role=Role.VIEWER, act=BY)
    grant_role(user=user, role=Role.PLAN_MANAGER, plan_access=two.mine.access, act=BY)
    client = client_of(user)
    assert client.get("/plans/open-plan/edit/").status_code == 200
    assert client.get(f"/plans/{two.world.plan.slug}/").status_code == 200
    assert client.get(f"/plans/{two.world.plan.slug}/edit/").status_code == 403


def test_an_earlier_short_name_leads_nowhere(two):
    assert client_of(two.people[Role.VIEWER]).get("/plans/test-plan/").status_code == 404
    assert client_of(two.world.cast.viewer).get("/plans/test-plan/").status_code == 302


def test_a_short_name_that_the_other_plan_had_before_opens_nothing_of_its_past(world):
    """The other plan was called `test-plan` until now; a younger one has that short name, and another reader."""
    old = world.plan.slug
    update_plan(plan=world.plan, fields={"slug": "quokka-plan"}, act=BY)
    began = {"start_date": date(2026, 10, 6), "end_date": date(2027, 6, 30), "state": Plan.State.ACTIVE}
    fields = {"title": "Wombat plan", "slug": old, "working_days": [0, 1, 2, 3, 4], **began}
    mine = create_plan(fields=fields, act=act(NOW + timedelta(minutes=1)))
    user = create_user(email="a@wombat.example", name="Wombat", act=BY)
    grant_role(user=user, role=Role.VIEWER, plan_access=mine.access, act=BY)
    client, found = client_of(user), []
    for address in addresses():
        if address.name in OPEN or "slug" not in address.parts:
            continue
        path = address.path(world.values(address) | {"slug": old}) + "?as_of=2026-09-30"
        text = text_of(client.get(path))
        found += [(path, word) for word in (*SAID, "Initiative 1.1", "Security") if word in text]
    assert not found
    for page in ("", "why/", "easy-read/", "easy-read.pdf", "goals/1/", "activity/"):
        assert client.get(f"/plans/{old}/{page}?as_of=2026-09-30").status_code == 404, page
    assert client.get(f"/plans/{old}/").status_code == 200
    everybody = client_of(world.cast.viewer).get(f"/plans/{old}/?as_of=2026-09-30")
    assert (everybody.status_code, "Test plan" in text_of(everybody)) == (200, True)


def test_a_new_link_is_not_sent_to_whoever_may_not_read_its_plan_any_more(two):
    owner = two.people[Role.CONTRIBUTOR]
    everywhere = grant_role(user=owner, role=Role.CONTRIBUTOR, act=BY)
    at = NOW + timedelta(days=20)
    plan_messages(at=at)
    for plan in (two.world.plan, two.mine):
        send_new_link(item=MessageItem.objects.filter(person=owner, plan=plan)[0], at=at)
    revoke_role(grant=everywhere, act=act(at))
    send_due_messages(at=at + timedelta(minutes=5))
    texts = [message.text for message in Message.objects.filter(person=owner, kind="link", state="sent")]
    assert (len(texts), HIDDEN in texts[0].lower()) == (1, False)


def test_an_administrator_is_one_for_everything(two):
    with pytest.raises(ValidationError, match="For: an administrator"):
        grant_role(user=two.people[Role.VIEWER], role=Role.ADMINISTRATOR, plan_access=two.mine.access, act=BY)


def test_a_plan_and_its_access_are_called_the_same(two):
    update_plan(plan=two.mine, fields={"title": "Wallaby plan"}, act=BY)
    grant = RoleGrant.objects.select_related("plan_access").get(user=two.people[Role.LIAISON])
    assert grant.words == "Department liaison (Department of Streets) for “Wallaby plan”"


def test_whoever_has_a_role_everywhere_pays_nothing(two, django_assert_max_num_queries):
    user = User.objects.get(pk=two.world.cast.viewer.pk)
    assert user.has_perm("people.read")  # the roles are read
    with django_assert_max_num_queries(0):
        assert user.has_perm("goals.read_plan", two.mine)
        assert user.has_perm("initiatives.view_initiative", two.world.initiative)


def test_evidence_of_the_other_plan_is_nowhere(two):
    with transaction.atomic():
        row = Evidence.objects.filter(plan=two.world.plan, deleted_at=None)[0]
        update_evidence(evidence=row, fields={"text": "Quokka finding"}, act=BY)
    client = client_of(two.people[Role.PLAN_MANAGER])
    assert client.get(f"/evidence/{row.pk}/edit/").status_code == 404
    assert HIDDEN not in client.get("/search/?q=finding").content.decode().lower()


def test_whoever_manages_people_gives_a_role_for_one_plan(two):
    client, user = client_of(two.world.cast.manager), create_user(email="new@wombat.example", name="New", act=BY)
    page = f"/people/{user.pk}/"
    assert "The whole installation" in client.get(page).content.decode()
    typed = {"role": "viewer", "plan_access": two.mine_access.pk, "version": user.role_changes()}
    assert client.post(f"{page}roles/", typed).status_code == 302
    grant = RoleGrant.objects.get(user=user)
    assert (grant.role, grant.plan_access) == ("viewer", two.mine.access)
    answer = client.get(page).content.decode()
    assert "for <bdi>Wombat plan</bdi>" in answer
    assert "Wombat plan" in client_of(user).get("/profile/").content.decode()
    assert client_of(user).get(f"/plans/{two.world.plan.slug}/").status_code == 404
    admin = client_of(two.world.cast.admin)
    typed |= {"role": "administrator", "version": user.role_changes()}
    refused = admin.post(f"{page}roles/", typed)
    assert (refused.status_code, "For: an administrator" in refused.content.decode()) == (422, True)
    assert client.post(f"{page}roles/{grant.pk}/revoke/", {"version": user.role_changes()}).status_code == 302
    assert client_of(user).get("/plans/open-plan/").status_code == 403
