"""One judgement: page, report and database agree over every combination (docs/adr/0012)."""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from goals.selectors import plans_as_of
from initiatives.judgement import (
    BAR_ORDER,
    RANK,
    compared,
    decided,
    needs_attention,
    reasons,
    severity,
    slip_words,
    verdict,
)
from initiatives.models import (
    EffectiveStatus,
    Initiative,
    InitiativeVersion,
    Milestone,
    MilestoneVersion,
    Status,
    StatusUpdate,
)
from initiatives.selectors import attention
from initiatives.selectors.changes import kind_of
from initiatives.selectors.counted import tally
from initiatives.selectors.status import InitiativeStatus, initiative_statuses, read, read_decided
from initiatives.selectors.survey import survey
from initiatives.services import correct_status_update, record_no_change
from records.asof import AsOf
from records.models import AuditEvent
from reports import content
from tests.build import act, make_initiative, report
from tests.reports.hostile import STATUSES
from web.shares import percent
from web.spans import in_words
from web.templatetags.ui import STATUS_LABELS, days_ago, days_phrase

TODAY, LATE = date(2026, 10, 5), date(2026, 10, 3)
PAIRS = [(one, two) for one in BAR_ORDER for two in BAR_ORDER if one != two]


def test_there_are_no_two_lists_of_status_words():
    assert list(STATUS_LABELS) == list(BAR_ORDER)
    assert dict(EffectiveStatus.choices) == STATUS_LABELS == STATUSES
    assert STATUS_LABELS | dict(Status.choices) == STATUS_LABELS


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("on_track", "on_track", "unchanged"),
        ("on_track", "at_risk", "worse"),
        ("off_track", "at_risk", "better"),
        ("off_track", "no_current_update", "worse"),
        ("no_current_update", "at_risk", "better"),
        ("no_current_update", "off_track", "worse"),
        ("not_started", "on_track", "better"),
        ("at_risk", "completed", "better"),
        ("completed", "on_track", "worse"),
        ("on_track", "on_hold", "changed"),
        ("on_hold", "on_track", "changed"),
        ("off_track", "cancelled", "changed"),
    ],
)
def test_better_worse_or_a_decision(before, after, expected):
    assert verdict(before, after) == expected


COVER = content.Cover(**{field.name: "" for field in fields(content.Cover)})


def _frozen(status):
    values = {"source_id": 1, "effective_status": status, "effective_label": STATUSES[status], "due_date": None}
    return content.Initiative(**{field.name: values.get(field.name, "") for field in fields(content.Initiative)})


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_page_and_report_judge_every_change_alike(before, after):
    old, new = (content.Rows(cover=COVER, initiatives=(_frozen(status),)) for status in (before, after))
    told = content.compare(old, new)
    expected = verdict(before, after)
    lists = {name: told.groups[name] for name in ("better", "worse", "changed")}
    assert kind_of(before, after) == expected
    assert {name: len(items) for name, items in lists.items()} == {name: int(name == expected) for name in lists}
    assert [pair.verdict for pair in told.pairs] == [expected]


def test_what_gets_better_one_way_gets_worse_the_other_but_for_silence():
    for one, two in PAIRS:
        if one in RANK and two in RANK and "no_current_update" not in (one, two):
            assert {verdict(one, two), verdict(two, one)} == {"better", "worse"}


@dataclass(frozen=True)
class Line:
    sort_key: str
    effective_status: str = "on_track"
    due_date: date | None = None


def test_new_and_gone_stand_in_the_plans_order():
    found = compared({1: Line("2"), 2: Line("1")}, {1: Line("2"), 3: Line("3")})
    assert [(pair.row.sort_key, pair.verdict) for pair in found] == [("1", "gone"), ("2", "unchanged"), ("3", "new")]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], "dates slipped"),
        ([1], "date slipped by 1 day"),
        ([41], "date slipped by 41 days"),
        ([10, 42], "dates slipped by a median of 26 days"),
        ([1, 1, 9], "dates slipped by a median of 1 day"),
    ],
)
def test_slips_in_words(days, words):
    assert slip_words(days) == words


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, None), (0, 5, 0), (5, 5, 100), (199, 200, 99), (1, 300, 1), (1, 2, 50), (1, 3, 33), (2, 3, 67)],
)
def test_a_share_is_all_only_when_it_is_all(part, whole, said):
    assert percent(part, whole) == said


