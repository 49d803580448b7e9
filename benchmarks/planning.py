"""Planning the digests of a day beside the plain SQL that writes the same rows.

One milestone of a hundred is due, ten for each person. Both write to the real tables, with their indexes and foreign
keys, have them checked, and are rolled back, so that each round finds the same day. Aim: a ratio of at most 2.
"""

from datetime import UTC, datetime

from django.db import connection, transaction

from benchmarks.due import seed
from benchmarks.measure import Pair, taking_turns
from outbox.models import Message
from records.asof import local_day, start_of_day
from reminders.models import MessageItem
from reminders.services import plan_messages

AT = datetime(2026, 10, 5, 14, tzinfo=UTC)
SIZES = (100_000,)  # and 1,000,000 by hand

OWED = """
CREATE TEMPORARY TABLE owed ON COMMIT DROP AS
SELECT coalesce(m.owner_id, i.owner_id) AS person, m.id AS subject, m.due_date AS due, i.plan_id AS plan,
  i.id AS initiative, left(m.title || ' – ' || i.number || ' ' || i.title, 600) AS label,
  i.latest_update_id AS seen,
  CASE WHEN m.due_date - 1 <= %(day)s THEN -1 WHEN m.due_date - 7 <= %(day)s THEN -7 ELSE -30 END AS step
FROM initiatives_milestone m
JOIN initiatives_initiative i ON i.id = m.initiative_id
JOIN goals_plan p ON p.id = i.plan_id AND p.state = 'active' AND p.reminders_on AND p.deleted_at IS NULL
WHERE m.completed_date IS NULL AND NOT m.is_cancelled AND m.deleted_at IS NULL
  AND m.due_date BETWEEN %(day)s AND %(day)s + 30
  AND i.deleted_at IS NULL AND i.start_date <= %(day)s
  AND i.reported_status NOT IN ('completed', 'cancelled', 'on_hold')
  AND i.override_status NOT IN ('completed', 'cancelled', 'on_hold')
  AND EXISTS (
    SELECT FROM people_rolegrant g JOIN people_user u ON u.id = g.user_id AND u.is_active AND u.email <> ''
    WHERE g.recorded_until IS NULL AND g.user_id = coalesce(m.owner_id, i.owner_id))
  AND NOT EXISTS (
    SELECT FROM reminders_messageitem o WHERE o.subject_type = 'milestone' AND o.subject_id = m.id
      AND o.person_id = coalesce(m.owner_id, i.owner_id) AND o.dropped = '')
  AND NOT EXISTS (
    SELECT FROM outbox_message o WHERE o.kind = 'digest' AND o.state <> 'cancelled'
      AND o.person_id = coalesce(m.owner_id, i.owner_id)
      AND (o.day = %(day)s OR o.sent_at >= %(midnight)s OR o.state IN ('queued', 'claimed', 'sending')))
"""
MESSAGES = """
INSERT INTO outbox_message
  (person_id, kind, key, day, message_id, date, planned_at, state, fence, attempts, next_try_at, note,
   to_address, subject, text, html, address)
SELECT person, 'digest', %(day)s::text, %(day)s, '<' || left(encode(sha256(
    convert_to('digest:' || person || ':' || %(day)s::text || ':0', 'UTF8')), 'hex'), 40) || '@localhost>',
  %(at)s, %(at)s, 'queued', 0, 0, %(at)s, '', '', '', '', '', ''
FROM (SELECT DISTINCT person FROM owed) people ORDER BY person
"""
ITEMS = """
INSERT INTO reminders_messageitem
  (message_id, person_id, kind, subject_type, subject_id, due_date, step, plan_id, initiative_id, label, reason,
   seen_update_id, planned_on, dropped)
SELECT m.id, o.person, 'milestone_due_soon', 'milestone', o.subject, o.due, o.step, o.plan, o.initiative, o.label,
  'owner', o.seen, %(day)s, ''
FROM owed o JOIN outbox_message m ON m.person_id = o.person AND m.day = %(day)s AND m.kind = 'digest'
ORDER BY o.person
"""


def run(size: int) -> list[Pair]:
    due = size // 100
    seed(at=AT, people=max(1, due // 10), initiatives=size // 10, milestones=size, due_every=100)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    assert _rows(ours) == _rows(plain), "The plain SQL does not write the same rows."
    name = f"plan {due:,} of {size:,} milestones"
    return [taking_turns(name, lambda: _undone(ours), lambda: _undone(plain), rounds=5, aim=2.0)]


def ours() -> None:
    plan_messages(at=AT)


def plain() -> None:
    day = local_day(AT)
    values = {"day": day, "at": AT, "midnight": start_of_day(day)}
    with connection.cursor() as cursor:
        for statement in (OWED, MESSAGES, ITEMS):
            cursor.execute(statement, values)


def _undone(work) -> None:
    with transaction.atomic():
        work()
        _checked()
        transaction.set_rollback(True)


def _checked() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _rows(work) -> tuple[list[tuple], list[tuple]]:
    """All that was written but for numbers of rows."""
    with transaction.atomic():
        work()
        messages = [f.attname for f in Message._meta.concrete_fields if f.name != "id"]
        items = [f.attname for f in MessageItem._meta.concrete_fields if f.name not in {"id", "message"}]
        found = (
            sorted(Message.objects.order_by().values_list(*messages), key=str),
            sorted(MessageItem.objects.order_by().values_list(*items, "message__message_id"), key=str),
        )
        transaction.set_rollback(True)
    assert found[1]
    return found
