"""The best plain SQL for the rows of a snapshot: what a person would write by hand for this one job.

It writes the same columns into tables with the same indexes, in one transaction, from the same history. Tables of
a few rows are joined, updates are found by their key, milestones are counted in one pass.
"""

from datetime import timedelta

from django.db import connection, transaction

from goals.models import Plan
from goals.quarters import Quarter
from initiatives.models import EffectiveStatus, Initiative, Status
from records.asof import AsOf, start_of_day

TWINS = ("snapshotheading", "snapshotinitiative", "snapshotmilestone", "snapshotcommitment")


def create_twins() -> None:
    """The same columns and indexes as the frozen tables, without their triggers and foreign keys."""
    with connection.cursor() as cursor:
        for name in TWINS:
            cursor.execute(f"CREATE TABLE plain_{name} (LIKE reports_{name} INCLUDING ALL)")


def held(alias: str) -> str:
    return (
        f"{alias}.recorded_from < %(until)s AND ({alias}.recorded_until IS NULL OR {alias}.recorded_until >= %(until)s)"
    )


def label(column: str, choices) -> str:
    cases = " ".join(f"WHEN '{key}' THEN '{word}'" for key, word in choices if key)
    return f"CASE {column} {cases} ELSE '' END"


def then(table: str, alias: str, key: str) -> str:
    return f"LEFT JOIN {table} {alias} ON {alias}.subject_id = {key} AND {held(alias)}"


HEADINGS = f"""
INSERT INTO plain_snapshotheading
  (snapshot_id, source_id, kind, goal_number, number, sort_key, title, text, lead_name)
SELECT %(snapshot)s, g.subject_id, 'goal', '', g.number, g.sort_key, g.title, g.text, coalesce(u.name, '')
FROM goals_goalversion g {then("people_userversion", "u", "g.lead_id")} WHERE g.plan_id = %(plan)s AND {held("g")}
UNION ALL
SELECT %(snapshot)s, s.subject_id, 'strategy', g.number, s.number, s.sort_key, s.title, s.text, coalesce(u.name, '')
FROM goals_strategyversion s JOIN goals_goalversion g ON g.subject_id = s.goal_id AND {held("g")}
{then("people_userversion", "u", "s.lead_id")} WHERE g.plan_id = %(plan)s AND {held("s")}
UNION ALL
SELECT %(snapshot)s, p.subject_id, 'priority', '', '', lpad(p."order"::text, 6, '0'), p.name, p.meaning, ''
FROM goals_priorityversion p WHERE p.plan_id = %(plan)s AND {held("p")}
"""

EFFECTIVE = """CASE WHEN v.reported_status IN ('completed', 'cancelled', 'on_hold') THEN v.reported_status
  WHEN v.override_status <> '' THEN v.override_status
  WHEN m.overdue > 0 THEN 'off_track'
  WHEN (v.last_updated_at < %(stale)s OR v.last_updated_at IS NULL AND v.start_date < %(stale_day)s)
    THEN 'no_current_update'
  WHEN v.reported_status = '' THEN 'not_started' ELSE v.reported_status END"""

INITIATIVES = f"""
INSERT INTO plain_snapshotinitiative (
  snapshot_id, source_id, number, sort_key, title, summary, basis, source, goal_number, goal_title, strategy_number,
  strategy_title, owner_name, department_abbreviation, department_name, priorities, horizon, horizon_label, audience,
  audience_label, visibility, visibility_label, start_date, due_date, baseline_due_date, slip_count, effective_status,
  effective_label, reported_status, reported_label, override_status, override_label, override_reason, is_stale, percent,
  update_id, last_updated_at, author_name, happened, next_steps, help_needed, milestones_total, milestones_met,
  milestones_overdue, next_milestone_due, review_date)
SELECT %(snapshot)s, t.subject_id, t.number, t.sort_key, t.title, t.summary, t.basis, t.source, t.goal_number,
  t.goal_title, t.strategy_number, t.strategy_title, t.owner_name, t.abbreviation, t.department_name, t.priorities,
  t.horizon, {label("t.horizon", Initiative.Horizon.choices)}, t.audience,
  {label("t.audience", Initiative.Audience.choices)}, t.visibility,
  {label("t.visibility", Initiative.Visibility.choices)}, t.start_date, t.due_date, t.baseline_due_date, t.slip_count,
  t.effective, {label("t.effective", EffectiveStatus.choices)}, t.reported_status,
  {label("t.reported_status", Status.choices)}, t.override_status, {label("t.override_status", Status.choices)},
  t.override_reason, t.is_stale, t.percent, t.latest_update_id, t.last_updated_at, t.author_name, t.happened,
  t.next_steps, t.help_needed, t.total, t.met, t.overdue, t.next_due, t.review_date
FROM (
  SELECT v.*, coalesce(g.number, '') goal_number, coalesce(g.title, '') goal_title,
    coalesce(s.number, '') strategy_number, coalesce(s.title, '') strategy_title, coalesce(o.name, '') owner_name,
    coalesce(d.abbreviation, '') abbreviation, coalesce(d.name, '') department_name,
    coalesce(p.names, '') priorities, coalesce(a.name, '') author_name, coalesce(u.happened, '') happened,
    coalesce(u.next_steps, '') next_steps, coalesce(u.help_needed, '') help_needed, coalesce(m.total, 0) total,
    coalesce(m.met, 0) met, coalesce(m.overdue, 0) overdue, m.next_due, {EFFECTIVE} effective,
    v.reported_status NOT IN ('completed', 'cancelled') AND
      (v.last_updated_at < %(stale)s OR v.last_updated_at IS NULL AND v.start_date < %(stale_day)s) is_stale
  FROM initiatives_initiativeversion v
  {then("goals_goalversion", "g", "v.goal_id")}
  {then("goals_strategyversion", "s", "v.strategy_id")}
  {then("people_userversion", "o", "v.owner_id")}
  {then("people_departmentversion", "d", "v.lead_department_id")}
  LEFT JOIN initiatives_statusupdate u ON u.id = v.latest_update_id
  {then("people_userversion", "a", "u.author_id")}
  LEFT JOIN (
    SELECT initiative_id, count(*) total, count(*) FILTER (WHERE completed_date IS NOT NULL) met,
      count(*) FILTER (WHERE completed_date IS NULL AND due_date < %(day)s) overdue,
      min(due_date) FILTER (WHERE completed_date IS NULL) next_due
    FROM initiatives_milestoneversion m WHERE {held("m")} AND NOT is_cancelled GROUP BY initiative_id
  ) m ON m.initiative_id = v.subject_id
  LEFT JOIN (
    SELECT l.initiative_id, string_agg(p.name, E'\\n') names
    FROM initiatives_alignment l JOIN goals_priorityversion p ON p.subject_id = l.priority_id AND {held("p")}
    WHERE {held("l")} GROUP BY l.initiative_id
  ) p ON p.initiative_id = v.subject_id
  WHERE v.plan_id = %(plan)s AND {held("v")}
) t
"""

