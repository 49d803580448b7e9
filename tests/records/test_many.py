"""Many rows at once leave the same history as one by one: events, versions, words, instants."""

import pytest

from initiatives.models import Initiative, InitiativeVersion, StatusUpdate
from initiatives.services import (
    Change,
    NewerUpdate,
    create_initiative,
    create_initiatives,
    record_status_update,
    record_status_updates,
    update_initiative,
    update_initiatives,
)
from records.audit import StaleVersion, close_records
from records.models import AuditEvent
from tests.build import act, make_initiative, report
from tests.conftest import NOW

FIELDS = ("verb", "changes", "actor_id", "channel", "reason", "happened_at", "parent_id", "target_label")
SKIPPED = {"id", "event", "subject", "latest_update"}


def history(rows) -> list:
    """What the log and the versions say of rows, without their keys."""
    found = []
    for row in rows:
        events = AuditEvent.objects.filter(target_type="initiative", target_id=row.pk).order_by("pk")
        versions = InitiativeVersion.objects.filter(subject=row).order_by("recorded_from")
        names = [f.attname for f in InitiativeVersion._meta.concrete_fields if f.name not in SKIPPED]
        found.append((list(events.values_list(*FIELDS)), list(versions.values_list(*names))))
    return found


@pytest.fixture
def twins(plan, goal, cast):
    """Fields of three initiatives, to be made once one by one and once together, in plans alike."""
    return [
        {"goal": goal, "number": f"1.{n}", "title": f" Work {n}\r\n", "owner": cast.owner, "start_date": NOW.date()}
        for n in range(3)
    ]


def undone(do):
    """The history that something leaves; afterwards it never was."""
    from django.db import transaction  # noqa: PLC0415

    with transaction.atomic():
        do()
        found = history(Initiative.objects.order_by("number"))
        transaction.set_rollback(True)
    return found


def test_creations_are_the_same_as_one_by_one(plan, twins, cast):
    how = act(NOW, cast.manager, reason="It was agreed.")
    one = undone(lambda: [create_initiative(plan=plan, fields=fields, act=how) for fields in twins])
    many = undone(lambda: create_initiatives(plan=plan, changes=[Change(None, fields) for fields in twins], act=how))
    assert many == one
    assert len(many) == 3


def test_changes_and_updates_are_the_same_as_one_by_one(plan, twins, cast, goal):
    rows = [make_initiative(plan, **fields) for fields in twins]
    report(rows[0], "on_track", "2026-09-01T12:00", cast.owner)
    how = act(NOW, cast.manager, reason="It moved.")
    wanted = [
        {"title": "Other", "owner": None}, {"due_date": NOW.date().replace(month=12)}, {"title": twins[2]["title"]},
    ]  # fmt: skip
    words = {"status": "at_risk", "happened": "Slow.", "percent": 10}

    def one_by_one():
        for row, fields in zip(rows, wanted, strict=True):
            update_initiative(initiative=row, fields=fields, contributors=[cast.liaison], act=how)
        for row in rows:
            record_status_update(initiative=row, words=words, act=how)

    def together():
        changes = [Change(row, fields, [cast.liaison]) for row, fields in zip(rows, wanted, strict=True)]
        update_initiatives(changes=changes, act=how)
        held = Initiative.objects.in_bulk()
        record_status_updates(reports=[(row, words, held[row.pk].latest_update_id) for row in rows], act=how)

    def plain(found):
        return [(events, [version[:-1] for version in versions]) for events, versions in found]

    many, one = plain(undone(together)), plain(undone(one_by_one))
    for a, b in zip(many, one, strict=True):
        for c, d in zip(a, b, strict=True):
            for e, f in zip(c, d, strict=True):
                assert list(e) == list(f)


def test_nothing_is_recorded_inside_a_closed_quarter_nor_before_a_last_change(plan, twins, cast):
    until = NOW.replace(month=12)
    close_records(until=until)
    (row,) = create_initiatives(plan=plan, changes=[Change(None, twins[0])], act=act(NOW))
    assert AuditEvent.objects.get(target_type="initiative", target_id=row.pk).happened_at == until
    update_initiatives(changes=[Change(row, {"title": "Later"})], act=act(NOW))
    first, second = InitiativeVersion.objects.filter(subject=row).order_by("recorded_from")
    assert first.recorded_until == second.recorded_from > until
    assert second.title == "Later"


def test_an_unchanged_row_writes_nothing(plan, twins):
    row = make_initiative(plan, **twins[0])
    before = AuditEvent.objects.count()
    update_initiatives(changes=[Change(row, {"title": "Work 0"})], act=act(NOW))
    assert AuditEvent.objects.count() == before


def test_what_somebody_else_changed_since_is_not_replaced(plan, twins, cast):
    row = make_initiative(plan, **twins[0])
    update_initiative(initiative=row, fields={"title": "Theirs"}, act=act(NOW))
    with pytest.raises(StaleVersion):
        update_initiatives(changes=[Change(row, {"title": "Mine"}, seen_version=1)], act=act(NOW))
    report(row, "on_track", NOW, cast.owner)
    with pytest.raises(NewerUpdate):
        record_status_updates(reports=[(row, {"status": "at_risk"}, None)], act=act(NOW))
    assert StatusUpdate.objects.get().status == "on_track"


def test_the_statements_do_not_grow_with_the_rows(plan, twins, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        create_initiatives(plan=plan, changes=[Change(None, fields) for fields in twins], act=act(NOW))
    with django_assert_max_num_queries(12):
        changes = [Change(row, {"title": "Other"}) for row in Initiative.objects.all()]
        update_initiatives(changes=changes, act=act(NOW))