# Every way in which an initiative can stand: what was said, by hand, late, silent, due, nobody's, asking for help.
OVERRIDES = ("", "on_track", "at_risk", "on_hold", "completed")
SAID = [("", None)] + [(status, None) for status in Status.values]
SAID += [("on_hold", TODAY - timedelta(days=1)), ("on_hold", TODAY)]
YES_NO = (False, True)
STALE, FRESH = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def every_way(plan, cast, initiative):
    """One initiative for each combination, written past the services: there are 1,600."""
    event = AuditEvent.objects.latest("pk")
    start = {"recorded_from": STALE, "event": event}
    ways = list(product(SAID, OVERRIDES, YES_NO, YES_NO, YES_NO, YES_NO, YES_NO))
    rows, updates = [], []
    for number, ((said, review), override, _late, stale, overdue, nobody, asks) in enumerate(ways):
        rows.append(
            Initiative(
                plan=plan,
                goal=initiative.goal,
                number=f"9.{number}",
                sort_key=f"{number:06}",
                title="Way",
                owner=None if nobody else cast.owner,
                start_date=(STALE if stale else FRESH).date(),
                due_date=TODAY - timedelta(days=1) if overdue else None,
                override_status=override,
                override_reason="Known" if override else "",
                reported_status=said,
                review_date=review,
            )
        )
        said_at = STALE if stale else FRESH
        updates.append(
            StatusUpdate(
                status=said,
                review_date=review,
                help_needed="Money" if asks else "",
                recorded_at=said_at,
                stated_at=said_at,
            )
        )
    holding = [row for row in rows if row.reported_status]
    for row in holding:
        row.reported_status, row.said, row.review, row.review_date = "", row.reported_status, row.review_date, None
    Initiative.objects.bulk_create(rows)
    for row, update in zip(rows, updates, strict=True):
        update.initiative = row
    told = [(row, update) for row, update in zip(rows, updates, strict=True) if update.status]
    StatusUpdate.objects.bulk_create([update for _, update in told])
    for row, update in told:
        row.reported_status, row.review_date = row.said, row.review
        row.latest_update, row.last_updated_at = update, update.stated_at
    own = [field.attname for field in Initiative._meta.concrete_fields]
    own = [name for name in own if name in {field.attname for field in InitiativeVersion._meta.concrete_fields}]
    own.remove("id")
    InitiativeVersion.objects.bulk_create(
        [InitiativeVersion(subject=row, **start, **{name: getattr(row, name) for name in own}) for row in rows]
    )
    late = [row for row, way in zip(rows, ways, strict=True) if way[2]]
    steps = Milestone.objects.bulk_create(
        [Milestone(initiative=row, title="Step", due_date=LATE, baseline_due_date=LATE) for row in late]
    )
    MilestoneVersion.objects.bulk_create(
        [
            MilestoneVersion(
                subject=step, initiative=step.initiative, title="Step", due_date=LATE, baseline_due_date=LATE, **start
            )
            for step in steps
        ]
    )
    return [row.pk for row in rows]


def test_the_database_decides_as_the_module_does(plan, every_way):
    today = AsOf(day=TODAY)
    rows = initiative_statuses(today, plan=plan)
    found = read(rows)
    assert len(found) == len(every_way) + 1 == 1601
    for row in found:
        assert row.effective_status == decided(
            reported=row.reported_status,
            override=row.override_status,
            has_late_milestone=row.milestones_overdue > 0,
            is_stale=row.is_stale,
        )
    asking = {row.id for row in found if needs_attention(row, TODAY)}
    assert set(rows.filter(attention.needs_attention(today)).values_list("subject_id", flat=True)) == asking
    plans = plans_as_of(today)
    assert tally(plans, today).whole.needing_attention == len(asking)
    listed = read_decided(survey(plans, today, plans, today, shown=2000).asking, today)
    assert [severity(row) for row in listed] == sorted(severity(row) for row in found if row.id in asking)


def _as_frozen(row: InitiativeStatus):
    """The same initiative as a report holds it."""
    known = {name: getattr(row, name, "") for name in (field.name for field in fields(content.Initiative))}
    known |= {"owner_name": row.owner_name or "", "help_needed": row.help_needed or ""}
    return content.Initiative(**known)


def test_page_and_report_list_the_same_reasons(plan, every_way):
    found = read(initiative_statuses(AsOf(day=TODAY), plan=plan).filter(subject__in=every_way))
    for row in found:
        assert [one.words for one in reasons(row, TODAY)] == [one.words for one in reasons(_as_frozen(row), TODAY)]


def test_a_hold_needs_nobody_until_its_review(initiative, cast):
    """Silent, ownerless and asking for help as it may be: only a review date that has passed speaks."""
    for review, asks in ((None, False), (TODAY, False), (TODAY - timedelta(days=1), True)):
        report(initiative, "on_hold", "2026-10-01T12:00", cast.owner, help_needed="Money", review_date=review)
        (row,) = read(initiative_statuses(AsOf(day=TODAY)).filter(subject=initiative.pk))
        assert row.review_date == review
        assert needs_attention(row, TODAY) is asks
    assert [one.sentence for one in reasons(row, TODAY)] == ["Its review while on hold was due 1 day ago."]


def test_the_review_date_is_kept_repeated_and_goes_with_the_hold(plan, cast):
    row = make_initiative(plan, number="1.9", owner=cast.owner)
    day = date(2026, 12, 1)
    report(row, "on_hold", "2026-10-01T12:00", cast.owner, review_date=day)
    again = record_no_change(initiative=row, act=act("2026-10-02T12:00", cast.owner))
    assert again.review_date == day
    mended = correct_status_update(
        update=again, words={"review_date": date(2027, 1, 4)},
        act=act("2026-10-02T13:00", cast.owner, reason="January"),
    )  # fmt: skip
    row.refresh_from_db()
    assert (mended.review_date, row.review_date) == (date(2027, 1, 4), date(2027, 1, 4))
    assert AuditEvent.objects.latest("pk").changes == {"review_date": ["2026-12-01", "2027-01-04"]}
    report(row, "on_track", "2026-10-03T12:00", cast.owner, review_date=day)
    row.refresh_from_db()
    assert row.review_date is None
    assert row.versions.filter(review_date=day).exists()


@pytest.mark.parametrize(
    ("days", "words"), [(1, "1 day"), (41, "41 days"), (729, "729 days"), (730, "2 years"), (2207, "6 years")]
)
def test_a_long_span_is_told_in_years_wherever_it_is_told(days, words):
    day = date(2026, 10, 5)
    assert in_words(days) == words
    assert days_phrase(day - timedelta(days=days), day) == f"{words} late"
    assert days_ago(day - timedelta(days=days), day) == ("yesterday" if days == 1 else f"{words} ago")