MILESTONES = f"""
INSERT INTO plain_snapshotmilestone (
  snapshot_id, source_id, initiative_id, title, due_date, due_text, baseline_due_date, slip_count, completed_date,
  is_cancelled, owner_name, department_abbreviation, department_name, "order", basis, source)
SELECT %(snapshot)s, m.subject_id, m.initiative_id, m.title, m.due_date, m.due_text, m.baseline_due_date, m.slip_count,
  m.completed_date, m.is_cancelled, coalesce(o.name, ''), coalesce(d.abbreviation, ''), coalesce(d.name, ''), m."order",
  m.basis, m.source
FROM initiatives_milestoneversion m
JOIN initiatives_initiativeversion v ON v.subject_id = m.initiative_id AND v.plan_id = %(plan)s AND {held("v")}
{then("people_userversion", "o", "m.owner_id")}
{then("people_departmentversion", "d", "m.department_id")}
WHERE {held("m")}
"""

COMMITMENTS = f"""
INSERT INTO plain_snapshotcommitment (
  snapshot_id, source_id, initiative_id, department_abbreviation, department_name, what, due_date, baseline_due_date,
  slip_count, state, state_label, accepted_at, accepted_by_name, delivered_at, delivered_by_name)
SELECT %(snapshot)s, c.subject_id, c.initiative_id, coalesce(d.abbreviation, ''), coalesce(d.name, ''), c.what,
  c.due_date, c.baseline_due_date, c.slip_count, c.state, initcap(c.state), c.accepted_at, coalesce(a.name, ''),
  c.delivered_at, coalesce(b.name, '')
FROM initiatives_commitmentversion c
JOIN initiatives_initiativeversion v ON v.subject_id = c.initiative_id AND v.plan_id = %(plan)s AND {held("v")}
{then("people_departmentversion", "d", "c.department_id")}
{then("people_userversion", "a", "c.accepted_by_id")}
{then("people_userversion", "b", "c.delivered_by_id")}
WHERE {held("c")}
"""


def freeze_plainly(plan: Plan, quarter: Quarter, number: int) -> None:
    """Write the rows of one quarter under that snapshot number."""
    when = AsOf.end_of(quarter.last_day)
    oldest = when.day - timedelta(days=plan.expected_update_days)
    known = {
        "snapshot": number, "plan": plan.pk, "until": when.moment, "day": when.day, "stale": start_of_day(oldest),
        "stale_day": oldest,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (HEADINGS, INITIATIVES, MILESTONES, COMMITMENTS):
            cursor.execute(statement, known)


def differences(snapshot_id: int, number: int) -> int:
    """Rows that the plain SQL and the service do not agree on: 0, or the comparison says nothing."""
    total = 0
    with connection.cursor() as cursor:
        for name in TWINS:
            cursor.execute(
                "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
                "WHERE table_name = %s AND column_name NOT IN ('id', 'snapshot_id')",
                [f"reports_{name}"],
            )
            ((columns,),) = cursor.fetchall()
            ours = f"SELECT {columns} FROM reports_{name} WHERE snapshot_id = %s"
            theirs = f"SELECT {columns} FROM plain_{name} WHERE snapshot_id = %s"
            cursor.execute(
                f"SELECT count(*) FROM (({ours} EXCEPT ALL {theirs}) UNION ALL ({theirs} EXCEPT ALL {ours})) x",
                [snapshot_id, number, number, snapshot_id],
            )
            total += cursor.fetchone()[0]
    return total
