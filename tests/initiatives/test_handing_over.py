"""Everything that somebody holds goes to somebody else: what goes, what stays, and at what cost."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives.models import Contribution, Initiative, InitiativeVersion, Milestone
from initiatives.services import complete_milestone, delete_initiative, hand_over, update_initiative
from people.services import create_user
from records.models import AuditEvent
from tests.build import act, make_initiative, make_milestone, report
from tests.conftest import NOW

DUE = date(2026, 12, 1)


def test_what_is_open_goes_and_what_is_over_stays(plan, cast):
    one = make_initiative(plan, number="7.1", owner=cast.owner)
    make_milestone(one, DUE, title="Open", owner=cast.owner)
    complete_milestone(milestone=make_milestone(one, DUE, title="Over", owner=cast.owner), act=act(NOW))
    over = make_initiative(plan, number="7.2", owner=cast.owner)
    report(over, "completed", NOW, cast.owner, percent=100)
    gone = make_initiative(plan, number="7.3", owner=cast.owner)
    make_milestone(gone, DUE, title="Gone", owner=cast.owner)
    delete_initiative(initiative=gone, act=act(NOW))
    team = make_initiative(plan, number="7.4", owner=cast.leader)
    update_initiative(initiative=team, fields={}, contributors=[cast.owner, cast.contributor], act=act(NOW))
    moved = hand_over(leaver=cast.owner, to=cast.manager, act=act(NOW, cast.admin, reason="Leaves."))
    assert moved == 3
    owners = dict(Initiative.objects.values_list("number", "owner"))
    assert owners == {"7.1": cast.manager.pk, "7.2": cast.owner.pk, "7.3": cast.owner.pk, "7.4": cast.leader.pk}
    steps = dict(Milestone.objects.values_list("title", "owner"))
    assert steps == {"Open": cast.manager.pk, "Over": cast.owner.pk, "Gone": cast.owner.pk}
    (stays,) = Contribution.objects.filter(recorded_until__isnull=True)
    assert stays.person == cast.contributor
    left = AuditEvent.objects.get(verb="initiative.handed_over", target_id=team.pk)
    assert (left.changes, left.reason) == ({"contributors": ["Contributor, Owner", "Contributor"]}, "Leaves.")
    assert InitiativeVersion.objects.filter(subject=one, recorded_until__isnull=True).get().owner == cast.manager
    assert hand_over(leaver=cast.owner, to=cast.manager, act=act(NOW)) == 0


def test_many_cost_what_few_do(plan, cast):
    def grow(count, begin):
        for at in range(begin, begin + count):
            one = make_initiative(plan, number=f"7.{at}", owner=cast.owner)
            make_milestone(one, DUE, owner=cast.owner)
            update_initiative(initiative=one, fields={}, contributors=[cast.owner, cast.leader], act=act(NOW))

    def cost(name):
        to = create_user(email=f"{name}@test.example", name=name.capitalize(), act=act())
        with CaptureQueriesContext(connection) as seen:
            hand_over(leaver=cast.owner, to=to, act=act(NOW, cast.admin))
        return len(seen)

    grow(2, 10)
    few = cost("first")
    grow(20, 100)
    assert cost("second") == few
