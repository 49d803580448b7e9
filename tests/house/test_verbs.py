"""What the audit log says: every verb has words, and every row names and links what it happened to."""

import re
from datetime import date

from django.conf import settings
from django.urls import reverse

from initiatives.services import delete_initiative, propose_commitment
from people.services import grant_role
from records.models import AuditEvent
from records.verbs import NOUNS, VERBS, entries
from reports.models import ActKind
from reports.snapshots.integrity import RESEALED, SEALED
from tests.build import act, make_initiative, make_milestone, report
from tests.house.test_services_recorded import TABLE
from tests.rooms import HEIGHT

LITERAL = re.compile(r'verb="([a-z_]+\.[a-z_]+)"')


def test_every_verb_that_a_service_writes_has_words():
    written = {verb for verbs, _ in TABLE.values() for verb in verbs}
    written |= {SEALED, RESEALED, "user.reactivated", "user.deactivated"}
    written |= {f"report.{kind}" for kind in ActKind.values}
    for room in HEIGHT:
        for path in (settings.BASE_DIR / room).rglob("*.py"):
            text = path.read_text()
            written.update(LITERAL.findall(text))
            written.update(verb for verb in VERBS if f'"{verb}"' in text)
    assert written - VERBS.keys() == set()
    assert {verb.partition(".")[0] for verb in VERBS} == set(NOUNS)
    assert VERBS.keys() - written == set()


def test_rows_of_the_log_name_what_they_happened_to_and_link_to_it(sign_in, cast, plan):
    kept, gone = (make_initiative(plan, number=number, owner=cast.owner) for number in ("1.8", "1.9"))
    make_milestone(kept, date(2026, 12, 1), title="Pilot")
    report(kept, "on_track", "2026-10-01T12:00", cast.owner)
    propose_commitment(initiative=kept, department=cast.streets, what="Poles", due_date=None, act=act())
    delete_initiative(initiative=gone, act=act("2026-10-02T12:00", cast.manager))
    grant_role(user=cast.viewer, role="leader", act=act("2026-10-02T13:00", cast.admin))
    answer = sign_in(cast.manager).get(reverse("people:audit-log"))
    found = {entry.what: (entry.target, entry.href) for entry in reversed(answer.context["entries"])}
    page = reverse("initiatives:initiative-detail", args=[kept.pk])
    assert found["Milestone added"] == ("Pilot", page)
    assert found["Status update"] == ("1.8 Initiative 1.8", page)
    assert found["Commitment proposed"] == ("Poles", page)
    assert found["Role given"] == ("Viewer", reverse("people:person-detail", args=[cast.viewer.pk]))
    # What was deleted has no page; its plan has one.
    assert found["Initiative retired"] == ("1.9 Initiative 1.9", reverse("initiatives:plan-detail", args=[plan.slug]))
    assert f'href="{page}">Pilot</a>' in answer.content.decode()


def test_nobody_is_led_where_they_may_not_go(cast, plan):
    make_initiative(plan, number="1.8")
    events = AuditEvent.objects.all()
    assert {entry.href for entry in entries(events, cast.stranger)} == {""}
    assert reverse("people:person-detail", args=[cast.viewer.pk]) not in {
        entry.href for entry in entries(events, cast.viewer)
    }


def test_a_page_does_not_repeat_its_own_name(cast, plan):
    row = make_initiative(plan, number="1.8")
    events = AuditEvent.objects.filter(target_type="initiative", target_id=row.pk)
    assert [(entry.what, entry.target) for entry in entries(events, cast.viewer, own="initiative")] == [
        ("Initiative added", "")
    ]
