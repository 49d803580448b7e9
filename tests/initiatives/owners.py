"""What tests of the handshake of owners share: who names whom, and what waits."""

from datetime import timedelta

from initiatives import services as work
from initiatives.models import Initiative, OwnerRequest
from initiatives.selectors.my_work import active_plans, my_work
from initiatives.selectors.owners import asked_of, not_confirmed
from records.asof import AsOf
from tests.build import act
from tests.conftest import NOW

NOW_LIVE = AsOf.now(NOW)


def by(person, minutes=0, reason=""):
    return act(NOW + timedelta(minutes=minutes), person, reason=reason)


def give(initiative, person, giver, minutes=0):
    """Named the owner by somebody else; returns what they are asked."""
    work.update_initiative(initiative=initiative, fields={"owner": person}, act=by(giver, minutes))
    return open_request(initiative)


def open_request(initiative):
    return OwnerRequest.objects.filter(initiative=initiative, recorded_until__isnull=True).first()


def unconfirmed():
    rows = Initiative.objects.filter(not_confirmed(NOW_LIVE, "pk"), deleted_at__isnull=True)
    return set(rows.values_list("number", flat=True))


def waits_for(person):
    """What My work asks of them, which is what their page says that they owe."""
    found = list(my_work(person, active_plans(NOW_LIVE), NOW_LIVE, limit=None).to_confirm)
    assert [one.id for one in found] == [one.id for one in asked_of(person.pk, NOW_LIVE)]
    return found
