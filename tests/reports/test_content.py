"""What a report says, computed from its rows alone (rules B-07, B-08, B-46)."""

from reports import content
from tests.reports.conftest import Q1, Q2


def numbers(items):
    return [item.number for item in items]


def test_b46_better_worse_new_and_otherwise_are_told_apart(story, content_of):
    told = content_of().changes
    assert numbers(told.groups["better"]) == ["1.1", "1.3"]
    assert numbers(told.groups["worse"]) == ["1.2", "2.1"]
    assert [(item.before, item.after) for item in told.groups["changed"]] == [("On hold", "Cancelled")]
    assert (numbers(told.groups["new"]), numbers(told.groups["gone"])) == (["1.9"], [])
    assert [(item.what, item.days) for item in told.slipped] == [("Milestone: Step due 2026-12-01", 41)]
    assert len(told.groups["unchanged"]) == 1


def test_the_story_is_a_sentence(story, content_of):
    assert content_of().changes.sentence == (
        "Since FY2027 Q1: 1 moved to off track, 1 moved to no current update, 1 moved to cancelled, 1 moved to on "
        "track, 1 date slipped by 41 days, 1 completed, 1 new."
    )


def test_the_first_quarter_has_nothing_to_compare_with(story, content_of):
    assert content_of(Q1).changes is None


def test_b07_counts_add_up_and_cancelled_is_left_out_of_percentages(story, content_of):
    report = content_of()
    area = report.focus_areas[1]
    assert {status: count for status, count in area.counts.items() if count} == {
        "at_risk": 1, "cancelled": 1, "no_current_update": 1,
    }  # fmt: skip
    assert sum(area.counts.values()) == len(area.initiatives) == 3
    assert (area.counted, area.completed_percent) == (2, 0)
    assert (report.whole.counted, report.whole.completed_percent) == (6, 17)
    assert sum(report.counts.values()) == len(report.rows.initiatives) == 7


def test_b08_an_empty_focus_area_has_no_percentage(plan):
    heading = content.Heading(1, "goal", "", "1", "1", "Empty", "", "")
    rows = content.Rows(cover=None, headings=(heading,))
    report = content.ReportContent(rows)
    (area,) = report.focus_areas
    assert (area.completed_percent, area.segments) == (None, ())


def test_attention_names_every_reason_worst_first(story, content_of):
    found = {item.initiative.number: item.reasons for item in content_of().attention}
    assert list(found) == ["1.2", "2.1", "2.2", "1.9"]
    assert found["1.2"] == ("Reported off track", "Asks for help")
    assert found["2.1"] == ("Last update 102 days ago",)
    assert found["1.9"] == ("Nobody owns it",)


def test_milestones_met_missed_and_slipped(story, content_of):
    one, two = content_of(Q1), content_of(Q2)
    assert [step.milestone.title for step in one.milestones_met] == ["Step due 2026-09-15"]
    assert two.milestones_met == []
    assert [(s.milestone.slip_days, s.milestone.slip_count) for s in two.milestones_slipped] == [(41, 1)]
    assert two.milestones_missed == []


def test_dates_of_the_next_quarter(story, content_of):
    assert [(item.day.isoformat(), item.kind) for item in content_of().next_dates] == [
        ("2027-01-11", "Milestone"), ("2027-02-01", "Milestone"), ("2027-02-15", "Commitment"),
        ("2027-03-01", "Initiative"),
    ]  # fmt: skip


def test_commitments_by_department(story, content_of):
    def told(quarter):
        return [(g.name, g.open, g.overdue, g.delivered) for g in content_of(quarter).promises]

    assert told(Q1) == [("Department of Public Health", 1, 0, 0), ("Department of Streets", 1, 1, 0)]
    assert told(Q2) == [("Department of Public Health", 1, 0, 0), ("Department of Streets", 0, 0, 1)]


def test_alignment_counts_by_focus_area_and_priority(story, content_of):
    report = content_of()
    assert [row.title for row in report.priorities] == ["Safer", "Cleaner"]
    assert [(goal.number, served) for goal, served in report.alignment] == [("1", [1, 0]), ("2", [0, 0])]


def test_freshness_and_ownership(story, content_of):
    report = content_of()
    assert (len(report.open_initiatives), numbers(report.stale), numbers(report.ownerless)) == (5, ["2.1"], ["1.9"])
    assert dict(report.ages) == {
        "up to 30 days": 0, "31 to 60 days": 3, "61 to 90 days": 0, "more than 90 days": 1, "never": 1,
    }  # fmt: skip


def test_the_public_edition_holds_no_trace_of_internal_items(story, content_of):
    report = content_of().for_public()
    assert "2.2" not in numbers(report.rows.initiatives)
    everything = repr(report.rows) + repr(report.before) + repr(report.changes) + repr(report.next_dates)
    assert "Kept inside" not in everything
    assert "Secret" not in everything
    assert sum(report.counts.values()) == 6
    assert report.changes.groups["gone"] == ()


def test_an_item_that_became_public_is_not_told_as_internal_before(story, content_of):
    report = content_of().for_public()
    assert report.before is not None
    assert "2.2" not in numbers(report.before.initiatives)
